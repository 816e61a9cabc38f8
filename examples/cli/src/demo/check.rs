//! The self-check: what is stored, against what the day's makers wrote down.

use std::collections::BTreeMap;

use careline::ErrorKind;
use careline::care::Tenant;
use careline::model::Message;
use careline::store::{ExportAsk, Exported, Record};
use serde::Serialize;

use super::story::Told;
use crate::Result;
use crate::traffic::Truth;
use crate::traffic::drive::Driven;

/// How many faults are told in words.
const MOST: usize = 20;

/// What the self-check found.
#[derive(Debug, Default, Serialize)]
pub(crate) struct SelfCheck {
    /// Messages that must be there exactly once.
    pub(crate) expected: usize,
    /// Messages that are there exactly once, with author, time, text, parent and hiding as they must be.
    pub(crate) right: usize,
    /// Messages that are not there.
    pub(crate) missing: usize,
    /// Messages that are there more than once.
    pub(crate) doubled: usize,
    /// Messages that nobody wrote.
    pub(crate) invented: usize,
    /// Messages that differ from what was written.
    pub(crate) different: usize,
    /// Bodies that were answered otherwise than they must be.
    pub(crate) surprises: usize,
    /// Whether as many bodies were refused as must be.
    pub(crate) refusals_right: bool,
    /// Whether what was set aside is what must be.
    pub(crate) quarantine_right: bool,
    /// The entries of the log, whose chain of digests fits.
    pub(crate) log_entries: u64,
    /// The story that is told after the day, and what was wrong in it.
    pub(crate) story: Told,
    /// The first faults, in words.
    pub(crate) faults: Vec<String>,
}

impl SelfCheck {
    /// Whether everything is as it must be.
    pub(crate) fn passed(&self) -> bool {
        self.right == self.expected
            && self.missing + self.doubled + self.invented + self.different + self.surprises == 0
            && self.quarantine_right
            && self.refusals_right
            && self.story.faults.is_empty()
    }

    fn fault(&mut self, fault: String) {
        if self.faults.len() < MOST {
            self.faults.push(fault);
        }
    }
}

/// Compares every stored message with the truth, both ways.
pub(super) async fn check(tenant: &Tenant, truth: &Truth, driven: &Driven) -> Result<SelfCheck> {
    let mut check =
        SelfCheck { expected: truth.messages.len(), surprises: driven.surprises.len(), ..Default::default() };
    let mut stored: BTreeMap<(String, String), Vec<Message>> = BTreeMap::new();
    let mut authors = BTreeMap::new();
    for item in tenant.export(&ExportAsk::default()).await? {
        match item {
            // What careline says by itself is no part of the day that was made.
            Exported::Record { record: Record::Message(message), .. } if message.automatic => drop(message),
            Exported::Record { record: Record::Message(message), .. } => {
                stored.entry((message.network.to_string(), message.native_id.to_string())).or_default().push(*message);
            }
            Exported::Record { record: Record::Identity(identity), .. } => {
                authors.insert(identity.id.clone(), identity.profile.native_id.clone());
            }
            _ => {}
        }
    }
    for expected in &truth.messages {
        let key = (expected.network.to_owned(), expected.native_id.clone());
        let name = format!("{} {}", expected.network, expected.native_id);
        let found = stored.remove(&key).unwrap_or_default();
        let [message] = &found[..] else {
            if found.is_empty() {
                check.missing += 1;
                check.fault(format!("{name} is missing"));
            } else {
                check.doubled += 1;
                check.fault(format!("{name} is there {} times", found.len()));
            }
            continue;
        };
        let author = message.author.as_ref().and_then(|id| authors.get(id)).map(|id| id.as_str());
        let ours = expected.expect == crate::traffic::Expect::Ours;
        let differences = [
            ("text", message.content.as_ref().map(|content| content.text.as_str()) != expected.text.as_deref()),
            ("time", message.sent_at != expected.sent_at),
            ("author", !ours && author != expected.author.as_deref()),
            ("hidden", message.hidden != expected.hidden),
            ("parent", message.reply_to.as_ref().map(|reply| reply.native_id.as_str()) != expected.parent.as_deref()),
        ];
        let wrong: Vec<_> = differences.iter().filter(|(_, differs)| *differs).map(|(field, _)| *field).collect();
        if wrong.is_empty() {
            check.right += 1;
        } else {
            check.different += 1;
            check.fault(format!("{name} differs in {}", wrong.join(", ")));
        }
    }
    for ((network, native_id), messages) in stored {
        check.invented += messages.len();
        check.fault(format!("{network} {native_id} was never written"));
    }
    // Kinds that are not known yet are set aside, too, and are no fault of anybody's.
    let set_aside = tenant.quarantine(10_000).await?.items;
    let set_aside = set_aside.iter().filter(|item| item.error["code"] != ErrorKind::Unsupported.code()).count();
    check.quarantine_right = set_aside == truth.quarantined;
    if !check.quarantine_right {
        check.fault(format!("{set_aside} items are set aside, {} must be", truth.quarantined));
    }
    let refused = driven.statuses.iter().filter(|(status, _)| **status != 200).map(|(_, count)| count).sum::<usize>();
    check.refusals_right = refused == truth.refused;
    if !check.refusals_right {
        check.fault(format!("{refused} bodies were refused, {} must be", truth.refused));
    }
    check.log_entries = tenant.verify_log().await?;
    Ok(check)
}
