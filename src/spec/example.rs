//! The examples of a specification: SQL with the findings expected of it, as the tests run it.

use std::ops::Range;

use super::markdown::Block;
use super::{Section, SpecError};
use crate::date::Date;
use crate::finding::Level;
use crate::source::migration::TransactionMode;

/// The name of a file in an example that does not give it one.
const UNNAMED: &str = "migration.sql";

/// How the name of a file ends that has another one to take it back, and how that one's does.
const UP: &str = ".up.sql";
const DOWN: &str = ".down.sql";

/// One history: a block without a file name, or all blocks with one under the same heading.
#[derive(Clone, Debug)]
pub struct Example<'a> {
    /// The section it stands in.
    pub section: Section,
    /// Its first line of SQL in the specification, from 1.
    pub line: usize,
    /// The files, in order.
    pub files: Vec<File>,
    /// The `toml` block above it under the same heading.
    pub configuration: Option<&'a str>,
    /// `version=`: the server it is for.
    pub version: Option<u16>,
    /// `rows=`: known sizes of tables.
    pub rows: Vec<(String, u64)>,
    /// `today=`: the day it is checked on.
    pub today: Option<Date>,
    /// The rendered findings that stand below it.
    pub diagnostic: Option<Diagnostic<'a>>,
    /// The last example of *Bad*, with nothing but a diagnostic between it and the first of *Good*: the fix has to turn
    /// it into that.
    pub fixed_by_next: bool,
}

/// A file of an example.
#[derive(Clone, Debug)]
pub struct File {
    /// Its name.
    pub name: String,
    /// `release=`: files with the same number ship together.
    pub release: Option<u32>,
    /// `transaction=`: who opens a transaction around it.
    pub transaction: Option<TransactionMode>,
    /// `fails=`: the error a server answers with, as SQLSTATE. Nothing to the checks; `examples/oracle` runs the SQL.
    pub fails: Option<String>,
    /// The line of the specification it begins on, from 1.
    pub line: usize,
    /// The SQL, without markers.
    pub sql: String,
    /// The findings expected.
    pub expected: Vec<Expectation>,
}

impl Example<'_> {
    /// The files that ship, in order: all but those that take another one back.
    pub fn shipped(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| !file.name.ends_with(DOWN))
    }

    /// The file that takes `file` back: `1_a.down.sql` beside `1_a.up.sql`.
    pub fn down_of(&self, file: &File) -> Option<&File> {
        let stem = file.name.strip_suffix(UP)?;
        self.files.iter().find(|other| other.name.strip_suffix(DOWN) == Some(stem))
    }
}

/// A finding expected by a marker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// The line of the specification, from 1.
    pub line: usize,
    /// Its level.
    pub level: Level,
    /// What its message contains.
    pub message: Option<String>,
}

/// Findings as they are rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic<'a> {
    /// The text.
    pub text: &'a str,
    /// Its bytes in the specification.
    pub range: Range<usize>,
}

/// Reads the examples among `blocks`.
pub(super) fn read<'a>(blocks: &[Block<'a>]) -> Result<Vec<Example<'a>>, SpecError> {
    let mut reader = Reader::default();
    for block in blocks {
        reader.read(block)?;
    }
    Ok(reader.examples)
}

#[derive(Default)]
struct Reader<'a> {
    examples: Vec<Example<'a>>,
    section: Option<Section>,
    /// The `toml` block under the present heading.
    configuration: Option<&'a str>,
    /// The last example is a history of named files under the present heading.
    history: bool,
    /// Something was said since the last example.
    prose: bool,
}

