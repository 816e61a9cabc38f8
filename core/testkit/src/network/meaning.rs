//! Cases about what is read out of good bodies.

use careline::model::{AttachmentKind, Channel, EntityKind, Event, EventBody, Surface, Timestamp, Visibility};
use careline::network::BodyKind;
use serde_json::Value;

use super::support::{
    HELD, batches, bodies, ensure, ids, looked_at, messages, native_ids, only, placeless, read, receive_at, speaks_for,
    webhook,
};
use super::{Item, NOW, NetworkFixture, Outcome, message, sent_at};

/// A message has its id, scope, author, text, time and place; its event names account, way and arrival.
pub fn messages_are_read(fixture: &dyn NetworkFixture) -> Outcome {
    let info = fixture.account().info();
    let found = bodies(fixture, &[message(1)]);
    ensure!(!found.is_empty(), "the fixture writes no body with a message");
    for (kind, body) in found {
        let parsed = read(fixture, kind, &body)?;
        let read = only(kind, &parsed)?;
        ensure!(read.native_id == fixture.id(1), "the id became {}", read.native_id);
        ensure!(!read.scope.is_empty(), "the message has no id scope");
        ensure!(read.content.text == "Message 1: my parcel is late", "the text became {:?}", read.content.text);
        ensure!(read.sent_at == Some(sent_at(1)), "it was sent at {}, not {:?}", sent_at(1), read.sent_at);
        ensure!(read.revision == 0, "an original has revision {}", read.revision);
        ensure!(read.visibility == Visibility::Public, "a public message is {}", read.visibility);
        let author = read.author.as_ref().ok_or("the author is missing")?;
        ensure!(!author.native_id.is_empty() && !author.scope.is_empty(), "the author has no id or scope");
        ensure!(!speaks_for(author, &info), "a customer was taken for the account");
        for event in &parsed.events {
            ensure!(event.v == Event::VERSION, "the event has version {}", event.v);
            ensure!(event.account.as_ref() == Some(&info.account), "the event is for {:?}", event.account);
            ensure!(event.received_at == NOW, "the event came at {}", event.received_at);
            let channel = match kind {
                BodyKind::Webhook => Channel::Webhook,
                BodyKind::Rest => Channel::Poll,
                BodyKind::Stream => Channel::Stream,
            };
            ensure!(event.channel == channel, "an event of a {kind:?} body came by {}", event.channel);
        }
    }
    HELD
}

/// The same body gives the same events, byte for byte.
pub fn redelivery_gives_equal_events(fixture: &dyn NetworkFixture) -> Outcome {
    for (kind, _, body) in batches(fixture, &[3, 1]) {
        let (first, second) = (read(fixture, kind, &body)?, read(fixture, kind, &body)?);
        ensure!(first.events == second.events, "a {kind:?} body gave other events at its redelivery");
    }
    HELD
}

/// Different messages have different keys.
pub fn keys_are_distinct(fixture: &dyn NetworkFixture) -> Outcome {
    for (kind, size, _) in batches(fixture, &[20, 1]) {
        let mut keys = std::collections::HashSet::new();
        let batches = if size == 1 {
            (1..=20).map(|n| vec![message(n)]).collect()
        } else {
            vec![(1..=20).map(message).collect::<Vec<_>>()]
        };
        for items in batches {
            let body = fixture.body(kind, &items).ok_or("a message more or less has no body")?;
            for message in messages(&read(fixture, kind, &body)?.events) {
                keys.insert((message.scope.clone(), message.root_id().to_owned()));
            }
        }
        ensure!(keys.len() == 20, "20 messages in {kind:?} bodies have {} keys", keys.len());
    }
    HELD
}

/// A message that is pushed, listed and streamed is one message: same key, author, text, time and place.
pub fn every_way_gives_the_same_message(fixture: &dyn NetworkFixture) -> Outcome {
    let mut compared = 0;
    for item in [message(1), Item::Direct { n: 1, text: "My number is in here".to_owned() }] {
        let mut first = None;
        for (kind, body) in bodies(fixture, std::slice::from_ref(&item)) {
            let parsed = read(fixture, kind, &body)?;
            let read = only(kind, &parsed)?;
            let author = read.author.as_ref().map(|author| (author.scope.clone(), author.native_id.clone()));
            let identity = (
                (read.scope.clone(), read.root_id().to_owned()),
                author,
                read.content.text.clone(),
                read.sent_at,
                (read.visibility.clone(), read.reply_to.clone().map(|to| to.native_id)),
            );
            let (first_kind, first) = first.get_or_insert((kind, identity.clone()));
            ensure!(identity == *first, "{first_kind:?} gives {first:?}, {kind:?} gives {identity:?}");
            compared += usize::from(kind != *first_kind);
        }
    }
    looked_at(compared, "messages come one way only")
}

