//! `switchback completions` and `switchback man`: made from the command line itself.

use std::io::{self, Write};
use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;

/// Writes the completions of a shell.
pub fn completions(shell: Shell, out: &mut dyn Write) -> io::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "switchback", &mut script);
    out.write_all(&script)
}

/// Writes the page of the program to `out`, or a page for each command into a folder.
pub fn pages(folder: Option<&Path>, out: &mut dyn Write) -> Result<(), super::Error> {
    let Some(folder) = folder else { return Ok(clap_mangen::Man::new(Cli::command()).render(out)?) };
    clap_mangen::generate_to(Cli::command(), folder)
        .map_err(|error| super::Error::File { path: folder.to_owned(), error })?;
    writeln!(out, "manual pages are in {}", folder.display())?;
    Ok(())
}
