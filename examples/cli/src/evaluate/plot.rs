//! The reliability of certainty as a picture.

use std::fmt::Write as _;

use super::metrics::Bin;
use super::report::{Calibration, Report};

/// The side of a panel, and the space around it for what it is called.
const SIDE: f64 = 180.0;
const AROUND: f64 = 40.0;
const PANELS_A_LINE: usize = 4;
const STEP: f64 = SIDE + 2.0 * AROUND;

/// One panel for each set and question: certainty to the right, the share of right answers up, a dot for each bin as
/// large as its share of rows; on the diagonal certainty tells the truth.
pub(super) fn svg(report: &Report) -> String {
    let panels = &report.calibration;
    let lines = panels.len().div_ceil(PANELS_A_LINE).max(1);
    let (width, height) = (STEP * PANELS_A_LINE as f64, STEP * lines as f64);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" \
         font-size=\"11\">\n<title>How far certainty is to be believed</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    for (at, calibration) in panels.iter().enumerate() {
        let (column, line) = (at % PANELS_A_LINE, at / PANELS_A_LINE);
        let _ = writeln!(
            svg,
            "<g transform=\"translate({} {})\">\n{}</g>",
            column as f64 * STEP + AROUND,
            line as f64 * STEP + AROUND,
            panel(calibration)
        );
    }
    svg + "</svg>\n"
}

fn panel(calibration: &Calibration) -> String {
    let learnt_from = if calibration.of.learnt_from { " (learnt from)" } else { "" };
    let mut panel = format!(
        "<text y=\"-18\" font-weight=\"bold\">{}{learnt_from}</text>\n\
         <text y=\"-5\">{}, error {:.3}, {} rows</text>\n\
         <rect width=\"{SIDE}\" height=\"{SIDE}\" fill=\"none\" stroke=\"#888\"/>\n\
         <path d=\"M0 {SIDE}L{SIDE} 0\" stroke=\"#bbb\" stroke-dasharray=\"4 3\"/>\n",
        escaped(&calibration.of.set),
        calibration.question.replace('_', " "),
        calibration.careline.ece,
        calibration.of.rows,
    );
    for (share, at) in [(0.0, SIDE), (0.5, SIDE / 2.0), (1.0, 0.0)] {
        let _ = writeln!(panel, "<text x=\"-4\" y=\"{}\" text-anchor=\"end\">{share}</text>", at + 4.0);
        let _ =
            writeln!(panel, "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{share}</text>", SIDE - at, SIDE + 13.0);
    }
    let points: Vec<String> =
        calibration.careline.bins.iter().map(|bin| format!("{:.1},{:.1}", place(bin).0, place(bin).1)).collect();
    let _ = writeln!(panel, "<polyline points=\"{}\" fill=\"none\" stroke=\"#1f6fb2\"/>", points.join(" "));
    for bin in &calibration.careline.bins {
        let (x, y) = place(bin);
        let radius = 2.0 + 8.0 * (bin.rows as f64 / calibration.of.rows as f64).sqrt();
        let _ = writeln!(
            panel,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"#1f6fb2\" fill-opacity=\".5\"><title>{} rows, \
             certainty {:.3}, right {:.3}</title></circle>",
            bin.rows, bin.certainty, bin.right
        );
    }
    panel
}

fn place(bin: &Bin) -> (f64, f64) {
    (bin.certainty * SIDE, (1.0 - bin.right) * SIDE)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
