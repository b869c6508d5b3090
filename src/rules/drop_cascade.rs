//! See `rules/drop-cascade.md`.

use std::collections::BTreeSet;

use super::support::lost_key::lost_keys;
use super::support::removal::removals;
use super::support::{edit, on_new_relation};
use crate::finding::Level;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::cascade::{Cascade, Taken};
use crate::schema::catalog::{Catalog, ConstraintBody, Table};
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::object::ObjectKind;
use crate::syntax::span::Span;

/// Things a finding names.
const NAMED: usize = 5;

/// What else the release does that bears on its cascades.
struct Facts<'r> {
    /// Clauses that the rules on removals report.
    removals: BTreeSet<(u32, Span)>,
    /// Clauses that `primary-key-dropped` reports, which names the foreign keys.
    lost_keys: BTreeSet<(u32, Span)>,
    /// What statements name to be dropped.
    dropped: BTreeSet<&'r QName>,
    /// What the release creates: the last part of the name.
    made: BTreeSet<&'r str>,
}

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    if release.steps.iter().all(|step| step.before.cascade.is_none()) {
        return;
    }
    let facts = Facts::of(release);
    for step in &release.steps {
        let Some(cascade) = &step.before.cascade else { continue };
        if on_new_relation(step, release)
            || step.is_new(release, step.before.origin)
            || facts.lost_keys.contains(&place(step))
            || is_schema(step)
        {
            continue;
        }
        let lost = facts.lost(cascade, release.after);
        let silent = cascade.complete || facts.is_told(step) || facts.is_head_of_script(step);
        let unknown = cascade.taken.is_empty() && !silent;
        if unknown || !lost.is_empty() {
            report(step, &lost, findings);
        }
    }
}

impl<'r> Facts<'r> {
    fn of(release: &'r Release<'_>) -> Self {
        let removals = removals(release).iter().map(|removal| place(removal.step)).collect();
        let dropped = release.steps.iter().filter_map(|step| match &step.operation.kind {
            OperationKind::Drop { name, .. } => Some(name),
            _ => None,
        });
        Self {
            removals,
            lost_keys: lost_keys(release).iter().map(|lost| place(lost.step)).collect(),
            dropped: dropped.collect(),
            made: release.steps.iter().filter_map(made).collect(),
        }
    }

    /// What goes for good and is named nowhere: a view that is made again, or the foreign key of a table that goes as
    /// well, is no loss.
    fn lost<'s>(&self, cascade: &'s Cascade, after: &Catalog<'_>) -> Vec<&'s Taken> {
        let lost = |taken: &&Taken| match taken {
            Taken::Table(name) | Taken::Domain(name) => !self.dropped.contains(name),
            Taken::View { name, .. } => !self.dropped.contains(name) && after.view(name).is_none(),
            Taken::Column(table, _) => after.table(table).is_some(),
            Taken::ForeignKey { table, columns, .. } => {
                let again = |table: &Table| {
                    table.constraints.iter().any(|constraint| {
                        matches!(constraint.kind, ConstraintBody::ForeignKey { .. }) && constraint.columns == *columns
                    })
                };
                after.table(table).is_some_and(|table| !again(table))
            }
            Taken::Trigger { table, name } => after.table(table).is_some_and(|table| table.trigger(name).is_none()),
            Taken::Default(table, column) => {
                let column = after.table(table).and_then(|table| table.column(column));
                column.is_some_and(|column| column.has_default != Some(true))
            }
        };
        cascade.taken.iter().filter(lost).collect()
    }

    /// Whether another rule reports the clause, and nothing more is known than that.
    fn is_told(&self, step: &Step<'_>) -> bool {
        self.removals.contains(&place(step))
    }

    /// The start of a script that may run on an empty database: `DROP … IF EXISTS` of what it then creates.
    fn is_head_of_script(&self, step: &Step<'_>) -> bool {
        let OperationKind::Drop { name, .. } = &step.operation.kind else { return false };
        step.operation.guarded && !step.before.known && self.made.contains(&*name.name)
    }
}

fn place(step: &Step<'_>) -> (u32, Span) {
    (step.file, step.operation.span)
}

/// `contract-before-expand` names what is in a schema.
fn is_schema(step: &Step<'_>) -> bool {
    matches!(&step.operation.kind, OperationKind::Drop { kind: ObjectKind::Schema, .. })
}

