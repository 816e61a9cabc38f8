//! X in wire format: Activity API events, and some in the older Account Activity shape (fact sheet x, sections 3 to 7).

use careline::model::Timestamp;
use careline::wire::{Encoding, sign};
use serde_json::{Value, json};

use super::chance::Chance;
use super::people::{Cast, Person};
use super::scenes::{By, Line, Post};
use super::truth::{Expect, Expected};
use super::words::{Intent, say};
use super::{Ask, Delivery, Outcome, X_ACCOUNTS, X_SECRET, arrival, whole_second};

/// The milliseconds at which X's ids begin to count.
const EPOCH: i64 = 1_288_834_974_657;

/// Everything that happens on X.
#[derive(Debug)]
pub(crate) struct Stage {
    chance: Chance,
    sequence: u64,
    starts_at: Timestamp,
    wires: Vec<Wire>,
    /// What must be there.
    pub(crate) messages: Vec<Expected>,
    /// How often a message was told of twice.
    pub(crate) repeats: usize,
}

#[derive(Debug)]
struct Wire {
    at: Timestamp,
    lane: u32,
    body: Value,
    outcome: Outcome,
}

impl Stage {
    pub(crate) fn new(ask: &Ask) -> Self {
        Self {
            chance: Chance::new(ask.seed, "x"),
            sequence: 0,
            starts_at: ask.starts_at,
            wires: Vec::new(),
            messages: Vec::new(),
            repeats: 0,
        }
    }

    /// Signs everything and puts it in the order of arrival.
    pub(crate) fn deliveries(&mut self, ask: &Ask) -> Vec<Delivery> {
        let mut chance = Chance::new(ask.seed, "x arrivals");
        let mut deliveries: Vec<Delivery> = self
            .wires
            .iter()
            .map(|wire| {
                let at = arrival(&mut chance, wire.at);
                Delivery { lane: wire.lane, outcome: wire.outcome, ..delivery(wire.body.to_string().into_bytes(), at) }
            })
            .collect();
        deliveries.sort_by_key(|delivery| delivery.at);
        deliveries
    }

    /// What only X has: posts to both accounts, quotes, long posts, likes, the older shape, kinds nobody knows.
    pub(crate) fn extras(&mut self, chance: &mut Chance, cast: &mut Cast) {
        for _ in 0..14 {
            let person = cast.meet(chance);
            let at = self.moment(chance);
            let line = customer_line(chance, &person, Intent::Complaint);
            self.both_named(&person, line, at);
        }
        for _ in 0..12 {
            let person = cast.meet(chance);
            let at = self.moment(chance);
            let line = customer_line(chance, &person, Intent::Complaint);
            self.in_older_shape(&person, line, at);
        }
        let ours = |one: &&Expected| one.expect == Expect::Ours && one.parent.is_none() && one.text.is_some();
        let announced: Vec<_> = self.messages.iter().filter(ours).cloned().collect();
        for _ in 0..12 {
            let (person, at, quoted) = (cast.meet(chance), self.moment(chance), chance.pick(&announced));
            let line = customer_line(chance, &person, Intent::Complaint);
            self.quoted(&person, quoted, line, at);
        }
        for _ in 0..10 {
            let (person, at) = (cast.meet(chance), self.moment(chance));
            let line = customer_line(chance, &person, Intent::Complaint);
            self.long(&person, line, chance, at);
        }
        for number in 0..30 {
            let at = self.moment(chance);
            let user = X_ACCOUNTS[0].0;
            let (kind, payload) = match number % 5 {
                0 => ("like.create", json!({"id": self.id(at), "liked_tweet_id": self.id(at)})),
                1 => (
                    "dm.read",
                    json!({"direct_message_mark_read_events": [{"last_read_event_id": self.id(at),
                    "sender_id": "77", "target": {"recipient_id": user}, "created_timestamp": at.as_millis().to_string()}]}),
                ),
                2 => (
                    "dm.indicate_typing",
                    json!({"direct_message_indicate_typing_events": [{"sender_id": "77",
                    "target": {"recipient_id": user}, "created_timestamp": at.as_millis().to_string()}]}),
                ),
                3 => ("post.hologram.create", json!({"id": self.id(at), "depth": 3})),
                _ => ("follow.follow", json!({"source": {"id": "77"}, "target": {"id": user}})),
            };
            self.event(kind, user, payload, None, at, 0);
        }
    }

