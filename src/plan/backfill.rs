//! Jobs that go over all rows of a table, a batch at a time: each batch is a transaction of its own, what is done is written
//! down, and a job that is stopped goes on where it was.

use super::Options;
use super::step::{Demand, Step};
use super::write::{beside, dollar_quoted, literal, made, quoted, retire};
use crate::schema::catalog::Table;
use crate::syntax::name::Symbol;

/// A job.
pub(super) struct Job<'s> {
    /// The table whose rows it goes over.
    pub(super) table: &'s Table,
    /// What it is called, without the ending.
    pub(super) base: String,
    /// What it does, as an order: "fill `users.full_name` from `users.name`".
    pub(super) words: String,
    /// What it does to a batch.
    pub(super) work: Work,
    /// Counts the rows that are still to do, and what that means.
    pub(super) left: Option<Demand>,
}

/// What is done to a batch of rows.
pub(super) enum Work {
    /// `UPDATE table SET set WHERE batch AND open`: a row that is done is not open any more.
    Update { set: String, open: String },
    /// `UPDATE table SET set WHERE batch`: every row once.
    UpdateOnce { set: String, filter: Option<String> },
    /// `DELETE FROM table WHERE batch AND filter`.
    Delete { filter: Option<String> },
    /// `INSERT INTO target (columns) SELECT values FROM table WHERE batch AND filter ON CONFLICT DO NOTHING`.
    Insert { target: String, columns: String, values: String, filter: Option<String> },
}

/// Columns that tell rows apart.
fn key(table: &Table) -> Option<Vec<Symbol>> {
    table.primary_key().map(|key| key.columns.clone()).filter(|columns| !columns.is_empty())
}

/// Which rows are still to do where `column` is filled by `fill`. Without a key they are taken as long as there are any, so
/// that those for which there is nothing are none of them.
pub(super) fn empty(table: &Table, column: &Symbol, fill: &str) -> String {
    let empty = format!("{} IS NULL", quoted(column));
    if key(table).is_some() { empty } else { format!("{empty} AND ({fill}) IS NOT NULL") }
}

