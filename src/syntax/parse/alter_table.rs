//! `ALTER TABLE` and its kin, action by action.

use super::alter_column::alter_column;
use super::column::column_def;
use super::constraint::{at_constraint, table_constraint};
use super::create_table::partition_bound;
use super::sequence::{SequenceOptions, sequence_options};
use super::storage::storage_options;
use crate::syntax::alter::{Action, ActionKind, AlterKind, AlterTable, ReplicaIdentity, TriggerState, Triggers};
use crate::syntax::cursor::{Cursor, Parse};
use crate::syntax::name::Name;
use crate::syntax::statement::StatementKind;
use crate::syntax::token::TokenKind;

/// After `ALTER TABLE`, `ALTER INDEX`, ….
pub(super) fn alter_table(cursor: &mut Cursor<'_>, kind: AlterKind) -> Parse<StatementKind> {
    if cursor.eat("ALL IN TABLESPACE") {
        cursor.finish();
        return Ok(StatementKind::AlterAllInTablespace);
    }
    let if_exists = cursor.if_exists();
    let only = cursor.eat("ONLY");
    let name = if only && cursor.at_kind(TokenKind::LeftParen) {
        cursor.group()?.name("a table name")?
    } else {
        cursor.name("a table name")?
    };
    cursor.eat_operator("*");
    let actions = if kind == AlterKind::Sequence && !sequence_renames(cursor) {
        let start = cursor.here();
        let SequenceOptions { data_type, owned_by } = sequence_options(cursor)?;
        vec![Action { span: cursor.since(start), kind: ActionKind::SequenceOptions { data_type, owned_by } }]
    } else {
        cursor.list(|cursor| action(cursor, kind))?
    };
    cursor.expect_end()?;
    Ok(StatementKind::AlterTable(Box::new(AlterTable { kind, name, if_exists, only, actions })))
}

fn sequence_renames(cursor: &Cursor<'_>) -> bool {
    cursor.at_any(&["RENAME", "OWNER TO", "SET SCHEMA", "SET LOGGED", "SET UNLOGGED"])
}

fn action(cursor: &mut Cursor<'_>, kind: AlterKind) -> Parse<Action> {
    let start = cursor.here();
    let kind = action_kind(cursor, kind)?;
    Ok(Action { span: cursor.since(start), kind })
}

fn action_kind(cursor: &mut Cursor<'_>, kind: AlterKind) -> Parse<ActionKind> {
    if cursor.eat("ADD") {
        add(cursor)
    } else if cursor.eat("DROP") {
        drop_part(cursor)
    } else if cursor.eat("ALTER CONSTRAINT") {
        alter_constraint(cursor)
    } else if cursor.eat("ALTER") {
        cursor.eat("COLUMN");
        alter_column(cursor, kind == AlterKind::Index)
    } else if cursor.eat("RENAME") {
        rename(cursor)
    } else if cursor.eat("VALIDATE CONSTRAINT") {
        Ok(ActionKind::ValidateConstraint { constraint: cursor.ident("a constraint name")? })
    } else if cursor.eat("ATTACH PARTITION") {
        attach(cursor)
    } else if cursor.eat("DETACH PARTITION") {
        let partition = cursor.name("a partition")?;
        let concurrently = cursor.eat("CONCURRENTLY");
        Ok(ActionKind::DetachPartition { partition, concurrently, finalize: cursor.eat("FINALIZE") })
    } else if cursor.eat("SET") {
        set(cursor)
    } else {
        rest(cursor)
    }
}

fn add(cursor: &mut Cursor<'_>) -> Parse<ActionKind> {
    if at_constraint(cursor) {
        return Ok(ActionKind::AddConstraint(Box::new(table_constraint(cursor)?)));
    }
    cursor.eat("COLUMN");
    let if_not_exists = cursor.if_not_exists();
    Ok(ActionKind::AddColumn { column: Box::new(column_def(cursor, true)?), if_not_exists })
}

fn drop_part(cursor: &mut Cursor<'_>) -> Parse<ActionKind> {
    let constraint = cursor.eat("CONSTRAINT");
    if !constraint {
        cursor.eat("COLUMN");
    }
    let if_exists = cursor.if_exists();
    let name = cursor.ident(if constraint { "a constraint name" } else { "a column name" })?;
    let cascade = cursor.eat("CASCADE");
    cursor.eat("RESTRICT");
    Ok(if constraint {
        ActionKind::DropConstraint { constraint: name, if_exists, cascade }
    } else {
        ActionKind::DropColumn { column: name, if_exists, cascade }
    })
}

fn alter_constraint(cursor: &mut Cursor<'_>) -> Parse<ActionKind> {
    let constraint = cursor.ident("a constraint name")?;
    let (mut enforced, mut inherit, mut deferrable, mut any) = (None, None, None, false);
    loop {
        if cursor.eat("NOT ENFORCED") {
            enforced = Some(false);
        } else if cursor.eat("ENFORCED") {
            enforced = Some(true);
        } else if cursor.eat_any(&["NO INHERIT", "SET NO INHERIT"]) {
            inherit = Some(false);
        } else if cursor.eat_any(&["INHERIT", "SET INHERIT"]) {
            inherit = Some(true);
        } else if cursor.eat("NOT DEFERRABLE") {
            deferrable = Some(false);
        } else if cursor.eat_any(&["DEFERRABLE", "INITIALLY DEFERRED"]) {
            deferrable = Some(true);
        } else if !cursor.eat("INITIALLY IMMEDIATE") {
            break;
        }
        any = true;
    }
    if any {
        Ok(ActionKind::AlterConstraint { constraint, enforced, inherit, deferrable })
    } else {
        cursor.refuse("a constraint attribute")
    }
}

