//! Runs one case and says what the server did.

use std::collections::{BTreeMap, BTreeSet};

use crate::Failure;
use crate::bench::{Bench, Database, Held, mode_name};
use crate::facts::{Base, Case, Lock, Measured, ServerError};
use crate::snapshot::{self, Reading, Relation, Snapshot};
use crate::tracer::{FIRST_NORMAL_OID, Request};
use crate::wire::{Refused, Session};

/// A table counts as scanned when so much of it was read, in percent: a scan that an error ends is none.
const SCANNED: u64 = 90;

/// Everything seen while the statement ran.
struct Observed<'a> {
    before: &'a Snapshot,
    /// None if the transaction is broken.
    after: Option<Snapshot>,
    rows: &'a BTreeMap<u32, u64>,
    database: u32,
    held_before: Held,
    /// None if nothing is held any more.
    held_after: Option<Held>,
    requests: Vec<Request>,
    error: Option<Refused>,
}

/// What came of a case: a result, or why the server refused what has to be there before the statement. That is as it
/// should be where the setup needs a newer server.
pub(crate) type Attempt = Result<Measured, Refused>;

/// Measures `case` on a fresh database.
pub(crate) fn measure(bench: &mut Bench, base: &Base, case: &Case) -> Result<Attempt, Failure> {
    let database = bench.fresh()?;
    let measured = measure_in(bench, base, case, &database);
    bench.clean()?;
    match measured.map_err(<dyn std::error::Error + Send + Sync>::downcast::<Refused>) {
        Ok(measured) => Ok(Ok(measured)),
        Err(Ok(refused)) => Ok(Err(*refused)),
        Err(Err(failure)) => Err(failure),
    }
}

fn measure_in(bench: &mut Bench, base: &Base, case: &Case, database: &Database) -> Result<Measured, Failure> {
    let mut builder = bench.cluster.connect(&database.name)?;
    for name in &case.with {
        builder.send(base.fixtures.get(name).ok_or_else(|| format!("no fixture {name}"))?)??;
    }
    if let Some(setup) = &case.setup {
        builder.send(setup)??;
    }
    if !case.with.is_empty() || case.setup.is_some() {
        builder.run("analyze")?;
    }
    let rows = snapshot::count_rows(&mut builder)?;
    let pid = builder.pid;
    drop(builder);
    bench.wait_for_end(pid)?;
    if case.context.is_some() {
        return run_outside(bench, case, database, &rows);
    }
    let inside = run_inside(bench, case, database, &rows)?;
    let Some(error) = inside.error.as_ref().filter(|error| needs_autocommit(error)) else {
        let transaction_ok = inside.error.is_none().then_some(true);
        return Ok(Measured { transaction_ok, ..inside });
    };
    if !case.earlier().is_empty() {
        let error = Some(error.clone());
        return Ok(Measured { transaction_ok: Some(false), error, ..Measured::default() });
    }
    Ok(Measured { transaction_ok: Some(false), ..run_outside(bench, case, database, &rows)? })
}

fn needs_autocommit(error: &ServerError) -> bool {
    error.sqlstate == "25001" && error.message.ends_with("cannot run inside a transaction block")
}

/// Runs it in a block, looks around before the block ends, and takes everything back.
fn run_inside(
    bench: &mut Bench,
    case: &Case,
    database: &Database,
    rows: &BTreeMap<u32, u64>,
) -> Result<Measured, Failure> {
    let mut session = prepare(bench, case, database)?;
    // Relations count as old if they were there before the transaction; reading counts from the statement on.
    let mut before = snapshot::take(&mut session, Reading::Own)?;
    session.run("begin")?;
    for sql in case.earlier() {
        session.send(sql)??;
    }
    if !case.earlier().is_empty() {
        let now = snapshot::take(&mut session, Reading::Own)?;
        for (oid, relation) in &mut before {
            if let Some(now) = now.get(oid) {
                (relation.rows_read, relation.pages_read) = (now.rows_read, now.pages_read);
            }
        }
    }
    let held_before = bench.held(session.pid, database)?;
    bench.tracer.attach(session.pid)?;
    let error = session.send(&case.sql)?.err();
    let (mut after, mut held_after) = (None, None);
    if error.is_none() {
        held_after = Some(bench.held(session.pid, database)?);
        after = Some(snapshot::take(&mut session, Reading::Own)?);
    }
    drop(session);
    let requests = bench.tracer.finish()?.into_iter().next().unwrap_or_default();
    let (before, database) = (&before, database.oid);
    Observed { before, after, rows, database, held_before, held_after, requests, error }.judge(&case.sql)
}

