//! See `rules/mixed-case-name.md`.

use super::support::added::{Named, each_name};
use super::support::edit;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::syntax::name::{Quoted, is_template};

pub(crate) fn check(step: &Step<'_>, _: &Release<'_>, findings: &mut Findings) {
    each_name(step, |named| {
        let name = &*named.ident.name;
        let quoted = edit::text(step, named.ident.span).starts_with('"') && !is_template(name);
        if quoted && needs_quotes(name) {
            report(step, &named, findings);
        }
    });
}

fn needs_quotes(name: &str) -> bool {
    Quoted(name).to_string().starts_with('"')
}

fn report(step: &Step<'_>, named: &Named<'_>, findings: &mut Findings) {
    let name = &*named.ident.name;
    let kind = named.kind.words();
    let plain = snake_case(name);
    let reserved = plain == name && !name.starts_with(|first: char| first.is_ascii_digit());
    let place = named.table.map(|table| format!(" of {}", table.short())).unwrap_or_default();
    let why = if reserved { "a reserved word" } else { "no plain word in lower case" };
    let help = if plain.is_empty() || needs_quotes(&plain) {
        "choose a name of lower-case words joined by underscores, with a second word beside a reserved one".to_owned()
    } else {
        format!("call it {plain}")
    };
    findings
        .on(step, format!("the name of the {kind} {}{place} is {why}: every query has to quote it", Quoted(name)))
        .at(named.ident.span)
        .label("quoted here, and ever after")
        .help(help)
        .emit();
}

/// `createdAt` and `created at` as `created_at`.
fn snake_case(name: &str) -> String {
    let mut plain = String::with_capacity(name.len() + 4);
    let mut after_lower = false;
    for character in name.chars() {
        if character.is_uppercase() && after_lower || !(character.is_alphanumeric() || character == '_') {
            plain.push('_');
        }
        after_lower = character.is_lowercase() || character.is_ascii_digit();
        if character.is_alphanumeric() || character == '_' {
            plain.extend(character.to_lowercase());
        }
    }
    plain
}
