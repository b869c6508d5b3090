//! Triggers that keep the rows of two tables in step.

use std::collections::BTreeSet;

use super::write::{beside, dollar_quoted, made, quoted};
use crate::schema::catalog::Table;
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;

/// The names of its columns.
pub(super) fn columns_of(table: &Table) -> Vec<Symbol> {
    table.columns.iter().map(|column| column.name.clone()).collect()
}

/// A table whose rows follow those of another one.
pub(super) struct Mirror<'s> {
    /// The table that is written.
    pub(super) from: &'s QName,
    /// Its columns.
    pub(super) known: Vec<Symbol>,
    /// The one that follows.
    pub(super) to: &'s QName,
    /// What function and triggers are called, without the ending.
    pub(super) base: String,
    /// Columns of the second, each with its expression over columns of the first.
    pub(super) columns: Vec<(Symbol, String)>,
    /// Columns of the second that tell its rows apart.
    pub(super) key: Vec<Symbol>,
    /// Which rows of the first have one in the second; none: all.
    pub(super) filter: Option<String>,
    /// What an `INSERT` into the second has to say between its columns and its values.
    pub(super) overriding: &'static str,
}

impl Mirror<'_> {
    fn name(&self) -> Symbol {
        made(&self.base, "sync")
    }

    fn function(&self) -> String {
        beside(self.from, &self.name())
    }

    fn delete_trigger(&self) -> Symbol {
        made(&self.base, "sync_delete")
    }

    /// Creates the function and its triggers. Rows go before those they refer to do.
    pub(super) fn created(&self) -> Vec<String> {
        let (function, table) = (self.function(), self.from.short());
        let call = format!("ON {table}\n    FOR EACH ROW EXECUTE FUNCTION {function}()");
        vec![
            format!("CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS {}", dollar_quoted(&self.body())),
            format!("CREATE TRIGGER {} AFTER INSERT OR UPDATE {call}", quoted(&self.name())),
            format!("CREATE TRIGGER {} BEFORE DELETE {call}", quoted(&self.delete_trigger())),
        ]
    }

    /// Removes them; the table may have another name by then.
    pub(super) fn removed(&self, table: &QName) -> Vec<String> {
        let table = table.short();
        vec![
            format!("DROP TRIGGER {} ON {table}", quoted(&self.name())),
            format!("DROP TRIGGER {} ON {table}", quoted(&self.delete_trigger())),
            format!("DROP FUNCTION {}()", self.function()),
        ]
    }

    /// An expression over the first table, of the row `row`.
    fn of(&self, expression: &str, row: &str) -> String {
        super::expression::renamed(expression, &self.from.name, |name| {
            self.known.contains(name).then(|| format!("{row}.{}", quoted(name)))
        })
    }

    fn key_is(&self, row: &str) -> String {
        let parts = self.columns.iter().filter(|(name, _)| self.key.contains(name));
        parts.map(|(name, from)| format!("{} = {}", quoted(name), self.of(from, row))).collect::<Vec<_>>().join(" AND ")
    }

    /// Columns of the first table that what follows depends on.
    fn followed(&self) -> Vec<&Symbol> {
        let mut named = BTreeSet::new();
        for expression in self.columns.iter().map(|(_, from)| from).chain(&self.filter) {
            super::expression::renamed(expression, &self.from.name, |name| {
                named.insert(name.clone());
                None
            });
        }
        self.known.iter().filter(|name| named.contains(*name)).collect()
    }

    fn body(&self) -> String {
        let to = self.to.short();
        let names = self.columns.iter().map(|(name, _)| quoted(name)).collect::<Vec<_>>();
        let values = self.columns.iter().map(|(_, from)| self.of(from, "NEW")).collect::<Vec<_>>();
        let key = self.key.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
        let others: Vec<String> =
            self.columns.iter().filter(|(name, _)| !self.key.contains(name)).map(|(name, _)| quoted(name)).collect();
        let excluded = |name: &String| format!("EXCLUDED.{name}");
        let conflict = if others.is_empty() {
            "DO NOTHING".to_owned()
        } else {
            let set: Vec<String> = others.iter().map(|name| format!("{name} = {}", excluded(name))).collect();
            let differs: Vec<String> =
                others.iter().map(|name| format!("kept.{name} IS DISTINCT FROM {}", excluded(name))).collect();
            // A row that is there before the one it follows was written by whoever wrote both.
            format!("DO UPDATE SET {}\n        WHERE TG_OP = 'UPDATE' AND ({})", set.join(", "), differs.join(" OR "))
        };
        let moved: Vec<String> = self
            .columns
            .iter()
            .filter(|(name, _)| self.key.contains(name))
            .map(|(_, from)| format!("{} IS DISTINCT FROM {}", self.of(from, "NEW"), self.of(from, "OLD")))
            .collect();
        let filter = self.filter.as_ref().map_or_else(String::new, |filter| {
            let filter = self.of(filter, "NEW");
            let key = self.key_is("NEW");
            // What is there as its row is inserted, code wrote that writes both.
            format!(
                "    IF NOT coalesce({filter}, false) THEN\n        IF TG_OP = 'UPDATE' THEN\n            \
                 DELETE FROM {to} WHERE {key};\n        END IF;\n        RETURN NEW;\n    END IF;\n"
            )
        });
        let row = |row: &str| {
            self.followed().iter().map(|name| format!("{row}.{}", quoted(name))).collect::<Vec<_>>().join(", ")
        };
        format!(
            "BEGIN\n    IF TG_OP = 'DELETE' THEN\n        DELETE FROM {to} WHERE {old};\n        RETURN OLD;\n    END IF;\n    \
             IF TG_OP = 'UPDATE' THEN\n        IF ({new_row}) IS NOT DISTINCT FROM ({old_row}) THEN\n            \
             RETURN NEW; -- nothing that {to} follows has changed\n        END IF;\n        \
             IF {moved} THEN\n            DELETE FROM {to} WHERE {old};\n        END IF;\n    END IF;\n{filter}    \
             INSERT INTO {to} AS kept ({names}){overriding}\n    VALUES ({values})\n    ON CONFLICT ({key}) {conflict};\n    \
             RETURN NEW;\nEND",
            old = self.key_is("OLD"),
            new_row = row("NEW"),
            old_row = row("OLD"),
            moved = moved.join(" OR "),
            names = names.join(", "),
            overriding = self.overriding,
            values = values.join(", "),
        )
    }
}