impl<'a> Reader<'a> {
    fn read(&mut self, block: &Block<'a>) -> Result<(), SpecError> {
        match block {
            Block::Heading { depth, title, .. } => {
                self.section = if *depth <= 2 { Section::titled(title) } else { self.section };
                self.configuration = None;
                self.history = false;
            }
            Block::Paragraph { .. } => self.prose = true,
            Block::Fence { info, body, line, range } => {
                let Some(section) = self.section else { return Ok(()) };
                match info.split_whitespace().next() {
                    Some("sql") => self.read_sql(section, info, body, *line)?,
                    Some("toml") => self.configuration = Some(body),
                    Some("diagnostic") => {
                        let example = self.examples.last_mut().filter(|example| example.diagnostic.is_none());
                        let example = example
                            .ok_or_else(|| SpecError::new(*line, "a diagnostic has to follow the SQL it is about"))?;
                        example.diagnostic = Some(Diagnostic { text: body, range: range.clone() });
                    }
                    _ => self.prose = true,
                }
            }
        }
        Ok(())
    }

    fn read_sql(&mut self, section: Section, info: &str, body: &str, line: usize) -> Result<(), SpecError> {
        let options = Options::parse(info).map_err(|message| SpecError::new(line - 1, message))?;
        let (sql, expected) = without_markers(body, line);
        let named = options.file.is_some();
        let file = File {
            name: options.file.unwrap_or_else(|| UNNAMED.to_owned()),
            release: options.release,
            transaction: options.transaction,
            fails: options.fails,
            line,
            sql,
            expected,
        };
        if let Some(example) = self.examples.last_mut().filter(|_| named && self.history) {
            example.files.push(file);
            example.version = options.version.or(example.version);
            example.rows.extend(options.rows);
            example.today = options.today.or(example.today);
        } else {
            self.add(section, file, options.version, options.rows);
            if let Some(example) = self.examples.last_mut() {
                example.today = options.today;
            }
        }
        self.history = named;
        self.prose = false;
        Ok(())
    }

    fn add(&mut self, section: Section, file: File, version: Option<u16>, rows: Vec<(String, u64)>) {
        if let Some(last) = self.examples.last_mut() {
            last.fixed_by_next = !self.prose && last.section == Section::Bad && section == Section::Good;
        }
        self.examples.push(Example {
            section,
            line: file.line,
            files: vec![file],
            configuration: self.configuration,
            version,
            rows,
            today: None,
            diagnostic: None,
            fixed_by_next: false,
        });
    }
}

/// What stands behind the fence.
#[derive(Default)]
struct Options {
    file: Option<String>,
    release: Option<u32>,
    transaction: Option<TransactionMode>,
    fails: Option<String>,
    version: Option<u16>,
    rows: Vec<(String, u64)>,
    today: Option<Date>,
}

impl Options {
    fn parse(info: &str) -> Result<Self, String> {
        let mut options = Self::default();
        for word in info.split_whitespace().skip(1) {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            let unreadable = || format!("`{value}` is no value for `{name}`");
            match name {
                "file" if !value.is_empty() => options.file = Some(value.to_owned()),
                "release" => options.release = Some(value.parse().map_err(|_| unreadable())?),
                "fails" if is_sqlstate(value) => options.fails = Some(value.to_owned()),
                "fails" => return Err(unreadable()),
                "version" => options.version = Some(value.parse().map_err(|_| unreadable())?),
                "today" => options.today = Some(Date::parse(value).ok_or_else(unreadable)?),
                "transaction" => {
                    options.transaction = Some(match value {
                        "wrapped" => TransactionMode::Wrapped,
                        "single" => TransactionMode::SingleQuery,
                        "none" => TransactionMode::None,
                        _ => return Err(unreadable()),
                    });
                }
                "rows" => {
                    for table in value.split(',') {
                        let (table, rows) = table.rsplit_once(':').ok_or_else(unreadable)?;
                        options.rows.push((table.to_owned(), rows.parse().map_err(|_| unreadable())?));
                    }
                }
                _ => return Err(format!("`{word}` is no option of a `sql` block")),
            }
        }
        Ok(options)
    }
}

/// Five digits or capitals.
fn is_sqlstate(value: &str) -> bool {
    value.len() == 5 && value.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}

