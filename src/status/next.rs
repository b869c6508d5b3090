//! The next step of a transition, in words and in SQL.

use super::{Next, sql};
use crate::schema::catalog::{Catalog, Table};
use crate::schema::operation::QName;
use crate::syntax::name::{Quoted, Symbol};
use crate::transition::{Coverage, Key, Kind, Ledger, Part, Phase, ShapeId, Sync, SyncedBy, Transition};

/// What a transition is looked at in.
pub(super) struct Scene<'s> {
    pub(super) ledger: &'s Ledger,
    pub(super) catalog: &'s Catalog<'s>,
}

impl Scene<'_> {
    /// The name of a shape that is still there.
    pub(super) fn alive(&self, id: ShapeId) -> Option<&Key> {
        self.ledger.shape(id).filter(|shape| shape.ended.is_none()).map(|shape| &shape.key)
    }

    /// Those columns of `ids` that are still there, with their tables.
    pub(super) fn columns(&self, ids: &[ShapeId]) -> Vec<(&QName, &Symbol)> {
        let column = |id: &ShapeId| match self.alive(*id)? {
            Key { owner, part: Part::Column(name) } => Some((owner, name)),
            _ => None,
        };
        ids.iter().filter_map(column).collect()
    }

    /// What still keeps the two sides of a transition in step.
    pub(super) fn syncs(&self, transition: &Transition) -> Vec<&Sync> {
        self.ledger.between(transition, u32::MAX)
    }

    /// The triggers among that, each once: table, name, function.
    pub(super) fn triggers(&self, transition: &Transition) -> Vec<(&QName, &Symbol, &QName)> {
        let mut found = Vec::new();
        for sync in self.syncs(transition) {
            if let SyncedBy::Trigger { table, name, function, .. } = &sync.by
                && !found.contains(&(table, name, function))
            {
                found.push((table, name, function));
            }
        }
        found
    }
}

/// The columns of a transition that all belong to one table.
pub(super) struct Pair<'p> {
    pub(super) table: &'p QName,
    pub(super) known: Option<&'p Table>,
    pub(super) old: Vec<&'p Symbol>,
    pub(super) new: Vec<&'p Symbol>,
}

impl Pair<'_> {
    /// One column is a copy of one other, of the same type as far as that is known.
    pub(super) fn is_plain(&self) -> bool {
        let ([old], [new]) = (self.old.as_slice(), self.new.as_slice()) else { return false };
        let of = |name: &Symbol| self.known?.column(name)?.data_type.as_ref();
        let integer = |name: &str| matches!(name, "int2" | "int4" | "int8");
        match (of(old), of(new)) {
            (Some(old), Some(new)) => {
                old.array == new.array && (old.name == new.name || (integer(&old.name) && integer(&new.name)))
            }
            _ => false,
        }
    }
}

fn pair<'p>(scene: &'p Scene<'_>, transition: &Transition) -> Option<Pair<'p>> {
    let (old, new) = (scene.columns(&transition.old), scene.columns(&transition.new));
    let table = new.first()?.0;
    let same = !old.is_empty() && old.iter().chain(&new).all(|(owner, _)| *owner == table);
    let names = |columns: Vec<(&'p QName, &'p Symbol)>| columns.into_iter().map(|(_, name)| name).collect();
    let known = scene.catalog.table(table).map(|table| &**table);
    same.then(|| Pair { table, known, old: names(old), new: names(new) })
}

/// The phase that comes next.
pub(super) fn phase(scene: &Scene<'_>, transition: &Transition) -> Option<Phase> {
    let furthest = transition.phase();
    if furthest == Some(Phase::Backfilled) && transition.kind == Kind::Column && is_partly_filled(scene, transition) {
        return Some(Phase::Backfilled);
    }
    if furthest == Some(Phase::Retired) && transition.kind != Kind::Constraint && !transition.new.is_empty() {
        // What was skipped on the way has to be seen to before there is no way back.
        let missing =
            [Phase::Backfilled, Phase::Verified].into_iter().find(|phase| transition.reached(*phase).is_none());
        return Some(missing.unwrap_or(Phase::Contracted));
    }
    scene.ledger.phases(transition).into_iter().find(|phase| furthest.is_none_or(|furthest| *phase > furthest))
}

