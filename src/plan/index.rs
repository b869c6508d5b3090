//! Indexes that are built, dropped, or put in the place of others.

use super::change::{Found, Scene};
use super::draft::Unit;
use super::step::{Demand, Phase, Release, Serves, Step};
use super::write::{alter, beside, list, literal, made, quoted, slug};
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::name::Symbol;
use crate::syntax::object::{CreateIndex, Drop, ObjectKind};
use crate::syntax::statement::ReindexTarget;

/// `CREATE INDEX`, `DROP INDEX`, `REINDEX`, `REFRESH` without `CONCURRENTLY`.
pub(super) fn built(scene: &Scene<'_, '_>, at: usize) -> Option<Found> {
    let unit = scene.unit(at)?;
    match &unit.operation.kind {
        OperationKind::CreateIndex { table, def } if !def.concurrently && !unit.is_new(table, scene.file) => {
            Some(created(scene, at, unit, table, def))
        }
        OperationKind::Drop { kind: ObjectKind::Index, name, def, .. } if !def.concurrently => {
            Some(whole(at, format!("drop index {}", name.short()), dropped(name)))
        }
        OperationKind::Reindex {
            target: ReindexTarget::Index | ReindexTarget::Table,
            name: Some(name),
            concurrently: false,
        } => {
            let word = if unit.sql(scene.draft.text).to_uppercase().contains("TABLE") { "TABLE" } else { "INDEX" };
            let sql = format!("REINDEX {word} CONCURRENTLY {}", name.short());
            let what = format!("rebuild {}", name.short());
            let step = Step::outside(slug(&["reindex", &name.name]), "rebuild it without blocking anybody", sql).back(
                "nothing to go back to; an index that is left INVALID by a failure is dropped and the step run again",
            );
            Some(whole(at, what, step))
        }
        OperationKind::Refresh { view, concurrently: false, no_data: false } => {
            let unique = unit
                .before
                .view(view)
                .is_some_and(|view| view.indexes.iter().any(|index| index.unique && !index.partial));
            let what = format!("refresh {}", view.short());
            if !unique {
                let why = format!(
                    "{} can be refreshed CONCURRENTLY only with a unique index on plain columns: create one first",
                    view.short()
                );
                return Some(Found::none(vec![at], what, why));
            }
            let sql = format!("REFRESH MATERIALIZED VIEW CONCURRENTLY {}", view.short());
            let step = Step::outside(slug(&["refresh", &view.name]), "refresh it while it is read", sql)
                .back("nothing to go back to");
            Some(whole(at, what, step))
        }
        _ => None,
    }
}

fn whole(at: usize, what: String, step: Step) -> Found {
    let release = Release { phase: Phase::Whole, steps: vec![step], then: Vec::new(), serves: Serves::BOTH };
    Found::new(vec![at], what, vec![release])
}

fn created(scene: &Scene<'_, '_>, at: usize, unit: &Unit<'_>, table: &QName, def: &CreateIndex) -> Found {
    let name = def.name.as_ref().map(|name| &name.name);
    let what = match name {
        Some(name) => format!("create index {} on {}", quoted(name), table.short()),
        None => format!("create an index on {}", table.short()),
    };
    if unit.before.table(table).is_some_and(|table| table.partitioned) {
        return partitioned(scene, at, unit, table, def, what);
    }
    let step = concurrently(scene, unit, table, def, name);
    whole(at, what, step)
}

/// The statement with `CONCURRENTLY` in it, and without `IF NOT EXISTS`, which takes the ruin of a build that failed for an
/// index. `own`: the name that it builds under.
fn concurrently(
    scene: &Scene<'_, '_>,
    unit: &Unit<'_>,
    table: &QName,
    def: &CreateIndex,
    own: Option<&Symbol>,
) -> Step {
    let head = def.head.of(scene.draft.text);
    let named = own.map_or_else(String::new, |own| format!(" {}", quoted(own)));
    let start = def.name.as_ref().map_or(def.head.end, |name| name.span.end);
    let rest = crate::syntax::span::Span::new(start, unit.statement.end).of(scene.draft.text);
    let sql = format!("{head} CONCURRENTLY{named}{rest}");
    let words = "build it without blocking anybody";
    match own {
        Some(own) => {
            let place = beside(table, own);
            let step = Step::outside(slug(&["create", own]), words, sql)
                .undone_by(vec![format!("DROP INDEX CONCURRENTLY {place}")], "at any time");
            if def.unique { step.demands(duplicates(table, def)) } else { step }
        }
        None => Step::outside(slug(&["index", &table.name]), words, sql)
            .back("drop the index CONCURRENTLY, under the name that the server gave it"),
    }
}

