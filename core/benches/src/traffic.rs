//! Seeded traffic in the form of X and of Facebook pages: every seed gives the same bodies on every machine.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use serde::Serialize;

use crate::words::LANGUAGES;

/// The page that Facebook's bodies are for.
pub const PAGE: &str = "104567890123456";
/// The accounts on X that posts name: id and handle.
pub const HANDLES: [(&str, &str); 2] = [("7000008", "acmeair"), ("7000012", "AcmeSupport")];
/// When the first message is sent, in Unix seconds.
pub const STARTS_AT: i64 = 1_790_000_000;

/// Bodies of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One post with its author, as a stream or webhook brings it.
    X,
    /// A page of a hundred posts with their authors.
    XBatch,
    /// One comment.
    Meta,
    /// A hundred comments in one entry.
    MetaBatch,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::X, Self::XBatch, Self::Meta, Self::MetaBatch];

    /// How tables call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::X => "X, single",
            Self::XBatch => "X, batch of 100",
            Self::Meta => "Facebook, single",
            Self::MetaBatch => "Facebook, batch of 100",
        }
    }

    /// How many messages a body holds.
    pub fn batch(self) -> usize {
        match self {
            Self::X | Self::Meta => 1,
            Self::XBatch | Self::MetaBatch => 100,
        }
    }
}

/// A never-ending stream of messages.
#[derive(Debug)]
pub struct Traffic {
    chance: ChaCha8Rng,
    number: u64,
}

/// What one customer says.
struct Said {
    number: u64,
    id: String,
    text: String,
    mentions: Option<usize>,
    language: &'static str,
    person: Person,
    thread: Option<u64>,
}

struct Person {
    id: String,
    name: String,
    handle: String,
    followers: u32,
}

impl Traffic {
    /// The traffic of `seed`.
    pub fn new(seed: u64) -> Self {
        Self { chance: ChaCha8Rng::seed_from_u64(seed), number: 0 }
    }

    /// The next bodies of `kind`, together `messages` messages.
    pub fn bodies(&mut self, kind: Kind, messages: usize) -> Vec<Vec<u8>> {
        (0..messages / kind.batch()).map(|_| self.body(kind)).collect()
    }

    /// The next body of `kind`.
    pub fn body(&mut self, kind: Kind) -> Vec<u8> {
        let said: Vec<Said> = (0..kind.batch()).map(|_| self.said()).collect();
        match kind {
            Kind::X => json(&Post { data: tweet(&said[0]), includes: includes(&said), matching_rules: [RULE] }),
            Kind::XBatch => json(&Page {
                data: said.iter().map(tweet).collect(),
                includes: includes(&said),
                meta: Meta { newest_id: &said[0].id, oldest_id: &said[0].id, result_count: said.len() },
            }),
            Kind::Meta | Kind::MetaBatch => {
                let changes = said.iter().map(change).collect();
                let entry = [Entry { id: PAGE, time: STARTS_AT, changes }];
                as_meta_escapes(&json(&Delivery { object: "page", entry }))
            }
        }
    }

    fn said(&mut self) -> Said {
        let number = self.number;
        self.number += 1;
        let language = self.language();
        let mentions = self.percent(70).then(|| usize::from(self.percent(30)));
        Said {
            number,
            id: post_id(number),
            text: self.text(language.2, mentions),
            mentions,
            language: language.0,
            person: self.person(),
            thread: (number > 0 && self.percent(50)).then(|| self.answered(number)),
        }
    }

    /// Which post is answered: mostly a recent one. Of a million, half of all answers are to the newest thousand, and a sixth
    /// to those before the newest hundred thousand.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "numbers of posts"
    )]
    fn answered(&mut self, number: u64) -> u64 {
        let age = (number as f64).powf(self.chance.random_range(0.0..1.0));
        number - (age as u64).clamp(1, number)
    }

    fn language(&mut self) -> (&'static str, u32, &'static str) {
        let mut left = self.chance.random_range(0..1000);
        for language in LANGUAGES {
            match left < language.1 {
                true => return *language,
                false => left -= language.1,
            }
        }
        LANGUAGES[0]
    }

    /// About 110 characters, a few much longer.
    fn text(&mut self, words: &str, mentions: Option<usize>) -> String {
        let words: Vec<&str> = words.split_whitespace().collect();
        let length = 12 + self.chance.random_range(0..90) + self.chance.random_range(0..100);
        let mut text = mentions.map_or(String::new(), |account| format!("@{}", HANDLES[account].1));
        while text.chars().count() < length {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(words[self.chance.random_range(0..words.len())]);
            match self.chance.random_range(0..100) {
                0..8 => text.push('.'),
                8..11 => text.push('?'),
                11..13 => text.push('!'),
                13..15 => text.push_str(" 😡"),
                15 => text.push_str(" 🙏🏽"),
                _ => {}
            }
        }
        if self.percent(20) {
            text.push_str(" #acme");
        }
        if self.percent(30) {
            text.push_str(" https://t.co/");
            text.extend((0..10).map(|_| char::from(self.chance.random_range(b'a'..=b'z'))));
        }
        match self.chance.random_range(0..200) {
            0..3 => text.push_str(" jo.doe@acme.example"),
            3..6 => text.push_str(" +1 212-555-0147"),
            6 => text.push_str(" 4111 1111 1111 1111"),
            _ => {}
        }
        text
    }

    /// A few people write much, many write once.
    fn person(&mut self) -> Person {
        let spread = self.chance.random_range(0.0..1.0_f64).powi(3);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number below three million")]
        let number = (spread * 3_000_000.0) as u64;
        let first = ["Jo", "Mira", "Tomé", "Аня", "Lena", "Kofi", "Yuki", "Zoë"][(number % 8) as usize];
        Person {
            id: (900_000_000 + number).to_string(),
            name: format!("{first} Doe {}", number % 977),
            handle: format!("doe{number}"),
            followers: (number % 5_000) as u32,
        }
    }

    fn percent(&mut self, percent: u32) -> bool {
        self.chance.random_range(0..100) < percent
    }
}