fn made<'r>(step: &'r Step<'_>) -> Option<&'r str> {
    let name: &Symbol = match &step.operation.kind {
        OperationKind::CreateTable { table: name, .. }
        | OperationKind::SelectInto { table: name, .. }
        | OperationKind::CreateView { view: name, .. }
        | OperationKind::CreateType { name, .. }
        | OperationKind::CreateDomain { name, .. }
        | OperationKind::CreateSequence { name, .. }
        | OperationKind::CreateFunction { name, .. } => &name.name,
        OperationKind::CreateObject { def, .. } => def.name.as_ref()?.last(),
        _ => return None,
    };
    Some(name)
}

fn report(step: &Step<'_>, lost: &[&Taken], findings: &mut Findings) {
    let what = what(step);
    let mut builder = if lost.is_empty() {
        findings
            .on(step, format!("CASCADE drops whatever depends on {what}, and nothing here says what that is"))
            .label("takes along what nobody names")
            .note("views, foreign keys, columns, triggers and policies go without a word, and are not made again")
    } else {
        findings.on(step, format!("dropping {what} takes along {}", listed(lost))).label("nobody names them")
    };
    if lost.iter().any(|taken| matches!(taken, Taken::Table(_) | Taken::Column(..))) {
        builder = builder.at_least(Level::Error).note("what is in it is lost");
    }
    let sql = without_cascade(step);
    let all: Vec<_> = lost.iter().take(NAMED).map(|taken| drop_sql(taken)).chain([sql.clone()]).collect();
    let help = if lost.is_empty() {
        format!("leave CASCADE out: the server then refuses, and names what depends on it:\n{sql}")
    } else {
        format!("say what goes, and leave CASCADE out:\n{}", all.join("\n"))
    };
    builder.help(help).emit();
}

fn listed(lost: &[&Taken]) -> String {
    let named: Vec<_> = lost.iter().take(NAMED).map(ToString::to_string).collect();
    let more = lost.len() - named.len();
    match (more, named.split_last()) {
        (0, Some((end, others))) if !others.is_empty() => format!("{} and {end}", others.join(", ")),
        (0, _) => named.join(", "),
        _ => format!("{} and {more} more", named.join(", ")),
    }
}

/// What is dropped: "table users", "column users.email".
fn what(step: &Step<'_>) -> String {
    match &step.operation.kind {
        OperationKind::Alter { relation, action, .. } => match &action.kind {
            ActionKind::DropColumn { column, .. } => format!("column {}.{}", relation.short(), Quoted(&column.name)),
            ActionKind::DropConstraint { constraint, .. } => {
                format!("constraint {} of {}", Quoted(&constraint.name), relation.short())
            }
            _ => relation.short(),
        },
        OperationKind::Drop { kind: ObjectKind::Owned, written, .. } => format!("what {written} owns"),
        OperationKind::Drop { written, def, .. } => {
            let head = edit::text(step, def.head).to_lowercase();
            let words: Vec<_> = head.split_whitespace().skip(1).collect();
            format!("{} {written}", words.join(" "))
        }
        _ => String::new(),
    }
}

fn without_cascade(step: &Step<'_>) -> String {
    match &step.operation.kind {
        OperationKind::Alter { relation, action, .. } => {
            let (kind, name) = match &action.kind {
                ActionKind::DropColumn { column, .. } => ("COLUMN", column),
                ActionKind::DropConstraint { constraint, .. } => ("CONSTRAINT", constraint),
                _ => return String::new(),
            };
            format!("ALTER TABLE {} DROP {kind} {};", relation.short(), Quoted(&name.name))
        }
        OperationKind::Drop { written, def, .. } => {
            let head = edit::text(step, def.head).to_uppercase();
            format!("{} {written};", head.split_whitespace().collect::<Vec<_>>().join(" "))
        }
        _ => String::new(),
    }
}

fn drop_sql(taken: &Taken) -> String {
    match taken {
        Taken::Table(name) => format!("DROP TABLE {};", name.short()),
        Taken::View { name, materialized: false } => format!("DROP VIEW {};", name.short()),
        Taken::View { name, materialized: true } => format!("DROP MATERIALIZED VIEW {};", name.short()),
        Taken::Column(table, column) => format!("ALTER TABLE {} DROP COLUMN {};", table.short(), Quoted(column)),
        Taken::ForeignKey { table, name, .. } => {
            format!("ALTER TABLE {} DROP CONSTRAINT {};", table.short(), Quoted(name))
        }
        Taken::Trigger { table, name } => format!("DROP TRIGGER {} ON {};", Quoted(name), table.short()),
        Taken::Default(table, column) => {
            format!("ALTER TABLE {} ALTER COLUMN {} DROP DEFAULT;", table.short(), Quoted(column))
        }
        Taken::Domain(name) => format!("DROP DOMAIN {};", name.short()),
    }
}