impl Job<'_> {
    fn name(&self) -> Symbol {
        made(&self.base, "backfill")
    }

    fn called(&self) -> String {
        beside(&self.table.name, &self.name())
    }

    fn progress(&self) -> String {
        beside(&self.table.name, &made(&self.base, "progress"))
    }

    /// The step that does it; none where nothing tells rows apart and a row could be done twice.
    pub(super) fn step(&self, options: &Options) -> Option<Step> {
        let keys = key(self.table);
        let keyed = keys.is_some() || matches!(self.work, Work::Update { .. } | Work::Delete { .. });
        if !keyed || (keys.is_none() && self.table.partitioned) {
            return None;
        }
        let (job, progress) = (self.called(), self.progress());
        let table = self.table.name.short();
        let done = keys
            .as_ref()
            .map_or_else(String::new, |keys| keys.iter().flat_map(|key| [quoted(key), ", ".to_owned()]).collect());
        let statements = vec![
            format!(
                "CREATE TABLE IF NOT EXISTS {progress} AS\n    SELECT {done}0::bigint AS rows_done, NULL::timestamptz AS \
                 finished_at FROM {table} WITH NO DATA"
            ),
            format!(
                "{}CREATE OR REPLACE PROCEDURE {job}(_batch integer DEFAULT {}, _pause interval DEFAULT '{} ms')\nLANGUAGE \
                 plpgsql AS {}",
                retire(&progress, None),
                options.batch,
                options.pause,
                dollar_quoted(&self.body(keys.as_deref()))
            ),
            format!("SET lock_timeout = {}", literal(&options.lock_timeout)),
            format!("CALL {job}()"),
        ];
        let words = format!("{}, {} rows at a time", self.words, options.batch);
        let step = Step::job(self.name().to_string(), words, statements).back(
            "stop it whenever you like: rows that are done stay done, and running it again goes on where it stopped",
        );
        Some(step)
    }

    /// What takes the job's own things away, once nobody needs them.
    pub(super) fn removed(&self, options: &Options) -> Step {
        let statements = vec![
            format!("SET lock_timeout = {}", literal(&options.lock_timeout)),
            format!("DROP PROCEDURE IF EXISTS {}", self.called()),
            format!("DROP TABLE IF EXISTS {}", self.progress()),
        ];
        let name = made(&self.base, "backfill_removed");
        let step =
            Step::job(name.to_string(), "remove the procedure and the progress table of the backfill", statements);
        let step = step.back("nothing to go back to: it is only needed once");
        match &self.left {
            Some(left) => step.demands(left.clone()),
            None => step,
        }
    }

    fn body(&self, keys: Option<&[Symbol]>) -> String {
        match keys {
            Some(keys) => self.by_key(keys),
            None => self.by_place(),
        }
    }

    /// Goes along the key, batch by batch.
    fn by_key(&self, keys: &[Symbol]) -> String {
        let table = self.table.name.short();
        let progress = self.progress();
        let columns: Vec<String> = keys.iter().map(|key| quoted(key)).collect();
        let var = |ending: &str, key: &Symbol| quoted(&format!("_{ending}_{key}"));
        let vars = |ending: &str| keys.iter().map(|key| var(ending, key)).collect::<Vec<_>>();
        let row = |parts: &[String]| if parts.len() == 1 { parts.concat() } else { format!("({})", parts.join(", ")) };
        let mut declared = String::new();
        for ending in ["done", "first", "last"] {
            declared.extend(keys.iter().map(|key| format!("    {} {table}.{}%TYPE;\n", var(ending, key), quoted(key))));
        }
        let all = columns.join(", ");
        let backwards = columns.iter().map(|column| format!("{column} DESC")).collect::<Vec<_>>().join(", ");
        let (done, first, last) = (vars("done"), vars("first"), vars("last"));
        let is_empty = done.first().map(|done| format!("{done} IS NULL")).unwrap_or_default();
        let set: String = columns.iter().zip(&last).flat_map(|(column, last)| [column, " = ", last, ", "]).collect();
        let batch = format!("{} >= {} AND {} <= {}", row(&columns), row(&first), row(&columns), row(&last));
        format!(
            "DECLARE\n{declared}    _changed bigint;\nBEGIN\n    \
             INSERT INTO {progress} (rows_done) SELECT 0 WHERE NOT EXISTS (SELECT FROM {progress});\n    \
             LOOP\n        \
             SELECT {all} INTO {done_into} FROM {progress} FOR UPDATE;\n        \
             IF {is_empty} THEN\n            \
             SELECT {all} INTO {first_into} FROM {table} ORDER BY {all} LIMIT 1;\n        \
             ELSE\n            \
             SELECT {all} INTO {first_into} FROM {table} WHERE {row} > {done_row} ORDER BY {all} LIMIT 1;\n        \
             END IF;\n        \
             EXIT WHEN NOT FOUND;\n        \
             SELECT {all} INTO {last_into} FROM (\n            \
             SELECT {all} FROM {table} WHERE {row} >= {first_row} ORDER BY {all} LIMIT _batch\n        \
             ) AS batch ORDER BY {backwards} LIMIT 1;\n        \
             BEGIN\n            \
             {work};\n            \
             GET DIAGNOSTICS _changed = ROW_COUNT;\n            \
             UPDATE {progress} SET {set}rows_done = rows_done + _changed;\n        \
             EXCEPTION WHEN lock_not_available OR deadlock_detected THEN\n            \
             NULL; -- somebody else holds one of the rows: try this batch again\n        \
             END;\n        \
             COMMIT;\n        \
             PERFORM pg_sleep(extract(epoch FROM _pause));\n    \
             END LOOP;\n    \
             UPDATE {progress} SET finished_at = now();\n    \
             COMMIT;\nEND",
            done_into = done.join(", "),
            first_into = first.join(", "),
            last_into = last.join(", "),
            row = row(&columns),
            done_row = row(&done),
            first_row = row(&first),
            work = self.work(&table, &batch),
        )
    }

    /// Takes whatever rows are open, until there are none.
    fn by_place(&self) -> String {
        let table = self.table.name.short();
        let progress = self.progress();
        let open = match &self.work {
            Work::Update { open, .. } | Work::Delete { filter: Some(open) } => format!(" WHERE {open}"),
            _ => String::new(),
        };
        let batch = format!("ctid = ANY (ARRAY(SELECT ctid FROM {table}{open} LIMIT _batch))");
        format!(
            "DECLARE\n    _changed bigint;\nBEGIN\n    \
             INSERT INTO {progress} (rows_done) SELECT 0 WHERE NOT EXISTS (SELECT FROM {progress});\n    \
             LOOP\n        \
             BEGIN\n            \
             {work};\n            \
             GET DIAGNOSTICS _changed = ROW_COUNT;\n            \
             UPDATE {progress} SET rows_done = rows_done + _changed;\n        \
             EXCEPTION WHEN lock_not_available OR deadlock_detected THEN\n            \
             NULL; -- somebody else holds one of the rows: try again\n        \
             END;\n        \
             COMMIT;\n        \
             EXIT WHEN NOT EXISTS (SELECT FROM {table}{open});\n        \
             PERFORM pg_sleep(extract(epoch FROM _pause));\n    \
             END LOOP;\n    \
             UPDATE {progress} SET finished_at = now();\n    \
             COMMIT;\nEND",
            work = self.work(&table, &batch),
        )
    }

    fn work(&self, table: &str, batch: &str) -> String {
        let and =
            |filter: &Option<String>| filter.as_ref().map_or_else(String::new, |filter| format!(" AND ({filter})"));
        match &self.work {
            Work::Update { set, open } => format!("UPDATE {table} SET {set}\n            WHERE {batch} AND {open}"),
            Work::UpdateOnce { set, filter } => {
                format!("UPDATE {table} SET {set}\n            WHERE {batch}{}", and(filter))
            }
            Work::Delete { filter } => format!("DELETE FROM {table} WHERE {batch}{}", and(filter)),
            Work::Insert { target, columns, values, filter } => format!(
                "INSERT INTO {target} {columns}\n            SELECT {values} FROM {table}\n            WHERE \
                 {batch}{}\n            FOR SHARE -- nobody changes or deletes them before they are copied\n            ON CONFLICT DO NOTHING",
                and(filter)
            ),
        }
    }
}