/// Columns of one table that follow those of rows of another one, which tell by `key` whose they are.
pub(super) struct Back<'s> {
    /// The table that is written.
    pub(super) from: &'s QName,
    /// The one whose columns follow.
    pub(super) to: &'s QName,
    pub(super) base: String,
    /// Columns of the second with those of the first that they follow.
    pub(super) columns: Vec<(Symbol, Symbol)>,
    /// The same for the key.
    pub(super) key: Vec<(Symbol, Symbol)>,
}

impl Back<'_> {
    fn name(&self) -> Symbol {
        made(&self.base, "back")
    }

    fn function(&self) -> String {
        beside(self.from, &self.name())
    }

    /// Creates function and trigger.
    pub(super) fn created(&self) -> Vec<String> {
        let (function, table) = (self.function(), self.from.short());
        vec![
            format!("CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS {}", dollar_quoted(&self.body())),
            format!(
                "CREATE TRIGGER {} AFTER INSERT OR UPDATE OR DELETE ON {table}\n    FOR EACH ROW EXECUTE FUNCTION {function}()",
                quoted(&self.name())
            ),
        ]
    }

    /// Removes them.
    pub(super) fn removed(&self) -> Vec<String> {
        vec![
            format!("DROP TRIGGER {} ON {}", quoted(&self.name()), self.from.short()),
            format!("DROP FUNCTION {}()", self.function()),
        ]
    }

    fn body(&self) -> String {
        let to = self.to.short();
        let key = |row: &str| {
            let parts = self.key.iter().map(|(to, from)| format!("{} = {row}.{}", quoted(to), quoted(from)));
            parts.collect::<Vec<_>>().join(" AND ")
        };
        let join = |parts: Vec<String>, joint: &str| parts.join(joint);
        let set = self.columns.iter().map(|(to, from)| format!("{} = NEW.{}", quoted(to), quoted(from))).collect();
        let differs = self
            .columns
            .iter()
            .map(|(to, from)| format!("{} IS DISTINCT FROM NEW.{}", quoted(to), quoted(from)))
            .collect();
        let empty = self.columns.iter().map(|(to, _)| format!("{} = NULL", quoted(to))).collect();
        let full = self.columns.iter().map(|(to, _)| format!("{} IS NOT NULL", quoted(to))).collect();
        format!(
            "BEGIN\n    IF TG_OP = 'DELETE' THEN\n        IF pg_trigger_depth() = 1 THEN -- not because the other row goes\n            \
             UPDATE {to} SET {} WHERE {} AND ({});\n        END IF;\n        RETURN OLD;\n    END IF;\n    \
             UPDATE {to} SET {}\n    WHERE {} AND ({});\n    RETURN NEW;\nEND",
            join(empty, ", "),
            key("OLD"),
            join(full, " OR "),
            join(set, ", "),
            key("NEW"),
            join(differs, " OR "),
        )
    }
}
