//! Views, sequences, functions, triggers and schemas.

use std::collections::BTreeSet;

use super::create_table::{make_room, must_exist};
use super::{Log, part_name};
use crate::schema::catalog::{Catalog, Function, Sequence, Trigger, View};
use crate::schema::operation::QName;
use crate::syntax::alter::TriggerState;
use crate::syntax::name::Symbol;
use crate::syntax::object::{CreateFunction, CreateObject, CreateSequence, CreateTrigger, CreateView, ObjectKind};

pub(super) fn create_view(catalog: &mut Catalog<'_>, name: &QName, def: &CreateView, log: &mut Log) {
    let known = catalog.view(name).filter(|_| def.or_replace).cloned();
    let mut view = View {
        name: name.clone(),
        materialized: def.materialized,
        reads: Vec::new(),
        columns: def.query.columns.clone(),
        text: def.text.clone(),
        populated: !def.no_data,
        indexes: Vec::new(),
        origin: Some(log.origin),
    };
    if let Some(known) = known {
        view.origin = known.origin;
        catalog.take_view(name);
    } else if !make_room(catalog, name, log) {
        return;
    }
    let reads: BTreeSet<QName> = def.query.reads.iter().map(|read| catalog.resolve(read)).collect();
    view.reads = reads.into_iter().collect();
    expand_star(catalog, &mut view);
    catalog.put_view(view);
}

/// `REFRESH MATERIALIZED VIEW` fills it, or empties it.
pub(super) fn refresh_view(catalog: &mut Catalog<'_>, name: &QName, no_data: bool) {
    if catalog.view(name).is_some_and(|view| view.populated == no_data)
        && let Some(view) = catalog.edit_view(name)
    {
        view.populated = !no_data;
    }
}

/// The server reads `*` as the columns there are now.
fn expand_star(catalog: &Catalog<'_>, view: &mut View) {
    let Some(star) = view.columns.iter().position(|column| &**column == "*") else { return };
    let tables: Vec<_> = view.reads.iter().map(|read| catalog.table(read)).collect();
    let known = tables.iter().all(|table| table.is_some_and(|table| table.complete));
    if known {
        view.columns.remove(star);
    }
    view.columns
        .extend(tables.into_iter().flatten().flat_map(|table| &table.columns).map(|column| column.name.clone()));
    view.columns.sort();
    view.columns.dedup();
}

pub(super) fn create_sequence(catalog: &mut Catalog<'_>, name: &QName, def: &CreateSequence, log: &mut Log) {
    if !make_room(catalog, name, log) {
        return;
    }
    let owned_by = def.owned_by.as_ref().map(|(table, column)| (catalog.resolve(table), column.name.clone()));
    catalog.put_sequence(Sequence { name: name.clone(), owned_by, origin: Some(log.origin) });
}

/// Without argument types a second function of the same name counts as an overload, and the newest body speaks for all.
pub(super) fn create_function<'a>(catalog: &mut Catalog<'a>, name: &QName, def: &'a CreateFunction, log: &mut Log) {
    let known = catalog.take_function(name);
    let (origin, overloads) = match known {
        Some(known) if def.or_replace => (known.origin, known.overloads),
        Some(known) => (Some(log.origin), known.overloads.saturating_add(1)),
        None => (Some(log.origin), 1),
    };
    catalog.put_function(Function {
        name: name.clone(),
        volatility: def.volatility,
        trigger: def.trigger,
        security_definer: def.security_definer.is_some(),
        search_path: def.search_path,
        digest: def.digest,
        defined: log.whole_statement(),
        parameters: def.parameters.clone(),
        body: def.body.as_ref(),
        words: def.body.as_ref().map(|body| body.words.clone()).unwrap_or_default(),
        overloads,
        origin,
    });
}

pub(super) fn create_trigger(catalog: &mut Catalog<'_>, table: &QName, def: &CreateTrigger, log: &mut Log) {
    if !must_exist(catalog, table, log) {
        return;
    }
    let known = catalog.table(table).and_then(|found| found.trigger(&def.name.name)).map(|known| known.origin);
    if let Some(origin) = known.filter(|_| !def.or_replace)
        && !log.exists("trigger", part_name(table, &def.name.name), origin)
    {
        return;
    }
    let origin = known.flatten().filter(|_| def.or_replace).or(Some(log.origin));
    let function = catalog.resolve_function(&def.function);
    let trigger = Trigger {
        name: def.name.name.clone(),
        function,
        timing: def.timing,
        events: def.events.clone(),
        update_of: def.update_of.iter().map(|column| column.name.clone()).collect(),
        for_each_row: def.for_each_row,
        state: TriggerState::Enabled,
        switched: None,
        origin,
    };
    catalog.put_trigger(table, trigger);
}

/// `CREATE STATISTICS`; other objects of this kind change nothing that is kept.
pub(super) fn create_statistics(catalog: &mut Catalog<'_>, on: &[QName], def: &CreateObject, log: &Log) {
    let (ObjectKind::Statistics, [table], Some(name)) = (def.kind, on, &def.name) else { return };
    let name = catalog.resolve_new(name);
    if !(def.lenient && catalog.statistics.contains_key(&name)) && must_exist(catalog, table, log) {
        catalog.put_statistics(table, name);
    }
}

pub(super) fn create_schema(catalog: &mut Catalog<'_>, name: &Symbol, log: &mut Log) {
    if let Some(origin) = catalog.schemas.get(name) {
        log.exists("schema", name.to_string(), Some(*origin));
        return;
    }
    catalog.note_schema(name);
    catalog.schemas.insert(name.clone(), log.origin);
}
