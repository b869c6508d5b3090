//! `switchback diff` against a real server, started here from the newest binaries in `/usr/lib/postgresql`. Where there are
//! none the test says so and passes, unless `SWITCHBACK_REQUIRE_POSTGRES=1`, as `.ci/run` has it.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "tests say what they skip, and read variables")]

#[path = "../examples/oracle/cluster.rs"]
#[allow(dead_code, reason = "the oracle asks for more")]
mod cluster;
#[path = "common/server.rs"]
mod server;
#[path = "../examples/oracle/wire.rs"]
#[allow(dead_code, reason = "the oracle asks for more")]
mod wire;

use std::net::TcpListener;
use std::process::{Command, Stdio};

use cluster::Cluster;

/// As the oracle calls it.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Something of everything that is compared.
const SHOP: &str = include_str!("../fixtures/diff/shop.sql");

/// What `switchback diff` prints about the database at `url` and the file.
fn compared(old: &str, new: &str) -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchback"));
    command.args(["diff", "--no-config", old, new]).current_dir(env!("CARGO_MANIFEST_DIR")).env_clear();
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.trim_end().split('\n').filter(|line| !line.starts_with("note: ")).map(str::to_owned).collect()
}

#[test]
fn a_live_database_is_a_side() -> Result<(), Failure> {
    let Some(bin) = server::newest() else { return Ok(()) };
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let cluster = Cluster::start_with(&bin, 7, port, &["listen_addresses=127.0.0.1"])?;
    cluster.connect("postgres")?.run(SHOP)?;
    let url = format!("postgres://postgres:s3cret@127.0.0.1:{port}/postgres");
    let name = format!("127.0.0.1:{port}/postgres");
    let file = "fixtures/diff/shop.sql";
    assert_eq!(compared(&url, file), [format!("no differences between {name} and {file}")]);
    assert_eq!(compared(file, &url), [format!("no differences between {file} and {name}")]);
    // The server drifts; what a tool remembers there is no drift.
    cluster.connect("postgres")?.run("CREATE TABLE schema_migrations (version text)")?;
    cluster.connect("postgres")?.run("ALTER TABLE users ADD COLUMN hot text; DROP INDEX orders_note")?;
    let drift = compared(file, &url);
    assert_eq!(drift[0], "expand    column users.hot text added");
    assert!(drift[1].starts_with("neutral   index orders_note on orders"), "{drift:?}");
    assert_eq!(drift.last().unwrap(), "2 changes: 1 expand, 1 neutral; 1 error");
    Ok(())
}
