//! `careline approve`: says yes or no to a reply that waits for it.

use std::io::{self, IsTerminal as _};

use careline::care::Tenant;
use careline::model::{Reply, ReplyId, TenantId};
use clap::Args as ClapArgs;

use crate::{Result, host, outbox};

/// Yes or no.
#[derive(ClapArgs)]
pub(crate) struct Args {
    /// The reply, by its id.
    id: String,
    /// The agent who decides: nobody approves their own.
    #[arg(long = "as", value_name = "AGENT")]
    by: String,
    /// Approve it with these words instead.
    #[arg(long, conflicts_with = "reject")]
    text: Option<String>,
    /// Say no, and why.
    #[arg(long, value_name = "REASON")]
    reject: Option<String>,
    #[command(flatten)]
    place: host::Place,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Decides and prints where the reply stands.
pub(crate) async fn run(args: &Args) -> Result<()> {
    let tenant = host::worker(&args.place).await?.tenant(TenantId::single())?;
    let reply = decide(args, &tenant).await?;
    outbox::tell(&mut io::stdout().lock(), &reply, args.json || !io::stdout().is_terminal())
}

async fn decide(args: &Args, tenant: &Tenant) -> Result<Reply> {
    let id = ReplyId::from(args.id.as_str());
    Ok(match &args.reject {
        Some(reason) => tenant.reject(&id, &args.by, reason).await?,
        None => tenant.approve(&id, &args.by, args.text.clone()).await?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::story::{Scene, scene};
    use careline::model::ReplyState;

    fn args(id: &ReplyId, by: &str, more: &[&str]) -> Args {
        crate::parsed(&[&[id.as_str(), "--as", by, "--policy", "acme.toml", "--data", "."], more].concat())
    }

    #[tokio::test]
    async fn a_colleague_says_yes_with_other_words_or_no() {
        let scene = scene().await;
        let Scene { engine, tenant, x, .. } = &scene;
        let first = scene.submit("Our lawyer will call you.").await;
        assert_eq!(first.state, ReplyState::AwaitingApproval);
        let own = decide(&args(&first.id, "mia", &[]), tenant).await.unwrap_err().to_string();
        assert!(own.contains("nobody approves their own"), "{own}");
        let edited = args(&first.id, "sam", &["--text", "Our team will call you."]);
        assert_eq!(decide(&edited, tenant).await.unwrap().state, ReplyState::Queued);
        engine.tick().await.unwrap();
        assert_eq!(x.said(), ["Our team will call you. ^MB"]);

        let second = scene.submit("A lawyer is not needed here, we think.").await;
        let no = decide(&args(&second.id, "sam", &["--reject", "too early"]), tenant).await.unwrap();
        assert_eq!(no.state, ReplyState::Rejected);
        assert!(decide(&args(&second.id, "sam", &[]), tenant).await.is_err());
    }
}
