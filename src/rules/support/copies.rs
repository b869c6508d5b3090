//! Which statements of a release fill one column or table from another: the sign that the one replaces the other.

use std::collections::{BTreeMap, BTreeSet};

use super::edit;
use crate::review::step::{Release, Step};
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::assigned::{Assigned, assignments};
use crate::syntax::name::{Ident, Name, Symbol};
use crate::syntax::query::{Query, RowVerb};
use crate::syntax::span::Span;

/// Tables of one statement that are looked at. More than a handful is no copy, and words times tables stays linear.
const TABLES_READ: usize = 16;

/// A statement that copies.
#[derive(Clone, Debug)]
pub(crate) struct Copy<'r> {
    /// Its file.
    pub(crate) file: u32,
    /// Its place.
    pub(crate) span: Span,
    /// The table it fills.
    pub(crate) target: &'r QName,
    /// The columns that get what is dropped, where that can be told.
    pub(crate) columns: Vec<&'r Ident>,
}

/// A statement that may be a copy.
struct Candidate<'r> {
    copy: Copy<'r>,
    /// The tables it reads, by their last names.
    reads: Vec<&'r str>,
    text: &'r str,
    /// Which column gets which expression.
    assigned: Option<Vec<Assigned<'r>>>,
    /// Columns it fills in the table it reads.
    updated: &'r [Ident],
}

/// All copies of a release, the first for each source.
#[derive(Debug, Default)]
pub(crate) struct Copies<'r> {
    columns: BTreeMap<(&'r str, &'r str), Copy<'r>>,
    tables: BTreeMap<&'r str, Copy<'r>>,
}

impl<'r> Copies<'r> {
    /// The copies that read a column or table which the release drops.
    pub(crate) fn of(release: &'r Release<'_>) -> Self {
        let dropped = dropped_columns(release);
        let mut copies = Self::default();
        for step in &release.steps {
            if let Some(candidate) = candidate(step) {
                copies.add(&candidate, &dropped);
            }
        }
        copies
    }

    /// The copy that reads `column` of the table `table`.
    pub(crate) fn of_column(&self, table: &QName, column: &str) -> Option<Copy<'r>> {
        self.columns.get(&(&*table.name, column)).cloned()
    }

    /// The copy that reads the table `table` into another one.
    pub(crate) fn of_table(&self, table: &QName) -> Option<Copy<'r>> {
        self.tables.get(&*table.name).cloned().filter(|copy| copy.target != table)
    }

    fn add(&mut self, candidate: &Candidate<'r>, dropped: &BTreeSet<&'r str>) {
        let Candidate { copy, reads, text, .. } = candidate;
        for table in reads.iter().filter(|table| **table != &*copy.target.name) {
            self.tables.entry(table).or_insert_with(|| copy.clone());
        }
        if dropped.is_empty() {
            return;
        }
        let words: BTreeSet<&str> = words(text).filter_map(|word| dropped_name(dropped, word)).collect();
        for word in words {
            for table in reads {
                if let Some(columns) = candidate.filled(table, word) {
                    self.columns.entry((table, word)).or_insert_with(|| Copy { columns, ..copy.clone() });
                }
            }
        }
    }
}

impl<'r> Candidate<'r> {
    /// The columns filled from `column` of `table`; none if the statement only looks at it.
    fn filled(&self, table: &str, column: &str) -> Option<Vec<&'r Ident>> {
        let another = |ident: &&'r Ident| &*self.copy.target.name != table || &*ident.name != column;
        let Some(assigned) = &self.assigned else {
            let same = &*self.copy.target.name == table;
            return (!same || self.updated.iter().any(|ident| another(&ident))).then(Vec::new);
        };
        let mentions = |text: &str| words(text).any(|word| word.eq_ignore_ascii_case(column));
        let filled = assigned.iter().filter(|(_, value)| mentions(value)).map(|(ident, _)| *ident);
        let filled: Vec<_> = filled.filter(another).collect();
        if !filled.is_empty() {
            return Some(filled);
        }
        // `UPDATE t SET kind = 'a' WHERE old` turns the old column into the new one as well.
        let by_condition: Vec<_> = self.updated.iter().filter(another).collect();
        (&*self.copy.target.name == table && !by_condition.is_empty()).then_some(by_condition)
    }
}

fn candidate<'r>(step: &'r Step<'_>) -> Option<Candidate<'r>> {
    let made = |target: &'r QName, query: &'r Query| Candidate {
        copy: Copy { file: step.file, span: step.operation.span, target, columns: Vec::new() },
        reads: last_names(&query.reads),
        text: edit::text(step, step.operation.span),
        assigned: None,
        updated: &[],
    };
    match &step.operation.kind {
        OperationKind::ChangeRows { table, change } if change.verb != RowVerb::Delete => {
            let mut reads = last_names(&change.query.reads);
            let updates = change.verb == RowVerb::Update;
            if updates {
                reads.push(&*table.name);
            }
            let called = step.operation.body.is_some_and(|body| body.called.is_some());
            let span = edit::place(step, change.span);
            Some(Candidate {
                copy: Copy { file: step.file, span, target: table, columns: Vec::new() },
                reads,
                text: edit::text(step, change.span),
                assigned: if called { None } else { assignments(&step.migration.text, change) },
                // An INSERT lists every column of its table; only an UPDATE names the ones it fills.
                updated: if updates { &change.columns } else { &[] },
            })
        }
        OperationKind::CreateTable { table, def } => Some(made(table, def.query.as_ref()?)),
        OperationKind::SelectInto { table, query } => Some(made(table, query)),
        _ => None,
    }
}

fn last_names(reads: &[Name]) -> Vec<&str> {
    reads.iter().take(TABLES_READ).map(|name| &**name.last()).collect()
}

fn dropped_columns<'r>(release: &'r Release<'_>) -> BTreeSet<&'r str> {
    let name = |step: &'r Step<'_>| -> Option<&'r Symbol> {
        match &super::action(step)?.1.kind {
            ActionKind::DropColumn { column, .. } => Some(&column.name),
            _ => None,
        }
    };
    release.steps.iter().filter_map(name).map(|name| &**name).collect()
}

fn dropped_name<'r>(dropped: &BTreeSet<&'r str>, word: &str) -> Option<&'r str> {
    dropped.get(word).or_else(|| dropped.get(word.to_lowercase().as_str())).copied()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).filter(|word| !word.is_empty())
}
