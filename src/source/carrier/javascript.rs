//! Migrations in JavaScript and TypeScript: the SQL in texts that are given to a call, in the `up` function. Knex,
//! `TypeORM`, Sequelize, node-pg-migrate, `MikroORM`, Kysely, db-migrate.

mod scan;

use super::mask::Mask;
use super::{Carried, Language, strings};
use crate::source::migration::{Direction, Section, TransactionMode};
use crate::syntax::span::Span;
use scan::{Call, calls};

const EXTENSIONS: &[&str] = &["js", "cjs", "mjs", "ts", "cts", "mts"];

pub(super) const TYPEORM: Language = Language {
    name: "typeorm",
    marks: "classes that implement MigrationInterface",
    extensions: EXTENSIONS,
    recognizes: |text| text.contains("MigrationInterface") || text.contains("queryRunner.query("),
    read: |text| {
        let tool = Tool { off: |text| says(text, "transaction", "false"), ..Tool::calling(&["query"]) };
        wrapped_down(read(text, &tool))
    },
};

pub(super) const SEQUELIZE: Language = Language {
    name: "sequelize",
    marks: "functions that are given a queryInterface",
    extensions: EXTENSIONS,
    recognizes: |text| text.contains("queryInterface"),
    // Sequelize opens no transaction of its own.
    read: |text| read(text, &Tool { off: |_| true, ..Tool::calling(&["query"]) }),
};

pub(super) const MIKRO_ORM: Language = Language {
    name: "mikro-orm",
    marks: "classes that call this.addSql",
    extensions: EXTENSIONS,
    recognizes: |text| text.contains("this.addSql("),
    read: |text| read(text, &Tool { off: is_not_transactional, ..Tool::calling(&["addSql"]) }),
};

pub(super) const KYSELY: Language = Language {
    name: "kysely",
    marks: "functions that are given a Kysely",
    extensions: EXTENSIONS,
    recognizes: |text| text.contains("Kysely") && text.contains("up("),
    read: |text| read(text, &Tool { tag: Some("sql"), ..Tool::calling(&[]) }),
};

pub(super) const DB_MIGRATE: Language = Language {
    name: "db-migrate",
    marks: "functions that call db.runSql",
    extensions: EXTENSIONS,
    recognizes: |text| text.contains("db.runSql(") || text.contains("dbmigrate"),
    read: |text| read(text, &Tool::calling(&["runSql"])),
};

pub(super) const KNEX: Language = Language {
    name: "knex",
    marks: "functions that are given a knex, and call raw",
    extensions: EXTENSIONS,
    recognizes: |text| {
        (text.contains("knex") || text.contains("Knex"))
            && ["exports.up", "function up", "up =", "up("].iter().any(|up| text.contains(up))
    },
    read: |text| read(text, &Tool { off: |text| says(text, "transaction", "false"), ..Tool::calling(&["raw"]) }),
};

pub(super) const NODE_PG_MIGRATE: Language = Language {
    name: "node-pg-migrate",
    marks: "functions that are given a pgm",
    extensions: EXTENSIONS,
    recognizes: |text| text.contains("pgm."),
    read: |text| read(text, &Tool { off: |text| text.contains("noTransaction()"), ..Tool::calling(&["sql", "query"]) }),
};

/// How a tool takes SQL.
struct Tool {
    /// The methods that are given it.
    methods: &'static [&'static str],
    /// The tag of templates that are executed.
    tag: Option<&'static str>,
    /// Whether a text says that no transaction is opened.
    off: fn(&str) -> bool,
}

impl Tool {
    const fn calling(methods: &'static [&'static str]) -> Self {
        Self { methods, tag: None, off: |_| false }
    }
}

/// Whether a text gives `name` this value: `transaction: false`, `transaction = false`.
fn says(text: &str, name: &str, value: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let after = text.get(at + name.len()..).unwrap_or_default().trim_start();
        after.strip_prefix([':', '=']).is_some_and(|after| after.trim_start().starts_with(value))
    })
}

/// `isTransactional(): boolean { return false; }`
fn is_not_transactional(text: &str) -> bool {
    let method = text.split_once("isTransactional").map_or("", |(_, method)| method);
    let body = method.split_once('{').map_or("", |(_, body)| body);
    body.trim_start().strip_prefix("return").is_some_and(|value| value.trim_start().starts_with("false"))
}

fn read(text: &str, tool: &Tool) -> Carried {
    let transaction = if (tool.off)(text) { TransactionMode::None } else { TransactionMode::Wrapped };
    let mut mask = Mask::new(text);
    let mut unread = Vec::new();
    let mut strings = Vec::new();
    let down = down_span(text);
    for Call { span, sql } in calls(text, tool.methods, tool.tag) {
        if transaction == TransactionMode::None {
            strings.extend(strings::of_several(text, span, sql.as_ref()));
        }
        match sql {
            Some(text) => mask.statement(&text),
            None if down.is_none_or(|down| !down.contains(span)) => unread.push(span),
            None => {}
        }
    }
    mask.directives();
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let section = |start, end, direction| Section { span: Span::new(start, end), direction, transaction };
    let sections: Vec<Section> = match down {
        Some(down) => {
            [(0, down.start, Direction::Up), (down.start, down.end, Direction::Down), (down.end, end, Direction::Up)]
                .into_iter()
                .filter(|(start, end, _)| start < end)
                .map(|(start, end, direction)| section(start, end, direction))
                .collect()
        }
        None => vec![section(0, end, Direction::Up)],
    };
    let sections = sections.into_iter().flat_map(|section| strings::cut(section, &strings)).collect();
    Carried { sql: mask.finish(), sections, written: Vec::new(), unread, reversible: false }
}

/// `TypeORM` reverts in a transaction, whatever the migration says of itself.
fn wrapped_down(mut carried: Carried) -> Carried {
    let downs = carried.sections.iter_mut().filter(|section| section.direction == Direction::Down);
    downs.for_each(|section| section.transaction = TransactionMode::Wrapped);
    carried
}

/// The function that takes the migration back: from its name to the next function called `up`, or to the end.
fn down_span(text: &str) -> Option<Span> {
    let start = scan::function(text, "down")?;
    let up = scan::function(text, "up").filter(|up| *up > start);
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Some(Span::new(offset(start), offset(up.unwrap_or(text.len()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cuts(text: &str) -> Vec<(&str, TransactionMode)> {
        let carried = (KNEX.read)(text);
        carried.sections.iter().map(|section| (section.span.of(text), section.transaction)).collect()
    }

    #[test]
    fn several_statements_in_one_call_are_one_string() {
        use TransactionMode::{None, SingleQuery, Wrapped};
        assert_eq!(
            cuts("transaction: false\n  knex.raw('A; B');\n  knex.raw('C;')"),
            [("transaction: false\n", None), ("  knex.raw('A; B');\n", SingleQuery), ("  knex.raw('C;')", None)]
        );
        assert_eq!(
            cuts("transaction: false; knex.raw('A;B'); knex.raw('C')"),
            [("transaction: false; knex.", None), ("raw('A;B')", SingleQuery), ("; knex.raw('C')", None)]
        );
        assert_eq!(cuts("knex.raw('A; B')"), [("knex.raw('A; B')", Wrapped)]);
    }
}
