//! What goes when something is dropped.

use crate::render::after;

#[test]
fn a_column_takes_its_indexes_and_constraints_along() {
    insta::assert_snapshot!(after("
        CREATE TABLE t (a serial PRIMARY KEY, b int UNIQUE, c int CHECK (c > 0), d int, CHECK (b < d),
            e int GENERATED ALWAYS AS (d * 2) STORED, f int REFERENCES u);
        CREATE INDEX by_d ON t (d);
        CREATE INDEX where_d ON t (b) WHERE d > 0;
        CREATE INDEX of_d ON t ((d + 1));
        CREATE INDEX with_d ON t (b) INCLUDE (d);
        CREATE TABLE child (t_a int REFERENCES t, t_b int REFERENCES t (b));
        CREATE VIEW v AS SELECT d FROM t;
        CREATE VIEW w AS SELECT b FROM t;
        CREATE VIEW over_v AS SELECT 1 FROM v;
        ALTER TABLE t DROP COLUMN d CASCADE;
        ALTER TABLE t DROP COLUMN a CASCADE;
        ALTER TABLE t DROP COLUMN f;
    "), @r"
    table child @6
      t_a int4 @6
      t_b int4 @6
      - child_t_b_fkey (t_b) references t @6
    table t @1
      b int4 @1
      c int4 @1
      # t_b_key (b) unique constraint @1
      - t_c_check (c) check @1
      - t_b_key (b) unique @1
    view w of t (b) @8
    ");
}

#[test]
fn a_table_takes_along_what_cannot_be_without_it() {
    insta::assert_snapshot!(after("
        CREATE TABLE t (id serial PRIMARY KEY, a int UNIQUE);
        CREATE TABLE child (t_id int REFERENCES t, CHECK (t_id > 0));
        CREATE VIEW v AS SELECT id FROM t;
        CREATE MATERIALIZED VIEW m AS SELECT id FROM v;
        CREATE INDEX ON m (id);
        DROP TABLE t CASCADE;
        DROP TABLE never_seen;
        DROP TABLE IF EXISTS never_seen_either;
    "), @r"
    table child @2
      t_id int4 @2
      - child_t_id_check (t_id) check @2
    ");
}

#[test]
fn everything_else() {
    insta::assert_snapshot!(after("
        CREATE TYPE mood AS ENUM ('a');
        CREATE DOMAIN happy AS mood;
        CREATE TABLE t (a int, m mood, h happy[], s int DEFAULT nextval('s'));
        CREATE SEQUENCE s OWNED BY t.s;
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
        CREATE TRIGGER g AFTER INSERT ON t EXECUTE FUNCTION f();
        CREATE TRIGGER h AFTER INSERT ON t EXECUTE FUNCTION f();
        CREATE UNIQUE INDEX i ON t (a);
        CREATE VIEW v AS SELECT a FROM t;
        DROP TRIGGER h ON t;
        DROP TYPE mood CASCADE;
        DROP SEQUENCE s CASCADE;
        DROP FUNCTION f() CASCADE;
        DROP INDEX CONCURRENTLY i;
        DROP VIEW v;
    "), @r"
    table t @3
      a int4 @3
      s int4 @3
    ");
}

#[test]
fn a_schema_with_all_that_is_in_it() {
    insta::assert_snapshot!(after("
        CREATE SCHEMA s;
        CREATE SCHEMA kept;
        CREATE TYPE s.mood AS ENUM ('a');
        CREATE TABLE s.t (id int PRIMARY KEY);
        CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE TABLE t (m s.mood, t_id int REFERENCES s.t, a int);
        CREATE VIEW v AS SELECT id FROM s.t;
        DROP SCHEMA s CASCADE;
        DROP SCHEMA kept;
    "), @r"
    table t @6
      t_id int4 @6
      a int4 @6
    ");
}

#[test]
fn overloads_go_one_by_one() {
    insta::assert_snapshot!(after("
        CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1';
        CREATE FUNCTION f(text) RETURNS int STABLE LANGUAGE sql AS 'SELECT 2';
        CREATE OR REPLACE FUNCTION f(text) RETURNS int STABLE LANGUAGE sql AS 'SELECT 3';
        CREATE PROCEDURE p() LANGUAGE sql AS '';
        DROP FUNCTION f(int);
        DROP PROCEDURE p();
    "), @r"
    function f Stable @2
    ");
}
