//! `switchback locks`: settings, sources, the timeline, its picture.

use super::{Streams, Terminal, inputs};
use crate::cli::{LocksArgs, TimelineFormat};
use crate::report::timeline::{Picture, concise, json, pretty};
use crate::source;
use crate::timeline;

/// Draws the lock timeline of every migration that is meant.
pub fn run(args: &LocksArgs, verbose: bool, terminal: Terminal, streams: Streams<'_>) -> Result<(), super::Error> {
    let Streams { input, out, log } = streams;
    let directory = std::env::current_dir().map_err(super::Error::Directory)?;
    let config = inputs::configuration(&args.input, &args.config, &args.database, &directory, terminal.now, log)?;
    let sources = source::load(&inputs::request(&args.input, &config, directory, input)?)?;
    if verbose {
        inputs::explain(&sources, log)?;
    }
    let files = timeline::of(&sources.migrations, &config.settings);
    let version = config.settings.version;
    let picture = Picture { files: &files, version, style: terminal.style, actions: terminal.actions };
    let default = if terminal.interactive { TimelineFormat::Pretty } else { TimelineFormat::Concise };
    match args.output_format.unwrap_or(default) {
        TimelineFormat::Pretty => pretty::write(&picture, out),
        TimelineFormat::Concise => concise::write(&picture, out),
        TimelineFormat::Json => json::write(&picture, out),
    }?;
    Ok(())
}
