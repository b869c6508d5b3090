//! The schema as a value: what exists before a statement, as far as the history tells.
//!
//! A name the history never created stands for something that exists and is unknown; nothing here is an error.

pub(in crate::schema) mod edit;
mod find;
mod index;
mod journal;
pub(in crate::schema) mod links;
mod object;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use self::journal::Journal;
pub use self::links::Links;
pub use self::object::{DomainConstraint, EnumValue, Function, Publication, Sequence, TypeKind, UserType, View};
pub use self::table::{Column, ConstraintBody, GeneratedFrom, Index, ReplicaIdentity, Table, TableConstraint, Trigger};
use super::operation::QName;
use crate::syntax::name::{Ident, Name, Symbol};
use crate::syntax::span::Span;

/// The schema temporary objects live in, whatever the search path says.
pub const TEMPORARY: &str = "pg_temp";

/// Where something was created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Number of the release.
    pub release: u32,
    /// Index of the file in the history.
    pub file: u32,
    /// The statement or clause.
    pub span: Span,
}

/// The schema at one moment. It borrows the bodies of functions from the statements that created them.
#[derive(Clone, Debug)]
pub struct Catalog<'a> {
    /// Folded schema names, as `SET search_path` left them.
    pub search_path: Vec<Symbol>,
    /// The search path that `SET LOCAL` hides until the transaction ends.
    pub hidden_path: Option<Vec<Symbol>>,
    /// Schemas created by the history.
    pub schemas: BTreeMap<Symbol, Origin>,
    /// Tables, views, sequences.
    pub relations: BTreeMap<QName, Relation>,
    /// Index name → its table.
    pub indexes: BTreeMap<QName, QName>,
    /// Enums, domains, composite types.
    pub types: BTreeMap<QName, Arc<UserType>>,
    /// Functions and procedures; overloads share one entry.
    pub functions: BTreeMap<QName, Arc<Function<'a>>>,
    /// Extended statistics → their table.
    pub statistics: BTreeMap<QName, QName>,
    /// Publications, which belong to no schema.
    pub publications: BTreeMap<Symbol, Arc<Publication>>,
    /// Referenced table → tables with a foreign key to it.
    pub referencing: BTreeMap<QName, BTreeSet<QName>>,
    /// Parent → partitions and inheriting children.
    pub children: BTreeMap<QName, BTreeSet<QName>>,
    /// SQL has run that could not be read: there may be more than the catalog knows.
    pub opaque: bool,
    /// Who else depends on whom.
    pub links: Links,
    /// What is changed is written down here.
    journal: Option<Box<Journal<'a>>>,
}

/// Something one can `SELECT` from.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Relation {
    Table(Arc<Table>),
    View(Arc<View>),
    Sequence(Arc<Sequence>),
}

impl Default for Catalog<'_> {
    fn default() -> Self {
        Self {
            search_path: vec!["public".into()],
            hidden_path: None,
            schemas: BTreeMap::new(),
            relations: BTreeMap::new(),
            indexes: BTreeMap::new(),
            types: BTreeMap::new(),
            functions: BTreeMap::new(),
            statistics: BTreeMap::new(),
            publications: BTreeMap::new(),
            referencing: BTreeMap::new(),
            children: BTreeMap::new(),
            opaque: false,
            links: Links::default(),
            journal: None,
        }
    }
}

impl Catalog<'_> {
    /// The schema an unqualified new object lands in.
    pub fn default_schema(&self) -> Symbol {
        let usable = |schema: &&Symbol| &***schema != "pg_catalog";
        self.search_path.iter().find(usable).cloned().unwrap_or_else(|| "public".into())
    }

    /// Resolves a relation's name as the server would: as qualified, else the first schema of the search path that
    /// holds a relation or index of that name, else the default schema. Where none holds it but the history created
    /// one table of that name in some other schema, it is that table: the migration tool sets the search path itself.
    pub fn resolve(&self, name: &Name) -> QName {
        let exists = |found: &QName| self.relations.contains_key(found) || self.indexes.contains_key(found);
        let found = self.resolve_where(name, exists);
        let elsewhere = self.links.named.get(name.last()).filter(|_| name.schema.is_none() && !exists(&found));
        let mut elsewhere = elsewhere.into_iter().flatten().filter(|table| &*table.schema != TEMPORARY);
        match (elsewhere.next(), elsewhere.next()) {
            (Some(only), None) => only.clone(),
            _ => found,
        }
    }

    /// Resolves a type's name in the same way.
    pub fn resolve_type(&self, name: &Name) -> QName {
        self.resolve_where(name, |found| self.types.contains_key(found))
    }

    /// Resolves a function's name in the same way.
    pub fn resolve_function(&self, name: &Name) -> QName {
        self.resolve_where(name, |found| self.functions.contains_key(found))
    }

    /// Resolves the name of extended statistics in the same way.
    pub fn resolve_statistics(&self, name: &Name) -> QName {
        self.resolve_where(name, |found| self.statistics.contains_key(found))
    }

    /// The name a new object gets.
    pub fn resolve_new(&self, name: &Name) -> QName {
        QName { schema: self.schema_of(name.schema.as_ref()), name: name.last().clone() }
    }

    /// The table of this name, where the history knows one.
    pub fn table(&self, name: &QName) -> Option<&Arc<Table>> {
        match self.relations.get(name) {
            Some(Relation::Table(table)) => Some(table),
            Some(Relation::View(_) | Relation::Sequence(_)) | None => None,
        }
    }

    /// The view of this name, where the history knows one.
    pub fn view(&self, name: &QName) -> Option<&Arc<View>> {
        match self.relations.get(name) {
            Some(Relation::View(view)) => Some(view),
            Some(Relation::Table(_) | Relation::Sequence(_)) | None => None,
        }
    }

    fn schema_of(&self, written: Option<&Ident>) -> Symbol {
        written.map_or_else(|| self.default_schema(), |schema| schema.name.clone())
    }

    fn resolve_where(&self, name: &Name, exists: impl Fn(&QName) -> bool) -> QName {
        if name.schema.is_some() {
            return self.resolve_new(name);
        }
        let in_schema = |schema: &Symbol| QName { schema: schema.clone(), name: name.last().clone() };
        std::iter::once(&TEMPORARY.into())
            .chain(&self.search_path)
            .map(in_schema)
            .find(|found| exists(found))
            .unwrap_or_else(|| self.resolve_new(name))
    }
}
