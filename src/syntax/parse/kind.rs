//! The kinds of objects that `CREATE`, `ALTER`, `DROP` and `COMMENT ON` name.

use crate::syntax::cursor::Cursor;
use crate::syntax::object::ObjectKind;

/// Spellings, longer ones first where one starts another.
const KINDS: &[(&str, ObjectKind)] = &[
    ("FOREIGN TABLE", ObjectKind::ForeignTable),
    ("TABLE", ObjectKind::Table),
    ("MATERIALIZED VIEW", ObjectKind::MaterializedView),
    ("VIEW", ObjectKind::View),
    ("INDEX", ObjectKind::Index),
    ("SEQUENCE", ObjectKind::Sequence),
    ("TYPE", ObjectKind::Type),
    ("DOMAIN", ObjectKind::Domain),
    ("SCHEMA", ObjectKind::Schema),
    ("FUNCTION", ObjectKind::Function),
    ("PROCEDURE", ObjectKind::Procedure),
    ("ROUTINE", ObjectKind::Routine),
    ("AGGREGATE", ObjectKind::Aggregate),
    ("OPERATOR CLASS", ObjectKind::OperatorClass),
    ("OPERATOR FAMILY", ObjectKind::OperatorFamily),
    ("OPERATOR", ObjectKind::Operator),
    ("CAST", ObjectKind::Cast),
    ("COLLATION", ObjectKind::Collation),
    ("DEFAULT CONVERSION", ObjectKind::Conversion),
    ("CONVERSION", ObjectKind::Conversion),
    ("TRUSTED PROCEDURAL LANGUAGE", ObjectKind::Language),
    ("TRUSTED LANGUAGE", ObjectKind::Language),
    ("PROCEDURAL LANGUAGE", ObjectKind::Language),
    ("LANGUAGE", ObjectKind::Language),
    ("TRANSFORM", ObjectKind::Transform),
    ("ACCESS METHOD", ObjectKind::AccessMethod),
    ("EVENT TRIGGER", ObjectKind::EventTrigger),
    ("CONSTRAINT TRIGGER", ObjectKind::Trigger),
    ("TRIGGER", ObjectKind::Trigger),
    ("POLICY", ObjectKind::Policy),
    ("RULE", ObjectKind::Rule),
    ("EXTENSION", ObjectKind::Extension),
    ("STATISTICS", ObjectKind::Statistics),
    ("PUBLICATION", ObjectKind::Publication),
    ("SUBSCRIPTION", ObjectKind::Subscription),
    ("SERVER", ObjectKind::Server),
    ("FOREIGN DATA WRAPPER", ObjectKind::ForeignDataWrapper),
    ("USER MAPPING", ObjectKind::UserMapping),
    ("TABLESPACE", ObjectKind::Tablespace),
    ("DATABASE", ObjectKind::Database),
    ("ROLE", ObjectKind::Role),
    ("USER", ObjectKind::Role),
    ("GROUP", ObjectKind::Role),
    ("TEXT SEARCH CONFIGURATION", ObjectKind::TextSearch),
    ("TEXT SEARCH DICTIONARY", ObjectKind::TextSearch),
    ("TEXT SEARCH PARSER", ObjectKind::TextSearch),
    ("TEXT SEARCH TEMPLATE", ObjectKind::TextSearch),
    ("OWNED", ObjectKind::Owned),
    ("COLUMN", ObjectKind::Column),
    ("CONSTRAINT", ObjectKind::Constraint),
    ("LARGE OBJECT", ObjectKind::LargeObject),
    ("DEFAULT PRIVILEGES", ObjectKind::DefaultPrivileges),
    ("SYSTEM", ObjectKind::System),
];

/// Reads the words that name a kind of object.
pub(super) fn object_kind(cursor: &mut Cursor<'_>) -> Option<ObjectKind> {
    KINDS.iter().find(|(words, _)| cursor.eat(words)).map(|(_, kind)| *kind)
}

/// Whether the object is named by `name ON table`.
pub(super) fn on_table(kind: ObjectKind) -> bool {
    matches!(kind, ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule)
}
