//! See `rules/volatile-default.md`.

use super::support::edit::{self, type_words};
use super::support::{action, column_subject, lasting, with_impacts};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::QName;
use crate::syntax::alter::ActionKind;
use crate::syntax::expr::Shape;
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::span::Span;
use crate::syntax::table::ColumnDef;

pub(crate) fn check(step: &Step<'_>, _: &Release<'_>, findings: &mut Findings) {
    let Some((table, action)) = action(step) else { return };
    let ActionKind::AddColumn { column, .. } = &action.kind else { return };
    let Some(impact) = lasting(step).find(|impact| impact.rewrite) else { return };
    let (what, help) = words(step, table, column);
    let rewritten = impact.relation.short();
    let mut builder = findings
        .on(step, format!("adding {what} rewrites {rewritten} while {} wait", impact.mode.blocked()))
        .label("every row is written anew under the lock")
        .subject(column_subject(table, &column.name.name));
    builder = with_impacts(builder, lasting(step).filter(|impact| impact.rewrite));
    if let Some(assumed) = &step.effects.assumed {
        builder = builder.note(assumed);
    }
    builder.help(help).emit();
}

/// What is added, and how to add it gently.
fn words(step: &Step<'_>, table: &QName, column: &ColumnDef) -> (String, String) {
    let short = table.short();
    let name = Quoted(&column.name.name);
    let data_type = column.data_type.as_ref();
    let written = match data_type {
        Some(data_type) if edit::is_elsewhere(step) => type_words(data_type),
        Some(data_type) => edit::text(step, data_type.span).to_owned(),
        None => "<type>".to_owned(),
    };
    let alone = format!("ALTER TABLE {short} ADD COLUMN {name} {written};");
    if let Some(generated) = &column.generated {
        let value = edit::phrase(step, generated.expr.span).unwrap_or("the expression");
        let help = format!(
            "add a plain column, keep it up to date by a trigger that sets it to {value}, and fill the old rows in \
             batches:\n{alone}"
        );
        return (format!("the stored generated column {name}"), help);
    }
    let identity = column.identity.is_some();
    if identity || data_type.is_some_and(|data_type| data_type.serial) {
        let integer = data_type.map_or_else(|| "bigint".to_owned(), type_words);
        let sequence: Symbol = format!("{}_{}_seq", table.name, column.name.name).into();
        let sequence = QName { schema: table.schema.clone(), name: sequence }.short();
        let help = format!(
            "number new rows by a sequence, and the old ones in batches:\nALTER TABLE {short} ADD COLUMN {name} \
             {integer};\nCREATE SEQUENCE {sequence} OWNED BY {short}.{name};\nALTER TABLE {short} ALTER COLUMN {name} SET \
             DEFAULT nextval('{sequence}');"
        );
        let kind = if identity { "identity" } else { "serial" };
        return (format!("the {kind} column {name}"), help);
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
            (format!("column {name} with the default{shown}, which differs from row to row,"), help)
        }
        _ => {
            let help = domain_help(step, table, column, default.map(|default| default.span));
            (format!("column {name} of the domain {written}"), help)
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
