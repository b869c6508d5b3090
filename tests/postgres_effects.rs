//! What the model of PostgreSQL says where no measurement tells: when the history does not know the table, and when one
//! mechanism meets another.

#![allow(clippy::expect_used, reason = "a test")]

use std::fmt::Write as _;

use switchback::engine::effect::Effects;
use switchback::engine::postgres::changing_call;
use switchback::engine::{Context, Engine};
use switchback::schema::catalog::{Catalog, ConstraintBody, Origin};
use switchback::schema::lower::lower;
use switchback::schema::operation::QName;
use switchback::syntax::span::Span;
use switchback::syntax::statement::Statement;

fn statements(sql: &str) -> &'static [Statement] {
    let span = Span::new(0, u32::try_from(sql.len()).expect("SQL is short"));
    switchback::syntax::parse(sql, span).statements.leak()
}

fn replayed(history: &str) -> Catalog<'static> {
    let mut catalog = Catalog::default();
    for statement in statements(history) {
        for operation in lower(statement, &catalog) {
            catalog.apply(&operation, Origin { release: 0, file: 0, span: operation.span });
        }
    }
    catalog
}

/// The effects of `sql` after `history`, a line an operation.
fn after(history: &str, sql: &str, version: u16) -> String {
    let mut catalog = replayed(history);
    let mut text = String::new();
    for statement in statements(sql) {
        for operation in lower(statement, &catalog) {
            let effects = Engine::Postgres.effects(&operation, &catalog, Context { version, utc: false });
            let _ = writeln!(text, "{}", render(&effects));
            catalog.apply(&operation, Origin { release: 1, file: 1, span: operation.span });
        }
    }
    text.trim_end().to_owned()
}

fn effects(sql: &str) -> String {
    after("", sql, 14)
}

fn render(effects: &Effects) -> String {
    let mut parts: Vec<String> =
        effects.locks.iter().map(|lock| format!("{} {}", lock.relation.short(), lock.mode.words())).collect();
    let mut list = |what: &str, names: &[QName]| {
        parts.extend(names.iter().map(|name| format!("{what} {}", name.short())));
    };
    list("rewrite", &effects.rewrites);
    list("scan", &effects.scans);
    parts.extend(effects.builds.iter().map(|(table, index)| {
        format!("build {}{}", table.short(), index.as_ref().map(|index| format!(".{index}")).unwrap_or_default())
    }));
    parts.extend(effects.no_transaction.then(|| "no transaction".to_owned()));
    parts.extend(effects.assumed.iter().map(|assumed| format!("assumed: {assumed}")));
    parts.join(", ")
}

#[test]
fn an_unknown_table_is_taken_to_need_the_work() {
    let scan = "t ACCESS EXCLUSIVE, scan t, assumed: whether t.c has been proven free of nulls is not known";
    assert_eq!(effects("ALTER TABLE t ALTER c SET NOT NULL"), scan);
    let rewrite = "t ACCESS EXCLUSIVE, rewrite t, scan t, assumed: the present type of t.c is not known";
    assert_eq!(effects("ALTER TABLE t ALTER c TYPE varchar(100)"), rewrite);
    let logged = "t ACCESS EXCLUSIVE, rewrite t, scan t, assumed: whether t is unlogged already is not known";
    assert_eq!(effects("ALTER TABLE t SET UNLOGGED"), logged);
    let validate = "t SHARE UPDATE EXCLUSIVE, scan t, assumed: the kind of constraint x is not known; a foreign key locks \
                    the other table as well";
    assert_eq!(effects("ALTER TABLE t VALIDATE CONSTRAINT x"), validate);
    assert_eq!(effects("REINDEX TABLE t"), "t SHARE, scan t, build t");
    assert_eq!(effects("REFRESH MATERIALIZED VIEW m"), "m ACCESS EXCLUSIVE, rewrite m, scan m");
    assert_eq!(
        effects("ALTER TABLE t ATTACH PARTITION p FOR VALUES IN (1)"),
        "t SHARE UPDATE EXCLUSIVE, p ACCESS EXCLUSIVE, scan p"
    );
}

