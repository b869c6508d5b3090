//! What is only noted about a table: replica identity, clustering, autovacuum, triggers on and off, foreign key actions.

use switchback::schema::catalog::Catalog;
use switchback::schema::operation::QName;

use crate::render::{after, replay, statements};

#[test]
fn replica_identity_and_clustering_follow_the_index() {
    insta::assert_snapshot!(after("
        CREATE TABLE t (a int NOT NULL UNIQUE, b int);
        CREATE INDEX i ON t (b);
        CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
        CREATE INDEX j ON m (a);
        ALTER TABLE t REPLICA IDENTITY USING INDEX t_a_key, CLUSTER ON t_a_key;
        CLUSTER t USING i;
        ALTER MATERIALIZED VIEW m CLUSTER ON j;
        ALTER INDEX t_a_key RENAME TO t_a;
        ALTER TABLE t RENAME TO u;
        CREATE TABLE copy (LIKE u INCLUDING ALL);
        CREATE TABLE f (a int);
        ALTER TABLE f REPLICA IDENTITY FULL;
        CREATE TABLE n (a int);
        ALTER TABLE n REPLICA IDENTITY NOTHING, SET WITHOUT CLUSTER;
    "), @r"
    table copy @10
      a int4 not null @10
      b int4 @10
      # copy_b_idx (b) @10
      # copy_a_key (a) unique constraint @10
      - copy_a_key (a) unique @10
    table f identity-full @11
      a int4 @11
    materialized view m of u (a) @3
      # j (a) clustered @4
    table n identity-nothing @13
      a int4 @13
    table u identity-index @1 renamed @9
      a int4 not null @1
      b int4 @1
      # i (b) clustered @2
      # t_a (a) unique constraint identity @1
      - t_a (a) unique @1
    ");
}

#[test]
fn a_row_is_told_by_its_identity() {
    let told = |sql: &str| {
        let statements = statements(sql);
        let mut catalog = Catalog::default();
        replay(&statements, &mut catalog);
        catalog.table(&QName { schema: "public".into(), name: "t".into() }).unwrap().identifies_rows()
    };
    assert_eq!(told("CREATE TABLE t (a int PRIMARY KEY)"), Some(true));
    assert_eq!(told("CREATE TABLE t (a int UNIQUE)"), Some(false));
    assert_eq!(told("CREATE TABLE t (a int PRIMARY KEY DEFERRABLE)"), Some(false));
    assert_eq!(told("CREATE TABLE t (a int); ALTER TABLE t REPLICA IDENTITY FULL"), Some(true));
    assert_eq!(told("CREATE TABLE t (a int PRIMARY KEY); ALTER TABLE t REPLICA IDENTITY NOTHING"), Some(false));
    let by_index = "CREATE TABLE t (a int NOT NULL); CREATE UNIQUE INDEX i ON t (a);
        ALTER TABLE t REPLICA IDENTITY USING INDEX i;";
    assert_eq!(told(by_index), Some(true));
    assert_eq!(told(&format!("{by_index} DROP INDEX i")), Some(false));
    assert_eq!(told("ALTER TABLE t ADD COLUMN a int"), None);
    assert_eq!(told("ALTER TABLE t REPLICA IDENTITY USING INDEX i"), None);
}

#[test]
fn autovacuum_is_switched_off_and_on() {
    insta::assert_snapshot!(after("
        CREATE TABLE a (x int) WITH (fillfactor = 70, autovacuum_enabled = 'Off');
        CREATE TABLE b (x int) WITH (toast.autovacuum_enabled = false);
        CREATE TABLE c (x int);
        ALTER TABLE c SET (autovacuum_enabled = false);
        CREATE TABLE d (x int) WITH (autovacuum_enabled = false);
        ALTER TABLE d RESET (toast.autovacuum_enabled), RESET (autovacuum_enabled);
        CREATE TABLE e (x int) WITH (autovacuum_enabled = 0);
        ALTER TABLE e SET (autovacuum_enabled);
        CREATE TABLE f (x int) WITH (autovacuum_enabled = no);
        ALTER TABLE f RESET (toast.autovacuum_enabled), SET (fillfactor = 50);
    "), @r"
    table a autovacuum-off @1
      x int4 @1
    table b @2
      x int4 @2
    table c autovacuum-off @3
      x int4 @3
    table d @5
      x int4 @5
    table e @7
      x int4 @7
    table f autovacuum-off @9
      x int4 @9
    ");
}

#[test]
fn triggers_are_switched_off_and_on() {
    insta::assert_snapshot!(after("
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
        CREATE TABLE t (a int, b int, c int);
        CREATE TRIGGER one BEFORE INSERT OR UPDATE OF a, b ON t FOR EACH ROW WHEN (NEW.a > 0) EXECUTE FUNCTION f();
        CREATE TRIGGER two AFTER TRUNCATE ON t FOR EACH STATEMENT EXECUTE FUNCTION f();
        CREATE TRIGGER three AFTER DELETE ON t REFERENCING OLD TABLE AS gone EXECUTE FUNCTION f();
        CREATE TRIGGER four AFTER UPDATE OF c ON t FOR ROW EXECUTE FUNCTION f();
        ALTER TABLE t DISABLE TRIGGER one, ENABLE REPLICA TRIGGER two, ENABLE ALWAYS TRIGGER three;
        ALTER TABLE t RENAME a TO z;
        ALTER TABLE t DROP COLUMN c CASCADE;
        CREATE TABLE u (a int);
        CREATE TRIGGER one AFTER INSERT ON u EXECUTE FUNCTION f();
        ALTER TABLE u DISABLE TRIGGER ALL;
        CREATE TABLE v (a int);
        CREATE TRIGGER one AFTER INSERT ON v EXECUTE FUNCTION f();
        ALTER TABLE v DISABLE TRIGGER ALL;
        ALTER TABLE v ENABLE TRIGGER ALL;
        ALTER TABLE v DISABLE TRIGGER USER;
    "), @r"
    table t @2
      z int4 @2 renamed @8
      b int4 @2
      trigger one f Before Insert or Update of z, b each row Disabled @3 switched @7
      trigger two f After Truncate Replica @4 switched @7
      trigger three f After Delete Always @5 switched @7
    table u triggers-off @10
      a int4 @10
      trigger one f After Insert Disabled @11 switched @12
    table v @13
      a int4 @13
      trigger one f After Insert Disabled @14 switched @17
    function f Volatile @1
    ");
}

#[test]
fn foreign_keys_say_what_becomes_of_the_rows() {
    insta::assert_snapshot!(after("
        CREATE TABLE p (id int PRIMARY KEY);
        CREATE TABLE t (
            a int REFERENCES p ON DELETE CASCADE ON UPDATE SET NULL,
            b int REFERENCES p MATCH FULL ON DELETE SET DEFAULT DEFERRABLE INITIALLY DEFERRED,
            c int REFERENCES p ON DELETE NO ACTION ON UPDATE RESTRICT INITIALLY DEFERRED,
            UNIQUE (a, b) DEFERRABLE
        );
        ALTER TABLE t ALTER CONSTRAINT t_a_fkey DEFERRABLE, ALTER CONSTRAINT t_b_fkey NOT DEFERRABLE;
    "), @r"
    table p @1
      id int4 not null @1
      # p_pkey (id) unique constraint @1
      - p_pkey (id) primary key @1
    table t @2
      a int4 @2
      b int4 @2
      c int4 @2
      # t_a_b_key (a, b) unique constraint @2
      - t_a_b_key (a, b) unique deferrable @2
      - t_a_fkey (a) references p delete Cascade update SetNull deferrable @2
      - t_b_fkey (b) references p full delete SetDefault @2
      - t_c_fkey (c) references p update Restrict deferrable @2
    ");
}

#[test]
fn functions_say_whose_rights_and_whose_names_count() {
    insta::assert_snapshot!(after("
        CREATE FUNCTION a() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
        CREATE FUNCTION b() RETURNS int LANGUAGE sql EXTERNAL SECURITY DEFINER SET search_path = pg_catalog, public COST 1 AS 'SELECT 1';
        CREATE FUNCTION c() RETURNS int LANGUAGE sql SECURITY INVOKER SET work_mem TO '1MB' AS 'SELECT 1';
        CREATE FUNCTION d(x int) RETURNS int LANGUAGE sql SET search_path FROM CURRENT AS 'SELECT 1';
        ALTER FUNCTION c() SECURITY DEFINER SET search_path TO '';
        ALTER FUNCTION d(int) RESET search_path;
        CREATE PROCEDURE e() LANGUAGE sql SECURITY DEFINER SET search_path = '' BEGIN ATOMIC SELECT 1; END;
        ALTER PROCEDURE e() SECURITY INVOKER;
    "), @r"
    function a Volatile definer @1
    function b Volatile definer path @2
    function c Volatile definer path @3
    function d Volatile @4
    function e Volatile path @7
    ");
}
