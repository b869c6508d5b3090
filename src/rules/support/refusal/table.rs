//! Tables that others refer to, partitions that cannot be detached, materialized views that cannot be refreshed.

use super::{Refusal, in_words, refused};
use crate::review::step::{Release, Step};
use crate::rules::support::edit;
use crate::rules::support::refresh::{UniqueIndex, unique_index};
use crate::schema::operation::QName;
use crate::syntax::name::{Name, Quoted};
use crate::syntax::object::Drop;
use crate::syntax::statement::StatementKind;

/// The first version with `DETACH PARTITION … CONCURRENTLY`.
const CONCURRENT_DETACH: u16 = 14;

pub(super) fn drop(step: &Step<'_>, table: &QName, def: &Drop) -> Option<Refusal> {
    if def.cascade {
        return None;
    }
    let child = referring(step, &def.names)?;
    let words = format!(
        "cannot drop table {} because other objects depend on it: a foreign key of {}",
        table.name,
        child.short()
    );
    let help = format!(
        "drop the foreign key first, in a transaction of its own with a lock_timeout:\nALTER TABLE {} DROP CONSTRAINT <foreign \
         key>;",
        child.short()
    );
    Some(refused(step, table, words, help))
}

pub(super) fn truncate(step: &Step<'_>, table: &QName) -> Option<Refusal> {
    let StatementKind::Truncate { tables, .. } = &step.statement.kind else { return None };
    let child = referring(step, tables)?;
    let words =
        format!("cannot truncate a table referenced in a foreign key constraint: {} refers to it", child.short());
    let help = format!(
        "truncate both at once, if the rows of both are to go:\nTRUNCATE {}, {};",
        table.short(),
        child.short()
    );
    Some(refused(step, table, words, help))
}

/// A table with a foreign key to the target that the statement does not name as well.
fn referring<'s>(step: &'s Step<'_>, names: &[Name]) -> Option<&'s QName> {
    step.before.referencing.iter().find(|child| names.iter().all(|name| *name.last() != child.name))
}

pub(super) fn detach(step: &Step<'_>, release: &Release<'_>, parent: &QName, partition: &Name) -> Option<Refusal> {
    let detach = format!("ALTER TABLE {} DETACH PARTITION {partition}", parent.short());
    let alone = format!(
        "detach it without, alone in its transaction and with a lock_timeout:\nSET lock_timeout = '5s';\n{detach};"
    );
    if release.version < CONCURRENT_DETACH {
        let words = "syntax error at or near \"CONCURRENTLY\", which is from version 14 on".to_owned();
        return Some(refused(step, parent, words, alone));
    }
    let found = step.before.partition.as_ref()?;
    let own = found.table.as_ref().filter(|table| table.default_partition);
    let default = found.default.as_ref().or(own)?;
    let words =
        format!("cannot detach partitions concurrently when a default partition exists: {}", default.name.short());
    Some(refused(step, parent, words, alone))
}

pub(super) fn refresh(step: &Step<'_>, release: &Release<'_>, view: &QName) -> Option<Refusal> {
    let known = step.before.view.as_deref().filter(|known| known.materialized)?;
    let short = view.short();
    // SQL that could not be read may have done what seems to be missing.
    if release.after.opaque {
        return None;
    }
    if !known.populated {
        let words = "CONCURRENTLY cannot be used when the materialized view is not populated".to_owned();
        let help = format!("fill it without CONCURRENTLY the first time:\nREFRESH MATERIALIZED VIEW {short};");
        return Some(refused(step, view, words, help));
    }
    match unique_index(known) {
        UniqueIndex::Known(_) => None,
        UniqueIndex::Missing => {
            let words = format!(
                "cannot refresh materialized view {} concurrently: it has no unique index on plain columns without a condition",
                in_words(&view.to_string())
            );
            let name = Quoted(&edit::made_name(&[&view.name, "key"])).to_string();
            let help = format!(
                "create one first, on columns that tell its rows apart:\nCREATE UNIQUE INDEX CONCURRENTLY {name} ON {short} \
                 (<columns>);"
            );
            Some(refused(step, view, words, help))
        }
    }
}
