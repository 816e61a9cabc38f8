//! The audit trail: who did what and when, in the log whose chain of salted digests shows whether anything was changed.

use serde::{Deserialize, Serialize};

use super::change::Audited;
use super::decide::{Draft, NOTHING, Outcome};
use super::duty::Ticked;
use super::engine::Engine;
use super::lists::{Listed, PageAsk};
use super::snapshot::Read;
use super::tenant::Tenant;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    AccountId, CaseAction, CaseId, Channel, CustomerEvent, EventBody, PolicyChange, ReplyAction, Timestamp,
};
use crate::store::{Key, Logged, Record};

/// What did it where no person is named.
const HOST: &str = "host";

/// One entry of the audit trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
#[non_exhaustive]
pub struct AuditEntry {
    /// Its number, which rises from entry to entry; numbers between are entries of others.
    pub number: u64,
    /// When it was; absent once an erasure has emptied it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Who: an agent, `host`, `router`, `outbox`, `auto:` and a name. Absent for what the network or time did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What: `reply.submit`, `reply.approve`, `case.assign`, `customer.merge`, `erase.customer`, `policy.change` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<String>,
    /// The id of what it was done to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The case it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// The policy it was decided under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// SHA-256 over salt and contents, in hexadecimal digits.
    pub digest: String,
    /// SHA-256 over the chain value before and `digest`, in hexadecimal digits.
    pub chain: String,
}

impl Draft<'_> {
    /// Another policy holds from now on: noted once, by whoever notices first.
    pub(super) fn policy_changed(&mut self, change: &PolicyChange) -> Read<Outcome> {
        let key = Key::Cursor(AccountId::from("_"), "policy".into());
        let known = match self.overlay.record(&key)? {
            Some(Record::Cursor(version)) => *version == change.version,
            _ => false,
        };
        if known {
            return NOTHING;
        }
        self.put(key, Record::Cursor(change.version.as_str().into()));
        Ok(Outcome::Changed)
    }
}

impl Engine {
    /// Has the log know under which policies is decided from now on.
    pub(super) async fn note_policies(&self, ticked: &mut Ticked) {
        if !self.inner().notes_policies() {
            return;
        }
        for tenant in self.tenants() {
            let Some(version) = tenant.policy().map(|policy| policy.version().to_owned()) else { continue };
            let body = EventBody::Policy(PolicyChange { version });
            if let Err(error) = tenant.happen(Channel::Host, vec![body]).await {
                ticked.fail(tenant.id(), error);
            }
        }
    }
}

impl Tenant {
    /// The audit trail, oldest first: who drafted, approved, sent, hid, merged, erased, changed the policy. [`Tenant::verify_log`]
    /// shows whether anything in it was changed.
    ///
    /// # Errors
    /// `input_invalid` for a page that no list gave out.
    pub async fn audit(&self, page: impl Into<PageAsk>) -> Result<Listed<AuditEntry>> {
        self.trail(&page.into(), |entry| entry.act.is_some()).await
    }

    /// Every entry of the log with its digests, oldest first: what somebody elsewhere needs to check that the trail is whole.
    /// Each `chain` is SHA-256 over the one before, 32 zeros at first, and `digest`.
    ///
    /// # Errors
    /// As [`Tenant::audit`].
    pub async fn audit_chain(&self, page: impl Into<PageAsk>) -> Result<Listed<AuditEntry>> {
        self.trail(&page.into(), |_| true).await
    }

    async fn trail(&self, page: &PageAsk, keep: impl Fn(&AuditEntry) -> bool) -> Result<Listed<AuditEntry>> {
        const PIECE: usize = 500;
        let wrong = || Error::new(ErrorKind::InputInvalid, "this is no page of the audit trail").during("audit");
        let mut after = match &page.after {
            Some(after) => after.parse().map_err(|_| wrong())?,
            None => 0,
        };
        if page.limit == 0 {
            return Err(wrong());
        }
        let mut items = Vec::new();
        loop {
            let piece = self.store().log(self.id(), after, PIECE).await?;
            let is_last = piece.len() < PIECE;
            for logged in piece {
                after = logged.number;
                let entry = entry(logged)?;
                if keep(&entry) {
                    items.push(entry);
                    if items.len() >= page.limit {
                        let more = !self.store().log(self.id(), after, 1).await?.is_empty();
                        return Ok(Listed { items, after: more.then(|| after.to_string()) });
                    }
                }
            }
            if is_last {
                return Ok(Listed { items, after: None });
            }
        }
    }
}

