//! One matter from the public complaint to the closing note, said through the real outbox to a network that takes it.

#[cfg(test)]
use std::sync::Arc;
use std::time::Duration;

use careline::care::{CaseView, Engine, QueueAsk, Tenant};
use careline::engage::guard::{Guard, Instead};
use careline::model::{
    AccountId, CaseId, ClockKind, HandoffState, MessageId, ReplyDraft, ReplyPurpose, ReplyState, SuggestionKind,
};
use careline::network::{Network as _, Person};
use careline::store::ReplyFilter;
use careline::{Error, ErrorKind};
use serde::Serialize;

use super::network::{Fate, Taking};
use crate::reply::latest;
use crate::{Result, audit};

/// The account that the story is told with, by the policy's name.
pub(crate) const ACCOUNT: &str = "acme-x";
/// How long the story takes at most.
pub(super) const AT_MOST: Duration = Duration::from_secs(600);
/// Pause between two looks at a reply on its way, and how often one is looked at: three are, within [`AT_MOST`].
const LOOK: Duration = Duration::from_secs(5);
const LOOKS: usize = 40;
/// Who answers.
const AGENT: &str = "mia";
/// How the customer is called.
const CUSTOMER: &str = "casey_mockford";
const COMPLAINT: &str = "the kettle I ordered arrived broken and nobody answers my mails.";

/// How the story went.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Told {
    /// What happened, in order.
    pub(crate) steps: Vec<String>,
    /// What is not as it must be.
    pub(crate) faults: Vec<String>,
}

impl Told {
    fn step(&mut self, what: impl Into<String>) {
        self.steps.push(what.into());
    }

    /// Notes `fault` unless it holds.
    fn check(&mut self, holds: bool, fault: impl Into<String>) {
        if !holds {
            self.faults.push(fault.into());
        }
    }
}

/// Tells the story once: complaint, stopped, invitation, private answer, resolved, closing note. `pass` lets time pass.
pub(crate) async fn tell(engine: &Engine, tenant: &Tenant, x: &Taking, pass: &impl Fn(Duration)) -> Result<Told> {
    let mut told = Told::default();
    let before = x.keys().len();
    let (public, case) = complaint(tenant, x, &Person::new("1500000000990000001").handle(CUSTOMER)).await?;
    told.step(format!("@{CUSTOMER} complains in public: case {case}"));
    let draft = |key: &str, to: &MessageId, text: &str| {
        ReplyDraft::answer(format!("story-{case}-{key}"), AGENT, to.clone(), text)
    };

    let asks = tenant.reply(draft("asks", &public, "Sorry to hear that! What is your e-mail address?")).await?;
    let guards = || asks.verdict.objections.iter().map(|objection| objection.guard);
    let stopped = guards().any(|guard| guard == Guard::AsksForPiiInPublic) && asks.reply.is_none();
    told.check(stopped, "asking for an e-mail address in public was not stopped");
    told.check(asks.verdict.instead.contains(&Instead::MoveToPrivate), "nothing is said of going on in private");
    told.step("asking for an e-mail address there is stopped: go on in private");

    let link = asks.verdict.invitation.and_then(|invitation| invitation.link).unwrap_or_default();
    let text = format!("Sorry to hear that! Please write to us in private, so that it stays between us: {link}");
    let invitation = ReplyDraft { purpose: Some(ReplyPurpose::Invitation), ..draft("invite", &public, &text) };
    say(engine, tenant, invitation, pass, &mut told).await?;
    let invited = tenant.case(&case).await?.case.handoffs.last().map(|handoff| handoff.state.clone());
    told.check(invited == Some(HandoffState::Invited), format!("the handoff stands at {invited:?}"));
    told.step("the customer is invited, and comes");

    tenant.poll(&AccountId::from(ACCOUNT)).await?;
    let view = tenant.case(&case).await?;
    let arrived = view.case.handoffs.last().map(|handoff| handoff.state.clone());
    told.check(
        arrived == Some(HandoffState::Arrived),
        format!("after the customer wrote, the handoff stands at {arrived:?}"),
    );
    let private = latest(&view, true).map_or_else(|| public.clone(), |message| message.id.clone());
    told.check(private != public, "what the customer wrote in private is not in the case");
    // The network takes this one and its answer is lost: it must be found there, and not be said again.
    x.next(Fate::Unheard);
    let answer =
        draft("answer", &private, "Thank you, found it. A new kettle leaves today. Is your address still right?");
    say(engine, tenant, answer, pass, &mut told).await?;
    tenant.poll(&AccountId::from(ACCOUNT)).await?;
    told.step("it is answered in private; the network's answer is lost, and what was said is found there");

    tenant.close(&case, AGENT, "resolved").await?;
    let suggested = tenant.suggestions(&case).await?;
    let closes = suggested.iter().any(|suggestion| suggestion.kind == SuggestionKind::ReturnInPublic);
    told.check(closes, "no closing note is suggested");
    // In words of its own: what is said here is not said again under another post.
    let note = draft("note", &public, "Good news: that is settled, a new kettle is on its way to you.");
    let note = ReplyDraft { purpose: Some(ReplyPurpose::ReturnNote), ..note };
    say(engine, tenant, note, pass, &mut told).await?;
    told.step("it is resolved, and one closing note stands in public");

    let keys = x.keys().split_off(before);
    check_end(&tenant.case(&case).await?, &keys, &mut told);
    check_replies(tenant, &case, &mut told).await?;
    let mut log = Vec::new();
    audit::export(tenant, &mut log).await?;
    let entries = audit::recompute(&log[..])?.entries;
    told.check(entries == tenant.verify_log().await?, "the exported log is not the store's");
    told.step(format!("the audit trail verifies: {entries} entries"));
    Ok(told)
}

