//! `switchback sources`: what is read, in which order, how it runs, and what is left out and why.

use super::{Streams, Terminal, inputs};
use crate::cli::{SourcesArgs, SourcesFormat};
use crate::report::sources::{Listing, json, text};
use crate::source;

/// Lists the migrations that are meant.
pub fn run(args: &SourcesArgs, terminal: Terminal, streams: Streams<'_>) -> Result<(), super::Error> {
    let Streams { input, out, log } = streams;
    let directory = std::env::current_dir().map_err(super::Error::Directory)?;
    let config = inputs::configuration(&args.input, &args.config, &args.database, &directory, terminal.now, log)?;
    let mut sources = source::load(&inputs::request(&args.input, &config, directory, input)?)?;
    inputs::start_after(None, &config, &mut sources)?;
    let listing = Listing {
        sources: &sources,
        version: config.settings.version,
        transaction: config.settings.transaction,
        style: terminal.style,
        actions: terminal.actions,
    };
    match args.output_format {
        SourcesFormat::Text => text::write(&listing, out),
        SourcesFormat::Json => json::write(&listing, out),
    }?;
    Ok(())
}