fn post_id(number: u64) -> String {
    (1_990_000_000_000_000_000 + number * 4_194_304).to_string()
}

fn sent_at(number: u64) -> i64 {
    STARTS_AT + i64::try_from(number).unwrap_or_default()
}

fn iso(number: u64) -> String {
    careline::model::Timestamp::from_secs(sent_at(number)).map_or(String::new(), |at| at.to_string())
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

/// Meta writes everything outside ASCII as `\uXXXX` and slashes as `\/`.
fn as_meta_escapes(json: &[u8]) -> Vec<u8> {
    let mut out = String::with_capacity(json.len() * 2);
    for c in String::from_utf8_lossy(json).chars() {
        match c {
            '/' => out.push_str("\\/"),
            ' '..='~' => out.push(c),
            _ => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    out.into_bytes()
}

// What X sends ---------------------------------------------------------------------------------------------------------

#[derive(Serialize)]
struct Post<'a> {
    data: Tweet<'a>,
    includes: Includes<'a>,
    matching_rules: [Rule; 1],
}

#[derive(Serialize)]
struct Page<'a> {
    data: Vec<Tweet<'a>>,
    includes: Includes<'a>,
    meta: Meta<'a>,
}

#[derive(Serialize)]
struct Meta<'a> {
    newest_id: &'a str,
    oldest_id: &'a str,
    result_count: usize,
}

#[derive(Serialize)]
struct Rule {
    id: &'static str,
    tag: &'static str,
}

const RULE: Rule = Rule { id: "1166916266197536768", tag: "our brand" };

#[derive(Serialize)]
struct Tweet<'a> {
    id: &'a str,
    text: &'a str,
    author_id: &'a str,
    created_at: String,
    conversation_id: String,
    lang: &'a str,
    edit_history_tweet_ids: [&'a str; 1],
    edit_controls: EditControls,
    public_metrics: PostMetrics,
    possibly_sensitive: bool,
    reply_settings: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    context_annotations: Vec<Annotation>,
    entities: Entities<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_reply_to_user_id: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    referenced_tweets: Option<[Reference; 1]>,
}

#[derive(Serialize)]
struct EditControls {
    edits_remaining: u8,
    is_edit_eligible: bool,
    editable_until: String,
}

#[derive(Serialize)]
struct PostMetrics {
    retweet_count: u64,
    reply_count: u64,
    like_count: u64,
    quote_count: u64,
    bookmark_count: u64,
    impression_count: u64,
}

#[derive(Serialize)]
struct Annotation {
    domain: Named,
    entity: Named,
}

#[derive(Serialize)]
struct Named {
    id: &'static str,
    name: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'static str,
}

#[derive(Serialize)]
struct Entities<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    mentions: Option<[Mention; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    urls: Option<[Link<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hashtags: Option<[Tag; 1]>,
}

#[derive(Serialize)]
struct Mention {
    start: usize,
    end: usize,
    username: &'static str,
    id: &'static str,
}

#[derive(Serialize)]
struct Link<'a> {
    start: usize,
    end: usize,
    url: &'a str,
    expanded_url: String,
    display_url: &'static str,
    status: u16,
    title: &'static str,
    description: &'static str,
    unwound_url: &'static str,
}

#[derive(Serialize)]
struct Tag {
    start: usize,
    end: usize,
    tag: &'static str,
}

#[derive(Serialize)]
struct Reference {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
}

#[derive(Serialize)]
struct Includes<'a> {
    users: Vec<User<'a>>,
}

#[derive(Serialize)]
struct User<'a> {
    id: &'a str,
    name: &'a str,
    username: &'a str,
    created_at: &'static str,
    description: &'static str,
    location: &'static str,
    profile_image_url: String,
    protected: bool,
    verified: bool,
    public_metrics: UserMetrics,
    url: &'static str,
}

#[derive(Serialize)]
struct UserMetrics {
    followers_count: u32,
    following_count: u32,
    tweet_count: u32,
    listed_count: u32,
    like_count: u32,
}

