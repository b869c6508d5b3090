//! What stands in a database at one moment: its relations with their files, and how much of them was read.

use std::collections::BTreeMap;

use crate::Failure;
use crate::tracer::FIRST_NORMAL_OID;
use crate::wire::Session;

/// The relations of a database by number.
pub(crate) type Snapshot = BTreeMap<u32, Relation>;

/// One relation.
#[derive(Clone, Debug)]
pub(crate) struct Relation {
    /// With its schema, unless that is `public`.
    pub(crate) name: String,
    /// As `pg_class.relkind` has it.
    pub(crate) kind: char,
    /// Its file; 0 if it has none.
    pub(crate) file: u32,
    /// Seen by its own session only.
    pub(crate) temporary: bool,
    /// An index that may be used.
    pub(crate) valid: bool,
    /// Pages of eight kilobytes.
    pub(crate) pages: u64,
    /// Rows read so far, in scans and through indexes.
    pub(crate) rows_read: u64,
    /// Pages read so far.
    pub(crate) pages_read: u64,
}

/// Whose reading counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// That of this very session, which need not have ended its transaction.
    Own,
    /// That of all sessions that have ended.
    Everybodys,
}

/// Looks around. Takes no locks but those on the server's own catalogs. TOAST tables are left out.
pub(crate) fn take(session: &mut Session, reading: Reading) -> Result<Snapshot, Failure> {
    let counter = if reading == Reading::Own { "pg_stat_get_xact" } else { "pg_stat_get" };
    let rows = session.run(&format!(
        "select c.oid, case when nspname = 'public' or relpersistence = 't' then '' else nspname || '.' end || relname, relkind, \
            coalesce(pg_relation_filenode(c.oid), 0), coalesce(indisvalid, true), \
            case when relkind in ('r', 'm') then coalesce(pg_relation_size(c.oid), 0) / 8192 else 0 end, \
            {counter}_tuples_returned(c.oid) + {counter}_tuples_fetched(c.oid) \
                + coalesce((select sum({counter}_tuples_fetched(x.indexrelid)) from pg_index x where indrelid = c.oid), 0), \
            {counter}_blocks_fetched(c.oid), relpersistence = 't' \
        from pg_class c join pg_namespace n on n.oid = relnamespace left join pg_index on indexrelid = c.oid \
        where c.oid >= {FIRST_NORMAL_OID} and nspname not in ('pg_toast', 'information_schema') \
            and nspname !~ '^pg_toast_temp'"
    ))?;
    let mut found = Snapshot::new();
    for row in rows {
        let row: Vec<String> = row.into_iter().flatten().collect();
        let [oid, name, kind, file, valid, pages, rows, blocks, temporary] = &*row else {
            return Err(format!("a relation that is half gone: {row:?}").into());
        };
        let relation = Relation {
            name: name.clone(),
            kind: kind.chars().next().unwrap_or_default(),
            file: file.parse()?,
            temporary: temporary == "t",
            valid: valid == "t",
            pages: pages.parse()?,
            rows_read: rows.parse()?,
            pages_read: blocks.parse()?,
        };
        found.insert(oid.parse()?, relation);
    }
    Ok(found)
}

/// How many rows every table and materialized view has.
pub(crate) fn count_rows(session: &mut Session) -> Result<BTreeMap<u32, u64>, Failure> {
    let mut counts = BTreeMap::new();
    let mut tables = take(session, Reading::Own)?;
    tables.retain(|_, relation| matches!(relation.kind, 'r' | 'm'));
    for oid in tables.into_keys() {
        let name = session.run(&format!("select {oid}::regclass"))?;
        let name = name.into_iter().flatten().flatten().next().unwrap_or_default();
        // A materialized view that was never filled cannot be read.
        let rows = session.send(&format!("select count(*) from only {name}"))?.unwrap_or_default();
        let count = rows.into_iter().flatten().flatten().next().unwrap_or_default();
        counts.insert(oid, count.parse().unwrap_or_default());
    }
    Ok(counts)
}

impl Relation {
    /// Its kind, in words.
    pub(crate) fn kind_name(&self) -> &'static str {
        match self.kind {
            'r' => "table",
            'p' => "partitioned table",
            'f' => "foreign table",
            'v' => "view",
            'm' => "matview",
            'S' => "sequence",
            'i' => "index",
            'I' => "partitioned index",
            'c' => "composite type",
            _ => "?",
        }
    }

    /// Tables come first, then what stands beside them, then indexes.
    pub(crate) fn rank(&self) -> u8 {
        match self.kind {
            'r' | 'p' | 'f' => 0,
            'i' | 'I' => 2,
            _ => 1,
        }
    }

    /// Whether it is an index, of whichever kind.
    pub(crate) fn is_index(&self) -> bool {
        matches!(self.kind, 'i' | 'I')
    }
}
