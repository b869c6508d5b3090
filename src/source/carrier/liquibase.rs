//! Liquibase changelogs in XML, YAML and JSON: the SQL in `sql` changes, and SQL in the place of changes that are written
//! as elements.

mod changes;
mod column;
mod element;
mod includes;
mod names;
mod xml;
mod yaml;

use super::mask::Mask;
use super::{Carried, Language};
use crate::source::dialect::is_postgres;
use crate::source::migration::{Direction, Section, TransactionMode};
use crate::syntax::span::Span;
use changes::Made;
use element::{Document, Element};
use names::Properties;

pub(in crate::source) use includes::{Include, includes};

const MARKS: &str = "a databaseChangeLog";

pub(super) const XML: Language = Language {
    name: "liquibase",
    marks: MARKS,
    extensions: &["xml"],
    recognizes,
    read: |text| read(text, &xml::read(text)),
};

pub(super) const YAML: Language = Language {
    name: "liquibase",
    marks: MARKS,
    extensions: &["yaml", "yml", "json"],
    recognizes,
    read: |text| read(text, &yaml::read(text)),
};

fn recognizes(text: &str) -> bool {
    text.contains("databaseChangeLog")
}

/// The element that holds all changes, by what the file is called.
fn document(name: &str, text: &str) -> Document {
    if name.to_ascii_lowercase().ends_with(".xml") { xml::read(text) } else { yaml::read(text) }
}

fn read(text: &str, document: &Document) -> Carried {
    let properties = Properties::of(&document.root);
    let sets: Vec<&Element> = document.root.all("changeSet").filter(|set| runs(set)).collect();
    let alone = sets.len() == 1;
    let mut reader = Reader {
        mask: Mask::new(text),
        properties,
        sections: Vec::new(),
        written: Vec::new(),
        unread: Vec::new(),
        start: 0,
    };
    for set in sets {
        reader.set(set, alone);
    }
    reader.mask.directives();
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    if let Some(broken) = document.broken {
        reader.unread.push(Span::new(broken.min(end.saturating_sub(1)), end));
    }
    Carried {
        sql: reader.mask.finish(),
        sections: reader.sections,
        written: reader.written,
        unread: reader.unread,
        // Liquibase makes what takes back most of its changes.
        reversible: true,
    }
}

/// Whether a change set, or a change in it, is for `PostgreSQL`: engines may be named, or, with `!`, refused.
fn runs(element: &Element) -> bool {
    if element.is("ignore", "true") {
        return false;
    }
    let Some(engines) = element.get("dbms") else { return true };
    let mut engines = engines.split(',').map(str::trim).filter(|engine| !engine.is_empty());
    if engines.clone().any(|engine| !engine.starts_with('!')) {
        engines.any(|engine| is_postgres(engine) || engine.eq_ignore_ascii_case("all"))
    } else {
        !engines.any(|engine| is_postgres(engine.trim_start_matches('!')))
    }
}

struct Reader<'a> {
    mask: Mask<'a>,
    properties: Properties,
    sections: Vec<Section>,
    written: Vec<Span>,
    unread: Vec<Span>,
    /// Up to where the file is cut into sections.
    start: u32,
}

