//! The search path, and what goes when a session ends.

use super::drop;
use super::rename::in_schema;
use crate::schema::catalog::{Catalog, TEMPORARY};
use crate::syntax::name::Symbol;
use crate::syntax::statement::{Setting, Transaction};

/// Schemas of a search path that are looked at; every name is looked up in each.
const LONGEST_PATH: usize = 32;

impl Catalog<'_> {
    /// The connection closes: temporary objects go, the search path is the default again. For the end of a file.
    pub fn end_session(&mut self) {
        self.hidden_path = None;
        self.search_path = default_path();
        let temporary: Symbol = TEMPORARY.into();
        for name in in_schema(&self.relations, &temporary) {
            drop::drop_relation(self, &name, true);
        }
    }

    /// A transaction ends that no statement ends: what `SET LOCAL` hid is back. For the end of a wrapped section.
    pub fn end_transaction(&mut self) {
        if let Some(path) = self.hidden_path.take() {
            self.search_path = path;
        }
    }

    pub(super) fn transaction(&mut self, transaction: &Transaction) {
        match transaction {
            Transaction::Commit { .. } | Transaction::Rollback { .. } | Transaction::Prepare => self.end_transaction(),
            Transaction::Begin | Transaction::Savepoint(_) | Transaction::Release(_) | Transaction::RollbackTo(_) => {}
        }
    }

    pub(super) fn set(&mut self, setting: &Setting) {
        if setting.name.as_deref().is_some_and(|name| name != "search_path") {
            return;
        }
        let path = setting.value.as_deref().map_or_else(default_path, path_of);
        let old = std::mem::replace(&mut self.search_path, path);
        if setting.local {
            self.hidden_path.get_or_insert(old);
        } else {
            self.hidden_path = None;
        }
    }
}

fn default_path() -> Vec<Symbol> {
    vec!["public".into()]
}

/// `"$user"` is left out: a schema named after the role is not known to the history.
fn path_of(value: &str) -> Vec<Symbol> {
    let items = value.split(',').map(|item| item.trim().trim_matches('"'));
    items.filter(|item| !item.is_empty() && *item != "$user").take(LONGEST_PATH).map(Into::into).collect()
}
