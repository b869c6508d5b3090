//! Migrations of Rails: the SQL that `execute` is given, in `up` and `change`.

mod scan;
mod scanner;

use super::mask::Mask;
use super::{Carried, Language, strings};
use crate::source::migration::{Direction, Section, TransactionMode};
use crate::syntax::span::Span;
use scan::Call;

pub(super) const RAILS: Language = Language {
    name: "rails",
    marks: "classes that inherit from ActiveRecord::Migration",
    extensions: &["rb"],
    recognizes: |text| text.contains("ActiveRecord::Migration"),
    read,
};

fn read(text: &str) -> Carried {
    let scanned = scan::scan(text);
    let mut mask = Mask::new(text);
    let mut unread = Vec::new();
    let transaction = if scanned.no_transaction { TransactionMode::None } else { TransactionMode::Wrapped };
    let mut strings = Vec::new();
    for Call { span, sql, down } in scanned.calls {
        if transaction == TransactionMode::None {
            strings.extend(strings::of_several(text, span, sql.as_ref()));
        }
        match sql {
            Some(text) => mask.statement(&text),
            None if !down => unread.push(span),
            None => {}
        }
    }
    mask.directives();
    let mut sections = Vec::new();
    let mut start = 0;
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let mut section = |span: Span, direction| {
        if !span.is_empty() {
            sections.extend(strings::cut(Section { span, direction, transaction }, &strings));
        }
    };
    for down in scanned.downs {
        section(Span::new(start, down.start), Direction::Up);
        section(down, Direction::Down);
        start = down.end;
    }
    section(Span::new(start, end), Direction::Up);
    Carried { sql: mask.finish(), sections, written: Vec::new(), unread, reversible: false }
}
