//! Views and materialized views.

use super::rows;
use super::spelling::spelled;
use crate::syntax::cursor::{Cursor, Parse};
use crate::syntax::object::CreateView;
use crate::syntax::statement::StatementKind;

/// The words between `CREATE` and `VIEW`.
#[derive(Clone, Copy, Default)]
pub(super) struct Modifiers {
    pub(super) materialized: bool,
    pub(super) or_replace: bool,
    pub(super) temporary: bool,
}

/// After `CREATE … VIEW`.
pub(super) fn create_view(cursor: &mut Cursor<'_>, modifiers: Modifiers) -> Parse<StatementKind> {
    let Modifiers { materialized, or_replace, temporary } = modifiers;
    let if_not_exists = cursor.if_not_exists();
    let name = cursor.name("a view name")?;
    cursor.skip_group_if_any()?;
    while !cursor.at("AS") {
        if cursor.eat("WITH") {
            cursor.group()?;
        } else if cursor.eat_any(&["USING", "TABLESPACE"]) {
            cursor.ident("a name")?;
        } else {
            return cursor.refuse("AS");
        }
    }
    cursor.expect("AS")?;
    let tokens = cursor.until(|cursor| {
        cursor.at_any(&["WITH NO DATA", "WITH DATA", "WITH CHECK OPTION", "WITH LOCAL CHECK", "WITH CASCADED CHECK"])
    });
    let text = spelled(tokens);
    let query = rows::query_in(tokens)?;
    let no_data = cursor.eat("WITH NO DATA");
    cursor.eat_any(&["WITH DATA", "WITH CHECK OPTION", "WITH LOCAL CHECK OPTION", "WITH CASCADED CHECK OPTION"]);
    cursor.expect_end()?;
    let view = CreateView { name, materialized, or_replace, if_not_exists, temporary, query, text, no_data };
    Ok(StatementKind::CreateView(Box::new(view)))
}
