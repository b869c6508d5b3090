//! Publications in and out, and what they name.

use std::sync::Arc;

use crate::schema::catalog::links::{link, unlink};
use crate::schema::catalog::{Catalog, Publication};
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;

impl Catalog<'_> {
    /// Puts a publication in, in the place of one of the same name.
    pub(in crate::schema) fn put_publication(&mut self, publication: Publication) {
        self.take_publication(&publication.name);
        for table in &publication.tables {
            link(&mut self.links.published, table, &publication.name);
        }
        self.publications.insert(publication.name.clone(), Arc::new(publication));
    }

    /// Takes a publication out.
    pub(in crate::schema) fn take_publication(&mut self, name: &Symbol) -> Option<Publication> {
        self.note_publication(name);
        let publication = Arc::unwrap_or_clone(self.publications.remove(name)?);
        for table in &publication.tables {
            unlink(&mut self.links.published, table, name);
        }
        Some(publication)
    }

    /// Takes a table out of every publication that names it.
    pub(in crate::schema) fn unpublish(&mut self, table: &QName) {
        for name in self.links.published.remove(table).unwrap_or_default() {
            self.note_publication(&name);
            if let Some(publication) = self.publications.get_mut(&name) {
                Arc::make_mut(publication).tables.remove(table);
            }
        }
    }

    /// Has every publication that names the table `old` name `new`.
    pub(in crate::schema) fn follow_published(&mut self, old: &QName, new: &QName) {
        for name in self.moved(|catalog| &mut catalog.links.published, old, new) {
            self.note_publication(&name);
            if let Some(publication) = self.publications.get_mut(&name).map(Arc::make_mut)
                && publication.tables.remove(old)
            {
                publication.tables.insert(new.clone());
            }
        }
    }

    /// Has every publication of the schema `old` publish the schema `new`, or nothing in its place.
    pub(in crate::schema) fn move_published_schema(&mut self, old: &Symbol, new: Option<&Symbol>) {
        let named = self.publications.values().filter(|publication| publication.schemas.contains(old));
        for name in named.map(|publication| publication.name.clone()).collect::<Vec<_>>() {
            self.note_publication(&name);
            let Some(publication) = self.publications.get_mut(&name) else { continue };
            let schemas = &mut Arc::make_mut(publication).schemas;
            schemas.remove(old);
            schemas.extend(new.cloned());
        }
    }
}
