//! `careline evaluate`: how right the triage is on labelled texts, beside simple answers.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use comfy_table::CellAlignment;

use crate::{Failure, Result, table};

mod goals;
mod judging;
mod metrics;
mod personal_data;
mod plot;
mod report;
mod rows;
mod sheets;

use rows::Set;
use sheets::{Sheet, is_text, sheets};

/// What to measure, and how to tell.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A folder of <set>.jsonl files: a text with its labels a line.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Print every figure as one JSON object, also on a terminal.
    #[arg(long)]
    json: bool,
    /// Print a page of tables in Markdown.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Draw there how far certainty is to be believed, as SVG.
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
}

/// Measures and prints. Lines that cannot be read are named and left out; fails if none can.
pub(crate) fn run(args: &Args) -> Result<()> {
    let sets = rows::read(&args.folder)?;
    sets.iter().for_each(tell_broken);
    if sets.iter().all(|set| set.rows.is_empty()) {
        return Err(Failure::Told("no line of the folder is a labelled text"));
    }
    let report = report::measure(&sets);
    if let Some(file) = &args.plot {
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", file.display()));
        fs::write(file, plot::svg(&report)).map_err(named)?;
    }
    let mut out = io::stdout().lock();
    if args.markdown {
        write!(out, "{}", sheets::page(&report))?;
    } else if args.json || !io::stdout().is_terminal() {
        serde_json::to_writer_pretty(&mut out, &report).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        for sheet in sheets(&report) {
            writeln!(out, "{}\n{}\n", sheet.title, shown(&sheet))?;
        }
    }
    Ok(())
}

fn tell_broken(set: &Set) {
    for line in &set.broken.first {
        eprintln!("careline: {}, {line}", set.name);
    }
    let more = set.broken.lines - set.broken.first.len();
    if more > 0 {
        eprintln!("careline: {}, {more} more lines cannot be read", set.name);
    }
}

fn shown(sheet: &Sheet) -> comfy_table::Table {
    let mut table = table::with_heads(sheet.heads);
    table.add_rows(&sheet.rows);
    for column in (0..sheet.heads.len()).filter(|column| !is_text(sheet, *column)) {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}
