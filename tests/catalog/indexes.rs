//! When two indexes are the same, and when one covers another.

use switchback::schema::catalog::Catalog;
use switchback::schema::operation::QName;

use crate::render::{replay, statements};

/// How the second of two indexes on one table stands to the first.
fn compare(first: &str, second: &str) -> &'static str {
    let sql = format!("CREATE TABLE t (a int, b int, c text); CREATE {first}; CREATE {second};");
    let statements = statements(&sql);
    let mut catalog = Catalog::default();
    replay(&statements, &mut catalog);
    let table = catalog.table(&QName { schema: "public".into(), name: "t".into() }).unwrap();
    let [first, second] = table.indexes.as_slice() else { panic!("two indexes: {sql}") };
    if second.is_same_as(first) {
        "same"
    } else if second.is_covered_by(first) {
        "covered"
    } else if first.is_covered_by(second) {
        "covers"
    } else {
        "other"
    }
}

#[test]
fn indexes_are_compared_by_what_they_do() {
    let cases = [
        ("INDEX i ON t (a)", "INDEX j ON t USING btree (a ASC NULLS LAST)", "same"),
        ("INDEX i ON t (a DESC)", "INDEX j ON t (a DESC NULLS FIRST)", "same"),
        ("INDEX i ON t (a)", "INDEX j ON t (a DESC)", "other"),
        ("INDEX i ON t (a)", "INDEX j ON t (a NULLS FIRST)", "other"),
        ("INDEX i ON t (a, b)", "INDEX j ON t (a)", "covered"),
        ("INDEX i ON t (b, a)", "INDEX j ON t (a)", "other"),
        ("INDEX i ON t (a)", "INDEX j ON t (a, b)", "covers"),
        ("UNIQUE INDEX i ON t (a)", "INDEX j ON t (a)", "covered"),
        ("UNIQUE INDEX i ON t (a, b)", "UNIQUE INDEX j ON t (a)", "other"),
        ("UNIQUE INDEX i ON t (a)", "UNIQUE INDEX j ON t (a) NULLS NOT DISTINCT", "other"),
        ("INDEX i ON t (a) INCLUDE (b)", "INDEX j ON t (a)", "covered"),
        ("INDEX i ON t (a, b)", "INDEX j ON t (a) INCLUDE (b)", "covered"),
        ("INDEX i ON t (a)", "INDEX j ON t (a) INCLUDE (b)", "covers"),
        ("INDEX i ON t (lower(c))", "INDEX j ON t ((LOWER(\"c\")))", "same"),
        ("INDEX i ON t (lower(c))", "INDEX j ON t (upper(c))", "other"),
        ("INDEX i ON t (lower(c) text_pattern_ops)", "INDEX j ON t (lower(c))", "other"),
        ("INDEX i ON t (c text_pattern_ops)", "INDEX j ON t (c)", "other"),
        ("INDEX i ON t (c COLLATE \"C\")", "INDEX j ON t ((c COLLATE \"C\"))", "same"),
        ("INDEX i ON t (c COLLATE \"C\")", "INDEX j ON t (c)", "other"),
        ("INDEX i ON t (a) WHERE b != 0", "INDEX j ON t (a) WHERE (B <> 0)", "same"),
        ("INDEX i ON t (a) WHERE b > 0", "INDEX j ON t (a) WHERE b > 1", "other"),
        ("INDEX i ON t (a)", "INDEX j ON t (a) WHERE b > 1", "other"),
        ("INDEX i ON t USING hash (a)", "INDEX j ON t (a)", "other"),
        ("INDEX i ON t USING gin (a, b)", "INDEX j ON t USING gin (a)", "other"),
    ];
    for (first, second, expected) in cases {
        assert_eq!(compare(first, second), expected, "{first} / {second}");
    }
}

#[test]
fn a_renamed_column_is_renamed_in_expressions() {
    let first = "INDEX i ON t (lower(c)) INCLUDE (b) WHERE a > 0; ALTER TABLE t RENAME c TO z; \
        ALTER TABLE t RENAME a TO y; ALTER TABLE t RENAME b TO x";
    assert_eq!(compare(first, "INDEX j ON t (lower(z)) INCLUDE (x) WHERE y > 0"), "same");
}
