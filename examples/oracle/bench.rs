//! The place a worker measures at: a cluster with its templates, a debugger, and a second session that looks on.

use std::collections::BTreeSet;
use std::path::Path;

use switchback::engine::lock::LockMode;

use crate::Failure;
use crate::cluster::{Cluster, major};
use crate::tracer::Tracer;
use crate::wire::Session;

/// The name of the lock mode that the server numbers so, from 1.
pub(crate) fn mode_name(mode: u8) -> String {
    let known = usize::from(mode).checked_sub(1).and_then(|index| LockMode::ALL.get(index));
    known.map_or_else(|| "?".to_owned(), ToString::to_string)
}

/// One worker's cluster, debugger and onlooker.
pub(crate) struct Bench {
    pub(crate) cluster: Cluster,
    pub(crate) tracer: Tracer,
    pub(crate) onlooker: Session,
    template: String,
    /// What every copy is called: some statements name the database they are in.
    copy: String,
    /// The databases that stay.
    templates: BTreeSet<String>,
    /// The roles that stay.
    roles: BTreeSet<String>,
}

/// A database that copies are made of.
#[derive(Clone, Copy)]
pub(crate) struct Template<'a> {
    pub(crate) name: &'a str,
    pub(crate) sql: &'a str,
    /// What the copies are called.
    pub(crate) copy: &'a str,
}

/// A database for one case.
pub(crate) struct Database {
    pub(crate) name: String,
    pub(crate) oid: u32,
}

/// Locks held, as the second session sees them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held {
    /// Relation and mode.
    pub(crate) relations: BTreeSet<(u32, u8)>,
    /// Catalog, object and mode.
    pub(crate) objects: BTreeSet<(u32, u32, u8)>,
}

impl Bench {
    /// A new cluster. `shared` are the statements that make roles and the like.
    pub(crate) fn new(bin: &Path, number: usize, shared: &[String], template: Template<'_>) -> Result<Self, Failure> {
        let cluster = Cluster::start(bin, number)?;
        let tracer = Tracer::start(cluster.program())?;
        let mut onlooker = cluster.connect("postgres")?;
        let folder = cluster.new_folder("tablespace")?;
        for sql in shared {
            onlooker.run(&sql.replace("{folder}", &folder.to_string_lossy()))?;
        }
        let Template { name, sql, copy } = template;
        onlooker.run(&format!("create database {name} template template0"))?;
        let mut builder = cluster.connect(name)?;
        builder.send(sql)?.map_err(|refused| format!("the template {name}: {refused}"))?;
        // The planner shall know the tables: which are read as a whole may be its choice.
        builder.run("analyze")?;
        // Nobody may be connected to a template while it is copied.
        let pid = builder.pid;
        drop(builder);
        let mut bench = Self {
            cluster,
            tracer,
            onlooker,
            template: name.to_owned(),
            copy: copy.to_owned(),
            templates: BTreeSet::new(),
            roles: BTreeSet::new(),
        };
        bench.wait_for_end(pid)?;
        bench.templates = bench.names("select datname from pg_database")?;
        bench.roles = bench.names("select rolname from pg_roles")?;
        Ok(bench)
    }

    /// A fresh copy of the template.
    pub(crate) fn fresh(&mut self) -> Result<Database, Failure> {
        let name = self.copy.clone();
        self.onlooker.run(&format!("create database {name} template {}", self.template))?;
        let oid = self.onlooker.run(&format!("select oid from pg_database where datname = '{name}'"))?;
        Ok(Database { name, oid: single(&oid)? })
    }

    /// Drops every database and role that is not ours, whoever made it.
    pub(crate) fn clean(&mut self) -> Result<(), Failure> {
        for name in self.names("select datname from pg_database")?.difference(&self.templates.clone()) {
            let subscriptions = "select subname from pg_subscription s join pg_database d on d.oid = s.subdbid";
            for subscription in self.names(&format!("{subscriptions} where datname = '{name}'"))? {
                let mut inside = self.cluster.connect(name)?;
                inside.run(&format!("alter subscription {subscription} disable"))?;
                inside.run(&format!("alter subscription {subscription} set (slot_name = none)"))?;
                inside.run(&format!("drop subscription {subscription}"))?;
            }
            for prepared in self.names(&format!("select gid from pg_prepared_xacts where database = '{name}'"))? {
                self.cluster.connect(name)?.run(&format!("rollback prepared '{prepared}'"))?;
            }
            let leave = "select pg_terminate_backend(pid) from pg_stat_activity where datname";
            self.onlooker.run(&format!("{leave} = '{name}'"))?;
            self.onlooker.run(&format!("drop database {name}"))?;
        }
        for name in self.names("select rolname from pg_roles")?.difference(&self.roles.clone()) {
            self.onlooker.run(&format!("drop role {name}"))?;
        }
        Ok(())
    }

    /// The locks that the process `pid` holds in `database`.
    pub(crate) fn held(&mut self, pid: u32, database: &Database) -> Result<Held, Failure> {
        let rows = self.onlooker.run(&format!(
            "select locktype, coalesce(relation, classid), coalesce(objid, 0), mode from pg_locks \
            where pid = {pid} and granted and locktype in ('relation', 'object') and database in (0, {})",
            database.oid
        ))?;
        let mut held = Held::default();
        for row in rows {
            let [Some(kind), Some(relation), Some(object), Some(mode)] = &*row else { continue };
            let number = LockMode::ALL.iter().position(|known| known.to_string() == *mode);
            let number = number.ok_or_else(|| format!("an unknown lock: {mode}"))?;
            let (relation, mode) = (relation.parse()?, u8::try_from(number + 1)?);
            if kind == "relation" {
                held.relations.insert((relation, mode));
            } else {
                held.objects.insert((relation, object.parse()?, mode));
            }
        }
        Ok(held)
    }

    /// Waits until the process `pid` is gone, and its statistics are told.
    pub(crate) fn wait_for_end(&mut self, pid: u32) -> Result<(), Failure> {
        while !self.onlooker.run(&format!("select from pg_stat_activity where pid = {pid}"))?.is_empty() {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        Ok(())
    }

    /// Waits until the statistics of sessions that ended can be read. Before 15 they went through a collector, which
    /// thinks that what is half a second old is new enough.
    pub(crate) fn wait_for_statistics(&self) -> Result<(), Failure> {
        if major(&self.cluster.version)? < 15 {
            std::thread::sleep(std::time::Duration::from_millis(700));
        }
        Ok(())
    }

    fn names(&mut self, sql: &str) -> Result<BTreeSet<String>, Failure> {
        Ok(self.onlooker.run(sql)?.into_iter().flatten().flatten().collect())
    }
}

/// The one number of a result.
fn single(rows: &[crate::wire::Row]) -> Result<u32, Failure> {
    let value = rows.first().and_then(|row| row.first()).and_then(Option::as_ref);
    Ok(value.ok_or("no row")?.parse()?)
}