/// Runs it outside of a block. When one can look, everything is over.
fn run_outside(
    bench: &mut Bench,
    case: &Case,
    database: &Database,
    rows: &BTreeMap<u32, u64>,
) -> Result<Measured, Failure> {
    let mut session = prepare(bench, case, database)?;
    bench.wait_for_statistics()?;
    let before = snapshot::take(&mut session, Reading::Everybodys)?;
    let pid = session.pid;
    bench.tracer.attach(pid)?;
    let error = session.send(&case.sql)?.err();
    drop(session);
    let requests = bench.tracer.finish()?.into_iter().next().unwrap_or_default();
    bench.wait_for_end(pid)?;
    bench.wait_for_statistics()?;
    let after = Some(snapshot::take(&mut bench.cluster.connect(&database.name)?, Reading::Everybodys)?);
    let (held_before, held_after) = (Held::default(), None);
    let (before, database) = (&before, database.oid);
    Observed { before, after, rows, database, held_before, held_after, requests, error }.judge(&case.sql)
}

fn prepare(bench: &Bench, case: &Case, database: &Database) -> Result<Session, Failure> {
    let mut session = bench.cluster.connect(&database.name)?;
    if let Some(sql) = &case.pre {
        session.send(sql)??;
    }
    Ok(session)
}

impl Observed<'_> {
    fn judge(&self, sql: &str) -> Result<Measured, Failure> {
        let mut measured = Measured { error: self.error.as_ref().map(shown), ..Measured::default() };
        self.judge_locks(&mut measured)?;
        if let Some(after) = &self.after {
            measured.invalid_indexes_after = names(after.values().filter(|relation| !relation.valid));
        }
        if let (Some(after), None) = (&self.after, &self.error) {
            self.judge_files(after, &mut measured);
            measured.scans_table = self.scans(after, sql);
        }
        Ok(measured)
    }

    fn judge_locks(&self, measured: &mut Measured) -> Result<(), Failure> {
        let mut asked: Vec<(u32, u8)> = Vec::new();
        let known = |request: &&Request| {
            let relation = self.before.get(&request.relation);
            request.database == self.database && relation.is_some_and(|relation| !relation.temporary)
        };
        for request in self.requests.iter().filter(known) {
            let name = &self.before[&request.relation].name;
            let (lock, wait) =
                (format!("{name}:{}", mode_name(request.mode)), if request.conditional { "(nowait)" } else { "" });
            add(&mut measured.lock_order, format!("{lock}{wait}"));
            if request.conditional {
                add(&mut measured.locks_conditional, lock);
            } else if !asked.contains(&(request.relation, request.mode)) {
                asked.push((request.relation, request.mode));
            }
        }
        measured.locks_conditional.sort();
        let new = |lock: &&(u32, u8)| !self.held_before.relations.contains(lock);
        let is_kept = |lock: &&(u32, u8)| self.held_after.as_ref().is_none_or(|held| held.relations.contains(lock));
        let kept = strongest(asked.iter().filter(new).filter(is_kept).copied());
        // What is released tells nothing where a stronger lock stays.
        for lock in asked.iter().filter(new).filter(|lock| !is_kept(lock)) {
            if kept.get(&lock.0).is_none_or(|mode| *mode < lock.1) {
                let name = &self.before[&lock.0].name;
                measured.locks_released_early.push(format!("{name}:{}", mode_name(lock.1)));
            }
        }
        measured.locks_released_early.sort();
        measured.locks = self.in_order(&kept);
        measured.object_locks = self.object_locks();
        self.check_tracer(&asked)
    }

    /// Tables first, indexes last; of each the strongest first.
    fn in_order(&self, strongest: &BTreeMap<u32, u8>) -> Vec<Lock> {
        let mut locks: Vec<(&Relation, u8)> = strongest.iter().map(|(oid, mode)| (&self.before[oid], *mode)).collect();
        locks.sort_by_key(|(relation, mode)| (relation.rank(), std::cmp::Reverse(*mode), &relation.name));
        let lock = |(relation, mode): (&Relation, u8)| Lock {
            relation: relation.name.clone(),
            kind: relation.kind_name().to_owned(),
            mode: mode_name(mode),
        };
        locks.into_iter().map(lock).collect()
    }

    /// What is held was asked for: else the debugger misses something, and no result is worth anything.
    fn check_tracer(&self, asked: &[(u32, u8)]) -> Result<(), Failure> {
        let held = self.held_after.iter().flat_map(|held| &held.relations);
        for lock in held.filter(|lock| !self.held_before.relations.contains(lock)) {
            if let Some(relation) = self.before.get(&lock.0).filter(|_| !asked.contains(lock)) {
                let (name, mode) = (&relation.name, mode_name(lock.1));
                return Err(format!("{mode} on {name} is held, but gdb did not see it taken").into());
            }
        }
        Ok(())
    }

    /// Locks kept on what is no relation, by catalog: new ones, on objects that do not belong to the server itself.
    fn object_locks(&self) -> Vec<String> {
        let kept = self.held_after.iter().flat_map(|held| &held.objects);
        let new = kept.filter(|lock| lock.1 >= FIRST_NORMAL_OID && !self.held_before.objects.contains(lock));
        let strongest = strongest(new.map(|(catalog, _, mode)| (*catalog, *mode)));
        let named = strongest.iter().map(|(catalog, mode)| format!("{}:{}", catalog_name(*catalog), mode_name(*mode)));
        let mut named: Vec<String> = named.collect();
        named.sort();
        named
    }

    fn judge_files(&self, after: &Snapshot, measured: &mut Measured) {
        let gone: BTreeMap<&str, &Relation> = self
            .before
            .iter()
            .filter(|(oid, relation)| !relation.temporary && !after.contains_key(oid))
            .map(|(_, relation)| (relation.name.as_str(), relation))
            .collect();
        // An index that was dropped and made again under its name, with its old file or a new one.
        let mut again = BTreeSet::new();
        for (oid, relation) in after {
            match self.before.get(oid) {
                Some(old) if old.file == relation.file => {}
                Some(old) if old.is_index() => measured.rewrites_indexes.push(old.name.clone()),
                Some(old) if matches!(old.kind, 'r' | 'm') => measured.rewrites_table.push(old.name.clone()),
                Some(_) => {}
                None => match gone.get(relation.name.as_str()).filter(|old| old.is_index() && relation.is_index()) {
                    Some(old) => {
                        again.insert(old.name.as_str());
                        let same = old.file == relation.file;
                        let list = if same {
                            &mut measured.indexes_recreated_without_rebuild
                        } else {
                            &mut measured.rewrites_indexes
                        };
                        list.push(relation.name.clone());
                    }
                    None => measured.creates.push(format!("{} {}", relation.kind_name(), relation.name)),
                },
            }
        }
        measured.drops = gone.keys().filter(|name| !again.contains(*name)).map(|name| (*name).to_owned()).collect();
        for list in [
            &mut measured.rewrites_table,
            &mut measured.rewrites_indexes,
            &mut measured.indexes_recreated_without_rebuild,
            &mut measured.creates,
            &mut measured.drops,
        ] {
            list.sort();
        }
    }

    /// The tables that were read as a whole. `VACUUM` and `ANALYZE` count no rows: for them it is pages.
    fn scans(&self, after: &Snapshot, sql: &str) -> Vec<String> {
        let by_pages = sql.starts_with("VACUUM") || sql.starts_with("ANALYZE");
        let scanned = self.before.iter().filter(|(oid, old)| {
            let Some(new) = after.get(oid) else { return false };
            let rows = self.rows.get(oid).copied().unwrap_or_default();
            let by_rows = (new.rows_read.saturating_sub(old.rows_read)) * 100 >= rows * SCANNED;
            let pages = by_pages && new.pages_read.saturating_sub(old.pages_read) >= old.pages;
            rows > 0 && (by_rows || pages)
        });
        names(scanned.map(|(_, relation)| relation))
    }
}

