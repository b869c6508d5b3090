//! How fast: splitting, reading, the whole check of a thousand files. `cargo bench`.

#![allow(missing_docs, reason = "criterion's macros make public items")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::PathBuf;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use switchback::lint::lint;
use switchback::settings::Settings;
use switchback::source::migration::{Direction, Migration, Section, Standing, TransactionMode};
use switchback::syntax::span::Span;
use switchback::syntax::{parse, statement_spans};

/// An ordinary migration: what people write on an ordinary day.
fn migration(number: usize) -> String {
    let mut sql = String::from("-- Adds what the billing page needs.\nSET lock_timeout = '5s';\n\n");
    let table = format!("table_{}", number % 200);
    let _ =
        writeln!(sql, "CREATE TABLE IF NOT EXISTS {table} (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,");
    sql.push_str(
        "    name text NOT NULL,\n    created_at timestamptz NOT NULL DEFAULT now(),\n    parent_id bigint\n);\n",
    );
    let _ = writeln!(sql, "ALTER TABLE {table} ADD COLUMN column_{number} text NOT NULL DEFAULT 'none';");
    let _ = writeln!(sql, "CREATE INDEX {table}_{number} ON {table} (column_{number});");
    let _ = writeln!(sql, "UPDATE {table} SET name = column_{number} || 'x' WHERE id > 10 AND name IS NOT NULL;");
    let _ = writeln!(sql, "INSERT INTO {table} (name) VALUES ('a'), ('b'), ('it''s');");
    sql
}

fn migrations(count: usize) -> Vec<Migration> {
    (0..count)
        .map(|number| {
            let text = migration(number);
            let span = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
            let path = PathBuf::from(format!("{number:05}_step.sql"));
            let section = Section { span, direction: Direction::Up, transaction: TransactionMode::Unknown };
            Migration {
                release: path.display().to_string(),
                path,
                text,
                sections: vec![section],
                reported: true,
                standing: Standing::default(),
                down: None,
                carrier: None,
            }
        })
        .collect()
}

fn benches(criterion: &mut Criterion) {
    let text: String = (0..1_000).map(migration).collect();
    let span = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
    let mut group = criterion.benchmark_group("text of 1,000 migrations");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("tokenise and split", |bencher| bencher.iter(|| statement_spans(black_box(&text), span)));
    group.bench_function("tokenise, split and parse", |bencher| bencher.iter(|| parse(black_box(&text), span)));
    group.finish();

    let thousand = migrations(1_000);
    let settings = Settings::default();
    let mut group = criterion.benchmark_group("whole check");
    group.sample_size(20);
    group.bench_function("1 file", |bencher| bencher.iter(|| lint(black_box(&thousand[..1]), &settings)));
    group.bench_function("1,000 files", |bencher| bencher.iter(|| lint(black_box(&thousand), &settings)));
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
