//! Checks a JSON value against a JSON Schema of the keywords that the schemas here use. A whole validator would be the
//! largest dependency of the project.

use regex_lite::Regex;
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
            "minimum" if number(value) < number(rule) => found.push(format!("{place} is under {rule}")),
            "maximum" if number(value) > number(rule) => found.push(format!("{place} is over {rule}")),
            "minLength" if length(value) < rule.as_u64() => found.push(format!("{place} is too short")),
            "maxLength" if length(value) > rule.as_u64() => found.push(format!("{place} is too long")),
            "maxItems" if items(value) > rule.as_u64() => found.push(format!("{place} has too many items")),
            "minItems" if items(value) < rule.as_u64() => found.push(format!("{place} has too few items")),
            "pattern" if !matches(rule, value) => found.push(format!("{place} does not match {rule}")),
            "format" if !has_format(rule, value) => found.push(format!("{place} is no {rule}")),
            "uniqueItems" if has_equals(value) => found.push(format!("{place} has equal items")),
            // Fulfilled, looked at below, or words for readers.
            "type"
            | "const"
            | "enum"
            | "minimum"
            | "maximum"
            | "minLength"
            | "maxLength"
            | "minItems"
            | "maxItems"
            | "pattern"
            | "format"
            | "uniqueItems"
            | "$schema"
            | "$id"
            | "$defs"
            | "definitions"
            | "title"
            | "examples"
            | "description"
            | "default"
            | "properties"
            | "additionalProperties" => {}
            "required" => {
                let missing = list(rule).iter().filter(|name| value.get(name.as_str().unwrap()).is_none());
                found.extend(missing.map(|name| format!("{place} has no {name}")));
            }
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
    check_members(root, schema, value, place, found);
}

fn check_members(root: &Value, schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let described = schema.get("properties");
    for (name, member) in value.as_object().into_iter().flatten() {
        let place = format!("{place}.{name}");
        match (described.and_then(|members| members.get(name)), schema.get("additionalProperties")) {
            (None, Some(Value::Bool(false))) => found.push(format!("{place} is not described")),
            (None, None | Some(Value::Bool(true))) => {}
            (Some(schema), _) | (None, Some(schema)) => check(root, schema, member, &place, found),
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

fn number(value: &Value) -> Option<f64> {
    value.as_f64()
}

fn items(value: &Value) -> Option<u64> {
    value.as_array().map(|items| items.len() as u64)
}

fn matches(pattern: &Value, value: &Value) -> bool {
    let pattern = Regex::new(pattern.as_str().expect("a pattern")).expect("a pattern that can be read");
    value.as_str().is_none_or(|text| pattern.is_match(text))
}

/// Only what a URI may consist of is looked at: RFC 3986, section 2.
fn has_format(format: &Value, value: &Value) -> bool {
    let uri = r"^(%[0-9A-Fa-f]{2}|[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=])*$";
    match format.as_str() {
        Some("uri") => matches(&format!("^[A-Za-z][A-Za-z0-9+.-]*:{}", &uri[1..]).into(), value),
        Some("uri-reference") => matches(&uri.into(), value),
        Some("regex") => value.as_str().is_none_or(|text| Regex::new(text).is_ok()),
        _ => panic!("the format {format} is not understood"),
    }
}

fn has_equals(value: &Value) -> bool {
    let items = value.as_array().map_or(&[][..], Vec::as_slice);
    let mut texts: Vec<String> = items.iter().map(Value::to_string).collect();
    texts.sort();
    texts.windows(2).any(|pair| pair[0] == pair[1])
}
