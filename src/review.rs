//! Everything a rule may know about one operation, gathered once.

pub mod before;
pub mod history;
pub mod replay;
pub mod session;
pub mod size;
pub mod step;
mod track;
pub mod way_back;
