//! Whoever the weights owe thanks to is named where the weights are.

use careline_train::words::SETS;

#[test]
fn every_set_is_named_with_what_was_done_to_it() {
    let notice = include_str!("../../NOTICE");
    for share in SETS {
        let named =
            notice.split("\n- ").filter(|entry| entry.split(':').next().is_some_and(|sets| sets.contains(share.set)));
        assert!(named.clone().count() > 0, "NOTICE does not name {}", share.set);
        for entry in named {
            assert!(entry.contains("changed"), "NOTICE does not say that {} was changed", share.set);
        }
    }
}

#[test]
fn sets_that_stay_out_are_not_learnt_from() {
    assert!(SETS.iter().all(|share| !["sms_spam", "tatoeba_langid"].contains(&share.set)));
}
