//! `careline connect`: a person lets the app act for an account, in a browser.

use std::io::{self, Write};

use careline::care::TokenStanding;
use careline::model::{AccountId, TenantId};
use careline::{Error, ErrorKind};
use clap::Args as ClapArgs;

use crate::{Result, host};

/// Which account to connect.
#[derive(ClapArgs)]
pub(crate) struct Args {
    /// The account, by its id in the policy.
    account: String,
    /// Where the network sends the browser back to; it must be registered with the app. Nobody has to listen there.
    #[arg(long, value_name = "URI", default_value = "http://localhost/")]
    redirect_uri: String,
    #[command(flatten)]
    place: host::Place,
}

/// Shows where to go, reads where the browser came back to, and keeps the token.
pub(crate) async fn run(args: &Args) -> Result<()> {
    let account = AccountId::from(args.account.as_str());
    let tenant = host::connecting(&args.place, &account)?.tenant(TenantId::single())?;
    let begun = tenant.begin_authorisation(&account, &args.redirect_uri).await?;
    let mut out = io::stdout();
    writeln!(out, "Open this in a browser where you are logged in as {account}, and say yes:\n\n{}\n", begun.url)?;
    writeln!(out, "Then paste the address it comes back to, though nothing may be shown there:")?;
    out.flush()?;
    let mut came_back = String::new();
    if io::stdin().read_line(&mut came_back)? == 0 {
        return Err(Error::new(ErrorKind::InputInvalid, "the address did not come").during("connect").into());
    }
    let standing = tenant.finish_authorisation(&account, &begun.pending, came_back.trim()).await?;
    writeln!(out, "{account} is connected{}.", until(&standing))?;
    Ok(())
}

fn until(standing: &TokenStanding) -> String {
    match standing.days_left {
        Some(days) => format!("; in {days} days somebody has to connect it again"),
        None => String::new(),
    }
}