/// Somebody complains in public; the message, and its case.
async fn complaint(tenant: &Tenant, x: &Taking, by: &Person) -> Result<(MessageId, CaseId)> {
    let native_id = x.address(by, COMPLAINT);
    tenant.poll(&AccountId::from(ACCOUNT)).await?;
    let message = MessageId::of(tenant.id(), &x.info().scope, &native_id);
    let mut ask = QueueAsk::all();
    loop {
        let page = tenant.queue(&ask).await?;
        if let Some(item) = page.items.into_iter().find(|item| item.case.lead == message) {
            return Ok((message, item.case.id));
        }
        match page.after {
            Some(after) => ask = ask.after(Some(after)),
            None => return Err(Error::new(ErrorKind::NotFound, "the complaint opened no case").into()),
        }
    }
}

/// Submits a draft and sends what is due until it is through: what may be on the network is looked for after a pause.
async fn say(
    engine: &Engine,
    tenant: &Tenant,
    draft: ReplyDraft,
    pass: &impl Fn(Duration),
    told: &mut Told,
) -> Result<()> {
    let submitted = tenant.reply(draft).await?;
    let Some(reply) = submitted.reply else {
        let reasons = submitted.verdict.reasons.iter().map(|reason| reason.rule.as_str());
        told.faults.push(format!("an answer was not taken: {}", reasons.collect::<Vec<_>>().join(", ")));
        return Ok(());
    };
    for _ in 0..LOOKS {
        engine.tick().await?;
        let state = tenant.reply_record(&reply.id).await?.state;
        if !matches!(state, ReplyState::Queued | ReplyState::Sending) {
            break;
        }
        pass(LOOK);
    }
    Ok(())
}

