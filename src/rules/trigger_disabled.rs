//! See `rules/trigger-disabled.md`.

use std::collections::BTreeMap;

use super::support::edit;
use super::support::end::End;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::{ActionKind, TriggerState, Triggers};
use crate::syntax::name::Quoted;
use crate::syntax::object::ObjectKind;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let end = End::of(release);
    // What is off on each table, with the step that switched it off. The last word on the same triggers counts.
    let mut off: BTreeMap<&QName, BTreeMap<Which<'_>, usize>> = BTreeMap::new();
    for (index, step) in release.steps.iter().enumerate() {
        let Some(table) = end.name(index) else { continue };
        match &step.operation.kind {
            OperationKind::Alter { action, .. } => {
                let ActionKind::Trigger { triggers, state } = &action.kind else { continue };
                let off = off.entry(table).or_default();
                switch(off, triggers);
                if *state == TriggerState::Disabled {
                    off.insert(Which::from(triggers), index);
                }
            }
            OperationKind::Drop { kind: ObjectKind::Trigger, name, .. } => {
                off.entry(table).or_default().remove(&Which::Named(&name.name));
            }
            _ => {}
        }
    }
    let all = off.into_iter().flat_map(|(table, off)| off.into_iter().map(move |(which, index)| (index, which, table)));
    let mut left: Vec<_> = all.collect();
    left.sort();
    for (index, which, table) in left {
        if let Some(step) = release.steps.get(index) {
            report(step, table, which, findings);
        }
    }
}

/// Which triggers of a table are meant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Which<'r> {
    All,
    User,
    Named(&'r str),
}

impl<'r> From<&'r Triggers> for Which<'r> {
    fn from(triggers: &'r Triggers) -> Self {
        match triggers {
            Triggers::All => Self::All,
            Triggers::User => Self::User,
            Triggers::Named(name) => Self::Named(&name.name),
        }
    }
}

/// Forgets what was said earlier about the triggers that a statement speaks of. After `DISABLE TRIGGER ALL`, `USER` leaves
/// those of foreign keys.
fn switch<'r>(off: &mut BTreeMap<Which<'r>, usize>, triggers: &'r Triggers) {
    match triggers {
        Triggers::All => off.clear(),
        Triggers::User => off.retain(|which, _| *which == Which::All),
        Triggers::Named(name) => {
            off.remove(&Which::Named(&name.name));
        }
    }
}

fn report(step: &Step<'_>, table: &QName, which: Which<'_>, findings: &mut Findings) {
    let short = table.short();
    let (what, them, name) = match which {
        Which::Named(name) => (format!("trigger {} on {short} is", Quoted(name)), "it", Quoted(name).to_string()),
        Which::All => (format!("all triggers of {short} are"), "them", "ALL".to_owned()),
        Which::User => (format!("the triggers of {short} are"), "them", "USER".to_owned()),
    };
    let lost = match which {
        Which::All => "foreign keys are checked by triggers: they are off as well, and broken references stay",
        Which::Named(_) => "what it checks, copies or records is missing for every row written from now on",
        Which::User => "what they check, copy or record is missing for every row written from now on",
    };
    findings
        .on(step, format!("{what} switched off, and nothing in this release switches {them} on again"))
        .at(edit::place(step, step.operation.span))
        .label("off for everybody")
        .subject(table.to_string())
        .note(lost)
        .help(format!(
            "switch {them} on again in the same transaction:\nALTER TABLE {short} ENABLE TRIGGER {name};\nto spare only your \
             own session, leave the table alone and say:\nSET LOCAL session_replication_role = replica;"
        ))
        .emit();
}
