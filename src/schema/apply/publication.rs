//! Publications.

use std::collections::BTreeSet;

use super::Log;
use super::create_table::must_exist;
use crate::schema::catalog::{Catalog, Publication};
use crate::schema::operation::QName;
use crate::syntax::name::{Ident, Quoted, Symbol};
use crate::syntax::object::ObjectChange;
use crate::syntax::publication::{CreatePublication, PublicationEdit};

pub(super) fn create(catalog: &mut Catalog<'_>, tables: &[QName], def: &CreatePublication, log: &mut Log) {
    let name = &def.name.name;
    if let Some(known) = catalog.publications.get(name)
        && !log.exists("publication", Quoted(name).to_string(), known.origin)
    {
        return;
    }
    for table in tables {
        must_exist(catalog, table, log);
    }
    let schemas = schemas(catalog, &def.objects.schemas);
    catalog.put_publication(Publication {
        name: name.clone(),
        all_tables: def.objects.all_tables,
        tables: tables.iter().cloned().collect(),
        schemas,
        old_rows: def.options.old_rows.unwrap_or(true),
        origin: Some(log.origin),
    });
}

/// What `ALTER PUBLICATION` does besides giving a new name. One that the history does not know begins here.
pub(super) fn alter(catalog: &mut Catalog<'_>, name: &Symbol, change: &ObjectChange, log: &Log) {
    let mut publication = catalog.take_publication(name).unwrap_or_else(|| Publication {
        name: name.clone(),
        all_tables: false,
        tables: BTreeSet::new(),
        schemas: BTreeSet::new(),
        old_rows: true,
        origin: None,
    });
    match change {
        ObjectChange::PublicationObjects { edit, objects } => {
            let tables: Vec<QName> = objects.tables.iter().map(|table| catalog.resolve(table)).collect();
            let schemas = schemas(catalog, &objects.schemas);
            if *edit == PublicationEdit::Drop {
                publication.tables.retain(|table| !tables.contains(table));
                publication.schemas.retain(|schema| !schemas.contains(schema));
            } else {
                if *edit == PublicationEdit::Set {
                    publication.tables.clear();
                    publication.schemas.clear();
                    publication.all_tables = objects.all_tables;
                }
                for table in &tables {
                    must_exist(catalog, table, log);
                }
                publication.tables.extend(tables);
                publication.schemas.extend(schemas);
            }
        }
        ObjectChange::PublicationOptions(options) => {
            publication.old_rows = options.old_rows.unwrap_or(publication.old_rows);
        }
        _ => {}
    }
    catalog.put_publication(publication);
}

fn schemas(catalog: &Catalog<'_>, written: &[Option<Ident>]) -> BTreeSet<Symbol> {
    let named = |schema: &Option<Ident>| match schema {
        Some(schema) => schema.name.clone(),
        None => catalog.default_schema(),
    };
    written.iter().map(named).collect()
}
