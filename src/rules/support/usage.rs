//! What the search of code, and that of recorded queries, say about a thing that a migration takes away.

use super::counted;
use crate::evidence::queries::Queries;
use crate::evidence::{CodeSearch, QuerySearch, References, Target, TargetKind};
use crate::review::step::{Release, Step};
use crate::rule::Builder;
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;

/// What is known of the code that runs while the migration does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage<'r> {
    /// The code was searched.
    code: Option<(&'r CodeSearch, &'r References)>,
    /// Its queries were.
    queries: Option<(&'r QuerySearch, &'r Queries)>,
    /// A search for code found no file to read: the code is somewhere else, and nothing is shown.
    nowhere: bool,
}

impl<'r> Usage<'r> {
    /// For the step of a release.
    pub(crate) fn of(step: &Step<'_>, release: &Release<'r>, target: &Target) -> Self {
        let late = step.migration.standing.post_deploy;
        let all = release.evidence.code(late);
        let code = all.filter(|code| code.files > 0);
        let queries = release.evidence.queries(late);
        Self {
            code: code.and_then(|code| Some((code, code.references(target)?))),
            queries: queries.and_then(|queries| Some((queries, queries.queries(target)?))),
            nowhere: all.is_some() && code.is_none(),
        }
    }

    /// How to have the code searched, where it was not.
    pub(crate) fn advice(self, rule: &str) -> Option<String> {
        let search = if self.nowhere {
            "no file of running code was found to search; say where it is with paths in [code]"
        } else {
            "with --base the code that is running is searched for it"
        };
        let allow = format!("or say how you know that it is unused: -- switchback: allow({rule}) <evidence>");
        (self.is_unsearched() && !self.is_used()).then(|| format!("{search}; {allow}"))
    }

    /// Whether code or a query names the thing.
    pub(crate) fn is_used(self) -> bool {
        self.places() > 0 || self.named() > 0
    }

    /// Whether the code was not searched: queries alone do not show that nothing else asks them.
    pub(crate) fn is_unsearched(self) -> bool {
        self.code.is_none()
    }

    /// Who names it: `the code that is running names it in 3 places`; none where nobody does.
    pub(crate) fn users(self) -> Option<String> {
        let code = || format!("the code that is running names it in {}", counted(self.places(), "place"));
        let queries = || match self.named() {
            1 => "1 recorded query names it".to_owned(),
            number => format!("{number} recorded queries name it"),
        };
        match (self.places() > 0, self.named() > 0) {
            (true, true) => Some(format!("{}, and {}", code(), queries())),
            (true, false) => Some(code()),
            (false, true) => Some(queries()),
            (false, false) => None,
        }
    }

    /// Reports the finding with the places; without any, and with nothing in the schema that leans on the thing
    /// (`free`), allows it.
    pub(crate) fn conclude(self, builder: Builder<'_>, free: bool) {
        match self.code {
            Some((code, _)) if free && !self.is_used() => builder.allow(self.nothing_found(code)),
            _ => self.show(builder).emit(),
        }
    }

    /// That nobody names it, where the code was searched and names it nowhere.
    pub(crate) fn clean(self) -> Option<String> {
        self.code.filter(|_| !self.is_used()).map(|(code, _)| self.nothing_found(code))
    }

    /// The places and the queries, or that there are none.
    pub(crate) fn show(self, builder: Builder<'_>) -> Builder<'_> {
        let builder = match self.code {
            None => builder,
            Some((code, references)) if references.total == 0 => builder.note(code.nothing_found()),
            Some((code, references)) => builder.code(code.revision.clone(), references),
        };
        let Some((search, queries)) = self.queries else { return builder };
        let builder = match queries.total {
            0 => builder.note(format!("no reference in {} of {}", search.counted(), search.name)),
            _ => builder.queries(queries),
        };
        match stars(queries) {
            Some(stars) => builder.note(stars),
            None => builder,
        }
    }

    /// `no reference in 312 files at origin/main (1a2b3c4d5e), nor in 1,234 recorded queries`.
    fn nothing_found(self, code: &CodeSearch) -> String {
        let Some((search, queries)) = self.queries else { return code.nothing_found() };
        let stars = stars(queries).map(|stars| format!("; {stars}")).unwrap_or_default();
        format!("{}, nor in {}{stars}", code.nothing_found(), search.counted())
    }

    /// Places in code.
    fn places(self) -> usize {
        self.code.map_or(0, |(_, references)| references.total)
    }

    /// Queries.
    fn named(self) -> usize {
        self.queries.map_or(0, |(_, queries)| queries.total)
    }
}

/// What reads every column by `*` may go on to use this one.
fn stars(queries: &Queries) -> Option<String> {
    match queries.stars {
        0 => None,
        1 => Some("1 recorded query reads every column of the table by `*`".to_owned()),
        number => Some(format!("{number} recorded queries read every column of the table by `*`")),
    }
}

/// A column.
pub(crate) fn column(table: &QName, column: &Symbol) -> Target {
    Target { kind: TargetKind::Column, name: column.clone(), owner: Some(table.name.clone()) }
}

/// A table or view.
pub(crate) fn relation(name: &QName) -> Target {
    Target { kind: TargetKind::Relation, name: name.name.clone(), owner: None }
}
