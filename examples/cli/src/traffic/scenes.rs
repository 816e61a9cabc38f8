//! What happens on the day, network by network: who says what, who answers, and how it goes on.

use careline::model::Timestamp;

use super::chance::Chance;
use super::people::{Cast, Pair, Person};
use super::words::{Intent, PrivateFact, Words, private_facts, say};
use super::{Ask, Expect, facebook, mastodon, x};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// When people write, as weights of the hours of the day.
const HOURS: [(i64, u32); 24] = [
    (0, 2),
    (1, 1),
    (2, 1),
    (3, 1),
    (4, 1),
    (5, 2),
    (6, 4),
    (7, 7),
    (8, 9),
    (9, 9),
    (10, 8),
    (11, 8),
    (12, 9),
    (13, 7),
    (14, 7),
    (15, 7),
    (16, 8),
    (17, 9),
    (18, 10),
    (19, 11),
    (20, 11),
    (21, 9),
    (22, 6),
    (23, 4),
];

/// Something said, with what it is.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) words: Words,
    pub(crate) expect: Expect,
    pub(crate) facts: Option<PrivateFact>,
}

/// Who says it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By<'a> {
    Brand,
    Customer(&'a Person),
}

/// Something that was said, for others to answer.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    /// Its place in the list of truth.
    pub(crate) index: usize,
    /// The native id of its first revision.
    pub(crate) id: String,
    /// The native id of the thread's root, where the network has one.
    pub(crate) thread: String,
    /// Its author's id and handle.
    pub(crate) author: (String, String),
    /// Who wrote it; absent for the brand.
    pub(crate) customer: Option<Person>,
    /// Which of our accounts it concerns.
    pub(crate) account: usize,
}

/// A network on which scenes are played.
pub(crate) trait Stage {
    const NETWORK: &'static str;
    /// Whether customers' deletions and edits are told without asking.
    const TELLS_DELETIONS: bool;

    /// The id of a person in public or in private.
    fn author(&self, person: &Person, private: bool) -> String;
    /// A customer turns to the brand in public.
    fn address(&mut self, by: &Person, line: Line, at: Timestamp) -> Post;
    /// Somebody answers a public message.
    fn comment(&mut self, by: By<'_>, under: &Post, line: Line, at: Timestamp) -> Post;
    /// The brand posts.
    fn announce(&mut self, line: Line, at: Timestamp) -> Post;
    /// Somebody writes in the private thread between a customer and the brand.
    fn whisper(&mut self, with: &Person, from: By<'_>, line: Line, at: Timestamp) -> Post;
    /// The author changes a public message.
    fn edit(&mut self, post: &Post, text: String, at: Timestamp);
    /// The author takes a message back.
    fn take_back(&mut self, post: &Post, at: Timestamp);
}

/// How many scenes of a kind a network sees.
struct Size {
    issues: u32,
    praise: u32,
    chatter: u32,
    spam: u32,
    announcements: u32,
    whispers: u32,
    outage: u32,
}

/// Plays the whole day.
pub(crate) fn play(
    ask: &Ask,
    cast: &mut Cast,
    x: &mut x::Stage,
    facebook: &mut facebook::Stage,
    mastodon: &mut mastodon::Stage,
) {
    let mut chance = Chance::new(ask.seed, "scenes");
    let outage = ask.starts_at.plus_millis(14 * HOUR + i64::from(chance.number(0, 40)) * MINUTE);
    let mut day = Play { ask, chance, outage, met: Vec::new(), cast };
    let sizes = Size { issues: 250, praise: 55, chatter: 50, spam: 40, announcements: 10, whispers: 60, outage: 110 };
    day.network(x, &sizes);
    let sizes = Size { issues: 190, praise: 45, chatter: 45, spam: 25, announcements: 12, whispers: 70, outage: 80 };
    day.network(facebook, &sizes);
    let sizes = Size { issues: 55, praise: 14, chatter: 12, spam: 8, announcements: 4, whispers: 22, outage: 30 };
    day.network(mastodon, &sizes);
    for number in 0..16 {
        if number % 2 == 0 { day.same_person(x, facebook) } else { day.same_person(x, mastodon) }
    }
    x.extras(&mut day.chance, day.cast);
    facebook.extras(&mut day.chance, day.cast);
}

struct Play<'a> {
    ask: &'a Ask,
    chance: Chance,
    outage: Timestamp,
    met: Vec<Person>,
    cast: &'a mut Cast,
}

impl Play<'_> {
    fn network<S: Stage>(&mut self, stage: &mut S, size: &Size) {
        self.met.clear();
        for _ in 0..size.announcements {
            self.announcement(stage);
        }
        for _ in 0..size.issues {
            let intent =
                self.chance.weighted(&[(Intent::Complaint, 60), (Intent::Question, 26), (Intent::Request, 14)]);
            self.issue(stage, intent);
        }
        for (intent, expect, times) in [
            (Intent::Praise, Expect::Praise, size.praise),
            (Intent::Chatter, Expect::Chatter, size.chatter),
            (Intent::Spam, Expect::Spam, size.spam),
        ] {
            for _ in 0..times {
                let (person, at) = (self.somebody(), self.moment());
                let line = self.line(&person, intent, expect);
                stage.address(&person, line, at);
            }
        }
        for _ in 0..size.whispers {
            self.private_thread(stage);
        }
        for _ in 0..size.outage {
            let person = self.somebody();
            let at = self.outage.plus_millis(i64::from(self.chance.number(0, 45 * 60)) * 1000);
            let line = self.line(&person, Intent::Outage, Expect::OpensCase);
            stage.address(&person, line, at);
        }
    }

