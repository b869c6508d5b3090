//! The fixed findings every format is tried on, built by hand: text of more than one byte a character, CRLF, other
//! places in the same file and in another one, a fix, and text that tries to steer a terminal and an Actions runner.

use std::time::Duration;

use switchback::engine::lock::LockMode;
use switchback::evidence::queries::{Queries, Query};
use switchback::evidence::{CodePlace, References};
use switchback::finding::{CodeReferences, Finding, Level, LockClaim, Related};
use switchback::fix::{Edit, Fix};
use switchback::outcome::{Allowed, AllowedBy, Outcome, Summary};
use switchback::report::{Report, Style};
use switchback::rule::RuleId;
use switchback::schema::operation::QName;
use switchback::source::migration::{Migration, TransactionMode};
use switchback::syntax::span::Span;

use super::migration;

const CREATE: &str = "CREATE TABLE users (\n\tid bigint,\n\temail text\n);\n";

const CHANGE: &str = "\u{feff}-- die Größe 😀\r\nALTER TABLE \"größe\"\r\n    ADD COLUMN \"länge 😀\" text NOT NULL,\r\n    \
    ALTER COLUMN id TYPE bigint;\r\n\r\nCREATE INDEX users_email\r\n\tON users (email);\r\n";

const HOSTILE: &str =
    "-- ::error file=a::b ##[error]c\nDROP TABLE \"x\u{1b}[2J\u{202e}\u{0}::error::d\"; ##[add-matcher]e\n";

/// A history with findings of every level.
pub(crate) struct Fixture {
    pub(crate) migrations: Vec<Migration>,
    pub(crate) outcome: Outcome,
}

impl Fixture {
    pub(crate) fn report(&self) -> Report<'_> {
        Report { outcome: &self.outcome, migrations: &self.migrations, style: Style::default(), actions: false }
    }

    fn finding(&self, level: Level, rule: &'static str, file: u32, clause: &str, statement: &str) -> Finding {
        let (span, statement) = (self.span(file, clause), self.span(file, statement));
        Finding::new(RuleId(rule), level, file, span, statement, "")
    }

    /// The only place of `part` in a file.
    fn span(&self, file: u32, part: &str) -> Span {
        let text = &self.migrations[file as usize].text;
        let start = text.find(part).expect("the part stands in the file");
        Span::new(u32::try_from(start).unwrap(), u32::try_from(start + part.len()).unwrap())
    }
}

/// Findings of every level.
pub(crate) fn fixture() -> Fixture {
    let unknown = TransactionMode::Unknown;
    let migrations = vec![
        migration("migrations/001_create.sql", "1", CREATE, unknown),
        migration("migrations/002_größe 50%,a:b.sql", "2", CHANGE, unknown),
        migration("migrations/003\u{1b}[31m\n::error::e.sql", "3", HOSTILE, unknown),
    ];
    let mut fixture = Fixture { migrations, outcome: Outcome::default() };
    fixture.outcome.findings = vec![required_column(&fixture), index(&fixture), hostile_name(&fixture)];
    fixture.outcome.allowed = vec![type_change(&fixture), unused(&fixture)];
    fixture.outcome.summary = Summary {
        files: 3,
        statements: 4,
        unrecognized: 1,
        errors: 1,
        warnings: 1,
        notes: 1,
        duration: Duration::from_micros(8250),
    };
    fixture
}

/// A check that found nothing.
pub(crate) fn clean() -> Fixture {
    let migrations = fixture().migrations;
    let summary = Summary { files: 3, statements: 4, duration: Duration::from_millis(2), ..Summary::default() };
    Fixture { migrations, outcome: Outcome { summary, ..Outcome::default() } }
}

