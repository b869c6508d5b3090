//! Template placeholders whose values the configuration knows: `${schema}`, `{{ schema }}`, `:schema`.
//!
//! A value is hardly ever as long as its placeholder, and every place in the text has to stay the place in the file. So a
//! hole as long as the placeholder takes its place, and the parser is told what fills it.

use std::collections::BTreeMap;

use super::migration::Carrier;
use crate::syntax::hole;
use crate::syntax::placeholders;

/// What placeholders stand for, by name.
pub type Values = BTreeMap<String, String>;

/// Puts holes where the text has placeholders of `values`. None where it has none.
pub(super) fn filled(text: &str, values: &Values) -> Option<(String, Carrier)> {
    if values.is_empty() {
        return None;
    }
    let mut bytes = Vec::new();
    let mut fills: Vec<Option<Box<str>>> = Vec::new();
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for (range, name) in placeholders(text) {
        let Some((name, value)) = values.get_key_value(name) else { continue };
        let number = *numbers.entry(name).or_insert_with(|| {
            fills.push(Some(value.as_str().into()));
            fills.len() - 1
        });
        // Beyond what can be told apart it stays a placeholder, which is a name of its own.
        if hole::is_own(number) {
            if bytes.is_empty() {
                bytes = text.as_bytes().to_vec();
            }
            bytes.get_mut(range).into_iter().for_each(|place| hole::write(place, number));
        }
    }
    let sql = String::from_utf8(bytes).ok().filter(|sql| !sql.is_empty())?;
    let carrier = Carrier { text: text.to_owned(), fills, ..Carrier::default() };
    Some((sql, carrier))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn holes_are_as_long_as_their_placeholders() {
        let text = "DROP TABLE ${schema}.a, {{ schema }}.b, :schema.c, ${other}.d, x::schema";
        let (sql, carrier) = filled(text, &values(&[("schema", "app")])).unwrap();
        assert_eq!(sql.len(), text.len());
        assert_eq!(hole::fold(&sql, &carrier.fills), "DROP TABLE app.a, app.b, app.c, ${other}.d, x::schema");
        assert!(filled("DROP TABLE ${other}.a", &values(&[("schema", "app")])).is_none());
        assert!(filled(text, &Values::new()).is_none());
    }
}