/// After `RENAME`.
fn rename(cursor: &mut Cursor<'_>) -> Parse<ActionKind> {
    if cursor.eat("TO") {
        return Ok(ActionKind::Rename { to: cursor.ident("a name")? });
    }
    if cursor.eat("CONSTRAINT") {
        let constraint = cursor.ident("a constraint name")?;
        cursor.expect("TO")?;
        return Ok(ActionKind::RenameConstraint { constraint, to: cursor.ident("a name")? });
    }
    cursor.eat("COLUMN");
    let column = cursor.ident("a column name")?;
    cursor.expect("TO")?;
    Ok(ActionKind::RenameColumn { column, to: cursor.ident("a name")? })
}

/// After `ATTACH PARTITION`. An index is attached without bounds.
fn attach(cursor: &mut Cursor<'_>) -> Parse<ActionKind> {
    let partition = cursor.name("a partition")?;
    let default = cursor.eat("DEFAULT");
    if !default && !cursor.done() {
        partition_bound(cursor)?;
    }
    Ok(ActionKind::AttachPartition { partition, default })
}

/// After `SET`.
fn set(cursor: &mut Cursor<'_>) -> Parse<ActionKind> {
    if cursor.eat("SCHEMA") {
        return Ok(ActionKind::SetSchema { schema: cursor.ident("a schema")? });
    }
    if cursor.eat("TABLESPACE") {
        cursor.ident("a tablespace")?;
        cursor.eat("NOWAIT");
        return Ok(ActionKind::SetTablespace);
    }
    if cursor.eat("ACCESS METHOD") {
        let method = if cursor.eat("DEFAULT") { None } else { Some(cursor.ident("an access method")?) };
        return Ok(ActionKind::SetAccessMethod { method });
    }
    if cursor.eat("LOGGED") {
        return Ok(ActionKind::SetLogged(true));
    }
    if cursor.eat("UNLOGGED") {
        return Ok(ActionKind::SetLogged(false));
    }
    if cursor.eat("WITHOUT OIDS") {
        return Ok(ActionKind::SetWithoutOids);
    }
    if cursor.eat("WITHOUT CLUSTER") {
        return Ok(ActionKind::SetCluster { index: None });
    }
    Ok(ActionKind::SetOptions { options: storage_options(cursor)? })
}

fn rest(cursor: &mut Cursor<'_>) -> Parse<ActionKind> {
    if cursor.eat("RESET") {
        return Ok(ActionKind::ResetOptions { options: storage_options(cursor)? });
    }
    if cursor.eat("CLUSTER ON") {
        return Ok(ActionKind::SetCluster { index: Some(cursor.ident("an index name")?) });
    }
    if cursor.eat("OWNER TO") {
        cursor.label("a role")?;
        return Ok(ActionKind::Owner);
    }
    if cursor.eat("REPLICA IDENTITY") {
        return replica_identity(cursor).map(ActionKind::ReplicaIdentity);
    }
    if cursor.at_any(&["ENABLE", "DISABLE", "FORCE", "NO FORCE"]) {
        return enable(cursor);
    }
    if cursor.eat("NOT OF") {
        return Ok(ActionKind::OfType(None));
    }
    if cursor.eat("OF") {
        return Ok(ActionKind::OfType(Some(cursor.name("a type")?)));
    }
    if cursor.at_any(&["INHERIT", "NO INHERIT"]) {
        let inherit = !cursor.eat("NO");
        cursor.bump();
        let parent: Name = cursor.name("a table name")?;
        return Ok(ActionKind::Inherit { parent, inherit });
    }
    if cursor.eat_any(&["NO DEPENDS ON EXTENSION", "DEPENDS ON EXTENSION"]) {
        cursor.ident("an extension")?;
        return Ok(ActionKind::DependsOnExtension);
    }
    if cursor.eat("OPTIONS") {
        cursor.group()?;
        return Ok(ActionKind::ForeignOptions);
    }
    cursor.refuse("an ALTER TABLE action")
}

/// After `REPLICA IDENTITY`.
fn replica_identity(cursor: &mut Cursor<'_>) -> Parse<ReplicaIdentity> {
    if cursor.eat("USING INDEX") {
        cursor.ident("an index name").map(ReplicaIdentity::Index)
    } else if cursor.eat("DEFAULT") {
        Ok(ReplicaIdentity::Default)
    } else if cursor.eat("FULL") {
        Ok(ReplicaIdentity::Full)
    } else if cursor.eat("NOTHING") {
        Ok(ReplicaIdentity::Nothing)
    } else {
        cursor.refuse("DEFAULT, FULL, NOTHING or USING INDEX")
    }
}

/// `ENABLE`, `DISABLE`, `FORCE`, `NO FORCE`.
fn enable(cursor: &mut Cursor<'_>) -> Parse<ActionKind> {
    let disable = cursor.at("DISABLE");
    cursor.eat_any(&["ENABLE", "DISABLE", "FORCE", "NO FORCE"]);
    if cursor.eat("ROW LEVEL SECURITY") {
        return Ok(ActionKind::RowSecurity);
    }
    let state = if cursor.eat("REPLICA") {
        TriggerState::Replica
    } else if cursor.eat("ALWAYS") {
        TriggerState::Always
    } else if disable {
        TriggerState::Disabled
    } else {
        TriggerState::Enabled
    };
    if cursor.eat("RULE") {
        cursor.ident("a rule")?;
        return Ok(ActionKind::Rule);
    }
    cursor.expect("TRIGGER")?;
    let triggers = if cursor.eat("ALL") {
        Triggers::All
    } else if cursor.eat("USER") {
        Triggers::User
    } else {
        Triggers::Named(cursor.label("a trigger")?)
    };
    Ok(ActionKind::Trigger { triggers, state })
}
