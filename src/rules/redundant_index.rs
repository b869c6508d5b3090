//! See `rules/redundant-index.md`.

use super::support::edit;
use super::support::end::{End, written};
use crate::finding::Level;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::catalog::{Index, Origin, Table};
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::name::Quoted;
use crate::syntax::span::Span;
use crate::syntax::table::ConstraintKind;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    for (step, table) in End::of(release).tables() {
        for (place, index) in new_indexes(step, table, release) {
            judge(step, place, table, index, release, findings);
        }
    }
}

/// The indexes that the step makes, as they are in the end, each with the clause that asks for it.
fn new_indexes<'r>(step: &'r Step<'_>, table: &'r Table, release: &Release<'_>) -> Vec<(Span, &'r Index)> {
    let origin = Origin { release: release.number, file: step.file, span: step.operation.span };
    let made = || table.indexes.iter().filter(move |index| index.origin == Some(origin) && !index.only);
    if matches!(step.operation.kind, OperationKind::CreateIndex { .. }) {
        return made().map(|index| (step.operation.span, index)).collect();
    }
    // What a partition or a copy gets from elsewhere is not written here.
    let keys = written(step).into_iter().filter_map(|(constraint, column)| match &constraint.kind {
        ConstraintKind::Unique(key) | ConstraintKind::PrimaryKey(key) if key.using_index.is_none() => Some((
            constraint,
            key.columns.iter().map(|ident| &ident.name).chain(column.filter(|_| key.columns.is_empty())),
        )),
        _ => None,
    });
    let mut found = Vec::new();
    for (constraint, columns) in keys {
        let columns: Vec<_> = columns.collect();
        let primary = matches!(constraint.kind, ConstraintKind::PrimaryKey(_));
        let is_it = |index: &&Index| {
            let named = constraint.name.as_ref().is_none_or(|name| name.name == index.name);
            index.constraint.is_some()
                && named
                && index.keys.iter().flatten().eq(columns.iter().copied())
                && primary == is_primary(table, index)
        };
        found.extend(made().find(is_it).map(|index| (edit::place(step, constraint.span), index)));
    }
    found
}

fn is_primary(table: &Table, index: &Index) -> bool {
    table.primary_key().is_some_and(|key| Some(&key.name) == index.constraint.as_ref())
}

fn judge(step: &Step<'_>, place: Span, table: &Table, index: &Index, release: &Release<'_>, findings: &mut Findings) {
    if let Some(column) = repeated(index) {
        return report_repeated(step, place, table, index, column, findings);
    }
    let is_new = |other: &Index| step.is_new(release, other.origin);
    let others = || table.indexes.iter().filter(|other| other.name != index.name && !other.only);
    let covers = |other: &&Index| {
        // Of two that are the same the later one is too much; the index of a primary key never is.
        let later =
            !is_primary(table, index) && (!is_new(other) || comes_after(index, other) || !other.is_covered_by(index));
        index.is_covered_by(other) && can_replace(table, other) && later
    };
    if let Some(other) = others().find(covers).filter(|_| !index.replica_identity) {
        return report_needless(step, place, table, (index, other), findings);
    }
    let needless = |other: &&Index| {
        !is_new(other)
            && other.constraint.is_none()
            && !other.replica_identity
            && other.is_covered_by(index)
            && can_replace(table, index)
    };
    if let Some(other) = others().find(needless) {
        report_outdone(step, place, table, (index, other), findings);
    }
}

fn comes_after(index: &Index, other: &Index) -> bool {
    let place = |index: &Index| index.origin.map(|origin| (origin.file, origin.span.start));
    (place(index), &index.name) > (place(other), &other.name)
}

/// `ON CONFLICT` and foreign keys cannot go by the index of a deferrable constraint.
fn can_replace(table: &Table, other: &Index) -> bool {
    let constraint = other.constraint.as_ref().and_then(|name| table.constraint(name));
    !constraint.is_some_and(|constraint| constraint.deferrable)
}