    /// What people say about a post of ours, which they show with it.
    fn quoted(&mut self, by: &Person, quoted: &Expected, line: Line, at: Timestamp) {
        let short = format!("https://t.co/quote{:05}", self.sequence % 100_000);
        let text = format!("{} {short}", line.words.text);
        let start = line.words.text.chars().count() + 1;
        let post = self.note(By::Customer(by), line, text.clone(), None, at);
        let mut payload = self.payload(&post, &text, None, &[&post.id], at);
        let (user, handle) = X_ACCOUNTS[0];
        payload["referenced_tweets"] = json!([{"type": "quoted", "id": quoted.root_id}]);
        payload["entities"]["urls"] = json!([{"start": start, "end": start + short.len(), "url": short,
            "expanded_url": format!("https://x.com/{handle}/status/{}", quoted.root_id)}]);
        self.event("post.quote.create", user, payload, Some(by), at, by.number);
        let text = escape(quoted.text.as_deref().unwrap_or_default());
        if let Some(wire) = self.wires.last_mut() {
            wire.body["includes"]["tweets"] = json!([{"id": quoted.root_id, "author_id": user, "text": text}]);
        }
    }

    /// A post beyond 280 characters: its beginning in the usual place, the whole beside it.
    fn long(&mut self, by: &Person, mut line: Line, chance: &mut Chance, at: Timestamp) {
        let (user, handle) = X_ACCOUNTS[0];
        while line.words.text.chars().count() <= 300 {
            let more = say(chance, by.language, Intent::Further).text;
            line.words.text = format!("{} {more}", line.words.text);
        }
        let text = format!("@{handle} {}", line.words.text);
        let post = self.note(By::Customer(by), line, text.clone(), None, at);
        let mut payload = self.payload(&post, &text, None, &[&post.id], at);
        let beginning: String = text.chars().take(255).collect();
        payload["text"] = json!(format!("{}… https://t.co/long", escape(&beginning)));
        let named = payload["entities"].take();
        payload["entities"] = entities(&escape(&format!("@{handle}")));
        payload["note_tweet"] = json!({"text": escape(&text), "entities": named});
        self.event("post.mention.create", user, payload, Some(by), at, by.number);
    }

    fn moment(&self, chance: &mut Chance) -> Timestamp {
        self.starts_at.plus_millis(i64::from(chance.number(6 * 3600, 22 * 3600)) * 1000)
    }

    /// One post that names both accounts comes through both subscriptions.
    fn both_named(&mut self, by: &Person, line: Line, at: Timestamp) {
        let text = format!("@acme @acmehelp {}", line.words.text);
        let post = self.note(By::Customer(by), line, text.clone(), None, at);
        for (account, _) in X_ACCOUNTS {
            let payload = self.payload(&post, &text, None, &[&post.id], at);
            self.event("post.mention.create", account, payload, Some(by), at, by.number);
        }
        self.repeats += 1;
    }

    /// The Account Activity shape: a v1.1 object in an array that names the event.
    fn in_older_shape(&mut self, by: &Person, line: Line, at: Timestamp) {
        let (account, handle) = X_ACCOUNTS[1];
        let text = format!("@{handle} {}", line.words.text);
        let language = line.words.language;
        let post = self.note(By::Customer(by), line, text.clone(), None, at);
        let created_at = chrono_like(at);
        let end = handle.chars().count() + 1;
        let tweet = json!({
            "created_at": created_at, "id": rounded(&post.id), "id_str": post.id, "text": escape(&text), "truncated": false,
            "source": "<a href=\"https://x.example\" rel=\"nofollow\">X for somebody</a>",
            "in_reply_to_status_id": null, "in_reply_to_status_id_str": null, "in_reply_to_user_id": null,
            "in_reply_to_user_id_str": null, "lang": language,
            "user": {"id": rounded(&by.x_id()), "id_str": by.x_id(), "name": by.name, "screen_name": by.handle,
                     "verified": false, "followers_count": by.number % 900},
            "entities": {"hashtags": [], "urls": [], "symbols": [],
                "user_mentions": [{"screen_name": handle, "name": handle, "id": rounded(account), "id_str": account,
                                   "indices": [0, end]}]},
        });
        let body = json!({"for_user_id": account, "user_has_blocked": "false", "tweet_create_events": [tweet]});
        self.wires.push(Wire { at, lane: by.number, body, outcome: Outcome::Accepted });
    }

    /// Writes a message into the list of truth.
    fn note(&mut self, by: By<'_>, line: Line, text: String, under: Option<&Post>, at: Timestamp) -> Post {
        let id = self.id(at);
        let account = under.map_or(0, |post| post.account);
        let author = author(by, account);
        let expected = Expected::new("x", &id, Some(author.0.clone()), line, whole_second(at));
        self.messages.push(Expected { text: Some(text), parent: under.map(|post| post.id.clone()), ..expected });
        let thread = under.map_or_else(|| id.clone(), |post| post.thread.clone());
        let customer = if let By::Customer(person) = by { Some(person.clone()) } else { None };
        Post { index: self.messages.len() - 1, id, thread, author, customer, account }
    }

