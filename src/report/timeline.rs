//! Lock timelines to bytes: one file a format, and the words and the chart that those for people share.

mod chart;
pub mod concise;
pub mod json;
pub mod pretty;
mod words;

use super::Style;
use crate::timeline::File;

/// What a format is given.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    /// The files, in the order they run.
    pub files: &'a [File<'a>],
    /// The server version the locks are for.
    pub version: u16,
    /// What the receiver can show.
    pub style: Style,
    /// The report goes to the log of a GitHub Actions step, which obeys commands in what is printed.
    pub actions: bool,
}
