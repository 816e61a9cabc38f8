//! Messages of our own: every grammar can be read, says all there is to label, and broken ones say where.

use std::collections::BTreeSet;

use careline_train::own::{self, CATEGORIES, Grammar, INDUSTRIES, INTENTS, RISKS, SENTIMENTS, URGENCIES};
use careline_train::rows::Row;

#[test]
fn every_grammar_says_something_new_each_time() {
    let languages = own::languages().unwrap();
    assert!(languages.contains(&"en".to_owned()), "{languages:?}");
    for lang in languages {
        let rows = own::rows(&lang, 500, 7).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(rows.len(), 500, "{lang}: too little to say");
        let texts: BTreeSet<&str> = rows.iter().map(|row| row.text.as_str()).collect();
        let ids: BTreeSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!((texts.len(), ids.len()), (500, 500), "{lang}: repeats itself");
        for row in &rows {
            assert!(!row.text.contains(['{', '}', '|', '\\']), "{lang}: {row:?}");
        }
    }
}

#[test]
fn english_says_all_there_is_to_label() {
    let rows = own::rows("en", 6000, 1).unwrap();
    let seen = |value: &dyn Fn(&Row) -> Option<String>| rows.iter().filter_map(value).collect::<BTreeSet<_>>();
    let all = |known: &[&str]| known.iter().map(|&value| value.to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(seen(&|row| row.gold.intent.clone()), all(&INTENTS));
    assert_eq!(seen(&|row| row.gold.sentiment.clone()), all(&SENTIMENTS));
    assert_eq!(seen(&|row| row.gold.urgency.clone()), all(&URGENCIES));
    assert_eq!(seen(&|row| row.gold.risk.clone()), all(&RISKS));
    let of_all = rows.iter().flat_map(|row| row.gold.category.iter().cloned()).collect::<BTreeSet<_>>();
    assert_eq!(of_all, all(&CATEGORIES));
    let industries = rows.iter().filter_map(|row| row.raw["industry"].as_str().map(str::to_owned)).collect();
    assert_eq!(all(&INDUSTRIES), industries);
    for label in [|row: &Row| row.gold.needs_response, |row: &Row| row.gold.abuse, |row: &Row| row.gold.spam] {
        let share = rows.iter().filter(|row| label(row) == Some(true)).count() * 100 / rows.len();
        assert!((2..80).contains(&share), "{share} % of one label");
    }
}

#[test]
fn the_same_seed_says_the_same_and_more_only_adds() {
    let rows = own::rows("en", 300, 5).unwrap();
    assert_eq!(rows, own::rows("en", 300, 5).unwrap());
    assert_eq!(rows[..100], own::rows("en", 100, 5).unwrap());
    assert_ne!(rows, own::rows("en", 300, 6).unwrap());
}

#[test]
fn two_statements_make_one_message_with_the_labels_of_both() {
    let text = "[say intent=praise category=delivery sentiment=positive respond=no risk=churn]\nfirst thing\n\
                [say intent=problem_report category=delivery,store sentiment=negative respond=yes urgency=high]\n\
                second thing\n\
                [say intent=problem_report category=billing sentiment=negative respond=yes]\nanother subject";
    let rows = Grammar::read("xx.txt", text).unwrap().rows("xx", 100, 1);
    let said = |lines: &[usize]| rows.iter().find(|row| row.raw["lines"] == serde_json::json!(lines));
    let both = &said(&[2, 4]).expect("a message of both").gold;
    assert_eq!(both.intent.as_deref(), Some("problem_report"));
    assert_eq!(both.category, ["delivery", "store"]);
    assert_eq!(both.sentiment.as_deref(), Some("negative"));
    assert_eq!((both.needs_response, both.urgency.as_deref()), (Some(true), Some("high")));
    assert_eq!((both.risk.as_deref(), both.spam), (Some("churn"), Some(false)));
    assert!(said(&[2, 6]).is_none(), "two subjects in one message");
}

#[test]
fn what_is_said_stays_in_its_industry() {
    let text = "[thing airline]\nflight\n[thing bank]\ncard\n[extra bank]\npin\n\
                [say intent=chatter sentiment=neutral respond=no]\nmy {thing}\n\
                [say intent=question sentiment=neutral respond=yes]\nmy {extra}\n\
                [say intent=request sentiment=neutral respond=yes industry=hotel]\nmy room";
    let mut industries = BTreeSet::new();
    for row in Grammar::read("xx.txt", text).unwrap().rows("xx", 20, 1) {
        let industry = row.raw["industry"].as_str().unwrap_or_default();
        let is_said = |word| row.text.to_lowercase().contains(word);
        for (word, only) in [("flight", "airline"), ("card", "bank"), ("pin", "bank"), ("room", "hotel")] {
            assert!(!is_said(word) || industry == only, "{row:?}");
        }
        industries.insert(industry.to_owned());
    }
    assert_eq!(industries.len(), 3, "{industries:?}");
}

#[test]
fn a_broken_grammar_says_where_and_what() {
    let say = "[say intent=chatter sentiment=neutral respond=no]";
    for (text, line, what) in [
        (format!("{say}\nmy {{thing}}"), 2, "unknown list `{thing}`"),
        (format!("[things]\na\n{say}\nmy {{thing}} {{things}}"), 4, "did you mean `things`?"),
        (format!("[thing]\n\n{say}\nmy {{thing}}"), 1, "the list `thing` is empty"),
        (format!("[thing]\na\n[thing bank]\n{say}\nmy {{thing}}"), 3, "the list `thing` is empty"),
        (format!("[thing]\na\n# note\n{say}\nhello"), 1, "the list `thing` is not used"),
        (format!("[a]\n{{b}}\n[b]\nx ({{a}}|y)\n{say}\n{{a}}"), 3, "endless: the list `a` needs itself (a → b → a)"),
        (
            format!("[a bank]\nx\n{say}\nhi\n[say intent=chatter sentiment=neutral respond=no industry=rail]\n{{a}}"),
            6,
            "`a` has no entries for rail",
        ),
        ("[thing spacecraft]\nx".to_owned(), 1, "unknown industry `spacecraft`"),
        (say.to_owned(), 1, "has no statements"),
        (format!("{say}\n[say]"), 1, "has no statements"),
        ("[say intent=rant sentiment=neutral respond=no]\nx".to_owned(), 1, "unknown intent `rant`"),
        ("[say intent=complaint sentiment=negativ respond=no]\nx".to_owned(), 1, "did you mean `negative`?"),
        ("[say intent=complaint respond=no]\nx".to_owned(), 1, "`sentiment=` is missing"),
        ("[say intent=complaint sentiment=neutral respond=maybe]\nx".to_owned(), 1, "unknown respond `maybe`"),
        ("[say intent=complaint sentiment=neutral respond=no mood=bad]\nx".to_owned(), 1, "unknown key `mood`"),
        ("[say intent=complaint intent=praise]\nx".to_owned(), 1, "`intent` is given twice"),
        ("[say intent=praise sentiment=neutral respond=no weight=0]\nx".to_owned(), 1, "a number above zero"),
        (
            "[say intent=praise sentiment=neutral respond=no category=service,shop]\nx".to_owned(),
            1,
            "unknown category `shop`",
        ),
        ("[say what]\nx".to_owned(), 1, "`what` is not `key=value`"),
        ("[thing bank rail]\nx".to_owned(), 1, "`rail` is too much"),
        (format!("{say}\nhi\n[oops"), 3, "`[` opens a header"),
        (format!("{say}\nfine (or|not"), 2, "`(` is not closed"),
        (format!("{say}\nfine :)"), 2, "`)` stands outside of a choice"),
        (format!("{say}\na|b"), 2, "`|` stands outside of a choice"),
        (format!("{say}\n(a)"), 2, "a choice of one"),
        (format!("{say}\n{{a b}}"), 2, "`{a` is not closed"),
        (format!("{say}\n{{}}"), 2, "names no list"),
        (format!("{say}\na}}"), 2, "`}` without `{`"),
        (format!("{say}\na\\"), 2, "a backslash ends the line"),
        ("hello\n".to_owned(), 1, "before any"),
        ("# nothing".to_owned(), 1, "nothing to say"),
    ] {
        let error = Grammar::read("xx.txt", &text).expect_err(&text);
        assert_eq!(error.line, line, "{text}\n{error}");
        assert!(error.to_string().contains(what), "{text}\n{error}");
        assert!(error.to_string().starts_with(&format!("xx.txt, line {line}: ")), "{error}");
    }
}

#[test]
fn what_is_no_grammar_is_an_error() {
    let error = own::rows("zz", 1, 1).unwrap_err().to_string();
    assert!(error.contains("zz.txt"), "{error}");
}
