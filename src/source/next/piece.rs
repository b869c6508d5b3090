//! Drafts as their tool can run them: where it sends a file as one string, statements that have to run outside a
//! transaction get a file each.

use super::name::Case;
use super::place::Place;
use super::tool::{Outside, Way};
use super::{Draft, Unwritable};
use crate::source::directive;
use crate::source::layout::{flyway, markers, outside, supabase};
use crate::syntax::span::Span;
use crate::syntax::statement_spans;

/// A statement with the comments that stand before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Statement<'a> {
    /// The comments before it, without the space around them.
    pub lead: &'a str,
    /// The statement, without its semicolon.
    pub text: &'a str,
}

impl Statement<'_> {
    /// It with its comments and a semicolon.
    pub(super) fn whole(&self) -> String {
        if self.lead.is_empty() { format!("{};", self.text) } else { format!("{}\n{};", self.lead, self.text) }
    }

    /// Whether a tool that cuts at semicolons would cut it.
    pub(super) fn holds_semicolon(&self) -> bool {
        self.text.contains(';')
    }
}

/// The statements of `text`, in order. What stands after the last one is left out.
pub(super) fn statements(text: &str) -> Vec<Statement<'_>> {
    let whole = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
    let mut end = 0;
    let mut found = Vec::new();
    for span in statement_spans(text, whole) {
        let lead = text.get(end..span.start as usize).unwrap_or_default().trim_start();
        let lead = lead.strip_prefix(';').unwrap_or(lead).trim();
        found.push(Statement { lead, text: span.of(text) });
        end = span.end as usize;
    }
    found
}

/// Whether a semicolon ends the last statement.
pub(super) fn is_ended(text: &str) -> bool {
    let whole = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
    let end = statement_spans(text, whole).last().map(|span| span.end as usize);
    end.is_none_or(|end| text.get(end..).is_some_and(|rest| rest.trim_start().starts_with(';')))
}

/// The drafts, cut where they have to be.
pub(super) fn of(way: &Way, place: &Place<'_>, drafts: &[Draft]) -> Result<Vec<Draft>, Unwritable> {
    let mut pieces = Vec::new();
    for draft in drafts {
        refuse_marks(draft, place)?;
        if !draft.outside {
            pieces.push(draft.clone());
            continue;
        }
        match way.outside() {
            Outside::OneByOne => pieces.push(draft.clone()),
            Outside::Batches if refuses(&draft.up, supabase::refuses_batch) => pieces.push(draft.clone()),
            Outside::Never | Outside::Batches => return Err(no_way_out(place.layout)),
            Outside::Alone => pieces.extend(cut(draft, place)?),
        }
    }
    Ok(pieces)
}

fn refuses(text: &str, which: fn(&str) -> bool) -> bool {
    flyway::beginnings(text).any(|beginning| which(&beginning))
}

fn no_way_out(layout: &str) -> Unwritable {
    if layout == "up-down-folders" {
        return Unwritable::new(
            "nothing tells which tool runs these folders, and so how one runs without a transaction",
            "say which in switchback.toml: `layout = \"diesel\"` under `[migrations]`",
        );
    }
    let reason = format!("{layout} cannot run a migration without a transaction");
    let own = outside::of_the_transaction(layout);
    let help = if own == outside::of_the_transaction("") {
        "run the statement by hand before the migrations, and keep a migration that does nothing where it is done: \
         `IF NOT EXISTS`"
    } else {
        own
    };
    Unwritable::new(reason, help)
}

/// Text that its tool would read as a mark would cut the new file somewhere else.
fn refuse_marks(draft: &Draft, place: &Place<'_>) -> Result<(), Unwritable> {
    for text in [Some(&draft.up), draft.down.as_ref()].into_iter().flatten() {
        let marked = markers::find(text).map(|marker| marker.name);
        let marked = marked.or_else(|| directive::transaction(text).map(|_| place.layout));
        if let Some(tool) = marked {
            return Err(Unwritable::new(
                format!("a comment among the statements of `{}` is a mark for {tool}", Case::Snake.join(&draft.name)),
                "take the comment out of the statements, or write the migration by hand",
            ));
        }
    }
    Ok(())
}

/// A draft for each statement. What takes a draft back runs from its last file to its first, and so its statements go
/// to the files in that order.
fn cut(draft: &Draft, place: &Place<'_>) -> Result<Vec<Draft>, Unwritable> {
    let ups = statements(&draft.up);
    if ups.len() <= 1 && draft.down.as_deref().is_none_or(|down| statements(down).len() <= 1) {
        return Ok(vec![draft.clone()]);
    }
    let downs = draft.down.as_deref().map(statements).unwrap_or_default();
    if downs.len() > ups.len() {
        return Err(Unwritable::new(
            format!(
                "{} sends a file as one string, and `{}` is taken back by more statements than it has",
                place.layout,
                Case::Snake.join(&draft.name)
            ),
            "write the migration by hand, and a file for each statement that takes it back",
        ));
    }
    let last = ups.len().saturating_sub(1);
    let pieces = ups.iter().enumerate().map(|(at, up)| {
        let name = if at == 0 { draft.name.clone() } else { format!("{}_{}", draft.name, at + 1) };
        let down = draft.down.as_ref().map(|_| downs.get(last - at).map(Statement::whole).unwrap_or_default());
        Draft { name, up: up.whole(), down, outside: true }
    });
    Ok(pieces.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_keep_the_comments_before_them() {
        let text = "-- a\nSELECT 1; -- b\n\n/* c */ SELECT ';'\n;";
        let found: Vec<_> = statements(text).iter().map(Statement::whole).collect();
        assert_eq!(found, ["-- a\nSELECT 1;", "-- b\n\n/* c */\nSELECT ';';"]);
    }
}
