//! Facebook Pages and Messenger in wire format (fact sheets facebook, sections 2 to 5, and messenger, sections 2 and 3).

use std::collections::BTreeMap;

use careline::model::Timestamp;
use careline::wire::{Encoding, sign};
use serde_json::{Value, json};

use super::chance::Chance;
use super::people::{Cast, Person};
use super::scenes::{By, Line, Post, Stage as _};
use super::truth::{Expect, Expected};
use super::words::{Intent, say};
use super::{Ask, Delivery, FACEBOOK_PAGE, FACEBOOK_SECRET, Outcome, arrival, whole_second};

/// The app that speaks for the page: the network's own inbox, as far as we are concerned.
const INBOX_APP: u64 = 263_902_037_430_900;

/// Everything that happens on the page and in its inbox.
#[derive(Debug)]
pub(crate) struct Stage {
    chance: Chance,
    sequence: u64,
    starts_at: Timestamp,
    wires: Vec<Wire>,
    /// The posts of the page, for visitors to comment on.
    walls: Vec<Post>,
    /// Comments by id: the comment they hang under, for Facebook knows one level only.
    tops: BTreeMap<String, String>,
    /// What must be there.
    pub(crate) messages: Vec<Expected>,
}

#[derive(Debug)]
struct Wire {
    at: Timestamp,
    lane: u32,
    item: Item,
}

/// The three kinds of things in an entry.
#[derive(Debug)]
enum Item {
    Change(&'static str, Value),
    Messaging(Value),
    Standby(Value),
}

impl Stage {
    pub(crate) fn new(ask: &Ask) -> Self {
        Self {
            chance: Chance::new(ask.seed, "facebook"),
            sequence: 0,
            starts_at: ask.starts_at,
            wires: Vec::new(),
            walls: Vec::new(),
            tops: BTreeMap::new(),
            messages: Vec::new(),
        }
    }

    /// Puts what arrives together into one body, signs and orders the bodies.
    pub(crate) fn deliveries(&mut self, ask: &Ask) -> Vec<Delivery> {
        let mut chance = Chance::new(ask.seed, "facebook arrivals");
        let mut wires: Vec<(Timestamp, Wire)> =
            self.wires.drain(..).map(|wire| (arrival(&mut chance, wire.at), wire)).collect();
        wires.sort_by_key(|(arrival, _)| *arrival);
        let mut wires = wires.into_iter().peekable();
        let mut deliveries = Vec::new();
        while let Some((mut at, wire)) = wires.next() {
            let mut batch = vec![wire];
            if chance.percent(12) {
                // A queue on the other side: what waited comes together, when the last of it is there.
                for _ in 0..chance.number(1, 11) {
                    let Some((later, _)) = wires.peek() else { break };
                    if later.millis_since(at) > 600_000 {
                        break;
                    }
                    if let Some((later, wire)) = wires.next() {
                        at = later;
                        batch.push(wire);
                    }
                }
            }
            let lane = batch[0].lane;
            deliveries.push(Delivery { lane, ..delivery(body(&batch, at), at) });
        }
        deliveries
    }

    /// What only Facebook has: reviews, reactions, mentions elsewhere, authors unseen, signals and edits in the inbox, hiding.
    pub(crate) fn extras(&mut self, chance: &mut Chance, cast: &mut Cast) {
        for number in 0..24 {
            let (person, at) = (cast.meet(chance), self.moment(chance));
            self.review(&person, number % 3 == 0, chance, at);
        }
        for number in 0..60 {
            let (person, at) = (cast.meet(chance), self.moment(chance));
            let wall = chance.pick(&self.walls).id.clone();
            self.reaction(&person, &wall, number % 9 == 0, at);
        }
        for _ in 0..10 {
            let (person, at) = (cast.meet(chance), self.moment(chance));
            self.mention_elsewhere(&person, chance, at);
        }
        for _ in 0..12 {
            let (person, at) = (cast.meet(chance), self.moment(chance));
            self.unseen_author(&person, chance, at);
        }
        for number in 0..48 {
            let (person, at) = (cast.meet(chance), self.moment(chance));
            self.signal(number, &person, at);
        }
        for _ in 0..8 {
            let (person, at) = (cast.meet(chance), self.moment(chance));
            self.standby(&person, chance, at);
        }
        for number in 0..18 {
            let (person, at) = (cast.meet(chance), self.moment(chance));
            self.hiding(&person, number % 3 == 0, chance, at);
        }
        for _ in 0..12 {
            let (person, at) = (cast.meet(chance), self.moment(chance));
            self.corrected(&person, chance, at);
        }
    }

