//! What a history of statements makes of the catalog. Each test is a script and the catalog after it; what the server
//! makes of the same statements was compared on PostgreSQL 15.

#![allow(
    clippy::unwrap_used,
    clippy::format_collect,
    reason = "a test stops at the first surprise, and its texts are short"
)]

mod alter;
mod bodies;
mod create;
mod drops;
mod indexes;
mod partitions;
mod properties;
mod publications;
mod render;
mod session;
mod settings;
mod types;
mod uses;
