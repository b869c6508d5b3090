//! Where migrations come from: files, the layout they follow, their order, and what each part of a file is for.

pub mod migration;
