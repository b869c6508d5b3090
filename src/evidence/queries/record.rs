//! The queries in a file: an export of `pg_stat_statements` as JSON or CSV, a log of the server, or SQL.

use std::borrow::Cow;

use memchr::memmem;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// What a log of the server writes before a query, behind the level of the line and perhaps a duration.
const LEVELS: &[&str] = &["LOG:  ", "STATEMENT:  "];

/// What the words before the query begin with.
const KINDS: &[&str] = &["bind ", "execute ", "parse ", "statement: "];

/// One query, or several with semicolons between.
pub(super) struct Record<'b> {
    pub(super) text: Cow<'b, [u8]>,
    pub(super) calls: u64,
}

/// All of them.
pub(super) struct Records<'b> {
    pub(super) records: Vec<Record<'b>>,
    /// How many were recorded as run.
    pub(super) counted: usize,
}

/// Why a record of queries cannot be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{message}")]
#[diagnostic(help(
    "an export of pg_stat_statements is JSON or CSV with `query` and `calls`: COPY (SELECT query, calls FROM \
     pg_stat_statements) TO STDOUT (FORMAT csv, HEADER); a log comes as the server writes it, or as SQL"
))]
pub struct QueryError {
    /// What is wrong, with the file and the place in it.
    pub message: String,
}

/// One entry of an export. Others write what the view calls `query` in other columns too, so those are passed over.
#[derive(Deserialize)]
struct Entry {
    query: Option<String>,
    calls: Option<Calls>,
}

/// An object that holds entries, or is one.
#[derive(Deserialize)]
struct Object {
    rows: Option<Rows>,
    query: Option<String>,
    calls: Option<Calls>,
}

/// The view has a column of this name too.
#[derive(Deserialize)]
#[serde(untagged)]
enum Rows {
    All(Vec<Entry>),
    Other(IgnoredAny),
}

/// Some clients write numbers as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Calls {
    Number(f64),
    Text(String),
}

