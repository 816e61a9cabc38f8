//! What a connector may use during one call.

use std::fmt::Debug;
use std::sync::Arc;

use crate::clock::Clock;
use crate::model::Timestamp;
use crate::network::token::TokenSlot;
use crate::transport::Transport;

/// Everything from outside that a call needs: the transport, the clock, a deadline. Passed by reference; no globals.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Context {
    /// The way to the network.
    pub transport: Arc<dyn Transport>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// When the caller stops waiting.
    pub deadline: Option<Timestamp>,
    /// Where the account's token is kept; absent where the connector's configuration holds it.
    pub tokens: Option<Arc<dyn TokenSlot>>,
}

impl Context {
    /// A context without a deadline and without a place for the account's token.
    pub fn new(transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        Self { transport, clock, deadline: None, tokens: None }
    }

    /// The same context with a deadline.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Timestamp) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The same context with the place where the account's token is kept.
    #[must_use]
    pub fn with_tokens(mut self, tokens: Arc<dyn TokenSlot>) -> Self {
        self.tokens = Some(tokens);
        self
    }
}
