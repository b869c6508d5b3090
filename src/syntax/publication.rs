//! Publications: what a subscriber gets to see.

use super::name::{Ident, Name};

/// `CREATE PUBLICATION`.
#[derive(Clone, Debug)]
pub struct CreatePublication {
    /// Its name.
    pub name: Ident,
    /// `FOR …`.
    pub objects: PublicationObjects,
    /// `WITH (…)`.
    pub options: PublicationOptions,
}

/// `FOR ALL TABLES | TABLE a, b | TABLES IN SCHEMA s`, or the same after `ADD`, `SET`, `DROP`.
#[derive(Clone, Debug, Default)]
pub struct PublicationObjects {
    /// `ALL TABLES`, those made later too.
    pub all_tables: bool,
    /// `TABLE …`.
    pub tables: Vec<Name>,
    /// `TABLES IN SCHEMA …`; none for `CURRENT_SCHEMA`.
    pub schemas: Vec<Option<Ident>>,
}

/// `WITH (…)`, `SET (…)`, as far as it matters.
#[derive(Clone, Copy, Debug, Default)]
pub struct PublicationOptions {
    /// `publish = '…'` names `update` or `delete`; none where it is not written.
    pub old_rows: Option<bool>,
}

/// What `ALTER PUBLICATION` does with its objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicationEdit {
    /// `ADD`
    Add,
    /// `SET`: instead of what there was.
    Set,
    /// `DROP`
    Drop,
}