/// Counts values that a unique index would refuse.
fn duplicates(table: &QName, def: &CreateIndex) -> Demand {
    let columns: Vec<Symbol> = def.keys.iter().flatten().map(|key| key.name.clone()).collect();
    if columns.len() != def.keys.len() || def.predicate.is_some() {
        return Demand::said("no two rows have the same key");
    }
    no_duplicates(&table.short(), &columns, def.nulls_not_distinct)
}

fn no_duplicates(table: &str, columns: &[Symbol], nulls_too: bool) -> Demand {
    let each: Vec<String> = columns.iter().map(|column| format!("{} IS NOT NULL", quoted(column))).collect();
    let full = if nulls_too { String::new() } else { format!(" WHERE {}", each.join(" AND ")) };
    let columns = list(columns);
    let sql = format!(
        "SELECT count(*) FROM (\n    SELECT FROM {table}{full} GROUP BY {columns} HAVING count(*) > 1\n) AS twice"
    );
    Demand::none(format!("no two rows have the same {columns}"), sql)
}

/// A unique or primary key: its index is built first, and then taken.
pub(super) fn unique(table: &QName, name: &Symbol, columns: &[Symbol], word: &str, rest: &str) -> Vec<Step> {
    let index = beside(table, name);
    let built = Step::outside(
        slug(&["create", name]),
        format!("build the index of {} without blocking anybody", quoted(name)),
        format!("CREATE UNIQUE INDEX CONCURRENTLY {} ON {} ({}){rest}", quoted(name), table.short(), list(columns)),
    )
    .demands(no_duplicates(&table.short(), columns, rest.contains("NULLS NOT DISTINCT")))
    .undone_by(vec![format!("DROP INDEX CONCURRENTLY {index}")], "at any time");
    let added = Step::transaction(
        slug(&["add", name]),
        format!("make the index a constraint of {}: nothing is read", table.short()),
        vec![alter(table, &format!("ADD CONSTRAINT {} {word} USING INDEX {}", quoted(name), quoted(name)))],
    )
    .demands(valid(table, name))
    .undone_by(vec![alter(table, &format!("DROP CONSTRAINT {}", quoted(name)))], "at any time");
    vec![built, added]
}

/// An index that failed half-way is there, and useless.
fn valid(table: &QName, name: &Symbol) -> Demand {
    let sql = format!(
        "SELECT count(*) FROM pg_index WHERE indexrelid = {}::regclass AND NOT indisvalid",
        literal(&beside(table, name))
    );
    Demand::none(format!("the index {} is valid", quoted(name)), sql)
}

/// On a partitioned table, `CONCURRENTLY` works for one partition at a time.
fn partitioned(
    scene: &Scene<'_, '_>,
    at: usize,
    unit: &Unit<'_>,
    table: &QName,
    def: &CreateIndex,
    what: String,
) -> Found {
    let Some(name) = def.name.as_ref().map(|name| &name.name) else {
        return Found::none(
            vec![at],
            what,
            "an index of a partitioned table needs a name, to attach those of partitions to",
        );
    };
    let partitions = unit.before.partitions_deep(table);
    if partitions.iter().any(|one| unit.before.table(one).is_some_and(|one| one.partitioned)) {
        return Found::none(vec![at], what, "partitions that are partitioned again have to be planned one by one");
    }
    let text = scene.draft.text;
    let head = def.head.of(text);
    let tail = crate::syntax::span::Span::new(def.table.span().end, unit.statement.end).of(text);
    let parent = format!("{head} {} ON ONLY {}{tail}", quoted(name), table.short());
    let mut steps = vec![
        Step::transaction(
            slug(&["create", name]),
            "create it for the partitioned table alone: it holds nothing, and is not valid yet",
            vec![parent],
        )
        .undone_by(vec![format!("DROP INDEX {}", beside(table, name))], "until it is valid"),
    ];
    for partition in &partitions {
        let own = own_name(unit, partition, name);
        steps.push(
            Step::outside(
                slug(&["create", &own]),
                format!("build it for {} without blocking anybody", partition.short()),
                format!("{head} CONCURRENTLY {} ON {}{tail}", quoted(&own), partition.short()),
            )
            .undone_by(vec![format!("DROP INDEX CONCURRENTLY {}", beside(partition, &own))], "until it is attached"),
        );
    }
    let attach = |partition: &QName| {
        let own = beside(partition, &own_name(unit, partition, name));
        format!("ALTER INDEX {} ATTACH PARTITION {own}", beside(table, name))
    };
    let attached: Vec<String> = partitions.iter().map(attach).collect();
    if !attached.is_empty() {
        steps.push(
            Step::transaction(slug(&["attach", name]), "attach them: with the last one it becomes valid", attached)
                .back("drop the index of the partitioned table, which takes those of the partitions along"),
        );
    }
    let release = Release { phase: Phase::Whole, steps, then: Vec::new(), serves: Serves::BOTH };
    Found::new(vec![at], what, vec![release])
}