/// Events stand in the order of the body.
pub fn order_is_kept(fixture: &dyn NetworkFixture) -> Outcome {
    let numbers = [3, 1, 2];
    let mut count = 0;
    for (kind, body) in bodies(fixture, &numbers.map(message)) {
        let got = ids(&read(fixture, kind, &body)?.events);
        ensure!(got == native_ids(fixture, numbers), "a {kind:?} body in the order 3, 1, 2 gave {got:?}");
        count += 1;
    }
    looked_at(count, "a body holds one message only")
}

/// A clock of ours that is far off changes `received_at` and nothing else.
pub fn a_wrong_clock_changes_nothing_else(fixture: &dyn NetworkFixture) -> Outcome {
    for (kind, body) in bodies(fixture, &[message(1)]) {
        let right = read(fixture, kind, &body)?;
        for now in [Timestamp::default(), NOW.plus_millis(i64::MAX)] {
            let parsed = receive_at(fixture, kind, &body, now).map_err(|error| format!("at {now}: {error}"))?;
            ensure!(parsed.events.iter().all(|event| event.received_at == now), "`received_at` is not the clock's");
            let mut events = parsed.events;
            events.iter_mut().for_each(|event| event.received_at = NOW);
            ensure!(events == right.events, "at {now} a {kind:?} body was read differently");
        }
    }
    HELD
}

/// What the brand itself wrote carries the profile that speaks for the account.
pub fn own_messages_carry_the_account(fixture: &dyn NetworkFixture) -> Outcome {
    let info = fixture.account().info();
    let mut count = 0;
    for (kind, body) in bodies(fixture, &[Item::Own { n: 1 }]) {
        let parsed = read(fixture, kind, &body)?;
        let author = only(kind, &parsed)?.author.clone().ok_or("our own message has no author")?;
        ensure!(speaks_for(&author, &info), "our own message in a {kind:?} body is by {author:?}, we are {info:?}");
        count += 1;
    }
    looked_at(count, "the network does not tell what we wrote")
}

/// An edit is a later revision of the same message, whatever its own id.
pub fn edits_name_the_original(fixture: &dyn NetworkFixture) -> Outcome {
    let mut count = 0;
    for (kind, body) in bodies(fixture, &[Item::Edit { of: 1, text: "It came after all".to_owned() }]) {
        let parsed = read(fixture, kind, &body)?;
        let edit = only(kind, &parsed)?;
        ensure!(edit.root_id() == fixture.id(1), "an edit of {} names {}", fixture.id(1), edit.root_id());
        ensure!(edit.revision > 0, "an edit has revision 0");
        ensure!(edit.content.text == "It came after all", "an edit says {:?}", edit.content.text);
        let body = fixture.body(kind, &[message(1)]).ok_or("what can be edited cannot be written")?;
        let original = read(fixture, kind, &body)?;
        ensure!(only(kind, &original)?.scope == edit.scope, "an edit has another scope than its original");
        count += 1;
    }
    looked_at(count, "the network reports no edits")
}

/// A deletion names the message as the message named itself.
pub fn deletions_name_the_original(fixture: &dyn NetworkFixture) -> Outcome {
    let scopes: Vec<_> = bodies(fixture, &[message(1)])
        .into_iter()
        .map(|(kind, body)| Ok(only(kind, &read(fixture, kind, &body)?)?.scope.clone()))
        .collect::<Result<_, String>>()?;
    let mut count = 0;
    for (kind, body) in bodies(fixture, &[Item::Deletion { of: 1 }]) {
        let parsed = read(fixture, kind, &body)?;
        let [Event { body: EventBody::Deleted(deleted), .. }] = &parsed.events[..] else {
            return Err(format!("a deletion in a {kind:?} body gave {:?}", parsed.events));
        };
        ensure!(deleted.native_id == fixture.id(1), "a deletion of {} names {}", fixture.id(1), deleted.native_id);
        ensure!(scopes.contains(&deleted.scope), "a deletion has the scope {}, messages {scopes:?}", deleted.scope);
        count += 1;
    }
    looked_at(count, "the network reports no deletions")
}

