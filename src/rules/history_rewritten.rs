//! See `rules/history-rewritten.md`.

use crate::finding::Level;
use crate::review::replay::Parsed;
use crate::rule::Findings;
use crate::source::migration::{Change, Migration};
use crate::syntax;
use crate::syntax::span::Span;

pub(crate) fn check(history: &[Parsed<'_>], findings: &mut Findings) {
    for (file, parsed) in (0_u32..)
        .zip(history)
        .filter(|(_, parsed)| parsed.migration.standing.named && !parsed.migration.standing.repeatable)
    {
        let name = parsed.migration.path.display();
        let first = parsed.first_statement();
        match &parsed.migration.standing.change {
            Change::Modified { before } => modified(file, parsed, before, findings),
            Change::Deleted => findings
                .at(file, first, format!("{name} was released and is gone"))
                .label("servers that have run it keep what it did; new ones never get it")
                .help("put it back, and undo what it did in a new migration")
                .emit(),
            Change::Moved { from } => findings
                .at(file, first, format!("{name} was released as {}", from.display()))
                .label("servers that have run it under the old name run it again, or refuse to start")
                .help(format!("give it its old name back: git mv {name} {}", from.display()))
                .emit(),
            Change::Unknown | Change::Released | Change::Added => {}
        }
    }
}

fn modified(file: u32, parsed: &Parsed<'_>, before: &str, findings: &mut Findings) {
    let migration = parsed.migration;
    let name = migration.path.display();
    let Some(place) = first_difference(migration, before) else {
        findings
            .at(file, Span::default(), format!("comments or blanks of {name} changed after it was released"))
            .label("it does the same as before")
            .note("Flyway, Liquibase, Prisma, Atlas and sqlx keep checksums of what they ran, and refuse a file that changed")
            .help("if your tool keeps checksums, put the file back as it was")
            .at_most(Level::Note)
            .emit();
        return;
    };
    findings
        .at(file, place, format!("{name} was changed after it was released"))
        .label("servers that have run it never see this")
        .help("put the file back as it was, and make the change in a new migration")
        .emit();
}

/// The first word or sign of the new text that the old one does not have at its place; none where both say the same.
fn first_difference(migration: &Migration, before: &str) -> Option<Span> {
    let whole = |text: &str| Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
    let text = &migration.text;
    let (new, old) = (syntax::tokens(text, whole(text)), syntax::tokens(before, whole(before)));
    let differs = new.iter().zip(&old).find(|(new, old)| new.of(text) != old.of(before)).map(|(new, _)| *new);
    let end = || new.last().map_or_else(Span::default, |last| *last);
    let more = || new.get(old.len()).copied();
    let fewer = || (new.len() < old.len()).then(end);
    differs.or_else(more).or_else(fewer)
}
