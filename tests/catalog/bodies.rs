//! Procedural bodies: what they do, and the operations they lower to.

use crate::render::{after, operations};

#[test]
fn what_a_body_does_is_done() {
    insta::assert_snapshot!(after("
        CREATE TYPE mood AS ENUM ('a');
        DO $$ BEGIN CREATE TYPE mood AS ENUM ('b'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        CREATE TABLE t (a int);
        DO $$ BEGIN
            IF NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = 't') THEN CREATE TABLE t (b int); END IF;
            ALTER TABLE t ADD COLUMN c int;
            ALTER TABLE perhaps ADD COLUMN c int;
            EXECUTE 'ALTER TABLE t ADD COLUMN d int';
        END $$;
        CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE t DROP COLUMN a; END $$;
        CALL p();
    "), @r"
    table t @3
      c int4 @4
      d int4 @4
    type mood enum (a @1) @1
    function p Volatile @5
    ");
}

#[test]
fn after_dynamic_sql_nothing_is_said_to_be_missing() {
    insta::assert_snapshot!(after("
        CREATE TABLE t (a int);
        ALTER TABLE t DROP COLUMN x;
        DO $$ BEGIN EXECUTE format('ALTER TABLE t ADD COLUMN %I int', 'y'); END $$;
        ALTER TABLE t DROP COLUMN y;
    "), @r"
    table t @1
      a int4 @1
    ! column t.x does not exist
    ");
}

#[test]
fn bodies_are_opened_in_order() {
    insta::assert_snapshot!(operations("
        DO $$
        BEGIN
            LOCK TABLE a;
            EXECUTE format('DROP TABLE %I', 'x');
            FOR r IN SELECT 1 LOOP
                UPDATE b SET x = 1 WHERE id = 5;
                COMMIT;
            END LOOP;
            IF true THEN DROP TABLE c; END IF;
        END $$;
    "), @r"
    Do commits | DO $$ BEGIN LOCK TABLE a; EXECUTE format('DROP TABLE %I', 'x
    LockTable a [body] | a
    Drop x [body] | %I
    Query [body] | SELECT 1
    ChangeRows b [body loop commits] | UPDATE b SET x = 1 WHERE id = 5
    Drop c [body conditional] | c
    ");
}

#[test]
fn called_bodies_stand_at_the_call() {
    insta::assert_snapshot!(operations("
        CREATE FUNCTION inner_one() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE a; PERFORM outer_one(); END $$;
        CREATE FUNCTION outer_one() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM b; PERFORM inner_one(); END $$;
        CREATE FUNCTION steady() RETURNS int STABLE LANGUAGE plpgsql AS $$ BEGIN DROP TABLE c; RETURN 1; END $$;
        CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN PERFORM outer_one(); EXECUTE current_setting('x'); END $$;
        SELECT outer_one();
        SELECT steady();
        SELECT * FROM inner_one();
        CALL p();
        CALL unknown();
    "), @r"
    CreateFunction | CREATE FUNCTION inner_one() RETURNS void LANGUAGE plpgsql AS
    CreateFunction | CREATE FUNCTION outer_one() RETURNS void LANGUAGE plpgsql AS
    CreateFunction | CREATE FUNCTION steady() RETURNS int STABLE LANGUAGE plpgsql
    CreateFunction | CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN PERFORM ou
    Query | SELECT outer_one()
    Do [body called] | SELECT outer_one()
    ChangeRows b [body called] | SELECT outer_one()
    Query [body called] | SELECT outer_one()
    Do [body called] | SELECT outer_one()
    Drop a [body called] | SELECT outer_one()
    Query [body called] | SELECT outer_one()
    Query | SELECT steady()
    Query | SELECT * FROM inner_one()
    Do [body called] | SELECT * FROM inner_one()
    Drop a [body called] | SELECT * FROM inner_one()
    Query [body called] | SELECT * FROM inner_one()
    Do [body called] | SELECT * FROM inner_one()
    ChangeRows b [body called] | SELECT * FROM inner_one()
    Query [body called] | SELECT * FROM inner_one()
    Call p | CALL p()
    Do [body called] | CALL p()
    Query [body called] | CALL p()
    Do [body called] | CALL p()
    ChangeRows b [body called] | CALL p()
    Query [body called] | CALL p()
    Do [body called] | CALL p()
    Drop a [body called] | CALL p()
    Query [body called] | CALL p()
    DynamicSql [body called] | CALL p()
    Call unknown | CALL unknown()
    ");
}

#[test]
fn lists_are_taken_apart() {
    insta::assert_snapshot!(operations("
        TRUNCATE a, s.b;
        LOCK TABLE a, b IN SHARE MODE;
        VACUUM a, b;
        VACUUM FULL;
        ANALYZE;
        DROP TABLE a, b CASCADE;
        DROP CAST (int AS text);
        ALTER TABLE a ADD COLUMN x int, DROP COLUMN IF EXISTS y;
        WITH gone AS (DELETE FROM a RETURNING *), more AS (UPDATE b SET x = 1) INSERT INTO c SELECT * FROM gone;
        WITH gone AS (DELETE FROM a RETURNING *) SELECT * INTO d FROM gone;
        SELECT set_config('lock_timeout', '5s', true), set_config('statement_timeout', x, false) FROM y;
        COMMENT ON COLUMN a.x IS 'x';
        CREATE SCHEMA AUTHORIZATION joe;
    "), @r"
    Truncate a | a
    Truncate s.b | s.b
    LockTable a | a
    LockTable b | b
    Vacuum a | a
    Vacuum b | b
    Vacuum | VACUUM FULL
    Analyze | ANALYZE
    Drop a | a
    Drop b | b
    Inert | DROP CAST (int AS text)
    Alter a | ADD COLUMN x int
    Alter a guarded | DROP COLUMN IF EXISTS y
    ChangeRows a | a
    ChangeRows b | b
    ChangeRows c | WITH gone AS (DELETE FROM a RETURNING *), more AS (UPDATE b 
    ChangeRows a | a
    Query | WITH gone AS (DELETE FROM a RETURNING *) SELECT * INTO d FRO
    SelectInto d | WITH gone AS (DELETE FROM a RETURNING *) SELECT * INTO d FRO
    Query | SELECT set_config('lock_timeout', '5s', true), set_config('s
    Set local lock_timeout = 5s | SELECT set_config('lock_timeout', '5s', true), set_config('s
    Set statement_timeout = ? | SELECT set_config('lock_timeout', '5s', true), set_config('s
    Comment a | COMMENT ON COLUMN a.x IS 'x'
    CreateSchema | CREATE SCHEMA AUTHORIZATION joe
    ");
}

#[test]
fn calls_upon_calls_do_not_explode() {
    let calls: Vec<String> = (0..30).map(|other| format!("PERFORM f{other}(); UPDATE t SET a = {other};")).collect();
    let function = |number: u32| {
        let body = calls.concat();
        format!("CREATE FUNCTION f{number}() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {body} END $$;")
    };
    let script = (0..30).map(function).collect::<Vec<_>>().concat() + "SELECT f0();";
    let lines = operations(&script).matches('\n').count();
    assert!(lines < 500, "{lines}");
}