fn entry(logged: Logged) -> Result<AuditEntry> {
    let mut entry = AuditEntry {
        number: logged.number,
        at: None,
        by: None,
        act: None,
        about: None,
        case: None,
        policy: None,
        digest: hex(&logged.link.digest),
        chain: hex(&logged.link.chain),
    };
    let Some(kept) = logged.entry else { return Ok(entry) };
    let damaged = |error| {
        let message = "an entry of the log cannot be read";
        Error::new(ErrorKind::StorageDamaged, message).with("entry", logged.number).caused_by(error)
    };
    let line: Head = serde_json::from_str(&kept.json).map_err(damaged)?;
    (entry.at, entry.case, entry.policy) = (Some(kept.at), kept.case, Some(line.policy));
    if let Some(Audited { by, act, about }) = line.audit {
        (entry.by, entry.act, entry.about) = (Some(by), Some(act), about);
    }
    Ok(entry)
}

/// What the trail needs of a [`LogLine`](super::LogLine), of whatever version.
#[derive(Deserialize)]
struct Head {
    policy: String,
    #[serde(default)]
    audit: Option<Audited>,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Who did what, where somebody did something.
pub(super) fn audited(body: &EventBody) -> Option<Audited> {
    let (by, act, about) = match body {
        EventBody::Case(event) => (event.actor.as_str(), act_on_case(&event.action), Some(event.case.as_str())),
        EventBody::Customer(event) => match event {
            CustomerEvent::Merge { into, by, .. } => (by.as_str(), "customer.merge", Some(into.as_str())),
            CustomerEvent::Unmerge { into, by, .. } => (by.as_str(), "customer.unmerge", Some(into.as_str())),
            CustomerEvent::Facts { customer, .. } => (HOST, "customer.facts", Some(customer.as_str())),
        },
        EventBody::Reply(event) => (event.actor.as_str(), act_on_reply(&event.action)?, Some(event.reply.as_str())),
        EventBody::Incident(event) => {
            let act = if event.open.is_some() { "incident.open" } else { "incident.release" };
            (event.actor.as_str(), act, Some(event.incident.as_str()))
        }
        EventBody::Erased(erased) => {
            let act = format!("erase.{}", erased.what);
            return Some(Audited { by: HOST.to_owned(), act, about: None });
        }
        EventBody::Policy(change) => (HOST, "policy.change", Some(change.version.as_str())),
        _ => return None,
    };
    Some(Audited { by: by.to_owned(), act: act.to_owned(), about: about.map(str::to_owned) })
}

fn act_on_case(action: &CaseAction) -> &'static str {
    match action {
        CaseAction::Assign { .. } => "case.assign",
        CaseAction::Accept => "case.accept",
        CaseAction::Release { .. } => "case.release",
        CaseAction::HandOver { .. } => "case.hand_over",
        CaseAction::Note { .. } => "case.note",
        CaseAction::Close { .. } => "case.close",
        CaseAction::Reopen => "case.reopen",
        CaseAction::Join { .. } => "case.join",
        CaseAction::HandOff { .. } => "case.hand_off",
        CaseAction::Correct { .. } => "case.correct",
    }
}

/// What of a reply's way is somebody's doing; that an attempt begins or fails is not.
fn act_on_reply(action: &ReplyAction) -> Option<&'static str> {
    Some(match action {
        ReplyAction::Submit { draft, .. } => match draft.verb.as_deref() {
            Some("hide") if draft.undo => "reply.submit_unhide",
            Some("hide") => "reply.submit_hide",
            Some("delete") => "reply.submit_delete",
            Some("edit") => "reply.submit_edit",
            Some("like") => "reply.submit_like",
            Some("publish") => "reply.submit_publish",
            _ => "reply.submit",
        },
        ReplyAction::Approve { text: Some(_), .. } => "reply.approve_edited",
        ReplyAction::Approve { .. } => "reply.approve",
        ReplyAction::Reject { .. } => "reply.reject",
        ReplyAction::Withdraw => "reply.withdraw",
        ReplyAction::Send => "reply.send_after_all",
        ReplyAction::Sent { .. } => "reply.sent",
        ReplyAction::Begin { .. } | ReplyAction::Failed { .. } | ReplyAction::Looked { .. } => return None,
    })
}
