//! `switchback stats pull` against a real server, started here from the newest binaries in `/usr/lib/postgresql`. Where
//! there are none these tests say so and pass, unless `SWITCHBACK_REQUIRE_POSTGRES=1`, as `.ci/run` has it.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "tests say what they skip, and read variables")]

#[path = "../examples/oracle/cluster.rs"]
#[allow(dead_code, reason = "the oracle asks for more")]
mod cluster;
#[path = "common/schema.rs"]
mod schema;
#[path = "common/server.rs"]
mod server;
#[path = "../examples/oracle/wire.rs"]
#[allow(dead_code, reason = "the oracle asks for more")]
mod wire;

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use cluster::Cluster;
use serde_json::Value;
use switchback::database::{self, Variables};
use switchback::stats::QUERY;

/// As the oracle calls it.
type Failure = Box<dyn std::error::Error + Send + Sync>;

const PASSWORD: &str = "hunter2-s3cret";

const TABLES: &str = "
    CREATE SCHEMA billing;
    CREATE TABLE users (id bigint PRIMARY KEY, email text, note text);
    INSERT INTO users SELECT i, 'u' || i, repeat(md5(i::text), 20) FROM generate_series(1, 120000) i;
    CREATE INDEX users_email ON users (email);
    CREATE TABLE \"billing\".\"Codes\" (code text);
    INSERT INTO billing.\"Codes\" VALUES ('a'), ('b');
    CREATE TABLE events (at date, id int) PARTITION BY RANGE (at);
    CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
    CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2026-02-01') TO ('2026-04-01') PARTITION BY RANGE (at);
    CREATE TABLE events_2a PARTITION OF events_2 FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
    CREATE INDEX events_id ON events (id);
    INSERT INTO events SELECT '2026-01-15', i FROM generate_series(1, 3000) i;
    INSERT INTO events SELECT '2026-02-15', i FROM generate_series(1, 2000) i;
    CREATE TABLE never_analysed (id int);
    ANALYZE users, events, billing.\"Codes\";
    INSERT INTO never_analysed SELECT generate_series(1, 500);
    CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM users;
    CREATE ROLE reader LOGIN PASSWORD 'hunter2-s3cret';
    ALTER ROLE reader SET default_transaction_read_only = off;
    ALTER ROLE reader SET statement_timeout = 0;
    SELECT pg_stat_force_next_flush();
";

const MIGRATION: &str = "SET lock_timeout = '5s';\nALTER TABLE users ALTER COLUMN email SET NOT NULL;\n\
    ALTER TABLE billing.\"Codes\" ALTER COLUMN code SET NOT NULL;\nCREATE INDEX CONCURRENTLY ON events (at);\n";

/// A server, and a folder for what is written.
struct Server {
    cluster: Cluster,
    port: u16,
    folder: PathBuf,
}

impl Server {
    /// None where no server is installed, and that is allowed.
    fn start(test: &str, number: usize) -> Option<Self> {
        let bin = server::newest()?;
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let cluster = Cluster::start_with(&bin, number, port, &["listen_addresses=127.0.0.1"]).unwrap();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stats").join(test);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join(".git")).unwrap();
        let server = Self { cluster, port, folder };
        // Not in one transaction: what a session counts is told when its transaction ends.
        for statement in TABLES.split(";\n") {
            // The function came with version 15.
            if let Err(failure) = server.run(statement) {
                assert!(statement.contains("force_next_flush"), "{failure}");
            }
        }
        Some(server)
    }

    fn run(&self, sql: &str) -> Result<(), Failure> {
        self.cluster.connect("postgres")?.run(sql).map(drop)
    }

    fn url(&self, user: &str, rest: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/postgres{rest}", self.port)
    }

    fn switchback(&self, args: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchback"));
        command.args(args).current_dir(&self.folder).env_clear().envs(variables.iter().copied()).stdin(Stdio::null());
        command.output().unwrap()
    }

