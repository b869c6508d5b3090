//! Where migration tools remember what they ran: a few rows, written with every migration. The tool makes most of these
//! tables by itself.

use super::operation::QName;

/// Tables, in any case.
const TABLES: &[&str] = &[
    "__diesel_schema_migrations",
    "__drizzle_migrations",
    "__efmigrationshistory",
    "_prisma_migrations",
    "_sqlx_migrations",
    "alembic_version",
    "ar_internal_metadata",
    "atlas_schema_revisions",
    "databasechangelog",
    "databasechangeloglock",
    "django_migrations",
    "doctrine_migration_versions",
    "flyway_schema_history",
    "goose_db_version",
    "gopg_migrations",
    "gorp_migrations",
    "knex_migrations",
    "knex_migrations_lock",
    "kysely_migration",
    "kysely_migration_lock",
    "mikro_orm_migrations",
    "pgmigrations",
    "phinxlog",
    "refinery_schema_history",
    "schema_migrations",
    "schema_version",
    "schemaversion",
    "sequelizemeta",
    "typeorm_metadata",
];

/// Schemas with nothing else in them.
const SCHEMAS: &[&str] = &["drizzle", "graphile_migrate", "sqitch"];

/// Whether a table belongs to a migration tool.
pub fn is_table(table: &QName) -> bool {
    is_schema(&table.schema) || TABLES.binary_search(&table.name.to_lowercase().as_str()).is_ok()
}

/// Whether a schema belongs to a migration tool.
pub fn is_schema(schema: &str) -> bool {
    SCHEMAS.contains(&schema)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case() {
        assert!(TABLES.is_sorted());
        let table = |name: &str| QName { schema: "public".into(), name: name.into() };
        assert!(is_table(&table("SequelizeMeta")));
        assert!(!is_table(&table("users")));
    }
}
