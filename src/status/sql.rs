//! The SQL of next steps, with the names that the catalog knows.

use super::next::{Pair, Scene};
use crate::rules::support::batch::{self, Key as RowKey};
use crate::schema::catalog::{Catalog, Relation};
use crate::schema::operation::QName;
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::object::TriggerEvent;
use crate::transition::{Key, Part, ShapeId, Sync, SyncedBy, Transition};

/// The bytes a name may have; the server cuts longer ones.
const LONGEST_NAME: usize = 63;

/// Columns of an enum that are searched for one of its values.
const COLUMNS_SEARCHED: usize = 8;

/// The statements under a limit on how long they wait for their locks.
pub(super) fn with_timeout(statements: &[String]) -> Option<String> {
    (!statements.is_empty()).then(|| format!("SET lock_timeout = '5s';\n{}", statements.join("\n")))
}

/// A comment that declares something of the first of `ids` that it can name.
pub(super) fn comment(scene: &Scene<'_>, said: &str, ids: &[ShapeId], more: &str) -> Option<String> {
    let lines: Vec<String> =
        ids.iter().filter_map(|id| Some(format!("-- switchback: {said} {}{more}", declared(scene, *id)?))).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The name of a shape as comments take it; none where it has characters that they do not.
pub(super) fn declared(scene: &Scene<'_>, id: ShapeId) -> Option<String> {
    let key = scene.alive(id)?;
    let name = match &key.part {
        Part::Whole => key.owner.short(),
        Part::Column(column) => format!("{}.{}", key.owner.short(), Quoted(column)),
        Part::Constraint(_) | Part::Value(_) | Part::Index => return None,
    };
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '-' | '.' | '"');
    name.chars().all(plain).then_some(name)
}

/// A trigger that fills the new columns with every write.
pub(super) fn trigger(pair: &Pair<'_>) -> String {
    let table = pair.table.short();
    let first = pair.new.first().map(|name| &***name).unwrap_or_default();
    let name = cut(&format!("{}_{first}_sync", pair.table.name));
    let function = QName { schema: pair.table.schema.clone(), name: name.as_str().into() }.short();
    let old = pair.old.first().map(|name| Quoted(name).to_string()).unwrap_or_default();
    let note = if pair.is_plain() { "" } else { " -- however the old becomes the new" };
    let lines: Vec<String> =
        pair.new.iter().map(|new| format!("    NEW.{} := NEW.{old};{note}", Quoted(new))).collect();
    format!(
        "CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n{}\n    RETURN NEW;\nEND\n$$;\n\
         SET lock_timeout = '5s';\n\
         CREATE TRIGGER {} BEFORE INSERT OR UPDATE ON {table}\n    FOR EACH ROW EXECUTE FUNCTION {function}();",
        lines.join("\n"),
        Quoted(&name),
    )
}

fn cut(name: &str) -> String {
    let mut name = name.to_owned();
    while name.len() > LONGEST_NAME {
        name.pop();
    }
    name
}

/// The trigger, if it is one that fills the new columns when a row is updated in any way that leaves it as it is.
pub(super) fn refills<'s>(pair: &Pair<'_>, sync: &'s Sync) -> Option<&'s Symbol> {
    let SyncedBy::Trigger { table, name, events, update_of, .. } = &sync.by else { return None };
    let old = pair.old.first()?;
    let fires = events.contains(&TriggerEvent::Update) && (update_of.is_empty() || update_of.contains(old));
    (table == pair.table && fires).then_some(name)
}

/// One batch of a backfill. `by_trigger`: to touch a row is enough.
pub(super) fn batch(pair: &Pair<'_>, by_trigger: bool) -> Option<String> {
    let table = pair.table.short();
    let old = Quoted(pair.old.first()?).to_string();
    let new: Vec<String> = pair.new.iter().map(|name| Quoted(name).to_string()).collect();
    let set = if by_trigger {
        format!("{old} = {old}")
    } else {
        new.iter().map(|new| format!("{new} = {old}")).collect::<Vec<_>>().join(", ")
    };
    let note = if by_trigger || pair.is_plain() { "" } else { " -- however the old becomes the new" };
    let empty = nulls(&new);
    let open = format!("{old} IS NOT NULL AND {empty}");
    let head = format!("UPDATE {table} SET {set}{note}\nWHERE");
    Some(match batch::key(pair.known)? {
        RowKey::Integer(key) => format!("{head} {open} AND {key} >= 1 AND {key} < 1001;"),
        RowKey::Columns(columns) => {
            let row = if columns.contains(',') { format!("({columns})") } else { columns.clone() };
            format!("{head} {row} IN (SELECT {columns} FROM {table} WHERE {open} LIMIT 1000);")
        }
        RowKey::Place => format!("{head} ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE {open} LIMIT 1000));"),
    })
}

/// `a IS NULL`, or `(a IS NULL OR b IS NULL)`.
fn nulls(columns: &[String]) -> String {
    let each: Vec<String> = columns.iter().map(|column| format!("{column} IS NULL")).collect();
    if each.len() == 1 { each.concat() } else { format!("({})", each.join(" OR ")) }
}