    /// A comment that is hidden, by us or by Facebook; some are shown again.
    fn hiding(&mut self, by: &Person, again: bool, chance: &mut Chance, at: Timestamp) {
        let (intent, expect) =
            if again { (Intent::Complaint, Expect::OpensCase) } else { (Intent::Spam, Expect::Spam) };
        let line = Line { words: say(chance, by.language, intent), expect, facts: None };
        let wall = chance.pick(&self.walls).clone();
        let post = self.hang(By::Customer(by), &wall, line, at, true);
        // Neither says which was first, so nobody could tell if the second overtook it.
        for (verb, minutes) in [("hide", 5), ("unhide", 60)].into_iter().take(if again { 2 } else { 1 }) {
            let at = at.plus_millis(minutes * 60_000);
            let value = self.about(&post, verb, at);
            self.change("feed", value, at, by.number);
        }
        self.messages[post.index].hidden = !again;
    }

    /// A private message that its author corrects.
    fn corrected(&mut self, by: &Person, chance: &mut Chance, at: Timestamp) {
        let line = Line { words: say(chance, by.language, Intent::Complaint), expect: Expect::OpensCase, facts: None };
        let text = format!("{} (edit: AC-{})", line.words.text, chance.number(100_000, 999_999));
        let post = self.whisper(by, By::Customer(by), line, at);
        let edited = at.plus_millis(90_000);
        let item = json!({"sender": {"id": by.psid()}, "recipient": {"id": FACEBOOK_PAGE},
            "timestamp": edited.as_millis(), "message_edit": {"mid": post.id, "text": text, "num_edit": 1}});
        self.messages[post.index].text = Some(text);
        self.wires.push(Wire { at: edited, lane: by.number, item: Item::Messaging(item) });
    }

    fn moment(&self, chance: &mut Chance) -> Timestamp {
        self.starts_at.plus_millis(i64::from(chance.number(6 * 3600, 22 * 3600)) * 1000)
    }

    /// A recommendation; its ids come as numbers.
    fn review(&mut self, by: &Person, good: bool, chance: &mut Chance, at: Timestamp) {
        let (intent, expect) =
            if good { (Intent::Praise, Expect::Praise) } else { (Intent::Complaint, Expect::OpensCase) };
        let line = Line { words: say(chance, by.language, intent), expect, facts: None };
        let story = self.local_id();
        let value = json!({
            "item": "rating", "verb": "add", "open_graph_story_id": number(&story), "reviewer_id": number(&by.facebook_id()),
            "reviewer_name": by.name, "recommendation_type": if good { "POSITIVE" } else { "NEGATIVE" },
            "review_text": line.words.text, "rating": null, "comment_id": null, "created_time": at.as_secs(),
        });
        self.note(story, Some(by.facebook_id()), line, None, at);
        self.change("ratings", value, at, by.number);
    }

    fn reaction(&mut self, by: &Person, post: &str, unlike: bool, at: Timestamp) {
        let kind = *self.chance.pick(&["like", "love", "wow", "haha", "sad", "angry", "care"]);
        let value = json!({
            "item": "reaction", "verb": if unlike { "remove" } else { "add" }, "reaction_type": kind, "post_id": post,
            "parent_id": post, "from": {"id": by.facebook_id(), "name": by.name}, "created_time": at.as_secs(),
        });
        self.change("feed", value, at, by.number);
    }

