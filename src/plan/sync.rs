//! Triggers that keep old and new columns of a table in step, whoever writes.

use super::write::{alter, beside, dollar_quoted, made, quoted};
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;

/// Columns that are filled from each other.
pub(super) struct Sync<'s> {
    pub(super) table: &'s QName,
    /// What the function and the trigger are called, without the ending.
    pub(super) base: String,
    /// The old columns.
    pub(super) old: Vec<Symbol>,
    /// The new columns, each with its expression over `NEW` and the old columns.
    pub(super) forth: Vec<(Symbol, String)>,
    /// Old columns, each with its expression over `NEW` and the new columns.
    pub(super) back: Vec<(Symbol, String)>,
}

impl Sync<'_> {
    fn name(&self) -> Symbol {
        made(&self.base, "sync")
    }

    fn function(&self) -> String {
        beside(self.table, &self.name())
    }

    /// Creates function and trigger.
    pub(super) fn created(&self) -> Vec<String> {
        let (function, table) = (self.function(), self.table.short());
        vec![
            format!("CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS {}", dollar_quoted(&self.body())),
            format!(
                "CREATE TRIGGER {} BEFORE INSERT OR UPDATE ON {table}\n    FOR EACH ROW EXECUTE FUNCTION {function}()",
                quoted(&self.name())
            ),
        ]
    }

    /// Removes them.
    pub(super) fn removed(&self) -> Vec<String> {
        vec![
            format!("DROP TRIGGER {} ON {}", quoted(&self.name()), self.table.short()),
            format!("DROP FUNCTION {}()", self.function()),
        ]
    }

    fn body(&self) -> String {
        let assign = |pairs: &[(Symbol, String)], indent: &str| -> String {
            let lines = pairs.iter().map(|(name, from)| format!("{indent}NEW.{} := {from};\n", quoted(name)));
            lines.collect::<Vec<_>>().concat()
        };
        let every = |names: &mut dyn Iterator<Item = &Symbol>, part: &dyn Fn(&str) -> String, word: &str| {
            names.map(|name| part(&quoted(name))).collect::<Vec<_>>().join(word)
        };
        let changed = |name: &str| format!("NEW.{name} IS DISTINCT FROM OLD.{name}");
        let empty = every(&mut self.forth.iter().map(|(name, _)| name), &|name| format!("NEW.{name} IS NULL"), " AND ");
        let new_changed = every(&mut self.forth.iter().map(|(name, _)| name), &changed, " OR ");
        let old_changed = every(&mut self.old.iter(), &changed, " OR ");
        let forth = assign(&self.forth, "            ");
        if self.back.is_empty() {
            return format!(
                "BEGIN\n    IF TG_OP = 'INSERT' THEN\n        IF {empty} THEN\n{forth}        END IF;\n    ELSIF {} THEN\n\
                 {}    END IF;\n    RETURN NEW;\nEND",
                self.only(&old_changed, &new_changed),
                assign(&self.forth, "        "),
            );
        }
        let differs = self
            .forth
            .iter()
            .map(|(name, from)| format!("NEW.{} IS DISTINCT FROM {from}", quoted(name)))
            .collect::<Vec<_>>()
            .join(" OR ");
        let back = assign(&self.back, "            ");
        format!(
            "BEGIN\n    IF TG_OP = 'INSERT' THEN\n        IF {empty} THEN -- written by the old code\n{forth}        ELSE\n\
             {back}        END IF;\n    ELSIF {new_changed} THEN\n        IF {differs} THEN -- and not by the backfill\n\
             {back}        END IF;\n    ELSIF {old_changed} THEN\n{}    END IF;\n    RETURN NEW;\nEND",
            assign(&self.forth, "        "),
        )
    }

    /// When the new columns follow, where nothing leads back: the old ones were written, and not the new ones with them.
    fn only(&self, old_changed: &str, new_changed: &str) -> String {
        let grouped = |text: &str, several: bool| if several { format!("({text})") } else { text.to_owned() };
        format!("{} AND NOT {}", grouped(old_changed, self.old.len() > 1), grouped(new_changed, true))
    }
}

/// Adds columns.
pub(super) fn added(table: &QName, columns: &[String]) -> String {
    let actions: Vec<String> = columns.iter().map(|column| format!("ADD COLUMN {column}")).collect();
    alter(table, &actions.join(", "))
}
