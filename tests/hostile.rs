//! Any bytes in, an answer out: the inputs that are known to break parsers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise"
)]

mod common;

use std::fmt::Write as _;

use common::migration;
use switchback::lint::lint;
use switchback::report::Style;
use switchback::report::timeline::{Picture, concise, json, pretty};
use switchback::settings::Settings;
use switchback::source::migration::TransactionMode;
use switchback::syntax::span::Span;
use switchback::syntax::statement::StatementKind;
use switchback::syntax::{STACK_SIZE, Script, parse};
use switchback::timeline;

/// Reads `sql` on a thread as the tool does.
fn read(sql: String) -> Script {
    let length = u32::try_from(sql.len()).unwrap();
    std::thread::Builder::new()
        .stack_size(STACK_SIZE)
        .spawn(move || parse(&sql, Span::new(0, length)))
        .unwrap()
        .join()
        .expect("no panic, no overflow")
}

fn last_is_drop(script: &Script) {
    let last = script.statements.last().expect("a statement");
    assert!(matches!(last.kind, StatementKind::Drop(_)), "the rest of the file is still read: {last:?}");
}

#[test]
fn deep_brackets() {
    for (open, close) in [("(", ")"), ("[", "]"), ("SELECT (", ")"), ("a IN (SELECT - ", ")")] {
        let sql = format!("SELECT {}1{};\nDROP TABLE t;", open.repeat(100_000), close.repeat(100_000));
        last_is_drop(&read(sql));
        last_is_drop(&read(format!(
            "ALTER TABLE t ADD CHECK ({}1{});\nDROP TABLE t;",
            open.repeat(50_000),
            close.repeat(50_000)
        )));
        last_is_drop(&read(format!(
            "CREATE VIEW v AS {}1{};\nDROP TABLE t;",
            open.repeat(50_000),
            close.repeat(50_000)
        )));
        // Nothing closes: every line that starts a statement is still found.
        read(format!("SELECT {}1;\nDROP TABLE t;", open.repeat(100_000)));
    }
}

#[test]
fn long_chains() {
    for link in [" AND a", "+1", "::int", " LIKE 'x'", " IS NULL", " AT TIME ZONE 'UTC'", "[1]", " UNION SELECT 1"] {
        last_is_drop(&read(format!("SELECT a{};\nDROP TABLE t;", link.repeat(200_000))));
        last_is_drop(&read(format!("UPDATE t SET a = 1 WHERE a{};\nDROP TABLE t;", link.repeat(200_000))));
        last_is_drop(&read(format!("ALTER TABLE t ADD CHECK (a{});\nDROP TABLE t;", link.repeat(200_000))));
    }
}

#[test]
fn joins_without_on() {
    for count in [299, 2_000, 100_000] {
        last_is_drop(&read(format!("SELECT 1 FROM t{};\nDROP TABLE t;", " JOIN u".repeat(count))));
    }
}

#[test]
fn nested_in_with_an_error_inside_is_not_exponential() {
    let sql = format!("SELECT 1 WHERE {} a !! ;\nDROP TABLE t;", "a IN (SELECT - ".repeat(30));
    read(sql);
    let sql = format!("SELECT 1 WHERE {} 1 {};\nDROP TABLE t;", "a IN (SELECT - ".repeat(30), ")".repeat(30));
    last_is_drop(&read(sql));
}

#[test]
fn many_statements_and_rows() {
    assert_eq!(read("BEGIN;".repeat(300_000)).statements.len(), 300_000);
    let rows = "(1, 'it''s; a row', E'\\'; DROP TABLE x; ', $$;$$),\n".repeat(100_000);
    let script = read(format!("INSERT INTO t VALUES {rows} (2, 'end', 'x', 'y');\nDROP TABLE t;"));
    assert_eq!(script.statements.len(), 2);
    last_is_drop(&script);
}

#[test]
fn blocks_in_blocks() {
    let nested = (0..60).fold("DROP TABLE t".to_owned(), |body, n| format!("DO $b{n}$ BEGIN {body}; END $b{n}$"));
    read(nested);
    read(format!("DO $$ {} {} $$;", "BEGIN IF a THEN LOOP ".repeat(50_000), "END LOOP; END IF; END; ".repeat(50_000)));
    let quoted = (0..12).fold("DROP TABLE t".to_owned(), |body, _| format!("DO '{}'", body.replace('\'', "''")));
    read(quoted);
}