    /// A post as the Activity API describes it. `ids` are its revisions, oldest first.
    fn payload(&self, post: &Post, text: &str, under: Option<&Post>, ids: &[&str], at: Timestamp) -> Value {
        let wire = escape(text);
        let mut payload = json!({
            "id": ids.last(), "text": wire, "author_id": post.author.0, "created_at": whole_second(at).to_string(),
            "conversation_id": post.thread, "edit_history_tweet_ids": ids,
            "lang": self.messages[post.index].language, "entities": entities(&wire),
        });
        if let Some(under) = under {
            payload["in_reply_to_tweet_id"] = json!(under.id);
            payload["in_reply_to_user_id"] = json!(under.author.0);
            payload["referenced_tweets"] = json!([{"type": "replied_to", "id": under.id}]);
        }
        payload
    }

    fn event(&mut self, kind: &str, user: &str, payload: Value, by: Option<&Person>, at: Timestamp, lane: u32) {
        let uuid = self.uuid();
        let mut data = json!({
            "event_uuid": uuid, "event_type": kind, "filter": {"user_id": user}, "tag": "care", "payload": payload,
        });
        if kind == "post.create" {
            data["filter"]["direction"] = json!("outbound");
        }
        let mut body = json!({"data": data});
        if let Some(person) = by {
            let user = json!({"id": person.x_id(), "username": person.handle, "name": person.name});
            // Both forms occur.
            let user = if self.chance.percent(15) { json!({"data": user}) } else { user };
            body["includes"] = json!({"users": [user], "tweets": []});
        }
        self.wires.push(Wire { at, lane, body, outcome: Outcome::Accepted });
    }

    /// An id that tells its time, like all on X.
    fn id(&mut self, at: Timestamp) -> String {
        self.sequence += 1;
        (((at.as_millis() - EPOCH).cast_unsigned() << 22) | (self.sequence & 0x3f_ffff)).to_string()
    }

    /// A signed decimal, as sent.
    fn uuid(&mut self) -> String {
        let (high, low) = (self.chance.number(0, u32::MAX), self.chance.number(0, u32::MAX));
        ((u64::from(high) << 32) | u64::from(low)).cast_signed().to_string()
    }
}

impl super::scenes::Stage for Stage {
    const NETWORK: &'static str = "x";
    const TELLS_DELETIONS: bool = false;

    fn author(&self, person: &Person, _private: bool) -> String {
        person.x_id()
    }

    fn address(&mut self, by: &Person, line: Line, at: Timestamp) -> Post {
        let account = usize::from(self.chance.percent(45));
        let (user, handle) = X_ACCOUNTS[account];
        let mut text = if self.chance.percent(80) {
            format!("@{handle} {}", line.words.text)
        } else {
            format!("{} @{handle}", line.words.text)
        };
        if line.expect != Expect::Spam && self.chance.percent(12) {
            let tag = *self.chance.pick(&[" #fail", " #help", " #customerservice", " #acme"]);
            text.push_str(tag);
        }
        let mut post = self.note(By::Customer(by), line, text.clone(), None, at);
        post.account = account;
        let payload = self.payload(&post, &text, None, &[&post.id], at);
        self.event("post.mention.create", user, payload, Some(by), at, by.number);
        post
    }

    fn comment(&mut self, by: By<'_>, under: &Post, line: Line, at: Timestamp) -> Post {
        let (user, handle) = X_ACCOUNTS[under.account];
        let mut text = format!("@{} {}", under.author.1, line.words.text);
        // Who answers another customer under our post still names us: X puts everybody in.
        if under.customer.is_some() && matches!(by, By::Customer(_)) {
            text = format!("@{handle} {text}");
        }
        let post = self.note(by, line, text.clone(), Some(under), at);
        let payload = self.payload(&post, &text, Some(under), &[&post.id], at);
        match by {
            By::Brand => self.event("post.create", user, payload, None, at, lane(under)),
            By::Customer(person) if under.customer.is_none() => {
                self.event("post.reply.create", user, payload.clone(), Some(person), at, person.number);
                if self.chance.percent(40) {
                    self.event("post.mention.create", user, payload, Some(person), at, person.number);
                    self.repeats += 1;
                }
            }
            By::Customer(person) => self.event("post.mention.create", user, payload, Some(person), at, person.number),
        }
        post
    }

    fn announce(&mut self, line: Line, at: Timestamp) -> Post {
        let (short, long) = (format!("https://t.co/acme{:06}", self.sequence), "https://acme.example/news");
        let start = line.words.text.chars().count() + 1;
        let text = format!("{} {short}", line.words.text);
        let post = self.note(By::Brand, line, text.clone(), None, at);
        let mut payload = self.payload(&post, &text, None, &[&post.id], at);
        payload["entities"]["urls"] = json!([{"start": start, "end": start + short.len(), "url": short,
            "expanded_url": long, "display_url": "acme.example/news"}]);
        self.event("post.create", X_ACCOUNTS[0].0, payload, None, at, 0);
        post
    }

