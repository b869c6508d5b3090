//! A catalog as text: a line per table, column, index, constraint and trigger; `@n` is the number of the statement that
//! made it, `?` is what the history does not tell.

use std::fmt::Write as _;

use switchback::schema::apply::Mismatch;
use switchback::schema::catalog::{
    Catalog, Column, ConstraintBody, Index, Origin, Relation, ReplicaIdentity, Table, TypeKind, UserType, View,
};
use switchback::schema::lower::lower;
use switchback::schema::operation::{BodyPlace, OperationKind, QName};
use switchback::syntax::alter::TriggerState;
use switchback::syntax::name::Symbol;
use switchback::syntax::span::Span;
use switchback::syntax::statement::Statement;
use switchback::syntax::table::ReferentialAction;

/// Reads `sql`; file and release of everything in it are the number of its statement, from 1.
pub(crate) fn statements(sql: &str) -> Vec<Statement> {
    let section = Span::new(0, u32::try_from(sql.len()).unwrap());
    switchback::syntax::parse(sql, section).statements
}

/// Replays statements over a catalog.
pub(crate) fn replay<'a>(statements: &'a [Statement], catalog: &mut Catalog<'a>) -> Vec<Mismatch> {
    let mut notes = Vec::new();
    for (number, statement) in (1..).zip(statements) {
        for operation in lower(statement, catalog) {
            let origin = Origin { release: number, file: number, span: operation.span };
            notes.extend(catalog.apply(&operation, origin));
        }
    }
    notes
}

/// The catalog after `sql`, and what did not fit.
pub(crate) fn after(sql: &str) -> String {
    let statements = statements(sql);
    let mut catalog = Catalog::default();
    let notes = replay(&statements, &mut catalog);
    let mut text = render(&catalog);
    for note in notes {
        writeln!(text, "! {note}{}", note.earlier.map(at).unwrap_or_default()).unwrap();
    }
    text
}

/// The catalog as text.
pub(crate) fn render(catalog: &Catalog<'_>) -> String {
    let mut text = String::new();
    if *catalog.search_path != ["public".into()] {
        writeln!(text, "path {}", catalog.search_path.join(", ")).unwrap();
    }
    for (schema, origin) in &catalog.schemas {
        writeln!(text, "schema {schema}{}", at(*origin)).unwrap();
    }
    for relation in catalog.relations.values() {
        match relation {
            Relation::Table(found) => table(&mut text, found),
            Relation::View(found) => view(&mut text, found),
            Relation::Sequence(found) => {
                let owner = found.owned_by.as_ref().map(|(table, column)| format!(" of {}.{column}", table.short()));
                let line =
                    format!("sequence {}{}{}", found.name.short(), owner.unwrap_or_default(), made(found.origin));
                writeln!(text, "{line}").unwrap();
            }
        }
    }
    catalog.types.values().for_each(|found| user_type(&mut text, found));
    for function in catalog.functions.values() {
        let count = if function.overloads == 1 { String::new() } else { format!(" x{}", function.overloads) };
        let definer = if function.security_definer { " definer" } else { "" };
        let path = if function.search_path { " path" } else { "" };
        let (name, origin) = (function.name.short(), made(function.origin));
        writeln!(text, "function {name} {:?}{definer}{path}{count}{origin}", function.volatility).unwrap();
    }
    for found in catalog.publications.values() {
        let all = if found.all_tables { " all tables" } else { "" };
        let tables: String = found.tables.iter().map(|table| format!(" {}", table.short())).collect();
        let schemas: String = found.schemas.iter().map(|schema| format!(" {schema}.*")).collect();
        let rows = if found.old_rows { "" } else { " new rows" };
        writeln!(text, "publication {}:{all}{tables}{schemas}{rows}{}", found.name, made(found.origin)).unwrap();
    }
    text
}