    /// Somebody has a problem or a question; often there is an answer, and a further turn.
    fn issue<S: Stage>(&mut self, stage: &mut S, intent: Intent) {
        let (person, at) = (self.somebody(), self.moment());
        let line = if self.chance.percent(5) {
            self.private_line(&person)
        } else {
            self.line(&person, intent, Expect::OpensCase)
        };
        let post = stage.address(&person, line.clone(), at);
        if self.chance.percent(6) {
            let seconds = self.chance.number(30, 1500);
            stage.edit(&post, format!("{} (edit: {})", line.words.text, self.order()), self.after(at, seconds));
        }
        if S::TELLS_DELETIONS && self.chance.percent(4) {
            let minutes = self.chance.number(30, 90);
            stage.take_back(&post, self.after(at, minutes * 60));
            return;
        }
        self.exchange(stage, &person, post, at);
    }

    /// Answers and further turns in public.
    fn exchange<S: Stage>(&mut self, stage: &mut S, person: &Person, post: Post, at: Timestamp) {
        let (mut last, mut at) = (post, at);
        for percent in [48, 40, 50] {
            if !self.chance.percent(percent) {
                return;
            }
            at = self.pause(at, 4, 110);
            let line = self.line(person, Intent::Answer, Expect::Ours);
            let answer = stage.comment(By::Brand, &last, line, at);
            if self.chance.percent(2) {
                let seconds = self.chance.number(40, 400);
                stage.take_back(&answer, self.after(at, seconds));
            }
            if !self.chance.percent(62) {
                return;
            }
            at = self.pause(at, 2, 60);
            let intent = if self.chance.percent(35) { Intent::Thanks } else { Intent::Further };
            let line = self.line(person, intent, Expect::Continues);
            last = stage.comment(By::Customer(person), &answer, line, at);
            if intent == Intent::Thanks {
                return;
            }
        }
    }

