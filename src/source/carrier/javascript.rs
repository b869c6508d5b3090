//! Migrations in JavaScript and TypeScript: the SQL in texts that are given to a call, in the `up` function. Knex,
//! `TypeORM`, Sequelize, node-pg-migrate.

mod scan;

use super::mask::Mask;
use super::{Carried, Language};
use crate::source::migration::{Direction, Section, TransactionMode};
use crate::syntax::span::Span;
use scan::{Call, Text, calls};

const EXTENSIONS: &[&str] = &["js", "cjs", "mjs", "ts", "cts", "mts"];

pub(super) const TYPEORM: Language = Language {
    name: "typeorm",
    marks: "classes that implement MigrationInterface",
    extensions: EXTENSIONS,
    recognizes: |text| text.contains("MigrationInterface") || text.contains("queryRunner.query("),
    read: |text| read(text, &Tool { methods: &["query"], off: &["transaction = false"] }),
};

pub(super) const SEQUELIZE: Language = Language {
    name: "sequelize",
    marks: "functions that are given a queryInterface",
    extensions: EXTENSIONS,
    recognizes: |text| text.contains("queryInterface"),
    // Sequelize opens no transaction of its own.
    read: |text| read(text, &Tool { methods: &["query"], off: &[""] }),
};

pub(super) const KNEX: Language = Language {
    name: "knex",
    marks: "functions that are given a knex, and call raw",
    extensions: EXTENSIONS,
    recognizes: |text| {
        text.contains("knex") && ["exports.up", "function up", "up =", "up("].iter().any(|up| text.contains(up))
    },
    read: |text| read(text, &Tool { methods: &["raw"], off: &["transaction: false", "transaction:false"] }),
};

pub(super) const NODE_PG_MIGRATE: Language = Language {
    name: "node-pg-migrate",
    marks: "functions that are given a pgm",
    extensions: EXTENSIONS,
    recognizes: |text| text.contains("pgm."),
    read: |text| read(text, &Tool { methods: &["sql"], off: &["noTransaction()"] }),
};

/// How a tool takes SQL.
struct Tool {
    /// The methods that are given it.
    methods: &'static [&'static str],
    /// What says that no transaction is opened; the empty text is in every file.
    off: &'static [&'static str],
}

fn read(text: &str, tool: &Tool) -> Carried {
    let off = tool.off.iter().any(|words| text.contains(words));
    let transaction = if off { TransactionMode::None } else { TransactionMode::Wrapped };
    let mut mask = Mask::new(text);
    let mut unread = Vec::new();
    let down = down_span(text);
    for Call { span, sql } in calls(text, tool.methods) {
        match sql {
            Some(Text { span, escapes }) => {
                mask.statement(span);
                for (escape, shown) in escapes {
                    mask.blank(escape);
                    mask.put(escape.end.saturating_sub(u32::try_from(shown.len()).unwrap_or(0)), shown);
                }
            }
            None if down.is_none_or(|down| !down.contains(span)) => unread.push(span),
            None => {}
        }
    }
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let section = |start, end, direction| Section { span: Span::new(start, end), direction, transaction };
    let sections = match down {
        Some(down) => {
            [(0, down.start, Direction::Up), (down.start, down.end, Direction::Down), (down.end, end, Direction::Up)]
                .into_iter()
                .filter(|(start, end, _)| start < end)
                .map(|(start, end, direction)| section(start, end, direction))
                .collect()
        }
        None => vec![section(0, end, Direction::Up)],
    };
    Carried { sql: mask.finish(), sections, written: Vec::new(), unread }
}

/// The function that takes the migration back: from its name to the next function called `up`, or to the end.
fn down_span(text: &str) -> Option<Span> {
    let start = scan::function(text, "down")?;
    let up = scan::function(text, "up").filter(|up| *up > start);
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Some(Span::new(offset(start), offset(up.unwrap_or(text.len()))))
}
