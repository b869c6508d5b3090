//! What the subcommands do: one file each.

pub mod explain;
pub mod rules;
