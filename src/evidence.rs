//! What is known from outside the migrations: which code, and which queries, name what they take away.

pub mod code;
mod context;
mod files;
pub mod queries;
mod search;
mod spelling;
mod wanted;

use std::collections::BTreeMap;

pub use self::queries::QuerySearch;
pub use self::search::{CodePlace, References};
pub use self::wanted::wanted;
use crate::figures::grouped;
use crate::syntax::name::Symbol;

/// A thing of the schema that code may name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// What it is.
    pub kind: TargetKind,
    /// Its own name, without a schema.
    pub name: Symbol,
    /// The table of a column, the type of a value.
    pub owner: Option<Symbol>,
}

/// Kinds of things that code names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TargetKind {
    /// A column of a table.
    Column,
    /// A table or view.
    Relation,
    /// A type or domain.
    Type,
    /// A value of an enum.
    Value,
    /// A function or procedure.
    Function,
    /// A schema.
    Schema,
}

/// Everything that was gathered.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The search of the code that is running while migrations run, where there was one.
    pub running: Option<CodeSearch>,
    /// That of the code that comes with them, for migrations that run after the deploy.
    pub coming: Option<CodeSearch>,
    /// The search of recorded queries, where there was one. They are those of the code that is running.
    pub queries: Option<QuerySearch>,
}

/// The search of the code of one revision.
#[derive(Clone, Debug, Default)]
pub struct CodeSearch {
    /// The revision, as people call it: `origin/main (1a2b3c4d5e)`.
    pub revision: String,
    /// Files that were read.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// What was found, by what was looked for. Everything that was looked for has an entry.
    pub found: BTreeMap<Target, References>,
}

/// Nothing was gathered.
static NONE: Evidence = Evidence { running: None, coming: None, queries: None };

impl Evidence {
    /// Nothing.
    pub fn none() -> &'static Self {
        &NONE
    }

    /// The search that counts for a migration; `post_deploy`: it runs when the new code does.
    pub fn code(&self, post_deploy: bool) -> Option<&CodeSearch> {
        if post_deploy { self.coming.as_ref() } else { self.running.as_ref() }
    }

    /// The recorded queries that count for a migration: what the old code asked says nothing of a migration that runs
    /// after the deploy.
    pub fn queries(&self, post_deploy: bool) -> Option<&QuerySearch> {
        self.queries.as_ref().filter(|_| !post_deploy)
    }
}

impl CodeSearch {
    /// Where the code names `target`; none where that was not looked for.
    pub fn references(&self, target: &Target) -> Option<&References> {
        self.found.get(target)
    }

    /// `no reference in 1,234 files at origin/main (1a2b3c4d5e)`.
    pub fn nothing_found(&self) -> String {
        let noun = if self.files == 1 { "file" } else { "files" };
        format!("no reference in {} {noun} at {}", grouped(self.files as u64), self.revision)
    }
}
