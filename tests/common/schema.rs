//! Checks a JSON value against a JSON Schema of the few keywords our own schemas use. A whole validator would be the
//! largest dependency of the project.

use serde_json::Value;

/// Everything in `value` that `schema` forbids, each with its place. Keywords that are not understood are an error.
pub(crate) fn violations(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(schema, schema, value, "$", &mut found);
    found
}

fn check(root: &Value, schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    for (keyword, rule) in schema.as_object().expect("a schema is an object") {
        match &**keyword {
            "$ref" => {
                let pointer =
                    rule.as_str().and_then(|reference| reference.strip_prefix('#')).expect("a local reference");
                check(root, root.pointer(pointer).expect("the reference leads somewhere"), value, place, found);
            }
            "type" if !has_type(rule, value) => found.push(format!("{place} is not of type {rule}")),
            "const" if value != rule => found.push(format!("{place} is not {rule}")),
            "enum" if !list(rule).contains(value) => found.push(format!("{place} is none of {rule}")),
            "minimum" if value.as_u64() < rule.as_u64() => found.push(format!("{place} is under {rule}")),
            "minLength" if length(value) < rule.as_u64() => found.push(format!("{place} is too short")),
            "maxLength" if length(value) > rule.as_u64() => found.push(format!("{place} is too long")),
            // Fulfilled, or words for readers.
            "type" | "const" | "enum" | "minimum" | "minLength" | "maxLength" | "$schema" | "$id" | "$defs"
            | "title" | "description" => {}
            "required" => {
                let missing = list(rule).iter().filter(|name| value.get(name.as_str().unwrap()).is_none());
                found.extend(missing.map(|name| format!("{place} has no {name}")));
            }
            "properties" => {
                for (name, member) in value.as_object().into_iter().flatten() {
                    match rule.get(name) {
                        Some(schema) => check(root, schema, member, &format!("{place}.{name}"), found),
                        None => found.push(format!("{place}.{name} is not described")),
                    }
                }
            }
            // `properties` above admits nothing else.
            "additionalProperties" => assert_eq!(rule, &Value::Bool(false)),
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(root, rule, item, &format!("{place}[{index}]"), found);
                }
            }
            "anyOf" => {
                let fits = |schema: &Value| {
                    let mut inner = Vec::new();
                    check(root, schema, value, place, &mut inner);
                    inner.is_empty()
                };
                if !list(rule).iter().any(fits) {
                    found.push(format!("{place} is none of what it may be"));
                }
            }
            other => panic!("{place}: `{other}` is not understood by tests/common/schema.rs"),
        }
    }
}

fn has_type(rule: &Value, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("number") => value.is_number(),
        Some("integer") => value.is_u64() || value.is_i64(),
        Some("null") => value.is_null(),
        _ => panic!("the type {name} is not understood"),
    };
    rule.as_array().map_or_else(|| is(rule), |types| types.iter().any(is))
}

fn list(rule: &Value) -> &[Value] {
    rule.as_array().expect("a list")
}

fn length(value: &Value) -> Option<u64> {
    value.as_str().map(|text| text.chars().count() as u64)
}
