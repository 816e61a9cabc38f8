//! Cases about bodies that are broken, foreign or hostile.

use std::borrow::Cow;

use careline::ErrorKind;
use careline::intake::Parsed;
use careline::model::{EventBody, Span, nfc};
use careline::network::BodyKind;
use serde_json::{Value, json};

use super::mutation::{bytes_changed, shape_changed, try_each};
use super::support::{
    HELD, batches, bodies, ensure, ids, looked_at, messages, native_ids, only, placeless, read, receive, replaced,
    shown, skipped,
};
use super::{Item, NetworkFixture, Outcome, message};

/// A body cut anywhere is one reject as a whole; from a read or a stream it may be `input_invalid` instead.
pub fn truncated_body_is_one_reject(fixture: &dyn NetworkFixture) -> Outcome {
    for (kind, body) in bodies(fixture, &[message(1)]) {
        let length = body.trim_ascii_end().len();
        for cut in (1..length).step_by((length / 64).max(1)).chain([length - 1]) {
            match receive(fixture, kind, &body[..cut]) {
                Ok(Parsed { events, rejects, .. }) => ensure!(
                    events.is_empty() && rejects.len() == 1 && rejects[0].raw.is_none(),
                    "{cut} bytes of {length} of a {kind:?} body gave {} events and {} rejects",
                    events.len(),
                    rejects.len()
                ),
                Err(error) => ensure!(
                    kind != BodyKind::Webhook && error.kind() == ErrorKind::InputInvalid,
                    "{cut} bytes of {length} of a {kind:?} body gave {error}"
                ),
            }
        }
    }
    HELD
}

/// A hundred thousand brackets neither overflow the stack nor pass for a message.
pub fn deep_nesting_is_survived(fixture: &dyn NetworkFixture) -> Outcome {
    for (kind, body) in bodies(fixture, &[message(1)]) {
        let inside = format!("{{\"nested\":{}{},", "[".repeat(100_000), "]".repeat(100_000));
        let hostile = [
            Some("[".repeat(100_000).into_bytes()),
            Some("{\"a\":".repeat(100_000).into_bytes()),
            replaced(&body, "{", inside.as_bytes()),
        ];
        for body in hostile.into_iter().flatten() {
            match receive(fixture, kind, &body) {
                Ok(parsed) => ensure!(
                    !parsed.rejects.is_empty() || !parsed.events.is_empty(),
                    "a deeply nested {kind:?} body gave neither an event nor a reject"
                ),
                Err(error) => ensure!(
                    matches!(error.kind(), ErrorKind::InputInvalid | ErrorKind::TooLarge),
                    "a deeply nested {kind:?} body gave {error}"
                ),
            }
        }
    }
    HELD
}

/// Bodies with bytes flipped, cut out, doubled and put in: no panic, and what is read is sound.
pub fn noise_is_survived(fixture: &dyn NetworkFixture) -> Outcome {
    for (kind, body) in every_body(fixture) {
        try_each(TIMES, bytes_changed(&body), |noisy| survived(fixture, kind, noisy))?;
    }
    HELD
}

/// Bodies with other types, doubled keys, nested, missing, repeated and swapped values: no panic, and what is read is
/// sound.
pub fn changed_shapes_are_survived(fixture: &dyn NetworkFixture) -> Outcome {
    for (kind, body) in every_body(fixture) {
        try_each(TIMES, shape_changed(&body), |changed| survived(fixture, kind, changed))?;
    }
    HELD
}

/// How many changed bodies of each sort a case looks at.
const TIMES: u32 = 100;

/// One body of every sort.
fn every_body(fixture: &dyn NetworkFixture) -> Vec<(BodyKind, Vec<u8>)> {
    let direct = Item::Direct { n: 3, text: "My number is in here".to_owned() };
    let edit = Item::Edit { of: 6, text: "Still late".to_owned() };
    let items = [
        Item::Reply { n: 2, to: 1 },
        direct,
        Item::Own { n: 4 },
        Item::Rich { n: 5 },
        Item::Picture { n: 6 },
        edit,
        Item::Deletion { of: 7 },
        Item::Unknown,
    ];
    let single = items.iter().flat_map(|item| bodies(fixture, std::slice::from_ref(item)));
    let batch = batches(fixture, &[3, 1]).into_iter().map(|(kind, _, body)| (kind, body));
    batch.chain(single).chain(fixture.further_bodies()).collect()
}

