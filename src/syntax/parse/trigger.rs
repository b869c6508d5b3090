//! Triggers.

use crate::syntax::cursor::{Cursor, Parse};
use crate::syntax::object::{CreateTrigger, TriggerEvent, TriggerTiming};
use crate::syntax::statement::StatementKind;

/// After `CREATE [OR REPLACE] [CONSTRAINT] TRIGGER`.
pub(super) fn create_trigger(cursor: &mut Cursor<'_>, or_replace: bool) -> Parse<StatementKind> {
    let name = cursor.ident("a trigger name")?;
    let timing = timing(cursor)?;
    let mut events = Vec::new();
    let mut update_of = Vec::new();
    loop {
        let event = event(cursor)?;
        events.push(event);
        if event == TriggerEvent::Update && cursor.eat("OF") {
            update_of = cursor.list(|cursor| cursor.ident("a column name"))?;
        }
        if !cursor.eat("OR") {
            break;
        }
    }
    cursor.expect("ON")?;
    let table = cursor.name("a table name")?;
    let from = if cursor.eat("FROM") { Some(cursor.name("a table name")?) } else { None };
    let mut options = cursor.until(|cursor| cursor.at("EXECUTE"));
    options.until(|options| options.at_any(&["FOR EACH ROW", "FOR ROW"]));
    let for_each_row = !options.done();
    if !cursor.eat_any(&["EXECUTE FUNCTION", "EXECUTE PROCEDURE"]) {
        return cursor.refuse("EXECUTE FUNCTION");
    }
    let function = cursor.name("a function name")?;
    cursor.group()?;
    cursor.expect_end()?;
    let trigger = CreateTrigger { name, table, function, or_replace, from, timing, events, update_of, for_each_row };
    Ok(StatementKind::CreateTrigger(Box::new(trigger)))
}

fn timing(cursor: &mut Cursor<'_>) -> Parse<TriggerTiming> {
    if cursor.eat("BEFORE") {
        Ok(TriggerTiming::Before)
    } else if cursor.eat("AFTER") {
        Ok(TriggerTiming::After)
    } else if cursor.eat("INSTEAD OF") {
        Ok(TriggerTiming::InsteadOf)
    } else {
        cursor.refuse("BEFORE, AFTER or INSTEAD OF")
    }
}

fn event(cursor: &mut Cursor<'_>) -> Parse<TriggerEvent> {
    if cursor.eat("INSERT") {
        Ok(TriggerEvent::Insert)
    } else if cursor.eat("UPDATE") {
        Ok(TriggerEvent::Update)
    } else if cursor.eat("DELETE") {
        Ok(TriggerEvent::Delete)
    } else if cursor.eat("TRUNCATE") {
        Ok(TriggerEvent::Truncate)
    } else {
        cursor.refuse("INSERT, UPDATE, DELETE or TRUNCATE")
    }
}