    /// Somebody names the page in a post of their own.
    fn mention_elsewhere(&mut self, by: &Person, chance: &mut Chance, at: Timestamp) {
        let line = Line { words: say(chance, by.language, Intent::Complaint), expect: Expect::OpensCase, facts: None };
        let id = format!("{}_{}", by.facebook_id(), self.local_id());
        let text = format!("Acme {}", line.words.text);
        let value =
            json!({"item": "post", "verb": "add", "post_id": id, "message": text, "created_time": at.as_secs()});
        let index = self.note(id, None, line, None, at);
        self.messages[index].text = Some(text);
        self.change("mention", value, at, by.number);
    }

    /// A comment whose author the app may not see.
    fn unseen_author(&mut self, by: &Person, chance: &mut Chance, at: Timestamp) {
        let line = Line { words: say(chance, by.language, Intent::Question), expect: Expect::OpensCase, facts: None };
        let wall = chance.pick(&self.walls).clone();
        let post = self.hang(By::Customer(by), &wall, line, at, false);
        self.messages[post.index].author = None;
    }

    /// What is told in the inbox besides messages.
    fn signal(&mut self, number: u32, by: &Person, at: Timestamp) {
        let from = json!({"id": by.psid()});
        let millis = at.as_millis();
        let key = match number % 6 {
            0 => json!({"read": {"watermark": millis - 60_000}}),
            1 => json!({"delivery": {"watermark": millis - 60_000}}),
            2 => json!({"referral": {"ref": "summer", "source": "SHORTLINK", "type": "OPEN_THREAD"}}),
            3 => json!({"reaction": {"mid": self.mid(), "action": "react", "reaction": "love", "emoji": "❤"}}),
            4 => json!({"optin": {"type": "notification_messages", "title": "News"}}),
            _ => json!({"hologram": {"depth": number}}),
        };
        let mut item = json!({"sender": from, "recipient": {"id": FACEBOOK_PAGE}, "timestamp": millis});
        for (name, value) in key.as_object().into_iter().flatten() {
            item[name] = value.clone();
        }
        self.wires.push(Wire { at, lane: by.number, item: Item::Messaging(item) });
    }

    /// A message in a thread that another app holds.
    fn standby(&mut self, by: &Person, chance: &mut Chance, at: Timestamp) {
        let line = Line { words: say(chance, by.language, Intent::Complaint), expect: Expect::OpensCase, facts: None };
        let mid = self.mid();
        let item = json!({"sender": {"id": by.psid()}, "recipient": {"id": FACEBOOK_PAGE}, "timestamp": at.as_millis(),
                          "message": {"mid": mid, "text": line.words.text}});
        let index = self.note(mid, Some(by.psid()), line, None, at);
        self.messages[index].sent_at = Some(at);
        self.wires.push(Wire { at, lane: by.number, item: Item::Standby(item) });
    }

    fn note(&mut self, id: String, author: Option<String>, line: Line, parent: Option<String>, at: Timestamp) -> usize {
        self.messages.push(Expected { parent, ..Expected::new("facebook", &id, author, line, whole_second(at)) });
        self.messages.len() - 1
    }

    /// Hangs a comment under a post or comment.
    fn hang(&mut self, by: By<'_>, under: &Post, line: Line, at: Timestamp, shown: bool) -> Post {
        let wall = &under.thread;
        let local = wall.rsplit('_').next().unwrap_or(wall);
        let id = format!("{local}_{}", self.local_id());
        // An answer to an answer hangs under the same top comment.
        let parent = match self.tops.get(&under.id) {
            Some(top) => top.clone(),
            None => under.id.clone(),
        };
        if under.id != *wall {
            self.tops.insert(id.clone(), parent.clone());
        }
        let author = author(by);
        let mut value = json!({
            "item": "comment", "verb": "add", "comment_id": id, "post_id": wall, "parent_id": parent,
            "message": line.words.text, "created_time": at.as_secs(),
            "post": {"id": wall, "status_type": "added_photos", "is_published": true, "promotion_status": "inactive",
                     "updated_time": graph_time(at), "permalink_url": format!("https://www.facebook.com/{}/posts/{local}", FACEBOOK_PAGE)},
        });
        if shown {
            value["from"] = json!({"id": author.0, "name": author.1});
        }
        let (thread, lane) = (wall.clone(), lane(by));
        let index = self.note(id.clone(), Some(author.0.clone()), line, Some(parent), at);
        self.change("feed", value, at, lane);
        Post { index, id, thread, author, customer: customer(by), account: 0 }
    }

