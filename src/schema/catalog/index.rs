//! The index a statement asks for, and when one index does what another does.

use super::Index;
use crate::syntax::name::Symbol;
use crate::syntax::object::CreateIndex;

impl Index {
    /// The index a statement asks for, to be compared with those there are. Its name is empty where none is written.
    pub fn wanted(def: &CreateIndex) -> Self {
        Self {
            name: def.name.as_ref().map_or_else(|| "".into(), |name| name.name.clone()),
            unique: def.unique,
            method: def.method.clone().unwrap_or_else(|| "btree".into()),
            keys: def.keys.iter().map(|key| key.as_ref().map(|key| key.name.clone())).collect(),
            forms: def.forms.clone(),
            included: def.included.clone(),
            columns: def.columns.clone(),
            words: def.words.clone(),
            computed: computed(def),
            partial: def.predicate.is_some(),
            predicate: def.predicate_words.clone(),
            nulls_not_distinct: def.nulls_not_distinct,
            clustered: false,
            replica_identity: false,
            constraint: None,
            only: false,
            origin: None,
        }
    }

    /// Whether the two differ only in their names.
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.unique == other.unique
            && self.nulls_not_distinct == other.nulls_not_distinct
            && self.keys.len() == other.keys.len()
            && self.included.len() == other.included.len()
            && self.begins(other)
            && self.included.iter().all(|column| other.included.contains(column))
    }

    /// Whether `other` does all that this one does: it begins with the same keys, over the same rows. A unique index does
    /// more than find rows, so only the same one covers it.
    pub fn is_covered_by(&self, other: &Self) -> bool {
        let stored = |column| other.included.contains(column) || other.keys.iter().flatten().any(|key| key == column);
        if self.unique || &*self.method != "btree" {
            return self.is_same_as(other);
        }
        self.begins(other) && self.included.iter().all(stored)
    }

    /// Whether it holds every row that has a value in all of `columns`: it has no predicate, or one that demands no more
    /// than that some of them are not null. (Tried on a server: the lookups of a foreign key use such an index.)
    pub fn skips_only_nulls(&self, columns: &[Symbol]) -> bool {
        let words: Vec<&Symbol> = self.predicate.iter().filter(|word| !matches!(&***word, "(" | ")")).collect();
        let demand = |part: &[&Symbol]| match part {
            [column, test @ ..] => {
                columns.contains(column) && test.iter().map(|word| &***word).eq(["is", "not", "null"])
            }
            [] => false,
        };
        !self.partial || words.split(|word| &***word == "and").all(demand)
    }

    /// Whether the keys of `other` begin with the keys of this one.
    fn begins(&self, other: &Self) -> bool {
        self.method == other.method
            && self.partial == other.partial
            && self.predicate == other.predicate
            && other.keys.starts_with(&self.keys)
            && other.forms.starts_with(&self.forms)
    }
}

/// Columns in expressions and in the predicate. Beside an expression, included columns cannot be told apart from those
/// it reads.
fn computed(def: &CreateIndex) -> Vec<Symbol> {
    let plain = |column: &Symbol| def.keys.iter().flatten().any(|key| key.name == *column);
    let tested = |column: &Symbol| def.predicate.as_ref().is_some_and(|predicate| predicate.columns.contains(column));
    let counts = |column: &&Symbol| tested(column) || (def.expression && !plain(column));
    def.columns.iter().filter(counts).cloned().collect()
}
