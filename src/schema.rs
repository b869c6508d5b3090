//! Statements to operations, operations to a catalog.

pub mod apply;
pub mod bookkeeping;
pub(crate) mod bounds;
pub mod cascade;
pub mod catalog;
pub mod compare;
pub(crate) mod definition;
pub mod dependents;
pub mod lower;
pub mod operation;