/// A webhook's body gives events and rejects, whatever it holds; one that was asked for may be `input_invalid` instead.
fn survived(fixture: &dyn NetworkFixture, kind: BodyKind, raw: &[u8]) -> Result<(), String> {
    match receive(fixture, kind, raw) {
        Ok(parsed) => sound(kind, raw, &parsed),
        Err(error) => {
            let refused = kind != BodyKind::Webhook && error.kind() == ErrorKind::InputInvalid;
            ensure!(refused, "a {kind:?} body was refused: {error}");
            Ok(())
        }
    }
}

/// What names something or somebody in the JSON of an event.
const IDS: [&str; 6] = ["scope", "native_id", "root_id", "thread", "echo_of", "author"];

/// That what was read can be stored and found again: places and spans lie within, ids are there, JSON keeps all of it.
fn sound(kind: BodyKind, raw: &[u8], parsed: &Parsed) -> Result<(), String> {
    let places = parsed.events.iter().filter_map(|event| event.raw);
    for place in places.chain(parsed.rejects.iter().filter_map(|reject| reject.raw)) {
        let piece = raw.get(place.start as usize..place.end as usize).filter(|piece| !piece.is_empty());
        ensure!(piece.is_some(), "something in a {kind:?} body stands outside of it");
    }
    for event in &parsed.events {
        ensure!(event.account.is_some(), "an event of a {kind:?} body is for no account");
        let stored = serde_json::to_string(event).map_err(|error| error.to_string())?;
        let again = serde_json::from_str(&stored).map_err(|error| format!("an event cannot be read again: {error}"))?;
        ensure!(*event == again, "JSON does not keep an event of a {kind:?} body: {stored}");
        let stored = serde_json::to_string(&event.body).map_err(|error| error.to_string())?;
        let nameless = IDS.iter().find(|key| stored.contains(&format!("\"{key}\":\"\"")));
        ensure!(nameless.is_none(), "a `{}` in a {kind:?} body is empty: {stored}", nameless.unwrap_or(&""));
    }
    for message in messages(&parsed.events) {
        let text = &message.content.text;
        let within = |span: Span| text.get(span.start as usize..span.end as usize).is_some();
        ensure!(
            message.content.entities.iter().all(|entity| within(entity.span)),
            "an entity of a {kind:?} body lies outside of its text"
        );
    }
    Ok(())
}

/// Bytes that are no UTF-8 become U+FFFD, the message is kept, and the repair is noted.
pub fn invalid_utf8_is_repaired(fixture: &dyn NetworkFixture) -> Outcome {
    repaired(fixture, b"\xff")
}

/// The escape of half a character becomes U+FFFD, the message is kept, and the repair is noted.
pub fn lone_surrogate_is_repaired(fixture: &dyn NetworkFixture) -> Outcome {
    repaired(fixture, br"\ud83d")
}

fn repaired(fixture: &dyn NetworkFixture, broken: &[u8]) -> Outcome {
    let items = [Item::Message { n: 1, text: "My BROKEN parcel".to_owned() }];
    for (kind, body) in bodies(fixture, &items) {
        let body = replaced(&body, "BROKEN", broken).ok_or("the text is not in the body as it was given")?;
        let parsed = read(fixture, kind, &body)?;
        let message = only(kind, &parsed)?;
        ensure!(message.root_id() == fixture.id(1), "the id was lost");
        ensure!(message.content.text == "My \u{fffd} parcel", "the text became {:?}", message.content.text);
        ensure!(parsed.repaired, "the repair of a {kind:?} body is not noted");
    }
    HELD
}

/// Half a character in one message of a hundred: a hundred arrive, one of them is repaired, and that is noted.
pub fn lone_surrogate_costs_no_neighbour(fixture: &dyn NetworkFixture) -> Outcome {
    const BROKEN: u32 = 50;
    let texts = |n| if n == BROKEN { "My BROKEN parcel".to_owned() } else { format!("Message {n}: my parcel is late") };
    let items: Vec<_> = (1..=100).map(|n| Item::Message { n, text: texts(n) }).collect();
    let mut count = 0;
    for (kind, body) in bodies(fixture, &items) {
        let body = replaced(&body, "BROKEN", br"\ud83d").ok_or("the text is not in the body as it was given")?;
        let parsed = read(fixture, kind, &body)?;
        let found = messages(&parsed.events);
        ensure!(found.len() == items.len(), "of 100 messages in a {kind:?} body {} arrived", found.len());
        for (n, message) in (1..).zip(found) {
            let text = if n == BROKEN { "My \u{fffd} parcel".to_owned() } else { texts(n) };
            ensure!(message.root_id() == fixture.id(n), "message {n} of a {kind:?} body became {}", message.root_id());
            ensure!(message.content.text == text, "message {n} of a {kind:?} body says {:?}", message.content.text);
        }
        ensure!(parsed.repaired, "the repair of a {kind:?} body is not noted");
        count += 1;
    }
    looked_at(count, "the network sends no batches")
}

