//! Enums and domains.

use crate::render::after;

#[test]
fn enums_grow_and_are_renamed() {
    insta::assert_snapshot!(after("
        CREATE TYPE mood AS ENUM ('sad', 'ok');
        CREATE TABLE t (m mood DEFAULT 'ok', ms mood[]);
        ALTER TYPE mood ADD VALUE 'happy' AFTER 'ok';
        ALTER TYPE mood ADD VALUE IF NOT EXISTS 'happy';
        ALTER TYPE mood ADD VALUE 'happy';
        ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';
        ALTER TYPE mood RENAME VALUE 'bad' TO 'worse';
        ALTER TYPE mood RENAME TO feeling;
        ALTER TYPE feeling SET SCHEMA app;
        ALTER TYPE unknown ADD VALUE 'x';
        CREATE TYPE pair AS (a int, b int);
        CREATE TYPE span AS RANGE (subtype = int);
    "), @r"
    table t @2
      m app.feeling default @2
      ms app.feeling[] @2
    type app.feeling enum (sad @1, fine @1, happy @3) @1 renamed @9
    type pair composite @11
    type span other @12
    type unknown enum (x @10) ?
    ! enum value mood.happy already exists @3
    ! enum value mood.bad does not exist
    ");
}

#[test]
fn domains_and_their_constraints() {
    insta::assert_snapshot!(after("
        CREATE DOMAIN email AS text DEFAULT '' CHECK (VALUE <> '') CONSTRAINT at CHECK (VALUE LIKE '%@%');
        ALTER DOMAIN email ADD CHECK (length(VALUE) < 100) NOT VALID;
        ALTER DOMAIN email ADD CONSTRAINT short CHECK (length(VALUE) < 50) NOT VALID;
        ALTER DOMAIN email VALIDATE CONSTRAINT short;
        ALTER DOMAIN email RENAME CONSTRAINT at TO has_at;
        ALTER DOMAIN email DROP CONSTRAINT email_check;
        ALTER DOMAIN email SET NOT NULL;
        ALTER DOMAIN email DROP CONSTRAINT none;
        CREATE TABLE t (email_check int CHECK (email_check > 0));
    "), @r"
    table t @9
      email_check int4 @9
      - t_email_check_check (email_check) check @9
    type email domain over text not null default has_at email_check1 not valid short @1
    ! constraint email.none does not exist
    ");
}

#[test]
fn types_in_other_schemas_follow_the_search_path() {
    insta::assert_snapshot!(after("
        CREATE SCHEMA app;
        CREATE TYPE app.mood AS ENUM ('a');
        SET search_path = app, public;
        CREATE TABLE t (m mood);
        SET search_path = public;
        ALTER TYPE app.mood RENAME TO feeling;
    "), @r"
    schema app @1
    table app.t @4
      m app.feeling @4
    type app.feeling enum (a @2) @2 renamed @6
    ");
}
