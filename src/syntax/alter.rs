//! `ALTER TABLE` and its kin (`ALTER INDEX`, `VIEW`, `SEQUENCE`, `MATERIALIZED VIEW`, `FOREIGN TABLE`): one target, a list
//! of actions.

#![allow(missing_docs, reason = "each variant quotes the clause its fields are taken from")]
use super::expr::Expr;
use super::name::{Ident, Name};
use super::span::Span;
use super::table::{ColumnDef, Constraint, Identity, StorageOption};
use super::types::DataType;

/// `ALTER <kind> [IF EXISTS] [ONLY] name action, …`.
#[derive(Clone, Debug)]
pub struct AlterTable {
    /// The keyword used. The server allows `ALTER TABLE` on views, indexes and sequences too.
    pub kind: AlterKind,
    /// The relation.
    pub name: Name,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `ONLY`: children are left out.
    pub only: bool,
    /// In order. Never empty.
    pub actions: Vec<Action>,
}

/// Which `ALTER` it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlterKind {
    /// `ALTER TABLE`
    Table,
    /// `ALTER FOREIGN TABLE`
    ForeignTable,
    /// `ALTER INDEX`
    Index,
    /// `ALTER VIEW`
    View,
    /// `ALTER MATERIALIZED VIEW`
    MaterializedView,
    /// `ALTER SEQUENCE`
    Sequence,
}

/// One comma-separated part.
#[derive(Clone, Debug)]
pub struct Action {
    /// From its first word to its last.
    pub span: Span,
    /// What it does.
    pub kind: ActionKind,
}