#[test]
fn an_unknown_table_is_locked_all_the_same() {
    assert_eq!(effects("DROP TABLE IF EXISTS t CASCADE"), "t ACCESS EXCLUSIVE");
    assert_eq!(effects("ALTER TABLE t ADD COLUMN c timestamptz NOT NULL DEFAULT now()"), "t ACCESS EXCLUSIVE");
    assert_eq!(effects("CREATE UNIQUE INDEX i ON t (a)"), "t SHARE, scan t, build t.i");
    assert_eq!(effects("ALTER TABLE t ADD CONSTRAINT u UNIQUE (a)"), "t ACCESS EXCLUSIVE, scan t, build t.u");
    assert_eq!(
        effects("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u"),
        "t SHARE ROW EXCLUSIVE, u SHARE ROW EXCLUSIVE, scan t, scan u"
    );
    assert_eq!(
        effects("DROP INDEX i"),
        "i ACCESS EXCLUSIVE, assumed: the table of index i is not known; it is locked as well"
    );
}

#[test]
fn an_unknown_function_is_taken_to_be_volatile() {
    assert_eq!(
        effects("ALTER TABLE t ADD COLUMN c uuid DEFAULT my_uuid()"),
        "t ACCESS EXCLUSIVE, rewrite t, scan t, assumed: the volatility of my_uuid() is not known"
    );
    let function = "CREATE FUNCTION my_uuid() RETURNS uuid STABLE LANGUAGE sql AS 'SELECT null::uuid'";
    assert_eq!(after(function, "ALTER TABLE t ADD COLUMN c uuid DEFAULT my_uuid()", 14), "t ACCESS EXCLUSIVE");
    // A known volatile one needs no assumption about the other.
    assert_eq!(
        effects("ALTER TABLE t ADD COLUMN c text DEFAULT my_hash(random()::text)"),
        "t ACCESS EXCLUSIVE, rewrite t, scan t"
    );
}

#[test]
fn a_check_proves_what_it_proved_before_the_statement() {
    let steps = "ALTER TABLE t ADD CONSTRAINT ck CHECK (c IS NOT NULL) NOT VALID;
        ALTER TABLE t VALIDATE CONSTRAINT ck;
        ALTER TABLE t ALTER c SET NOT NULL;
        ALTER TABLE t DROP CONSTRAINT ck";
    assert_eq!(
        effects(steps),
        "t ACCESS EXCLUSIVE\nt SHARE UPDATE EXCLUSIVE, scan t\nt ACCESS EXCLUSIVE\nt ACCESS EXCLUSIVE"
    );
}

#[test]
fn what_a_domain_limits_is_unknown_once_it_is_taken_off() {
    let history = "CREATE DOMAIN d AS varchar(50); CREATE TABLE t (a d)";
    assert_eq!(after(history, "ALTER TABLE t ALTER a TYPE varchar(100)", 14), "t ACCESS EXCLUSIVE, rewrite t, scan t");
    assert_eq!(after(history, "ALTER TABLE t ALTER a TYPE text", 14), "t ACCESS EXCLUSIVE");
}

#[test]
fn the_sequence_of_an_identity_column_gets_the_type_too() {
    let history = "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int)";
    assert_eq!(
        after(history, "ALTER TABLE t ALTER id TYPE bigint", 14),
        "t ACCESS EXCLUSIVE, t_id_seq SHARE ROW EXCLUSIVE, rewrite t, scan t, build t.t_pkey"
    );
}

#[test]
fn a_foreign_key_follows_the_columns_it_points_to() {
    let history = "CREATE TABLE t (id int PRIMARY KEY, code varchar(20) UNIQUE, note varchar(20));
        CREATE TABLE u (t_code varchar(20) REFERENCES t (code))";
    assert_eq!(after(history, "ALTER TABLE t ALTER note TYPE text", 14), "t ACCESS EXCLUSIVE");
    assert_eq!(after(history, "ALTER TABLE t ALTER code TYPE text", 14), "t ACCESS EXCLUSIVE, u ACCESS EXCLUSIVE");
    let renamed = format!("{history}; ALTER TABLE t RENAME code TO name");
    assert_eq!(after(&renamed, "ALTER TABLE t ALTER name TYPE text", 14), "t ACCESS EXCLUSIVE, u ACCESS EXCLUSIVE");
}