/// Whether some new column was only ever filled in a range or a handful of rows.
fn is_partly_filled(scene: &Scene<'_>, transition: &Transition) -> bool {
    transition.new.iter().any(|id| {
        let fills = scene.ledger.fills(*id);
        !fills.is_empty() && fills.iter().all(|fill| matches!(fill.coverage, Coverage::Batch(_)))
    })
}

/// What to do next.
pub(super) fn step(scene: &Scene<'_>, transition: &Transition) -> Next {
    let next = phase(scene, transition).unwrap_or(Phase::Contracted);
    match (transition.kind, next) {
        (Kind::Constraint, Phase::Verified) => validate(scene, transition),
        (_, Phase::Contracted) => contract(scene, transition),
        (_, Phase::Expanded | Phase::Syncing) => keep_in_step(scene, transition),
        (_, Phase::Backfilled) => backfill(scene, transition),
        (_, Phase::Verified) => verify(scene, transition),
        (_, Phase::Retired) => retire(scene, transition),
    }
}

/// What people call the two sides.
fn sides(scene: &Scene<'_>, transition: &Transition) -> (String, String) {
    let names = |ids: &[ShapeId]| {
        let names: Vec<String> = ids.iter().map(|id| scene.ledger.name(*id)).collect();
        names.join(", ")
    };
    (names(&transition.old), names(&transition.new))
}

fn validate(scene: &Scene<'_>, transition: &Transition) -> Next {
    let keys: Vec<&Key> = transition.new.iter().filter_map(|id| scene.alive(*id)).collect();
    let statements = keys.iter().filter_map(|key| match &key.part {
        Part::Constraint(name) => {
            Some(format!("ALTER TABLE {} VALIDATE CONSTRAINT {};", key.owner.short(), Quoted(name)))
        }
        _ => None,
    });
    Next {
        words: "prove the constraint for the rows that were there; reads and writes go on meanwhile".to_owned(),
        sql: sql::with_timeout(&statements.collect::<Vec<_>>()),
    }
}

fn keep_in_step(scene: &Scene<'_>, transition: &Transition) -> Next {
    let (old, new) = sides(scene, transition);
    match pair(scene, transition) {
        Some(pair) => Next {
            words: format!("let every write reach {new} too, before old rows are copied"),
            sql: Some(sql::trigger(&pair)),
        },
        None => Next {
            words: format!(
                "let every write of {old} reach {new} too; once the application does, say so in a migration"
            ),
            sql: sql::comment(scene, "sync", &transition.old, " by(application)"),
        },
    }
}

fn backfill(scene: &Scene<'_>, transition: &Transition) -> Next {
    let (old, new) = sides(scene, transition);
    let batches = "in batches of about a thousand rows, each in its own transaction and outside the migration";
    if let Some(pair) = pair(scene, transition) {
        let refill = scene.syncs(transition).into_iter().find_map(|sync| sql::refills(&pair, sync));
        let words = match refill {
            Some(trigger) => format!("fill {new} for old rows {batches}: trigger {} does it", Quoted(trigger)),
            None => format!("fill {new} for old rows {batches}"),
        };
        return Next { words, sql: sql::batch(&pair, refill.is_some()) };
    }
    let tables = (transition.old.first().and_then(|id| scene.alive(*id)), transition.new.first());
    let sql = match (transition.kind, tables) {
        (Kind::Table, (Some(old), Some(new))) => {
            scene.alive(*new).and_then(|new| sql::copy_rows(scene.catalog, &old.owner, &new.owner))
        }
        _ => sql::comment(scene, "backfill", &transition.new, " job(name)"),
    };
    Next { words: format!("fill {new} from {old} {batches}"), sql }
}

