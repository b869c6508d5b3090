//! Tables as they are changed.

use crate::render::after;

#[test]
fn a_table_that_was_only_used_carries_what_is_learned() {
    insta::assert_snapshot!(after("
        ALTER TABLE users ADD COLUMN a int;
        ALTER TABLE users ALTER COLUMN b SET NOT NULL, ALTER c TYPE bigint, DROP COLUMN d;
        CREATE INDEX ON users (e, lower(f));
        ALTER TABLE users ADD CONSTRAINT g_fk FOREIGN KEY (g) REFERENCES teams NOT VALID;
        ALTER TABLE users RENAME COLUMN h TO i;
        ALTER TABLE users DROP CONSTRAINT unknown;
        ALTER TABLE old RENAME TO new;
        ALTER TABLE IF EXISTS perhaps ADD COLUMN a int;
        ALTER TABLE users VALIDATE CONSTRAINT g_fk;
        ALTER TABLE users ALTER COLUMN b DROP NOT NULL, ALTER COLUMN c SET DEFAULT 5;
    "), @r"
    table new incomplete ? renamed @7
    table users incomplete ?
      a int4 @1
      b ? default? ? loosened @10
      c int8 null? default ? loosened @10
      e ? null? default? ?
      f ? null? default? ?
      g ? null? default? ?
      i ? null? default? ? renamed @5
      # users_e_lower_idx (e, (…) + f) @3
      - g_fk (g) references teams @4
    ");
}

#[test]
fn what_is_missing_from_a_complete_table_is_noted() {
    insta::assert_snapshot!(after("
        CREATE TABLE t (a int);
        ALTER TABLE t DROP COLUMN x;
        ALTER TABLE t DROP COLUMN IF EXISTS x;
        ALTER TABLE t ALTER COLUMN x SET NOT NULL;
        ALTER TABLE t RENAME COLUMN x TO y;
        ALTER TABLE t DROP CONSTRAINT c;
        ALTER TABLE t VALIDATE CONSTRAINT c;
        ALTER TABLE t ADD PRIMARY KEY USING INDEX i;
        DROP TRIGGER g ON t;
    "), @r"
    table t @1
      a int4 @1
      - i () primary key @8
    ! column t.x does not exist
    ! column t.x does not exist
    ! column t.x does not exist
    ! constraint t.c does not exist
    ! constraint t.c does not exist
    ! index i does not exist
    ! trigger t.g does not exist
    ");
}

#[test]
fn column_changes() {
    insta::assert_snapshot!(after("
        CREATE TABLE t (a int NOT NULL DEFAULT 1, b int, c text, d int GENERATED ALWAYS AS (b * 2) STORED);
        ALTER TABLE t ALTER a DROP NOT NULL, ALTER a DROP DEFAULT, ALTER b SET NOT NULL, ALTER b SET DEFAULT 2;
        ALTER TABLE t ALTER c TYPE varchar(20);
        ALTER TABLE t ALTER b ADD GENERATED ALWAYS AS IDENTITY;
        ALTER TABLE t ALTER d DROP EXPRESSION;
        ALTER TABLE t ALTER a SET DEFAULT NULL;
        ALTER TABLE t SET UNLOGGED;
    "), @r"
    table t unlogged @1
      a int4 @1 loosened @6
      b int4 not null default identity @1 loosened @2
      c varchar @1
      d int4 @1
    sequence t_b_seq of t.b @4
    ");
}

#[test]
fn identity_goes_with_its_sequence() {
    insta::assert_snapshot!(after("
        CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY, b int GENERATED ALWAYS AS IDENTITY);
        ALTER TABLE t ALTER a DROP IDENTITY;
    "), @r"
    table t @1
      a int4 not null @1
      b int4 not null default identity @1
    sequence t_b_seq of t.b @1
    ");
}

#[test]
fn constraints_are_added_validated_and_dropped() {
    insta::assert_snapshot!(after("
        CREATE TABLE p (id int PRIMARY KEY);
        CREATE TABLE t (a int, b int, c int);
        ALTER TABLE t ADD CONSTRAINT a_set CHECK (a IS NOT NULL) NOT VALID;
        ALTER TABLE t ADD FOREIGN KEY (b) REFERENCES p NOT VALID;
        ALTER TABLE t ADD CONSTRAINT t_b_key UNIQUE (b);
        ALTER TABLE t ADD CONSTRAINT lax CHECK (c > 0) NOT ENFORCED;
        ALTER TABLE t ADD CONSTRAINT c_set NOT NULL c NOT VALID;
        ALTER TABLE t VALIDATE CONSTRAINT a_set;
        ALTER TABLE t VALIDATE CONSTRAINT c_set;
        ALTER TABLE t ALTER CONSTRAINT lax ENFORCED;
        ALTER TABLE t DROP CONSTRAINT t_b_key;
        ALTER TABLE t DROP CONSTRAINT c_set;
        ALTER TABLE p DROP CONSTRAINT p_pkey CASCADE;
    "), @r"
    table p @1
      id int4 not null @1
    table t @2
      a int4 @2
      b int4 @2
      c int4 @2 loosened @12
      - a_set (a) check a is not null @3
      - lax (c) check @6
    ");
}

#[test]
fn an_index_becomes_a_constraint_under_its_name() {
    insta::assert_snapshot!(after("
        CREATE TABLE t (a int, b int, c int);
        CREATE UNIQUE INDEX CONCURRENTLY i ON t (a);
        CREATE UNIQUE INDEX j ON t (b, c);
        ALTER TABLE t ADD CONSTRAINT t_pkey PRIMARY KEY USING INDEX i;
        ALTER TABLE t ADD UNIQUE USING INDEX j;
        ALTER TABLE t RENAME CONSTRAINT j TO k;
        ALTER INDEX t_pkey RENAME TO t_primary;
        ALTER TABLE unknown ADD CONSTRAINT l UNIQUE USING INDEX m;
    "), @r"
    table t @1
      a int4 not null @1
      b int4 @1
      c int4 @1
      # k (b, c) unique constraint @3
      # t_primary (a) unique constraint @2
      - t_primary (a) primary key @4
      - k (b, c) unique @5
    table unknown incomplete ?
      - l () unique @8
    ");
}

#[test]
fn what_points_to_a_renamed_thing_follows() {
    insta::assert_snapshot!(after("
        CREATE SCHEMA app;
        CREATE TABLE t (id bigserial PRIMARY KEY, a int CHECK (a > 0), parent bigint REFERENCES t (id));
        CREATE TABLE child (t_id bigint REFERENCES t (id)) INHERITS (t);
        CREATE INDEX i ON t (a) WHERE id > 5;
        CREATE VIEW v AS SELECT a FROM t;
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
        CREATE TRIGGER g AFTER INSERT ON t EXECUTE FUNCTION f();
        ALTER TABLE t RENAME COLUMN id TO key;
        ALTER TABLE t RENAME COLUMN a TO amount;
        ALTER TABLE t RENAME TO things;
        ALTER TABLE things SET SCHEMA app;
        ALTER FUNCTION f RENAME TO sync;
        ALTER VIEW v RENAME TO w;
        ALTER TABLE w SET SCHEMA app;
        ALTER SEQUENCE app.t_id_seq RENAME TO things_seq;
        ALTER TRIGGER g ON app.things RENAME TO h;
    "), @r"
    schema app @1
    table app.things @2 renamed @11
      key int8 not null default @2 renamed @8
      amount int4 @2 renamed @9
      parent int8 @2
      # t_pkey (key) unique constraint @2
      # i (amount + key) partial @4
      - t_a_check (amount) check @2
      - t_pkey (key) primary key @2
      - t_parent_fkey (parent) references app.things @2
      trigger h sync After Insert @7
    sequence app.things_seq of app.things.key @2
    view app.w of app.things (a, amount) @5
    table child in app.things @3
      key int8 not null default @3 renamed @8
      amount int4 @3 renamed @9
      parent int8 @3
      t_id int8 @3
      - t_a_check (amount) check @3
      - child_t_id_fkey (t_id) references app.things @3
    function sync Volatile @6
    ");
}

#[test]
fn a_schema_takes_everything_along() {
    insta::assert_snapshot!(after("
        CREATE SCHEMA a;
        CREATE TYPE a.mood AS ENUM ('x');
        CREATE TABLE a.t (id serial PRIMARY KEY, m a.mood, n a.mood[]);
        CREATE TABLE u (t_id int REFERENCES a.t);
        CREATE VIEW a.v AS SELECT id FROM a.t;
        CREATE FUNCTION a.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
        CREATE TRIGGER g AFTER INSERT ON u EXECUTE FUNCTION a.f();
        ALTER SCHEMA a RENAME TO b;
    "), @r"
    schema b @1
    table b.t @3 renamed @8
      id int4 not null default @3
      m b.mood @3
      n b.mood[] @3
      # t_pkey (id) unique constraint @3
      - t_pkey (id) primary key @3
    sequence b.t_id_seq of b.t.id @3
    view b.v of b.t (id) @5
    table u @4
      t_id int4 @4
      - u_t_id_fkey (t_id) references b.t @4
      trigger g b.f After Insert @7
    type b.mood enum (x @2) @2 renamed @8
    function b.f Volatile @6
    ");
}

#[test]
fn a_name_that_is_taken_is_noted() {
    insta::assert_snapshot!(after("
        CREATE TABLE a (id int, x int);
        CREATE TABLE b (id int);
        ALTER TABLE a RENAME TO b;
        ALTER TABLE b RENAME COLUMN x TO id;
    "), @r"
    table b @1 renamed @3
      id int4 @1
      x int4 @1
    ! relation b already exists @2
    ! column b.id already exists @1
    ");
}
