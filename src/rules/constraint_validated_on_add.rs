//! See `rules/constraint-validated-on-add.md`.

use super::support::{action, edit, key, lasting, moved, with_impacts};
use crate::fix::{Edit, Fix};
use crate::review::step::{Impact, Release, Step};
use crate::rule::Findings;
use crate::schema::operation::QName;
use crate::source::migration::TransactionMode;
use crate::source::next::Draft;
use crate::syntax::alter::ActionKind;
use crate::syntax::expr::Shape;
use crate::syntax::name::{Ident, Quoted};
use crate::syntax::span::Span;
use crate::syntax::table::{ColumnDef, Constraint, ConstraintKind};

/// The first version that takes `NOT VALID` foreign keys on a partitioned table.
const PARTITIONED_NOT_VALID: u16 = 18;

pub(crate) fn check(step: &Step<'_>, release: &Release<'_>, findings: &mut Findings) {
    let Some((table, action)) = action(step) else { return };
    // Where the whole table is rewritten anyway, the scan is the smaller evil.
    if step.on_new_table(release) || lasting(step).all(|impact| impact.rewrite) {
        return;
    }
    match &action.kind {
        ActionKind::AddConstraint(constraint) => of_table(step, release, table, constraint, findings),
        ActionKind::AddColumn { column, .. } => {
            for constraint in column.constraints.iter().filter(|constraint| reads_rows(constraint, column)) {
                of_column(step, table, column, constraint, findings);
            }
        }
        _ => {}
    }
}

fn of_table(step: &Step<'_>, release: &Release<'_>, table: &QName, constraint: &Constraint, findings: &mut Findings) {
    let Some((what, name)) = described(table, constraint, None) else { return };
    if constraint.not_valid || constraint.not_enforced {
        return;
    }
    let builder = findings
        .on(step, format!("adding {what} reads every row of {} while {} wait", table.short(), waiting(step)))
        .at(edit::place(step, constraint.span))
        .label("old rows are checked at once")
        .subject(table.to_string());
    let builder = with_impacts(builder, lasting(step));
    let partitioned = step.before.table.as_ref().is_some_and(|table| table.partitioned);
    let foreign = matches!(constraint.kind, ConstraintKind::ForeignKey(_));
    if partitioned && foreign && release.version < PARTITIONED_NOT_VALID {
        let help = "before version 18 a foreign key of a partitioned table cannot be NOT VALID: add it to each partition \
                    with NOT VALID and validate it there first, then add it to the parent";
        builder.help(help).emit();
        return;
    }
    let columns: Vec<&Ident> = match &constraint.kind {
        ConstraintKind::ForeignKey(key) => key.columns.iter().collect(),
        ConstraintKind::NotNull(column) => vec![column],
        _ => Vec::new(),
    };
    let first = key::column_first(step, &columns);
    let recipe = recipe(step, table, &name, unnamed(step, constraint));
    let builder = builder.help(format!("{first}add it {recipe}"));
    if step.operation.body.is_some() {
        return builder.emit();
    }
    // The server makes up another name where the usual one is taken.
    if constraint.name.is_none() && key::is_taken(step, &name) {
        return builder.emit();
    }
    builder.fix(split(step, table, &name, constraint)).emit();
}

/// A fix that validates it apart: in the next statement where each commits by itself, else in a migration of its own.
fn split(step: &Step<'_>, table: &QName, name: &str, constraint: &Constraint) -> Fix {
    let not_valid = Edit::insert(constraint.span.end, " NOT VALID");
    let validate = format!("ALTER TABLE {} VALIDATE CONSTRAINT {}", table.short(), Quoted(name));
    if step.mode == TransactionMode::None && step.session.transaction.is_none() {
        let next = Edit::insert(step.statement.span.end, format!(";\n{validate}"));
        return Fix::safe("add NOT VALID, and validate it in the next statement", vec![not_valid, next]);
    }
    let down = step.migration.has_down().then(moved::nothing);
    let draft = Draft { name: format!("validate_{name}"), up: format!("{validate};\n"), down, outside: false };
    Fix::safe("add NOT VALID, and validate it in a migration of its own", vec![not_valid]).moving(vec![draft])
}