/// A column that the index has twice, compared in the same way.
fn repeated(index: &Index) -> Option<&str> {
    let keys: Vec<_> = index.keys.iter().zip(&index.forms).collect();
    let again = |(at, (key, form)): (usize, &(&Option<_>, &crate::syntax::index::KeyForm))| {
        let earlier = keys.get(..at).unwrap_or_default().iter();
        key.is_some()
            && earlier.into_iter().any(|(other, earlier)| {
                other == key && earlier.class == form.class && earlier.collation == form.collation
            })
    };
    let found = keys.iter().enumerate().find(|(at, key)| again((*at, key)));
    found.and_then(|(_, (key, _))| key.as_deref())
}

fn report_repeated(step: &Step<'_>, place: Span, table: &Table, index: &Index, column: &str, findings: &mut Findings) {
    let column = Quoted(column);
    findings
        .on(step, format!("index {} on {} has column {column} twice", Quoted(&index.name), table.name.short()))
        .at(place)
        .label(format!("{column} adds nothing the second time"))
        .subject(subject(table, index))
        .note("it takes room in every entry and orders nothing")
        .help(format!("name {column} once"))
        .emit();
}

fn report_needless(
    step: &Step<'_>,
    place: Span,
    table: &Table,
    (index, other): (&Index, &Index),
    findings: &mut Findings,
) {
    let (name, earlier, short) = (Quoted(&index.name), Quoted(&other.name), table.name.short());
    let message = if index.keys.len() == other.keys.len() {
        format!("index {name} on {short} does what {earlier} does already")
    } else {
        format!("index {name} on {short} is no more than the beginning of {earlier}")
    };
    let mut builder = findings
        .on(step, message)
        .at(place)
        .label("every write keeps it up, and no query needs it")
        .subject(subject(table, index))
        .note(format!("{earlier} on {} finds the same rows", keys(other)));
    if let Some(origin) = other.origin {
        builder = builder.related(origin.file, origin.span, format!("{earlier} is made here"));
    }
    let may_replace =
        other.constraint.is_none() && other.origin.map(|it| it.release) != index.origin.map(|it| it.release);
    let help = if may_replace {
        format!(
            "leave it out, or, if it is to take the place of {earlier}, drop that one in the same release:\nDROP INDEX \
             CONCURRENTLY {};",
            beside(table, other)
        )
    } else {
        "leave it out".to_owned()
    };
    builder.help(help).emit();
}

fn report_outdone(
    step: &Step<'_>,
    place: Span,
    table: &Table,
    (index, other): (&Index, &Index),
    findings: &mut Findings,
) {
    let (name, earlier) = (Quoted(&index.name), Quoted(&other.name));
    let mut builder = findings
        .on(step, format!("index {name} makes index {earlier} on {} needless", table.name.short()))
        .at(place)
        .label(format!("begins with the keys of {earlier}"))
        .subject(subject(table, other))
        .note(format!("{name} on {} finds the same rows; every write keeps both up", keys(index)));
    if let Some(origin) = other.origin {
        builder = builder.related(origin.file, origin.span, format!("{earlier} is made here"));
    }
    builder
        .at_most(Level::Note)
        .help(format!(
            "once {name} is there, drop the other one, in a file that runs without a transaction:\nDROP INDEX CONCURRENTLY {};",
            beside(table, other)
        ))
        .emit();
}

/// `(user_id, at)`, an ellipsis for an expression.
fn keys(index: &Index) -> String {
    let keys: Vec<_> = index
        .keys
        .iter()
        .map(|key| key.as_ref().map_or_else(|| "…".to_owned(), |key| Quoted(key).to_string()))
        .collect();
    format!("({})", keys.join(", "))
}

fn beside(table: &Table, index: &Index) -> String {
    QName { schema: table.name.schema.clone(), name: index.name.clone() }.short()
}

fn subject(table: &Table, index: &Index) -> String {
    QName { schema: table.name.schema.clone(), name: index.name.clone() }.to_string()
}