/// Whatever characters a message is made of, it arrives, and so do those beside it.
pub fn hostile_texts_are_kept(fixture: &dyn NetworkFixture) -> Outcome {
    for (name, typed) in &hostile_texts() {
        let items = [message(1), Item::Message { n: 2, text: typed.clone() }, message(3)];
        for items in [&items[..], &items[1..2]] {
            for (kind, body) in bodies(fixture, items) {
                let parsed = read(fixture, kind, &body).map_err(|why| format!("{name}: {why}"))?;
                let (found, sent) = (ids(&parsed.events).len(), items.len());
                ensure!(found == sent, "{name}: of {sent} messages in a {kind:?} body {found} arrived");
                let hostile = messages(&parsed.events).into_iter().find(|found| found.root_id() == fixture.id(2));
                let text = hostile.map(|found| found.content.text.as_str());
                ensure!(text == Some(&nfc(Cow::Borrowed(typed))), "{name}: a {kind:?} body has another text");
                sound(kind, &body, &parsed).map_err(|why| format!("{name}: {why}"))?;
            }
        }
    }
    HELD
}

/// Texts that break readers, with their names.
fn hostile_texts() -> [(&'static str, String); 8] {
    [
        ("a megabyte", "late!".repeat(200_000)),
        ("emoji alone", "👩‍👩‍👧‍👦🏳️‍🌈👍🏽🇩🇪".repeat(50)),
        ("marks upon marks", format!("la{}te", "\u{336}\u{301}\u{489}".repeat(500))),
        ("many scripts", "Где мой заказ 我的包裹 στο طردي पार्सल 소포 פריט".to_owned()),
        ("letters that look like others", "Му раrсеl іs lаtе".to_owned()),
        ("directions", "\u{202e}etal si lecrap\u{202c} \u{2066}\u{2067}late\u{2069}\u{200f}".to_owned()),
        ("NUL", "my\0parcel\0".to_owned()),
        ("characters that are none", "late\u{fffe}\u{ffff}\u{fdd0}\u{10ffff}\u{e000}\u{feff}".to_owned()),
    ]
}

/// Bodies without what they are about are no messages and no panic.
pub fn absent_data_is_survived(fixture: &dyn NetworkFixture) -> Outcome {
    for (kind, _) in bodies(fixture, &[message(1)]) {
        for body in [
            "",
            " ",
            "{}",
            "[]",
            "null",
            "0",
            "\"text\"",
            "true",
            "[null]",
            "[{}]",
            "{\"data\":null}",
            "{\"entry\":null}",
        ] {
            match receive(fixture, kind, body.as_bytes()) {
                Ok(parsed) => {
                    ensure!(messages(&parsed.events).is_empty(), "the {kind:?} body `{body}` gave a message");
                }
                Err(error) => {
                    ensure!(error.kind() == ErrorKind::InputInvalid, "the {kind:?} body `{body}` gave {error}");
                }
            }
        }
    }
    HELD
}

/// An event of an unknown kind is an event, named, with its raw form; what stands beside it is read.
pub fn unknown_kind_is_kept(fixture: &dyn NetworkFixture) -> Outcome {
    let mut count = 0;
    for items in [vec![Item::Unknown], vec![message(1), Item::Unknown, message(2)]] {
        for (kind, body) in bodies(fixture, &items) {
            let parsed = read(fixture, kind, &body)?;
            let unknown: Vec<_> = parsed
                .events
                .iter()
                .filter_map(|event| match &event.body {
                    EventBody::Unknown(unknown) => Some(unknown),
                    _ => None,
                })
                .collect();
            ensure!(unknown.len() == 1, "a {kind:?} body with one unknown kind gave {} of them", unknown.len());
            ensure!(!unknown[0].name.is_empty(), "the unknown kind of a {kind:?} body has no name");
            let others = items.len() - 1;
            ensure!(messages(&parsed.events).len() == others, "beside an unknown kind, a {kind:?} body lost messages");
            count += 1;
        }
    }
    looked_at(count, "no body can hold an unknown kind")
}

/// A field more in every object changes nothing.
pub fn unknown_fields_change_nothing(fixture: &dyn NetworkFixture) -> Outcome {
    for (kind, _, body) in batches(fixture, &[2, 1]) {
        let before = read(fixture, kind, &body)?;
        let mut value: Value = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
        add_fields(&mut value);
        let after = read(fixture, kind, value.to_string().as_bytes())?;
        ensure!(
            placeless(&before.events) == placeless(&after.events),
            "fields added to a {kind:?} body changed its events"
        );
    }
    HELD
}

fn add_fields(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.values_mut().for_each(add_fields);
            map.insert("invented_tomorrow".to_owned(), json!({"deep": [1, "x", null]}));
        }
        Value::Array(items) => items.iter_mut().for_each(add_fields),
        _ => {}
    }
}