fn verify(scene: &Scene<'_>, transition: &Transition) -> Next {
    let said = sql::comment(scene, "verified", &transition.new, "");
    let query = match (pair(scene, transition), transition.kind) {
        (Some(pair), _) => Some(sql::compare(&pair)),
        (None, Kind::Table) => {
            let count = |id: &ShapeId| Some(format!("(SELECT count(*) FROM {})", scene.alive(*id)?.owner.short()));
            let counts: Vec<String> = transition.old.iter().chain(&transition.new).filter_map(count).collect();
            Some(format!("SELECT {};", counts.join(", ")))
        }
        (None, _) => sql::count_nulls(scene, transition),
    };
    let wanted = if transition.kind == Kind::Table { "the counts agree" } else { "the count is 0" };
    Next {
        words: format!("check that no row was missed; when {wanted}, say so in a migration"),
        sql: Some(query.into_iter().chain(said).collect::<Vec<_>>().join("\n")).filter(|sql| !sql.is_empty()),
    }
}

fn retire(scene: &Scene<'_>, transition: &Transition) -> Next {
    let (old, new) = sides(scene, transition);
    let own = transition.old.first().and_then(|id| scene.ledger.shape(*id)).map(|shape| match &shape.key.part {
        Part::Column(name) => name.to_string(),
        _ => shape.key.owner.name.to_string(),
    });
    // It is made to be copied into a shell, so only a name that means nothing there is put into it.
    let plain = |own: &String| own.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let search = own.filter(plain).map(|own| format!(" (git grep -nw {own})")).unwrap_or_default();
    let towards = if new.is_empty() { String::new() } else { format!(" to {new}") };
    let names: Vec<String> = transition.new.iter().filter_map(|id| sql::declared(scene, *id)).collect();
    let mut said = if names.is_empty() { String::new() } else { format!(" replaced-by({})", names.join(", ")) };
    if let Some(owner) = transition.owner.as_deref().filter(|owner| !owner.contains(['(', ')', '\n'])) {
        said = format!("{said} owner({owner})");
    }
    let mut lines: Vec<String> = Vec::new();
    for (table, column) in scene.columns(&transition.old) {
        let known = scene.catalog.table(table).and_then(|found| found.column(column));
        // Code that no longer knows the column cannot fill it.
        if known.is_some_and(|known| known.not_null == Some(true) && known.has_default != Some(true)) {
            lines.push(format!("ALTER TABLE {} ALTER COLUMN {} DROP NOT NULL;", table.short(), Quoted(column)));
        }
    }
    let sql: Vec<String> =
        sql::comment(scene, "retire", &transition.old, &said).into_iter().chain(sql::with_timeout(&lines)).collect();
    Next {
        words: format!("move readers and then writers{towards}; when no code names {old}{search}, retire it"),
        sql: Some(sql.join("\n")).filter(|sql| !sql.is_empty()),
    }
}

fn contract(scene: &Scene<'_>, transition: &Transition) -> Next {
    let (old, new) = sides(scene, transition);
    match transition.kind {
        Kind::Value => Next {
            words: format!(
                "let no code write {old} any more, and check that no row holds it; a value cannot be dropped: \
                            it goes with its type, when the columns move to a new one"
            ),
            sql: sql::count_values(scene, transition),
        },
        Kind::Constraint => {
            Next { words: format!("drop what NOT NULL has taken over: {new}"), sql: sql::contract(scene, transition) }
        }
        Kind::Index => Next {
            words: format!("when {new} is built and valid, drop {old}"),
            sql: Some(format!("DROP INDEX CONCURRENTLY {old};")),
        },
        Kind::Column | Kind::Table => Next {
            words: format!(
                "once the soak time has passed and no running code names {old}, drop it: there is no way back"
            ),
            sql: sql::contract(scene, transition),
        },
    }
}
