//! `careline policy`: looks at a policy before it is used.

use std::io::{self, Write as _};
use std::path::PathBuf;

use careline_connectors::check_policy;
use clap::Subcommand;

use crate::{Failure, Result};

/// What `careline policy` does.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Report every mistake in a policy with file, line, key and the nearest valid name.
    Check {
        /// The policy.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Fails if there is a mistake.
pub(crate) fn run(command: &Command) -> Result<()> {
    let Command::Check { file, json } = command;
    let checked = check_policy(file, *json);
    // Mistakes for people go where errors go; what was asked for goes where it can be read on.
    match checked.is_sound || *json {
        true => writeln!(io::stdout().lock(), "{}", checked.text)?,
        false => eprintln!("{}", checked.text),
    }
    if checked.is_sound { Ok(()) } else { Err(Failure::Told("the policy has mistakes")) }
}