/// A value of another type anywhere in an item is an event or a reject and never costs the items beside it.
pub fn wrong_types_lose_no_neighbour(fixture: &dyn NetworkFixture) -> Outcome {
    for (kind, size, body) in batches(fixture, &[3, 1]) {
        let before = read(fixture, kind, &body)?;
        let item = match (size, before.events.get(1).and_then(|event| event.raw)) {
            (3, Some(raw)) => raw.start as usize..raw.end as usize,
            (3, None) => return Err(format!("an event in a {kind:?} batch does not say where it stands")),
            _ => 0..body.len(),
        };
        let value: Value = serde_json::from_slice(&body[item.clone()]).map_err(|error| error.to_string())?;
        for (path, changed) in wrongly_typed(&value) {
            let hostile = [&body[..item.start], changed.to_string().as_bytes(), &body[item.end..]].concat();
            let parsed = match receive(fixture, kind, &hostile) {
                Ok(parsed) => parsed,
                Err(error) if size == 1 && error.kind() == ErrorKind::InputInvalid => continue,
                Err(error) => return Err(format!("another type at `{path}` in a {kind:?} body gave {error}")),
            };
            if size == 3 {
                let kept = ids(&parsed.events);
                for neighbour in [1, 3] {
                    ensure!(
                        kept.contains(&fixture.id(neighbour)),
                        "another type at `{path}` of message 2 in a {kind:?} body lost message {neighbour}"
                    );
                }
                ensure!(
                    parsed.events.len() + parsed.rejects.len() >= 3,
                    "another type at `{path}` in a {kind:?} body lost message 2 without a trace"
                );
            }
        }
    }
    HELD
}

/// However the shape of one item is changed, the items beside it are what they were, and it leaves a trace.
pub fn changed_items_lose_no_neighbour(fixture: &dyn NetworkFixture) -> Outcome {
    let mut count = 0;
    for (kind, _, body) in batches(fixture, &[3]) {
        let before = read(fixture, kind, &body)?;
        let [first, changed, last] = &before.events[..] else {
            return Err(format!("a {kind:?} body of 3 messages gave {} events", before.events.len()));
        };
        let place = changed.raw.ok_or_else(|| format!("an event in a {kind:?} batch does not say where it stands"))?;
        let (start, end) = (place.start as usize, place.end as usize);
        let neighbours = placeless(&[first.clone(), last.clone()]);
        try_each(10 * TIMES, shape_changed(&body[start..end]), |item| {
            let hostile = [&body[..start], item, &body[end..]].concat();
            // Nothing at all, or several values in a list or one without it, are other bodies.
            if item.is_empty() {
                return Ok(());
            }
            survived(fixture, kind, &hostile)?;
            let parsed = receive(fixture, kind, &hostile).map_err(|error| error.to_string())?;
            let kept = placeless(&parsed.events);
            ensure!(
                neighbours.iter().all(|neighbour| kept.contains(neighbour)),
                "another shape of message 2 in a {kind:?} body cost its neighbours"
            );
            let left = parsed.events.len() + parsed.rejects.len();
            ensure!(left >= 3, "another shape of message 2 in a {kind:?} body lost it without a trace");
            Ok(())
        })?;
        count += 1;
    }
    looked_at(count, "the network sends no batches")
}

