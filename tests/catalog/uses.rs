//! Questions to the catalog: dependents, relatives, columns of a type.

use crate::render::{replay, statements};
use switchback::schema::catalog::Catalog;
use switchback::schema::dependents::{Target, dependents};
use switchback::schema::operation::QName;

fn name(name: &str) -> QName {
    QName { schema: "public".into(), name: name.into() }
}

fn short(names: &[QName]) -> Vec<String> {
    names.iter().map(QName::short).collect()
}

#[test]
fn dependents_are_named() {
    let script = statements(
        "CREATE TYPE mood AS ENUM ('a');
         CREATE DOMAIN happy AS mood;
         CREATE TABLE users (id int, email text, full_name text, lowered text GENERATED ALWAYS AS (lower(email)) STORED,
            m mood, h happy);
         CREATE VIEW v AS SELECT email FROM users;
         CREATE VIEW other AS SELECT id FROM users;
         CREATE MATERIALIZED VIEW over_v AS SELECT 1 FROM v;
         CREATE VIEW everything AS SELECT * FROM users, generate_series(1, 2);
         CREATE FUNCTION sync() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.full_name = NEW.email; RETURN NEW; END $$;
         CREATE TRIGGER t_sync BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION sync();
         CREATE FUNCTION report() RETURNS int LANGUAGE sql AS 'SELECT count(email) FROM users';
         CREATE FUNCTION unrelated() RETURNS int LANGUAGE sql AS 'SELECT 1 FROM users';",
    );
    let mut catalog = Catalog::default();
    replay(&script, &mut catalog);
    let of = |target: Target<'_>| dependents(&catalog, target).join("\n");
    insta::assert_snapshot!(of(Target::Column(&name("users"), &"email".into())), @r"
    view everything
    view v
    materialized view over_v
    trigger t_sync on users
    function report
    generated column users.lowered
    ");
    insta::assert_snapshot!(of(Target::Relation(&name("users"))), @r"
    view everything
    view other
    view v
    materialized view over_v
    function report
    function unrelated
    ");
    insta::assert_snapshot!(of(Target::Relation(&name("v"))), @r"
    materialized view over_v
    ");
    insta::assert_snapshot!(of(Target::Type(&name("mood"))), @r"
    column users.h
    column users.m
    domain happy
    ");
    insta::assert_snapshot!(of(Target::Function(&name("sync"))), @r"
    trigger t_sync on users
    ");
}

#[test]
fn relatives_are_found() {
    let script = statements(
        "CREATE TABLE a (id int PRIMARY KEY, up int REFERENCES a);
         CREATE TABLE b (a_id int REFERENCES a, c_id int REFERENCES c);
         CREATE TABLE p (id int) PARTITION BY LIST (id);
         CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1) PARTITION BY LIST (id);
         CREATE TABLE p11 PARTITION OF p1 FOR VALUES IN (1);
         CREATE DOMAIN d AS int;
         CREATE DOMAIN e AS d;
         CREATE TABLE t (x d, y int);
         CREATE TABLE u (x e[]);",
    );
    let mut catalog = Catalog::default();
    replay(&script, &mut catalog);
    assert_eq!(short(&catalog.fk_parents(&name("b"))), ["a", "c"]);
    assert_eq!(short(&catalog.fk_children(&name("a"))), ["b"]);
    assert_eq!(short(&catalog.fk_children(&name("c"))), ["b"]);
    assert_eq!(short(&catalog.partitions_deep(&name("p"))), ["p1", "p11"]);
    assert_eq!(short(&catalog.tables_with_type(&name("d"))), ["t", "u"]);
    assert_eq!(short(&catalog.tables_with_type(&name("e"))), ["u"]);
    assert!(catalog.tables_with_type(&name("f")).is_empty());
}

#[test]
fn earlier_moments_stay_as_they_were() {
    let script = statements("CREATE TABLE t (a int); ALTER TABLE t ADD COLUMN b int;");
    let mut catalog = Catalog::default();
    replay(&script[..1], &mut catalog);
    let before = catalog.table(&name("t")).unwrap().clone();
    replay(&script[1..], &mut catalog);
    assert_eq!(before.columns.len(), 1);
    assert_eq!(catalog.table(&name("t")).unwrap().columns.len(), 2);
}
