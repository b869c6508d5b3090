//! Tables that get another name.

use super::change::{Found, Scene};
use super::step::{Demand, Phase, Release, Serves, Step};
use super::write::{alter, beside, quoted, slug};
use crate::syntax::alter::ActionKind;

/// The first version whose views can be read with the rights of whoever reads them.
const SECURITY_INVOKER: u16 = 15;

/// `RENAME TO`: a view of the old name serves code that knows no other.
pub(super) fn renamed(scene: &Scene<'_, '_>, at: usize) -> Option<Found> {
    let unit = scene.unit(at)?;
    let (table, action) = unit.action()?;
    let ActionKind::Rename { to } = action else { return None };
    if unit.is_new(&table.name, scene.file) {
        return None;
    }
    let (old, new) = (table.name.short(), beside(&table.name, &to.name));
    let rights = if scene.settings.version >= SECURITY_INVOKER { " WITH (security_invoker = true)" } else { "" };
    let renamed = Step::transaction(
        slug(&["rename", &table.name.name, "to", &to.name]),
        format!("rename {old} to {new}, and leave a view in its place that reads and writes through to it"),
        vec![
            alter(&table.name, &format!("RENAME TO {}", quoted(&to.name))),
            format!("CREATE VIEW {old}{rights} AS SELECT * FROM {new}"),
        ],
    )
    .undone_by(
        vec![format!("DROP VIEW {old}"), format!("ALTER TABLE {new} RENAME TO {}", quoted(&table.name.name))],
        "until code uses the new name",
    );
    let dropped = Step::transaction(
        slug(&["drop", "view", &table.name.name]),
        format!("drop the view {old}"),
        vec![format!("DROP VIEW {old}")],
    )
    .demands(Demand::said(format!("no code that runs, and no report, names {old}")))
    .undone_by(vec![format!("CREATE VIEW {old}{rights} AS SELECT * FROM {new}")], "at any time");
    let what = format!("rename table {old} to {new}");
    let notes = vec![
        format!("give the view {old} the rights that roles have on the table (GRANT), in the same migration"),
        format!("COPY INTO, TRUNCATE and LOCK TABLE work on {new} only, not on the view"),
    ];
    let releases = vec![
        Release {
            phase: Phase::Expand,
            steps: vec![renamed],
            then: vec![format!("deploy code that uses {new}")],
            serves: Serves::BOTH,
        },
        Release { phase: Phase::Contract, steps: vec![dropped], then: Vec::new(), serves: Serves::NEW },
    ];
    Some(Found::new(vec![at], what, releases).notes(notes))
}
