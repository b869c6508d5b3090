//! Everything a rule may know about one operation, gathered once.

pub mod before;
mod declared;
mod fresh;
pub mod history;
pub mod replay;
pub mod session;
pub mod size;
mod snapshots;
pub mod step;
mod track;
pub mod way_back;
