//! See `rules/blocking-rewrite.md`.

use super::support::edit::{self, type_words};
use super::support::{column_subject, lasting, with_impacts};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::expr::Shape;
use crate::syntax::name::Quoted;
use crate::syntax::span::Span;
use crate::syntax::table::ColumnDef;

/// What is said about a statement that rewrites a table.
struct Words {
    what: String,
    subject: Option<String>,
    help: String,
}

pub(crate) fn check(step: &Step<'_>, _: &Release<'_>, findings: &mut Findings) {
    let Some(impact) = lasting(step).find(|impact| impact.rewrite) else { return };
    let words = words(step, &impact.relation);
    let mut builder = findings
        .on(step, format!("{} rewrites {} while {} wait", words.what, impact.relation.short(), impact.mode.blocked()))
        .label("every row is written anew under the lock")
        .subject(words.subject.unwrap_or_else(|| impact.relation.to_string()));
    builder = with_impacts(builder, lasting(step).filter(|impact| impact.rewrite));
    if let Some(assumed) = &step.effects.assumed {
        builder = builder.note(assumed);
    }
    builder.help(words.help).emit();
}

fn words(step: &Step<'_>, relation: &QName) -> Words {
    let short = relation.short();
    let plain = |what: &str, help: String| Words { what: what.to_owned(), subject: None, help };
    match &step.operation.kind {
        OperationKind::Alter { relation, action, .. } => action_words(step, relation, &action.kind),
        OperationKind::Vacuum { .. } => plain(
            "VACUUM FULL",
            "plain VACUUM stops nobody and is enough to reuse the space; to give it back, use an online tool such as \
             pg_repack"
                .to_owned(),
        ),
        OperationKind::Cluster { .. } => plain(
            "CLUSTER",
            "use an online tool such as pg_repack; the order is lost again with the first writes in any case".to_owned(),
        ),
        OperationKind::Refresh { view, .. } => {
            let unique = "it needs a unique index on the view";
            let sql = format!("REFRESH MATERIALIZED VIEW CONCURRENTLY {};", view.short());
            plain("REFRESH MATERIALIZED VIEW", format!("refresh it while it stays readable ({unique}):\n{sql}"))
        }
        OperationKind::Truncate { .. } => {
            plain("TRUNCATE", format!("delete the rows of {short} in batches, or take the lock with a lock_timeout"))
        }
        _ => plain("this statement", online_copy(&short)),
    }
}

fn action_words(step: &Step<'_>, table: &QName, action: &ActionKind) -> Words {
    let short = table.short();
    let plain = |what: &str| Words { what: what.to_owned(), subject: None, help: online_copy(&short) };
    match action {
        ActionKind::AddColumn { column, .. } => column_words(step, table, column),
        ActionKind::SetLogged(true) => plain("SET LOGGED"),
        ActionKind::SetLogged(false) => plain("SET UNLOGGED"),
        ActionKind::SetTablespace => plain("SET TABLESPACE"),
        ActionKind::SetAccessMethod { .. } => plain("SET ACCESS METHOD"),
        ActionKind::SetExpression { column, .. } => Words {
            what: "SET EXPRESSION".to_owned(),
            subject: Some(column_subject(table, &column.name)),
            help: "add a new column that a trigger keeps up to date, fill it in batches, and move readers to it".to_owned(),
        },
        _ => plain("this change"),
    }
}

fn column_words(step: &Step<'_>, table: &QName, column: &ColumnDef) -> Words {
    let short = table.short();
    let name = Quoted(&column.name.name);
    let subject = Some(column_subject(table, &column.name.name));
    let data_type = column.data_type.as_ref();
    let written = data_type.map_or("<type>", |data_type| edit::text(step, data_type.span));
    let alone = format!("ALTER TABLE {short} ADD COLUMN {name} {written};");
    if let Some(generated) = &column.generated {
        let value = edit::phrase(step, generated.expr.span).unwrap_or("the expression");
        let help = format!(
            "add a plain column, keep it up to date by a trigger that sets it to {value}, and fill the old rows in \
             batches:\n{alone}"
        );
        return Words { what: format!("adding the stored generated column {name}"), subject, help };
    }
    let identity = column.identity.is_some();
    if identity || data_type.is_some_and(|data_type| data_type.serial) {
        let integer = data_type.map_or_else(|| "bigint".to_owned(), type_words);
        let sequence = edit::made_name(&[&table.name, &column.name.name, "seq"]);
        let help = format!(
            "number new rows by a sequence, and the old ones in batches:\nCREATE SEQUENCE {sequence};\nALTER TABLE {short} \
             ADD COLUMN {name} {integer};\nALTER TABLE {short} ALTER COLUMN {name} SET DEFAULT nextval('{sequence}');"
        );
        let kind = if identity { "identity" } else { "serial" };
        return Words { what: format!("adding the {kind} column {name}"), subject, help };
    }
    let default = column.default.as_ref().filter(|default| default.shape != Shape::Null);
    match default {
        Some(default) if !is_constrained(step) => {
            let shown = edit::phrase(step, default.span).map_or_else(String::new, |shown| format!(" {shown}"));
            let default = edit::text(step, default.span);
            let help = format!(
                "add the column alone, then the default, which holds for new rows; fill the old ones in batches:\n{alone}\n\
                 ALTER TABLE {short} ALTER COLUMN {name} SET DEFAULT {default};"
            );
            let what = format!("adding column {name} with the default{shown}, which differs from row to row,");
            Words { what, subject, help }
        }
        _ => {
            let what = format!("adding column {name} of the domain {written}");
            Words { what, subject, help: domain_help(step, table, column, default.map(|default| default.span)) }
        }
    }
}

/// Whether the type is a domain that demands something: the server tries that on every row, whatever the default.
fn is_constrained(step: &Step<'_>) -> bool {
    step.before.domain.as_ref().is_some_and(|domain| domain.constrained)
}

fn domain_help(step: &Step<'_>, table: &QName, column: &ColumnDef, default: Option<Span>) -> String {
    let short = table.short();
    let name = Quoted(&column.name.name);
    let base = step.before.domain.as_ref().map_or_else(|| "<base type>".to_owned(), |domain| type_words(&domain.base));
    let check = edit::made_name(&[&table.name, &column.name.name, "check"]);
    let default = default.map_or_else(String::new, |default| {
        format!("ALTER TABLE {short} ALTER COLUMN {name} SET DEFAULT {};\n", edit::text(step, default))
    });
    format!(
        "give the column the domain's base type, and add what the domain demands as a constraint that leaves the old rows \
         alone; validate it later, in a transaction of its own:\nALTER TABLE {short} ADD COLUMN {name} {base};\n{default}\
         ALTER TABLE {short} ADD CONSTRAINT {check} CHECK (<condition of the domain>) NOT VALID;"
    )
}

fn online_copy(table: &str) -> String {
    format!("copy {table} into a table of the new form in batches while a trigger keeps both in step, then swap them")
}
