//! Records of every format version that was ever written are still read.

#![allow(clippy::unwrap_used)]

use careline::ErrorKind;
use careline::store::Record;
use serde_json::Value;

/// The same records of each kind as every version writes them: `{"kind", "value"}` per line.
const VERSIONS: [&str; 3] = [
    include_str!("fixtures/records_v1.jsonl"),
    include_str!("fixtures/records_v2.jsonl"),
    include_str!("fixtures/records_v3.jsonl"),
];

fn lines(fixture: &str) -> impl Iterator<Item = (String, Value)> {
    fixture.lines().map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        (line["kind"].as_str().unwrap().to_owned(), line["value"].clone())
    })
}

#[test]
fn records_of_older_versions_are_read_as_this_one_writes_them() {
    assert_eq!(VERSIONS.len(), usize::from(Record::VERSION), "a version without a fixture");
    for (version, fixture) in (1..).zip(VERSIONS) {
        for ((kind, old), (_, new)) in lines(fixture).zip(lines(VERSIONS[VERSIONS.len() - 1])) {
            let record = Record::read_json(&kind, version, &old.to_string()).unwrap();
            assert_eq!(record, Record::read_json(&kind, Record::VERSION, &new.to_string()).unwrap(), "{version}");
        }
    }
}

#[test]
fn records_of_this_version_are_read_and_written_alike() {
    let mut kinds = Vec::new();
    for (kind, value) in lines(VERSIONS[VERSIONS.len() - 1]) {
        let record = Record::read_json(&kind, Record::VERSION, &value.to_string()).unwrap();
        assert_eq!(record.kind(), kind);
        let written: Value = serde_json::from_str(&record.to_json().unwrap()).unwrap();
        assert_eq!(written, value, "{kind}: a changed form needs a new version, an upcaster and a fixture");
        kinds.push(kind);
    }
    kinds.sort_unstable();
    let all = [
        "account",
        "alias",
        "assessment",
        "automatic_said",
        "case",
        "conversation",
        "cursor",
        "customer",
        "fate",
        "identity",
        "incident",
        "line",
        "message",
        "note",
        "open_incidents",
        "presence",
        "quarantined",
        "reaction",
        "reply",
        "slot",
        "step",
        "thread",
        "token",
    ];
    assert_eq!(kinds, all);
    println!("{} kinds of records read", kinds.len());
}

#[test]
fn newer_and_damaged_records_are_told_apart() {
    let kind = |version, json| Record::read_json("cursor", version, json).unwrap_err().kind();
    assert_eq!(kind(Record::VERSION + 1, "\"1\""), ErrorKind::VersionNewer);
    assert_eq!(kind(Record::VERSION, "{"), ErrorKind::StorageDamaged);
    assert_eq!(kind(Record::VERSION, "5"), ErrorKind::StorageDamaged);
    assert_eq!(Record::read_json("song", 1, "5").unwrap_err().kind(), ErrorKind::StorageDamaged);
}