/// Copies a range of the rows of one table into another: the columns that both have.
pub(super) fn copy_rows(catalog: &Catalog<'_>, old: &QName, new: &QName) -> Option<String> {
    let (from, to) = (catalog.table(old)?, catalog.table(new)?);
    let shared = to.columns.iter().filter(|column| column.generated.is_none() && from.column(&column.name).is_some());
    let columns: Vec<String> = shared.map(|column| Quoted(&column.name).to_string()).collect();
    if columns.is_empty() {
        return None;
    }
    let columns = columns.join(", ");
    let range = match batch::key(Some(from))? {
        RowKey::Integer(key) => format!("\nWHERE {key} >= 1 AND {key} < 1001"),
        RowKey::Columns(key) => format!("\nORDER BY {key} LIMIT 1000"),
        RowKey::Place => String::new(),
    };
    Some(format!(
        "INSERT INTO {} ({columns})\nSELECT {columns} FROM {}{range}\nON CONFLICT DO NOTHING;",
        new.short(),
        old.short()
    ))
}

/// Counts the rows that a backfill has missed.
pub(super) fn compare(pair: &Pair<'_>) -> String {
    let table = pair.table.short();
    let quoted = |names: &[&Symbol]| names.iter().map(|name| Quoted(name).to_string()).collect::<Vec<_>>();
    let (old, new) = (quoted(&pair.old), quoted(&pair.new));
    if let ([old], [new], true) = (old.as_slice(), new.as_slice(), pair.is_plain()) {
        return format!("SELECT count(*) FROM {table} WHERE {new} IS DISTINCT FROM {old};");
    }
    let full: Vec<String> = old.iter().map(|column| format!("{column} IS NOT NULL")).collect();
    let full = if full.len() == 1 { full.concat() } else { format!("({})", full.join(" OR ")) };
    format!("SELECT count(*) FROM {table} WHERE {full} AND {};", nulls(&new))
}

/// Counts the rows whose new columns are empty, table by table.
pub(super) fn count_nulls(scene: &Scene<'_>, transition: &Transition) -> Option<String> {
    let columns = scene.columns(&transition.new);
    let lines: Vec<String> = columns
        .iter()
        .map(|(table, name)| format!("SELECT count(*) FROM {} WHERE {} IS NULL;", table.short(), Quoted(name)))
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Counts the rows that still hold an old value, in every column of its type.
pub(super) fn count_values(scene: &Scene<'_>, transition: &Transition) -> Option<String> {
    let mut lines = Vec::new();
    for key in transition.old.iter().filter_map(|id| scene.alive(*id)) {
        let Part::Value(value) = &key.part else { continue };
        let value = value.replace('\'', "''");
        for (table, column) in scene.catalog.columns_of_type(&key.owner).into_iter().take(COLUMNS_SEARCHED) {
            lines.push(format!("SELECT count(*) FROM {} WHERE {} = '{value}';", table.short(), Quoted(&column)));
        }
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Removes what keeps old and new in step, then the old.
pub(super) fn contract(scene: &Scene<'_>, transition: &Transition) -> Option<String> {
    let mut lines = Vec::new();
    for (table, trigger, function) in scene.triggers(transition) {
        lines.push(format!("DROP TRIGGER {} ON {};", Quoted(trigger), table.short()));
        if is_only_caller(scene.catalog, function, table, trigger) {
            lines.push(format!("DROP FUNCTION {}();", function.short()));
        }
    }
    let shapes = transition.old.iter().chain(transition.new.iter().filter(|_| transition.old.is_empty()));
    lines.extend(shapes.filter_map(|id| scene.alive(*id)).filter_map(|key| drop(scene.catalog, key)));
    with_timeout(&lines)
}

fn drop(catalog: &Catalog<'_>, key: &Key) -> Option<String> {
    let table = key.owner.short();
    match &key.part {
        Part::Whole => {
            let view = matches!(catalog.relations.get(&key.owner), Some(Relation::View(_)));
            Some(format!("DROP {} {table};", if view { "VIEW" } else { "TABLE" }))
        }
        Part::Column(column) => Some(format!("ALTER TABLE {table} DROP COLUMN {};", Quoted(column))),
        Part::Constraint(name) => Some(format!("ALTER TABLE {table} DROP CONSTRAINT {};", Quoted(name))),
        Part::Value(_) | Part::Index => None,
    }
}

/// Whether nothing but this trigger calls the function.
pub(super) fn is_only_caller(catalog: &Catalog<'_>, function: &QName, table: &QName, trigger: &Symbol) -> bool {
    let tables = catalog.links.triggered.get(function).into_iter().flatten();
    let triggers = tables.filter_map(|table| catalog.table(table)).flat_map(|found| {
        found.triggers.iter().filter(|one| one.function == *function).map(|one| (&found.name, &one.name))
    });
    catalog.functions.contains_key(function) && triggers.take(2).all(|found| found == (table, trigger))
}
