//! The fake network holds to every case, and each planted defect is found by its own case.

use std::panic::{AssertUnwindSafe, catch_unwind};

use careline_testkit::fake::{Defect, FakeFixture};
use careline_testkit::network::{CASES, Case, Verdict};

careline_testkit::network_conformance!(FakeFixture::default());

/// Whether the case finds something wrong; a panic counts, as it fails a test too.
fn fails(case: &Case, fixture: FakeFixture) -> bool {
    !matches!(catch_unwind(AssertUnwindSafe(|| case.run(&fixture))), Ok(Ok(_)))
}

#[test]
fn no_case_is_skipped_for_the_fake() {
    for case in CASES {
        assert_eq!(case.run(&FakeFixture::default()), Ok(Verdict::Held), "{case:?}");
    }
}

#[test]
fn every_case_has_a_defect_and_finds_it() {
    for case in CASES {
        let defect = Defect::ALL.iter().find(|defect| defect.case() == case.name);
        let defect = defect.unwrap_or_else(|| panic!("no defect shows that {case:?} can fail"));
        assert!(fails(case, FakeFixture { defect: Some(*defect) }), "{case:?} does not see {defect:?}");
    }
}

#[test]
fn every_defect_names_a_case() {
    for defect in Defect::ALL {
        assert!(CASES.iter().any(|case| case.name == defect.case()), "{defect:?} names no case");
    }
}
