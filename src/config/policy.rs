//! The keys of `[policy]`, and what they mean.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::options::{Problem, at};
#[cfg(test)]
use super::schema;
use super::value;
use crate::settings::policy::{Convention, ForbiddenType, NameKind, Policy};

/// The rules a team gives itself.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PolicyOptions {
    /// What names have to look like: regular expressions.
    names: Names,
    /// Columns every new table has: `created_at`, `created_at timestamptz`.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    required_columns: Vec<Spanned<String>>,
    /// Types no new column has, each with what to use instead.
    #[cfg_attr(test, schemars(with = "schema::AdviceByType"))]
    types: BTreeMap<Spanned<String>, String>,
    /// `required` where a `statement_timeout` has to be set.
    #[cfg_attr(test, schemars(with = "schema::Requirement", extend("default" = "off")))]
    statement_timeout: Option<Spanned<String>>,
    /// `required` where what cannot be undone has to be signed.
    #[cfg_attr(test, schemars(with = "schema::Requirement", extend("default" = "off")))]
    sign_off: Option<Spanned<String>>,
    /// What no migration uses: `trigger`, `on-delete-cascade`.
    #[cfg_attr(test, schemars(with = "Vec<schema::Forbidden>"))]
    forbidden: Vec<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Names {
    /// Tables.
    #[cfg_attr(test, schemars(with = "schema::Pattern"))]
    table: Option<Spanned<String>>,
    /// Columns.
    #[cfg_attr(test, schemars(with = "schema::Pattern"))]
    column: Option<Spanned<String>>,
    /// Indexes.
    #[cfg_attr(test, schemars(with = "schema::Pattern"))]
    index: Option<Spanned<String>>,
    /// Every constraint whose kind has no pattern of its own.
    #[cfg_attr(test, schemars(with = "schema::Pattern"))]
    constraint: Option<Spanned<String>>,
    /// Primary keys.
    #[cfg_attr(test, schemars(with = "schema::Pattern"))]
    primary_key: Option<Spanned<String>>,
    /// Foreign keys.
    #[cfg_attr(test, schemars(with = "schema::Pattern"))]
    foreign_key: Option<Spanned<String>>,
    /// Unique constraints.
    #[cfg_attr(test, schemars(with = "schema::Pattern"))]
    unique: Option<Spanned<String>>,
    /// Check constraints.
    #[cfg_attr(test, schemars(with = "schema::Pattern"))]
    check: Option<Spanned<String>>,
    /// Views and materialized views.
    #[cfg_attr(test, schemars(with = "schema::Pattern"))]
    view: Option<Spanned<String>>,
    /// Functions and procedures.
    #[cfg_attr(test, schemars(with = "schema::Pattern"))]
    function: Option<Spanned<String>>,
    /// Types and domains.
    #[cfg_attr(test, schemars(with = "schema::Pattern"))]
    r#type: Option<Spanned<String>>,
    /// Sequences.
    #[cfg_attr(test, schemars(with = "schema::Pattern"))]
    sequence: Option<Spanned<String>>,
    /// Triggers.
    #[cfg_attr(test, schemars(with = "schema::Pattern"))]
    trigger: Option<Spanned<String>>,
    /// Schemas.
    #[cfg_attr(test, schemars(with = "schema::Pattern"))]
    schema: Option<Spanned<String>>,
}

/// Resolves the options; patterns are compiled here, once.
pub(super) fn resolve(options: &PolicyOptions) -> Result<Policy, Problem> {
    let required_columns = options.required_columns.iter().map(|column| at(column, value::required_column));
    let types = options.types.iter().map(|(name, advice)| {
        let data_type = at(name, value::data_type)?;
        Ok::<_, Problem>(ForbiddenType { data_type, advice: advice.trim().to_owned() })
    });
    let timeout = options.statement_timeout.as_ref().map(|word| at(word, value::requirement));
    let sign_off = options.sign_off.as_ref().map(|word| at(word, value::requirement));
    Ok(Policy {
        names: conventions(&options.names)?,
        required_columns: required_columns.collect::<Result<_, _>>()?,
        types: types.collect::<Result<_, _>>()?,
        statement_timeout: timeout.transpose()?.unwrap_or_default(),
        sign_off: sign_off.transpose()?.unwrap_or_default(),
        forbidden: options.forbidden.iter().map(|word| at(word, value::forbidden)).collect::<Result<_, _>>()?,
    })
}

fn conventions(names: &Names) -> Result<Vec<Convention>, Problem> {
    let all = [
        (NameKind::Table, &names.table),
        (NameKind::Column, &names.column),
        (NameKind::Index, &names.index),
        (NameKind::Constraint, &names.constraint),
        (NameKind::PrimaryKey, &names.primary_key),
        (NameKind::ForeignKey, &names.foreign_key),
        (NameKind::Unique, &names.unique),
        (NameKind::Check, &names.check),
        (NameKind::View, &names.view),
        (NameKind::Function, &names.function),
        (NameKind::Type, &names.r#type),
        (NameKind::Sequence, &names.sequence),
        (NameKind::Trigger, &names.trigger),
        (NameKind::Schema, &names.schema),
    ];
    let written = all.into_iter().filter_map(|(kind, pattern)| Some((kind, pattern.as_ref()?)));
    written.map(|(kind, pattern)| Ok(Convention { kind, pattern: at(pattern, value::pattern)? })).collect()
}
