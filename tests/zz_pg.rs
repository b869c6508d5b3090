//! scratch
#[path = "catalog/render.rs"]
#[allow(dead_code)]
mod render;
use switchback::schema::catalog::*;
use switchback::schema::operation::QName;

fn q(n: &QName) -> String {
    format!("{}.{}", n.schema, n.name)
}

fn canon(c: &Catalog<'_>) -> Vec<String> {
    let mut out = Vec::new();
    for s in c.schemas.keys() {
        out.push(format!("N|{s}"));
    }
    let idx = |out: &mut Vec<String>, t: &QName, i: &Index| {
        let keys: Vec<&str> = i.keys.iter().map(|k| k.as_deref().unwrap_or("EXPR")).collect();
        out.push(format!(
            "I|{}|{}|{}|{}|{}|{}",
            q(t),
            i.name,
            i.unique,
            keys.join(","),
            i.partial,
            i.constraint.is_some()
        ));
    };
    for r in c.relations.values() {
        match r {
            Relation::Table(t) => {
                let n = q(&t.name);
                out.push(format!("T|{n}|{}|{}", if t.unlogged { "u" } else { "p" }, t.partitioned));
                for col in &t.columns {
                    let ty = col
                        .data_type
                        .as_ref()
                        .map_or("?".into(), |d| format!("{}{}", if d.array > 0 { "_" } else { "" }, d.name));
                    out.push(format!(
                        "C|{n}|{}|{ty}|{}|{}|{}|{}",
                        col.name,
                        col.not_null == Some(true),
                        col.has_default == Some(true),
                        col.identity,
                        col.generated.is_some()
                    ));
                }
                for i in &t.indexes {
                    idx(&mut out, &t.name, i);
                }
                for k in &t.constraints {
                    let mut cols = k.columns.clone();
                    cols.sort();
                    let (ty, target) = match &k.kind {
                        ConstraintBody::Check { .. } => ("c", String::new()),
                        ConstraintBody::NotNull => continue,
                        ConstraintBody::Unique => ("u", String::new()),
                        ConstraintBody::PrimaryKey => ("p", String::new()),
                        ConstraintBody::Exclude => ("x", String::new()),
                        ConstraintBody::ForeignKey { table } => ("f", q(table)),
                    };
                    out.push(format!("K|{n}|{}|{ty}|{}|{target}|{}", k.name, k.validated, cols.join(",")));
                }
                for g in &t.triggers {
                    out.push(format!("G|{n}|{}|{}", g.name, q(&g.function)));
                }
                for p in &t.parents {
                    out.push(format!("H|{n}|{}", q(p)));
                }
            }
            Relation::View(v) => {
                out.push(format!("V|{}|{}", q(&v.name), if v.materialized { "m" } else { "v" }));
                for i in &v.indexes {
                    idx(&mut out, &v.name, i);
                }
                let mut reads: Vec<String> = v.reads.iter().map(q).collect();
                reads.sort();
                if !reads.is_empty() {
                    out.push(format!("R|{}|{}", q(&v.name), reads.join(",")));
                }
            }
            Relation::Sequence(s) => out.push(format!(
                "S|{}|{}",
                q(&s.name),
                s.owned_by.as_ref().map_or(String::new(), |(t, c)| format!("{}.{c}", q(t)))
            )),
        }
    }
    for t in c.types.values() {
        match &t.kind {
            TypeKind::Enum { values } => {
                let mut v: Vec<&str> = values.iter().map(|v| &*v.value).collect();
                v.sort();
                out.push(format!("E|{}|{}", q(&t.name), v.join(",")));
            }
            TypeKind::Domain { not_null, constraints, .. } => {
                let mut v: Vec<String> = constraints.iter().map(|c| format!("{}:{}", c.name, c.validated)).collect();
                v.sort();
                out.push(format!("D|{}|{}|{}", q(&t.name), not_null, v.join(",")));
            }
            _ => {}
        }
    }
    for f in c.functions.values() {
        out.push(format!("F|{}|{}", q(&f.name), f.overloads));
    }
    out.sort();
    check_links(c);
    out
}