fn table(text: &mut String, table: &Table) {
    let flags = [
        (!table.complete, "incomplete"),
        (table.temporary, "temporary"),
        (table.unlogged, "unlogged"),
        (table.partitioned, "partitioned"),
        (table.default_partition, "default"),
        (table.triggers_off.is_some(), "triggers-off"),
        (table.autovacuum_off.is_some(), "autovacuum-off"),
        (table.replica_identity == Some(ReplicaIdentity::Full), "identity-full"),
        (table.replica_identity == Some(ReplicaIdentity::Nothing), "identity-nothing"),
        (table.replica_identity == Some(ReplicaIdentity::Index), "identity-index"),
    ];
    let flags: String = flags.iter().filter(|(on, _)| *on).map(|(_, word)| format!(" {word}")).collect();
    let parents = if table.parents.is_empty() { String::new() } else { format!(" in {}", names(&table.parents)) };
    writeln!(text, "table {}{flags}{parents}{}{}", table.name.short(), made(table.origin), renamed(table.renamed))
        .unwrap();
    table.columns.iter().for_each(|found| column(text, found));
    table.indexes.iter().for_each(|found| index(text, found));
    for constraint in &table.constraints {
        let kind = match &constraint.kind {
            ConstraintBody::Check { not_null, .. } if !not_null.is_empty() => {
                format!("check {} is not null", not_null.join(", "))
            }
            ConstraintBody::Check { .. } => "check".into(),
            ConstraintBody::NotNull => "not null".into(),
            ConstraintBody::Unique => "unique".into(),
            ConstraintBody::PrimaryKey => "primary key".into(),
            ConstraintBody::Exclude => "exclude".into(),
            ConstraintBody::ForeignKey { table, on_delete, on_update, match_full, .. } => {
                let act = |event, action: &ReferentialAction| match action {
                    ReferentialAction::NoAction => String::new(),
                    action => format!(" {event} {action:?}"),
                };
                let full = if *match_full { " full" } else { "" };
                let acts = format!("{}{}", act("delete", on_delete), act("update", on_update));
                format!("references {}{full}{acts}", table.short())
            }
        };
        let valid = if constraint.validated { "" } else { " not valid" };
        let enforced = if constraint.enforced { "" } else { " not enforced" };
        let deferrable = if constraint.deferrable { " deferrable" } else { "" };
        let columns = constraint.columns.join(", ");
        let origin = made(constraint.origin);
        writeln!(text, "  - {} ({columns}) {kind}{deferrable}{valid}{enforced}{origin}", constraint.name).unwrap();
    }
    for trigger in &table.triggers {
        let events: Vec<String> = trigger.events.iter().map(|event| format!("{event:?}")).collect();
        let of =
            if trigger.update_of.is_empty() { String::new() } else { format!(" of {}", trigger.update_of.join(", ")) };
        let row = if trigger.for_each_row { " each row" } else { "" };
        let state = match trigger.state {
            TriggerState::Enabled => String::new(),
            state => format!(" {state:?}"),
        };
        let when = format!("{:?} {}{of}{row}", trigger.timing, events.join(" or "));
        let switched = trigger.switched.map(|origin| format!(" switched{}", at(origin))).unwrap_or_default();
        let (name, function) = (&trigger.name, trigger.function.short());
        writeln!(text, "  trigger {name} {function} {when}{state}{}{switched}", made(trigger.origin)).unwrap();
    }
}

fn column(text: &mut String, column: &Column) {
    let data_type = column.data_type.as_ref().map_or_else(
        || "?".to_owned(),
        |found| {
            let schema = found.schema.as_ref().map(|schema| format!("{schema}.")).unwrap_or_default();
            format!("{schema}{}{}", found.name, "[]".repeat(found.array.into()))
        },
    );
    let tri = |value: Option<bool>, yes: &str, unknown: &str| match value {
        Some(true) => format!(" {yes}"),
        Some(false) => String::new(),
        None => format!(" {unknown}"),
    };
    let not_null = tri(column.not_null, "not null", "null?");
    let default = tri(column.has_default, "default", "default?");
    let identity = if column.identity { " identity" } else { "" };
    let generated = column.generated.as_ref().map(|found| format!(" from ({})", found.columns.join(", ")));
    let loosened = column.loosened.map(|origin| format!(" loosened{}", at(origin))).unwrap_or_default();
    writeln!(
        text,
        "  {} {data_type}{not_null}{default}{identity}{}{}{}{loosened}",
        column.name,
        generated.unwrap_or_default(),
        made(column.origin),
        renamed(column.renamed),
    )
    .unwrap();
}

fn index(text: &mut String, index: &Index) {
    let keys: Vec<&str> = index.keys.iter().map(|key| key.as_deref().unwrap_or("(…)")).collect();
    let flags = [
        (index.unique, "unique"),
        (index.partial, "partial"),
        (index.only, "only"),
        (index.constraint.is_some(), "constraint"),
        (index.nulls_not_distinct, "nulls-alike"),
        (index.clustered, "clustered"),
        (index.replica_identity, "identity"),
    ];
    let flags: String = flags.iter().filter(|(on, _)| *on).map(|(_, word)| format!(" {word}")).collect();
    let method = if &*index.method == "btree" { String::new() } else { format!(" {}", index.method) };
    let all: Vec<Symbol> = index.keys.iter().flatten().cloned().collect();
    let more: Vec<&str> = index.columns.iter().filter(|column| !all.contains(column)).map(|column| &**column).collect();
    let more = if more.is_empty() { String::new() } else { format!(" + {}", more.join(", ")) };
    let keys = keys.join(", ");
    writeln!(text, "  # {} ({keys}{more}){method}{flags}{}", index.name, made(index.origin)).unwrap();
}

