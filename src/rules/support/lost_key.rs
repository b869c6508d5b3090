//! Primary keys that a release takes from tables in use without giving them another.

use super::end::End;
use super::{action, on_new_relation};
use crate::review::step::{Release, Step};
use crate::schema::catalog::Table;
use crate::schema::operation::QName;
use crate::syntax::alter::ActionKind;
use crate::syntax::name::Symbol;

/// A step after which a table has no primary key.
#[derive(Debug)]
pub(crate) struct LostKey<'r, 'a> {
    /// The step.
    pub(crate) step: &'r Step<'a>,
    /// The table.
    pub(crate) table: &'r QName,
    /// What it drops.
    pub(crate) dropped: Dropped<'r>,
    /// `CASCADE`: with the foreign keys that refer to it.
    pub(crate) cascade: bool,
}

/// What is dropped, and the key with it. The server refuses to drop the index alone.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Dropped<'r> {
    /// The constraint.
    Constraint(&'r Symbol),
    /// One of its columns.
    Column(&'r Symbol),
}

/// The steps of a release that do so, in order.
pub(crate) fn lost_keys<'r, 'a>(release: &'r Release<'a>) -> Vec<LostKey<'r, 'a>> {
    let mut found: Vec<(usize, LostKey<'r, 'a>)> =
        release.steps.iter().enumerate().filter_map(|(index, step)| Some((index, lost_key(step)?))).collect();
    if found.is_empty() {
        return Vec::new();
    }
    let end = End::of(release);
    let is_keyed = |table: Option<&Table>| table.is_some_and(|table| table.primary_key().is_some());
    found.retain(|(index, lost)| {
        // A table that is set aside: another one with a key of its own has its name.
        let replaced = release.after.table(lost.table).map(|table| &**table);
        let keyed = is_keyed(end.table(*index)) || is_keyed(replaced);
        !on_new_relation(lost.step, release) && !end.is_dropped(*index) && !keyed
    });
    found.into_iter().map(|(_, lost)| lost).collect()
}

fn lost_key<'r, 'a>(step: &'r Step<'a>) -> Option<LostKey<'r, 'a>> {
    let (table, action) = action(step)?;
    let known = step.before.table.as_deref().and_then(Table::primary_key);
    let (dropped, cascade) = match &action.kind {
        ActionKind::DropConstraint { constraint, cascade, .. } => {
            // The server's own name for it says enough about a table that the history did not create.
            let unknown = step.before.table.as_ref().is_none_or(|table| !table.complete);
            let named = unknown && constraint.name.strip_suffix("_pkey") == Some(&*table.name);
            if !known.map_or(named, |key| key.name == constraint.name) {
                return None;
            }
            (Dropped::Constraint(&constraint.name), *cascade)
        }
        ActionKind::DropColumn { column, cascade, .. } => {
            if !known.is_some_and(|key| key.columns.contains(&column.name)) {
                return None;
            }
            (Dropped::Column(&column.name), *cascade)
        }
        _ => return None,
    };
    Some(LostKey { step, table, dropped, cascade })
}
