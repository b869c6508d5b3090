//! A server that writes down which table or index was made or dropped in which transaction.

use std::fs;
use std::net::TcpListener;

use crate::cluster::Cluster;
use crate::server;

/// What every database begins with. The number of a transaction tells those apart that commit; what is rolled back was
/// never seen.
const WATCH: &str = "
    CREATE SCHEMA watch;
    CREATE TABLE watch.seen (n bigint GENERATED ALWAYS AS IDENTITY, command text, name text, xid text);
    CREATE FUNCTION watch.created() RETURNS event_trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO watch.seen (command, name, xid)
        SELECT 'CREATE', object_identity, pg_current_xact_id() FROM pg_event_trigger_ddl_commands()
        WHERE command_tag IN ('CREATE TABLE', 'CREATE INDEX') AND schema_name = 'public';
    END $$;
    CREATE FUNCTION watch.dropped() RETURNS event_trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO watch.seen (command, name, xid)
        SELECT 'DROP', object_identity, pg_current_xact_id() FROM pg_event_trigger_dropped_objects()
        WHERE original AND object_type IN ('table', 'index') AND schema_name = 'public';
    END $$;
    CREATE EVENT TRIGGER created ON ddl_command_end EXECUTE FUNCTION watch.created();
    CREATE EVENT TRIGGER dropped ON sql_drop EXECUTE FUNCTION watch.dropped();
";

/// A running server.
pub(crate) struct Watched {
    cluster: Cluster,
    pub(crate) port: u16,
}

/// A table or index that was made or dropped.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) name: String,
    pub(crate) transaction: String,
}

impl Watched {
    /// None where no server is installed, and that is allowed.
    pub(crate) fn start(number: usize) -> Option<Self> {
        let bin = server::newest()?;
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = ["listen_addresses=127.0.0.1", "log_line_prefix=%e %d ", "log_statement=all"];
        Some(Self { cluster: Cluster::start_with(&bin, number, port, &settings).unwrap(), port })
    }

    /// Makes a database and gives its name.
    pub(crate) fn database(&self, name: &str) -> String {
        self.cluster.connect("postgres").unwrap().run(&format!("CREATE DATABASE {name}")).unwrap();
        self.cluster.connect(name).unwrap().run(WATCH).unwrap();
        name.to_owned()
    }

    /// Where a tool finds it.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// What was made (`CREATE`) or dropped (`DROP`), in order.
    pub(crate) fn seen(&self, database: &str, command: &str) -> Vec<Seen> {
        let rows = self.cluster.connect(database).unwrap();
        let rows = { rows }.run(&format!("SELECT name, xid FROM watch.seen WHERE command = '{command}' ORDER BY n"));
        let seen = rows.unwrap().into_iter().map(|row| {
            let [name, transaction] = row.try_into().unwrap();
            let name = name.unwrap().trim_start_matches("public.").replace('"', "");
            Seen { name, transaction: transaction.unwrap() }
        });
        seen.collect()
    }

    /// The SQLSTATEs of what was refused for the transaction it was in.
    pub(crate) fn errors(&self, database: &str) -> Vec<String> {
        let log = fs::read_to_string(self.cluster.folder.join("log")).unwrap();
        let lines = log.split('\n').filter_map(|line| line.split_once(&format!(" {database} ERROR: ")));
        let mut states: Vec<_> = lines.map(|(state, _)| state.to_owned()).filter(|state| state == "25001").collect();
        states.dedup();
        states
    }
}
