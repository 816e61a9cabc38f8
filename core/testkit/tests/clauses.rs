//! `docs/connector.md` and the suite say the same: every clause names a case, every case belongs to a clause.

use std::collections::BTreeSet;

use careline_testkit::network::CASES;

const TEXT: &str = include_str!("../../../docs/connector.md");

/// The clauses: the list items of the chapter, each in one line.
fn clauses() -> Vec<String> {
    let chapter = TEXT.split("\n## ").find(|chapter| chapter.starts_with("Clauses\n")).unwrap_or_default();
    let items = chapter.split("\n- ").skip(1);
    items.map(|item| item.split("\n\n").next().unwrap_or_default().replace("\n  ", " ")).collect()
}

/// The cases a clause names: the words in backticks within the brackets at its end.
fn cases(clause: &str) -> Vec<&str> {
    let named = clause.trim_end().strip_suffix(')').and_then(|clause| clause.rsplit_once('('));
    named.map_or_else(Vec::new, |(_, named)| named.split(", ").map(|name| name.trim_matches('`')).collect())
}

#[test]
fn every_clause_names_a_case_that_exists() {
    let known: BTreeSet<_> = CASES.iter().map(|case| case.name).collect();
    for clause in clauses() {
        let cases = cases(&clause);
        assert!(!cases.is_empty(), "no case stands behind: {clause}");
        assert!(clause.contains("MUST") || clause.contains("SHOULD"), "this binds nobody: {clause}");
        for case in cases {
            assert!(known.contains(case), "`{case}` is no case, in: {clause}");
        }
    }
}

#[test]
fn every_case_belongs_to_one_clause() {
    let clauses = clauses();
    let named: Vec<_> = clauses.iter().flat_map(|clause| cases(clause)).collect();
    for case in CASES {
        let times = named.iter().filter(|name| **name == case.name).count();
        assert_eq!(times, 1, "`{}` stands in {times} clauses", case.name);
    }
}
