//! `careline normalise`: raw bodies in, one event per line out.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use careline::clock::{Clock, SystemClock};
use careline::intake::Parsed;
use careline::model::Timestamp;
use careline::network::BodyKind;
use careline::{Error, ErrorKind};
use clap::ValueEnum;
use clap::builder::PossibleValuesParser;
use serde::Serialize;

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
                for body in bodies(&raw) {
                    write_events(&mut out, file, args.normalise(body, now))?;
                }
            }
            Err(error) => {
                unread = true;
                let error = Error::new(ErrorKind::InputInvalid, format!("cannot read the file: {error}"));
                write_line(&mut out, &Refusal { error: &error, file })?;
            }
        }
    }
    out.flush()?;
    if unread { Err(Failure::Told("at least one file could not be read")) } else { Ok(()) }
}

impl Args {
    fn normalise(&self, body: &[u8], now: Timestamp) -> careline::Result<Parsed> {
        let kind = match self.kind {
            Kind::Webhook => BodyKind::Webhook,
            Kind::Rest => BodyKind::Rest,
            Kind::Stream => BodyKind::Stream,
        };
        careline_connectors::normalise(&self.network, kind, body, self.account.as_deref(), now)
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

/// The bodies in a file: the whole of it, or its lines if it is no JSON document but one of its lines is.
///
/// A damaged document written over several lines so stays one body with one error.
fn bodies(raw: &[u8]) -> Vec<&[u8]> {
    if is_document(raw) {
        return vec![raw];
    }
    let lines: Vec<&[u8]> =
        raw.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).collect();
    if lines.iter().any(|line| is_document(line)) { lines } else { vec![raw] }
}

fn is_document(raw: &[u8]) -> bool {
    matches!(raw.trim_ascii_start().first(), Some(b'{' | b'['))
        && serde_json::from_slice::<serde::de::IgnoredAny>(raw).is_ok()
}

fn write_events(out: &mut impl Write, file: &Path, parsed: careline::Result<Parsed>) -> Result<()> {
    match parsed {
        Ok(parsed) => {
            for event in &parsed.events {
                write_line(out, event)?;
            }
            for reject in &parsed.rejects {
                write_line(out, &Refusal { error: &reject.error, file })?;
            }
        }
        Err(error) => write_line(out, &Refusal { error: &error, file })?,
    }
    Ok(())
}

/// The line in place of an event that could not be read.
#[derive(Serialize)]
struct Refusal<'a> {
    error: &'a Error,
    file: &'a Path,
}

fn write_line(out: &mut impl Write, value: &impl Serialize) -> Result<()> {
    serde_json::to_writer(&mut *out, value).map_err(io::Error::from)?;
    out.write_all(b"\n")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::bodies;

    #[test]
    fn a_document_is_one_body_however_it_is_written() {
        for raw in ["{\"a\":1}", "{\n  \"a\": 1\n}\n", "[{}\n,{}]"] {
            assert_eq!(bodies(raw.as_bytes()), [raw.as_bytes()]);
        }
    }

    #[test]
    fn otherwise_each_line_is_one_and_a_broken_line_spoils_no_other() {
        let raw = b"{\"a\":1}\r\n\n{\"a\":\n{\"a\":3}\n";
        assert_eq!(bodies(raw), [&b"{\"a\":1}"[..], b"{\"a\":", b"{\"a\":3}"]);
    }

    #[test]
    fn a_damaged_document_over_several_lines_is_one_body() {
        let raw = b"{\n  \"a\": [\n    1,\n    2\n";
        assert_eq!(bodies(raw), [&raw[..]]);
        assert_eq!(bodies(b""), [b""]);
    }
}
