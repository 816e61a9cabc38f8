//! What every network connector must hold to: cases over a connector's own description of itself.
//!
//! A connector implements [`NetworkFixture`] in its tests and writes
//! `careline_testkit::network_conformance!(MyFixture);`; each case is then a test of its own. `docs/connector.md` says in
//! words what each case asks for.

mod fixture;
pub mod judging;
pub mod meaning;
mod mutation;
pub mod reading;
pub mod receiving;
pub mod signing;
mod support;

use futures_util::future::LocalBoxFuture;

pub use fixture::{Item, NOW, NetworkFixture, Refusal, SECRET, message, sent_at};
pub use judging::kept;

/// Whether a case held; the error says what did not.
pub type Outcome = Result<Verdict, String>;

/// How a case ended that found nothing wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The connector does what the case asks for.
    Held,
    /// The network has nothing the case could look at.
    Skipped(&'static str),
}

/// One rule, ready to be checked.
#[derive(Clone, Copy)]
pub struct Case {
    /// Its name, as in `docs/connector.md`.
    pub name: &'static str,
    run: for<'a> fn(&'a dyn NetworkFixture) -> LocalBoxFuture<'a, Outcome>,
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Case {
    /// Checks the rule.
    ///
    /// # Errors
    /// What the connector does instead; also if the case hangs for a minute.
    pub fn run(&self, fixture: &dyn NetworkFixture) -> Outcome {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(|e| e.to_string())?;
        let limit = std::time::Duration::from_secs(60);
        runtime.block_on(async { tokio::time::timeout(limit, (self.run)(fixture)).await }).map_err(|_| "hangs")?
    }
}

/// Runs one case as a test.
///
/// # Panics
/// If the connector does not hold to it.
pub fn check(name: &str, fixture: &dyn NetworkFixture) {
    let case = CASES.iter().find(|case| case.name == name);
    match case.map_or_else(|| Err("no such case".to_owned()), |case| case.run(fixture)) {
        Ok(Verdict::Held) => {}
        Ok(Verdict::Skipped(why)) => println!("skipped: {why}"),
        Err(what) => panic!("{name}: {what}"),
    }
}

macro_rules! run {
    (pure $module:ident::$name:ident) => {
        |fixture| Box::pin(std::future::ready($module::$name(fixture)))
    };
    (io $module:ident::$name:ident) => {
        |fixture| Box::pin($module::$name(fixture))
    };
}

macro_rules! cases {
    ($d:tt $($kind:ident $module:ident { $($name:ident),+ $(,)? })+) => {
        /// Every rule for networks.
        pub const CASES: &[Case] = &[$($(
            Case { name: stringify!($name), run: run!($kind $module::$name) },
        )+)+];

        /// Runs every case of [`network::CASES`](crate::network::CASES) over a
        /// [`NetworkFixture`](crate::network::NetworkFixture), each as a test of its own.
        #[macro_export]
        macro_rules! network_conformance {
            ($d fixture:expr) => {
                $($(
                    #[test]
                    fn $name() {
                        $crate::network::check(stringify!($name), &$d fixture);
                    }
                )+)+
            };
        }
    };
}

cases! { $
    pure signing {
        missing_signature_is_refused,
        wrong_signature_is_refused,
        doubled_signature_is_refused,
        rotated_secrets_are_both_good,
        challenge_is_answered,
        wrong_method_is_refused,
        wrong_content_type_is_refused,
        oversized_body_is_refused,
    }
    pure receiving {
        truncated_body_is_one_reject,
        deep_nesting_is_survived,
        noise_is_survived,
        changed_shapes_are_survived,
        invalid_utf8_is_repaired,
        lone_surrogate_is_repaired,
        lone_surrogate_costs_no_neighbour,
        hostile_texts_are_kept,
        absent_data_is_survived,
        unknown_kind_is_kept,
        unknown_fields_change_nothing,
        wrong_types_lose_no_neighbour,
        changed_items_lose_no_neighbour,
        numeric_ids_are_read,
        one_bad_item_loses_no_other,
        errors_do_not_quote_customers,
    }
    pure meaning {
        messages_are_read,
        redelivery_gives_equal_events,
        keys_are_distinct,
        every_way_gives_the_same_message,
        order_is_kept,
        a_wrong_clock_changes_nothing_else,
        own_messages_carry_the_account,
        edits_name_the_original,
        deletions_name_the_original,
        replies_name_their_parent,
        direct_messages_are_private,
        text_is_nfc,
        text_is_plain,
        entities_mark_what_they_say,
        attachments_say_where_they_are,
        raw_ranges_select_the_item,
        an_item_alone_reads_the_same,
        capability_is_honest,
    }
    pure judging {
        signals_repeat_and_fit,
        private_messages_are_answered_in_private,
        routes_say_why_and_until_when,
    }
    io reading {
        secrets_are_never_shown,
        unlisted_verbs_are_unsupported,
        paging_ends_without_gaps_or_repeats,
        a_page_can_be_read_again,
        quiet_poll_costs_one_call,
        rate_limit_says_when,
        server_errors_are_transient,
        refusals_have_their_kind,
        errors_inside_success_are_errors,
        partial_errors_lose_nothing,
        lost_answers_are_not_final,
        truncated_answers_move_no_cursor,
        streams_yield_events,
        lost_streams_end_with_an_error,
        silent_streams_are_given_up,
        rechecks_find_deletions,
    }
}
