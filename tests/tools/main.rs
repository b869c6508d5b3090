//! What we claim about migration tools, held against the tools: each runs a tree of `fixtures/tools/` against a server of
//! its own, and what the server saw has to be the order, the transactions and the refusals that `switchback` tells.
//!
//! `tests/tools/install.sh` installs the tools. Where they or a server are missing the tests say so and pass, unless
//! `SWITCHBACK_REQUIRE_TOOLS=1`, as `.ci/run` has it.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "tests say what they skip, and read variables")]

mod claims;
#[path = "../../examples/oracle/cluster.rs"]
#[allow(dead_code, reason = "the oracle asks for more")]
mod cluster;
mod printed;
#[path = "../common/server.rs"]
mod server;
mod tool;
mod watched;
#[path = "../../examples/oracle/wire.rs"]
#[allow(dead_code, reason = "the oracle asks for more")]
mod wire;

use claims::Claims;
use tool::{Back, Tool};
use watched::Watched;

/// As the oracle calls it.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs a tool over its tree, up and down, and over each file that the server has to refuse.
fn claims_hold(tool: &Tool) {
    if !tool.is_installed() {
        return;
    }
    let Some(server) = Watched::start(tool.number) else { return };
    let tree = tool.tree("released", None);
    let claims = Claims::of(&tree);
    assert_eq!(claims.refused, [""; 0], "{}: everything in the tree can run", tool.name);

    let database = server.database("released");
    tool.up(&tree, &server, &database).unwrap_or_else(|output| panic!("{}: {output}", tool.name));
    claims.hold("CREATE", &claims.ups(), &server.seen(&database, "CREATE"));
    assert_eq!(claims::differences(&tree, &server.url(&database)), [""; 0], "{}: the schema that we replay", tool.name);
    if tool.back != Back::Never {
        tool.down(&tree, &server, &database, claims.count());
        claims.hold("DROP", &claims.downs(), &server.seen(&database, "DROP"));
    }

    for (number, file) in tool.refused().iter().enumerate() {
        let tree = tool.tree("refused", Some(file));
        assert_eq!(Claims::of(&tree).refused, [file.as_str()], "{}", tool.name);
        let database = server.database(&format!("refused_{number}"));
        assert!(tool.up(&tree, &server, &database).is_err(), "{}: {file} has to fail", tool.name);
        assert_eq!(server.errors(&database), ["25001"], "{}: {file}", tool.name);
    }
}

#[test]
fn dbmate() {
    claims_hold(&Tool {
        name: "dbmate",
        number: 1,
        up: &["dbmate", "--migrations-dir", "migrations", "--no-dump-schema", "up"],
        back: Back::OneByOne(&["dbmate", "--migrations-dir", "migrations", "--no-dump-schema", "rollback"]),
    });
}

#[test]
fn diesel() {
    let (up, down) = (&["rust-migrators", "diesel", "up"], &["rust-migrators", "diesel", "down"]);
    claims_hold(&Tool { name: "diesel", number: 17, up, back: Back::AtOnce(down) });
    claims_hold(&Tool { name: "diesel-numbered", number: 18, up, back: Back::AtOnce(down) });
}

#[test]
fn drizzle() {
    claims_hold(&Tool { name: "drizzle", number: 2, up: &["node", "migrate.cjs"], back: Back::Never });
}

#[test]
fn db_migrate() {
    claims_hold(&Tool {
        name: "db-migrate",
        number: 9,
        up: &["db-migrate", "up"],
        back: Back::AtOnce(&["db-migrate", "reset"]),
    });
}

#[test]
fn graphile_migrate() {
    claims_hold(&Tool {
        name: "graphile-migrate",
        number: 10,
        up: &["graphile-migrate", "migrate"],
        back: Back::Never,
    });
}

#[test]
fn kysely() {
    claims_hold(&Tool {
        name: "kysely",
        number: 11,
        up: &["node", "migrate.cjs"],
        back: Back::AtOnce(&["node", "migrate.cjs", "down"]),
    });
}

#[test]
fn knex() {
    claims_hold(&Tool {
        name: "knex",
        number: 3,
        up: &["knex", "migrate:latest"],
        back: Back::AtOnce(&["knex", "migrate:rollback", "--all"]),
    });
}

#[test]
fn liquibase() {
    let back = Back::AtOnce(&["sh", "liquibase.sh", "rollback-count", "99"]);
    claims_hold(&Tool { name: "liquibase", number: 23, up: &["sh", "liquibase.sh", "update"], back });
}

#[test]
fn mikro_orm() {
    let (up, down) = (&["node", "migrate.js"], &["node", "migrate.js", "down"]);
    claims_hold(&Tool { name: "mikro-orm", number: 19, up, back: Back::AtOnce(down) });
    claims_hold(&Tool { name: "mikro-orm-each", number: 20, up, back: Back::AtOnce(down) });
}

#[test]
fn node_pg_migrate() {
    let (up, down) = (&["node-pg-migrate", "up"], &["node-pg-migrate", "down", "99"]);
    claims_hold(&Tool { name: "node-pg-migrate", number: 4, up, back: Back::AtOnce(down) });
    claims_hold(&Tool { name: "node-pg-migrate-sql", number: 5, up, back: Back::AtOnce(down) });
}

#[test]
fn postgrator() {
    claims_hold(&Tool {
        name: "postgrator",
        number: 6,
        up: &["postgrator", "--no-config"],
        back: Back::AtOnce(&["postgrator", "--no-config", "0"]),
    });
}

#[test]
fn rails() {
    let (up, down) = (&["ruby", "migrate.rb"], &["ruby", "migrate.rb", "down"]);
    claims_hold(&Tool { name: "rails", number: 21, up, back: Back::AtOnce(down) });
}

#[test]
fn refinery() {
    let up = &["rust-migrators", "refinery", "up"];
    claims_hold(&Tool { name: "refinery", number: 14, up, back: Back::Never });
}

#[test]
fn sequelize() {
    claims_hold(&Tool {
        name: "sequelize",
        number: 7,
        up: &["sequelize-cli", "db:migrate"],
        back: Back::AtOnce(&["sequelize-cli", "db:migrate:undo:all"]),
    });
}

#[test]
fn sqitch() {
    let (up, down) = (&["sqitch", "deploy"], &["sqitch", "revert", "-y"]);
    claims_hold(&Tool { name: "sqitch", number: 22, up, back: Back::AtOnce(down) });
}

#[test]
fn sqlx() {
    let up = &["rust-migrators", "sqlx", "up"];
    claims_hold(&Tool { name: "sqlx", number: 15, up, back: Back::Never });
    let back = Back::AtOnce(&["rust-migrators", "sqlx", "down"]);
    claims_hold(&Tool { name: "sqlx-reversible", number: 16, up, back });
}

#[test]
fn typeorm() {
    claims_hold(&Tool {
        name: "typeorm",
        number: 8,
        up: &["typeorm", "migration:run", "-d", "source.js"],
        back: Back::OneByOne(&["typeorm", "migration:revert", "-d", "source.js"]),
    });
}
