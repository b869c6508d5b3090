//! The search path and temporary objects.

use crate::render::{after, render, replay, statements};
use switchback::schema::catalog::Catalog;

#[test]
fn unqualified_names_follow_the_search_path() {
    insta::assert_snapshot!(after("
        CREATE SCHEMA app;
        CREATE TABLE app.t (a int);
        SET search_path TO app, public;
        ALTER TABLE t ADD COLUMN b int;
        CREATE TABLE u (t_id int REFERENCES t);
        SELECT pg_catalog.set_config('search_path', '', false);
        CREATE TABLE public.v (a int);
        RESET search_path;
        ALTER TABLE v ADD COLUMN b int;
        SET search_path = '\"$user\"', app;
    "), @r"
    path app
    schema app @1
    table app.t @2
      a int4 @2
      b int4 @4
    table app.u @5
      t_id int4 @5
      - u_t_id_fkey (t_id) references app.t @5
    table v @7
      a int4 @7
      b int4 @9
    ");
}

#[test]
fn set_local_ends_with_its_transaction() {
    insta::assert_snapshot!(after("
        BEGIN;
        SET LOCAL search_path = app;
        CREATE TABLE a (id int);
        COMMIT;
        CREATE TABLE b (id int);
    "), @r"
    table app.a @3
      id int4 @3
    table b @5
      id int4 @5
    ");
}

#[test]
fn temporary_tables_hide_others_and_end_with_the_session() {
    let statements = statements(
        "CREATE TABLE t (a int);
         CREATE TEMPORARY TABLE t (a int);
         ALTER TABLE t ADD COLUMN b int;
         SET search_path = app;",
    );
    let mut catalog = Catalog::default();
    replay(&statements, &mut catalog);
    insta::assert_snapshot!(render(&catalog), @r"
    path app
    table pg_temp.t temporary @2
      a int4 @2
      b int4 @3
    table t @1
      a int4 @1
    ");
    catalog.end_session();
    insta::assert_snapshot!(render(&catalog), @r"
    table t @1
      a int4 @1
    ");
}
