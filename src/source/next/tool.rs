//! How each tool wants its migrations: what the files say, and how they get out of a transaction.

use super::names::Named;
use super::place::Place;
use super::{Draft, Next, Unwritable, Written, changelog, drizzle, javascript, python, ruby, sqitch, sql};
use crate::date::Moment;

/// How a tool runs statements that refuse a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outside {
    /// One after the other, where a file says so.
    OneByOne,
    /// A file is sent as one string: only a statement that is alone in its file runs without a transaction.
    Alone,
    /// By itself, whatever a file says, and only those that it knows.
    Batches,
    /// Not at all.
    Never,
}

/// A migration to be written.
pub(super) struct Page<'a> {
    /// The history it belongs to.
    pub place: &'a Place<'a>,
    /// What it holds.
    pub draft: &'a Draft,
    /// The migration before it.
    pub previous: &'a Previous,
    /// What it is called.
    pub named: Named,
}

/// The migration before another one.
pub(super) struct Previous {
    /// Its name without endings.
    pub stem: String,
    /// What it says.
    pub text: String,
}

impl Previous {
    /// The last one there is.
    pub(super) fn of(place: &Place<'_>) -> Self {
        let stem = place.last.path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        Self { stem: stem.unwrap_or_default(), text: place.last.file_text().to_owned() }
    }
}

/// Makes the files of a migration, the one that ships first.
type Write = fn(&Page<'_>) -> Result<Vec<Written>, Unwritable>;

/// Adds a migration to the file that lists them.
type List = fn(&Place<'_>, &str, Moment, &mut Next) -> Result<(), Unwritable>;

/// A tool whose names give the order.
#[derive(Clone, Copy)]
pub(super) struct Tool {
    /// How statements get out of a transaction.
    pub outside: Outside,
    /// The files.
    pub write: Write,
    /// The list of them.
    pub list: Option<List>,
}

/// Makes all files of several migrations.
type WriteAll = fn(&Place<'_>, &[Draft], Moment) -> Result<Next, Unwritable>;

/// How new migrations are made.
#[derive(Clone, Copy)]
pub(super) enum Way {
    /// As files whose names give their order.
    Numbered(&'static Tool),
    /// As the tool keeps its order otherwise.
    Own(Outside, WriteAll),
}

impl Way {
    /// How statements get out of a transaction.
    pub(super) fn outside(&self) -> Outside {
        match self {
            Self::Numbered(tool) => tool.outside,
            Self::Own(outside, _) => *outside,
        }
    }
}

const fn tool(outside: Outside, write: Write) -> Tool {
    Tool { outside, write, list: None }
}

const PLAIN: Tool = tool(Outside::Alone, |page| Ok(sql::files(page)));
const EACH: Tool = tool(Outside::OneByOne, |page| Ok(sql::files(page)));
const WRAPPED: Tool = tool(Outside::Never, |page| Ok(sql::files(page)));

/// How the tool of `place` is written for.
pub(super) fn of(place: &Place<'_>) -> Result<Way, Unwritable> {
    let foreign = place.last.is_foreign();
    Ok(match place.layout {
        "alembic" => Way::Own(Outside::OneByOne, python::alembic),
        "django" => Way::Own(Outside::OneByOne, python::django),
        "liquibase" => Way::Own(Outside::OneByOne, changelog::files),
        "sqitch" => Way::Own(Outside::OneByOne, sqitch::files),
        "atlas" | "flyway" | "goose" | "sql-migrate" | "tern" => Way::Numbered(&EACH),
        "dbmate" | "diesel" | "evolve" | "go-pg" | "golang-migrate" | "graphile-migrate" | "plain" | "pop"
        | "postgrator" | "prisma" | "sqlx" | "up-down-files" => Way::Numbered(&PLAIN),
        "hasura" | "mybatis" | "refinery" | "up-down-folders" => Way::Numbered(&WRAPPED),
        "supabase" => Way::Numbered(&Tool { outside: Outside::Batches, ..WRAPPED }),
        "drizzle" => Way::Numbered(&Tool { list: Some(drizzle::list), ..WRAPPED }),
        "rails" => Way::Numbered(&const { tool(Outside::OneByOne, |page| Ok(vec![ruby::file(page)])) }),
        "node-pg-migrate" if !foreign => Way::Numbered(&const { tool(Outside::OneByOne, javascript::beside_sql) }),
        "knex" | "mikro-orm" | "node-pg-migrate" | "sequelize" | "typeorm" => {
            Way::Numbered(&const { tool(Outside::OneByOne, javascript::files) })
        }
        "db-migrate" | "kysely" => Way::Numbered(&const { tool(Outside::Never, javascript::files) }),
        other => {
            return Err(Unwritable::new(
                format!("nobody taught us how {other} wants its migrations"),
                "write it by hand",
            ));
        }
    })
}

/// What is to be said where a migration of a tool runs outside a transaction.
pub(super) fn note_outside(layout: &str) -> Option<&'static str> {
    match layout {
        "plain" => {
            Some("nothing tells which tool runs these files: see that it opens no transaction around the new ones")
        }
        "typeorm" => {
            Some("run the migrations with `migrationsTransactionMode: \"each\"`, or TypeORM refuses the new ones")
        }
        "supabase" => Some("supabase runs such statements by themselves since version 2.109 of its command line"),
        _ => None,
    }
}