impl Calls {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` stops at the ends of the range")]
    fn number(&self) -> u64 {
        match self {
            Self::Number(number) => *number as u64,
            Self::Text(text) => text.trim().parse().unwrap_or(1),
        }
    }
}

/// Reads the file `name` by what is in it.
pub(super) fn records<'b>(name: &str, bytes: &'b [u8]) -> Result<Records<'b>, QueryError> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let start = bytes.trim_ascii_start();
    let found = match start.first() {
        Some(b'[' | b'{') => from_json(name, start)?,
        _ if is_csv(start) => from_csv(name, start)?,
        _ => from_text(bytes),
    };
    if found.records.is_empty() {
        return Err(QueryError { message: format!("{name}: there is no query in it") });
    }
    Ok(found)
}

fn from_json<'b>(name: &str, bytes: &[u8]) -> Result<Records<'b>, QueryError> {
    let fail = |error: serde_json::Error| QueryError { message: format!("{name}: {error}") };
    let mut entries: Vec<Entry> = Vec::new();
    if bytes.first() == Some(&b'[') {
        entries = serde_json::from_slice(bytes).map_err(fail)?;
    } else {
        // One object with all rows, or one object a row.
        for object in serde_json::Deserializer::from_slice(bytes).into_iter::<Object>() {
            let Object { rows, query, calls } = object.map_err(fail)?;
            if let Some(Rows::All(rows)) = rows {
                entries.extend(rows);
            }
            entries.push(Entry { query, calls });
        }
    }
    Ok(Records::of(entries.into_iter().filter_map(|entry| Some((entry.query?, entry.calls)))))
}

fn is_csv(bytes: &[u8]) -> bool {
    let line = bytes.get(..memchr::memchr(b'\n', bytes).unwrap_or(bytes.len())).unwrap_or_default();
    let line = String::from_utf8_lossy(line.get(..4096).unwrap_or(line)).to_lowercase();
    line.split(',').any(|column| column.trim().trim_matches('"') == "query")
}

fn from_csv<'b>(name: &str, bytes: &[u8]) -> Result<Records<'b>, QueryError> {
    let fail = |error: csv::Error| QueryError { message: format!("{name}: {error}") };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(bytes);
    let headers = reader.byte_headers().map_err(fail)?.clone();
    let column = |wanted: &str| headers.iter().position(|name| name.eq_ignore_ascii_case(wanted.as_bytes()));
    let (query, calls) = (column("query"), column("calls"));
    let mut entries = Vec::new();
    for record in reader.byte_records() {
        let record = record.map_err(fail)?;
        let text = |column: Option<usize>| {
            column.and_then(|column| record.get(column)).map(|text| String::from_utf8_lossy(text).into_owned())
        };
        if let Some(query) = text(query).filter(|query| !query.is_empty()) {
            entries.push((query, text(calls).map(Calls::Text)));
        }
    }
    Ok(Records::of(entries))
}

fn from_text(bytes: &[u8]) -> Records<'_> {
    if LEVELS.iter().any(|level| memmem::find(bytes, level.as_bytes()).is_some()) {
        return from_log(bytes);
    }
    // Statements end with a semicolon at the end of a line; where there is none, with the line.
    let ended = |line: &[u8]| line.trim_ascii_end().ends_with(b";");
    let by_semicolon = lines(bytes).any(|(from, to)| ended(bytes.get(from..to).unwrap_or_default()));
    let mut spans: Vec<(usize, usize)> = Vec::new();
    let mut open = false;
    for (from, to) in lines(bytes) {
        let line = bytes.get(from..to).unwrap_or_default();
        let goes_on = open && (by_semicolon || line.first().is_some_and(u8::is_ascii_whitespace));
        match spans.last_mut().filter(|_| goes_on) {
            Some(span) => span.1 = to,
            None if line.trim_ascii().is_empty() => continue,
            None => spans.push((from, to)),
        }
        open = !(by_semicolon && ended(line));
    }
    Records::at(bytes, &spans, spans.len())
}

/// Lines that a tab begins go on with the line before.
fn from_log(bytes: &[u8]) -> Records<'_> {
    let levels: Vec<_> = LEVELS.iter().map(|level| memmem::Finder::new(level.as_bytes())).collect();
    let mut spans: Vec<(usize, usize)> = Vec::new();
    let mut counted = 0;
    let mut open = false;
    for (from, to) in lines(bytes) {
        let line = bytes.get(from..to).unwrap_or_default();
        if line.first() == Some(&b'\t') {
            if let Some(span) = spans.last_mut().filter(|_| open) {
                span.1 = to;
            }
            continue;
        }
        let level = levels
            .iter()
            .enumerate()
            .find_map(|(kind, finder)| Some((kind, finder.find(line)? + finder.needle().len())));
        let query = level.and_then(|(kind, at)| {
            let failed = kind == 1;
            let (start, run) = if failed { (0, false) } else { query_in(line.get(at..)?)? };
            counted += usize::from(run);
            Some(at + start)
        });
        open = query.is_some();
        spans.extend(query.map(|at| (from + at, to)));
    }
    Records::at(bytes, &spans, counted)
}

/// Where the query begins in `duration: 0.1 ms  execute <unnamed>: SELECT`, and whether the line says that it was run.
fn query_in(message: &[u8]) -> Option<(usize, bool)> {
    let mut at = 0;
    if let Some(rest) = message.strip_prefix(b"duration: ") {
        at = message.len() - rest.len() + memmem::find(rest, b" ms  ")? + 5;
    }
    let rest = message.get(at..)?;
    // The query of auto_explain stands on lines of its own.
    if rest.starts_with(b"plan:") {
        return Some((at + 5, true));
    }
    let kind = KINDS.iter().find(|kind| rest.starts_with(kind.as_bytes()))?;
    let colon = memmem::find(rest, b": ")? + 2;
    Some((at + colon, !matches!(*kind, "bind " | "parse ")))
}

/// Where the lines are, without their ends.
fn lines(bytes: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let mut from = 0;
    let ends = memchr::memchr_iter(b'\n', bytes).chain([bytes.len()]);
    ends.map(move |end| {
        let line = (from, end);
        from = end + 1;
        line
    })
}

impl<'b> Records<'b> {
    fn of(entries: impl IntoIterator<Item = (String, Option<Calls>)>) -> Self {
        let record = |(query, calls): (String, Option<Calls>)| Record {
            text: Cow::Owned(query.into_bytes()),
            calls: calls.map_or(1, |calls| calls.number()),
        };
        let records: Vec<_> = entries.into_iter().map(record).collect();
        Self { counted: records.len(), records }
    }

    fn at(bytes: &'b [u8], spans: &[(usize, usize)], counted: usize) -> Self {
        let record =
            |(from, to): &(usize, usize)| Some(Record { text: Cow::Borrowed(bytes.get(*from..*to)?), calls: 1 });
        Self { records: spans.iter().filter_map(record).collect(), counted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(file: &str) -> Vec<(String, u64)> {
        let found = records("queries", file.as_bytes()).unwrap();
        let text = |record: &Record<'_>| {
            String::from_utf8_lossy(&record.text).split_whitespace().collect::<Vec<_>>().join(" ")
        };
        found.records.iter().map(|record| (text(record), record.calls)).collect()
    }

    fn of(texts: &[(&str, u64)]) -> Vec<(String, u64)> {
        texts.iter().map(|(text, calls)| ((*text).to_owned(), *calls)).collect()
    }

    #[test]
    fn exports_are_read() {
        let both = of(&[("SELECT a", 7), ("SELECT b", 1)]);
        for file in [
            r#"[{"query": "SELECT a", "calls": 7, "rows": 3}, {"query": "SELECT b"}, {"calls": 1}]"#,
            r#"{"rows": [{"query": "SELECT a", "calls": "7"}, {"query": "SELECT b"}]}"#,
            "{\"query\": \"SELECT a\", \"calls\": 7.0, \"rows\": 3}\n{\"query\": \"SELECT b\"}\n",
            "calls,Query,x\r\n7,\"SELECT\n a\",1\r\n,SELECT b,2\r\n",
            "\u{feff}\"query\",\"calls\"\n\"SELECT a\",7\nSELECT b,1\n",
        ] {
            assert_eq!(texts(file), both, "{file}");
        }
    }

    #[test]
    fn logs_are_read() {
        let log = "2026-11-26 10:00:00 UTC [7] LOG:  statement: SELECT a\n\
            \tFROM t\n\
            2026-11-26 10:00:00 UTC [7] LOG:  duration: 0.1 ms\n\
            \tnothing\n\
            2026-11-26 10:00:00 UTC [7] a@b LOG:  duration: 0.124 ms  parse <unnamed>: SELECT b\n\
            2026-11-26 10:00:00 UTC [7] a@b LOG:  duration: 0.124 ms  execute s_1: SELECT b\n\
            2026-11-26 10:00:00 UTC [7] DETAIL:  parameters: $1 = 'secret'\n\
            2026-11-26 10:00:00 UTC [7] ERROR:  no such thing\n\
            2026-11-26 10:00:00 UTC [7] STATEMENT:  SELECT c\n\
            2026-11-26 10:00:00 UTC [7] LOG:  checkpoint starting: time\n\
            2026-11-26 10:00:00 UTC [7] LOG:  duration: 1 ms  plan:\n\
            \tQuery Text: SELECT d\n";
        let read = ["SELECT a FROM t", "SELECT b", "SELECT b", "SELECT c", "Query Text: SELECT d"];
        assert_eq!(texts(log), of(&read.map(|text| (text, 1))));
        assert_eq!(records("log", log.as_bytes()).unwrap().counted, 3);
    }

    #[test]
    fn sql_is_read() {
        assert_eq!(
            texts("SELECT a\nFROM t;\n\nSELECT b; SELECT c;\n"),
            of(&[("SELECT a FROM t;", 1), ("SELECT b; SELECT c;", 1)])
        );
        assert_eq!(
            texts("SELECT a FROM t\nSELECT b\n  FROM u\n"),
            of(&[("SELECT a FROM t", 1), ("SELECT b FROM u", 1)])
        );
    }

    #[test]
    fn what_holds_no_query_is_an_error() {
        for (file, said) in [
            ("", "there is no query in it"),
            ("[]", "there is no query in it"),
            ("[{\"query\": 1}]", "invalid type"),
            ("query,calls\nSELECT a\n", "found record with 1 field"),
            ("LOG:  checkpoint starting: time", "there is no query in it"),
        ] {
            let error = records("q.x", file.as_bytes()).err().unwrap().to_string();
            assert!(error.starts_with("q.x: ") && error.contains(said), "{file}: {error}");
        }
    }
}