/// every reverse map equals one computed from scratch (typed may be a superset)
pub fn check_links(c: &Catalog<'_>) {
    use std::collections::*;
    let mut indexes = BTreeMap::new();
    let mut referencing: BTreeMap<QName, BTreeSet<QName>> = BTreeMap::new();
    let mut children: BTreeMap<QName, BTreeSet<QName>> = BTreeMap::new();
    let mut readers: BTreeMap<QName, BTreeSet<QName>> = BTreeMap::new();
    let mut owned: BTreeMap<QName, BTreeSet<QName>> = BTreeMap::new();
    let mut trig: BTreeMap<QName, BTreeSet<QName>> = BTreeMap::new();
    let mut cons: BTreeMap<QName, u32> = BTreeMap::new();
    for (name, r) in &c.relations {
        match r {
            Relation::Table(t) => {
                assert_eq!(name, &t.name);
                for i in &t.indexes {
                    indexes.insert(QName { schema: name.schema.clone(), name: i.name.clone() }, name.clone());
                }
                for k in &t.constraints {
                    *cons.entry(QName { schema: name.schema.clone(), name: k.name.clone() }).or_default() += 1;
                    if let ConstraintBody::ForeignKey { table } = &k.kind {
                        referencing.entry(table.clone()).or_default().insert(name.clone());
                    }
                }
                for p in &t.parents {
                    children.entry(p.clone()).or_default().insert(name.clone());
                }
                for g in &t.triggers {
                    trig.entry(g.function.clone()).or_default().insert(name.clone());
                }
            }
            Relation::View(v) => {
                assert_eq!(name, &v.name);
                for i in &v.indexes {
                    indexes.insert(QName { schema: name.schema.clone(), name: i.name.clone() }, name.clone());
                }
                for p in &v.reads {
                    readers.entry(p.clone()).or_default().insert(name.clone());
                }
            }
            Relation::Sequence(s) => {
                assert_eq!(name, &s.name);
                if let Some((t, _)) = &s.owned_by {
                    owned.entry(t.clone()).or_default().insert(name.clone());
                }
            }
        }
    }
    for t in c.types.values() {
        if let TypeKind::Domain { constraints, .. } = &t.kind {
            for k in constraints {
                *cons.entry(QName { schema: t.name.schema.clone(), name: k.name.clone() }).or_default() += 1;
            }
        }
    }
    assert_eq!(indexes, c.indexes);
    assert_eq!(referencing, c.referencing);
    assert_eq!(children, c.children);
    assert_eq!(readers, c.links.readers);
    assert_eq!(owned, c.links.owned);
    assert_eq!(trig, c.links.triggered);
    assert_eq!(cons, c.links.constraints);
}

#[test]
fn run() {
    let mut paths: Vec<_> = std::fs::read_dir("/tmp/pgs/scripts")
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "sql"))
        .collect();
    paths.sort();
    for p in paths {
        let sql = std::fs::read_to_string(&p).unwrap();
        let r = std::panic::catch_unwind(|| {
            let st = render::statements(&sql);
            for s in &st {
                if let switchback::syntax::statement::StatementKind::Unrecognized(u) = &s.kind {
                    println!(
                        "UNREAD {} in {}: {}",
                        u.reason,
                        p.display(),
                        &sql[s.span.start as usize..s.span.end as usize]
                    );
                }
            }
            let mut c = Catalog::default();
            let notes = render::replay(&st, &mut c);
            let mut out = canon(&c);
            for n in notes {
                out.push(format!("!{n}"));
            }
            out
        });
        let out = match r {
            Ok(o) => o,
            Err(_) => vec!["PANIC".into()],
        };
        std::fs::write(p.with_extension("out"), out.join("\n")).unwrap();
    }
}
