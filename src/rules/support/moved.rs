//! Fixes that take a statement out of a file, to a migration of its own.

use super::edit;
use crate::fix::{Edit, Fix, with_statement};
use crate::review::session::OpenTransaction;
use crate::review::step::{Release, Step};
use crate::schema::definition;
use crate::schema::operation::QName;
use crate::source::next::Draft;
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::object::CreateIndex;
use crate::syntax::span::Span;

/// What a statement becomes in its own migration.
pub(crate) struct Moved {
    /// Words for the name of the migration.
    pub(crate) name: String,
    /// The statement, without its semicolon.
    pub(crate) sql: String,
    /// What takes it back.
    pub(crate) down: Option<String>,
    /// The thing it is about: where a later statement names it, the order matters.
    pub(crate) about: Option<Symbol>,
}

/// A fix that moves the whole statement to where it runs outside a transaction. None where the tool does not open the
/// transaction it stands in, or where it shares the statement with others.
pub(crate) fn outside(step: &Step<'_>, release: &Release<'_>, moved: Moved) -> Option<Fix> {
    let ours = match step.session.transaction? {
        OpenTransaction::Tool(_) => true,
        OpenTransaction::Implicit => !is_marked(step),
        OpenTransaction::Explicit(_) => false,
    };
    if !ours || step.operation.body.is_some() || step.operation.span.len() > edit::LONGEST {
        return None;
    }
    let text = &step.migration.text;
    let edits = vec![Edit::delete(with_statement(text, step.statement.span))];
    let title = "move it to a migration of its own, outside of any transaction";
    let named = moved.about.as_ref().is_none_or(|about| is_named_later(step, release, about));
    let fix = if named { Fix::manual(title, edits) } else { Fix::safe(title, edits) };
    let down = step.migration.has_down().then(|| moved.down.map_or_else(nothing, |sql| format!("{sql};\n")));
    let up = format!("{};\n", moved.sql);
    Some(fix.moving(vec![Draft { name: moved.name, up, down, outside: true }]))
}

/// A migration that builds an index.
pub(crate) fn built(step: &Step<'_>, def: &CreateIndex, sql: String) -> Moved {
    let name = def.name.as_ref().map(|name| name.name.clone());
    let place = |name: &Symbol| match &step.before.table {
        Some(table) => QName { schema: table.name.schema.clone(), name: name.clone() }.short(),
        None => Quoted(name).to_string(),
    };
    Moved {
        name: format!("create_{}", name.as_deref().unwrap_or("index")),
        down: name.as_ref().map(|name| format!("DROP INDEX CONCURRENTLY {}", place(name))),
        about: name,
        sql,
    }
}

/// A migration that drops an index.
pub(crate) fn dropped(step: &Step<'_>, name: &QName, sql: String) -> Moved {
    let table = step.before.table.as_ref();
    let known = table.and_then(|table| Some((table, table.index(&name.name)?)));
    Moved {
        name: format!("drop_{}", name.name),
        down: known.map(|(table, index)| definition::index_on(&table.name.short(), index, "CONCURRENTLY ")),
        about: Some(name.name.clone()),
        sql,
    }
}

/// A migration that rebuilds an index or a table, of which there is nothing to take back.
pub(crate) fn rebuilt(name: &QName, sql: String) -> Moved {
    Moved { name: format!("reindex_{}", name.name), sql, down: None, about: Some(name.name.clone()) }
}

/// Between marks that keep statements together, as one string.
fn is_marked(step: &Step<'_>) -> bool {
    step.migration.text.contains("StatementBegin")
}

/// The down part of a migration that need not be taken back.
pub(crate) fn nothing() -> String {
    "-- nothing to take back\n".to_owned()
}

/// Whether a statement after this one names the thing.
fn is_named_later(step: &Step<'_>, release: &Release<'_>, about: &Symbol) -> bool {
    let after = |other: &&Step<'_>| (other.file, other.statement_index) > (step.file, step.statement_index);
    let names = |other: &Step<'_>| {
        let text = edit::text(other, other.statement.span);
        let tokens = crate::syntax::tokens(text, Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX)));
        tokens.iter().any(|token| crate::syntax::folded(token.of(text)) == *about)
    };
    release.steps.iter().filter(after).any(names)
}