/// An answer names what it answers.
pub fn replies_name_their_parent(fixture: &dyn NetworkFixture) -> Outcome {
    let mut count = 0;
    for (kind, body) in bodies(fixture, &[Item::Reply { n: 2, to: 1 }]) {
        let parsed = read(fixture, kind, &body)?;
        let parent = only(kind, &parsed)?.reply_to.as_ref().map(|parent| parent.native_id.to_string());
        ensure!(parent == Some(fixture.id(1)), "an answer to {} names {parent:?}", fixture.id(1));
        count += 1;
    }
    looked_at(count, "the network has no public answers")
}

/// A private message is private and stands in a private place.
pub fn direct_messages_are_private(fixture: &dyn NetworkFixture) -> Outcome {
    let mut count = 0;
    for (kind, body) in bodies(fixture, &[Item::Direct { n: 1, text: "My number is in here".to_owned() }]) {
        let parsed = read(fixture, kind, &body)?;
        let direct = only(kind, &parsed)?;
        ensure!(direct.visibility == Visibility::Private, "a private message is {}", direct.visibility);
        ensure!(direct.surface == Surface::DirectMessage, "a private message is a {}", direct.surface);
        ensure!(direct.content.text == "My number is in here", "a private message says {:?}", direct.content.text);
        count += 1;
    }
    looked_at(count, "the network has no private messages")
}

/// Text is in Unicode NFC.
pub fn text_is_nfc(fixture: &dyn NetworkFixture) -> Outcome {
    says(fixture, "Cafe\u{301} A\u{30a} \u{1112}\u{1161}\u{11ab}", "Caf\u{e9} \u{c5} \u{d55c}")
}

/// Text is what a person typed: no escapes, no entities, no markup left, none taken away.
pub fn text_is_plain(fixture: &dyn NetworkFixture) -> Outcome {
    let text = "a < b & c > d \"quoted\" it's \\n &amp; 👍🏽 عربي \u{200d}x";
    says(fixture, text, text)
}

fn says(fixture: &dyn NetworkFixture, typed: &str, expected: &str) -> Outcome {
    for (kind, body) in bodies(fixture, &[Item::Message { n: 1, text: typed.to_owned() }]) {
        let parsed = read(fixture, kind, &body)?;
        let text = &only(kind, &parsed)?.content.text;
        ensure!(text == expected, "in a {kind:?} body {typed:?} became {text:?}, not {expected:?}");
    }
    HELD
}

/// Entities lie within the text, on character boundaries, in order, over what they stand for.
pub fn entities_mark_what_they_say(fixture: &dyn NetworkFixture) -> Outcome {
    let mut count = 0;
    for (kind, body) in bodies(fixture, &[Item::Rich { n: 1 }]) {
        let parsed = read(fixture, kind, &body)?;
        let content = &only(kind, &parsed)?.content;
        ensure!(!content.entities.is_empty(), "a {kind:?} body with marks gave no entity");
        let mut last = 0;
        for entity in &content.entities {
            let (start, end) = (entity.span.start as usize, entity.span.end as usize);
            let marked =
                content.text.get(start..end).ok_or(format!("{start}..{end} is no part of {:?}", content.text))?;
            ensure!(start >= last, "entities are not in order of their start");
            last = start;
            let sign = match entity.kind {
                EntityKind::Mention => "@",
                EntityKind::Hashtag => "#",
                EntityKind::Cashtag => "$",
                EntityKind::Emoji => ":",
                _ => "",
            };
            // Facebook marks a profile by its name, without a sign.
            let named = entity.kind == EntityKind::Mention && marked == entity.value;
            ensure!(!marked.is_empty() && (marked.starts_with(sign) || named), "a {} marks {marked:?}", entity.kind);
            ensure!(!marked.starts_with(' ') && !marked.ends_with(' '), "a {} marks {marked:?}", entity.kind);
            ensure!(
                entity.kind == EntityKind::Mention || !entity.value.is_empty(),
                "a {} stands for nothing",
                entity.kind
            );
            ensure!(sign.is_empty() || !entity.value.starts_with(sign), "the value of {marked:?} repeats its sign");
        }
        count += 1;
    }
    looked_at(count, "the network marks nothing in texts")
}