/// The catalogs whose objects get locked, by the numbers that the server gives them for ever.
fn catalog_name(oid: u32) -> String {
    let name = match oid {
        1213 => "pg_tablespace",
        1247 => "pg_type",
        1255 => "pg_proc",
        1260 => "pg_authid",
        1262 => "pg_database",
        1417 => "pg_foreign_server",
        2328 => "pg_foreign_data_wrapper",
        2601 => "pg_am",
        2602 => "pg_amop",
        2603 => "pg_amproc",
        2604 => "pg_attrdef",
        2605 => "pg_cast",
        2606 => "pg_constraint",
        2607 => "pg_conversion",
        2612 => "pg_language",
        2615 => "pg_namespace",
        2616 => "pg_opclass",
        2617 => "pg_operator",
        2618 => "pg_rewrite",
        2620 => "pg_trigger",
        2753 => "pg_opfamily",
        3079 => "pg_extension",
        3256 => "pg_policy",
        3381 => "pg_statistic_ext",
        3456 => "pg_collation",
        3466 => "pg_event_trigger",
        3576 => "pg_transform",
        6100 => "pg_subscription",
        6104 => "pg_publication",
        6106 => "pg_publication_rel",
        6237 => "pg_publication_namespace",
        _ => return oid.to_string(),
    };
    name.to_owned()
}

fn shown(refused: &Refused) -> ServerError {
    // The lines after the first are advice.
    let message = refused.message.split('\n').next().unwrap_or_default();
    ServerError { sqlstate: refused.sqlstate.clone(), message: without_folder(message) }
}

/// Where the server looks for the socket of another one is decided by who built it.
fn without_folder(message: &str) -> String {
    match (message.find("\"/"), message.find("/.s.PGSQL")) {
        (Some(start), Some(end)) if start < end => {
            format!("{}\"{}", &message[..start], &message[end + 1..])
        }
        _ => message.to_owned(),
    }
}

/// The strongest of the locks on each relation.
fn strongest(locks: impl Iterator<Item = (u32, u8)>) -> BTreeMap<u32, u8> {
    let mut strongest: BTreeMap<u32, u8> = BTreeMap::new();
    for (relation, mode) in locks {
        let entry = strongest.entry(relation).or_default();
        *entry = (*entry).max(mode);
    }
    strongest
}

fn names<'a>(relations: impl Iterator<Item = &'a Relation>) -> Vec<String> {
    let mut names: Vec<String> = relations.map(|relation| relation.name.clone()).collect();
    names.sort();
    names
}

fn add(list: &mut Vec<String>, value: String) {
    if !list.contains(&value) {
        list.push(value);
    }
}
