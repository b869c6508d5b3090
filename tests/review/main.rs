//! `switchback review` as CI runs it, against small servers that hold every request against the hosts' APIs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise"
)]

mod api;
mod bitbucket;
#[path = "../common/mod.rs"]
mod common;
mod fake;
mod github;
mod gitlab;
mod hostile;
mod hub;
mod limits;
mod plan;
#[path = "../common/repository.rs"]
mod repository;
mod tls;
