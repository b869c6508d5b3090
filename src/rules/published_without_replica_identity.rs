//! See `rules/published-without-replica-identity.md`.

use std::collections::BTreeSet;

use super::support::end::End;
use super::support::lost_key::lost_keys;
use super::support::{action, counted};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::catalog::{Publication, Relation, Table};
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::object::{ObjectChange, ObjectKind};
use crate::syntax::publication::PublicationEdit;

/// Tables a finding names.
const NAMED: usize = 5;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    if release.after.publications.is_empty() {
        return;
    }
    let mut looked = Looked::default();
    let mut told: BTreeSet<QName> = lost_keys(release).iter().map(|lost| lost.table.clone()).collect();
    for step in &release.steps {
        if let Some(publication) = published(step).and_then(|name| release.after.publications.get(name)) {
            let tables: Vec<&Table> = tables(release, publication, &mut looked)
                .into_iter()
                .filter(|table| !told.contains(&table.name))
                .collect();
            if !tables.is_empty() {
                report_publication(step, publication, &tables, findings);
                told.extend(tables.into_iter().map(|table| table.name.clone()));
            }
        }
    }
    for (step, table) in End::of(release).tables() {
        if loses_identity(step) && !told.contains(&table.name) {
            let publications = release.after.publications_of(&table.name);
            let publication = publications.iter().find(|publication| publication.old_rows && lacks_identity(table));
            if let Some(publication) = publication {
                report_table(step, table, publication, findings);
                told.insert(table.name.clone());
            }
        }
    }
}

/// The publication that the step creates or adds to.
fn published<'r>(step: &'r Step<'_>) -> Option<&'r Symbol> {
    match &step.operation.kind {
        OperationKind::CreatePublication { def, .. } => Some(&def.name.name),
        OperationKind::AlterObject { name: Some(name), def, .. } if def.kind == ObjectKind::Publication => {
            match def.change {
                ObjectChange::PublicationObjects { edit: PublicationEdit::Add | PublicationEdit::Set, .. } => {
                    Some(&name.name)
                }
                ObjectChange::PublicationOptions(options) if options.old_rows == Some(true) => Some(&name.name),
                _ => None,
            }
        }
        _ => None,
    }
}

/// What all publications of a release together had to be looked through for, so that each is looked through once.
#[derive(Default)]
struct Looked {
    all: bool,
    schemas: BTreeSet<Symbol>,
}

/// The tables of a publication whose rows a subscriber could not find.
fn tables<'r>(release: &Release<'r>, publication: &Publication, looked: &mut Looked) -> Vec<&'r Table> {
    if !publication.old_rows || looked.all {
        return Vec::new();
    }
    let mut found: Vec<&Table> =
        publication.tables.iter().filter_map(|name| release.after.table(name)).map(|table| &**table).collect();
    let relations = &release.after.relations;
    if publication.all_tables {
        looked.all = true;
        found.extend(relations.values().filter_map(table));
    }
    for schema in publication.schemas.iter().filter(|schema| looked.schemas.insert(Symbol::clone(schema))) {
        let first = QName { schema: schema.clone(), name: "".into() };
        let inside = relations.range(first..).take_while(|(name, _)| name.schema == *schema);
        found.extend(inside.filter_map(|(_, relation)| table(relation)));
    }
    found.retain(|table| lacks_identity(table) && !table.temporary && !table.unlogged);
    found.sort_by_key(|table| &table.name);
    found.dedup_by_key(|table| &table.name);
    found
}

fn table(relation: &Relation) -> Option<&Table> {
    match relation {
        Relation::Table(table) => Some(table),
        Relation::View(_) | Relation::Sequence(_) => None,
    }
}

fn lacks_identity(table: &Table) -> bool {
    table.identifies_rows() == Some(false)
}

/// Whether the step may leave its table without a way to tell rows apart.
fn loses_identity(step: &Step<'_>) -> bool {
    let creates = matches!(step.operation.kind, OperationKind::CreateTable { .. });
    creates || action(step).is_some_and(|(_, action)| matches!(action.kind, ActionKind::ReplicaIdentity(_)))
}

fn report_publication(step: &Step<'_>, publication: &Publication, tables: &[&Table], findings: &mut Findings) {
    let names: Vec<_> = tables.iter().take(NAMED).map(|table| table.name.short()).collect();
    let more = tables.len() - names.len();
    let more = if more == 0 { String::new() } else { format!(" and {}", counted(more, "other table")) };
    let message = format!(
        "UPDATE and DELETE of {}{more} fail in publication {}: nothing tells a subscriber which row is meant",
        names.join(", "),
        Quoted(&publication.name)
    );
    let builder = findings
        .on(step, message)
        .label("published without a replica identity")
        .subject(Quoted(&publication.name).to_string());
    let remedies: Vec<_> = tables.iter().take(NAMED).map(|table| remedy(table)).collect();
    builder
        .note(REASON)
        .help(format!("first give each table a key, or make its whole rows the identity:\n{}", remedies.join("\n")))
        .emit();
}

fn report_table(step: &Step<'_>, table: &Table, publication: &Publication, findings: &mut Findings) {
    findings
        .on(
            step,
            format!(
                "UPDATE and DELETE of {} fail in publication {}: nothing tells a subscriber which row is meant",
                table.name.short(),
                Quoted(&publication.name)
            ),
        )
        .label("published without a replica identity")
        .subject(table.name.to_string())
        .note(REASON)
        .help(format!("give it a key, or make its whole rows the identity:\n{}", remedy(table)))
        .emit();
}

/// Why it fails on the publisher.
const REASON: &str = "the server refuses such statements on the publisher, whether or not anybody subscribes";

fn remedy(table: &Table) -> String {
    let short = table.name.short();
    match table.primary_key() {
        Some(key) if !key.deferrable => format!("ALTER TABLE {short} REPLICA IDENTITY DEFAULT;"),
        _ => format!("ALTER TABLE {short} REPLICA IDENTITY FULL;"),
    }
}
