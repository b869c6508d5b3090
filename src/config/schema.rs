//! The JSON Schema of `switchback.toml`, made from the keys themselves: `switchback.schema.json`, which editors read. A
//! test holds the file against this.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::options::Options;
use crate::rules::RULES;
use crate::settings::policy::Forbidden as ForbiddenThing;
use crate::spec;
use crate::syntax::directive::Linter as OtherLinter;

/// Values that are texts with a form of their own, by name and schema.
macro_rules! values {
    ($($name:ident: $schema:expr;)+) => {$(
        pub(super) struct $name;

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    )+};
}

values! {
    Engine: json_schema!({
        "type": "string", "pattern": "^postgres(ql)?(@1[2-8](\\.[0-9]+)?)?$", "examples": ["postgres@16"]
    });
    FailOn: json_schema!({ "enum": ["error", "warning", "note", "never"] });
    Transaction: json_schema!({ "enum": ["per-file", "single-query", "none"] });
    Layout: json_schema!({ "enum": crate::source::layout_names() });
    Requirement: json_schema!({ "enum": ["required", "off"] });
    Linter: json_schema!({ "enum": OtherLinter::ALL.iter().map(|(name, _)| name).collect::<Vec<_>>() });
    Forbidden: json_schema!({ "enum": ForbiddenThing::ALL.iter().map(|(name, _)| name).collect::<Vec<_>>() });
    Rows: number_or("^[0-9][0-9_]*[kKmMbB]?$");
    Size: json_schema!({ "type": "string", "pattern": "^[0-9]+ *(kB|MB|GB|TB)$" });
    Period: json_schema!({ "type": "string", "pattern": "^[0-9]+ *[hdw]$" });
    Soak: number_or("^[0-9]+ *[hdw]?$");
    Duration: json_schema!({ "type": "string", "pattern": "^[0-9.]+ *(us|ms|s|min|h|d)$" });
    Pattern: json_schema!({ "type": "string", "format": "regex" });
    RowsByTable: json_schema!({ "type": "object", "additionalProperties": number_or("^[0-9][0-9_]*[kKmMbB]?$") });
    Placeholders: json_schema!({ "type": "object", "additionalProperties": { "type": "string" } });
    AdviceByType: json_schema!({ "type": "object", "additionalProperties": { "type": "string" } });
    Projects: json_schema!({ "type": "object", "additionalProperties": { "$ref": "#" } });
    Rules: rules();
}

fn number_or(pattern: &str) -> Schema {
    json_schema!({ "anyOf": [{ "type": "integer", "minimum": 0 }, { "type": "string", "pattern": pattern }] })
}

/// Every rule and every group, so that editors complete their names.
fn rules() -> Schema {
    let level = |about: &str| json!({ "description": about, "enum": ["off", "note", "warning", "error"] });
    let rules = RULES.iter().map(|rule| (rule.id.0.to_owned(), level(spec::summary(rule.id))));
    let groups =
        spec::GROUPS.iter().map(|group| ((*group).to_owned(), level(&format!("All rules of the group {group}."))));
    let properties: serde_json::Map<String, Value> = groups.chain(rules).collect();
    json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// The document, as it stands in the file.
fn document() -> String {
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<Options>();
    schema.insert("$id".to_owned(), format!("{}/raw/main/switchback.schema.json", crate::report::HOME).into());
    schema.insert("title".to_owned(), "switchback.toml".into());
    let mut text = serde_json::to_string_pretty(&schema).unwrap();
    text.push('\n');
    text
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a test reads files and variables of its own")]
fn the_schema_is_the_one_in_the_file() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("switchback.schema.json");
    let wanted = document();
    if std::env::var("UPDATE").is_ok_and(|value| value == "1") {
        std::fs::write(&path, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(found == wanted, "switchback.schema.json is not up to date; run `UPDATE=1 cargo test`");
}
