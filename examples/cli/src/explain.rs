//! `careline explain`: why a case is what it is.

use std::io::{self, IsTerminal as _, Write};
use std::path::PathBuf;

use careline::care::{Explanation, PageAsk, Tenant};
use careline::model::{CaseId, TenantId};
use careline::{Error, ErrorKind};
use clap::Args as ClapArgs;

use crate::{Result, host};

/// Which case to explain.
#[derive(ClapArgs)]
pub(crate) struct Args {
    /// The case: its id, or the beginning of it.
    #[arg(value_name = "CASE")]
    case: String,
    /// The data directory.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Prints every reason.
pub(crate) async fn run(args: &Args) -> Result<()> {
    let tenant = host::reader(&args.data)?.tenant(TenantId::single())?;
    let case = find(&tenant, &args.case).await?;
    let explanation = tenant.explain(&case).await?;
    let mut out = io::stdout().lock();
    if args.json || !io::stdout().is_terminal() {
        serde_json::to_writer(&mut out, &explanation).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        print(&mut out, &explanation)?;
    }
    Ok(())
}

/// The case whose id is, or begins with, `text`.
pub(crate) async fn find(tenant: &Tenant, text: &str) -> Result<CaseId> {
    let id = CaseId::from(text);
    if tenant.explain(&id).await.is_ok() {
        return Ok(id);
    }
    let (mut fitting, mut page) = (Vec::new(), PageAsk::first(1000));
    loop {
        let listed = tenant.all_cases(page.clone()).await?;
        page.after = listed.after;
        fitting.extend(listed.items.into_iter().map(|case| case.id).filter(|id| id.as_str().starts_with(text)));
        if page.after.is_none() {
            break;
        }
    }
    let mut fitting = fitting.into_iter();
    match (fitting.next(), fitting.next()) {
        (Some(id), None) => Ok(id),
        (None, _) => Err(Error::new(ErrorKind::NotFound, "no such case").with("case", text).into()),
        (Some(_), Some(_)) => Err(Error::new(ErrorKind::InputInvalid, "several cases begin so; give more of the id")
            .with("case", text)
            .into()),
    }
}

fn print(out: &mut impl Write, explanation: &Explanation) -> io::Result<()> {
    let case = &explanation.case;
    writeln!(out, "case {} · tier {} · {} · {} · {}", case.id, case.tier, case.intent, case.category, case.status)?;
    writeln!(out, "“{}”\n", explanation.text)?;
    if let Some(assessment) = &explanation.assessment {
        writeln!(out, "what it is ({:.0} % sure)", assessment.confidence * 100.0)?;
        for finding in &assessment.evidence {
            let words = finding.span.map(|span| format!("  “{}”", span.of(&explanation.text))).unwrap_or_default();
            writeln!(
                out,
                "  {:<15} {:<16} {:>6.2}  {}{words}",
                finding.about.as_str(),
                finding.value,
                finding.weight,
                finding.rule
            )?;
        }
    }
    writeln!(out, "\nwhat became of it")?;
    for why in &explanation.reasons {
        for reason in &why.reasons {
            writeln!(out, "  {}  {:<12} {}: {}", why.at, why.kind.as_str(), reason.rule, reason.note)?;
        }
    }
    Ok(())
}