impl Reader<'_> {
    /// A change set; `alone` if it is the only one. What takes it back is read only then: those of a file run from the
    /// last to the first, and Liquibase makes those that are not written.
    fn set(&mut self, set: &Element, alone: bool) {
        let off = set.is("runInTransaction", "false");
        for part in set.parts() {
            if part.name == "rollback" {
                if alone {
                    self.rollback(part, off);
                }
                continue;
            }
            let whole = part.is("splitStatements", "false");
            if off && whole {
                self.cut(part.span.start, Direction::Up, TransactionMode::None);
            }
            if runs(part) {
                self.change(part);
            }
            if off && whole {
                self.cut(part.span.end, Direction::Up, TransactionMode::SingleQuery);
            }
        }
        let mode = if off { TransactionMode::None } else { TransactionMode::Wrapped };
        self.cut(set.span.end, Direction::Up, mode);
    }

    fn rollback(&mut self, rollback: &Element, off: bool) {
        let mode = if off { TransactionMode::None } else { TransactionMode::Wrapped };
        self.cut(rollback.span.start, Direction::Up, mode);
        let changes = rollback.parts();
        if changes.is_empty() {
            rollback.text.show(&mut self.mask);
        }
        for change in changes {
            self.change(change);
        }
        self.cut(rollback.span.end, Direction::Down, mode);
    }

    fn change(&mut self, change: &Element) {
        match changes::of(change, &self.properties) {
            Made::Nothing => {}
            Made::Text(text) => {
                if !text.show(&mut self.mask) {
                    self.unread.push(change.span);
                }
            }
            Made::Around(before, text) => {
                let room = text.pieces.first().map_or(0, |piece| piece.span.start.saturating_sub(change.span.start));
                if before.len() <= room as usize && text.show(&mut self.mask) {
                    self.mask.put(change.span.start, &before);
                } else {
                    self.unread.push(change.span);
                }
            }
            Made::Statements(statements) => {
                let sql: String = statements.iter().flat_map(|statement| [statement.as_str(), ";"]).collect();
                if sql.len() <= change.span.len() as usize && self.mask.put(change.span.start, &sql) {
                    self.written.push(change.span);
                } else {
                    self.unread.push(change.span);
                }
            }
            Made::Unknown => self.unread.push(change.span),
        }
    }

    /// Ends the section that is open.
    fn cut(&mut self, at: u32, direction: Direction, transaction: TransactionMode) {
        if self.start < at {
            self.sections.push(Section { span: Span::new(self.start, at), direction, transaction });
            self.start = at;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(carried: &Carried, text: &str) {
        assert_eq!(carried.sql.len(), text.len());
        let mut end = 0;
        for section in &carried.sections {
            assert!(section.span.start >= end && section.span.end as usize <= text.len());
            assert!(carried.sql.get(section.span.start as usize..section.span.end as usize).is_some());
            end = section.span.end;
        }
    }

    #[test]
    fn changes_become_sql_in_their_place() {
        let change = |xml: &str| {
            let text =
                format!("<databaseChangeLog><changeSet id=\"1\" author=\"a\">{xml}</changeSet></databaseChangeLog>");
            let carried = (XML.read)(&text);
            (carried.sql.trim().to_owned(), carried.unread.len())
        };
        for (xml, sql) in [
            ("<dropPrimaryKey tableName=\"t\" schemaName=\"s\"/>", "ALTER TABLE s.t DROP CONSTRAINT t_pkey;"),
            ("<renameTable oldTableName=\"a\" newTableName=\"B c\"/>", "ALTER TABLE a RENAME TO \"B c\";"),
            (
                "<modifyDataType tableName=\"t\" columnName=\"a\" newDataType=\"clob\"/>",
                "ALTER TABLE t ALTER COLUMN a TYPE text;",
            ),
            (
                "<addDefaultValue tableName=\"t\" columnName=\"a\" defaultValueNumeric=\"1\"/>",
                "ALTER TABLE t ALTER COLUMN a SET DEFAULT 1;",
            ),
            ("<delete tableName=\"t\"><where>a &lt; 'b'</where></delete>", "DELETE FROM t WHERE a < 'b';"),
            ("<sql>SELECT '&lt;&gt;' -- x</sql>", "SELECT '      <>' -- x\n;"),
            ("<sql dbms=\"!postgresql\">SELECT 1</sql>", ""),
        ] {
            assert_eq!(change(xml), (sql.to_owned(), 0), "{xml}");
        }
        for xml in ["<mergeColumns tableName=\"t\"/>", "<dropTable tableName=\"${unknown}\"/>"] {
            assert_eq!(change(xml), (String::new(), 1), "{xml}");
        }
    }

    #[test]
    fn hostile_changelogs_are_read_in_time() {
        let many = 100_000;
        for text in [
            format!("<databaseChangeLog>{}", "<a>".repeat(many)),
            format!("<databaseChangeLog>{}", "<changeSet id='1'><sql>&lt;".repeat(many / 10)),
            "<!DOCTYPE a [<!ENTITY b \"bbbb\">]><databaseChangeLog><changeSet><sql>&b;&b;</sql>".to_owned(),
        ] {
            check(&(XML.read)(&text), &text);
        }
        for text in [
            format!("databaseChangeLog: {}", "[".repeat(many)),
            format!("databaseChangeLog:\n{}", "- changeSet: {changes: [{sql: {sql: \"a\\\"\"}}]}\n".repeat(many / 10)),
            "- ".repeat(many),
            "databaseChangeLog: &a [*a, *a]".to_owned(),
        ] {
            check(&(YAML.read)(&text), &text);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(
            xml in "(<databaseChangeLog>|<changeSet>|<sql>|<dropTable tableName='é'/>|</sql>|</changeSet>|&lt;|<!\\[CDATA\\[|\\]\\]>|<!--|é|;| ){0,16}",
            yaml in "(databaseChangeLog:\n|- changeSet:\n|    |changes:|- sql: |sql: |\\{|\\}|'|\"|\\\\|\\||\n|é|# switchback: ){0,24}",
        ) {
            check(&(XML.read)(&xml), &xml);
            check(&(YAML.read)(&yaml), &yaml);
        }
    }
}
