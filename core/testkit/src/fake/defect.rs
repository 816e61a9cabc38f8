//! Faults planted in the fake, to show that each case can fail.

macro_rules! defects {
    ($($(#[$meta:meta])* $name:ident => $case:ident),+ $(,)?) => {
        /// One thing the fake does wrong; each breaks the rule of one case.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Defect {
            $($(#[$meta])* $name,)+
        }

        impl Defect {
            /// Every defect.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The case that is to find it.
            pub fn case(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($case),)+
                }
            }
        }
    };
}

defects! {
    /// A body without a signature is read.
    SignatureOptional => missing_signature_is_refused,
    /// Any signature is good.
    SignatureUnchecked => wrong_signature_is_refused,
    /// Of two signatures the first counts.
    SignatureFirstOfTwo => doubled_signature_is_refused,
    /// Only the newest secret is good.
    OldSecretForgotten => rotated_secrets_are_both_good,
    /// The question is answered with a courtesy.
    ChallengeUnanswered => challenge_is_answered,
    /// Any method will do.
    AnyMethod => wrong_method_is_refused,
    /// Any content type will do.
    AnyContentType => wrong_content_type_is_refused,
    /// Bodies have no bound.
    BoundlessBody => oversized_body_is_refused,
    /// A body that is no JSON is nothing.
    BrokenBodyDropped => truncated_body_is_one_reject,
    /// A body nested too deep is nothing.
    DeepBodyDropped => deep_nesting_is_survived,
    /// A zero byte is a reason to panic.
    NoisePanics => noise_is_survived,
    /// A number beyond 64 bits is a reason to panic.
    HugeNumberPanics => changed_shapes_are_survived,
    /// Bytes that are no UTF-8 make a body unreadable.
    Utf8Refused => invalid_utf8_is_repaired,
    /// Half a character makes a body unreadable.
    SurrogateRefused => lone_surrogate_is_repaired,
    /// Where half a character stands in a batch, its message is left out.
    SurrogateDropsItem => lone_surrogate_costs_no_neighbour,
    /// A NUL ends a text.
    NulEndsText => hostile_texts_are_kept,
    /// A body about nothing gives a message.
    MessageInvented => absent_data_is_survived,
    /// Unknown kinds are dropped.
    UnknownDropped => unknown_kind_is_kept,
    /// Unknown fields are an error.
    FieldsFixed => unknown_fields_change_nothing,
    /// One wrong type makes the whole body unreadable.
    TypesAllOrNothing => wrong_types_lose_no_neighbour,
    /// A doubled key costs the item before it.
    DoubledKeyEatsNeighbour => changed_items_lose_no_neighbour,
    /// Ids must be strings.
    NumericIdsRefused => numeric_ids_are_read,
    /// What follows an unreadable item is not read.
    StopsAtBadItem => one_bad_item_loses_no_other,
    /// Errors show the item.
    ErrorsQuote => errors_do_not_quote_customers,
    /// The time of a message is not read.
    TimeForgotten => messages_are_read,
    /// Every reading gives another permalink.
    Unstable => redelivery_gives_equal_events,
    /// Ids are cut to their first digits.
    KeysCut => keys_are_distinct,
    /// What is listed has another scope than what is pushed.
    ScopeByWay => every_way_gives_the_same_message,
    /// The newest comes first.
    OrderReversed => order_is_kept,
    /// No message is later than our own clock.
    TimeClamped => a_wrong_clock_changes_nothing_else,
    /// Our own messages seem to be a customer's.
    OwnUnrecognised => own_messages_carry_the_account,
    /// An edit is no later revision.
    EditsUnnumbered => edits_name_the_original,
    /// A deletion names itself.
    DeletionsMisnamed => deletions_name_the_original,
    /// Parents are not read.
    ParentForgotten => replies_name_their_parent,
    /// Private messages are public.
    DirectPublic => direct_messages_are_private,
    /// Text is taken as it comes.
    TextUnnormalised => text_is_nfc,
    /// Text is decoded once too often.
    TextDecodedTwice => text_is_plain,
    /// Offsets in code points are taken for bytes.
    SpansInCodePoints => entities_mark_what_they_say,
    /// Attachments have no address.
    AttachmentsNowhere => attachments_say_where_they_are,
    /// Events do not say where they stand.
    PlacesForgotten => raw_ranges_select_the_item,
    /// An item is cut out without its envelope.
    EnvelopeLost => an_item_alone_reads_the_same,
    /// The capability hides that edits come.
    EditsUnlisted => capability_is_honest,
    /// Every look at a message finds something heavier.
    SignalsGrow => signals_repeat_and_fit,
    /// A private message may be answered in public.
    PrivateAnsweredInPublic => private_messages_are_answered_in_private,
    /// A closed place does not say why.
    ClosedSilently => routes_say_why_and_until_when,
    /// `Debug` shows the token.
    TokenShown => secrets_are_never_shown,
    /// A source nobody listed is another name for the first one.
    AnySource => unlisted_verbs_are_unsupported,
    /// The last message of a page is left out.
    PagesOverlap => paging_ends_without_gaps_or_repeats,
    /// What was read once is not given again.
    ReadsOnce => a_page_can_be_read_again,
    /// A quiet poll forgets its cursor.
    QuietForgets => quiet_poll_costs_one_call,
    /// A rate limit does not say when.
    LimitWithoutTime => rate_limit_says_when,
    /// A server in trouble is final.
    TroubleFinal => server_errors_are_transient,
    /// Every refusal is taken for trouble.
    RefusalsAlike => refusals_have_their_kind,
    /// Status 200 is success.
    SuccessBlind => errors_inside_success_are_errors,
    /// An error beside messages costs the messages.
    PartialAllOrNothing => partial_errors_lose_nothing,
    /// A lost answer is final.
    LossFinal => lost_answers_are_not_final,
    /// A cut answer counts as read.
    CutCountsAsRead => truncated_answers_move_no_cursor,
    /// Every chunk is taken for a line.
    ChunksAreLines => streams_yield_events,
    /// A lost stream just ends.
    LossSilent => lost_streams_end_with_an_error,
    /// Silence is waited out.
    SilenceEndless => silent_streams_are_given_up,
    /// A recheck finds nothing.
    RecheckBlind => rechecks_find_deletions,
}
