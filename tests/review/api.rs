//! What a code host's API takes, from `fixtures/forges/`: method, path, parameters and the schema of the body.

use serde_json::{Value, json};

use crate::common::{self, schema};
use crate::fake::Request;

/// The operations of one host.
pub(crate) struct Api(Vec<Value>);

impl Api {
    pub(crate) fn of(host: &str) -> Self {
        let text = std::fs::read_to_string(common::root().join(format!("fixtures/forges/{host}.json"))).unwrap();
        let mut api: Value = serde_json::from_str(&text).unwrap();
        for operation in api["operations"].as_array_mut().unwrap() {
            close(&mut operation["body"]);
        }
        Self(api["operations"].as_array().unwrap().clone())
    }

    /// Everything that is wrong with a request.
    pub(crate) fn violations(&self, request: &Request) -> Vec<String> {
        let place = format!("{} {}", request.method, request.path);
        let fits = |operation: &&Value| {
            operation["method"] == *request.method && matches(operation["path"].as_str().unwrap(), &request.path)
        };
        let Some(operation) = self.0.iter().find(fits) else {
            return vec![format!("{place}: there is no such operation")];
        };
        let mut found = Vec::new();
        for (name, _) in &request.query {
            let known = operation["parameters"].as_array().unwrap();
            if !known.iter().any(|known| known["name"] == **name && known["in"] == "query") {
                found.push(format!("{place}: the parameter {name} is not known"));
            }
        }
        match (&operation["body"], &request.body) {
            (Value::Null, Value::Null) => {}
            (Value::Null, _) => found.push(format!("{place}: it takes no body")),
            (schema, body) => {
                found.extend(schema::violations(schema, body).into_iter().map(|fault| format!("{place}: {fault}")));
            }
        }
        found
    }

    /// Whether the host answers a request with this status at all.
    pub(crate) fn answers(&self, request: &Request, status: u16) -> bool {
        let fits = |operation: &&Value| {
            operation["method"] == *request.method && matches(operation["path"].as_str().unwrap(), &request.path)
        };
        self.0
            .iter()
            .find(fits)
            .is_none_or(|operation| operation["statuses"].as_array().unwrap().contains(&json!(status)))
    }
}

fn matches(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let fits = |(wanted, found): (&&str, &&str)| wanted == found || (wanted.starts_with('{') && !found.is_empty());
    template.len() == path.len() && template.iter().zip(&path).all(fits)
}

/// What is not described is a mistake of ours: hosts ignore it silently.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(close);
            let described = members.get("properties").is_some_and(Value::is_object);
            if described
                && members.get("type") == Some(&json!("object"))
                && !members.contains_key("additionalProperties")
            {
                members.insert("additionalProperties".to_owned(), json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}
