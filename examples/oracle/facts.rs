//! The file of facts: cases, and what each major version was measured to do.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Failure;

/// The schema that every case starts from.
#[derive(Deserialize)]
pub(crate) struct Base {
    /// Roles and tablespaces, made once for the whole cluster. `{folder}` is an empty one.
    pub(crate) cluster: Vec<String>,
    /// The schema.
    #[serde(rename = "base")]
    pub(crate) schema: String,
    /// Parts a case may ask for with `with`.
    pub(crate) fixtures: BTreeMap<String, String>,
}

/// One statement, with what has to be there before it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) id: String,
    group: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) with: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) setup: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pre: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tx: Option<Several>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) context: Option<RunContext>,
    pub(crate) sql: String,
    #[serde(default)]
    facts: Vec<Fact>,
}

/// Where a statement is run, if not in a transaction block.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RunContext {
    /// Outside of one.
    Autocommit,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
enum Several {
    One(String),
    Many(Vec<String>),
}

/// A result, and the versions that agree on it.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Fact {
    from: u16,
    to: u16,
    result: Measured,
}

/// What one server did. `fixtures/postgres/README.md` tells what the fields mean.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Measured {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) transaction_ok: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<ServerError>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) locks: Vec<Lock>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) lock_order: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) locks_conditional: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) locks_released_early: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) rewrites_table: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) rewrites_indexes: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) indexes_recreated_without_rebuild: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) creates: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) drops: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) scans_table: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) invalid_indexes_after: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) object_locks: Vec<String>,
}

/// Why the server refused.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct ServerError {
    pub(crate) sqlstate: String,
    pub(crate) message: String,
}

/// A lock on a relation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Lock {
    pub(crate) relation: String,
    pub(crate) kind: String,
    pub(crate) mode: String,
}

/// Reads `base.json`.
pub(crate) fn read_base(folder: &Path) -> Result<Base, Failure> {
    let path = folder.join("base.json");
    Ok(serde_json::from_slice(&fs::read(&path)?).map_err(|error| format!("{}: {error}", path.display()))?)
}

/// Reads all cases.
pub(crate) fn read(path: &Path) -> Result<Vec<Case>, Failure> {
    let text = String::from_utf8(fs::read(path)?)?;
    let lines = text.split_terminator('\n').enumerate();
    lines
        .map(|(index, line)| {
            serde_json::from_str(line).map_err(|error| format!("{}:{}: {error}", path.display(), index + 1).into())
        })
        .collect()
}

/// Writes all cases.
pub(crate) fn write(path: &Path, cases: &[Case]) -> Result<(), Failure> {
    let mut text = String::new();
    for case in cases {
        text.push_str(&serde_json::to_string(case)?);
        text.push('\n');
    }
    Ok(fs::write(path, text)?)
}

impl Case {
    /// The earlier statements of the same transaction.
    pub(crate) fn earlier(&self) -> &[String] {
        match &self.tx {
            None => &[],
            Some(Several::One(sql)) => std::slice::from_ref(sql),
            Some(Several::Many(sql)) => sql,
        }
    }

    /// Whether it was measured anywhere.
    pub(crate) fn is_new(&self) -> bool {
        self.facts.is_empty()
    }

    /// What the file says of `version`.
    pub(crate) fn expected(&self, version: u16) -> Option<&Measured> {
        self.facts.iter().find(|fact| (fact.from..=fact.to).contains(&version)).map(|fact| &fact.result)
    }

    /// Notes the result of `version`, or that there is none, and leaves those of the others alone. Neighbours that agree
    /// share a range.
    pub(crate) fn record(&mut self, version: u16, result: Option<Measured>) {
        let mut results: BTreeMap<u16, Measured> = BTreeMap::new();
        for fact in &self.facts {
            results.extend((fact.from..=fact.to).map(|version| (version, fact.result.clone())));
        }
        results.remove(&version);
        results.extend(result.map(|result| (version, result)));
        self.facts.clear();
        for (version, result) in results {
            match self.facts.last_mut() {
                Some(last) if last.to + 1 == version && last.result == result => last.to = version,
                _ => self.facts.push(Fact { from: version, to: version, result }),
            }
        }
    }
}

impl Measured {
    /// What `measured` has otherwise, field by field.
    pub(crate) fn differences(&self, measured: &Self) -> Result<Vec<String>, Failure> {
        let (expected, found) = (serde_json::to_value(self)?, serde_json::to_value(measured)?);
        let none = serde_json::Map::new();
        let (expected, found) = (expected.as_object().unwrap_or(&none), found.as_object().unwrap_or(&none));
        let fields: std::collections::BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
        let shown = |value: Option<&serde_json::Value>| value.map_or("nothing".to_owned(), ToString::to_string);
        let different = fields.into_iter().filter(|field| expected.get(*field) != found.get(*field));
        Ok(different
            .map(|field| {
                format!(
                    "{field}\n        facts    {}\n        measured {}",
                    shown(expected.get(field)),
                    shown(found.get(field))
                )
            })
            .collect())
    }
}