/// What an action does.
#[derive(Clone, Debug)]
pub enum ActionKind {
    /// `ADD [COLUMN] [IF NOT EXISTS] …`
    AddColumn { column: Box<ColumnDef>, if_not_exists: bool },
    /// `DROP [COLUMN] [IF EXISTS] c [CASCADE]`
    DropColumn { column: Ident, if_exists: bool, cascade: bool },
    /// `RENAME [COLUMN] a TO b`
    RenameColumn { column: Ident, to: Ident },
    /// `RENAME TO b`
    Rename { to: Ident },
    /// `RENAME CONSTRAINT a TO b`
    RenameConstraint { constraint: Ident, to: Ident },
    /// `ALTER c [SET DATA] TYPE t [COLLATE x] [USING e]`
    SetType { column: Ident, data_type: DataType, collation: Option<Name>, using: Option<Expr> },
    /// `ALTER c SET DEFAULT e`
    SetDefault { column: Ident, default: Expr },
    /// `ALTER c DROP DEFAULT`
    DropDefault { column: Ident },
    /// `ALTER c SET NOT NULL`
    SetNotNull { column: Ident },
    /// `ALTER c DROP NOT NULL`
    DropNotNull { column: Ident },
    /// `ALTER c ADD GENERATED … AS IDENTITY`
    AddIdentity { column: Ident, identity: Identity },
    /// `ALTER c SET GENERATED …`, `RESTART`, sequence options of an identity column
    SetIdentity { column: Ident },
    /// `ALTER c DROP IDENTITY [IF EXISTS]`
    DropIdentity { column: Ident, if_exists: bool },
    /// `ALTER c SET EXPRESSION AS (e)`
    SetExpression { column: Ident, expression: Expr },
    /// `ALTER c DROP EXPRESSION [IF EXISTS]`
    DropExpression { column: Ident, if_exists: bool },
    /// `ALTER c SET STATISTICS n` (for an index: by column number)
    SetStatistics { column: Option<Ident> },
    /// `ALTER c SET STORAGE x`
    SetStorage { column: Ident },
    /// `ALTER c SET COMPRESSION x`
    SetCompression { column: Ident },
    /// `ALTER c SET (n_distinct = …)`, `RESET (…)`
    SetColumnOptions { column: Ident },
    /// `ADD [CONSTRAINT n] …`
    AddConstraint(Box<Constraint>),
    /// `ALTER CONSTRAINT n [NOT] DEFERRABLE | [NOT] ENFORCED | [NO] INHERIT`
    AlterConstraint { constraint: Ident, enforced: Option<bool>, inherit: Option<bool>, deferrable: Option<bool> },
    /// `VALIDATE CONSTRAINT n`
    ValidateConstraint { constraint: Ident },
    /// `DROP CONSTRAINT [IF EXISTS] n [CASCADE]`
    DropConstraint { constraint: Ident, if_exists: bool, cascade: bool },
    /// `ATTACH PARTITION p {FOR VALUES … | DEFAULT}`; for an index: `ATTACH PARTITION i`
    AttachPartition { partition: Name, default: bool },
    /// `DETACH PARTITION p [CONCURRENTLY | FINALIZE]`
    DetachPartition { partition: Name, concurrently: bool, finalize: bool },
    /// `SET SCHEMA s`
    SetSchema { schema: Ident },
    /// `SET TABLESPACE s`
    SetTablespace,
    /// `SET ACCESS METHOD m`; none for `DEFAULT`
    SetAccessMethod { method: Option<Ident> },
    /// `SET LOGGED` (true) or `SET UNLOGGED` (false)
    SetLogged(bool),
    /// `SET WITHOUT OIDS`
    SetWithoutOids,
    /// `CLUSTER ON i`; none for `SET WITHOUT CLUSTER`
    SetCluster { index: Option<Ident> },
    /// `SET (…)`: storage parameters
    SetOptions { options: Vec<StorageOption> },
    /// `RESET (…)`: storage parameters, without values
    ResetOptions { options: Vec<StorageOption> },
    /// `ENABLE`/`DISABLE [REPLICA | ALWAYS] TRIGGER n | ALL | USER`
    Trigger { triggers: Triggers, state: TriggerState },
    /// `ENABLE`/`DISABLE [REPLICA | ALWAYS] RULE n`
    Rule,
    /// `ENABLE | DISABLE | FORCE | NO FORCE ROW LEVEL SECURITY`
    RowSecurity,
    /// `REPLICA IDENTITY …`
    ReplicaIdentity(ReplicaIdentity),
    /// `OWNER TO r`
    Owner,
    /// `INHERIT p` (true) or `NO INHERIT p` (false)
    Inherit { parent: Name, inherit: bool },
    /// `OF type`; none for `NOT OF`
    OfType(Option<Name>),
    /// `[NO] DEPENDS ON EXTENSION e`
    DependsOnExtension,
    /// `OPTIONS (…)` of a foreign table or its column
    ForeignOptions,
    /// `RESTART`, `INCREMENT BY`, … of a sequence, with its new type and `OWNED BY table.column`, if any
    SequenceOptions { data_type: Option<DataType>, owned_by: Option<(Name, Ident)> },
}

/// Which triggers `ENABLE TRIGGER` and `DISABLE TRIGGER` mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Triggers {
    /// The one of this name.
    Named(Ident),
    /// `ALL`: those of foreign keys and deferrable keys too.
    All,
    /// `USER`: all but those.
    User,
}

impl Triggers {
    /// Whether a trigger of this name, made by `CREATE TRIGGER`, is among them.
    pub fn include(&self, name: &str) -> bool {
        match self {
            Self::Named(named) => &*named.name == name,
            Self::All | Self::User => true,
        }
    }
}

/// When a trigger fires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TriggerState {
    /// Unless the session replicates (`session_replication_role`): how triggers are made, and `ENABLE`.
    #[default]
    Enabled,
    /// Never: `DISABLE`.
    Disabled,
    /// Only when the session replicates: `ENABLE REPLICA`.
    Replica,
    /// In any session: `ENABLE ALWAYS`.
    Always,
}

/// What of an old row goes into the log, so that a subscriber finds the row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplicaIdentity {
    /// `DEFAULT`: the columns of the primary key.
    Default,
    /// `USING INDEX i`: the columns of a unique index.
    Index(Ident),
    /// `FULL`: the whole row.
    Full,
    /// `NOTHING`.
    Nothing,
}
