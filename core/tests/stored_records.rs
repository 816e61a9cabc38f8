//! Records of every format version that was ever written are still read.

use careline::ErrorKind;
use careline::store::Record;
use serde_json::Value;

/// One record of each kind as version 1 writes it: `{"kind", "value"}` per line.
const V1: &str = include_str!("fixtures/records_v1.jsonl");

#[test]
fn records_of_version_1_are_read_and_written_alike() {
    let mut kinds = Vec::new();
    for line in V1.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let (kind, value) = (line["kind"].as_str().unwrap(), &line["value"]);
        let record = Record::read_json(kind, 1, &value.to_string()).unwrap();
        assert_eq!(record.kind(), kind);
        let mut written = Vec::new();
        record.write_json(&mut written).unwrap();
        let written: Value = serde_json::from_slice(&written).unwrap();
        assert_eq!(written, *value, "{kind}: a changed form needs a new version, an upcaster and a fixture");
        kinds.push(kind.to_owned());
    }
    kinds.sort_unstable();
    let all = [
        "alias",
        "assessment",
        "case",
        "conversation",
        "cursor",
        "customer",
        "fate",
        "identity",
        "message",
        "note",
        "presence",
        "quarantined",
        "slot",
        "step",
    ];
    assert_eq!(kinds, all);
    println!("{} kinds of records of version 1 read", kinds.len());
}

#[test]
fn newer_and_damaged_records_are_told_apart() {
    let kind = |version, json| Record::read_json("cursor", version, json).unwrap_err().kind();
    assert_eq!(kind(Record::VERSION + 1, "\"1\""), ErrorKind::VersionNewer);
    assert_eq!(kind(Record::VERSION, "{"), ErrorKind::StorageDamaged);
    assert_eq!(kind(Record::VERSION, "5"), ErrorKind::StorageDamaged);
    assert_eq!(Record::read_json("song", 1, "5").unwrap_err().kind(), ErrorKind::StorageDamaged);
}
