//! Everything a rule may know about one operation, gathered once.

pub mod session;
pub mod step;