#[test]
fn blocks_that_are_nested_or_put_together_without_end() {
    let control = ["BEGIN ", "LOOP ", "IF a THEN ", "CASE WHEN a THEN ", "EXCEPTION WHEN a THEN ", "WHILE a LOOP "];
    for open in control {
        // A statement at every depth, and nothing ever closes.
        read(format!("DO $$ {} $$;", format!("{open} DROP TABLE t; ").repeat(20_000)));
        read(format!("DO $$ {} $$;", open.repeat(100_000)));
    }
    let execute = |expression: String| {
        last_is_drop(&read(format!("DO $$ BEGIN EXECUTE {expression}; END $$;\nDROP TABLE t;")));
    };
    for specifier in ["%I, ", "%s.", "%1$I ", "%%", "%", "%9999999999$s", "%-10L", "é%s"] {
        execute(format!("format('DROP TABLE {}x', t)", specifier.repeat(30_000)));
    }
    execute(format!("format('DROP TABLE %I'{})", ", a || b".repeat(100_000)));
    execute(format!("'DROP TABLE '{}", " || quote_ident(t)".repeat(60_000)));
    execute(format!("'DROP TABLE '{}", " || 'a' || t".repeat(60_000)));
    execute(format!("'DROP TABLE a' {}", " 'b'".repeat(200_000)));
    execute(format!("{}'DROP TABLE a'{}", "(".repeat(100_000), ")".repeat(100_000)));
    // Variables that stand for each other, and one that is run over and over.
    read("DO $$ DECLARE a text := b; b text := a; BEGIN EXECUTE a; EXECUTE a || b; END $$;".to_owned());
    let long =
        format!("DO $$ DECLARE a text := '{}'; BEGIN {} END $$;", "x".repeat(1 << 20), "EXECUTE a;".repeat(20_000));
    read(long);
}

#[test]
fn quotes_that_never_end() {
    for open in ["'", "\"", "$$", "$tag$", "/*", "/* /* */", "E'\\"] {
        let script = read(format!("SELECT 1;\nSELECT {open} oh;\nDROP TABLE t;\n"));
        assert!(
            script.statements.iter().any(|statement| matches!(statement.kind, StatementKind::Unrecognized(_))),
            "{open} is said to be unread"
        );
        last_is_drop(&script);
        read(open.repeat(200_000));
    }
    let tags: String = (0..20_000).fold(String::new(), |text, n| text + &format!("$a{n}$\nDROP TABLE t;\n"));
    read(tags);
}

#[test]
fn no_byte_is_refused() {
    for byte in 0..=255_u8 {
        let text = String::from_utf8_lossy(&[byte; 64]).into_owned();
        read(text.clone());
        read(format!("DROP TABLE {text};"));
    }
}

#[test]
fn copy_data_is_data() {
    let script = read("COPY t (a) FROM stdin;\nit's; DROP TABLE x;\n\\.\nDROP TABLE t;".to_owned());
    assert_eq!(script.statements.len(), 2);
    last_is_drop(&script);
}

#[test]
fn client_lines_are_not_sql() {
    let script = read("\\set x 'y\n\\connect db\nDROP TABLE t".to_owned());
    assert_eq!(script.statements.len(), 1);
    last_is_drop(&script);
    let script = read("\\i other.sql\nDROP TABLE t".to_owned());
    assert!(matches!(script.statements[0].kind, StatementKind::Unrecognized(_)), "an include is said to be unread");
}

/// Many lines that differ by their number.
fn lines(number: usize, line: &dyn Fn(usize) -> String) -> String {
    (0..number).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "{}", line(number));
        text
    })
}

/// A timeline must not cost the square of its statements, in time or in what it prints.
#[test]
fn long_timelines_are_drawn() {
    let repeated = |line: &dyn Fn(usize) -> String| lines(10_000, line);
    let files = [
        format!("BEGIN;\n{}COMMIT;", repeated(&|n| format!("ALTER TABLE t{n} ADD COLUMN c int;"))),
        format!("BEGIN;\n{}COMMIT;", repeated(&|_| "LOCK TABLE t;".to_owned())),
        format!("BEGIN;\n{}COMMIT;", repeated(&|n| format!("DROP TABLE t{n}, u; -- {n}"))),
        repeated(&|n| format!("INSERT INTO t VALUES ({n});")),
        repeated(&|_| "ALTER TABEL t;".to_owned()),
    ];
    for text in files {
        let migrations = [migration("1.sql", "1", &text, TransactionMode::Unknown)];
        let files = timeline::of(&migrations, &Settings::default());
        let picture = Picture { files: &files, version: 14, style: Style::default(), actions: false };
        for format in [pretty::write, concise::write, json::write] {
            let mut bytes = Vec::new();
            format(&picture, &mut bytes).unwrap();
            // No line, and no part of the chart, grows with the number of statements.
            assert!(bytes.len() < 10_000 * 2_500, "{}", bytes.len());
        }
    }
}

/// Long histories must not cost their square, in time or in memory: with that, these would not end.
#[test]
fn long_histories_are_replayed() {
    let repeated = |line: &dyn Fn(usize) -> String| lines(20_000, line);
    let histories = [
        format!("BEGIN;\n{}COMMIT;", repeated(&|n| format!("ALTER TABLE t{n} ADD COLUMN c int;"))),
        repeated(&|n| format!("ALTER TABLE t ADD COLUMN c{n} int;")),
        repeated(&|n| format!("CREATE TABLE t{n} (id int PRIMARY KEY, p int REFERENCES t{});", n / 2)),
        repeated(&|n| format!("SAVEPOINT s{n};")) + "ROLLBACK;",
        format!("DO $$ BEGIN {} END $$;", repeated(&|_| "UPDATE t SET a = 1;".to_owned())),
    ];
    for text in histories {
        let migration = migration("1.sql", "1", &text, TransactionMode::Unknown);
        assert_eq!(lint(&[migration], &Settings::default()).summary.files, 1);
    }
}
