//! The configuration as it comes out: every key with its value and where that comes from.
//!
//! The keys, what they mean and what they are unless set stand in `switchback.schema.json`, which is made from `options`.

use std::path::Path;

use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

use super::projects;

/// The schema of the file, for editors.
pub const SCHEMA: &str = include_str!("../../switchback.schema.json");

/// A key of the configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The tables it stands in: `["tables", "rows"]`.
    pub table: Vec<String>,
    /// Its name.
    pub name: String,
    /// What it means.
    pub description: String,
    /// Its value; none where it is not set and has none by itself.
    pub value: Option<Value>,
    /// Where that comes from.
    pub origin: Origin,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// A line of the file.
    File {
        /// From 1.
        line: usize,
    },
    /// An argument, `--engine`, or an environment variable, `SWITCHBACK_ENGINE`.
    Elsewhere(String),
}

/// Every key, in the order of the schema. `text` is that of a configuration file that can be read. Of a project, its
/// settings over the common ones; none where there is no such project.
pub fn entries(text: &str, project: Option<&str>) -> Option<Vec<Entry>> {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap_or_default();
    let mut parsed = DeTable::parse(text).ok();
    if let Some(wanted) = project {
        let parts = projects::split(parsed.as_mut()?).ok()?;
        parsed = Some(parts.into_iter().find(|part| part.name == wanted)?.table);
    }
    let mut entries = Vec::new();
    walk(&schema, parsed.as_ref().map(toml::Spanned::get_ref), &mut Vec::new(), text, &mut entries);
    Some(entries)
}

fn walk(schema: &Value, file: Option<&DeTable<'_>>, table: &mut Vec<String>, text: &str, entries: &mut Vec<Entry>) {
    let none = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    // A table that has to be written key by key: only what the file says of it is shown.
    let open = schema.get("additionalProperties").is_some_and(Value::is_object) || table.as_slice() == ["rules"];
    if open {
        for (name, value) in file.into_iter().flat_map(|file| file.iter()) {
            let known = properties.get(name.get_ref().as_ref());
            entries.push(entry(table, name.get_ref(), known, Some((value.get_ref(), name.span().start)), text));
        }
        return;
    }
    let is_table = |property: &Value| property.get("type").is_some_and(|kind| kind == "object");
    let (tables, keys): (Vec<_>, Vec<_>) = properties.iter().partition(|(_, property)| is_table(property));
    let found = |name: &str| file.and_then(|file| file.iter().find(|(key, _)| key.get_ref() == name));
    for (name, property) in keys {
        let set = found(name).map(|(key, value)| (value.get_ref(), key.span().start));
        entries.push(entry(table, name, Some(property), set, text));
    }
    for (name, property) in tables {
        let inner = found(name).and_then(|(_, value)| value.get_ref().as_table());
        table.push(name.clone());
        walk(property, inner, table, text, entries);
        table.pop();
    }
}

fn entry(table: &[String], name: &str, known: Option<&Value>, set: Option<(&DeValue<'_>, usize)>, text: &str) -> Entry {
    let of = |key: &str| known.and_then(|known| known.get(key));
    let (value, origin) = match set {
        Some((value, at)) => {
            let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
            (Some(json(value)), Origin::File { line })
        }
        None => (of("default").cloned().filter(|value| !value.is_null()), Origin::Default),
    };
    let description = of("description").and_then(Value::as_str).unwrap_or_default().replace('\n', " ");
    Entry { table: table.to_owned(), name: name.to_owned(), description, value, origin }
}

fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(number) => number.to_string().replace('_', "").parse::<i64>().map_or(Value::Null, Value::from),
        DeValue::Float(number) => number.to_string().parse::<f64>().map_or(Value::Null, Value::from),
        DeValue::Boolean(flag) => Value::from(*flag),
        DeValue::Datetime(time) => Value::from(time.to_string()),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(table) => {
            table.iter().map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref()))).collect()
        }
    }
}

impl Entry {
    /// `tables.rows.users`.
    pub fn key(&self) -> String {
        let parts = self.table.iter().chain([&self.name]);
        parts.map(|part| bare(part)).collect::<Vec<_>>().join(".")
    }

    /// Where the value comes from, in words; `file` is the configuration file as it is shown.
    pub fn origin(&self, file: Option<&Path>) -> String {
        match &self.origin {
            Origin::Default => "default".to_owned(),
            Origin::File { line } => format!("{}:{line}", file.unwrap_or(Path::new(super::FILE_NAME)).display()),
            Origin::Elsewhere(place) => place.clone(),
        }
    }
}

/// A key as TOML wants it.
pub fn bare(key: &str) -> String {
    let is_bare =
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if is_bare { key.to_owned() } else { toml::Value::from(key).to_string() }
}
