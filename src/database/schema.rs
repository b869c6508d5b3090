//! The schema of a live database as SQL, which is read by the same grammar as any migration.

use super::{DatabaseError, Session};

/// Statements in the order in which each finds what it needs, one a row; the same on every version from 12 to 18. The
/// session's search path has the server write every name with its schema.
const QUERY: &str = include_str!("schema.sql");

/// Publications of whole schemas, which servers have from version 15 on.
const PUBLISHED_SCHEMAS: &str = "\
SELECT format('ALTER PUBLICATION %I ADD TABLES IN SCHEMA %s', p.pubname, string_agg(quote_ident(n.nspname), ', ')) AS sql
FROM pg_publication_namespace pn
JOIN pg_publication p ON p.oid = pn.pnpubid
JOIN pg_namespace n ON n.oid = pn.pnnspid
GROUP BY p.pubname ORDER BY p.pubname";

/// The first version, as a server counts, that knows them.
const WITH_PUBLISHED_SCHEMAS: u32 = 150_000;

/// Everything the checks can know of a schema. What belongs to the server or to an extension is left out.
///
/// # Errors
/// The server refuses a query.
pub fn print(session: &mut Session) -> Result<String, DatabaseError> {
    let version = session.rows("SHOW server_version_num")?;
    let version = version.values.first().and_then(|row| row.first()?.as_deref()?.parse().ok()).unwrap_or(0_u32);
    let mut rows = session.rows(QUERY)?.values;
    if version >= WITH_PUBLISHED_SCHEMAS {
        rows.extend(session.rows(PUBLISHED_SCHEMAS)?.values);
    }
    let mut text = String::new();
    for statement in rows.iter().filter_map(|row| row.first()?.as_deref()) {
        text.push_str(statement.trim_end().trim_end_matches(';'));
        text.push_str(";\n");
    }
    Ok(text)
}
