//! The careline program: a demo, the intake, the inbox page and tools around them.

mod approve;
mod audit;
mod connect;
mod demo;
mod evaluate;
mod explain;
mod host;
mod incident;
mod intake;
mod normalise;
mod outbox;
mod page;
mod policy;
mod queue;
mod reply;
mod serve;
mod server;
mod shadow;
mod table;
mod traffic;
mod triage;

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Turns what customers say on social networks into work for agents.
#[derive(Parser)]
#[command(name = "careline", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Send a made-up day of traffic through the real intake, check what came of it, and show the inbox page.
    Demo(demo::Args),
    /// Receive and read real accounts, and show the inbox page.
    Serve(serve::Args),
    /// Let a person connect an account to its network; its token is kept with the data, and renewed.
    Connect(connect::Args),
    /// List open cases by what is due first.
    Queue(queue::Args),
    /// Judge an answer and submit it; `serve` sends it.
    Reply(reply::Args),
    /// List replies and where they stand; send one after all, settle one nobody could tell, take one back.
    #[command(visible_alias = "replies")]
    Outbox(outbox::Args),
    /// Say yes or no to a reply that waits for approval.
    Approve(approve::Args),
    /// Hold answers one by one while many people have one problem.
    #[command(subcommand)]
    Incident(incident::Command),
    /// Tell who did what, and check that nothing in it was changed.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Tell why a case is what it is.
    Explain(explain::Args),
    /// Read raw bodies of a network and print one event per line as JSON.
    Normalise(normalise::Args),
    /// Look at a policy before it is used.
    #[command(subcommand)]
    Policy(policy::Command),
    /// Judge stored messages again under another policy or model, and show what would differ. Changes nothing.
    Shadow(shadow::Args),
    /// Read texts and print what careline thinks of each: one assessment per line as JSON.
    Triage(triage::Args),
    /// Measure how right the triage is on a folder of labelled texts, beside simple answers.
    Evaluate(evaluate::Args),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Demo(args) => run(demo::run(&args)),
        Command::Serve(args) => run(serve::run(&args)),
        Command::Connect(args) => run(connect::run(&args)),
        Command::Queue(args) => run(queue::run(&args)),
        Command::Reply(args) => run(reply::run(&args)),
        Command::Outbox(args) => run(outbox::run(&args)),
        Command::Approve(args) => run(approve::run(&args)),
        Command::Incident(command) => run(incident::run(&command)),
        Command::Audit(command) => run(audit::run(&command)),
        Command::Explain(args) => run(explain::run(&args)),
        Command::Normalise(args) => normalise::run(&args),
        Command::Policy(command) => policy::run(&command),
        Command::Shadow(args) => run(shadow::run(&args)),
        Command::Triage(args) => triage::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads our output has had enough: `careline … | head`.
        Err(Failure::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("careline: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a command that waits for others.
fn run(command: impl Future<Output = Result<()>>) -> Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(command)
}

/// Why a command ended early.
#[derive(Debug)]
enum Failure {
    /// careline said no.
    Careline(careline::Error),
    /// A file or stream could not be read or written.
    Io(io::Error),
    /// Said already, on the way.
    Told(&'static str),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Careline(error) => error.fmt(f),
            Self::Io(error) => error.fmt(f),
            Self::Told(what) => f.write_str(what),
        }
    }
}

impl From<careline::Error> for Failure {
    fn from(error: careline::Error) -> Self {
        Self::Careline(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

type Result<T, E = Failure> = std::result::Result<T, E>;

/// The arguments of one command, from its words.
#[cfg(test)]
fn parsed<A: clap::Args>(words: &[&str]) -> A {
    let command = A::augment_args(clap::Command::new("careline").no_binary_name(true));
    let matches = command.try_get_matches_from(words).and_then(|matches| A::from_arg_matches(&matches));
    matches.unwrap_or_else(|error| panic!("{error}"))
}
