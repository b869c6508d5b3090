//! What a run is told, resolved: defaults, then the configuration file, then arguments.

pub mod extent;
pub mod policy;

use std::collections::BTreeMap;
use std::sync::Arc;

use extent::{Extent, Measured};
use policy::Policy;

use crate::date::Date;
use crate::evidence::code;
use crate::finding::Level;
use crate::rule::RuleId;
use crate::schema::operation::QName;
use crate::source::migration::TransactionMode;
use crate::spec;
use crate::syntax::directive::Linter;

/// The rows at which a table counts as large, unless configured.
pub const LARGE_ROWS: u64 = 100_000;

/// The bytes at which a table counts as large however few rows it has, unless configured: those of 100,000 narrow rows.
pub const LARGE_SIZE: u64 = 10 << 20;

/// The milliseconds above which a `lock_timeout` is too long, unless configured: half a minute of waiting is an outage.
pub const MAX_LOCK_TIMEOUT: u64 = 30_000;

/// The server version checked for, unless configured: the oldest one the project still supports at the time of writing.
pub const DEFAULT_VERSION: u16 = 14;

/// Everything the checks depend on.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The major version of the `PostgreSQL` server, 12 to 18.
    pub version: u16,
    /// Tables with at least this many rows are large.
    pub large_rows: u64,
    /// Tables of at least this many bytes are large, without their indexes.
    pub large_size: u64,
    /// Known row counts by table name as people write it, folded: `users`, `billing.invoices`.
    pub table_rows: BTreeMap<String, u64>,
    /// What was measured of a database.
    pub stats: Option<Arc<Measured>>,
    /// A `lock_timeout` above this many milliseconds is too long.
    pub max_lock_timeout: u64,
    /// How long something must have been replaced or retired before it goes.
    pub soak: Soak,
    /// How long a transition may stay open, in seconds.
    pub max_age: Option<i64>,
    /// The day of the run, for what is overdue; none where nothing is to depend on it.
    pub today: Option<Date>,
    /// Levels that differ from the rule's own; none switches a rule off.
    pub levels: BTreeMap<RuleId, Option<Level>>,
    /// Only these rules, where not empty.
    pub select: Vec<RuleId>,
    /// Not these rules.
    pub ignore: Vec<RuleId>,
    /// How sections run whose layout does not tell.
    pub transaction: Option<TransactionMode>,
    /// Where running code is looked for.
    pub code: code::Options,
    /// Linters whose comments are obeyed too.
    pub compat: Vec<Linter>,
    /// The rules a team gives itself.
    pub policy: Policy,
}

/// How long something must have been replaced or retired before it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Soak {
    /// In releases, the one that takes it away included.
    pub releases: u32,
    /// In seconds, as far as versions or git tell the time. None: steps within half a day of each other, with nothing that
    /// keeps old and new in step, count as one release.
    pub seconds: Option<i64>,
}

impl Default for Soak {
    fn default() -> Self {
        Self { releases: 1, seconds: None }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: DEFAULT_VERSION,
            large_rows: LARGE_ROWS,
            large_size: LARGE_SIZE,
            table_rows: BTreeMap::new(),
            stats: None,
            max_lock_timeout: MAX_LOCK_TIMEOUT,
            soak: Soak::default(),
            max_age: None,
            today: None,
            levels: BTreeMap::new(),
            select: Vec::new(),
            ignore: Vec::new(),
            transaction: None,
            code: code::Options::default(),
            compat: Vec::new(),
            policy: Policy::default(),
        }
    }
}

impl Settings {
    /// How big a relation is known to be.
    pub fn extent(&self, relation: &QName) -> Extent {
        let measured = self.stats.as_deref();
        let table = measured.and_then(|measured| measured.stats.table(&relation.schema, &relation.name));
        Extent::new(self.rows(relation), measured.zip(table))
    }

    /// The rows people say a relation has.
    fn rows(&self, relation: &QName) -> Option<u64> {
        if self.table_rows.is_empty() {
            return None;
        }
        let qualified = format!("{}.{}", relation.schema, relation.name);
        let short = (&*relation.schema == "public").then_some(&*relation.name);
        let rows = self.table_rows.get(&qualified);
        rows.or_else(|| short.and_then(|name| self.table_rows.get(name))).copied()
    }

    /// Whether findings of `rule` are wanted.
    pub fn runs(&self, rule: RuleId) -> bool {
        let level = self.levels.get(&rule);
        let asked = if self.select.is_empty() {
            !spec::is_opt_in(rule) || matches!(level, Some(Some(_)))
        } else {
            self.select.contains(&rule)
        };
        asked && !self.ignore.contains(&rule) && level != Some(&None)
    }
}
