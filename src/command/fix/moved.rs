//! Statements that move to migrations of their own, because only there they run as they have to.

use std::path::{Path, PathBuf};

use super::files::read;
use crate::date::Moment;
use crate::fix::apply::applied;
use crate::fix::rounds::Edits;
use crate::fix::{Edit, with_statement};
use crate::source::migration::{Direction, Migration};
use crate::source::next::{self, Draft};
use crate::source::{self, Overlay, Request};
use crate::syntax;
use crate::syntax::name::Symbol;
use crate::syntax::object::ObjectKind;
use crate::syntax::span::Span;
use crate::syntax::statement::StatementKind;

/// What a file loses to new migrations.
pub(super) struct Move<'m> {
    pub(super) migration: &'m Migration,
    /// What the file says without it.
    pub(super) after: String,
    pub(super) drafts: &'m [Draft],
}

/// What becomes of a file.
pub(super) struct Changed {
    /// Absolute.
    pub(super) path: PathBuf,
    /// As it is shown.
    pub(super) shown: PathBuf,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

impl<'m> Move<'m> {
    pub(super) fn of(migration: &'m Migration, edits: &'m Edits) -> Self {
        Self { migration, after: applied(migration.file_text(), &edits.edits), drafts: &edits.moved }
    }

    /// Whether all that the file does moves away.
    pub(super) fn is_whole(&self) -> bool {
        !self.drafts.is_empty() && self.leaves_nothing()
    }

    /// The files that change, and what is left to people; or why the statements have to stay.
    pub(super) fn files(
        &self,
        request: &Request,
        overlay: &Overlay,
        now: Moment,
    ) -> Result<(Vec<Changed>, Vec<String>), String> {
        let path = request.absolute(&self.migration.path);
        let mut overlay = overlay.clone();
        let mut changed = Vec::new();
        let down = self.migration.down.as_ref().map(|down| request.absolute(&down.path));
        if self.leaves_nothing() && self.is_last(request, &overlay) {
            // The new migration takes its place, with its number.
            changed.push(self.change(&path, &self.migration.path, None));
            if let (Some(down), Some(path)) = (&self.migration.down, &down) {
                let before = read(path, &overlay);
                changed.push(Changed { path: path.clone(), shown: down.path.clone(), before, after: None });
            }
        } else {
            let mut after = self.without_downs();
            if self.leaves_nothing() {
                after.insert_str(0, "-- moved to a migration of its own\n");
            }
            changed.push(self.change(&path, &self.migration.path, Some(after)));
            if let (Some(down), Some(path)) = (&self.migration.down, &down)
                && let Some(before) = read(path, &overlay)
            {
                let after = without(&before, Span::new(0, length(&before)), self.drafts);
                changed.push(Changed {
                    path: path.clone(),
                    shown: down.path.clone(),
                    before: Some(before),
                    after: Some(after),
                });
            }
        }
        for file in &changed {
            overlay.insert(file.path.clone(), file.after.as_ref().map(|text| text.clone().into_bytes()));
        }
        let (next, notes) = self.written(request, overlay, now)?;
        changed.extend(next);
        Ok((changed, notes))
    }

    /// The new migrations, seen from what the folder says by then.
    fn written(&self, request: &Request, overlay: Overlay, now: Moment) -> Result<(Vec<Changed>, Vec<String>), String> {
        let request = Request { overlay, ..request.clone() };
        let sources = source::load(&request).map_err(|error| error.to_string())?;
        let (home, layout) = (self.migration.standing.home, self.migration.standing.layout);
        let folder = |migration: &Migration| migration.path.parent().map(Path::to_owned);
        let beside = sources.migrations.iter().find(|one| one.path == self.migration.path).or_else(|| {
            let same = |one: &&Migration| one.standing.layout == layout && one.standing.home == home;
            sources
                .migrations
                .iter()
                .find(|one| same(one) && folder(one) == folder(self.migration))
                .or_else(|| sources.migrations.iter().find(same))
        });
        let beside = beside.ok_or("there is no other migration to name a new one after")?;
        let next = next::files(&request, &sources, beside, self.drafts, now)
            .map_err(|error| format!("{}; {}", error.reason, error.help))?;
        let shown = |path: &Path| path.strip_prefix(&request.directory).unwrap_or(path).to_owned();
        let files = next.files.into_iter().map(|file| Changed {
            shown: shown(&file.path),
            path: file.path,
            before: file.before,
            after: Some(file.text),
        });
        Ok((files.collect(), next.notes))
    }

    fn change(&self, path: &Path, shown: &Path, after: Option<String>) -> Changed {
        let before = Some(self.migration.file_text().to_owned());
        Changed { path: path.to_owned(), shown: shown.to_owned(), before, after }
    }

    /// Whether nothing that does anything is left to ship.
    fn leaves_nothing(&self) -> bool {
        let ups = || self.migration.sections.iter().filter(|section| section.direction == Direction::Up);
        let (Some(first), Some(last)) = (ups().next(), ups().next_back()) else { return false };
        let end = last.span.end.saturating_sub(self.shift());
        !ships(&self.after, Span::new(first.span.start, end.min(length(&self.after))))
    }

    /// Whether no migration comes after it: then its number is free again.
    fn is_last(&self, request: &Request, overlay: &Overlay) -> bool {
        let request = Request { overlay: overlay.clone(), ..request.clone() };
        let Ok(sources) = source::load(&request) else { return false };
        let home = self.migration.standing.home;
        let last = sources.migrations.iter().rfind(|one| one.standing.home == home);
        last.is_some_and(|last| last.path == self.migration.path)
    }

    /// By how much what stands behind the edits has moved up.
    fn shift(&self) -> u32 {
        length(self.migration.file_text()).saturating_sub(length(&self.after))
    }

    /// The file without the statements that take back what moves.
    fn without_downs(&self) -> String {
        let mut text = self.after.clone();
        for section in self.migration.sections.iter().filter(|section| section.direction == Direction::Down) {
            let start = section.span.start.saturating_sub(self.shift());
            text = without(&text, Span::new(start, length(&text).min(section.span.end)), self.drafts);
        }
        text
    }
}

/// Whether a statement does something: settings only prepare for others.
fn ships(text: &str, span: Span) -> bool {
    let statements = syntax::parse(text, span).statements;
    let does = |kind: &StatementKind| !matches!(kind, StatementKind::Set(_) | StatementKind::Transaction(_));
    statements.iter().any(|statement| does(&statement.kind))
}

/// `text` without the statements in `span` that drop an index which a draft builds, and so takes back itself.
fn without(text: &str, span: Span, drafts: &[Draft]) -> String {
    let built: Vec<Symbol> = drafts.iter().filter_map(|draft| index_built(&draft.up)).collect();
    let mut edits = Vec::new();
    for statement in syntax::parse(text, span).statements {
        let StatementKind::Drop(drop) = &statement.kind else { continue };
        let ours = drop.kind == ObjectKind::Index && drop.names.iter().all(|name| built.contains(name.last()));
        if ours {
            edits.push(Edit::delete(with_statement(text, statement.span)));
        }
    }
    applied(text, &edits)
}

/// The index that a statement builds.
fn index_built(sql: &str) -> Option<Symbol> {
    let statements = syntax::parse(sql, Span::new(0, length(sql))).statements;
    statements.iter().find_map(|statement| match &statement.kind {
        StatementKind::CreateIndex(def) => def.name.as_ref().map(|name| name.name.clone()),
        _ => None,
    })
}

fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}