    /// A post on the page's wall, by the page or a visitor.
    fn wall_post(&mut self, by: By<'_>, line: Line, at: Timestamp) -> Post {
        let author = author(by);
        let id = format!("{FACEBOOK_PAGE}_{}", self.local_id());
        let mut value = json!({
            "item": if matches!(by, By::Brand) { "status" } else { "post" }, "verb": "add", "post_id": id,
            "message": line.words.text, "from": {"id": author.0, "name": author.1}, "published": 1,
            "created_time": at.as_secs(),
        });
        if matches!(by, By::Customer(_)) {
            value["recipient_id"] = json!(FACEBOOK_PAGE);
        }
        let lane = lane(by);
        let index = self.note(id.clone(), Some(author.0.clone()), line, None, at);
        self.change("feed", value, at, lane);
        Post { index, thread: id.clone(), id, author, customer: customer(by), account: 0 }
    }

    fn change(&mut self, field: &'static str, value: Value, at: Timestamp, lane: u32) {
        self.wires.push(Wire { at, lane, item: Item::Change(field, value) });
    }

    /// The part of an id that is the object's own.
    fn local_id(&mut self) -> String {
        self.sequence += 1;
        (904_801_000_000_000 + self.sequence * 7_919).to_string()
    }

    fn mid(&mut self) -> String {
        self.sequence += 1;
        let (high, low) = (self.chance.number(0, u32::MAX), self.chance.number(0, u32::MAX));
        format!("m_{high:08x}{low:08x}-{:06}_Zg", self.sequence)
    }
}

impl super::scenes::Stage for Stage {
    const NETWORK: &'static str = "facebook";
    const TELLS_DELETIONS: bool = true;

    fn author(&self, person: &Person, private: bool) -> String {
        if private { person.psid() } else { person.facebook_id() }
    }

    fn address(&mut self, by: &Person, line: Line, at: Timestamp) -> Post {
        if self.chance.percent(35) || self.walls.is_empty() {
            return self.wall_post(By::Customer(by), line, at);
        }
        let wall = self.chance.pick(&self.walls).clone();
        self.hang(By::Customer(by), &wall, line, at, true)
    }

    fn comment(&mut self, by: By<'_>, under: &Post, line: Line, at: Timestamp) -> Post {
        self.hang(by, under, line, at, true)
    }

    fn announce(&mut self, line: Line, at: Timestamp) -> Post {
        let post = self.wall_post(By::Brand, line, at);
        self.walls.push(post.clone());
        post
    }

    fn whisper(&mut self, with: &Person, from: By<'_>, line: Line, at: Timestamp) -> Post {
        let mid = self.mid();
        let mut message = json!({"mid": mid, "text": line.words.text});
        let (sender, recipient) = match from {
            By::Brand => {
                message["is_echo"] = json!(true);
                message["app_id"] = json!(INBOX_APP);
                (FACEBOOK_PAGE.to_owned(), with.psid())
            }
            By::Customer(_) => (with.psid(), FACEBOOK_PAGE.to_owned()),
        };
        let item = json!({"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": at.as_millis(),
                          "message": message});
        let index = self.note(mid.clone(), Some(sender.clone()), line, None, at);
        self.messages[index].sent_at = Some(at);
        self.wires.push(Wire { at, lane: with.number, item: Item::Messaging(item) });
        Post {
            index,
            id: mid,
            thread: with.psid(),
            author: (sender, String::new()),
            customer: customer(from),
            account: 0,
        }
    }

    fn edit(&mut self, post: &Post, text: String, at: Timestamp) {
        let mut value = self.about(post, "edited", at);
        value["message"] = json!(text);
        self.messages[post.index].text = Some(text);
        self.change("feed", value, at, lane_of(post));
    }

