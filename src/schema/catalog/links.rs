//! Who depends on whom, by name: kept up to date so that no operation has to look at every table.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::operation::QName;
use crate::syntax::name::Symbol;

/// Reverse maps. A missing key means nobody.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// Relation → views that read it.
    pub readers: BTreeMap<QName, BTreeSet<QName>>,
    /// Table → sequences that one of its columns owns.
    pub owned: BTreeMap<QName, BTreeSet<QName>>,
    /// Type → tables that had a column of this type at some time; whoever asks looks whether they still have.
    pub typed: BTreeMap<QName, BTreeSet<QName>>,
    /// Type → domains directly over it.
    pub domains: BTreeMap<QName, BTreeSet<QName>>,
    /// Bare name → tables of that name, in whatever schema, that the history created.
    pub named: BTreeMap<Symbol, BTreeSet<QName>>,
    /// Table → publications that name it.
    pub published: BTreeMap<QName, BTreeSet<Symbol>>,
    /// Function → tables with a trigger that calls it.
    pub triggered: BTreeMap<QName, BTreeSet<QName>>,
    /// Word → functions whose body contains it.
    pub mentions: BTreeMap<Symbol, BTreeSet<QName>>,
    /// Objects that had to be changed because another one got a new name.
    pub followed: usize,
    /// Constraint name → number of constraints of this name; a schema may hold several.
    pub constraints: BTreeMap<QName, u32>,
}

/// Adds `member` to the set of `key`.
pub(in crate::schema) fn link<K: Ord + Clone, M: Ord + Clone>(map: &mut BTreeMap<K, BTreeSet<M>>, key: &K, member: &M) {
    map.entry(key.clone()).or_default().insert(member.clone());
}

/// Takes `member` out of the set of `key`.
pub(in crate::schema) fn unlink<K: Ord, M: Ord>(map: &mut BTreeMap<K, BTreeSet<M>>, key: &K, member: &M) {
    if let Some(set) = map.get_mut(key) {
        set.remove(member);
        if set.is_empty() {
            map.remove(key);
        }
    }
}
