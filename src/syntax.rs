//! Text to statements, with a byte range for everything.

pub mod alter;
pub mod expr;
mod keyword;
pub mod name;
pub mod object;
pub mod query;
pub mod span;
pub mod statement;
pub mod table;
pub mod types;
