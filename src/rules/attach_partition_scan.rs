//! See `rules/attach-partition-scan.md`.

use super::support::partition::{self, Missing};
use super::support::{edit, lasting, with_impacts};
use crate::review::step::{Impact, Partition, Release, Step};
use crate::rule::Findings;
use crate::schema::bounds::{Bounds, may_be_proven};
use crate::schema::catalog::Table;
use crate::schema::operation::OperationKind;
use crate::syntax::alter::ActionKind;
use crate::syntax::name::Name;
use crate::syntax::span::Span;

/// A partition that comes to a table.
struct Arrival<'s> {
    /// Its name as written.
    name: &'s Name,
    /// What the bounds stand after.
    before_bounds: &'s Name,
    /// It is there already, with rows.
    attached: bool,
    /// It is the default partition itself.
    default: bool,
}

pub(crate) fn check(step: &Step<'_>, _: &Release<'_>, findings: &mut Findings) {
    let Some(arrival) = arrival(step) else { return };
    let Some(strongest) = lasting(step).max_by_key(|impact| impact.mode) else { return };
    let name = &arrival.name.name.name;
    let work = if lasting(step).all(|impact| impact.build) { "builds indexes on" } else { "reads every row of" };
    let verb = if arrival.attached { "attaching" } else { "creating" };
    let tables: Vec<String> = lasting(step).take(2).map(|impact| impact.relation.short()).collect();
    let tables = match lasting(step).count() {
        ..=2 => tables.join(" and "),
        more => format!("{more} tables"),
    };
    let waiting = strongest.mode.blocked();
    let mut builder = findings
        .on(step, format!("{verb} partition {name} {work} {tables} while {waiting} wait"))
        .label("nothing proves that the rows are where they belong")
        .subject(strongest.relation.to_string());
    if lasting(step).all(|impact| impact.build) {
        builder = builder.label("its indexes are built under the strongest lock");
    }
    builder = with_impacts(builder, lasting(step));
    for impact in step.impacts.iter().filter(|impact| !impact.lasts() && is_other(step, impact)).take(2) {
        builder = builder.lock(impact);
    }
    if let Some(assumed) = &step.effects.assumed {
        builder = builder.note(assumed);
    }
    builder.help(help(step, &arrival)).emit();
}

fn arrival<'s>(step: &'s Step<'_>) -> Option<Arrival<'s>> {
    match &step.operation.kind {
        OperationKind::Alter { action, .. } => match &action.kind {
            ActionKind::AttachPartition { partition, default } => {
                Some(Arrival { name: partition, before_bounds: partition, attached: true, default: *default })
            }
            _ => None,
        },
        OperationKind::CreateTable { def, .. } => {
            let of = def.partition_of.as_ref()?;
            Some(Arrival { name: &def.name, before_bounds: &of.parent, attached: false, default: of.default })
        }
        _ => None,
    }
}

/// A table that is neither parent nor partition: the other end of a foreign key, which nobody can use either.
fn is_other(step: &Step<'_>, impact: &Impact) -> bool {
    let family = step.before.partition.iter().flat_map(|partition| {
        [&partition.parent, &partition.table, &partition.default].into_iter().flatten().map(|table| &table.name)
    });
    impact.mode.blocks_writes() && !family.into_iter().any(|name| *name == impact.relation)
}

fn help(step: &Step<'_>, arrival: &Arrival<'_>) -> String {
    let none = Partition::default();
    let partition = step.before.partition.as_deref().unwrap_or(&none);
    let parent = partition.parent.as_deref();
    let key = parent.map(|parent| parent.partition_key.as_slice()).unwrap_or_default();
    let tail = Span::new(arrival.before_bounds.span().end, step.operation.span.end);
    let elsewhere = edit::is_elsewhere(step) || arrival.default;
    let bounds = if elsewhere { None } else { Bounds::read(&step.migration.text, tail, parent) };
    let mut sql = Vec::new();
    if arrival.attached {
        let own = partition.table.as_deref();
        if !own.is_some_and(|own| may_be_proven(own, key)) {
            let short = own.map_or_else(|| arrival.name.to_string(), |own| own.name.short());
            let inside = bounds.as_ref().map_or_else(|| "<bounds>".to_owned(), |bounds| bounds.inside(own));
            prove(&mut sql, &short, &edit::made_name(&[arrival.name.last(), "bounds"]), &inside);
        }
        if let Some((parent, own)) = parent.zip(own) {
            sql.extend(partition::missing(parent, own).iter().map(Missing::sql));
        }
    }
    if let Some(default) = partition.default.as_deref().filter(|default| is_read(step, default)) {
        let outside = bounds.as_ref().map_or_else(|| "NOT (<bounds>)".to_owned(), Bounds::outside);
        prove(&mut sql, &default.name.short(), &edit::made_name(&["not", arrival.name.last()]), &outside);
    }
    let when = if arrival.attached { "attaching it" } else { "creating it" };
    format!(
        "prepare everything before {when}, each statement in a transaction of its own, so that nothing is left to do under \
         the lock; the checks can be dropped afterwards:\n{}",
        sql.join("\n")
    )
}

fn prove(sql: &mut Vec<String>, table: &str, constraint: &str, condition: &str) {
    sql.push(format!("ALTER TABLE {table} ADD CONSTRAINT {constraint} CHECK ({condition}) NOT VALID;"));
    sql.push(format!("ALTER TABLE {table} VALIDATE CONSTRAINT {constraint};"));
}

/// The default partition, or one of its own.
fn is_read(step: &Step<'_>, default: &Table) -> bool {
    default.partitioned || lasting(step).any(|impact| impact.relation == default.name)
}