    fn take_back(&mut self, post: &Post, at: Timestamp) {
        let value = self.about(post, "remove", at);
        self.messages[post.index].text = None;
        self.change("feed", value, at, lane_of(post));
    }
}

impl Stage {
    /// What is said about a post or comment that is there already.
    fn about(&self, post: &Post, verb: &str, at: Timestamp) -> Value {
        let from = json!({"id": post.author.0, "name": post.author.1});
        let created = self.messages[post.index].sent_at.unwrap_or(at).as_secs();
        if post.id == post.thread {
            return json!({"item": "post", "verb": verb, "post_id": post.id, "from": from, "created_time": created});
        }
        let parent = self.messages[post.index].parent.clone();
        json!({"item": "comment", "verb": verb, "comment_id": post.id, "post_id": post.thread, "parent_id": parent,
               "from": from, "created_time": created})
    }
}

fn author(by: By<'_>) -> (String, String) {
    match by {
        By::Brand => (FACEBOOK_PAGE.to_owned(), "Acme".to_owned()),
        By::Customer(person) => (person.facebook_id(), person.name.clone()),
    }
}

fn customer(by: By<'_>) -> Option<Person> {
    if let By::Customer(person) = by { Some(person.clone()) } else { None }
}

fn lane(by: By<'_>) -> u32 {
    if let By::Customer(person) = by { person.number } else { 0 }
}

fn lane_of(post: &Post) -> u32 {
    post.customer.as_ref().map_or(0, |person| person.number)
}

/// One body of what arrives together: changes that follow each other share an entry, each message has its own.
fn body(batch: &[Wire], at: Timestamp) -> Vec<u8> {
    let mut entries: Vec<Value> = Vec::new();
    for wire in batch {
        match &wire.item {
            Item::Change(field, value) => {
                let change = json!({"field": field, "value": value});
                match entries.last_mut().and_then(|entry| entry.get_mut("changes")).and_then(Value::as_array_mut) {
                    Some(changes) => changes.push(change),
                    None => entries.push(json!({"id": FACEBOOK_PAGE, "time": at.as_secs(), "changes": [change]})),
                }
            }
            Item::Messaging(item) => {
                entries.push(json!({"id": FACEBOOK_PAGE, "time": at.as_millis(), "messaging": [item]}));
            }
            Item::Standby(item) => {
                entries.push(json!({"id": FACEBOOK_PAGE, "time": at.as_millis(), "standby": [item]}));
            }
        }
    }
    as_php_writes(&json!({"object": "page", "entry": entries})).into_bytes()
}

/// JSON with everything beyond ASCII as lower-case escapes and slashes escaped too: signatures are over these bytes.
pub(crate) fn as_php_writes(value: &Value) -> String {
    let mut text = String::new();
    for letter in value.to_string().chars() {
        match letter {
            '/' => text.push_str("\\/"),
            letter if letter.is_ascii() => text.push(letter),
            letter => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    text.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    text
}

/// A body with its signature, as Meta posts it.
pub(crate) fn delivery(body: Vec<u8>, at: Timestamp) -> Delivery {
    let signature = sign(FACEBOOK_SECRET.as_bytes(), &body, Encoding::Hex);
    Delivery {
        network: "facebook",
        endpoint: "/webhooks/facebook",
        headers: vec![("content-type", "application/json".to_owned()), ("x-hub-signature-256", signature)],
        body: body.into(),
        at,
        lane: 0,
        redelivery: false,
        outcome: Outcome::Accepted,
    }
}

/// An id as the JSON number that it is sometimes sent as.
fn number(id: &str) -> Value {
    json!(id.parse::<u64>().unwrap_or_default())
}

/// `2026-01-09T23:06:40+0000`.
fn graph_time(at: Timestamp) -> String {
    chrono::DateTime::<chrono::Utc>::from(at).format("%Y-%m-%dT%H:%M:%S+0000").to_string()
}
