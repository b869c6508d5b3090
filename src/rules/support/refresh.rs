//! Whether a materialized view can be refreshed while it stays readable.

use crate::schema::catalog::View;
use crate::syntax::name::Quoted;

/// What `REFRESH MATERIALIZED VIEW CONCURRENTLY` finds its rows by.
#[derive(Clone, Copy, Debug)]
pub(crate) enum UniqueIndex<'v> {
    /// This index will do.
    Known(Quoted<'v>),
    /// There is none on plain columns and all rows.
    Missing,
}

/// The index of a view of which all indexes are known.
pub(crate) fn unique_index(view: &View) -> UniqueIndex<'_> {
    let usable = view.indexes.iter().find(|index| {
        index.unique && !index.partial && !index.keys.is_empty() && index.keys.iter().all(Option::is_some)
    });
    usable.map_or(UniqueIndex::Missing, |index| UniqueIndex::Known(Quoted(&index.name)))
}
