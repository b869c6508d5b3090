//! See `rules/identifier-too-long.md`.

use super::support::added::{Named, each_name, is_there};
use super::support::edit;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::catalog::Origin;
use crate::schema::operation::OperationKind;
use crate::settings::policy::NameKind;
use crate::syntax::name::{Quoted, is_template};
use crate::syntax::span::Span;

/// Bytes of a name that the server keeps.
const LONGEST: usize = 63;

/// What is shorter was not cut off: a character has at most four bytes.
const SHORTEST_CUT: usize = LONGEST - 3;

/// Bytes at the start of a `CREATE TABLE` in which its name is looked for.
const HEAD: u32 = 400;

pub(crate) fn check(step: &Step<'_>, _: &Release<'_>, findings: &mut Findings) {
    each_name(step, |named| judge(step, &named, findings));
    // `IF NOT EXISTS` finds another table under the name it is cut off to.
    if let OperationKind::CreateTable { def, .. } = &step.operation.kind
        && !def.temporary
        && is_there(step)
    {
        let named = Named { kind: NameKind::Table, ident: &def.name.name, table: None };
        if other(step, &named).is_some() {
            judge(step, &named, findings);
        }
    }
}

fn judge(step: &Step<'_>, named: &Named<'_>, findings: &mut Findings) {
    let kept = &*named.ident.name;
    if kept.len() < SHORTEST_CUT || is_template(kept) {
        return;
    }
    let bytes = length(edit::text(step, named.ident.span));
    if bytes <= LONGEST {
        return;
    }
    let kind = named.kind.words();
    let mut builder = findings
        .on(
            step,
            format!(
                "the name of the {kind} {} is cut off here: it has {bytes} bytes, and the server keeps 63",
                Quoted(kept)
            ),
        )
        .at(named.ident.span)
        .label("cut off without an error");
    if let Some(origin) = other(step, named) {
        builder = builder
            .note("a table of another name is cut off to the same: the server takes the two for one")
            .related(origin.file, origin.span, "the other one");
    }
    builder.help("choose a name of at most 63 bytes, so that it is found again under the name it was given").emit();
}

/// Bytes of an identifier as it is written, without its quotes.
fn length(written: &str) -> usize {
    let inner = written.strip_prefix('"').and_then(|inner| inner.strip_suffix('"'));
    inner.map_or(written.len(), |inner| inner.replace("\"\"", "\"").len())
}

/// Where the table was created that the file calls by another name, and the server by the same.
fn other(step: &Step<'_>, named: &Named<'_>) -> Option<Origin> {
    let table = step.before.table.as_ref().filter(|_| named.kind == NameKind::Table)?;
    let origin = table.origin.filter(|origin| origin.file == step.file && named.ident.name == table.name.name)?;
    let end = origin.span.end.min(origin.span.start + HEAD);
    let head = edit::text(step, Span::new(origin.span.start, end));
    // Empty where the cut falls into a character.
    (!head.is_empty() && !head.contains(edit::text(step, named.ident.span))).then_some(origin)
}
