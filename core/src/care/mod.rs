//! The engine: a pure decision in the middle, and intake, routing, deadlines and views around it.
//!
//! [`decide`] turns events into changes and effects. [`Engine`] loads what a decision needs, commits what it writes, and
//! only then answers. [`Tenant`] is the one handle with verbs and views.

mod accounts;
mod advice;
mod audit;
mod automatic;
mod case;
mod change;
mod decide;
mod duty;
mod engine;
mod group;
mod handoff;
mod incident;
mod join;
mod lists;
mod message;
mod outbox;
mod queue;
mod receipt;
mod recount;
mod reply;
mod replying;
mod shadow;
pub mod sla;
mod snapshot;
mod tenant;
mod timer;
mod token;
mod told;
mod upkeep;
mod verdict;
mod views;
mod work;

pub use accounts::AccountStanding;
pub use audit::AuditEntry;
pub use change::{Audited, Change, LogLine};
pub use decide::{Arrival, Decision, Outcome, Rules, decide};
pub use duty::{Failed, Ticked};
pub use engine::{Answer, Engine, EngineBuilder, TenantSetup, status_of};
pub use group::Ingested;
pub use lists::{Line, Listed, PageAsk, QueueAsk, QueueItem};
pub use replying::Submitted;
pub use shadow::{ShadowAsk, ShadowChange, ShadowExample, ShadowField, ShadowReport, ShadowRules};
pub use snapshot::Snapshot;
pub use tenant::Tenant;
pub use token::TokenStanding;
pub use upkeep::Upkept;
pub use views::{CaseView, Coverage, CustomerView, Explanation, MaybeSame, ThreadView, Why};
