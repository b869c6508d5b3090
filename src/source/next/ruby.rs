//! Migrations of Rails, each statement given to an `execute` of its own.

use super::Written;
use super::name::Case;
use super::piece::{Statement, statements};
use super::tool::Page;

/// The version of Rails that a migration is written for, where no other says one.
const RAILS: &str = "7.1";

/// The file of a migration.
pub(super) fn file(page: &Page<'_>) -> Written {
    let class = Case::Pascal.join(&page.named.words);
    let version = rails(&page.previous.text);
    let alone = if page.draft.outside { "  disable_ddl_transaction!\n\n" } else { "" };
    let up = executions(&page.draft.up);
    let down = page.draft.down.as_deref().map(executions);
    let down = down.unwrap_or_else(|| "    raise ActiveRecord::IrreversibleMigration\n".to_owned());
    let text = format!(
        "class {class} < ActiveRecord::Migration[{version}]\n{alone}  def up\n{up}  end\n\n  def down\n{down}  end\nend\n"
    );
    Written::new(page.named.up.clone(), text)
}

/// The version of Rails that a migration is written for.
fn rails(text: &str) -> String {
    let version = text.split_once("ActiveRecord::Migration[").and_then(|(_, rest)| rest.split_once(']'));
    let version = version.map(|(version, _)| version.trim());
    let is_version = |version: &&str| version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    version.filter(is_version).filter(|version| !version.is_empty()).unwrap_or(RAILS).to_owned()
}

fn executions(text: &str) -> String {
    let execute = |statement: &Statement<'_>| {
        let whole = statement.whole();
        // Between quotes Ruby leaves the text alone, but for the space that every line begins with.
        let lines: String = whole.split('\n').map(indented).collect();
        let end = end_mark(&whole);
        format!("    execute <<~'{end}'\n{lines}    {end}\n")
    };
    statements(text).iter().map(execute).collect()
}

fn indented(line: &str) -> String {
    if line.is_empty() { "\n".to_owned() } else { format!("      {line}\n") }
}

/// A word that no line of the text consists of.
fn end_mark(text: &str) -> String {
    let mut mark = "SQL".to_owned();
    while text.split(['\n', '\r']).any(|line| line.trim() == mark) {
        mark.push('_');
    }
    mark
}
