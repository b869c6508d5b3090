//! Publications and the tables in them.

use switchback::schema::catalog::Catalog;
use switchback::schema::operation::QName;

use crate::render::{after, replay, statements};

#[test]
fn publications_name_tables_and_schemas() {
    insta::assert_snapshot!(after("
        CREATE TABLE t (id int);
        CREATE TABLE u (id int);
        CREATE PUBLICATION a FOR TABLE ONLY t, u (id) WHERE (id > 1), TABLES IN SCHEMA app, CURRENT_SCHEMA WITH (publish = 'insert');
        CREATE PUBLICATION b FOR ALL TABLES WITH (publish = 'insert, update');
        CREATE PUBLICATION c;
        ALTER PUBLICATION c ADD TABLE t, TABLES IN SCHEMA app;
        ALTER PUBLICATION c ADD TABLE u;
        ALTER PUBLICATION c DROP TABLE t;
        CREATE PUBLICATION d FOR TABLE t;
        ALTER PUBLICATION d SET TABLE u;
        ALTER PUBLICATION d SET (publish = 'insert, truncate', publish_via_partition_root);
        ALTER PUBLICATION d RENAME TO e;
        CREATE PUBLICATION f FOR TABLE t;
        DROP PUBLICATION f;
        CREATE PUBLICATION a FOR TABLE t;
        ALTER PUBLICATION unknown ADD TABLE t;
    "), @r"
    table t @1
      id int4 @1
    table u @2
      id int4 @2
    publication a: t @15
    publication b: all tables @4
    publication c: u app.* @5
    publication e: u new rows @9
    publication unknown: t ?
    ! publication a already exists @3
    ");
}

#[test]
fn publications_follow_what_they_name() {
    insta::assert_snapshot!(after("
        CREATE SCHEMA app;
        CREATE TABLE t (id int);
        CREATE TABLE gone (id int);
        CREATE PUBLICATION p FOR TABLE t, gone, TABLES IN SCHEMA app;
        ALTER TABLE t RENAME TO u;
        ALTER TABLE u SET SCHEMA app;
        DROP TABLE gone;
        ALTER SCHEMA app RENAME TO web;
    "), @r"
    schema web @1
    table web.u @2 renamed @8
      id int4 @2
    publication p: web.u web.* @4
    ");
}

#[test]
fn a_table_knows_who_publishes_it() {
    let sql = "CREATE TABLE t (id int);
        CREATE TABLE web.t (id int);
        CREATE UNLOGGED TABLE u (id int);
        CREATE TABLE parent (id int) PARTITION BY LIST (id);
        CREATE TABLE part PARTITION OF parent DEFAULT;
        CREATE PUBLICATION one FOR TABLE t, parent, u;
        CREATE PUBLICATION schema FOR TABLES IN SCHEMA web;
        CREATE PUBLICATION every FOR ALL TABLES;";
    let statements = statements(sql);
    let mut catalog = Catalog::default();
    replay(&statements, &mut catalog);
    let publishers = |schema: &str, name: &str| {
        let table = QName { schema: schema.into(), name: name.into() };
        let found = catalog.publications_of(&table);
        found.iter().map(|publication| publication.name.to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(publishers("public", "t"), "every one");
    assert_eq!(publishers("public", "part"), "every one");
    assert_eq!(publishers("web", "t"), "every schema");
    assert_eq!(publishers("public", "u"), "");
}
