//! What a connector may use during one call.

use std::fmt::Debug;
use std::sync::Arc;

use crate::clock::Clock;
use crate::model::Timestamp;
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
}

impl Context {
    /// A context without a deadline.
    pub fn new(transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        Self { transport, clock, deadline: None }
    }

    /// The same context with a deadline.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Timestamp) -> Self {
        self.deadline = Some(deadline);
        self
    }
}
