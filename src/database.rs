//! Opens a session with a live `PostgreSQL` server that can read and nothing else.
//!
//! What the caller is told never holds the password nor the URL: both end up in logs of CI.

pub mod schema;
mod tls;
mod url;

use std::error::Error as _;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use postgres::{Client, NoTls, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

use self::tls::Mode;
use self::url::Target;

/// How long a server may take to answer a connection, and then to let us in.
const PATIENCE: Duration = Duration::from_secs(10);

/// What holds in the session, whatever the role or the database is set to. Startup options bind the session before its
/// first statement; a pooler that shares sessions refuses them, where `SET` would change the session of somebody else.
const OPTIONS: &str = "-c default_transaction_read_only=on -c statement_timeout=60s -c lock_timeout=5s \
                       -c search_path=pg_catalog";

/// What the environment says beside the URL.
#[derive(Clone, Default)]
pub struct Variables {
    /// `PGPASSWORD`
    pub password: Option<String>,
    /// `PGSSLMODE`
    pub ssl_mode: Option<String>,
    /// `PGSSLROOTCERT`
    pub ssl_root_certificate: Option<String>,
    /// The home folder, where `.postgresql/root.crt` may be.
    pub home: Option<PathBuf>,
}

/// Why a database cannot be read.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{message}")]
pub struct DatabaseError {
    /// What is wrong: lower case, no full stop, without user, password and URL.
    pub message: String,
    /// What to do.
    #[help]
    pub help: Option<String>,
}

/// An open session.
pub struct Session {
    client: Client,
    server: String,
    password: Option<String>,
}

/// The result of a query, every value as the server writes it; NULL is none.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The rows.
    pub values: Vec<Vec<Option<String>>>,
}

/// Opens one session, in which every transaction is read-only.
///
/// # Errors
/// The URL is none, the server cannot be reached, lets nobody in, or grants no session that is read-only.
pub fn open(url: &str, variables: &Variables) -> Result<Session, DatabaseError> {
    let Target { mut config, server, password, ssl_mode, ssl_root_certificate } = url::read(url, variables)?;
    config.application_name("switchback").connect_timeout(PATIENCE);
    let theirs = config.get_options().map(|options| format!("{options} ")).unwrap_or_default();
    config.options(&format!("{theirs}{OPTIONS}"));
    let mode = Mode::read(ssl_mode.as_deref(), ssl_root_certificate, variables)?;
    config.ssl_mode(mode.asked());
    let connector = mode.connector()?;
    let (send, receive) = mpsc::channel();
    // A server that takes the connection and then says nothing would be waited for without end.
    thread::spawn(move || {
        let connected = match connector {
            None => config.connect(NoTls),
            Some(tls) => config.connect(MakeRustlsConnect::new(tls)),
        };
        // Nobody listens any more after the patience is over.
        let _ = send.send(connected);
    });
    let client = match receive.recv_timeout(PATIENCE * 2) {
        Ok(Ok(client)) => client,
        Ok(Err(error)) => return Err(explained(&error, &server, password.as_deref(), "cannot be connected to")),
        Err(_) => {
            let message = format!("{server} does not answer within {} seconds", PATIENCE.as_secs() * 2);
            return Err(DatabaseError { message, help: None });
        }
    };
    let mut session = Session { client, server, password };
    let shown = session.rows("SHOW transaction_read_only")?;
    if shown.values.first().and_then(|row| row.first()?.as_deref()) == Some("on") {
        return Ok(session);
    }
    Err(DatabaseError {
        message: format!("{} does not keep the session read-only", session.server),
        help: Some("connect to the server itself, not through a pooler".to_owned()),
    })
}

impl Session {
    /// The server and database, without user and password: `db.example.org:5432/shop`.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The rows that a query gives.
    ///
    /// # Errors
    /// The server refuses the query, or it takes longer than a minute.
    pub fn rows(&mut self, query: &str) -> Result<Rows, DatabaseError> {
        let messages = self
            .client
            .simple_query(query)
            .map_err(|error| explained(&error, &self.server, self.password.as_deref(), "cannot be read"))?;
        let mut rows = Rows::default();
        for message in messages {
            match message {
                SimpleQueryMessage::RowDescription(columns) => {
                    rows.columns = columns.iter().map(|column| column.name().to_owned()).collect();
                }
                SimpleQueryMessage::Row(row) => {
                    rows.values.push((0..row.len()).map(|index| row.get(index).map(str::to_owned)).collect());
                }
                _ => {}
            }
        }
        Ok(rows)
    }
}

/// What the server or the system says, and what to do about it.
fn explained(error: &postgres::Error, server: &str, password: Option<&str>, what: &str) -> DatabaseError {
    let mut words = match error.as_db_error() {
        Some(refused) => refused.message().to_owned(),
        None => error.to_string(),
    };
    if error.as_db_error().is_none() {
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            if !words.contains(&text) {
                words = format!("{words}: {text}");
            }
            source = cause.source();
        }
    }
    if let Some(password) = password.filter(|password| password.len() > 3) {
        words = words.replace(password, "***");
    }
    DatabaseError { help: help(&words), message: format!("{server} {what}: {words}") }
}

fn help(words: &str) -> Option<String> {
    let known = [
        ("unsupported startup parameter", "a pooler is in between: connect to the server itself"),
        ("password authentication failed", "give the password in PGPASSWORD, or percent-encoded in the URL"),
        ("password missing", "give the password in PGPASSWORD, or percent-encoded in the URL"),
        ("UnknownIssuer", "name the certificate of the authority by `sslrootcert`, or `sslrootcert=system`"),
        ("NotValidForName", "connect by the name in the certificate, or write `sslmode=verify-ca`"),
        (
            "CaUsedAsEndEntity",
            "the server shows the certificate of an authority; it needs one of its own, signed by that",
        ),
        ("server does not support TLS", "switch on TLS in the server, or write `sslmode=disable`"),
        ("lock timeout", "a table is locked by somebody who changes it: try again later"),
        ("statement timeout", "the server is too busy to answer: try again later"),
    ];
    known.into_iter().find(|(said, _)| words.contains(said)).map(|(_, help)| help.to_owned())
}