fn of_column(step: &Step<'_>, table: &QName, column: &ColumnDef, constraint: &Constraint, findings: &mut Findings) {
    let Some((what, name)) = described(table, constraint, Some(&column.name)) else { return };
    let builder = findings
        .on(step, format!("{what} on a new column reads every row of {} while {} wait", table.short(), waiting(step)))
        .at(edit::place(step, constraint.span))
        .label("old rows are checked at once")
        .subject(super::support::column_subject(table, &column.name.name));
    let clause = match &constraint.kind {
        ConstraintKind::ForeignKey(key) => {
            let references = edit::text(step, Span::new(key.table.span().start, constraint.span.end));
            format!("FOREIGN KEY ({}) REFERENCES {references}", Quoted(&column.name.name))
        }
        _ => unnamed(step, constraint).to_owned(),
    };
    let recipe = recipe(step, table, &name, &clause);
    with_impacts(builder, lasting(step)).help(format!("add the column alone, then its constraint {recipe}")).emit();
}

/// Whether an inline constraint has anything to check: the new column is null, or its default, in every old row.
fn reads_rows(constraint: &Constraint, column: &ColumnDef) -> bool {
    let has_default = column.default.as_ref().is_some_and(|default| default.shape != Shape::Null);
    match constraint.kind {
        ConstraintKind::Check(_) => !constraint.not_enforced,
        ConstraintKind::ForeignKey(_) => has_default && !constraint.not_enforced,
        _ => false,
    }
}

/// The constraint in words, and the name it has or would be given.
fn described(table: &QName, constraint: &Constraint, column: Option<&Ident>) -> Option<(String, String)> {
    let (kind, columns, suffix): (_, Vec<&str>, _) = match &constraint.kind {
        ConstraintKind::ForeignKey(key) => {
            let columns = key.columns.iter().chain(column).map(|column| &*column.name).collect();
            (format!("a foreign key to {}", key.table), columns, "fkey")
        }
        ConstraintKind::Check(expr) => {
            let columns = column.map(|column| &*column.name).into_iter();
            let mentioned =
                expr.columns.iter().map(|column| &**column).filter(|_| column.is_none() && expr.columns.len() == 1);
            ("a check constraint".to_owned(), columns.chain(mentioned).collect(), "check")
        }
        ConstraintKind::NotNull(column) => ("a NOT NULL constraint".to_owned(), vec![&*column.name], "not_null"),
        ConstraintKind::Unique(_) | ConstraintKind::PrimaryKey(_) | ConstraintKind::Exclude(_) => return None,
    };
    let name = constraint.name.as_ref().map_or_else(
        || [&[&*table.name], columns.as_slice(), &[suffix]].concat().join("_"),
        |name| name.name.to_string(),
    );
    Some((kind, name))
}

fn waiting(step: &Step<'_>) -> &'static str {
    lasting(step).max_by_key(|impact: &&Impact| impact.mode).map_or("writes", |impact| impact.mode.blocked())
}

/// The text of the constraint from after its name on.
fn unnamed<'s>(step: &'s Step<'_>, constraint: &Constraint) -> &'s str {
    let start = constraint.name.as_ref().map_or(constraint.span.start, |name| name.span.end);
    edit::text(step, Span::new(start, constraint.span.end)).trim_start()
}

fn recipe(step: &Step<'_>, table: &QName, name: &str, clause: &str) -> String {
    let short = table.short();
    let taken = key::is_taken(step, name);
    let new = if taken { edit::made_name(&[name, "new"]) } else { Quoted(name).to_string() };
    let name = Quoted(name);
    let last = if taken {
        format!("\nALTER TABLE {short} DROP CONSTRAINT {name};\nALTER TABLE {short} RENAME CONSTRAINT {new} TO {name};")
    } else {
        String::new()
    };
    format!(
        "without checking old rows, and check them later in a transaction of its own, which stops nobody:\nALTER \
         TABLE {short} ADD CONSTRAINT {new} {clause} NOT VALID;\nALTER TABLE {short} VALIDATE CONSTRAINT {new};{last}"
    )
}