/// An attachment says what it is and where its bytes are.
pub fn attachments_say_where_they_are(fixture: &dyn NetworkFixture) -> Outcome {
    let mut count = 0;
    for (kind, body) in bodies(fixture, &[Item::Picture { n: 1 }]) {
        let parsed = read(fixture, kind, &body)?;
        let [picture] = &only(kind, &parsed)?.content.attachments[..] else {
            return Err(format!("a {kind:?} body with one picture gave another number of attachments"));
        };
        ensure!(picture.kind == AttachmentKind::Image, "a picture is a {}", picture.kind);
        let url = picture.url.as_deref().unwrap_or_default();
        ensure!(url::Url::parse(url).is_ok_and(|url| url.scheme() == "https"), "a picture lies at {url:?}");
        count += 1;
    }
    looked_at(count, "the network has no pictures")
}

/// Every event of a batch says which bytes it is: JSON of its own, with its id in it.
pub fn raw_ranges_select_the_item(fixture: &dyn NetworkFixture) -> Outcome {
    for (kind, size, body) in batches(fixture, &[3, 1]) {
        for event in &read(fixture, kind, &body)?.events {
            let Some(raw) = event.raw else {
                ensure!(size == 1, "an event in a {kind:?} batch does not say where it stands");
                continue;
            };
            let slice = body.get(raw.start as usize..raw.end as usize).ok_or("an event lies outside of its body")?;
            let value: Value = serde_json::from_slice(slice).map_err(|error| format!("an event's place: {error}"))?;
            let EventBody::Message(message) = &event.body else { continue };
            let text = value.to_string();
            ensure!(text.contains(message.root_id()), "the place of {} holds {text}", message.root_id());
            let others = (1..=size).map(|n| fixture.id(n)).filter(|id| id != message.root_id());
            for other in others {
                ensure!(!text.contains(&format!("\"{other}\"")), "the place of {} holds {other}", message.root_id());
            }
        }
    }
    HELD
}

/// An item of a batch, cut out with [`Intake::alone`](careline::intake::Intake::alone), reads as it did in the batch.
pub fn an_item_alone_reads_the_same(fixture: &dyn NetworkFixture) -> Outcome {
    let mut count = 0;
    let batches = batches(fixture, &[3]).into_iter().filter(|(kind, ..)| *kind == BodyKind::Webhook);
    for (kind, _, body) in batches {
        let Some(webhook) = webhook(fixture) else { continue };
        for event in read(fixture, kind, &body)?.events {
            let place =
                event.raw.ok_or_else(|| format!("an event in a {kind:?} batch does not say where it stands"))?;
            let again = read(fixture, kind, &webhook.alone(&body, place))?;
            ensure!(
                placeless(&again.events) == placeless(std::slice::from_ref(&event)),
                "alone, an item of a {kind:?} body became {:?}",
                again.events
            );
            count += 1;
        }
    }
    looked_at(count, "no webhook brings several items")
}

/// The capability says what bodies show: webhooks, edits, deletions, surfaces.
pub fn capability_is_honest(fixture: &dyn NetworkFixture) -> Outcome {
    let capability = fixture.account().capability();
    ensure!(capability.webhook == webhook(fixture).is_some(), "`webhook` is {}", capability.webhook);
    let pushed = |item: Item| {
        [BodyKind::Webhook, BodyKind::Stream]
            .into_iter()
            .any(|kind| fixture.body(kind, std::slice::from_ref(&item)).is_some())
    };
    let edit = Item::Edit { of: 1, text: "changed".to_owned() };
    ensure!(capability.edits == written(fixture, &edit), "`edits` is {}", capability.edits);
    ensure!(capability.deletions == pushed(Item::Deletion { of: 1 }), "`deletions` is {}", capability.deletions);
    let direct = Item::Direct { n: 1, text: "private".to_owned() };
    let direct_listed = capability.surfaces.contains(&Surface::DirectMessage);
    ensure!(direct_listed == written(fixture, &direct), "`surfaces` is {:?}", capability.surfaces);
    for item in [message(1), Item::Reply { n: 2, to: 1 }, direct, Item::Rich { n: 1 }, Item::Picture { n: 1 }] {
        for (kind, body) in bodies(fixture, &[item]) {
            for message in messages(&read(fixture, kind, &body)?.events) {
                ensure!(capability.surfaces.contains(&message.surface), "`surfaces` lacks {}", message.surface);
            }
        }
    }
    let listed = !capability.poll_sources.is_empty() || !capability.stream_sources.is_empty() || capability.webhook;
    ensure!(listed, "nothing can be read from this account");
    HELD
}

/// Whether the network brings such an item in any kind of body.
fn written(fixture: &dyn NetworkFixture, item: &Item) -> bool {
    !bodies(fixture, std::slice::from_ref(item)).is_empty()
}
