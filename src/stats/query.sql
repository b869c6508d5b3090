-- Sizes and write rates of every table, for `switchback check --stats FILE`. Read-only: catalog and statistics views, no
-- rows of yours. Save its result as CSV with a header line:
--   switchback stats query | psql --csv "$DATABASE_URL" > switchback.stats.csv
SELECT
    to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS taken_at,
    CASE WHEN d.stats_reset IS NULL THEN 'server-start' ELSE 'stats-reset' END AS rates_since,
    greatest(1, floor(extract(epoch FROM now() - coalesce(d.stats_reset, pg_postmaster_start_time()))))::bigint
        AS rates_seconds,
    n.nspname AS schema,
    c.relname AS name,
    CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned-table' WHEN 'm' THEN 'materialized-view'
        ELSE 'index' END AS kind,
    pn.nspname AS parent_schema, -- of the table an index is on, or that a partition belongs to
    p.relname AS parent_name,
    CASE WHEN c.relkind IN ('r', 'm') AND c.reltuples >= 0 AND (c.reltuples > 0 OR c.relpages > 0)
        THEN c.reltuples::bigint END AS rows, -- empty: never analysed
    coalesce(pg_relation_size(c.oid), 0) AS bytes,
    CASE WHEN c.reltoastrelid = 0 THEN 0 ELSE coalesce(pg_total_relation_size(c.reltoastrelid), 0) END AS toast_bytes,
    s.n_tup_ins AS inserts,
    s.n_tup_upd AS updates,
    s.n_tup_del AS deletes
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_stat_database AS d ON d.datname = current_database()
LEFT JOIN pg_catalog.pg_index AS i ON i.indexrelid = c.oid
LEFT JOIN pg_catalog.pg_inherits AS h ON h.inhrelid = c.oid AND c.relispartition AND c.relkind IN ('r', 'p')
LEFT JOIN pg_catalog.pg_class AS p ON p.oid = coalesce(i.indrelid, h.inhparent)
LEFT JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.relnamespace
LEFT JOIN pg_catalog.pg_stat_all_tables AS s ON s.relid = c.oid AND c.relkind = 'r'
WHERE c.relkind IN ('r', 'p', 'm', 'i')
    AND c.relpersistence <> 't'
    AND n.nspname <> 'information_schema'
    AND n.nspname !~ '^pg_'
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C";
