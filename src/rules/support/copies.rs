//! Which statements of a release fill one column or table from another: the sign that the one replaces the other.

use std::collections::{BTreeMap, BTreeSet};

use super::edit;
use crate::review::step::{Release, Step};
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Ident, Name, Symbol};
use crate::syntax::query::RowVerb;
use crate::syntax::span::Span;

/// Tables of one statement that are looked at. More than a handful is no copy, and words times tables stays linear.
const TABLES_READ: usize = 16;

/// A statement that copies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Copy<'r> {
    /// Its file.
    pub(crate) file: u32,
    /// Its place.
    pub(crate) span: Span,
    /// The table it fills.
    pub(crate) target: &'r QName,
    /// The columns it fills, where they are listed.
    pub(crate) columns: &'r [Ident],
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
            if let Some((copy, reads, text)) = copy(step) {
                copies.add(copy, &reads, text, &dropped);
            }
        }
        copies
    }

    /// The copy that reads `column` of the table `table`.
    pub(crate) fn of_column(&self, table: &QName, column: &str) -> Option<Copy<'r>> {
        self.columns.get(&(&*table.name, column)).copied()
    }

    /// The copy that reads the table `table` into another one.
    pub(crate) fn of_table(&self, table: &QName) -> Option<Copy<'r>> {
        self.tables.get(&*table.name).copied().filter(|copy| copy.target != table)
    }

    fn add(&mut self, copy: Copy<'r>, reads: &[&'r str], text: &'r str, dropped: &BTreeSet<&'r str>) {
        for table in reads.iter().filter(|table| **table != &*copy.target.name) {
            self.tables.entry(table).or_insert(copy);
        }
        if dropped.is_empty() {
            return;
        }
        let words: BTreeSet<&str> = words(text).filter_map(|word| dropped_name(dropped, word)).collect();
        for word in words {
            for table in reads.iter().filter(|table| fills_another(&copy, table, word)) {
                self.columns.entry((table, word)).or_insert(copy);
            }
        }
    }
}

/// The copy a step makes, the tables it reads by their last names, and its text.
fn copy<'r>(step: &'r Step<'_>) -> Option<(Copy<'r>, Vec<&'r str>, &'r str)> {
    match &step.operation.kind {
        OperationKind::ChangeRows { table, change } if change.verb != RowVerb::Delete => {
            let mut reads = last_names(&change.query.reads);
            if change.verb == RowVerb::Update {
                reads.push(&*table.name);
            }
            // An INSERT lists every column of its table; only an UPDATE names the ones it fills.
            let columns = if change.verb == RowVerb::Update { change.columns.as_slice() } else { &[] };
            let copy = Copy { file: step.file, span: edit::place(step, change.span), target: table, columns };
            Some((copy, reads, edit::text(step, change.span)))
        }
        OperationKind::CreateTable { table, def } => {
            let query = def.query.as_ref()?;
            let copy = Copy { file: step.file, span: step.operation.span, target: table, columns: &[] };
            Some((copy, last_names(&query.reads), edit::text(step, step.operation.span)))
        }
        OperationKind::SelectInto { table, query } => {
            let copy = Copy { file: step.file, span: step.operation.span, target: table, columns: &[] };
            Some((copy, last_names(&query.reads), edit::text(step, step.operation.span)))
        }
        _ => None,
    }
}

fn last_names(reads: &[Name]) -> Vec<&str> {
    reads.iter().take(TABLES_READ).map(|name| &**name.last()).collect()
}

/// `UPDATE t SET c = NULL` reads `c` of `t` for nobody's good.
fn fills_another(copy: &Copy<'_>, table: &str, column: &str) -> bool {
    &*copy.target.name != table || copy.columns.iter().any(|filled| &*filled.name != column)
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
