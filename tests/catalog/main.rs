//! What a history of statements makes of the catalog.

mod render;

use render::after;

#[test]
fn unnamed_constraints_get_the_servers_names() {
    insta::assert_snapshot!(after("
        CREATE TABLE users (
            id bigserial PRIMARY KEY,
            email varchar(255) NOT NULL UNIQUE CHECK (email <> ''),
            team_id bigint REFERENCES teams,
            a int, b int,
            UNIQUE (a, b),
            CHECK (a < b),
            CONSTRAINT named CHECK (a > 0),
            FOREIGN KEY (a, b) REFERENCES pairs (x, y)
        );
    "), @"");
}
