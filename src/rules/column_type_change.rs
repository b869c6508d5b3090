//! See `rules/column-type-change.md`.

use super::support::edit::{self, type_words};
use super::support::{action, blocking, column_path, column_subject, lasting};
use crate::finding::Level;
use crate::review::step::{Impact, Release, Step};
use crate::rule::Findings;
use crate::schema::operation::QName;
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Ident, Quoted};
use crate::syntax::types::DataType;

/// What is said of a type with fewer values.
const NARROWER: &str = "it fails on any value out of the range of the new type, and it is a point of no return: from then \
                        on nothing outside that range can be stored";

pub(crate) fn check(step: &Step<'_>, _: &Release<'_>, findings: &mut Findings) {
    let Some((table, action)) = action(step) else { return };
    let ActionKind::SetType { column, data_type, .. } = &action.kind else { return };
    if lasting(step).next().is_some() {
        report(step, table, column, data_type, findings);
    }
}

fn report(step: &Step<'_>, table: &QName, column: &Ident, data_type: &DataType, findings: &mut Findings) {
    let path = column_path(table, &column.name);
    let to = edit::text(step, data_type.span);
    let before = step.column(&column.name).and_then(|column| column.data_type.as_ref());
    let change = before.map_or_else(|| format!("to {to}"), |from| format!("from {} to {to}", type_words(from)));
    let assumed = step.effects.assumed.as_deref();
    let rewrites = lasting(step).any(|impact| impact.rewrite);
    let (verb, label) = match (rewrites, assumed) {
        (true, None) => ("rewrites every row of", "every row is written anew"),
        (true, Some(_)) => ("may rewrite every row of", "whether rows are rewritten depends on the present type"),
        (false, _) if step.effects.builds.is_empty() => {
            ("reads every row of", "no rewrite, but a constraint is checked anew")
        }
        (false, _) => ("rebuilds indexes of", "no rewrite, but indexes are built anew"),
    };
    let message = format!("changing {path} {change} {verb} {}", table.short());
    let mut builder = findings.on(step, message).label(label).subject(column_subject(table, &column.name));
    let widened = before.is_some_and(|from| from.widens_to(data_type));
    for impact in shown(step) {
        // Fewer rows make the lock short, but not the new type fit for the code that runs.
        builder = if widened { builder.impact(impact) } else { builder.lock(impact).measured(impact) };
    }
    for index in step.effects.builds.iter().filter_map(|(_, index)| index.as_ref()).filter(|_| !rewrites).take(3) {
        builder = builder.note(format!("index {} is rebuilt", Quoted(index)));
    }
    if let Some(assumed) = assumed {
        builder = builder.note(assumed).at_most(Level::Warning);
    }
    if before.is_some_and(|from| from.narrows_to(data_type)) {
        builder = builder.note(NARROWER);
    }
    let help = if rewrites {
        rewrite_help(step, table, column, to, length_limit(before, data_type))
    } else {
        recheck_help(step, table)
    };
    builder.help(help).emit();
}

/// The locks that last, else those that block.
fn shown<'s>(step: &'s Step<'_>) -> impl Iterator<Item = &'s Impact> {
    blocking(step).filter(|impact| impact.lasts()).take(3)
}

/// The length that a text is cut down to.
fn length_limit(from: Option<&DataType>, to: &DataType) -> Option<i64> {
    let is_text = |data_type: &DataType| matches!(&*data_type.name, "text" | "varchar") && data_type.array == 0;
    match to.modifiers.as_slice() {
        [limit] if from.is_some_and(is_text) && is_text(to) => Some(*limit),
        _ => None,
    }
}

fn rewrite_help(step: &Step<'_>, table: &QName, column: &Ident, to: &str, limit: Option<i64>) -> String {
    let short = table.short();
    let name = Quoted(&column.name);
    if let Some(limit) = limit {
        let check = edit::made_name(&[&table.name, &column.name, "length"]);
        return format!(
            "limit the length by a constraint instead, and validate it in a transaction of its own:\nALTER TABLE {short} \
             ADD CONSTRAINT {check} CHECK (length({name}) <= {limit}) NOT VALID;\nALTER TABLE {short} VALIDATE \
             CONSTRAINT {check};"
        );
    }
    let new = edit::made_name(&[&column.name, "new"]);
    if let Some(domain) = step.before.domain.as_ref().filter(|domain| domain.constrained) {
        let check = edit::made_name(&[&table.name, &new, "check"]);
        return format!(
            "add a column of the domain's base type, with what the domain demands as a constraint that leaves the old rows \
             alone; keep both in step by a trigger, fill it in batches, validate the constraint, move readers and \
             writers, and drop the old one in a later release:\nALTER TABLE {short} ADD COLUMN {new} {base};\nALTER TABLE \
             {short} ADD CONSTRAINT {check} CHECK (<condition of the domain>) NOT VALID;",
            base = type_words(&domain.base)
        );
    }
    format!(
        "add a column of the new type, keep both in step by a trigger, fill it in batches, move readers and writers, and \
         drop the old one in a later release:\nALTER TABLE {short} ADD COLUMN {new} {to};"
    )
}

fn recheck_help(step: &Step<'_>, table: &QName) -> String {
    match step.effects.builds.iter().find_map(|(_, index)| index.as_ref()) {
        Some(index) => {
            let index = Quoted(index);
            format!(
                "drop the index before and build it again after, both outside a transaction:\nDROP INDEX CONCURRENTLY \
                 {index};\nCREATE INDEX CONCURRENTLY {index} ON {} …;",
                table.short()
            )
        }
        None => "drop the constraint that mentions the column before, add it again with NOT VALID after, and validate it in \
                 a transaction of its own"
            .to_owned(),
    }
}
