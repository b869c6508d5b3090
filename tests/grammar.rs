//! The forms of PostgreSQL's SQL that parsers tend to miss: each is understood, and as what.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

use std::fmt::Write as _;

use switchback::syntax::parse;
use switchback::syntax::span::Span;
use switchback::syntax::statement::{Statement, StatementKind};

/// Statements by family, as data.
const FORMS: &str = include_str!("../fixtures/grammar/forms.sql");

fn read(sql: &str) -> Vec<Statement> {
    parse(sql, Span::new(0, u32::try_from(sql.len()).unwrap())).statements
}

/// The name of the kind, and of each action of an `ALTER TABLE`.
fn outline(statement: &Statement) -> String {
    let name = |debug: String| debug.split(['(', ' ', '{']).next().unwrap_or_default().to_owned();
    match &statement.kind {
        StatementKind::AlterTable(alter) => {
            let actions: Vec<String> = alter.actions.iter().map(|action| name(format!("{:?}", action.kind))).collect();
            format!("Alter{:?}: {}", alter.kind, actions.join(", "))
        }
        StatementKind::AlterObject(alter) => {
            format!("AlterObject {:?}: {}", alter.kind, name(format!("{:?}", alter.change)))
        }
        StatementKind::CreateObject(create) => format!("CreateObject {:?}", create.kind),
        StatementKind::Drop(drop) => {
            format!("Drop {:?}{}", drop.kind, if drop.concurrently { " concurrently" } else { "" })
        }
        StatementKind::Do(body) => {
            let inner: Vec<String> = body.statements.iter().map(|inner| outline(&inner.statement)).collect();
            format!("Do [{}]", inner.join("; "))
        }
        StatementKind::Unrecognized(unrecognized) => format!("UNRECOGNIZED: {}", unrecognized.reason),
        kind => name(format!("{kind:?}")),
    }
}

#[test]
fn every_form_is_understood() {
    let mut outlined = String::new();
    let mut unread = Vec::new();
    for statement in read(FORMS) {
        let sql = statement.span.of(FORMS).split_whitespace().collect::<Vec<_>>().join(" ");
        let outline = outline(&statement);
        if outline.contains("UNRECOGNIZED") {
            unread.push(format!("{sql}\n    {outline}"));
        }
        writeln!(outlined, "{sql}\n    {outline}").unwrap();
    }
    assert!(unread.is_empty(), "not understood:\n{}", unread.join("\n"));
    insta::assert_snapshot!("forms", outlined);
}

#[test]
fn what_is_not_sql_is_refused_with_a_reason() {
    let refused = [
        ("ALTER TABEL t ADD a int", "expected the kind of object to alter"),
        ("DROP TABLE IF EXIST t", "expected the end of the statement"),
        ("ALTER TABLE t ADD COLUMN a int b", "expected a column option or a comma"),
        ("ALTER TABLE t DROP COLUMN a text", "expected the end of the statement"),
        ("CREATE TABLE t (a int,)", "expected a column after the comma"),
        ("CREATE INDEX ON t", "expected an opening bracket"),
        ("UPDATE t WHERE a = 1", "expected"),
        ("DELETE COLUMN a", "expected"),
        ("SELEC 1", "expected a statement"),
    ];
    for (sql, reason) in refused {
        let statements = read(sql);
        let [Statement { kind: StatementKind::Unrecognized(unrecognized), .. }] = statements.as_slice() else {
            panic!("{sql} is taken for {:?}", statements.first().map(outline));
        };
        assert!(unrecognized.reason.contains(reason), "{sql}: {}", unrecognized.reason);
    }
}

#[test]
fn no_dangerous_verb_is_lost_behind_a_missing_semicolon() {
    for lost in
        ["ALTER TABLE t DROP COLUMN a", "DROP TABLE t", "CREATE INDEX i ON t (a)", "UPDATE t SET a = 1", "TRUNCATE t"]
    {
        for head in [
            "GRANT SELECT ON t TO r",
            "COMMENT ON TABLE t IS 'x'",
            "SET x = 1",
            "CREATE EXTENSION e",
            "ALTER SYSTEM SET x = 1",
        ] {
            let statements = read(&format!("{head}\n{lost};\nSELECT 1"));
            let owned = statements.iter().any(|statement| matches!(statement.kind, StatementKind::Unrecognized(_)));
            assert!(owned, "{head} / {lost}: {:?}", statements.iter().map(outline).collect::<Vec<_>>());
        }
    }
}

#[test]
fn places_are_those_of_the_file() {
    let sql = "-- é\nDO $x$ BEGIN\n  ALTER TABLE t DROP COLUMN \"ü\", ADD b int;\nEND $x$;";
    let statements = read(sql);
    let StatementKind::Do(body) = &statements[0].kind else { panic!("a block") };
    let StatementKind::AlterTable(alter) = &body.statements[0].statement.kind else { panic!("an alter") };
    let actions: Vec<&str> = alter.actions.iter().map(|action| action.span.of(sql)).collect();
    assert_eq!(actions, ["DROP COLUMN \"ü\"", "ADD b int"]);
    let quoted = "DO 'BEGIN EXECUTE ''DROP TABLE t''; END'";
    let statements = read(quoted);
    let StatementKind::Do(body) = &statements[0].kind else { panic!("a block") };
    assert_eq!(body.statements[0].statement.span.of(quoted), "DROP TABLE t");
}
