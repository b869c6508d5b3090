//! Partitions and inheritance.

use crate::render::after;

#[test]
fn a_partition_has_what_its_parent_has() {
    insta::assert_snapshot!(after("
        CREATE TABLE p (id int, at date NOT NULL, x int DEFAULT 1 CHECK (x > 0), t_id int REFERENCES t, PRIMARY KEY (id, at))
            PARTITION BY RANGE (at);
        CREATE INDEX ON p (x);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
        CREATE TABLE rest PARTITION OF p DEFAULT;
    "), @r"
    table p partitioned @1
      id int4 not null @1
      at date not null @1
      x int4 default @1
      t_id int4 @1
      # p_pkey (id, at) unique constraint @1
      # p_x_idx (x) @2
      - p_x_check (x) check @1
      - p_pkey (id, at) primary key @1
      - p_t_id_fkey (t_id) references t @1
    table p1 in p @3
      id int4 not null @3
      at date not null @3
      x int4 default @3
      t_id int4 @3
      # p1_pkey (id, at) unique constraint @3
      # p1_x_idx (x) @3
      - p_x_check (x) check @3
      - p_t_id_fkey (t_id) references t @3
      - p1_pkey (id, at) primary key @3
    table rest default in p @4
      id int4 not null @4
      at date not null @4
      x int4 default @4
      t_id int4 @4
      # rest_pkey (id, at) unique constraint @4
      # rest_x_idx (x) @4
      - p_x_check (x) check @4
      - p_t_id_fkey (t_id) references t @4
      - rest_pkey (id, at) primary key @4
    ");
}

#[test]
fn changes_of_the_parent_reach_its_partitions() {
    insta::assert_snapshot!(after("
        CREATE TABLE p (id int, a int, b int) PARTITION BY LIST (id);
        CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1) PARTITION BY LIST (a);
        CREATE TABLE p11 PARTITION OF p1 FOR VALUES IN (1);
        ALTER TABLE p ADD COLUMN c text DEFAULT 'x';
        ALTER TABLE p DROP COLUMN b;
        ALTER TABLE p RENAME COLUMN a TO z;
        ALTER TABLE p ALTER COLUMN z SET NOT NULL;
        ALTER TABLE p ADD CHECK (z > 0) NOT VALID;
        ALTER TABLE p ADD UNIQUE (id, z);
        CREATE INDEX by_c ON p (c);
        DROP INDEX by_c;
        ALTER TABLE p VALIDATE CONSTRAINT p_z_check;
        ALTER TABLE p ALTER COLUMN c TYPE varchar;
    "), @r"
    table p partitioned @1
      id int4 @1
      z int4 not null @1 renamed @6
      c varchar default @4
      # p_id_z_key (id, z) unique constraint @9
      - p_z_check (z) check @8
      - p_id_z_key (id, z) unique @9
    table p1 partitioned in p @2
      id int4 @2
      z int4 not null @2 renamed @6
      c varchar default @4
      # p1_id_z_key (id, z) unique constraint @9
      - p_z_check (z) check @8
      - p1_id_z_key (id, z) unique @9
    table p11 in p1 @3
      id int4 @3
      z int4 not null @3 renamed @6
      c varchar default @4
      # p11_id_z_key (id, z) unique constraint @9
      - p_z_check (z) check @8
      - p11_id_z_key (id, z) unique @9
    ");
}

#[test]
fn attaching_completes_what_is_missing() {
    insta::assert_snapshot!(after("
        CREATE TABLE p (id int PRIMARY KEY, a int) PARTITION BY LIST (id);
        CREATE INDEX ON p (a);
        CREATE TABLE q (id int NOT NULL, a int);
        CREATE INDEX own ON q (a);
        ALTER TABLE p ATTACH PARTITION q FOR VALUES IN (1);
        ALTER TABLE p ATTACH PARTITION unknown DEFAULT;
    "), @r"
    table p partitioned @1
      id int4 not null @1
      a int4 @1
      # p_pkey (id) unique constraint @1
      # p_a_idx (a) @2
      - p_pkey (id) primary key @1
    table q in p @3
      id int4 not null @3
      a int4 @3
      # own (a) @4
      # q_pkey (id) unique constraint @5
      - q_pkey (id) primary key @5
    table unknown incomplete default in p ?
      # unknown_pkey (id) unique constraint @6
      # unknown_a_idx (a) @6
      - unknown_pkey (id) primary key @6
    ");
}

#[test]
fn partitions_go_with_their_parent_unless_detached() {
    insta::assert_snapshot!(after("
        CREATE TABLE p (id int PRIMARY KEY, a int) PARTITION BY LIST (id);
        CREATE TABLE q PARTITION OF p FOR VALUES IN (1);
        CREATE TABLE r PARTITION OF p FOR VALUES IN (2);
        ALTER TABLE p DETACH PARTITION r CONCURRENTLY;
        DROP TABLE p;
    "), @r"
    table r @3
      id int4 not null @3
      a int4 @3
      # r_pkey (id) unique constraint @3
      - r_pkey (id) primary key @3
    ");
}

#[test]
fn an_index_on_only_the_parent_is_whole_once_every_partition_has_its_part() {
    insta::assert_snapshot!(after("
        CREATE TABLE p (id int, a int) PARTITION BY LIST (id);
        CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
        CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
        CREATE INDEX i ON ONLY p (a);
        CREATE INDEX j ON ONLY p (id);
        ALTER TABLE ONLY p ADD CONSTRAINT p_pkey PRIMARY KEY (id);
        CREATE INDEX i1 ON p1 (a);
        ALTER INDEX i ATTACH PARTITION i1;
        CREATE INDEX i2 ON p2 (a);
        ALTER INDEX i ATTACH PARTITION i2;
    "), @r"
    table p partitioned @1
      id int4 not null @1
      a int4 @1
      # i (a) @4
      # j (id) only @5
      # p_pkey (id) unique only constraint @6
      - p_pkey (id) primary key @6
    table p1 in p @2
      id int4 not null @2
      a int4 @2
      # i1 (a) @7
    table p2 in p @3
      id int4 not null @3
      a int4 @3
      # i2 (a) @9
    ");
}

#[test]
fn inheritance_passes_on_columns_and_checks() {
    insta::assert_snapshot!(after("
        CREATE TABLE a (id serial PRIMARY KEY, x int NOT NULL CHECK (x > 0));
        CREATE TABLE b (id int, y int);
        CREATE TABLE c (z int, x int DEFAULT 5) INHERITS (a, b);
        ALTER TABLE a ADD COLUMN w int;
        ALTER TABLE b DROP COLUMN y;
        ALTER TABLE a DROP COLUMN id;
        ALTER TABLE ONLY a ALTER COLUMN x SET DEFAULT 1;
        ALTER TABLE c NO INHERIT b;
    "), @r"
    table a @1
      x int4 not null default @1 loosened @7
      w int4 @4
      - a_x_check (x) check @1
    table b @2
      id int4 @2
    table c in a @3
      id int4 not null default @3
      x int4 not null default @3
      z int4 @3
      w int4 @4
      - a_x_check (x) check @3
    ");
}
