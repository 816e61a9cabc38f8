//! Prints careline's costs as ratios: `careline-benches [normalise] [verdict] [queries] [path] [peers] [growth]`;
//! without a name all but growth, which is measured with `BENCH_GROWTH=1` or by name.

use std::process::ExitCode;

use careline::Result;
use careline_benches::verdict::Step;
use careline_benches::{growth, normalise, path, peers, queries, verdict};

fn main() -> ExitCode {
    let names: Vec<String> = std::env::args().skip(1).collect();
    match run(&names) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(names: &[String]) -> Result<()> {
    let wants = |name: &str| names.iter().any(|wanted| wanted == name);
    let all = names.is_empty();
    if all || wants("normalise") {
        print_normalise();
    }
    if all || wants("verdict") {
        print_verdict();
    }
    if all || wants("queries") {
        print_queries();
    }
    if all || wants("path") {
        print_path(wants("statements"))?;
    }
    if all || wants("peers") {
        print_peers()?;
    }
    if wants("growth") || all && std::env::var_os("BENCH_GROWTH").is_some() {
        print_growth()?;
    } else if all {
        println!("\nskipped: growth takes some minutes and gigabytes; set BENCH_GROWTH=1");
    }
    Ok(())
}

fn print_normalise() {
    println!("\nnormalise ÷ bare parse                 µs      µs   ratio  target");
    for (kind, compared) in normalise::measure(15) {
        let target = if kind.batch() == 1 { "≤ 1.2" } else { "≤ 1.5" };
        let (ours, theirs, ratio) = (compared.ours, compared.theirs, compared.ratio);
        println!("  {:<30} {ours:>7.2} {theirs:>7.2} {ratio:>7.2}  {target}", kind.name());
    }
}

fn print_verdict() {
    println!("\nlooking over an answer ÷ bare parse    µs      µs   ratio  target");
    for (step, compared) in verdict::measure(15) {
        let target = if matches!(step, Step::Both(_)) { "≤ 5" } else { "" };
        let (ours, theirs, ratio) = (compared.ours, compared.theirs, compared.ratio);
        println!("  {:<30} {ours:>7.2} {theirs:>7.2} {ratio:>7.2}  {target}", step.name());
    }
}

fn print_queries() {
    let measured = queries::measure(15);
    let (ours, theirs, ratio) = (measured.compared.ours, measured.compared.theirs, measured.compared.ratio);
    println!("\nqueries over a text ÷ bare parse       µs      µs   ratio  target");
    println!("  {:<30} {ours:>7.2} {theirs:>7.2} {ratio:>7.2}  ≤ 0.3", format!("{} queries", queries::QUERIES));
    println!(
        "  {:.2} matches a text; built in {:.0} ms, one more or less {:.1} µs, {:.1} MB",
        measured.matches,
        measured.build / 1e3,
        measured.change,
        measured.grown as f64 / 1e6
    );
}

fn print_path(statements: bool) -> Result<()> {
    let measured = path::measure(7)?;
    let (ours, theirs, ratio) = (measured.compared.ours, measured.compared.theirs, measured.compared.ratio);
    println!("\nwhole path ÷ its statements alone      µs      µs   ratio  target");
    println!("  {:<30} {ours:>7.1} {theirs:>7.1} {ratio:>7.2}  ≤ 1.8", "1,000 a transaction");
    let replay = &measured.replay;
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let each = |count: usize| count as f64 / path::MEASURED as f64;
    println!(
        "  {} messages in {} transactions, {:.1} statements a message",
        path::MEASURED,
        replay.transactions(),
        each(replay.statements())
    );
    if statements {
        for (sql, count) in replay.census() {
            println!("  {:>7.3} {sql}", each(count));
        }
    }
    Ok(())
}

fn print_peers() -> Result<()> {
    let measured = peers::measure(|why| println!("skipped: {why}"))?;
    if measured.is_empty() {
        return Ok(());
    }
    println!(
        "\nnaive pipelines ÷ whole path                             theirs µs   our µs   ratio   (targets: Python ≥ 50, Node ≥ 15)"
    );
    for peer in measured {
        println!("  {:<55} {:>8.0} {:>8.1} {:>7.1}", peer.name, peer.theirs, peer.ours, peer.theirs / peer.ours);
    }
    Ok(())
}

fn print_growth() -> Result<()> {
    const MUCH: usize = 1_000_000;
    println!("\ncost of a message as the file grows");
    let compared = growth::measure(MUCH, 5, |stored, micros| println!("  {stored:>9} stored {micros:>7.1} µs"))?;
    println!(
        "  at {MUCH} ÷ at 10000: {:.1} ÷ {:.1} µs = {:.2}  (≤ 1.6)",
        compared.ours, compared.theirs, compared.ratio
    );
    Ok(())
}
