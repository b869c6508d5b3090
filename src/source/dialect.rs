//! Files written for another database engine than `PostgreSQL`, told by their names and folders.

/// The other engine a folder is for: `mysql`, `db_ido_mysql`, `SqliteMigrations`.
pub(super) fn of_folder(name: &str) -> Option<&'static str> {
    // Names that mean nothing else, wherever they stand in a longer one.
    const UNMISTAKABLE: &[&str] = &["cockroach", "mariadb", "mssql", "mysql", "sqlite", "sqlserver"];
    let name = name.to_ascii_lowercase();
    let part = || UNMISTAKABLE.iter().find(|part| name.contains(**part) && !name.contains("postgres"));
    of_name(&name).or_else(|| part().and_then(|part| of_name(part)))
}

/// The other engine a tool calls by this name.
pub(super) fn of_name(name: &str) -> Option<&'static str> {
    const ENGINES: &[(&str, &str)] = &[
        ("cassandra", "Cassandra"),
        ("clickhouse", "ClickHouse"),
        ("cockroach", "CockroachDB"),
        ("cockroachdb", "CockroachDB"),
        ("crdb", "CockroachDB"),
        ("db2", "Db2"),
        ("derby", "Derby"),
        ("h2", "H2"),
        ("hsqldb", "HSQLDB"),
        ("mariadb", "MariaDB"),
        ("mssql", "SQL Server"),
        ("mysql", "MySQL"),
        ("oracle", "Oracle"),
        ("spanner", "Spanner"),
        ("sqlite", "SQLite"),
        ("sqlite3", "SQLite"),
        ("sqlserver", "SQL Server"),
    ];
    ENGINES.iter().find(|(called, _)| called.eq_ignore_ascii_case(name)).map(|(_, engine)| *engine)
}

/// The other engine a file is for: `x.mysql.sql`, `x.sqlite3.up.sql`, `x.sql.sqlite`.
pub(super) fn of_file(name: &str) -> Option<&'static str> {
    name.split('.').skip(1).find_map(of_name)
}

/// Whether a part of a name says that the file is for `PostgreSQL`.
pub(super) fn is_postgres(part: &str) -> bool {
    ["postgres", "postgresql", "pgsql", "psql", "pg"].iter().any(|name| part.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_of_folders() {
        assert_eq!(of_folder("sqlite3"), Some("SQLite"));
        assert_eq!(of_folder("db_ido_mysql"), Some("MySQL"));
        assert_eq!(of_folder("MySqlMigrations"), Some("MySQL"));
        assert_eq!(of_folder("postgresql"), None);
        assert_eq!(of_folder("mysql-to-postgres"), None);
        assert_eq!(of_folder("migrations"), None);
    }

    #[test]
    fn engines_of_files() {
        assert_eq!(of_file("2024_x.mysql.sql"), Some("MySQL"));
        assert_eq!(of_file("54/delta.sql.sqlite"), Some("SQLite"));
        assert_eq!(of_file("2024_x.sqlite3.up.sql"), Some("SQLite"));
        assert_eq!(of_file("2024_x.cockroach.autocommit.up.sql"), Some("CockroachDB"));
        assert_eq!(of_file("2024_mysql.sql"), None);
        assert_eq!(of_file("mysql.sql"), None);
        assert_eq!(of_file("x.sql.postgres"), None);
    }
}
