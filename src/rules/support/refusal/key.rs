//! Constraints: keys, foreign keys, `NOT VALID` where there is no such thing.

use super::{Refusal, in_words, listed, refused};
use crate::review::step::{Release, Step};
use crate::rules::support::key;
use crate::schema::catalog::{ConstraintBody, Index, Table};
use crate::schema::operation::QName;
use crate::syntax::alter::{ActionKind, AlterTable};
use crate::syntax::name::{Ident, Quoted, Symbol};
use crate::syntax::table::{Constraint, ConstraintKind, CreateTable, ForeignKey, Key};

/// The first version that takes `NOT VALID` foreign keys on a partitioned table, and `NOT NULL … NOT VALID`.
const NOT_VALID_EVERYWHERE: u16 = 18;

/// The first version with exclusion constraints on partitioned tables.
const PARTITIONED_EXCLUDE: u16 = 17;

pub(super) fn add_constraint(
    step: &Step<'_>,
    release: &Release<'_>,
    table: &QName,
    constraint: &Constraint,
    alter: &AlterTable,
) -> Vec<Refusal> {
    let mut found: Vec<Refusal> = never_not_valid(table, constraint).into_iter().collect();
    let Some(known) = step.before.table.as_deref() else { return found };
    let words: Option<(String, String)> = match &constraint.kind {
        ConstraintKind::Unique(unique) => {
            adopted(known, unique, "UNIQUE").or_else(|| partitioned(known, &unique.columns, "UNIQUE"))
        }
        ConstraintKind::PrimaryKey(primary) => second_key(known, alter)
            .or_else(|| adopted(known, primary, "PRIMARY KEY"))
            .or_else(|| partitioned(known, &primary.columns, "PRIMARY KEY"))
            .or_else(|| unproven(known, primary).filter(|_| release.version >= NOT_VALID_EVERYWHERE)),
        ConstraintKind::ForeignKey(key) if known.partitioned => {
            foreign_key(known, key, constraint.not_valid && release.version < NOT_VALID_EVERYWHERE, alter.only)
        }
        ConstraintKind::Exclude(_) if known.partitioned && release.version < PARTITIONED_EXCLUDE => Some((
            "exclusion constraints are not supported on partitioned tables".to_owned(),
            "add it to each partition".to_owned(),
        )),
        _ => None,
    };
    found.extend(words.map(|(words, help)| refused(step, table, words, help)));
    found
}

/// `CREATE TABLE` with a key that its own `PARTITION BY` does not allow.
pub(super) fn of_new_table(table: &QName, def: &CreateTable) -> Vec<Refusal> {
    let inline = def.columns.iter().flat_map(|column| {
        column.constraints.iter().map(|constraint| (constraint, std::slice::from_ref(&column.name)))
    });
    let listed = def.constraints.iter().map(|constraint| (constraint, [].as_slice()));
    let mut found: Vec<Refusal> = Vec::new();
    for (constraint, column) in inline.chain(listed) {
        found.extend(never_not_valid(table, constraint));
        let (kind, columns) = match &constraint.kind {
            ConstraintKind::Unique(key) => ("UNIQUE", &key.columns),
            ConstraintKind::PrimaryKey(key) => ("PRIMARY KEY", &key.columns),
            _ => continue,
        };
        let columns = if columns.is_empty() { column } else { columns.as_slice() };
        let Some(by) = def.partition_by.as_ref().filter(|_| !columns.is_empty()) else { continue };
        let names: Vec<Symbol> = columns.iter().map(|column| column.name.clone()).collect();
        if let Some(missing) = lacks_partition_key(&by.columns, &names) {
            found.push(Refusal {
                at: constraint.span,
                words: partition_key_words(missing),
                subject: table.to_string(),
                help: wider(kind, &names, missing),
            });
        }
    }
    found
}

/// A column of the partition key that is not among `columns`.
pub(super) fn lacks_partition_key<'k>(key: &'k [Symbol], columns: &[Symbol]) -> Option<&'k str> {
    key.iter().find(|column| !columns.contains(column)).map(|column| &**column)
}

pub(super) fn partition_key_words(missing: &str) -> String {
    format!(
        "unique constraint on partitioned table must include all partitioning columns, and lacks {}",
        in_words(missing)
    )
}

fn wider(kind: &str, columns: &[Symbol], missing: &str) -> String {
    let list = listed(columns.iter().map(|column| &**column).chain([missing]));
    format!(
        "each partition has an index of its own, so only a key that contains the partition key can be unique: {kind} ({list})"
    )
}

fn partitioned(table: &Table, columns: &[Ident], kind: &str) -> Option<(String, String)> {
    let names: Vec<Symbol> = columns.iter().map(|column| column.name.clone()).collect();
    if !table.partitioned || names.is_empty() {
        return None;
    }
    let missing = lacks_partition_key(&table.partition_key, &names)?;
    Some((partition_key_words(missing), wider(kind, &names, missing)))
}