/// The SQL without its markers, and what they expect.
fn without_markers(body: &str, first: usize) -> (String, Vec<Expectation>) {
    let mut sql = String::with_capacity(body.len());
    let mut expected = Vec::new();
    for (index, line) in body.split_terminator('\n').enumerate() {
        let line = line.trim_end();
        let (code, expectation) = marker(line, first + index).unzip();
        sql.push_str(code.unwrap_or(line));
        sql.push('\n');
        expected.extend(expectation);
    }
    (sql, expected)
}

/// Splits `code -- error: text`.
fn marker(line: &str, number: usize) -> Option<(&str, Expectation)> {
    let (code, comment) = line.rsplit_once("--")?;
    let (word, message) = match comment.split_once(':') {
        Some((word, message)) => (word, Some(message.trim().to_owned())),
        None => (comment, None),
    };
    let level = match word.trim() {
        "error" => Level::Error,
        "warning" => Level::Warning,
        "note" => Level::Note,
        _ => return None,
    };
    Some((code.trim_end(), Expectation { line: number, level, message }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::markdown;

    fn examples(text: &str) -> Vec<Example<'_>> {
        read(&markdown::blocks(text).unwrap()).unwrap()
    }

    #[test]
    fn markers_are_taken_out() {
        let examples = examples("## Bad\n```sql\nSELECT 1; -- plain\nDROP TABLE a; -- error: a is\n-- note\n```\n");
        let [example] = &*examples else { panic!("one example") };
        let [file] = &*example.files else { panic!("one file") };
        assert_eq!(file.sql, "SELECT 1; -- plain\nDROP TABLE a;\n\n");
        let expected = [(4, Level::Error, Some("a is".to_owned())), (5, Level::Note, None)];
        assert_eq!(file.expected, expected.map(|(line, level, message)| Expectation { line, level, message }));
    }

    #[test]
    fn named_files_under_one_heading_are_one_history() {
        let text = "## Good\n```sql file=1.sql release=1 version=16\n```\nthen\n```sql file=2.sql rows=a:1,b.c:2\n```\n\
            ### Another\n```toml\nx = 1\n```\n```sql file=3.sql transaction=single fails=25001\n```\n```sql\n```\n";
        let examples = examples(text);
        let files: Vec<_> = examples.iter().map(|example| example.files.len()).collect();
        assert_eq!(files, [2, 1, 1]);
        assert_eq!(examples[0].version, Some(16));
        assert_eq!(examples[0].rows, [("a".to_owned(), 1), ("b.c".to_owned(), 2)]);
        assert_eq!(examples[0].configuration, None);
        assert_eq!(examples[2].configuration, Some("x = 1\n"));
        assert_eq!(examples[1].files[0].transaction, Some(TransactionMode::SingleQuery));
        assert_eq!(examples[1].files[0].fails.as_deref(), Some("25001"));
    }

    #[test]
    fn a_bad_block_right_before_a_good_one_is_a_pair() {
        let pairs = |between: &str| {
            let text = format!("## Bad\n```sql\n```\n```sql\n```\n{between}## Good\n```sql\n```\n```sql\n```\n");
            examples(&text).iter().map(|example| example.fixed_by_next).collect::<Vec<_>>()
        };
        assert_eq!(pairs(""), [false, true, false, false]);
        assert_eq!(pairs("```diagnostic\nx\n```\n"), [false, true, false, false]);
        assert_eq!(pairs("More.\n"), [false, false, false, false]);
    }

    #[test]
    fn options_are_checked() {
        let wrong = |info: &str| Options::parse(info).err().unwrap_or_default();
        assert_eq!(wrong("sql file=a release=x"), "`x` is no value for `release`");
        assert_eq!(wrong("sql relase=1"), "`relase=1` is no option of a `sql` block");
        assert_eq!(wrong("sql transaction=maybe"), "`maybe` is no value for `transaction`");
        assert_eq!(wrong("sql fails=25p1"), "`25p1` is no value for `fails`");
        assert_eq!(wrong("sql rows=users"), "`users` is no value for `rows`");
    }
}