fn check_end(view: &CaseView, keys: &[String], told: &mut Told) {
    let mut once = keys.to_vec();
    once.sort();
    once.dedup();
    told.check(keys.len() == 3, format!("the network has {} answers, 3 must be there", keys.len()));
    told.check(once.len() == keys.len(), "something was said twice on the network");
    told.check(view.customer.cases.len() == 1, format!("the customer has {} cases", view.customer.cases.len()));
    told.check(view.threads.len() == 2, format!("the case has {} threads", view.threads.len()));
    let first = view.case.clocks.iter().filter(|clock| clock.kind == ClockKind::FirstResponse).count();
    told.check(first == 1, format!("there are {first} clocks of a first response"));
    let returned = view.case.handoffs.last().map(|handoff| handoff.state.clone());
    told.check(returned == Some(HandoffState::Returned), format!("at its end the handoff stands at {returned:?}"));
}

async fn check_replies(tenant: &Tenant, case: &CaseId, told: &mut Told) -> Result<()> {
    for reply in tenant.replies(ReplyFilter::of_case(case.clone()), 100).await?.items {
        let delivered = reply.state == ReplyState::Delivered;
        told.check(delivered, format!("reply {} is {}", reply.id, reply.state));
    }
    Ok(())
}

/// The demo's complaint in an engine of its own, for tests.
#[cfg(test)]
pub(crate) struct Scene {
    pub(crate) engine: Engine,
    pub(crate) tenant: Tenant,
    pub(crate) clock: Arc<careline_testkit::ManualClock>,
    pub(crate) case: CaseId,
    pub(crate) x: Arc<Taking>,
    message: MessageId,
}

#[cfg(test)]
pub(crate) async fn scene() -> Scene {
    use careline::care::TenantSetup;
    use careline::model::{TenantId, Timestamp};
    use careline::policy::{CompiledPolicy, Policy};
    use careline::transport::NoTransport;

    let now = Timestamp::parse("2026-11-20T15:00:00Z").unwrap();
    let clock = Arc::new(careline_testkit::ManualClock::new(now));
    let x = Arc::new(super::network::on_x("1001", "acme", clock.clone()).unwrap());
    let policy = CompiledPolicy::new(Policy::parse(&super::policy(""), "demo.toml").unwrap()).unwrap();
    let setup = careline_connectors::with_signals(TenantSetup::new(policy)).network(ACCOUNT, x.clone());
    let store = Arc::new(careline::store::MemoryStore::new());
    let builder = Engine::builder(store).clock(clock.clone()).transport(Arc::new(NoTransport));
    let engine = builder.tenant(TenantId::single(), setup).build().unwrap();
    let tenant = engine.tenant(TenantId::single()).unwrap();
    let (message, case) = complaint(&tenant, &x, &Person::new("7").handle("robin_sample")).await.unwrap();
    Scene { engine, tenant, clock, case, x, message }
}

#[cfg(test)]
impl Scene {
    /// Submits an answer of the story's agent to the complaint.
    pub(crate) async fn submit(&self, text: &str) -> careline::model::Reply {
        let draft = ReplyDraft::answer(text, AGENT, self.message.clone(), text);
        let submitted = self.tenant.reply(draft).await.unwrap();
        submitted.reply.unwrap_or_else(|| panic!("{:?}", submitted.verdict))
    }

    /// Lets hours pass until a reply stands there.
    pub(crate) async fn until(&self, reply: &careline::model::ReplyId, state: &ReplyState) {
        for _ in 0..240 {
            self.engine.tick().await.unwrap();
            if self.tenant.reply_record(reply).await.unwrap().state == *state {
                return;
            }
            self.clock.advance(std::time::Duration::from_secs(60));
        }
        panic!("it never became {state}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_story_goes_from_the_complaint_to_the_closing_note() {
        let Scene { engine, tenant, x, clock, .. } = scene().await;
        // The scene's own complaint waits; the story brings another person.
        let told = tell(&engine, &tenant, &x, &|time| clock.advance(time)).await.unwrap();
        assert_eq!(told.faults, [""; 0], "{:?}", told.steps);
        assert_eq!(told.steps.len(), 6);
    }
}
