//! The port for a host's own judgement: any model, any language, with a deadline.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::context::Context;
use crate::error::Result;
use crate::model::{Assessment, Finding, Message};

/// Gives findings about a message after it is stored. Its answer, its failure or its silence comes back as an event,
/// so the decision stays replayable; nothing waits for it.
#[async_trait]
pub trait Advisor: Debug + Send + Sync + 'static {
    /// Name and version, kept with every finding: `acme-intent/3`.
    fn id(&self) -> &str;

    /// What it finds. The context carries the deadline; an answer after it is not used.
    async fn advise(&self, cx: &Context, ask: &AdviceAsk) -> Result<Vec<Finding>>;
}

/// What an advisor is asked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AdviceAsk {
    /// The message.
    pub message: Message,
    /// What careline's own triage concluded.
    pub assessment: Assessment,
}

impl AdviceAsk {
    /// Asks about `message`.
    pub fn new(message: Message, assessment: Assessment) -> Self {
        Self { message, assessment }
    }
}
