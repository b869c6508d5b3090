//! See `rules/enum-type.md`.

use super::support::edit;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::OperationKind;
use crate::syntax::name::Quoted;
use crate::syntax::object::TypeBody;

/// Values that the help repeats.
const VALUES_SHOWN: usize = 8;

pub(crate) fn check(step: &Step<'_>, _: &Release<'_>, findings: &mut Findings) {
    let OperationKind::CreateType { name, def } = &step.operation.kind else { return };
    let TypeBody::Enum(values) = &def.body else { return };
    let mut shown: Vec<_> =
        values.iter().take(VALUES_SHOWN).map(|value| format!("'{}'", value.replace('\'', "''"))).collect();
    if values.len() > VALUES_SHOWN {
        shown.push("…".to_owned());
    }
    let word = def.name.last().to_lowercase();
    let column = Quoted(&word);
    findings
        .on(step, format!("{} is an enum: its values can be added and renamed, never removed", name.short()))
        .at(edit::place(step, def.name.span()))
        .label("values stay for ever")
        .subject(name.to_string())
        .note("taking a value away means a new type and a rewrite of every column of the old one")
        .help(format!(
            "use a lookup table, or text with a check, which can be replaced without a rewrite:\n{column} text CHECK \
             ({column} IN ({}))",
            shown.join(", ")
        ))
        .emit();
}
