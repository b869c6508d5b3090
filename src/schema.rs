//! Statements to operations, operations to a catalog.

pub mod catalog;
pub mod operation;
