//! Questions to the catalog: where something was created, and what hangs on a table or type.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::{
    Catalog, Column, ConstraintBody, Index, Origin, Publication, Relation, Sequence, Table, TableConstraint, View,
};
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;

/// Descendants of one table that are looked at: more than any real partitioned table has, and few enough that a file
/// of nothing but partitions and changes to their parent takes linear time.
const MOST_DESCENDANTS: usize = 1024;

/// Tables above one table that are looked at. Partitions of partitions are rare.
const MOST_ANCESTORS: usize = 16;

impl Catalog<'_> {
    /// Where a table, view or sequence was created, if the history knows.
    pub fn relation_origin(&self, name: &QName) -> Option<Origin> {
        match self.relations.get(name)? {
            Relation::Table(table) => table.origin,
            Relation::View(view) => view.origin,
            Relation::Sequence(sequence) => sequence.origin,
        }
    }

    /// Where a constraint was created.
    pub fn constraint_origin(&self, table: &QName, constraint: &str) -> Option<Origin> {
        self.table(table)?.constraint(constraint)?.origin
    }

    /// Where a trigger was created.
    pub fn trigger_origin(&self, table: &QName, trigger: &str) -> Option<Origin> {
        self.table(table)?.trigger(trigger)?.origin
    }

    /// Where an index was created.
    pub fn index_origin(&self, index: &QName) -> Option<Origin> {
        self.index(index)?.origin
    }

    /// Where a function or procedure was created.
    pub fn function_origin(&self, name: &QName) -> Option<Origin> {
        self.functions.get(name)?.origin
    }

    /// Where a schema was created.
    pub fn schema_origin(&self, name: &str) -> Option<Origin> {
        self.schemas.get(name).copied()
    }

    /// The table or materialized view an index is on.
    pub fn index_table(&self, index: &QName) -> Option<&QName> {
        self.indexes.get(index)
    }

    /// The index of this name.
    pub fn index(&self, index: &QName) -> Option<&Index> {
        let indexes = match self.relations.get(self.indexes.get(index)?)? {
            Relation::Table(table) => &table.indexes,
            Relation::View(view) => &view.indexes,
            Relation::Sequence(_) => return None,
        };
        indexes.iter().find(|found| found.name == index.name)
    }

    /// The sequence of this name, where the history knows one.
    pub fn sequence(&self, name: &QName) -> Option<&Arc<Sequence>> {
        match self.relations.get(name) {
            Some(Relation::Sequence(sequence)) => Some(sequence),
            Some(Relation::Table(_) | Relation::View(_)) | None => None,
        }
    }

    /// The sequence that goes with a column: what numbers its rows, as a serial or as an identity.
    pub fn sequence_of(&self, table: &QName, column: &str) -> Option<&Arc<Sequence>> {
        let mut owned = self.links.owned.get(table).into_iter().flatten().filter_map(|name| self.sequence(name));
        owned.find(|sequence| sequence.owned_by.as_ref().is_some_and(|(_, owner)| **owner == *column))
    }

    /// Known columns of this type, of arrays of it, and of domains over it: tables with the columns' names.
    pub fn columns_of_type(&self, name: &QName) -> Vec<(QName, Symbol)> {
        let mut columns = Vec::new();
        for found in self.type_and_domains(name) {
            // The column of a type the history does not know is kept without the schema that a search path may have told.
            let unknown = !self.types.contains_key(&found) && &*found.schema != "public";
            let bare = unknown.then(|| QName { schema: "public".into(), name: found.name.clone() });
            let tables = std::iter::once(&found).chain(&bare).filter_map(|key| self.links.typed.get(key)).flatten();
            for table in tables.filter_map(|table| self.table(table)) {
                let typed = table.columns.iter().filter(|column| column.is_of_type(&found));
                columns.extend(typed.map(|column| (table.name.clone(), column.name.clone())));
            }
        }
        columns
    }

    /// Tables with a column of this type, of an array of it, or of a domain over it.
    pub fn tables_with_type(&self, name: &QName) -> Vec<QName> {
        let tables: BTreeSet<_> = self.columns_of_type(name).into_iter().map(|(table, _)| table).collect();
        tables.into_iter().collect()
    }

    /// Tables made `OF` this type.
    pub fn tables_of_type(&self, name: &QName) -> Vec<QName> {
        let tables = self.links.typed.get(name).into_iter().flatten();
        let made = |table: &&QName| self.table(table).is_some_and(|found| found.of_type.as_ref() == Some(name));
        tables.filter(made).cloned().collect()
    }

    /// Tables that foreign keys of this table point to, itself left out.
    pub fn fk_parents(&self, table: &QName) -> Vec<QName> {
        let constraints = self.table(table).map(|found| found.constraints.as_slice()).unwrap_or_default();
        let parents: BTreeSet<_> = constraints
            .iter()
            .filter_map(|constraint| match &constraint.kind {
                ConstraintBody::ForeignKey { table: parent, .. } if parent != table => Some(parent.clone()),
                _ => None,
            })
            .collect();
        parents.into_iter().collect()
    }

    /// Tables with a foreign key to this table, itself left out.
    pub fn fk_children(&self, table: &QName) -> Vec<QName> {
        let children = self.referencing.get(table).into_iter().flatten();
        children.filter(|child| *child != table).cloned().collect()
    }

    /// Partitions and inheriting children, theirs too, each once, nearest first. Bounded.
    pub fn partitions_deep(&self, table: &QName) -> Vec<QName> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::from([table.clone()]);
        let mut next = VecDeque::from([table.clone()]);
        while let Some(parent) = next.pop_front() {
            for child in self.children.get(&parent).into_iter().flatten() {
                if found.len() == MOST_DESCENDANTS {
                    return found;
                }
                if seen.insert(child.clone()) {
                    found.push(child.clone());
                    next.push_back(child.clone());
                }
            }
        }
        found
    }

    /// The publications whose subscribers see the table's rows: those that name it, its schema, all tables, or a
    /// partitioned table it is part of. By name.
    pub fn publications_of(&self, table: &QName) -> Vec<&Publication> {
        if self.table(table).is_some_and(|found| found.temporary || found.unlogged) {
            return Vec::new();
        }
        let mut family = vec![table];
        let mut next = 0;
        while let Some(member) = family.get(next).copied() {
            next += 1;
            for parent in self.table(member).map(|found| found.parents.as_slice()).unwrap_or_default() {
                let partitioned = self.table(parent).is_some_and(|found| found.partitioned);
                if partitioned && family.len() < MOST_ANCESTORS && !family.contains(&parent) {
                    family.push(parent);
                }
            }
        }
        let named: BTreeSet<&Symbol> =
            family.iter().filter_map(|member| self.links.published.get(*member)).flatten().collect();
        let includes = |publication: &&Publication| {
            publication.all_tables
                || named.contains(&publication.name)
                || family.iter().any(|member| publication.schemas.contains(&member.schema))
        };
        self.publications.values().map(|publication| &**publication).filter(includes).collect()
    }

    /// The columns a foreign key points at, in its order: those of the primary key if it names none. None where one of
    /// them is not known.
    pub fn referenced_columns(&self, key: &TableConstraint) -> Option<Vec<&Column>> {
        let ConstraintBody::ForeignKey { table, referenced, .. } = &key.kind else { return None };
        let table = self.table(table)?;
        let names = if referenced.is_empty() { &table.primary_key()?.columns } else { referenced };
        names.iter().map(|name| table.column(name)).collect()
    }

    /// The default partition of a partitioned table.
    pub fn default_partition(&self, table: &QName) -> Option<&QName> {
        let is_default = |child: &&QName| self.table(child).is_some_and(|child| child.default_partition);
        self.children.get(table)?.iter().take(MOST_DESCENDANTS).find(is_default)
    }

    /// The type and the domains over it, each once.
    fn type_and_domains(&self, name: &QName) -> BTreeSet<QName> {
        let mut found = BTreeSet::from([name.clone()]);
        let mut next = vec![name.clone()];
        while let Some(current) = next.pop() {
            for domain in self.links.domains.get(&current).into_iter().flatten() {
                if found.insert(domain.clone()) {
                    next.push(domain.clone());
                }
            }
        }
        found
    }
}

impl Table {
    /// The trigger of this folded name.
    pub fn trigger(&self, name: &str) -> Option<&super::Trigger> {
        self.triggers.iter().find(|trigger| &*trigger.name == name)
    }

    /// The primary key, where one is known.
    pub fn primary_key(&self) -> Option<&super::TableConstraint> {
        self.constraints.iter().find(|constraint| matches!(constraint.kind, ConstraintBody::PrimaryKey))
    }
}

impl View {
    /// Whether its query names a column, or may have read it as one of all.
    pub fn mentions(&self, column: &str) -> bool {
        self.columns.iter().any(|mentioned| &**mentioned == column || &**mentioned == "*")
    }
}

impl Column {
    /// Whether its type is `name` or an array of it. An unqualified type counts by its last part.
    pub fn is_of_type(&self, name: &QName) -> bool {
        self.data_type.as_ref().is_some_and(|found| {
            found.name == name.name && found.schema.as_ref().is_none_or(|schema| *schema == name.schema)
        })
    }
}
