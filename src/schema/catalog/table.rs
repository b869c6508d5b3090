//! Tables and what belongs to them.

use super::Origin;
use crate::schema::operation::QName;
use crate::syntax::alter::TriggerState;
use crate::syntax::expr::Expr;
use crate::syntax::index::KeyForm;
use crate::syntax::name::{Name, Symbol};
use crate::syntax::object::{TriggerEvent, TriggerTiming};
use crate::syntax::table::ReferentialAction;
use crate::syntax::types::DataType;

/// A table.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a clause of its own")]
pub struct Table {
    /// Its present name.
    pub name: QName,
    /// Where it was created; none when the history only ever used it.
    pub origin: Option<Origin>,
    /// Where its present name was given, if renamed.
    pub renamed: Option<Origin>,
    /// Its columns are all known: the history created it with a column list.
    pub complete: bool,
    /// `TEMPORARY`.
    pub temporary: bool,
    /// `UNLOGGED`.
    pub unlogged: bool,
    /// It is a partitioned parent.
    pub partitioned: bool,
    /// Columns that decide to which partition a row belongs, if a check can: not for `HASH`.
    pub partition_key: Vec<Symbol>,
    /// It is its parent's default partition.
    pub default_partition: bool,
    /// Parents: of a partition one, by inheritance any number.
    pub parents: Vec<QName>,
    /// `OF type`: its columns are the attributes of this composite type.
    pub of_type: Option<QName>,
    /// Known columns in order.
    pub columns: Vec<Column>,
    /// Known indexes, those of constraints included.
    pub indexes: Vec<Index>,
    /// Known constraints.
    pub constraints: Vec<TableConstraint>,
    /// Known triggers.
    pub triggers: Vec<Trigger>,
    /// Where `DISABLE TRIGGER ALL` was said, which switches off foreign keys too, until `ENABLE TRIGGER ALL`.
    pub triggers_off: Option<Origin>,
    /// `REPLICA IDENTITY`; none when unknown.
    pub replica_identity: Option<ReplicaIdentity>,
    /// `CREATE STATISTICS` on it.
    pub statistics: Vec<QName>,
    /// Where `autovacuum_enabled` was set to false, if it is.
    pub autovacuum_off: Option<Origin>,
}

/// What of an old row goes into the log, so that a subscriber finds the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplicaIdentity {
    /// The columns of the primary key, if there is one that is not deferrable.
    Default,
    /// The columns of the index that is marked so; nothing once that is dropped.
    Index,
    /// The whole row.
    Full,
    /// Nothing.
    Nothing,
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its present name.
    pub name: Symbol,
    /// Its type, where known.
    pub data_type: Option<DataType>,
    /// An explicit collation.
    pub collation: Option<Box<Name>>,
    /// Whether it is `NOT NULL`; none when unknown.
    pub not_null: Option<bool>,
    /// Its default, where one is known.
    pub default: Option<Box<Expr>>,
    /// It has a default, identity or sequence, so inserts may leave it out; none when unknown.
    pub has_default: Option<bool>,
    /// `GENERATED … AS IDENTITY`.
    pub identity: bool,
    /// Of an identity: `ALWAYS` rather than `BY DEFAULT`.
    pub identity_always: bool,
    /// `GENERATED ALWAYS AS (…)`: stored or not, and from which columns.
    pub generated: Option<GeneratedFrom>,
    /// Where it was created; none when unknown.
    pub origin: Option<Origin>,
    /// Where its present name was given, if renamed.
    pub renamed: Option<Origin>,
    /// Where it was last made nullable or given a default: the usual first step of retiring it.
    pub loosened: Option<Origin>,
}

/// The source of a generated column.
#[derive(Clone, Debug)]
pub struct GeneratedFrom {
    /// `STORED`.
    pub stored: bool,
    /// The words and signs of its expression.
    pub text: Symbol,
    /// Columns it reads.
    pub columns: Vec<Symbol>,
}

