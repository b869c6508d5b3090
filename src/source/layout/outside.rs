//! How each tool is told to run a statement outside a transaction, as an order to whoever writes the migration.

/// Tools that open one transaction around all pending files, unless they are told otherwise.
const SHARED: &[&str] = &["drizzle", "kysely", "mikro-orm", "node-pg-migrate", "typeorm"];

/// Whether a tool opens one transaction around all pending files, unless it is told otherwise.
pub(in crate::source) fn is_shared(layout: &str) -> bool {
    SHARED.contains(&layout)
}

/// How to get a statement out of the transaction that a tool opens around a file or around all of them.
pub(in crate::source) fn of_the_transaction(layout: &str) -> &'static str {
    match layout {
        "alembic" => "put it under `with op.get_context().autocommit_block():`",
        "atlas" => "move it to a file of its own that begins with `-- atlas:txmode none` and an empty line",
        "dbmate" => "move it, alone, to a file of its own that begins with `-- migrate:up transaction:false`",
        "diesel" => {
            "move it, alone, to a folder of its own with `run_in_transaction = false` in a metadata.toml beside it"
        }
        "django" => {
            "move it to a migration of its own with `atomic = False`; `AddIndexConcurrently` of django.contrib.postgres \
             builds indexes"
        }
        "drizzle" => "run it outside of the migrations: Drizzle runs all pending files in one transaction",
        "evolve" => "move it to a file of its own that begins with `-- evolve-tx-off`",
        "flyway" => {
            "move it, alone, to a file of its own: Flyway runs that without a transaction, or else needs \
             `executeInTransaction=false` in a .conf file beside it"
        }
        "go-pg" => "move it to a file of its own whose name ends with `.up.sql`, not with `.tx.up.sql`",
        "goose" => "move it to a file of its own that begins with `-- +goose NO TRANSACTION`",
        "graphile-migrate" => "move it, alone, to a file of its own that begins with `--! no-transaction`",
        "knex" => "move it to a file of its own with `exports.config = { transaction: false }`",
        "kysely" => "move it to a file of its own that Kysely runs with `disableTransactions: true`",
        "liquibase" => "move it to a changeset of its own with `runInTransaction:false`",
        "mikro-orm" => "move it to a migration of its own whose `isTransactional()` returns false",
        "node-pg-migrate" => {
            "move it to a file of its own in JavaScript that calls `pgm.noTransaction()` (SQL files always run in a \
             transaction)"
        }
        "pop" => "move it to a file of its own whose name ends with `.autocommit.up.sql`",
        "rails" => "move it to a migration of its own with `disable_ddl_transaction!`",
        "sql-migrate" => "move it to a file of its own that begins with `-- +migrate Up notransaction`",
        "sqlx" => "move it, alone, to a file of its own that begins with `-- no-transaction`",
        "tern" => "move it to a file of its own that begins with `---- tern: disable-tx ----`",
        "typeorm" => {
            "move it to a migration of its own with `transaction = false` in its class, and run migrations with \
             `migrationsTransactionMode: \"each\"`"
        }
        _ => {
            "move it to a file of its own that the migration tool runs without a transaction (most tools have a marker \
             or an option for that)"
        }
    }
}

/// How to get a statement out of a string that is sent with other statements in it, and so is one transaction.
pub(in crate::source) fn of_the_string(layout: &str) -> &'static str {
    match layout {
        "goose" | "sql-migrate" => {
            "take it out of StatementBegin and StatementEnd: what stands between them is sent as one query, and only a \
             statement that is sent alone runs without a transaction"
        }
        "dbmate" | "diesel" | "graphile-migrate" | "sqlx" => of_the_transaction(layout),
        "knex" | "mikro-orm" | "node-pg-migrate" | "rails" | "sequelize" | "typeorm" => {
            "give it to a call of its own, since only a statement that is sent alone runs without a transaction"
        }
        "liquibase" => "move it to a changeset of its own, without `splitStatements:false`",
        _ => "move it to a file of its own, since only a statement that is sent alone runs without a transaction",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_that_wraps_files_has_a_way_out_of_its_own() {
        // Nothing is wrapped,
        let unwrapped = ["golang-migrate", "plain", "postgrator", "prisma", "sqitch", "up-down-files"];
        // or no way out is known.
        let unknown = ["hasura", "mybatis", "refinery", "supabase", "up-down-folders"];
        for layout in super::super::names() {
            let own = of_the_transaction(layout) != of_the_transaction("");
            assert_ne!(own, unwrapped.contains(&layout) || unknown.contains(&layout), "{layout}");
        }
    }
}