#[test]
fn only_a_check_on_the_partition_key_spares_the_scan() {
    let history = "CREATE TABLE p (id int NOT NULL, price int NOT NULL) PARTITION BY RANGE (id);
        CREATE TABLE c (id int NOT NULL, price int NOT NULL CHECK (price > 0))";
    let attach = "ALTER TABLE p ATTACH PARTITION c FOR VALUES FROM (1) TO (2)";
    assert_eq!(after(history, attach, 14), "p SHARE UPDATE EXCLUSIVE, c ACCESS EXCLUSIVE, scan c");
    let prepared = format!("{history}; ALTER TABLE c ADD CHECK (id >= 1 AND id < 2)");
    assert_eq!(
        after(&prepared, attach, 14),
        "p SHARE UPDATE EXCLUSIVE, c ACCESS EXCLUSIVE, assumed: the check on c is taken to imply the partition's bounds"
    );
}

#[test]
fn what_is_temporary_is_nobody_elses() {
    let history = "CREATE TEMPORARY TABLE t (a int)";
    assert_eq!(after(history, "ALTER TABLE t ADD CHECK (a > 0); CREATE INDEX i ON t (a)", 14), "");
}

#[test]
fn rows_that_reference_a_changed_one_are_changed_with_it() {
    let history = "CREATE TABLE p (id int PRIMARY KEY);
        CREATE TABLE gone (p_id int REFERENCES p ON DELETE CASCADE);
        CREATE TABLE null_ (p_id int REFERENCES p ON DELETE SET NULL);
        CREATE TABLE follows (p_id int REFERENCES p ON UPDATE CASCADE);";
    assert_eq!(
        after(history, "DELETE FROM p WHERE id = 1", 14),
        "p ROW EXCLUSIVE, follows ROW SHARE, gone ROW EXCLUSIVE, null_ ROW EXCLUSIVE"
    );
    assert_eq!(
        after(history, "UPDATE p SET id = 2 WHERE id = 1", 14),
        "p ROW EXCLUSIVE, follows ROW EXCLUSIVE, gone ROW SHARE, null_ ROW SHARE"
    );
}

#[test]
fn a_check_that_may_change_its_mind_is_told() {
    let told = |check: &str| {
        let sql = format!(
            "CREATE FUNCTION mine(int) RETURNS bool LANGUAGE sql AS 'SELECT true';
             CREATE FUNCTION fixed(int) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT true';
             CREATE TABLE t (a int, b text, at timestamptz, CONSTRAINT c CHECK ({check}));"
        );
        let catalog = replayed(&sql);
        let table = catalog.table(&QName { schema: "public".into(), name: "t".into() }).expect("a table");
        let Some(ConstraintBody::Check { expr: Some(expr), .. }) = table.constraint("c").map(|found| &found.kind)
        else {
            panic!("a check")
        };
        changing_call(&catalog, expr).map(|(call, volatility)| format!("{call} {volatility:?}")).unwrap_or_default()
    };
    assert_eq!(told("at > now()"), "now Stable");
    assert_eq!(told("a > 0 AND b = current_user"), "\"current_user\" Stable");
    assert_eq!(told("a > random()"), "random Volatile");
    assert_eq!(told("mine(a)"), "mine Volatile");
    assert_eq!(told("fixed(a)"), "");
    assert_eq!(told("lower(b) = b AND length(b) > 0 AND unknown(b)"), "");
}

#[test]
fn a_foreign_key_knows_the_columns_it_points_at() {
    let sql = "CREATE TABLE p (a bigint, b text, c uuid UNIQUE, PRIMARY KEY (b, a));
        CREATE TABLE t (x text, y int, z uuid REFERENCES p (c), FOREIGN KEY (x, y) REFERENCES p);";
    let catalog = replayed(sql);
    let table = catalog.table(&QName { schema: "public".into(), name: "t".into() }).expect("a table");
    let types = |key: &str| -> Vec<String> {
        let key = table.constraint(key).expect("a foreign key");
        let columns = catalog.referenced_columns(key).expect("they are known");
        columns.iter().filter_map(|column| column.data_type.as_ref()).map(|found| found.name.to_string()).collect()
    };
    assert_eq!(types("t_x_y_fkey"), ["text", "int8"]);
    assert_eq!(types("t_z_fkey"), ["uuid"]);
}