/// `value` with each leaf and each object in turn replaced by something of another type, or left out.
fn wrongly_typed(value: &Value) -> Vec<(String, Value)> {
    let mut paths = Vec::new();
    collect_paths(value, String::new(), &mut paths);
    let replacements =
        [json!(null), json!(7), json!(-1.5), json!(true), json!("seven"), json!([]), json!({}), json!([[null]])];
    let mut all = Vec::new();
    for path in paths {
        for replacement in &replacements {
            let mut changed = value.clone();
            if let Some(place) = changed.pointer_mut(&path) {
                *place = replacement.clone();
                all.push((path.clone(), changed));
            }
        }
        if let Some((parent, key)) = path.rsplit_once('/') {
            let mut changed = value.clone();
            if let Some(map) = changed.pointer_mut(parent).and_then(Value::as_object_mut) {
                map.remove(&key.replace("~1", "/").replace("~0", "~"));
                all.push((path, changed));
            }
        }
    }
    all
}

fn collect_paths(value: &Value, path: String, paths: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                collect_paths(value, format!("{path}/{}", key.replace('~', "~0").replace('/', "~1")), paths);
            }
        }
        Value::Array(items) => {
            for (nth, value) in items.iter().enumerate() {
                collect_paths(value, format!("{path}/{nth}"), paths);
            }
        }
        _ => {}
    }
    if !path.is_empty() {
        paths.push(path);
    }
}

/// An id that comes as a number is the id that comes as a string, digit for digit.
pub fn numeric_ids_are_read(fixture: &dyn NetworkFixture) -> Outcome {
    let id = fixture.id(1);
    if id.parse::<u64>().is_ok() && !id.starts_with('0') {
        for (kind, body) in bodies(fixture, &[message(1)]) {
            let text = String::from_utf8_lossy(&body).replace(&format!("\"{id}\""), &id);
            let parsed = read(fixture, kind, text.as_bytes())?;
            let got = only(kind, &parsed)?.root_id();
            ensure!(got == id, "the number {id} in a {kind:?} body became {got}");
        }
        return HELD;
    }
    skipped("ids are no numbers")
}

/// One unreadable item among a hundred is one reject with its place, and ninety-nine messages in order.
pub fn one_bad_item_loses_no_other(fixture: &dyn NetworkFixture) -> Outcome {
    let mut count = 0;
    for size in [100u32, 1] {
        let bad = size.div_ceil(2);
        let items: Vec<_> = (1..=size).map(|n| if n == bad { Item::Unreadable } else { message(n) }).collect();
        for (kind, body) in bodies(fixture, &items) {
            let parsed =
                receive(fixture, kind, &body).map_err(|error| format!("a {kind:?} body was refused: {error}"))?;
            let expected = native_ids(fixture, (1..=size).filter(|n| *n != bad));
            ensure!(ids(&parsed.events) == expected, "one bad item of {size} in a {kind:?} body cost others");
            ensure!(parsed.rejects.len() == 1, "one bad item in a {kind:?} body gave {} rejects", parsed.rejects.len());
            let raw = parsed.rejects[0].raw;
            ensure!(raw.is_some() || size == 1, "a reject in a {kind:?} body does not say where it stands");
            if let Some(raw) = raw {
                let slice = body.get(raw.start as usize..raw.end as usize).unwrap_or_default();
                ensure!(
                    serde_json::from_slice::<Value>(slice).is_ok(),
                    "the place of a reject in a {kind:?} body is no JSON"
                );
            }
            count += 1;
        }
    }
    looked_at(count, "no body can hold an unreadable item")
}

/// Errors and rejects hold nothing that a customer wrote.
pub fn errors_do_not_quote_customers(fixture: &dyn NetworkFixture) -> Outcome {
    let item = Item::Message { n: 1, text: "confidential words".to_owned() };
    for (kind, body) in bodies(fixture, &[item]) {
        let length = body.trim_ascii_end().len();
        let value: Value = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
        let cut = (1..length).step_by((length / 32).max(1)).map(|cut| body[..cut].to_vec());
        let wrong = wrongly_typed(&value).into_iter().map(|(_, value)| value.to_string().into_bytes());
        for body in cut.chain(wrong) {
            let errors = match receive(fixture, kind, &body) {
                Ok(parsed) => parsed.rejects.into_iter().map(|reject| reject.error).collect(),
                Err(error) => vec![error],
            };
            for error in errors {
                ensure!(!shown(&error).contains("confidential"), "an error quotes a customer: {error:?}");
            }
        }
    }
    HELD
}