/// Constraints that are an index are valid or not there.
fn never_not_valid(table: &QName, constraint: &Constraint) -> Option<Refusal> {
    let (kind, key) = match &constraint.kind {
        ConstraintKind::Unique(key) => ("UNIQUE", Some(key)),
        ConstraintKind::PrimaryKey(key) => ("PRIMARY KEY", Some(key)),
        ConstraintKind::Exclude(_) => ("EXCLUDE", None),
        _ => return None,
    };
    let short = table.short();
    let help = match key.filter(|key| !key.columns.is_empty()) {
        Some(key) => {
            let list = listed(key.columns.iter().map(|column| &*column.name));
            format!(
                "build the index without stopping anybody, and make the constraint from it:\nCREATE UNIQUE INDEX \
                 CONCURRENTLY <index> ON {short} ({list});\nALTER TABLE {short} ADD {kind} USING INDEX <index>;"
            )
        }
        None => "leave NOT VALID out".to_owned(),
    };
    constraint.not_valid.then(|| Refusal {
        at: constraint.span,
        words: format!("{kind} constraints cannot be marked NOT VALID"),
        subject: table.to_string(),
        help,
    })
}

/// `USING INDEX` of an index that is no plain unique one, or has a constraint already.
fn adopted(table: &Table, key: &Key, kind: &str) -> Option<(String, String)> {
    let index = table.index(&key.using_index.as_ref()?.name)?;
    let name = in_words(&index.name);
    let words = if index.constraint.is_some() {
        format!("index {name} is already associated with a constraint")
    } else if !index.unique {
        format!("{name} is not a unique index")
    } else if index.keys.iter().any(Option::is_none) {
        format!("index {name} contains expressions")
    } else if index.partial {
        format!("{name} is a partial index")
    } else {
        return None;
    };
    let help = if index.constraint.is_some() {
        "the index serves as it is; leave the constraint out".to_owned()
    } else {
        unique_instead(table, index, kind)
    };
    Some((words, help))
}

fn unique_instead(table: &Table, index: &Index, kind: &str) -> String {
    let keys = index.keys.iter().flatten().map(|key| &**key);
    let columns = if index.keys.iter().all(Option::is_some) { listed(keys) } else { "<columns>".to_owned() };
    let name = key::free_name(table, &index.name, "key");
    format!(
        "{kind} needs a unique index on plain columns and all rows:\nCREATE UNIQUE INDEX CONCURRENTLY {name} ON {short} \
         ({columns});\nALTER TABLE {short} ADD {kind} USING INDEX {name};",
        short = table.name.short()
    )
}

/// The server drops before it adds, in whatever order the statement names the two.
fn second_key(table: &Table, alter: &AlterTable) -> Option<(String, String)> {
    let known = table.primary_key()?;
    let goes = alter.actions.iter().any(|action| match &action.kind {
        ActionKind::DropConstraint { constraint, .. } => constraint.name == known.name,
        ActionKind::DropColumn { column, .. } => known.columns.contains(&column.name),
        _ => false,
    });
    let words = format!("multiple primary keys for table {} are not allowed", in_words(&table.name.name));
    let help = format!(
        "drop the old one in the same statement:\nALTER TABLE {} DROP CONSTRAINT {}, ADD …;",
        table.name.short(),
        Quoted(&known.name)
    );
    (!goes).then_some((words, help))
}

/// Columns of the key that are only promised not to be null.
fn unproven(table: &Table, key: &Key) -> Option<(String, String)> {
    let columns: Vec<&Symbol> = match &key.using_index {
        Some(index) => table.index(&index.name)?.keys.iter().flatten().collect(),
        None => key.columns.iter().map(|column| &column.name).collect(),
    };
    let promised = table.constraints.iter().find(|constraint| {
        let covers = constraint.columns.iter().any(|column| columns.contains(&column));
        matches!(constraint.kind, ConstraintBody::NotNull) && !constraint.validated && covers
    })?;
    let words = format!(
        "incompatible NOT VALID constraint {} on relation {}",
        in_words(&promised.name),
        in_words(&table.name.name)
    );
    let help = format!(
        "validate it first, in a transaction of its own:\nALTER TABLE {} VALIDATE CONSTRAINT {};",
        table.name.short(),
        Quoted(&promised.name)
    );
    Some((words, help))
}

fn foreign_key(table: &Table, key: &ForeignKey, not_valid: bool, only: bool) -> Option<(String, String)> {
    let (name, other) = (in_words(&table.name.name), in_words(key.table.last()));
    if only {
        let words = format!("cannot use ONLY for foreign key on partitioned table {name} referencing relation {other}");
        return Some((words, "leave ONLY out".to_owned()));
    }
    let words = format!("cannot add NOT VALID foreign key on partitioned table {name} referencing relation {other}");
    let columns = listed(key.columns.iter().map(|column| &*column.name));
    let help = format!(
        "before version 18, add it to each partition with NOT VALID and validate it there; then the parent takes these \
         over:\nALTER TABLE <partition> ADD CONSTRAINT <name> FOREIGN KEY ({columns}) REFERENCES {} NOT VALID;\nALTER TABLE \
         <partition> VALIDATE CONSTRAINT <name>;\nALTER TABLE {} ADD FOREIGN KEY ({columns}) REFERENCES {};",
        key.table,
        table.name.short(),
        key.table
    );
    not_valid.then_some((words, help))
}