/// What the server would call the index of a partition.
fn own_name(unit: &Unit<'_>, partition: &QName, name: &Symbol) -> Symbol {
    let known = |index: &Symbol| unit.before.table(partition).is_some_and(|table| table.index(index).is_some());
    let indexes = unit.after.table(partition).map(|table| table.indexes.as_slice()).unwrap_or_default();
    let new = indexes.iter().map(|index| &index.name).find(|index| !known(index));
    new.cloned().unwrap_or_else(|| made(&partition.name, name))
}

fn dropped(name: &QName) -> Step {
    Step::outside(
        slug(&["drop", &name.name]),
        format!("drop {} without waiting for anybody under a lock", name.short()),
        format!("DROP INDEX CONCURRENTLY {}", name.short()),
    )
    .demands(Demand {
        words: format!("nothing uses {}: its count of scans does not grow", name.short()),
        query: Some(super::step::Query {
            sql: format!(
                "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelid = {}::regclass",
                literal(&name.short())
            ),
            gives: "the same number as a week ago",
        }),
    })
    .back("build it again CONCURRENTLY")
}

/// An index dropped and another one built on the same table.
pub(super) fn replaced(scene: &Scene<'_, '_>, at: usize) -> Option<Found> {
    let unit = scene.unit(at)?;
    let of_drop = |unit: &Unit<'_>| match &unit.operation.kind {
        OperationKind::Drop { kind: ObjectKind::Index, name, def: Drop { .. }, .. } => Some(name.clone()),
        _ => None,
    };
    let of_create = |unit: &'_ Unit<'_>| match &unit.operation.kind {
        OperationKind::CreateIndex { table, .. } if !unit.is_new(table, scene.file) => Some(table.clone()),
        _ => None,
    };
    let anchor_drop = of_drop(unit);
    let anchor_create = of_create(unit);
    let (other, partner) = scene.from(at + 1).find(|(_, other)| match (&anchor_drop, &anchor_create) {
        (Some(old), _) => of_create(other).is_some_and(|table| unit.before.index_table(old) == Some(&table)),
        (None, Some(table)) => of_drop(other).is_some_and(|old| other.before.index_table(&old) == Some(table)),
        (None, None) => false,
    })?;
    let (drop, create) = if anchor_drop.is_some() { (unit, partner) } else { (partner, unit) };
    let old = of_drop(drop)?;
    let OperationKind::CreateIndex { table, def } = &create.operation.kind else { return None };
    let new = def.name.as_ref()?.name.clone();
    // Only where the one can stand in for the other.
    let known = unit.before.index(&old)?;
    let shared = def.columns.iter().any(|column| known.columns.contains(column));
    if !shared || unit.before.table(table).is_some_and(|table| table.partitioned) {
        return None;
    }
    let same_name = new == old.name;
    let (build, renamed) = if same_name {
        let own = made(&new, "new");
        let built = concurrently(scene, create, table, def, Some(&own));
        let rename = Step::transaction(
            slug(&["rename", &own]),
            "give it the name of the old one",
            vec![format!("ALTER INDEX {} RENAME TO {}", beside(table, &own), quoted(&new))],
        )
        .back("rename it again");
        (built, Some((rename, own)))
    } else {
        (concurrently(scene, create, table, def, Some(&new)), None)
    };
    let in_place = renamed.as_ref().map_or(&new, |(_, own)| own);
    let mut contract = vec![dropped(&old).demands(valid(table, in_place))];
    contract.extend(renamed.into_iter().map(|(rename, _)| rename));
    let what = format!("replace index {} by {}", old.short(), quoted(&new));
    let then = vec!["look that the new index is used (`EXPLAIN` of the queries that used the old one)".to_owned()];
    Some(Found::new(
        vec![at, other],
        what,
        vec![
            Release { phase: Phase::Expand, steps: vec![build], then, serves: Serves::BOTH },
            Release { phase: Phase::Contract, steps: contract, then: Vec::new(), serves: Serves::BOTH },
        ],
    ))
}
