//! `careline normalise`: raw bodies in, one event per line out.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use careline::clock::{Clock, SystemClock};
use careline::network::BodyKind;
use careline::{Error, ErrorKind};
use careline_connectors::{normalised_lines, refusal};
use clap::ValueEnum;
use clap::builder::PossibleValuesParser;

use crate::{Failure, Result};

/// What `careline normalise` takes.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The network the bodies come from.
    #[arg(long, value_parser = PossibleValuesParser::new(careline_connectors::networks()))]
    network: String,
    /// How they came.
    #[arg(long, default_value = "webhook")]
    kind: Kind,
    /// The native id of the brand account they came through, where a body does not name it [default: 0; on Mastodon,
    /// where an id means something on its server only, `localhost/0`].
    #[arg(long, value_name = "NATIVE_ID")]
    account: Option<String>,
    /// Files with one JSON document, or with one per line; `-` is the standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// Posted to a webhook.
    Webhook,
    /// Answered to a read.
    Rest,
    /// A line or frame of a stream.
    Stream,
}

/// Writes one line per event, reject and unreadable body; fails only if a file cannot be read.
pub(crate) fn run(args: &Args) -> Result<()> {
    let now = SystemClock.now();
    let mut out = BufWriter::new(io::stdout().lock());
    let mut unread = false;
    for file in &args.files {
        match read(file) {
            Ok(raw) => {
                let name = file.display().to_string();
                for line in normalised_lines(&args.network, args.kind(), args.account.as_deref(), &raw, &name, now) {
                    writeln!(out, "{line}")?;
                }
            }
            Err(error) => {
                unread = true;
                let error = Error::new(ErrorKind::InputInvalid, format!("cannot read the file: {error}"));
                writeln!(out, "{}", refusal(&error, &file.display().to_string()))?;
            }
        }
    }
    out.flush()?;
    if unread { Err(Failure::Told("at least one file could not be read")) } else { Ok(()) }
}

impl Args {
    fn kind(&self) -> BodyKind {
        match self.kind {
            Kind::Webhook => BodyKind::Webhook,
            Kind::Rest => BodyKind::Rest,
            Kind::Stream => BodyKind::Stream,
        }
    }
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut raw = Vec::new();
    if file == Path::new("-") {
        io::stdin().lock().read_to_end(&mut raw)?;
    } else {
        File::open(file)?.read_to_end(&mut raw)?;
    }
    Ok(raw)
}
