//! `careline-train`: what the weights are learnt from, and how.

use std::io::{self, Write as _};
use std::process::ExitCode;

use careline_train::own;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "careline-train", about = "Learns the weights that careline's triage ships")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print messages of our own as JSON lines
    Own {
        /// ISO 639-1 code of the language
        #[arg(long, default_value = "en")]
        language: String,
        /// How many
        #[arg(long, default_value_t = 20)]
        count: usize,
        /// Other seeds give other messages
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Own { language, count, seed } => print_own(&language, count, seed),
    };
    match done {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("careline-train: {error}");
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

fn print_own(language: &str, count: usize, seed: u64) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for row in own::rows(language, count, seed)? {
        writeln!(out, "{}", serde_json::to_string(&row)?)?;
    }
    Ok(())
}
