//! What changesets say, in formatted SQL, XML and YAML.

use crate::source::next::Draft;
use crate::source::next::name::Case;
use crate::source::next::piece::{Statement, statements};

/// Who writes the changesets.
const AUTHOR: &str = "switchback";

/// A file of formatted SQL.
pub(super) fn formatted(draft: &Draft, used: &[&str]) -> String {
    format!("--liquibase formatted sql\n\n{}", changesets(draft, used))
}

/// What our changesets in a text are called.
pub(super) fn identifiers(text: &str) -> Vec<&str> {
    let words = text.split([' ', '\n', '\r', '\t']);
    words.filter_map(|word| word.strip_prefix(AUTHOR)?.strip_prefix(':')).collect()
}

/// The changesets of a draft. Liquibase cuts at semicolons, unless a changeset says otherwise. What it does not cut is sent
/// as one string: outside a transaction, that has to be one statement.
pub(super) fn changesets(draft: &Draft, used: &[&str]) -> String {
    let ups = statements(&draft.up);
    let cut = draft.outside && ups.iter().any(Statement::holds_semicolon);
    let downs: Vec<String> = draft.down.iter().flat_map(|down| statements(down)).map(|down| rollback(&down)).collect();
    let groups: Vec<&[Statement<'_>]> = if cut { ups.chunks(1).collect() } else { vec![&ups] };
    let last = groups.len().saturating_sub(1);
    let mut text = String::new();
    for (at, group) in groups.iter().enumerate() {
        let id = identifier(&draft.name, at, used);
        let outside = if draft.outside { " runInTransaction:false" } else { "" };
        let whole = if group.iter().any(Statement::holds_semicolon) { " splitStatements:false" } else { "" };
        let body: String = group.iter().map(|statement| statement.whole() + "\n").collect();
        // What takes the draft back runs from its last changeset to its first.
        let to = if at == 0 { downs.len() } else { downs.len().min(last - at + 1) };
        let from = to.min(last - at);
        let down = downs.get(from..to).unwrap_or_default().concat();
        let gap = if at == 0 { "" } else { "\n" };
        text.extend([gap, "--changeset ", AUTHOR, ":", &id, outside, whole, "\n", &body, &down]);
    }
    text
}

fn identifier(name: &str, at: usize, used: &[&str]) -> String {
    let plain = if at == 0 { Case::Snake.join(name) } else { Case::Snake.join(&format!("{name} {}", at + 1)) };
    let numbered = (2..1000).map(|number| format!("{plain}_{number}"));
    std::iter::once(plain.clone()).chain(numbered).find(|id| !used.contains(&id.as_str())).unwrap_or(plain)
}

/// A statement in comments, as Liquibase reads what takes a changeset back.
fn rollback(statement: &Statement<'_>) -> String {
    let whole = format!("{};", statement.text);
    prefixed("--rollback ", &whole)
}

/// A changelog in XML with one more changeset.
pub(super) fn xml(text: &str, draft: &Draft) -> Option<String> {
    let end = text.rfind("</databaseChangeLog>")?;
    let (before, after) = text.split_at_checked(end)?;
    let id = unused(text, &draft.name, |id| format!("id=\"{id}\""));
    let outside = if draft.outside { " runInTransaction=\"false\"" } else { "" };
    let sql = |indent: &str, text: &str| -> String {
        let element = |statement: &Statement<'_>| {
            let option = if statement.holds_semicolon() { " splitStatements=\"false\"" } else { "" };
            let whole = statement.whole().replace("]]>", "]]]]><![CDATA[>");
            format!("{indent}<sql{option}><![CDATA[{}]]></sql>\n", whole.trim_end_matches(';'))
        };
        statements(text).iter().map(element).collect()
    };
    let up = sql("        ", &draft.up);
    let down = draft.down.as_deref().map(|down| sql("            ", down));
    let down = down.map(|down| format!("        <rollback>\n{down}        </rollback>\n")).unwrap_or_default();
    Some(format!(
        "{}\n    <changeSet id=\"{id}\" author=\"{AUTHOR}\"{outside}>\n{up}{down}    </changeSet>\n{after}",
        before.trim_end()
    ))
}

/// A changelog in YAML with one more changeset.
pub(super) fn yaml(text: &str, draft: &Draft) -> Option<String> {
    let is_item = |line: &&str| line.trim_start().starts_with("- changeSet");
    let item = text.split('\n').rfind(is_item)?;
    let indent = item.get(..item.len() - item.trim_start().len())?;
    // Only a list that the file ends with can be added to at its end.
    let tail = text.rsplit_once(item)?.1;
    let deeper = |line: &str| line.trim().is_empty() || line.len() - line.trim_start().len() > indent.len();
    if !tail.split('\n').skip(1).all(deeper) {
        return None;
    }
    let id = unused(text, &draft.name, |id| format!("id: {id}\n"));
    let outside = if draft.outside { format!("{indent}    runInTransaction: false\n") } else { String::new() };
    let sql = |text: &str| -> String {
        let element = |statement: &Statement<'_>| {
            let own = format!("{indent}          ");
            let option =
                if statement.holds_semicolon() { format!("{own}splitStatements: false\n") } else { String::new() };
            let lines = prefixed(&format!("{own}    "), statement.whole().trim_end_matches(';'));
            format!("{indent}      - sql:\n{option}{own}sql: |\n{lines}")
        };
        statements(text).iter().map(element).collect()
    };
    let up = sql(&draft.up);
    let down = draft.down.as_deref().map(|down| format!("{indent}    rollback:\n{}", sql(down))).unwrap_or_default();
    Some(format!(
        "{}\n{indent}- changeSet:\n{indent}    id: {id}\n{indent}    author: {AUTHOR}\n{outside}{indent}    changes:\n{up}{down}",
        text.trim_end()
    ))
}

/// Each line of `text` after `prefix`.
fn prefixed(prefix: &str, text: &str) -> String {
    let lines = text.split('\n').flat_map(|line| [prefix, line.trim_end(), "\n"]);
    lines.collect()
}

/// A name that no changeset in `text` has.
fn unused(text: &str, name: &str, spelled: impl Fn(&str) -> String) -> String {
    let plain = Case::Snake.join(name);
    let numbered = (2..1000).map(|number| format!("{plain}_{number}"));
    let free = std::iter::once(plain.clone()).chain(numbered).find(|id| !text.contains(&spelled(id)));
    free.unwrap_or(plain)
}
