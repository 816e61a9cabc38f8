//! The conformance suite for stores.
//!
//! ```ignore
//! careline_testkit::store_conformance!(StoreFixture::new(Arc::new(MyStore::new())));
//! ```

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "this is test code: a panic is how a case fails")]

mod commits;
mod forgetting;
mod keeping;
mod records;
mod sample;
mod scans;
mod searching;
mod tenants;
mod work;

use std::any::Any;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use careline::store::Store;

/// A new, empty store to test.
pub struct StoreFixture {
    /// The store.
    pub store: Arc<dyn Store>,
    folder: Option<PathBuf>,
    _keep: Option<Box<dyn Any + Send + Sync>>,
}

impl StoreFixture {
    /// A store that keeps nothing on the disk.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, folder: None, _keep: None }
    }

    /// A store that keeps its files in `folder`, which `keep` removes when it is dropped.
    pub fn in_folder(store: Arc<dyn Store>, folder: impl Into<PathBuf>, keep: impl Any + Send + Sync) -> Self {
        Self { store, folder: Some(folder.into()), _keep: Some(Box::new(keep)) }
    }

    /// Everything in the store's files, as somebody who finds the disk sees it.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let entries = self.folder.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap());
        entries.map(|entry| entry.unwrap().path()).map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
    }
}

impl fmt::Debug for StoreFixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreFixture").field("store", &self.store).finish_non_exhaustive()
    }
}

macro_rules! cases {
    ($d:tt $($module:ident { $($name:ident),+ $(,)? })+) => {
        /// The name of every case.
        pub const CASES: &[&str] = &[$($(stringify!($name),)+)+];

        /// Runs one case over a new, empty store.
        ///
        /// # Panics
        /// If the store does not do what the case says, or there is no such case.
        pub async fn check(case: &str, fixture: &StoreFixture) {
            match case {
                $($(stringify!($name) => $module::$name(fixture).await,)+)+
                _ => panic!("there is no case `{case}`"),
            }
        }

        /// Runs every case of [`store::CASES`](crate::store::CASES), each as a test of its own; the expression makes a
        /// new [`StoreFixture`](crate::store::StoreFixture) for each.
        #[macro_export]
        macro_rules! store_conformance {
            ($d make:expr) => {
                $($(
                    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                    async fn $name() {
                        $crate::store::check(stringify!($name), &$d make).await;
                    }
                )+)+
            };
        }
    };
}

cases! { $
    records {
        absence_is_version_0,
        every_kind_reads_back_as_it_was_put,
        a_token_is_nowhere_but_in_its_place,
        unknown_enum_values_survive,
        content_is_kept_apart,
        wording_is_kept_apart,
        a_fate_waits_where_the_message_will_stand,
        a_removed_record_is_absent,
        lists_of_messages_are_in_order_and_without_content,
        a_record_under_a_wrong_key_is_refused,
    }
    commits {
        a_stale_version_is_a_conflict,
        stale_absence_is_a_conflict,
        a_reply_or_line_changed_meanwhile_is_a_conflict,
        a_failing_commit_writes_nothing_for_any_tenant,
        the_instant_of_a_load_hides_no_conflict,
        only_one_of_many_writers_wins,
        deliveries_are_stored_once,
        counters_add_up_under_many_writers,
        moves_come_before_puts,
        a_move_takes_messages_slots_and_cases_along,
        a_slot_of_the_other_thread_stays,
        forgetting_drops_content_words_and_raw,
        the_log_verifies_and_counts,
    }
    scans {
        cases_come_in_the_order_of_each_list,
        open_cases_are_narrowed_and_counted_alike,
        messages_come_in_order_of_time,
        timelines_come_in_order_of_time_then_of_writing,
        customers_come_by_their_latest_message,
        shared_hints_name_the_others,
        quarantine_roster_and_accounts_are_listed,
        replies_come_newest_first_and_narrowed,
        pages_have_no_gaps_and_no_repeats,
        a_foreign_cursor_is_refused,
    }
    searching {
        all_words_must_be_there_and_the_newest_comes_first,
        case_accents_and_scripts_are_folded,
        the_last_word_may_be_a_beginning,
        query_syntax_is_taken_literally,
        edited_and_forgotten_words_are_gone,
    }
    work {
        a_lease_excludes_all_others,
        leases_are_given_by_due_time_kind_and_tenant,
        a_lease_that_runs_out_returns_the_effect,
        put_again_during_a_lease_stays_due,
        settling_twice_or_late_does_nothing,
        a_failed_effect_comes_back_when_asked,
        timers_replace_cancel_and_come_in_order,
    }
    tenants {
        no_verb_reaches_another_tenant,
    }
    forgetting {
        an_erased_person_leaves_no_trace,
        an_erased_person_takes_nobody_along,
        what_is_told_beside_messages_goes_with_the_person,
        what_we_wanted_to_say_goes_with_the_person,
        an_erased_thread_takes_its_line_along,
        an_erased_profile_leaves_the_person,
        an_erased_message_leaves_the_case,
        what_is_named_by_the_same_hash_stays,
        an_erasure_conflicts_with_what_was_read_before,
        erasing_nobody_removes_nothing,
    }
    keeping {
        an_export_holds_all_of_a_person_and_nobody_else,
        an_export_of_everything_holds_everything,
        each_bound_of_retention_removes_its_own,
        wordings_go_once_their_reply_is_done,
    }
}