fn required_column(fixture: &Fixture) -> Finding {
    let clause = "ADD COLUMN \"länge 😀\" text NOT NULL";
    let statement = &CHANGE[CHANGE.find("ALTER").unwrap()..CHANGE.find(';').unwrap()];
    Finding {
        message: "adding the required column größe.\"länge 😀\" fails on a table with rows".to_owned(),
        label: "no default".to_owned(),
        subject: Some("public.größe.\"länge 😀\"".to_owned()),
        locks: vec![lock("größe", LockMode::AccessExclusive), lock("seen", LockMode::ShareUpdateExclusive)],
        notes: vec!["ACCESS EXCLUSIVE on größe blocks reads and writes until the transaction commits".to_owned()],
        related: vec![Related {
            file: 1,
            span: fixture.span(1, "ALTER COLUMN id TYPE bigint"),
            message: "the table is rewritten here".to_owned(),
        }],
        ..fixture.finding(Level::Error, "sample-column", 1, clause, statement)
    }
}

fn index(fixture: &Fixture) -> Finding {
    let statement = "CREATE INDEX users_email\r\n\tON users (email)";
    let insertion = fixture.span(1, " users_email").start;
    Finding {
        message: "creating index users_email blocks writes to users".to_owned(),
        label: "blocks writes while it is built".to_owned(),
        subject: Some("public.users_email".to_owned()),
        locks: vec![lock("users", LockMode::Share)],
        notes: vec![
            "SHARE on users blocks writes while the index is built".to_owned(),
            "users is known to have 40,000,000 rows".to_owned(),
        ],
        help: Some("build it without the lock:\nCREATE INDEX CONCURRENTLY users_email ON users (email);".to_owned()),
        related: vec![Related {
            file: 0,
            span: fixture.span(0, "CREATE TABLE users"),
            message: "created in an earlier release".to_owned(),
        }],
        fix: Some(Fix::safe("add CONCURRENTLY", vec![Edit::insert(insertion, " CONCURRENTLY")])),
        ..fixture.finding(Level::Warning, "sample-index", 1, statement, statement)
    }
}

fn hostile_name(fixture: &Fixture) -> Finding {
    let clause = "\"x\u{1b}[2J\u{202e}\u{0}::error::d\"";
    let statement = "DROP TABLE \"x\u{1b}[2J\u{202e}\u{0}::error::d\"";
    Finding {
        message: format!("dropping {clause}\r\n::error::f"),
        label: "\u{1b}[2J\n::error::g".to_owned(),
        notes: vec!["one\n::error::h\u{7}".to_owned()],
        help: Some("keep\r\n##[error]it".to_owned()),
        fix: Some(Fix::manual("keep it", vec![Edit::delete(fixture.span(2, statement))])),
        code: Some(CodeReferences { revision: "main\u{1b}[2J (0123456789)".to_owned(), references: references() }),
        queries: Some(queries()),
        ..fixture.finding(Level::Note, "sample-name", 2, clause, statement)
    }
}

fn references() -> References {
    let place =
        |line, text: &str, sure| CodePlace { path: "app/\u{1b}[2J.py".to_owned(), line, text: text.to_owned(), sure };
    References { total: 9, places: vec![place(3, "d = x\u{7}\r::error::i", true), place(12, "d", false)] }
}

fn queries() -> Queries {
    let text = "SELECT d\u{1b}[2J FROM x\n::error::j".to_owned();
    Queries { total: 3, shown: vec![Query { text, calls: 1_234 }], stars: 0 }
}

fn type_change(fixture: &Fixture) -> Allowed {
    let clause = "ALTER COLUMN id TYPE bigint";
    let finding = Finding {
        message: "changing the type of größe.id rewrites the table".to_owned(),
        ..fixture.finding(Level::Error, "sample-type", 1, clause, clause)
    };
    Allowed { finding, reason: "a lookup table of 40 rows".to_owned(), by: AllowedBy::Directive }
}

fn unused(fixture: &Fixture) -> Allowed {
    let clause = "CREATE INDEX users_email";
    let finding = Finding {
        subject: Some("public.users.email".to_owned()),
        ..fixture.finding(Level::Error, "sample-contract", 1, clause, clause)
    };
    Allowed { finding, reason: "no reference in 3 files at main (0123456789)".to_owned(), by: AllowedBy::Evidence }
}

fn lock(table: &str, mode: LockMode) -> LockClaim {
    LockClaim { relation: QName { schema: "public".into(), name: table.into() }, mode }
}
