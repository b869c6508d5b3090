//! What depends on a column, carried over to the column that takes its place: indexes, keys, constraints, its sequence.

use super::expression::renamed;
use super::proof::validated;
use super::replace::New;
use super::step::{Demand, Step};
use super::write::{alter, beside, list, made, numbers_go_on, quoted, slug};
use crate::schema::catalog::{Catalog, Column, ConstraintBody, Index, Table, TableConstraint};
use crate::schema::definition::{self, tidy};
use crate::schema::dependents::{Target, dependents};
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;

/// What is carried over, and when.
#[derive(Clone, Debug, Default)]
pub(super) struct Carried {
    /// Indexes and constraints on the new column, under names of their own.
    pub(super) steps: Vec<Step>,
    /// Foreign keys of other tables, which want its index and that it is not null.
    pub(super) keys: Vec<Step>,
    /// Right before the old column goes.
    pub(super) before: Vec<String>,
    /// Right after that: they get the names of the old ones.
    pub(super) after: Vec<String>,
    /// What a person has to see to before the old column goes.
    pub(super) demands: Vec<String>,
}

/// One column in the place of another.
struct Swap<'s> {
    catalog: &'s Catalog<'s>,
    table: &'s Table,
    old: &'s Symbol,
    new: &'s Symbol,
    /// What the new one is called in the end.
    last: &'s Symbol,
    /// The type of the new one.
    definition: &'s str,
}

/// Everything that depends on the column `old` of `table`, or why it cannot be carried over.
pub(super) fn carried(
    catalog: &Catalog<'_>,
    table: &Table,
    old: &Symbol,
    new: &New,
    takes_name: bool,
) -> Result<Carried, String> {
    let last = if takes_name { old } else { &new.name };
    let swap = Swap { catalog, table, old, new: &new.name, last, definition: &new.definition };
    let column = table.column(old).ok_or_else(|| format!("the history does not know {old}"))?;
    swap.refused(column)?;
    let mut carried = Carried::default();
    for index in table
        .indexes
        .iter()
        .filter(|index| index.columns.contains(old) || index.keys.iter().flatten().any(|key| key == old))
    {
        swap.index(index, &mut carried)?;
    }
    for constraint in table.constraints.iter().filter(|constraint| constraint.columns.contains(old)) {
        swap.constraint(constraint, &mut carried)?;
    }
    for child in catalog.referencing.get(&table.name).into_iter().flatten() {
        swap.referencing(child, &mut carried);
    }
    swap.sequence(column, &mut carried);
    swap.others(&mut carried);
    Ok(carried)
}