/// An index.
#[derive(Clone, Debug)]
pub struct Index {
    /// Its name, in the table's schema.
    pub name: Symbol,
    /// `UNIQUE`.
    pub unique: bool,
    /// btree, gin, …
    pub method: Symbol,
    /// Key parts: column, or none for an expression.
    pub keys: Vec<Option<Symbol>>,
    /// For each key part, how it is worked out, compared and ordered.
    pub forms: Vec<KeyForm>,
    /// `INCLUDE (…)`.
    pub included: Vec<Symbol>,
    /// Every column it depends on.
    pub columns: Vec<Symbol>,
    /// What the server called its columns when it was made; a copy without a name is called after them.
    pub words: Vec<Symbol>,
    /// Columns mentioned in expressions or the predicate, rather than as plain keys.
    pub computed: Vec<Symbol>,
    /// It has a predicate.
    pub partial: bool,
    /// The words and signs of the predicate; empty where there is none.
    pub predicate: Vec<Symbol>,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// `CLUSTER` has used it last, or is to use it: `CLUSTER` without an index takes this one.
    pub clustered: bool,
    /// `REPLICA IDENTITY USING INDEX` names it.
    pub replica_identity: bool,
    /// It belongs to the constraint of this name.
    pub constraint: Option<Symbol>,
    /// Made by `ON ONLY` and not yet attached everywhere.
    pub only: bool,
    /// Where it was created; none when unknown.
    pub origin: Option<Origin>,
}

/// A constraint.
#[derive(Clone, Debug)]
pub struct TableConstraint {
    /// Its name, as written or as the server would make it.
    pub name: Symbol,
    /// What it demands.
    pub kind: ConstraintBody,
    /// Proven for the old rows.
    pub validated: bool,
    /// `NOT ENFORCED` when false.
    pub enforced: bool,
    /// `DEFERRABLE`.
    pub deferrable: bool,
    /// Columns it mentions.
    pub columns: Vec<Symbol>,
    /// Where it was created; none when unknown.
    pub origin: Option<Origin>,
}

/// The demand of a constraint.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum ConstraintBody {
    Check {
        not_null: Vec<Symbol>,
        expr: Option<Expr>,
    },
    NotNull,
    Unique,
    PrimaryKey,
    Exclude,
    ForeignKey {
        table: QName,
        /// As written; none mean the primary key.
        referenced: Vec<Symbol>,
        on_delete: ReferentialAction,
        on_update: ReferentialAction,
        /// `MATCH FULL`.
        match_full: bool,
    },
}

/// A trigger.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// Its name.
    pub name: Symbol,
    /// The function it calls.
    pub function: QName,
    /// `BEFORE`, `AFTER`, `INSTEAD OF`.
    pub timing: TriggerTiming,
    /// What makes it fire.
    pub events: Vec<TriggerEvent>,
    /// `UPDATE OF`: only an update of these columns does; empty means any.
    pub update_of: Vec<Symbol>,
    /// `FOR EACH ROW` rather than once for each statement.
    pub for_each_row: bool,
    /// When it fires.
    pub state: TriggerState,
    /// Where that was last changed.
    pub switched: Option<Origin>,
    /// Where it was created.
    pub origin: Option<Origin>,
}

impl Table {
    /// Whether a subscriber can tell which row was meant: without that, the server refuses every `UPDATE` and `DELETE` of
    /// a published table. None when unknown.
    pub fn identifies_rows(&self) -> Option<bool> {
        let found = match self.replica_identity? {
            ReplicaIdentity::Full => return Some(true),
            ReplicaIdentity::Nothing => return Some(false),
            ReplicaIdentity::Default => self.primary_key().is_some_and(|key| !key.deferrable),
            ReplicaIdentity::Index => self.indexes.iter().any(|index| index.replica_identity),
        };
        (found || self.complete).then_some(found)
    }

    /// The column of this folded name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| &*column.name == name)
    }

    /// The constraint of this folded name.
    pub fn constraint(&self, name: &str) -> Option<&TableConstraint> {
        self.constraints.iter().find(|constraint| &*constraint.name == name)
    }

    /// The index of this folded name.
    pub fn index(&self, name: &str) -> Option<&Index> {
        self.indexes.iter().find(|index| &*index.name == name)
    }
}