fn tweet(said: &Said) -> Tweet<'_> {
    let at = |found: &str| said.text.find(found).map(|byte| (byte, said.text[..byte].chars().count()));
    let root = said.thread.unwrap_or(said.number);
    Tweet {
        id: &said.id,
        text: &said.text,
        author_id: &said.person.id,
        created_at: iso(said.number),
        conversation_id: post_id(root),
        lang: said.language,
        edit_history_tweet_ids: [&said.id],
        edit_controls: EditControls {
            edits_remaining: 5,
            is_edit_eligible: said.thread.is_none(),
            editable_until: iso(said.number + 3600),
        },
        public_metrics: PostMetrics {
            retweet_count: said.number % 30,
            reply_count: said.number % 9,
            like_count: said.number % 200,
            quote_count: said.number % 4,
            bookmark_count: 0,
            impression_count: said.number % 90_000,
        },
        possibly_sensitive: false,
        reply_settings: "everyone",
        context_annotations: annotations(said.number),
        entities: Entities {
            mentions: said.mentions.map(|account| {
                let (id, username) = HANDLES[account];
                [Mention { start: 0, end: username.len() + 1, username, id }]
            }),
            urls: at("https://t.co/").map(|(byte, start)| {
                [Link {
                    start,
                    end: start + 23,
                    url: &said.text[byte..byte + 23],
                    expanded_url: format!(
                        "https://www.acme.example/articles/2026/11/a-long-name?utm_source={}",
                        said.id
                    ),
                    display_url: "acme.example/articles/2026…",
                    status: 200,
                    title: "What the page is called",
                    description: "What the page says about itself, which a network shows on a card and cuts somewhere",
                    unwound_url: "https://www.acme.example/articles/2026/11/a-long-name",
                }]
            }),
            hashtags: at("#acme").map(|(_, start)| [Tag { start, end: start + 5, tag: "acme" }]),
        },
        in_reply_to_user_id: said.thread.map(|_| HANDLES[0].0),
        referenced_tweets: said.thread.map(|root| [Reference { kind: "replied_to", id: post_id(root) }]),
    }
}

fn annotations(number: u64) -> Vec<Annotation> {
    let brand = Annotation {
        domain: Named { id: "47", name: "Brand", description: "Brands and companies" },
        entity: Named { id: "10045225402", name: "Acme", description: "" },
    };
    let business = Annotation {
        domain: Named {
            id: "46",
            name: "Business Taxonomy",
            description: "Kinds of business, from the widest down to what a company itself says about its trade",
        },
        entity: Named { id: "1557696848252391426", name: "Travel", description: "" },
    };
    [business, brand].into_iter().take((number % 3) as usize).collect()
}

fn includes(said: &[Said]) -> Includes<'_> {
    let mut seen = std::collections::HashSet::new();
    let people = said.iter().map(|said| &said.person).filter(|person| seen.insert(&person.id));
    Includes {
        users: people
            .map(|person| User {
                id: &person.id,
                name: &person.name,
                username: &person.handle,
                created_at: "2015-03-04T05:06:07.000Z",
                description: "Somebody who likes trains, soup and long walks, and says so on every network.",
                location: "Somewhere",
                profile_image_url: format!("https://img.example/profile_images/{}/abcDEF_normal.jpg", person.id),
                protected: false,
                verified: false,
                public_metrics: UserMetrics {
                    followers_count: person.followers,
                    following_count: 321,
                    tweet_count: 4567,
                    listed_count: 3,
                    like_count: 890,
                },
                url: "",
            })
            .collect(),
    }
}

// What Facebook sends --------------------------------------------------------------------------------------------------

#[derive(Serialize)]
struct Delivery<'a> {
    object: &'static str,
    entry: [Entry<'a>; 1],
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'static str,
    time: i64,
    changes: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Change<'a> {
    field: &'static str,
    value: Comment<'a>,
}

#[derive(Serialize)]
struct Comment<'a> {
    from: From<'a>,
    post: Under,
    message: &'a str,
    post_id: String,
    comment_id: String,
    created_time: i64,
    item: &'static str,
    parent_id: String,
    verb: &'static str,
}

#[derive(Serialize)]
struct From<'a> {
    id: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct Under {
    status_type: &'static str,
    is_published: bool,
    updated_time: String,
    permalink_url: String,
    promotion_status: &'static str,
    id: String,
}

fn change(said: &Said) -> Change<'_> {
    let post = 122_000_000_000_000 + said.thread.unwrap_or(said.number);
    let post_id = format!("{PAGE}_{post}");
    Change {
        field: "feed",
        value: Comment {
            from: From { id: &said.person.id, name: &said.person.name },
            post: Under {
                status_type: "mobile_status_update",
                is_published: true,
                updated_time: iso(said.number),
                permalink_url: format!("https://www.facebook.com/permalink.php?story_fbid=pfbid02abc{post}&id={PAGE}"),
                promotion_status: "inactive",
                id: post_id.clone(),
            },
            message: &said.text,
            comment_id: format!("{post}_{}", said.id),
            created_time: sent_at(said.number),
            item: "comment",
            parent_id: post_id.clone(),
            post_id,
            verb: "add",
        },
    }
}
