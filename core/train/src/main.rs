//! Learns weights and writes them into the crate that ships them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use careline_train::{language, own, rows, words};
use clap::{Args, Parser, Subcommand};

/// Learns the weights that careline's triage ships. `CARELINE_TRAINING` names the folder with the sets.
#[derive(Parser)]
struct Command {
    #[command(subcommand)]
    subject: Subject,
}

#[derive(Subcommand)]
enum Subject {
    /// Which language a text is in.
    Language(Ask),
    /// What the words of a text speak for.
    Words(Ask),
    /// Print messages of our own as JSON lines.
    Own {
        /// ISO 639-1 code of the language.
        #[arg(long, default_value = "en")]
        language: String,
        /// How many.
        #[arg(long, default_value_t = 20)]
        count: usize,
        /// Other seeds give other messages.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

#[derive(Args)]
struct Ask {
    /// Learn, and compare with the weights in the crate instead of writing them.
    #[arg(long, conflicts_with = "report")]
    check: bool,
    /// Learn nothing: print how the weights in the crate do on texts they did not learn from.
    #[arg(long)]
    report: bool,
    /// Leave a set out; can be repeated.
    #[arg(long, value_name = "SET")]
    without: Vec<String>,
}

fn main() -> ExitCode {
    match run(&Command::parse()) {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("careline-train: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> io::Result<String> {
    if let Subject::Own { language, count, seed } = &command.subject {
        let rows = own::rows(language, *count, *seed)?;
        let lines: Vec<String> = rows.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
        return Ok(lines.join("\n"));
    }
    let folder = rows::folder().ok_or_else(|| {
        io::Error::other("no training sets: name their folder in CARELINE_TRAINING, or put it at ../shared/training")
    })?;
    match &command.subject {
        Subject::Language(ask) => {
            known(&ask.without, language::SETS)?;
            let rows = language::rows(&folder, &ask.without)?;
            if ask.report {
                return Ok(language::report(&rows));
            }
            let file = crate_file("src/triage/language/weights.bin");
            settle(&file, &language::learn(&rows), ask.check)
        }
        Subject::Words(ask) => {
            let sets: Vec<&str> = words::SETS.iter().map(|share| share.set).chain(["own"]).collect();
            known(&ask.without, &sets)?;
            let rows = words::rows(&folder, &ask.without)?;
            if ask.report {
                return Ok(words::report(&rows));
            }
            settle(&crate_file("src/triage/model/words.bin"), &words::learn(&rows), ask.check)
        }
        Subject::Own { .. } => Ok(String::new()),
    }
}

/// Nobody should believe that a set was left out because its name was misspelt.
fn known(without: &[String], sets: &[&str]) -> io::Result<()> {
    match without.iter().find(|set| !sets.contains(&set.as_str())) {
        Some(set) => {
            Err(io::Error::other(format!("there is no set `{set}` to leave out; there are {}", sets.join(", "))))
        }
        None => Ok(()),
    }
}

fn crate_file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// Writes the weights, or compares them with those that are there.
fn settle(file: &Path, weights: &[u8], check: bool) -> io::Result<String> {
    if !check {
        fs::write(file, weights)?;
        return Ok(format!("{}: {} bytes written", file.display(), weights.len()));
    }
    let there = fs::read(file)?;
    let different = there.iter().zip(weights).filter(|(old, new)| old != new).count();
    if different > 0 || there.len() != weights.len() {
        let what = format!("{different} bytes differ, {} bytes there, {} learnt", there.len(), weights.len());
        return Err(io::Error::other(format!("{}: {what}; run without --check", file.display())));
    }
    Ok(format!("{}: learnt again, the same {} bytes", file.display(), weights.len()))
}
