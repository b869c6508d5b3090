//! Switchback reads SQL migrations, replays their history into a schema, and says what each statement will do to a live
//! server and to the code that is running.
//!
//! One street, walked in one direction: `source` → `syntax` → `schema` → `engine` → `review` → `rules` → `report`.

pub mod baseline;
pub mod cli;
pub mod command;
pub mod config;
pub mod database;
pub mod date;
pub mod diff;
pub mod engine;
pub mod evidence;
pub mod figures;
pub mod finding;
pub mod fingerprint;
pub mod fix;
pub mod forge;
pub mod git;
pub mod init;
pub mod lint;
pub mod outcome;
pub mod plan;
pub mod report;
pub mod review;
pub mod rule;
pub mod rules;
pub mod schema;
pub mod settings;
pub mod source;
pub mod spec;
pub mod stats;
pub mod status;
pub mod suggest;
pub mod suppress;
pub mod syntax;
pub mod timeline;
pub mod transition;
