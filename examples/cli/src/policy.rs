//! `careline policy`: looks at a policy before it is used.

use std::io::{self, Write as _};
use std::path::PathBuf;

use careline::policy::{CompiledPolicy, Policy};
use clap::Subcommand;
use serde_json::json;

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
    let checked = Policy::load(file).and_then(CompiledPolicy::new);
    let mut out = io::stdout().lock();
    match (&checked, json) {
        (Ok(policy), true) => {
            writeln!(out, "{}", json!({"file": file, "version": policy.version(), "mistakes": []}))?;
        }
        (Ok(policy), false) => {
            let (accounts, teams, agents) = (policy.accounts().len(), policy.teams().len(), policy.agents().len());
            let (file, version) = (file.display(), policy.version());
            writeln!(
                out,
                "{file}: no mistakes; {accounts} accounts, {teams} teams, {agents} agents; version {version}"
            )?;
        }
        (Err(mistakes), true) => writeln!(out, "{}", json!({"file": file, "mistakes": mistakes}))?,
        (Err(mistakes), false) => writeln!(out, "{mistakes}")?,
    }
    checked.map(drop).map_err(|_| Failure::Told("the policy has mistakes"))
}