    fn pull(&self) -> Value {
        let output =
            self.switchback(&["stats", "pull", "--database-url", &self.url("postgres", ""), "--out", "-"], &[]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

/// The values that a query gives in a session as `pull` has it.
fn ask(url: &str, sql: &str) -> Result<String, String> {
    let mut session = database::open(url, &Variables::default()).map_err(|error| error.message)?;
    let rows = session.rows(sql).map_err(|error| error.message)?;
    Ok(rows.values.into_iter().flatten().flatten().collect::<Vec<_>>().join(" "))
}

fn table<'v>(stats: &'v Value, name: &str) -> &'v Value {
    stats["tables"].as_array().unwrap().iter().find(|table| table["name"] == name).unwrap()
}

fn everything(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

#[test]
fn a_live_database_gives_its_sizes() {
    let Some(server) = Server::start("sizes", 1) else { return };
    let stats = server.pull();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/schemas/switchback-stats-1.json");
    let described: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    assert_eq!(schema::violations(&described, &stats), [""; 0]);
    let names: Vec<_> =
        stats["tables"].as_array().unwrap().iter().map(|table| table["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Codes", "events", "events_1", "events_2", "events_2a", "never_analysed", "totals", "users"]);
    let users = table(&stats, "users");
    assert_eq!(users["rows"], 120_000);
    assert!(users["bytes"].as_u64().unwrap() > 50 << 20, "{users}");
    let indexes: Vec<_> = users["indexes"].as_array().unwrap().iter().map(|index| &index["name"]).collect();
    assert_eq!(indexes, ["users_email", "users_pkey"]);
    assert!(users["writes_per_second"]["inserts"].as_f64().unwrap() > 0.0, "{users}");
    let never = table(&stats, "never_analysed");
    assert!(never["rows"].is_null() && never["bytes"].as_u64().unwrap() > 0, "{never}");
    partitions_are_summed(&stats);
    json_and_csv_say_the_same(&server);
    the_session_can_only_read(&server);
}

fn partitions_are_summed(stats: &Value) {
    let number = |name: &str, field: &str| table(stats, name)[field].as_u64().unwrap();
    for field in ["bytes", "index_bytes"] {
        assert_eq!(number("events", field), number("events_1", field) + number("events_2a", field), "{field}");
        assert_eq!(number("events_2", field), number("events_2a", field), "{field}");
    }
    let rows = ["events", "events_1", "events_2", "events_2a"].map(|name| number(name, "rows"));
    assert_eq!(rows, [5_000, 3_000, 2_000, 2_000]);
    assert_eq!((number("events", "partitions"), number("events_2", "partitions")), (2, 1));
    assert_eq!(table(stats, "events_2a")["partition_of"]["name"], "events_2");
}

fn json_and_csv_say_the_same(server: &Server) {
    let url = server.url("postgres", "");
    let output = server.switchback(&["stats", "pull"], &[("DATABASE_URL", &url)]);
    let said = String::from_utf8(output.stdout).unwrap();
    let expected = format!("127.0.0.1:{}/postgres: 8 tables in switchback.stats.json\n", server.port);
    assert_eq!(said, expected);
    let printed = server.switchback(&["stats", "query"], &[]);
    assert_eq!(String::from_utf8_lossy(&printed.stdout), QUERY);
    let rows = database::open(&url, &Variables::default()).unwrap().rows(QUERY).unwrap();
    let mut csv = csv::Writer::from_path(server.folder.join("stats.csv")).unwrap();
    csv.write_record(&rows.columns).unwrap();
    for row in &rows.values {
        csv.write_record(row.iter().map(|value| value.as_deref().unwrap_or_default())).unwrap();
    }
    csv.flush().unwrap();
    fs::write(server.folder.join("1.sql"), MIGRATION).unwrap();
    let report = |file: &str| {
        let output = server.switchback(&["check", "1.sql", "--stats", file, "--output-format", "json"], &[]);
        let mut report: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", everything(&output)));
        for finding in report["findings"].as_array_mut().unwrap() {
            // What is written in a second depends on the second.
            finding["notes"]
                .as_array_mut()
                .unwrap()
                .retain(|note| !note.as_str().unwrap().contains(" a second are written"));
        }
        report["findings"].clone()
    };
    let (json, csv) = (report("switchback.stats.json"), report("stats.csv"));
    assert_eq!(json, csv);
    let text = json.to_string();
    assert!(text.contains("scan of users, 120 k rows / "), "{text}");
    assert!(
        text.contains("\\\"Codes\\\" is known to have 2 rows / 16 kB, under the large-rows and large-size thresholds"),
        "{text}"
    );
}

fn the_session_can_only_read(server: &Server) {
    server.run("GRANT CREATE ON SCHEMA public TO reader").unwrap();
    let url = server.url("reader", "");
    assert_eq!(ask(&url, "SHOW transaction_read_only").as_deref(), Ok("on"));
    assert_eq!(ask(&url, "SHOW statement_timeout").as_deref(), Ok("1min"), "whatever the role is set to");
    assert_eq!(ask(&url, "SHOW application_name").as_deref(), Ok("switchback"));
    let refused = ask(&url, "CREATE TABLE public.x ()").unwrap_err();
    assert!(refused.ends_with("cannot execute CREATE TABLE in a read-only transaction"), "{refused}");
}

#[test]
fn credentials_stay_secret_and_tls_is_spoken() {
    let Some(server) = Server::start("secrets", 2) else { return };
    let data = server.cluster.folder.join("data");
    if !certificates(&server.folder) {
        assert_ne!(std::env::var("SWITCHBACK_REQUIRE_POSTGRES").as_deref(), Ok("1"), "no openssl found");
        println!("skipped: no openssl to make certificates with");
        return;
    }
    for file in ["server.crt", "server.key"] {
        fs::copy(server.folder.join(file), data.join(file)).unwrap();
        // For the server alone to read, or it refuses them.
        let owner = fs::metadata(&data).unwrap();
        fs::set_permissions(data.join(file), fs::Permissions::from_mode(0o600)).unwrap();
        chown(data.join(file), Some(owner.uid()), Some(owner.gid())).unwrap();
    }
    let rules = "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n";
    fs::write(data.join("pg_hba.conf"), rules).unwrap();
    server.run("ALTER SYSTEM SET ssl = on").unwrap();
    server.run("ALTER SYSTEM SET password_encryption = 'scram-sha-256'").unwrap();
    server.run("SELECT pg_reload_conf()").unwrap();
    server.run(&format!("ALTER ROLE reader PASSWORD '{PASSWORD}'")).unwrap();
    sslmode_means_what_it_means_to_libpq(&server);
    nothing_gives_the_password_away(&server);
}

/// An authority, a certificate of it for `localhost`, and an authority that nobody knows.
fn certificates(folder: &Path) -> bool {
    let run = |args: &str| {
        let command = Command::new("openssl").args(args.split(' ')).current_dir(folder).output();
        command.is_ok_and(|output| output.status.success())
    };
    fs::write(folder.join("names"), "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n").unwrap();
    ["ca", "other"].iter().all(|name| {
        run(&format!("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={name} -keyout {name}.key -out {name}.crt"))
    }) && run("req -newkey rsa:2048 -nodes -subj /CN=server -keyout server.key -out server.csr")
        && run(
            "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.crt",
        )
}

fn sslmode_means_what_it_means_to_libpq(server: &Server) {
    let encrypted = |host: &str, rest: &str| {
        let url = format!("postgres://reader:{PASSWORD}@{host}:{}/postgres?{rest}", server.port);
        ask(&url, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    };
    let root = |name: &str| server.folder.join(name).display().to_string();
    let (ca, other) = (root("ca.crt"), root("other.crt"));
    for (host, rest) in [
        ("127.0.0.1", String::new()),
        ("127.0.0.1", "sslmode=require".to_owned()),
        ("127.0.0.1", "sslmode=require&channel_binding=require".to_owned()),
        ("127.0.0.1", format!("sslmode=verify-ca&sslrootcert={ca}")),
        ("localhost", format!("sslmode=verify-full&sslrootcert={ca}")),
    ] {
        assert_eq!(encrypted(host, &rest).as_deref(), Ok("t"), "{host} {rest}");
    }
    for (host, rest, said) in [
        ("127.0.0.1", "sslmode=disable".to_owned(), "no encryption"),
        ("127.0.0.1", format!("sslmode=verify-full&sslrootcert={ca}"), "not valid for"),
        ("localhost", format!("sslmode=verify-full&sslrootcert={other}"), "UnknownIssuer"),
        ("localhost", format!("sslmode=verify-ca&sslrootcert={other}"), "UnknownIssuer"),
        ("localhost", format!("sslmode=require&sslrootcert={other}"), "UnknownIssuer"),
    ] {
        let error = encrypted(host, &rest).unwrap_err();
        assert!(error.contains(said) && !error.contains(PASSWORD), "{host} {rest}: {error}");
    }
}

fn nothing_gives_the_password_away(server: &Server) {
    let good = server.url("reader", "");
    let in_url = server.url(&format!("reader:{PASSWORD}"), "");
    let elsewhere = format!("postgres://reader:{PASSWORD}@127.0.0.1:1/postgres");
    let wrong = server.url(&format!("reader:{PASSWORD}-wrong"), "");
    let no_database = in_url.replace("/postgres", "/nowhere");
    let unencoded = server.url(&format!("reader:{PASSWORD}@x"), "");
    for (url, password, code, said) in [
        (&in_url, None, 0, "8 tables"),
        (&good, Some(PASSWORD), 0, "8 tables"),
        (&wrong, None, 2, "password authentication failed"),
        (&good, Some("hunter2-s3cret-wrong"), 2, "password authentication failed"),
        (&good, None, 2, "password missing"),
        (&elsewhere, None, 2, "Connection refused"),
        (&no_database, None, 2, "does not exist"),
        (&unencoded, None, 2, "has to be written `%40`"),
    ] {
        let mut variables = vec![("DATABASE_URL", url.as_str())];
        variables.extend(password.map(|password| ("PGPASSWORD", password)));
        let _ = fs::remove_file(server.folder.join("switchback.stats.json"));
        let output = server.switchback(&["-v", "stats", "pull"], &variables);
        let text = everything(&output).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(output.status.code(), Some(code), "{text}");
        assert!(text.contains(said), "{text}");
        let written = fs::read_to_string(server.folder.join("switchback.stats.json")).unwrap_or_default();
        assert_eq!(written.is_empty(), code == 2);
        for secret in ["hunter2", "s3cret", "reader:"] {
            assert!(!text.contains(secret) && !written.contains(secret), "{text}");
        }
    }
    let help = server.switchback(&["stats", "pull", "--help"], &[("DATABASE_URL", &in_url)]);
    assert!(everything(&help).contains("DATABASE_URL") && !everything(&help).contains("s3cret"));
}