    fn whisper(&mut self, with: &Person, from: By<'_>, line: Line, at: Timestamp) -> Post {
        let account = usize::from(with.number.is_multiple_of(3));
        let (user, handle) = X_ACCOUNTS[account];
        let text = line.words.text.clone();
        let mut post = self.note(from, line, text.clone(), None, at);
        post.account = account;
        let brand = (user.to_owned(), handle.to_owned());
        let customer = (with.x_id(), with.handle.clone());
        let (kind, sender, recipient) = match from {
            By::Brand => ("dm.sent", &brand, &customer),
            By::Customer(_) => ("dm.received", &customer, &brand),
        };
        let expected = &mut self.messages[post.index];
        expected.author = Some(sender.0.clone());
        expected.sent_at = Some(at);
        let payload = json!({
            "direct_message_events": [{"type": "message_create", "id": post.id,
                "created_timestamp": at.as_millis().to_string(),
                "message_create": {"sender_id": sender.0, "target": {"recipient_id": recipient.0},
                    "message_data": {"text": escape(&text), "entities": {"urls": [], "hashtags": [], "user_mentions": []}}}}],
            "users": {
                (with.x_id()): {"data": {"id": with.x_id(), "username": with.handle, "name": with.name}},
                (user): {"data": {"id": user, "username": handle, "name": "Acme"}},
            },
        });
        self.event(kind, user, payload, None, at, with.number);
        post
    }

    fn edit(&mut self, post: &Post, text: String, at: Timestamp) {
        let Some(person) = post.customer.clone() else { return };
        let (user, handle) = X_ACCOUNTS[post.account];
        let text = format!("@{handle} {text}");
        let id = self.id(at);
        let payload = self.payload(post, &text, None, &[&post.id, &id], at);
        let expected = &mut self.messages[post.index];
        expected.native_id = id;
        expected.text = Some(text);
        self.event("post.mention.create", user, payload, Some(&person), at, person.number);
    }

    fn take_back(&mut self, post: &Post, at: Timestamp) {
        let payload = json!({"id": post.id, "author_id": post.author.0});
        self.messages[post.index].text = None;
        self.event("post.delete", X_ACCOUNTS[post.account].0, payload, None, at, lane(post));
    }
}

fn customer_line(chance: &mut Chance, person: &Person, intent: Intent) -> Line {
    Line { words: say(chance, person.language, intent), expect: Expect::OpensCase, facts: None }
}

fn author(by: By<'_>, account: usize) -> (String, String) {
    match by {
        By::Brand => (X_ACCOUNTS[account].0.to_owned(), X_ACCOUNTS[account].1.to_owned()),
        By::Customer(person) => (person.x_id(), person.handle.clone()),
    }
}

fn lane(post: &Post) -> u32 {
    post.customer.as_ref().map_or(0, |person| person.number)
}

/// A body with its signature, as X posts it.
pub(crate) fn delivery(body: Vec<u8>, at: Timestamp) -> Delivery {
    let signature = sign(X_SECRET.as_bytes(), &body, Encoding::Base64);
    Delivery {
        network: "x",
        endpoint: "/webhooks/x",
        headers: vec![("content-type", "application/json".to_owned()), ("x-twitter-webhooks-signature", signature)],
        body: body.into(),
        at,
        lane: 0,
        redelivery: false,
        outcome: Outcome::Accepted,
    }
}

/// X writes three characters as entities.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The handles and hashtags of a text, in code points.
pub(crate) fn entities(wire: &str) -> Value {
    let (mut mentions, mut hashtags) = (Vec::new(), Vec::new());
    let mut at = 0;
    for word in wire.split(' ') {
        let body: String =
            word.chars().skip(1).take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect();
        let end = at + 1 + body.len();
        match word.chars().next() {
            Some('@') if !body.is_empty() => {
                let mut mention = json!({"start": at, "end": end, "username": body});
                if let Some((id, _)) = X_ACCOUNTS.iter().find(|(_, handle)| *handle == body) {
                    mention["id"] = json!(id);
                }
                mentions.push(mention);
            }
            Some('#') if !body.is_empty() => hashtags.push(json!({"start": at, "end": end, "tag": body})),
            _ => {}
        }
        at += word.chars().count() + 1;
    }
    json!({"mentions": mentions, "hashtags": hashtags})
}

/// What becomes of an id that went through a double: v1.1 sends it so, beside the string.
fn rounded(id: &str) -> Value {
    json!(id.parse::<u64>().map(|id| id / 100 * 100).unwrap_or_default())
}

/// `Mon May 19 14:01:46 +0000 2025`.
fn chrono_like(at: Timestamp) -> String {
    chrono::DateTime::<chrono::Utc>::from(at).format("%a %b %d %H:%M:%S +0000 %Y").to_string()
}
