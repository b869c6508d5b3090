//! Names and values in changelogs, as SQL: quoted where they have to be, with the properties of the file filled in.

use std::collections::BTreeMap;

use super::element::Element;
use super::runs;

/// The properties that a changelog defines: `${type.text}`.
#[derive(Debug, Default)]
pub(super) struct Properties(BTreeMap<String, String>);

impl Properties {
    /// Those that hold for `PostgreSQL`; the first definition counts.
    pub(super) fn of(root: &Element) -> Self {
        let mut properties = BTreeMap::new();
        for property in root.all("property").filter(|property| runs(property)) {
            if let (Some(name), Some(value)) = (property.get("name"), property.get("value")) {
                properties.entry(name.to_owned()).or_insert_with(|| value.to_owned());
            }
        }
        Self(properties)
    }

    /// A text with its properties filled in, once; none where one is not known here.
    fn filled(&self, text: &str) -> Option<String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}')?;
            filled.push_str(before);
            filled.push_str(self.0.get(name.trim())?);
            rest = after;
        }
        filled.push_str(rest);
        Some(filled)
    }
}

/// What a column gets.
pub(super) enum Value {
    /// Nothing is said.
    None,
    /// This, as SQL.
    Known(String),
    /// Something that is only known elsewhere.
    Unknown,
}

/// The attributes of one change, as SQL.
#[derive(Clone, Copy)]
pub(super) struct Attributes<'a> {
    pub element: &'a Element,
    pub properties: &'a Properties,
}

impl<'a> Attributes<'a> {
    pub(super) fn of(self, element: &'a Element) -> Self {
        Self { element, ..self }
    }

    /// An attribute as it stands.
    pub(super) fn raw(&self, name: &str) -> Option<String> {
        self.properties.filled(self.element.get(name)?)
    }

    /// Whether an attribute is there, be its value known or not.
    pub(super) fn has(&self, name: &str) -> bool {
        self.element.get(name).is_some()
    }

    /// A name.
    pub(super) fn name(&self, name: &str) -> Option<String> {
        Some(quoted(&self.raw(name)?))
    }

    /// A name with its schema, if it has one.
    pub(super) fn qualified(&self, schema: &str, name: &str) -> Option<String> {
        let called = self.name(name)?;
        if self.has(schema) { Some(format!("{}.{called}", self.name(schema)?)) } else { Some(called) }
    }

    /// The table that the change is about.
    pub(super) fn table(&self) -> Option<String> {
        self.qualified("schemaName", "tableName")
    }

    /// Names separated by commas.
    pub(super) fn names(&self, name: &str) -> Option<String> {
        let names = self.raw(name)?;
        let names: Vec<String> = names.split(',').map(|name| quoted(name.trim())).collect();
        Some(names.join(", "))
    }

    /// ` CONSTRAINT name`, where it has one.
    pub(super) fn constraint(&self, name: &str) -> Option<String> {
        if self.has(name) { Some(format!(" CONSTRAINT {}", self.name(name)?)) } else { Some(String::new()) }
    }

    /// A value of a column, by the attribute that holds it: `value`, `valueNumeric` and their like after `prefix`.
    pub(super) fn value(&self, prefix: &str) -> Value {
        for (suffix, is_text) in [
            ("", true),
            ("Numeric", false),
            ("Boolean", false),
            ("Date", true),
            ("Computed", false),
            ("SequenceNext", false),
        ] {
            let name = format!("{prefix}{suffix}");
            if !self.has(&name) {
                continue;
            }
            let Some(raw) = self.raw(&name) else { return Value::Unknown };
            let is_call = suffix == "Date" && (raw.contains('(') || raw.to_ascii_lowercase().starts_with("current"));
            return Value::Known(match suffix {
                "SequenceNext" => format!("nextval('{}')", raw.replace('\'', "''")),
                _ if is_text && !is_call && !raw.eq_ignore_ascii_case("null") => {
                    format!("'{}'", raw.replace('\'', "''"))
                }
                _ => raw,
            });
        }
        Value::None
    }
}

/// Words that are no names unless they are quoted.
const RESERVED: &str = "all analyse analyze and any array as asc both case cast check collate column constraint create \
    default desc distinct do else end except false fetch for foreign from grant group having in into \
    limit not null offset on only or order primary references returning select table then to true union \
    unique user using when where window with";

/// A name, quoted where it would be another one without.
fn quoted(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let starts = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_');
    // Liquibase leaves names in capitals to the server, which makes them small.
    let folded = name.to_ascii_lowercase();
    let one_case = name == folded || name == name.to_ascii_uppercase();
    if one_case
        && folded.bytes().all(plain)
        && (starts || name != folded)
        && !RESERVED.split(' ').any(|word| word == folded)
    {
        name.to_owned()
    } else {
        format!("\"{}\"", name.trim_matches('"').replace('"', "\"\""))
    }
}
