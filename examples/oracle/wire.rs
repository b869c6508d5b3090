//! A client that speaks as much of PostgreSQL's protocol as measuring takes: strings of SQL in, rows of text out, over a
//! unix socket. A string goes to the server as it stands, as migration tools send it; what is inside is not touched.

use std::io::{BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use crate::Failure;

/// Version 3.0 of the protocol.
const PROTOCOL: u32 = 3 << 16;

/// The longest message that is believed: longer means that we lost our place in the stream.
const LONGEST_MESSAGE: usize = 1 << 28;

/// Why the server refused a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) sqlstate: String,
    pub(crate) message: String,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.sqlstate, self.message)
    }
}

impl std::error::Error for Refused {}

/// A row, each value as text; `None` is NULL.
pub(crate) type Row = Vec<Option<String>>;

/// An open session.
pub(crate) struct Session {
    stream: BufReader<UnixStream>,
    /// The process that serves it.
    pub(crate) pid: u32,
}

impl Session {
    /// Connects as the superuser `postgres`, who needs no password in a throw-away cluster.
    pub(crate) fn open(socket: &Path, database: &str) -> Result<Self, Failure> {
        let stream = UnixStream::connect(socket).map_err(|error| format!("{}: {error}", socket.display()))?;
        let mut session = Self { stream: BufReader::new(stream), pid: 0 };
        let mut body = PROTOCOL.to_be_bytes().to_vec();
        for (name, value) in [("user", "postgres"), ("database", database), ("application_name", "oracle")] {
            body.extend(name.bytes().chain([0]).chain(value.bytes()).chain([0]));
        }
        body.push(0);
        session.write(None, &body)?;
        loop {
            let (kind, body) = session.read()?;
            match kind {
                b'K' => session.pid = number(&body).ok_or("the server sends no process id")?,
                b'R' if number(&body) != Some(0) => return Err("the server asks for a password".into()),
                b'E' => return Err(format!("cannot connect to {database}: {}", refused(&body)).into()),
                b'Z' => return Ok(session),
                _ => {}
            }
        }
    }

    /// Sends one string, as it stands. The outer result is about the connection, the inner one about the SQL.
    pub(crate) fn send(&mut self, sql: &str) -> Result<Result<Vec<Row>, Refused>, Failure> {
        let mut body = sql.as_bytes().to_vec();
        body.push(0);
        self.write(Some(b'Q'), &body)?;
        let mut rows = Vec::new();
        let mut failure = None;
        loop {
            let (kind, body) = self.read()?;
            match kind {
                b'D' => rows.push(row(&body).ok_or("a row that cannot be read")?),
                b'E' => failure = Some(refused(&body)),
                // The server waits for data: there is none.
                b'G' => self.write(Some(b'f'), b"no data\0")?,
                b'Z' => return Ok(failure.map_or(Ok(rows), Err)),
                _ => {}
            }
        }
    }

    /// Runs SQL of our own, which has to work.
    pub(crate) fn run(&mut self, sql: &str) -> Result<Vec<Row>, Failure> {
        self.send(sql)?.map_err(|refused| format!("{refused}\n    {sql}").into())
    }

    fn write(&mut self, kind: Option<u8>, body: &[u8]) -> Result<(), Failure> {
        let length = u32::try_from(body.len() + 4).map_err(|_| "SQL of more than 4 GB")?;
        let message: Vec<u8> = kind.into_iter().chain(length.to_be_bytes()).chain(body.iter().copied()).collect();
        Ok(self.stream.get_mut().write_all(&message)?)
    }

    fn read(&mut self) -> Result<(u8, Vec<u8>), Failure> {
        let mut head = [0; 5];
        self.stream.read_exact(&mut head).map_err(|error| format!("the server hung up: {error}"))?;
        let [kind, length @ ..] = head;
        let length = (u32::from_be_bytes(length) as usize).saturating_sub(4);
        if length > LONGEST_MESSAGE {
            return Err("the server does not speak the protocol".into());
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok((kind, body))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Goodbye; if the server is gone already, all the better.
        let _ = self.write(Some(b'X'), &[]);
    }
}

fn number(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.first_chunk()?))
}

fn row(body: &[u8]) -> Option<Row> {
    let (count, mut rest) = body.split_first_chunk::<2>()?;
    let mut row = Vec::new();
    for _ in 0..u16::from_be_bytes(*count) {
        let (length, after) = rest.split_first_chunk::<4>()?;
        // A length of -1 is NULL.
        let length = usize::try_from(i32::from_be_bytes(*length)).ok();
        let (value, after) = after.split_at_checked(length.unwrap_or(0))?;
        row.push(length.map(|_| String::from_utf8_lossy(value).into_owned()));
        rest = after;
    }
    Some(row)
}

/// The fields of an error: a letter, then text that ends with NUL.
fn refused(body: &[u8]) -> Refused {
    let field = |letter: u8| {
        let found = body.split(|byte| *byte == 0).find(|field| field.first() == Some(&letter));
        found.map_or_else(String::new, |field| String::from_utf8_lossy(field.get(1..).unwrap_or_default()).into_owned())
    };
    Refused { sqlstate: field(b'C'), message: field(b'M') }
}
