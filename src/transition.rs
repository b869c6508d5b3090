//! The ledger of transitions: which shape of the schema is replaced by which, and how far that has got.
//!
//! It is kept while the history is replayed. A transition opens when a statement fills something newer from something
//! older (an `UPDATE`, a trigger, a generated column, `INSERT … SELECT`), when a name gets a view in its place, when a
//! constraint is added without proof, or when a comment declares it.

mod constraint;
mod coverage;
mod declare;
mod derive;
mod enums;
mod index;
mod likeness;
mod observe;
mod open;
mod progress;
mod rows;
mod shape;
mod standing;

use std::collections::BTreeMap;

pub use self::coverage::Coverage;
pub use self::likeness::{is_retired, shadow};
pub use self::observe::Scene;
use self::shape::Shapes;
pub use self::shape::{Key, Part, Shape, ShapeId};
pub use self::standing::Standing;
use crate::date::Date;
use crate::schema::catalog::Origin;
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;
use crate::syntax::object::TriggerEvent;

/// Steps of one transition that are kept: batches are written one by one in some histories.
const MOST_MOVES: usize = 64;

/// Everything that is known of the changes in flight at one point of the history.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    shapes: Shapes,
    transitions: Vec<Transition>,
    /// The transitions that take a shape away.
    by_old: BTreeMap<ShapeId, Vec<usize>>,
    /// The transitions that bring a shape.
    by_new: BTreeMap<ShapeId, Vec<usize>>,
    /// Statements that filled a column, by the column.
    fills: BTreeMap<ShapeId, Vec<Fill>>,
    /// When rows of a table went, or changed so that it cannot be told which lack a value.
    blurred: BTreeMap<ShapeId, Vec<Event>>,
    /// When something ran that could not be read.
    unread: Vec<Event>,
    /// Where a column was copied to, whichever of the two is newer.
    copies: BTreeMap<ShapeId, Vec<(ShapeId, Event)>>,
    /// The first trigger that filled a column, whatever from: nobody else has to write it.
    filled: BTreeMap<ShapeId, (String, Event)>,
    /// What keeps shapes in step, in order; what ended stays.
    syncs: Vec<Sync>,
    /// Those that read or fill a shape.
    synced: BTreeMap<ShapeId, Vec<usize>>,
    /// Which of them each trigger keeps going, by its table and name.
    open_syncs: BTreeMap<(QName, Symbol), Vec<usize>>,
    /// Names that relations have left, with what they are called since.
    left: BTreeMap<QName, (QName, Event)>,
    /// The file that created each function.
    bodies: BTreeMap<QName, u32>,
    /// The number of the last operation.
    order: u32,
}

/// When something happened: where it stands, and its number in the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// The place.
    pub at: Origin,
    /// Operations are numbered in the order they run.
    pub order: u32,
}

/// The life of one replaced thing.
#[derive(Clone, Debug)]
pub struct Transition {
    /// What kind of thing.
    pub kind: Kind,
    /// What goes. Empty for a constraint.
    pub old: Vec<ShapeId>,
    /// What comes. Empty where something is only retired.
    pub new: Vec<ShapeId>,
    /// What moved it, in order.
    pub moves: Vec<Move>,
    /// Who sees it through.
    pub owner: Option<Box<str>>,
    /// The day it is to be done.
    pub due: Option<Date>,
    /// The comment that declares it.
    pub declared: Option<Event>,
}

/// Kinds of transitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Columns that replace columns.
    Column,
    /// Tables or views that replace tables.
    Table,
    /// A constraint that holds for new rows first, and for all later.
    Constraint,
    /// Values of an enum.
    Value,
    /// Indexes that take over from others.
    Index,
}

/// A step of a transition that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The phase it reached.
    pub phase: Phase,
    /// When.
    pub event: Event,
    /// What did it, as people say it: "trigger `sync_names` on users".
    pub words: String,
    /// A comment says so; no statement shows it.
    pub declared: bool,
}

/// Phases, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// The new shape is there.
    Expanded,
    /// Writes reach both.
    Syncing,
    /// Old rows were copied.
    Backfilled,
    /// A separate pass has checked them.
    Verified,
    /// Nothing new uses the old shape.
    Retired,
    /// The old shape is gone.
    Contracted,
}

impl Phase {
    /// All of them, in order.
    pub const ALL: [Self; 6] =
        [Self::Expanded, Self::Syncing, Self::Backfilled, Self::Verified, Self::Retired, Self::Contracted];

    /// As reports say it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Expanded => "expanded",
            Self::Syncing => "syncing",
            Self::Backfilled => "backfilled",
            Self::Verified => "verified",
            Self::Retired => "retired",
            Self::Contracted => "contracted",
        }
    }
}

