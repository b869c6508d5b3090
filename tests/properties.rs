//! Properties that hold for any input: spans lie in the text, in order, and nothing panics.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise"
)]

use proptest::prelude::*;
use switchback::syntax::span::Span;
use switchback::syntax::{parse, statement_spans};

/// Pieces that lexers and splitters stumble over, to be strung together at random.
fn piece() -> impl Strategy<Value = String> {
    let words = [
        "ALTER TABLE ",
        "t ",
        "ADD COLUMN ",
        "c int ",
        "DROP ",
        "CONSTRAINT ",
        "CHECK (",
        "CREATE INDEX ",
        "ON ",
        "(a)",
        ";",
        "'",
        "''",
        "\"",
        "$$",
        "$a$",
        "--",
        "\n",
        "\r",
        "/*",
        "*/",
        "(",
        ")",
        "BEGIN ATOMIC ",
        "END",
        "COPY t FROM stdin;",
        "\\.",
        "\\i x",
        "{{",
        "}}",
        "${x}",
        ":v",
        "::int",
        "E'\\'",
        "DO ",
        "EXECUTE ",
        "LOOP ",
        "IF x THEN ",
        "é",
        "\u{0}",
        "INSERT INTO t VALUES ",
        "(1),",
        "UPDATE t SET a = 1 ",
        "WHERE ",
        "IN (SELECT ",
        "NOT NULL ",
        "DEFAULT ",
        ", ",
        "1e",
        "--> statement-breakpoint",
        "-- switchback: allow(",
        "WITH x AS (",
        "RETURNS ",
        "LANGUAGE plpgsql ",
        "AS ",
    ];
    prop_oneof![8 => proptest::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => ".{0,4}"]
}

/// Pieces of procedural code, to be nested at random.
fn block_piece() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "DECLARE ",
        "a text := 'DROP TABLE x'; ",
        "BEGIN ",
        "END; ",
        "END IF; ",
        "END LOOP; ",
        "END CASE; ",
        "EXCEPTION WHEN others THEN ",
        "IF NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = 't') THEN ",
        "ELSIF x THEN ",
        "ELSE ",
        "CASE x WHEN 1 THEN ",
        "LOOP ",
        "FOR r IN SELECT 1 LOOP ",
        "FOR r IN EXECUTE ",
        "WHILE x LOOP ",
        "COMMIT; ",
        "a := 'é' || b; ",
        "EXECUTE ",
        "a",
        "'ALTER TABLE '",
        "'%I é'",
        " || ",
        "quote_ident(a)",
        "format('DROP TABLE %I, %s.é%2$I', a",
        "format(E'UPDATE %s SET \\n a = %L'",
        "$f$CREATE INDEX ON %-3s (%%)$f$",
        ", ",
        "(",
        ")",
        "; ",
        " USING a ",
        " INTO a ",
        "ALTER TABLE t DROP COLUMN c; ",
        "<<l>> ",
    ])
}

fn check(text: &str) {
    let script = parse(text, Span::new(0, u32::try_from(text.len()).unwrap()));
    let spans = statement_spans(text, Span::new(0, u32::try_from(text.len()).unwrap()));
    let read: Vec<Span> = script.statements.iter().map(|statement| statement.span).collect();
    assert_eq!(spans, read, "every slice becomes one statement");
    let mut end = 0;
    for statement in &script.statements {
        assert!(statement.span.start >= end, "statements do not overlap");
        assert!(statement.span.end as usize <= text.len());
        assert!(
            text.is_char_boundary(statement.span.start as usize) && text.is_char_boundary(statement.span.end as usize)
        );
        assert!(!statement.span.is_empty(), "a statement has text");
        end = statement.span.end;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_splits(text in "\\PC{0,200}") {
        check(&text);
    }

    #[test]
    fn any_pieces_split(pieces in proptest::collection::vec(piece(), 0..40)) {
        check(&pieces.concat());
    }

    #[test]
    fn any_block_is_walked(pieces in proptest::collection::vec(block_piece(), 0..60), quoted in any::<bool>()) {
        let block = pieces.concat();
        check(&if quoted { format!("DO '{}';", block.replace('\'', "''")) } else { format!("DO $b$ {block} $b$;") });
    }

    #[test]
    fn reading_a_prefix_never_panics(pieces in proptest::collection::vec(piece(), 0..20), cut in 0_usize..200) {
        let text = pieces.concat();
        let cut = (0..=cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        check(&text[..cut]);
    }
}
