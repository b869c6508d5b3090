//! What a server does for one operation.

pub mod effect;
pub mod lock;
