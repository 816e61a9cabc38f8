//! Full-text search.

use careline::store::{ScanOf, Store, TenantCommit};

use super::StoreFixture;
use super::sample::*;

async fn find(store: &dyn Store, query: &str) -> Vec<String> {
    listed(store, ScanOf::Search { query: query.into() }).await
}

async fn expect(store: &dyn Store, searches: &[(&str, &[&str])]) {
    for (query, expected) in searches {
        assert_eq!(find(store, query).await, *expected, "search for {query:?}");
    }
}

async fn put_texts(store: &dyn Store, texts: &[(&str, &str)]) {
    let messages = (0..).zip(texts).map(|(secs, (id, text))| msg(message(id, "t1", secs, text)));
    put(store, messages.collect()).await;
}

pub(super) async fn all_words_must_be_there_and_the_newest_comes_first(fixture: &StoreFixture) {
    let store = &*fixture.store;
    let texts = [
        ("m1", "My router is broken"),
        ("m3", "The router works"),
        ("m2", "broken, broken router!"),
        ("m4", "Nothing to see"),
    ];
    put_texts(store, &texts).await;
    put(store, vec![msg(message("m0", "t1", 2, "one more broken router"))]).await;
    expect(
        store,
        &[
            ("router", &["m0", "m2", "m3", "m1"]),
            ("router broken", &["m0", "m2", "m1"]),
            ("broken toaster", &[]),
            ("", &[]),
            ("  \t", &[]),
        ],
    )
    .await;
}

pub(super) async fn case_accents_and_scripts_are_folded(fixture: &StoreFixture) {
    let store = &*fixture.store;
    let texts = [
        ("m1", "Die GRÖSSE stimmt nicht, café naïve"),
        ("m2", "我的订单在哪里？我要退款"),
        ("m3", "주문 환불해주세요"),
        ("m4", "Où est ma commande ? Ça m'énerve"),
        ("m5", "注文のキャンセル"),
        ("m6", "где мой заказ? Ещё нет"),
    ];
    put_texts(store, &texts).await;
    expect(
        store,
        &[
            ("größe", &["m1"]),
            ("grosse", &["m1"]),
            ("CAFE\u{301} nicht", &["m1"]),
            ("退款", &["m2"]),
            ("款退", &[]),
            ("订单", &["m2"]),
            ("환불", &["m3"]),
            ("enerve ou", &["m4"]),
            ("キャンセル", &["m5"]),
            ("ЗАКАЗ где", &["m6"]),
        ],
    )
    .await;
}

pub(super) async fn the_last_word_may_be_a_beginning(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_texts(store, &[("m1", "the delivery was delayed"), ("m2", "jo@acme.example wrote")]).await;
    expect(
        store,
        &[
            ("del", &["m1"]),
            ("was del", &["m1"]),
            ("del was", &[]),
            ("liver", &[]),
            ("jo@acme.ex", &["m2"]),
            ("acme@jo", &[]),
        ],
    )
    .await;
}

pub(super) async fn query_syntax_is_taken_literally(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_texts(store, &[("m1", "alpha beta"), ("m2", "alpha and near or not"), ("m3", "words texts 100%")]).await;
    expect(
        store,
        &[
            ("alpha AND beta", &[]),
            ("alpha AND", &["m2"]),
            ("alpha OR gamma", &[]),
            ("alpha NOT beta", &[]),
            ("NEAR(alpha beta)", &[]),
            ("\"alpha", &["m2", "m1"]),
            ("\"beta alpha\"", &["m1"]),
            ("*", &[]),
            ("al*ha", &[]),
            ("-alpha", &["m2", "m1"]),
            ("^alpha", &["m2", "m1"]),
            ("words: alpha", &[]),
            ("{words texts} : 100", &["m3"]),
            ("100%", &["m3"]),
            ("'; DROP TABLE texts; --", &[]),
            ("alpha\u{0}beta", &["m1"]),
            ("(", &[]),
        ],
    )
    .await;
}

pub(super) async fn edited_and_forgotten_words_are_gone(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_texts(store, &[("m1", "first wording"), ("m2", "first other")]).await;
    put(store, vec![msg(message("m1", "t1", 0, "second wording"))]).await;
    expect(store, &[("first", &["m2"]), ("second", &["m1"]), ("wording", &["m1"])]).await;
    commit(store, TenantCommit { forget: vec!["m1".into()], ..TenantCommit::default() }).await;
    expect(store, &[("second", &[]), ("wording", &[]), ("first", &["m2"])]).await;
    put(store, vec![msg(message("m1", "t1", 0, "third wording"))]).await;
    expect(store, &[("wording", &["m1"])]).await;
}