#[test]
fn rules_and_policies_look_up_what_they_name() {
    let rule = "CREATE RULE r AS ON UPDATE TO t DO ALSO (INSERT INTO log SELECT id FROM new JOIN u USING (id); \
        DELETE FROM cache WHERE id = OLD.id)";
    assert_eq!(effects(rule), "t ACCESS EXCLUSIVE, log ROW EXCLUSIVE, u ACCESS SHARE, cache ROW EXCLUSIVE");
    assert_eq!(effects("CREATE RULE r AS ON INSERT TO t DO INSTEAD NOTHING"), "t ACCESS EXCLUSIVE");
    let policy = "CREATE POLICY p ON t USING (a IS DISTINCT FROM b AND a = ANY (SELECT x FROM u JOIN v USING (y)))";
    assert_eq!(effects(policy), "t ACCESS EXCLUSIVE, u ACCESS SHARE, v ACCESS SHARE");
}

#[test]
fn explaining_locks_and_reads_nothing() {
    let history = "CREATE TABLE t (a int); CREATE TABLE u (a int)";
    let sql = "UPDATE t SET a = u.a FROM u";
    assert_eq!(after(history, &format!("EXPLAIN {sql}"), 14), "t ROW EXCLUSIVE, u ACCESS SHARE");
    assert_eq!(after(history, &format!("EXPLAIN (ANALYZE false) {sql}"), 14), "t ROW EXCLUSIVE, u ACCESS SHARE");
    let run = after(history, sql, 14);
    assert_eq!(after(history, &format!("EXPLAIN (ANALYZE) {sql}"), 14), run);
}

#[test]
fn tables_of_a_type_follow_it() {
    let history = "CREATE TYPE pair AS (a int, b int); CREATE TABLE t OF pair; CREATE TABLE u (p pair);
        CREATE TABLE v (a int, b int); ALTER TABLE v OF pair; CREATE TABLE w OF pair; ALTER TABLE w NOT OF;
        ALTER TYPE pair RENAME TO couple; ALTER TABLE v RENAME TO x";
    let add = "ALTER TYPE couple ADD ATTRIBUTE c int CASCADE";
    assert_eq!(after(history, add, 14), "t ACCESS EXCLUSIVE, x ACCESS EXCLUSIVE");
    assert_eq!(
        after(history, "ALTER TYPE couple ALTER ATTRIBUTE a TYPE text CASCADE", 14),
        "t ACCESS EXCLUSIVE, x ACCESS EXCLUSIVE, rewrite t, rewrite x, scan t, scan x, \
         assumed: the present type of the attribute of couple is not known"
    );
}

#[test]
fn statistics_follow_their_table() {
    let history =
        "CREATE TABLE t (a int, b int); CREATE STATISTICS s ON a, b FROM t; CREATE STATISTICS gone ON a, b FROM t;
        ALTER TABLE t RENAME TO u; ALTER STATISTICS s RENAME TO r; DROP STATISTICS gone";
    assert_eq!(after(history, "DROP STATISTICS r", 14), "u SHARE UPDATE EXCLUSIVE");
    assert_eq!(after(history, "DROP STATISTICS IF EXISTS gone, s", 14), "");
}

#[test]
fn cluster_remembers_its_index() {
    let history = "CREATE TABLE t (a int); CREATE INDEX i ON t (a); CREATE TABLE u (a int); CREATE INDEX j ON u (a);
        CLUSTER t USING i; ALTER TABLE u CLUSTER ON j; ALTER TABLE u SET WITHOUT CLUSTER";
    assert_eq!(after(history, "CLUSTER", 14), "t ACCESS EXCLUSIVE, rewrite t, scan t, build t.i, no transaction");
}