fn view(text: &mut String, view: &View) {
    let kind = if view.materialized { "materialized view" } else { "view" };
    let reads = names(&view.reads);
    writeln!(text, "{kind} {} of {reads} ({}){}", view.name.short(), view.columns.join(", "), made(view.origin))
        .unwrap();
    view.indexes.iter().for_each(|found| index(text, found));
}

fn user_type(text: &mut String, found: &UserType) {
    let kind = match &found.kind {
        TypeKind::Enum { values } => {
            let values: Vec<String> =
                values.iter().map(|value| format!("{}{}", value.value, made(value.origin))).collect();
            format!("enum ({})", values.join(", "))
        }
        TypeKind::Domain { base, not_null, default, constraints } => {
            let not_null = if *not_null { " not null" } else { "" };
            let default = if default.is_some() { " default" } else { "" };
            let constraints: String = constraints
                .iter()
                .map(|found| format!(" {}{}", found.name, if found.validated { "" } else { " not valid" }))
                .collect();
            format!("domain over {}{not_null}{default}{constraints}", base.name)
        }
        TypeKind::Composite => "composite".into(),
        TypeKind::Other => "other".into(),
    };
    writeln!(text, "type {} {kind}{}{}", found.name.short(), made(found.origin), renamed(found.renamed)).unwrap();
}

fn names(names: &[QName]) -> String {
    names.iter().map(QName::short).collect::<Vec<_>>().join(", ")
}

fn at(origin: Origin) -> String {
    format!(" @{}", origin.file)
}

fn made(origin: Option<Origin>) -> String {
    origin.map_or_else(|| " ?".to_owned(), at)
}

fn renamed(origin: Option<Origin>) -> String {
    origin.map(|origin| format!(" renamed{}", at(origin))).unwrap_or_default()
}

/// The operations of `sql`, each with what it names, its text and where in a body it stands.
pub(crate) fn operations(sql: &str) -> String {
    let statements = statements(sql);
    let mut catalog = Catalog::default();
    let mut text = String::new();
    for statement in &statements {
        for operation in lower(statement, &catalog) {
            catalog.apply(&operation, Origin { release: 0, file: 0, span: operation.span });
            let written = operation.span.of(sql).split_whitespace().collect::<Vec<_>>().join(" ");
            let written: String = written.chars().take(60).collect();
            let place = operation.body.map(place).unwrap_or_default();
            let guarded = if operation.guarded { " guarded" } else { "" };
            writeln!(text, "{}{place}{guarded} | {written}", kind(&operation.kind)).unwrap();
        }
    }
    text
}

fn kind(kind: &OperationKind<'_>) -> String {
    let debug = format!("{kind:?}");
    let variant = debug.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let name = match kind {
        OperationKind::ChangeRows { table: name, .. }
        | OperationKind::Alter { relation: name, .. }
        | OperationKind::Truncate { table: name, .. }
        | OperationKind::LockTable { table: name, .. }
        | OperationKind::SelectInto { table: name, .. }
        | OperationKind::Drop { name, .. }
        | OperationKind::Vacuum { table: Some(name), .. }
        | OperationKind::Comment { on: Some(name), .. }
        | OperationKind::Call { procedure: name } => name.short(),
        OperationKind::Do { commits: true } => "commits".to_owned(),
        OperationKind::Set(setting) => format!(
            "{}{} = {}",
            if setting.local { "local " } else { "" },
            setting.name.as_deref().unwrap_or("all"),
            setting.value.as_deref().unwrap_or("default")
        ),
        _ => return variant.to_owned(),
    };
    format!("{variant} {name}")
}

fn place(place: BodyPlace) -> String {
    let flags = [
        (true, "body"),
        (place.called.is_some(), "called"),
        (place.condition.is_some(), "conditional"),
        (place.in_loop, "loop"),
        (place.commits_in_loop, "commits"),
    ];
    let flags: Vec<&str> = flags.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect();
    format!(" [{}]", flags.join(" "))
}
