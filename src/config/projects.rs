//! `[projects.NAME]`: several histories under one configuration, each with settings of its own over the common ones.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::options::Problem;
use super::value::ValueError;

/// The key that holds them.
const KEY: &str = "projects";

/// A table of settings for a project.
pub(super) struct Part<'t> {
    /// What it is called.
    pub name: String,
    /// Where its name stands.
    pub at: Range<usize>,
    /// Its settings over the common ones.
    pub table: Spanned<DeTable<'t>>,
}

/// Takes the projects out of a configuration.
pub(super) fn split<'t>(root: &mut Spanned<DeTable<'t>>) -> Result<Vec<Part<'t>>, Problem> {
    let Some(projects) = root.get_mut().remove(KEY) else { return Ok(Vec::new()) };
    let span = projects.span();
    let DeValue::Table(projects) = projects.into_inner() else { return Err(wrong(span)) };
    let mut parts = Vec::new();
    for (name, own) in projects {
        let at = name.span();
        let DeValue::Table(own) = own.into_inner() else { return Err(wrong(at)) };
        let mut table = root.clone();
        over(table.get_mut(), own);
        parts.push(Part { name: name.get_ref().to_string(), at, table });
    }
    Ok(parts)
}

fn wrong(span: Range<usize>) -> Problem {
    let message = "a project is a table of settings".to_owned();
    let help = Some("write `[projects.billing.migrations]`, and its `paths` below".to_owned());
    Problem { span: Some(span), message, help }
}

/// Writes `own` over `common`, table by table.
fn over<'t>(common: &mut DeTable<'t>, own: DeTable<'t>) {
    for (key, value) in own {
        let (span, value) = (value.span(), value.into_inner());
        match (common.get_mut(&key).map(Spanned::get_mut), value) {
            (Some(DeValue::Table(below)), DeValue::Table(own)) => over(below, own),
            (_, value) => {
                // With the key, so that what is wrong with it is shown where it stands.
                common.remove(&key);
                common.insert(key, Spanned::new(span, value));
            }
        }
    }
}

/// The problem with a project that says nowhere where its migrations are.
pub(super) fn without_paths(name: &str, at: Range<usize>) -> Problem {
    let error = ValueError {
        message: format!("the project `{name}` does not say where its migrations are"),
        help: Some(format!("write `paths = [\"…\"]` under `[projects.{name}.migrations]`")),
    };
    Problem { span: Some(at), message: error.message, help: error.help }
}