    /// The brand posts, and several people comment: some ask, some chat, some answer each other.
    fn announcement<S: Stage>(&mut self, stage: &mut S) {
        let at = self.ask.starts_at.plus_millis(i64::from(self.chance.number(60, 19 * 60)) * MINUTE);
        let words = say(&mut self.chance, "en", Intent::Announcement);
        let post = stage.announce(Line { words, expect: Expect::Ours, facts: None }, at);
        for _ in 0..self.chance.number(3, 9) {
            let (person, at) = (self.somebody(), self.pause(at, 1, 240));
            let (intent, expect) = self.chance.weighted(&[
                ((Intent::Question, Expect::OpensCase), 30),
                ((Intent::Complaint, Expect::OpensCase), 30),
                ((Intent::Praise, Expect::Praise), 20),
                ((Intent::Chatter, Expect::Chatter), 20),
            ]);
            let line = self.line(&person, intent, expect);
            let comment = stage.comment(By::Customer(&person), &post, line, at);
            if expect == Expect::OpensCase {
                self.exchange(stage, &person, comment, at);
            } else if self.chance.percent(30) {
                let (other, at) = (self.somebody(), self.pause(at, 1, 30));
                let line = self.line(&other, Intent::Chatter, Expect::Chatter);
                stage.comment(By::Customer(&other), &comment, line, at);
            }
        }
    }

    /// A private thread of several turns.
    fn private_thread<S: Stage>(&mut self, stage: &mut S) {
        let (person, mut at) = (self.somebody(), self.moment());
        let line = if self.chance.percent(30) {
            self.private_line(&person)
        } else {
            let intent =
                self.chance.weighted(&[(Intent::Complaint, 60), (Intent::Question, 20), (Intent::Request, 20)]);
            self.line(&person, intent, Expect::OpensCase)
        };
        stage.whisper(&person, By::Customer(&person), line, at);
        for _ in 0..self.chance.number(0, 3) {
            at = self.pause(at, 2, 45);
            let line = self.line(&person, Intent::PrivateAnswer, Expect::Ours);
            stage.whisper(&person, By::Brand, line, at);
            if self.chance.percent(70) {
                at = self.pause(at, 1, 30);
                let line = self.line(&person, Intent::Further, Expect::Continues);
                stage.whisper(&person, By::Customer(&person), line, at);
            }
        }
    }

    /// One person writes on two networks about one thing and leaves the same address.
    fn same_person<A: Stage, B: Stage>(&mut self, here: &mut A, there: &mut B) {
        let (person, at) = (self.cast.meet(&mut self.chance), self.moment());
        let text = format!("write to me at {} about order {}, I can't log in.", person.mail(), self.order());
        let words = Words { text, category: "account", language: "en" };
        let line = Line { words, expect: Expect::OpensCase, facts: Some(PrivateFact::Mail) };
        here.whisper(&person, By::Customer(&person), line.clone(), at);
        there.whisper(&person, By::Customer(&person), line, self.pause(at, 5, 90));
        self.cast.pairs.push(Pair {
            one: (A::NETWORK, here.author(&person, true)),
            other: (B::NETWORK, there.author(&person, true)),
        });
    }

    /// Somebody new, or now and then somebody who wrote on this network before.
    fn somebody(&mut self) -> Person {
        if !self.met.is_empty() && self.chance.percent(14) {
            return self.chance.pick(&self.met).clone();
        }
        let person = self.cast.meet(&mut self.chance);
        self.met.push(person.clone());
        person
    }

    /// A moment at which people write.
    fn moment(&mut self) -> Timestamp {
        let hour = self.chance.weighted(&HOURS);
        self.ask.starts_at.plus_millis(hour * HOUR + i64::from(self.chance.number(0, 3_599)) * 1000)
    }

    fn pause(&mut self, at: Timestamp, least: u32, most: u32) -> Timestamp {
        let seconds = self.chance.number(least * 60, most * 60);
        self.after(at, seconds)
    }

    /// Later, but still on this day.
    fn after(&self, at: Timestamp, seconds: u32) -> Timestamp {
        at.plus_millis(i64::from(seconds) * 1000).min(self.ask.starts_at.plus_millis(DAY - 1000)).max(at)
    }

    fn line(&mut self, person: &Person, intent: Intent, expect: Expect) -> Line {
        Line { words: say(&mut self.chance, person.language, intent), expect, facts: None }
    }

    fn private_line(&mut self, person: &Person) -> Line {
        let (text, facts) = private_facts(&mut self.chance, &person.mail());
        let words = Words { text, category: "", language: "en" };
        Line { words, expect: Expect::OpensCase, facts: Some(facts) }
    }

    fn order(&mut self) -> String {
        format!("AC-{}", self.chance.number(100_000, 999_999))
    }
}