/// A statement that filled a column of rows that were there.
#[derive(Clone, Debug)]
pub struct Fill {
    /// When.
    pub event: Event,
    /// How many of the rows it can have reached.
    pub coverage: Coverage,
    /// What it was filled from; empty where from constants.
    pub from: Vec<ShapeId>,
}

/// Something that fills one shape from another with every write.
#[derive(Clone, Debug)]
pub struct Sync {
    /// What is read.
    pub from: ShapeId,
    /// What is filled.
    pub to: ShapeId,
    /// Who does it.
    pub by: SyncedBy,
    /// Since when.
    pub started: Event,
    /// Until when.
    pub ended: Option<Event>,
}

/// Who keeps two shapes in step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyncedBy {
    /// A trigger.
    Trigger {
        /// Its table.
        table: QName,
        /// Its name.
        name: Symbol,
        /// What it calls.
        function: QName,
        /// When it fires.
        events: Vec<TriggerEvent>,
        /// `UPDATE OF` these columns only; empty means any.
        update_of: Vec<Symbol>,
    },
    /// A generated column: the server itself.
    Generated,
    /// A view under the old name.
    View,
    /// A comment says who.
    Declared(Box<str>),
}

impl Ledger {
    /// Forgets what was rolled back; the numbers of operations go on.
    pub fn back_to(&mut self, earlier: Self) {
        *self = Self { order: self.order, ..earlier };
    }

    /// Every transition, in the order they opened.
    pub fn transitions(&self) -> &[Transition] {
        &self.transitions
    }

    /// The shape of this number.
    pub fn shape(&self, id: ShapeId) -> Option<&Shape> {
        self.shapes.get(id)
    }

    /// What the name means now.
    pub fn find(&self, key: &Key) -> Option<ShapeId> {
        self.shapes.find(key)
    }

    /// Everything that reads or fills `id` to keep it in step with another shape, or did.
    pub fn syncs_of(&self, id: ShapeId) -> impl Iterator<Item = &Sync> {
        self.synced.get(&id).into_iter().flatten().filter_map(|index| self.syncs.get(*index))
    }

    /// Where a trigger that keeps shapes in step was put up, if it still does.
    pub fn put_up(&self, table: &QName, trigger: &Symbol) -> Option<Event> {
        let first = self.open_syncs.get(&(table.clone(), trigger.clone()))?.first()?;
        self.syncs.get(*first).map(|sync| sync.started)
    }

    /// Those that read or fill `id`, ended ones included.
    pub fn kept(&self, id: ShapeId) -> impl Iterator<Item = &Sync> {
        self.synced.get(&id).into_iter().flatten().filter_map(|index| self.syncs.get(*index))
    }

    /// Those that started with the operation `order` or later.
    pub fn syncs_since(&self, order: u32) -> &[Sync] {
        let first = self.syncs.partition_point(|sync| sync.started.order < order);
        self.syncs.get(first..).unwrap_or_default()
    }

    /// The statements that filled a column.
    pub fn fills(&self, id: ShapeId) -> &[Fill] {
        self.fills.get(&id).map(Vec::as_slice).unwrap_or_default()
    }

    /// The first copy of `id` to something of a like name.
    pub fn copied(&self, id: ShapeId) -> Option<(ShapeId, Event)> {
        let alike = |to: &ShapeId| likeness::alike(&self.own_name(id), &self.own_name(*to));
        self.copies.get(&id)?.iter().find(|(to, _)| alike(to)).copied()
    }

    /// The first trigger that filled `id` with every write: "trigger `compat` on users".
    pub fn filled(&self, id: ShapeId) -> Option<(&str, Event)> {
        self.filled.get(&id).map(|(words, event)| (words.as_str(), *event))
    }

    /// The transitions that take `id` away.
    pub fn away(&self, id: ShapeId) -> impl Iterator<Item = &Transition> {
        self.by_old.get(&id).into_iter().flatten().filter_map(|index| self.transitions.get(*index))
    }

    /// The transitions that bring `id`.
    pub fn towards(&self, id: ShapeId) -> impl Iterator<Item = &Transition> {
        self.by_new.get(&id).into_iter().flatten().filter_map(|index| self.transitions.get(*index))
    }

    /// `users.first_name`, as people say it.
    pub fn name(&self, id: ShapeId) -> String {
        self.shape(id).map(|shape| shape.key.words()).unwrap_or_default()
    }
}

impl Transition {
    /// The first time it reached `phase`.
    pub fn reached(&self, phase: Phase) -> Option<&Move> {
        self.moves.iter().find(|step| step.phase == phase)
    }

    /// The furthest phase it has reached.
    pub fn phase(&self) -> Option<Phase> {
        self.moves.iter().map(|step| step.phase).max()
    }
}