impl Swap<'_> {
    fn refused(&self, column: &Column) -> Result<(), String> {
        let name = format!("{}.{}", self.table.name.short(), quoted(self.old));
        if column.generated.is_some() {
            return Err(format!("{name} is generated, and a generated column cannot be filled step by step"));
        }
        if self.table.partitioned
            || !self.table.parents.is_empty()
            || self.catalog.children.contains_key(&self.table.name)
        {
            return Err(format!(
                "{} is partitioned or inherited: plan it for each of its tables",
                self.table.name.short()
            ));
        }
        Ok(())
    }

    fn name(&self, name: &Symbol) -> Symbol {
        if name == self.old { self.new.clone() } else { name.clone() }
    }

    fn names(&self, names: &[Symbol]) -> Vec<Symbol> {
        names.iter().map(|name| self.name(name)).collect()
    }

    /// Whether the history can tell the text of an expression over these columns: it keeps names without their quotes, and
    /// gives them back to those that are words.
    fn is_told(&self, columns: &[Symbol]) -> bool {
        let plain = |name: &Symbol| name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ' ' | '-'));
        plain(self.new) && columns.iter().all(plain)
    }

    fn index(&self, index: &Index, carried: &mut Carried) -> Result<(), String> {
        let has_text = index.partial || index.keys.iter().any(Option::is_none);
        if has_text && !self.is_told(&index.columns) {
            return Err(format!(
                "the index {} has an expression with names in it that are no words: drop it first, and build it again after",
                quoted(&index.name)
            ));
        }
        let made = made(&index.name, "new");
        let mut copy = index.clone();
        copy.name = made.clone();
        copy.keys = index.keys.iter().map(|key| key.as_ref().map(|key| self.name(key))).collect();
        copy.included = self.names(&index.included);
        copy.predicate = self.names(&index.predicate);
        for form in &mut copy.forms {
            form.expression = self.names(&form.expression);
        }
        let table = self.table.name.short();
        let sql = definition::index_on(&table, &copy, "CONCURRENTLY ");
        let place = beside(&self.table.name, &made);
        let mut step = Step::outside(
            slug(&["create", &made]),
            format!("build {} as {} is built, without blocking anybody", quoted(&made), quoted(&index.name)),
            sql,
        )
        .undone_by(vec![format!("DROP INDEX CONCURRENTLY {place}")], "at any time");
        if index.unique {
            let columns = list(copy.keys.iter().flatten());
            step = step.demands(Demand::said(format!("no two rows have the same {columns}")));
        }
        carried.steps.push(step);
        match &index.constraint {
            None => carried.after.push(format!("ALTER INDEX {place} RENAME TO {}", quoted(&index.name))),
            Some(constraint) => {
                let kind = self.table.constraint(constraint).map(|constraint| &constraint.kind);
                let word = if matches!(kind, Some(ConstraintBody::PrimaryKey)) { "PRIMARY KEY" } else { "UNIQUE" };
                let deferrable = self.table.constraint(constraint).is_some_and(|found| found.deferrable);
                let deferrable = if deferrable { " DEFERRABLE" } else { "" };
                carried.after.push(alter(
                    &self.table.name,
                    &format!("ADD CONSTRAINT {} {word} USING INDEX {}{deferrable}", quoted(constraint), quoted(&made)),
                ));
            }
        }
        Ok(())
    }

    fn constraint(&self, constraint: &TableConstraint, carried: &mut Carried) -> Result<(), String> {
        let name = made(&constraint.name, "new");
        let table = &self.table.name;
        let (demand, broken) = match &constraint.kind {
            ConstraintBody::Check { .. } if !self.is_told(&constraint.columns) => {
                return Err(format!(
                    "the check {} has names in it that are no words: drop it first, and add it again after",
                    quoted(&constraint.name)
                ));
            }
            ConstraintBody::Check { expr: Some(expr), .. } => {
                let over = renamed(&expr.text, &table.name, |name| (name == self.old).then(|| quoted(self.new)));
                let over = tidy(&over);
                let broken = format!("SELECT count(*) FROM {} WHERE NOT ({over})", table.short());
                (format!("CHECK ({over})"), Demand::none("every row holds what the check demands", broken))
            }
            ConstraintBody::ForeignKey { .. } => {
                let copy = TableConstraint { columns: self.names(&constraint.columns), ..constraint.clone() };
                (foreign_key(self.table, &copy), Demand::said("every value has the row it refers to"))
            }
            ConstraintBody::Check { expr: None, .. } => {
                return Err(format!("the history does not know what the check {} demands", constraint.name));
            }
            ConstraintBody::Exclude => {
                return Err(format!(
                    "the exclusion constraint {} cannot be added without a long lock",
                    constraint.name
                ));
            }
            // They follow their indexes, and NOT NULL is seen to elsewhere.
            ConstraintBody::NotNull | ConstraintBody::Unique | ConstraintBody::PrimaryKey => return Ok(()),
        };
        let [added, proven] = validated(table, &name, &demand, broken);
        carried.steps.push(added);
        if constraint.validated {
            carried.steps.push(proven);
        }
        let rename = format!("RENAME CONSTRAINT {} TO {}", quoted(&name), quoted(&constraint.name));
        // A check goes with its columns only where they are all dropped.
        if constraint.columns.len() > 1 {
            carried.before.push(alter(table, &format!("DROP CONSTRAINT {}", quoted(&constraint.name))));
        }
        carried.after.push(alter(table, &rename));
        Ok(())
    }

    /// The foreign keys of `child` to the old column, made anew to the new one.
    fn referencing(&self, child: &QName, carried: &mut Carried) {
        let Some(child) = self.catalog.table(child) else { return };
        let primary = self.table.primary_key().map(|key| key.columns.clone()).unwrap_or_default();
        for constraint in &child.constraints {
            let ConstraintBody::ForeignKey { table, referenced, .. } = &constraint.kind else { continue };
            let columns = if referenced.is_empty() { &primary } else { referenced };
            if *table != self.table.name || !columns.contains(self.old) {
                continue;
            }
            let mut copy = constraint.clone();
            if let ConstraintBody::ForeignKey { referenced, .. } = &mut copy.kind {
                *referenced = self.names(columns);
            }
            let name = made(&constraint.name, "new");
            let broken = Demand::said(format!("every row of {} has the row it refers to", child.name.short()));
            let [added, proven] = validated(&child.name, &name, &foreign_key(child, &copy), broken);
            carried.keys.push(added);
            carried.keys.push(proven);
            let old = quoted(&constraint.name);
            let swapped = vec![
                alter(&child.name, &format!("DROP CONSTRAINT {old}")),
                alter(&child.name, &format!("RENAME CONSTRAINT {} TO {old}", quoted(&name))),
            ];
            carried.keys.push(
                Step::transaction(
                    slug(&["swap", &constraint.name]),
                    format!("let go of the foreign key of {} to the old column", child.name.short()),
                    swapped,
                )
                .back("add the foreign key to the old column again, NOT VALID, and validate it"),
            );
        }
    }

    /// The sequence that fills the column: it would be dropped with it.
    fn sequence(&self, column: &Column, carried: &mut Carried) {
        let table = &self.table.name;
        if column.identity {
            let when = if column.identity_always { "ALWAYS" } else { "BY DEFAULT" };
            let identity = format!("ALTER COLUMN {} ADD GENERATED {when} AS IDENTITY", quoted(self.new));
            carried.before.push(alter(table, &identity));
            carried.before.push(numbers_go_on((table, self.old), (table, self.new)));
            let own = |column: &Symbol| made(&format!("{}_{column}", table.name), "seq");
            if own(self.new) != own(self.last) {
                let place = beside(table, &own(self.new));
                carried.after.push(format!("ALTER SEQUENCE {place} RENAME TO {}", quoted(&own(self.last))));
            }
            return;
        }
        if let Some(sequence) = self.catalog.sequence_of(table, self.old) {
            let name = sequence.name.short();
            let wider = if self.definition.starts_with("bigint") { "AS bigint " } else { "" };
            carried.before.push(format!(
                "ALTER SEQUENCE {name} {wider}OWNED BY {}.{}",
                table.short(),
                quoted(self.new)
            ));
        }
    }

    /// Views, triggers and functions: their text is their author's.
    fn others(&self, carried: &mut Carried) {
        let target = Target::Column(&self.table.name, self.old);
        for dependent in dependents(self.catalog, target) {
            carried.demands.push(format!("{dependent} does not use {} any more: replace it first", self.old));
        }
    }
}

/// `FOREIGN KEY (…) REFERENCES …`.
fn foreign_key(table: &Table, constraint: &TableConstraint) -> String {
    let enforced = TableConstraint { validated: true, ..constraint.clone() };
    let written = definition::constraint(table, &enforced).unwrap_or_default();
    // The name is the caller's.
    let demand = written.find("FOREIGN KEY").and_then(|at| written.get(at..)).unwrap_or_default();
    demand.replace("REFERENCES public.", "REFERENCES ")
}
