//! What a server does for one operation.

pub mod effect;
pub mod lock;
pub mod postgres;

use self::effect::Effects;
use crate::schema::catalog::Catalog;
use crate::schema::operation::Operation;

/// A database server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// `PostgreSQL`
    Postgres,
}

/// What an answer depends on besides the operation and the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// The server's major version.
    pub version: u16,
    /// The session's time zone is known to be UTC.
    pub utc: bool,
}

impl Engine {
    /// What the server does for `operation`, given the schema just before it.
    pub fn effects(self, operation: &Operation<'_>, catalog: &Catalog<'_>, context: Context) -> Effects {
        match self {
            Self::Postgres => postgres::effects(operation, catalog, context),
        }
    }
}
