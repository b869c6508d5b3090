-- Everything that tells two schemas apart, a line each; the order of columns aside.
WITH ours AS (
    SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), relation AS (
    SELECT c.*, format('%I.%I', ours.nspname, c.relname) AS called FROM pg_class AS c JOIN ours ON c.relnamespace = ours.oid
)
SELECT format('relation %s: %s%s%s %s', called, relkind, relpersistence, relispartition,
    pg_get_expr(relpartbound, oid)) AS line
FROM relation
WHERE relkind NOT IN ('i', 'I')
UNION ALL
SELECT format('options %s: %s', called, reloptions) FROM relation WHERE reloptions IS NOT NULL
UNION ALL
SELECT format('rights %s: %s', called, relacl) FROM relation WHERE relacl IS NOT NULL
UNION ALL
SELECT format('column %s.%I: %s%s%s%s%s %s %s', called, attname, format_type(atttypid, atttypmod),
    CASE WHEN attnotnull THEN ' not null' END, ' identity ' || nullif(attidentity::text, ''),
    ' generated ' || nullif(attgenerated::text, ''), ' default ' || pg_get_expr(adbin, adrelid),
    ' collate ' || nullif(attcollation, 0)::regcollation::text, attacl)
FROM relation
JOIN pg_attribute ON attrelid = relation.oid
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
UNION ALL
SELECT format('comment %s.%I: %s', called, attname, description)
FROM relation
JOIN pg_description AS d ON d.objoid = relation.oid AND d.classoid = 'pg_class'::regclass
LEFT JOIN pg_attribute ON attrelid = relation.oid AND attnum = objsubid
UNION ALL
SELECT format('constraint %s.%I: %s %s', called, conname, pg_get_constraintdef(con.oid),
    CASE WHEN NOT convalidated THEN 'not valid' END)
FROM relation
JOIN pg_constraint AS con ON conrelid = relation.oid
UNION ALL
SELECT format('index %s: %s%s%s%s%s', called, pg_get_indexdef(indexrelid), CASE WHEN indisprimary THEN ' primary' END,
    CASE WHEN NOT indisvalid THEN ' not valid' END, CASE WHEN NOT indisready THEN ' not ready' END,
    CASE WHEN indisreplident THEN ' identity' END)
FROM relation
JOIN pg_index ON indexrelid = relation.oid
UNION ALL
SELECT format('trigger %s: %s', called, pg_get_triggerdef(tg.oid))
FROM relation
JOIN pg_trigger AS tg ON tgrelid = relation.oid
WHERE NOT tgisinternal
UNION ALL
SELECT format('view %s: %s', called, pg_get_viewdef(oid)) FROM relation WHERE relkind IN ('v', 'm')
UNION ALL
SELECT format('sequence %s: %s from %s by %s, %s to %s%s, owned by %s', called, seqtypid::regtype, seqstart, seqincrement,
    seqmin, seqmax, CASE WHEN seqcycle THEN ', cycles' END, owner.of)
FROM relation
JOIN pg_sequence ON seqrelid = relation.oid
LEFT JOIN LATERAL (
    SELECT format('%s.%I', refobjid::regclass, attname) AS of
    FROM pg_depend
    JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
    WHERE classid = 'pg_class'::regclass AND objid = seqrelid AND refclassid = 'pg_class'::regclass
        AND deptype IN ('a', 'i')
) AS owner ON true
UNION ALL
SELECT format('routine %I.%I: %s', ours.nspname, proname, pg_get_functiondef(pg_proc.oid))
FROM pg_proc
JOIN ours ON pronamespace = ours.oid
WHERE prokind IN ('f', 'p')
UNION ALL
SELECT format('label %s: %s', enumtypid::regtype, string_agg(enumlabel, ', ' ORDER BY enumsortorder))
FROM pg_enum
GROUP BY enumtypid
ORDER BY 1
