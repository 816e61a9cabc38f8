//! Does a draft ask for personal data, and not to send it in private?
//!
//! A request is made in one of five ways, alike in all languages: the customer is asked to give something ("send us",
//! "could you share"), what it is ("which", "what is"), for it by its name alone ("Your phone number?"), or to leave it
//! here, or told that we need it. A word for personal data stands near in the same clause. It is no request if it is
//! negated, and it is harmless if the same sentence or one beside it leads to where nobody else reads.

use super::words::{Hit, Part, between};

/// A request for personal data: the bytes from what asks to what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) language: &'static str,
}

/// The requests in `folded` that are not led to a private place. `links` are where addresses of forms may stand, `own` where
/// addresses of the brand do; both in order.
pub(super) fn requests(folded: &str, hits: &[Hit], links: &[(usize, usize)], own: &[(usize, usize)]) -> Vec<Request> {
    if !hits.iter().any(|hit| matches!(hit.part, Part::Item | Part::Medium)) {
        return Vec::new();
    }
    let sentences = sentences(folded, hits, own);
    let mut open = Vec::new();
    for (number, sentence) in sentences.iter().enumerate() {
        let beside = |number: Option<usize>| number.and_then(|number| sentences.get(number)).is_some_and(|s| s.private);
        let private_near = beside(number.checked_sub(1)) || beside(number.checked_add(1));
        if sentence.private || private_near && !sentence.public {
            continue;
        }
        let leads_on = |request: &Request| {
            let next = links.partition_point(|link| link.0 < request.end);
            links.get(next).is_some_and(|link| link.0 < sentence.end)
        };
        open.extend(sentence.requests(folded).into_iter().filter(|request| !leads_on(request)));
    }
    open
}

/// A sentence and what was found in it.
struct Sentence<'a> {
    start: usize,
    end: usize,
    question: bool,
    hits: &'a [Hit],
    /// Whether it leads to where nobody else reads.
    private: bool,
    /// Whether it says that others read it.
    public: bool,
}

fn sentences<'a>(folded: &str, hits: &'a [Hit], own: &[(usize, usize)]) -> Vec<Sentence<'a>> {
    let mut sentences = Vec::new();
    let (mut start, mut rest, mut own) = (0, hits, own);
    for (end, question) in ends(folded) {
        let count = rest.partition_point(|hit| hit.start < end);
        let (here, later) = rest.split_at(count);
        let owned = own.partition_point(|address| address.0 < end);
        let mut sentence = Sentence { start, end, question, hits: here, private: owned > 0, public: false };
        sentence.private |= sentence.says(folded, Part::Private);
        sentence.public = sentence.says(folded, Part::Public);
        // What has neither words nor an address parts no sentences: "?!"
        if folded[start..end].chars().any(char::is_alphanumeric) || owned > 0 {
            sentences.push(sentence);
        }
        (start, rest, own) = (end, later, &own[owned..]);
    }
    sentences
}

/// Where the sentences end, and whether with a question mark.
fn ends(folded: &str) -> impl Iterator<Item = (usize, bool)> {
    let bytes = folded.as_bytes();
    let marks = folded.char_indices().filter_map(move |(at, mark)| {
        let end = at + mark.len_utf8();
        let spaced = bytes.get(end).is_none_or(|next| !next.is_ascii_alphanumeric());
        match mark {
            '.' | '…' if !spaced => None,
            '.' | '…' | '!' | '\n' | '。' | '！' => Some((end, false)),
            '?' | '？' | '؟' => Some((end, true)),
            _ => None,
        }
    });
    marks.chain([(folded.len(), false)])
}

/// So many hits around one are looked at, and so far, in bytes.
const MOST_HITS: usize = 48;
const FARTHEST: usize = 120;
/// So many words may stand between a negation and what it negates.
const NEGATED_WITHIN: usize = 3;
/// So many letters have the longest articles, in the languages of the guards.
const ARTICLE_LETTERS: usize = 3;
/// So many words may stand between "which number" and "did you use".
const USED_WITHIN: usize = 3;

impl Sentence<'_> {
    /// Whether it says this and does not negate it. Names of places are alike in many languages, so that a negation of any
    /// language counts.
    fn says(&self, folded: &str, part: Part) -> bool {
        let negates = |hit: &Hit, never: &Hit| {
            never.part == Part::Never && between(folded, never.end.min(hit.start), hit.start).within(NEGATED_WITHIN)
        };
        let mut said = self.hits.iter().enumerate().filter(|(_, hit)| hit.part == part);
        said.any(|(place, hit)| !self.near_before(place).any(|never| negates(hit, never)))
    }

    fn requests(&self, folded: &str) -> Vec<Request> {
        let mut requests: Vec<Request> = Vec::new();
        let mut last: Option<(usize, &Hit)> = None;
        for (place, hit) in self.hits.iter().enumerate() {
            if !matches!(hit.part, Part::Item | Part::Medium) || !self.is_theirs(folded, place) {
                continue;
            }
            let listed = last.is_some_and(|(_, before)| self.is_listed(folded, before, place));
            let start = match (self.asked_from(folded, place), last) {
                (Some(start), _) => start,
                (None, Some(_)) if listed => hit.start,
                _ => continue,
            };
            last = Some((place, hit));
            match requests.last_mut() {
                Some(request) if start <= request.end => request.end = request.end.max(hit.end),
                _ => requests.push(Request { start, end: hit.end, language: hit.language() }),
            }
        }
        requests
    }

    /// Whether the word at `place` means the customer's own data.
    fn is_theirs(&self, folded: &str, place: usize) -> bool {
        let item = &self.hits[place];
        let near = |part: Part, most: usize| {
            self.before(place).any(|hit| hit.part == part && between(folded, hit.end, item.start).within(most))
        };
        match item.part {
            Part::Medium => near(Part::Your, 2) || self.follows(folded, place, Part::Used, USED_WITHIN),
            _ => !near(Part::Ours, 0),
        }
    }

    /// Whether the word at `place` goes on with a list that `before` is in.
    fn is_listed(&self, folded: &str, before: &Hit, place: usize) -> bool {
        let item = &self.hits[place];
        let near = item.start >= before.end && between(folded, before.end, item.start).words <= 3;
        let turns = |hit: &Hit| matches!(hit.part, Part::Turn | Part::Never) && hit.start >= before.end;
        near && item.speaks_as(before) && !self.before(place).any(turns)
    }

    /// Where the phrase starts that asks for what stands at `place`.
    fn asked_from(&self, folded: &str, place: usize) -> Option<usize> {
        if self.is_negated(folded, place) {
            return None;
        }
        let asked = self.before(place).find(|ask| self.asks(folded, ask, place)).map(|ask| ask.start);
        let asked_after = || self.follows(folded, place, Part::AskAfter, 2).then_some(self.hits[place].start);
        asked.or_else(asked_after).or_else(|| self.bare(folded, place))
    }

    fn asks(&self, folded: &str, ask: &Hit, place: usize) -> bool {
        let item = &self.hits[place];
        let is_data = item.part == Part::Item;
        let most = match ask.part {
            Part::Ask | Part::Frame => 6,
            Part::Place if is_data || self.is_here(place) => 6,
            Part::Enter if is_data && self.is_here(place) => 6,
            Part::Need => 3,
            Part::Which => 2,
            Part::Question if self.question => 2,
            _ => return false,
        };
        if ask.end > item.start || !between(folded, ask.end, item.start).within(most) {
            return false;
        }
        let turned = self.before(place).any(|hit| hit.part == Part::Turn && hit.start >= ask.end);
        let framed = ask.part != Part::Frame || self.follows(folded, place, Part::Verb, 4);
        let asking = self.place_of(ask);
        framed && !turned && !asking.is_some_and(|ask| self.is_negated(folded, ask))
    }

    /// The data with a question mark or a "please", and hardly anything else: "Your phone number?"
    fn bare(&self, folded: &str, place: usize) -> Option<usize> {
        if self.end - self.start > FARTHEST {
            return None;
        }
        let item = &self.hits[place];
        let near = |hit: &&Hit| hit.part == Part::Your && between(folded, hit.end, item.start).within(2);
        let start = self.before(place).find(near).map_or(item.start, |your| your.start);
        let please = self.hits.iter().find(|hit| hit.part == Part::Please && hit.speaks_as(item));
        let words = |from: usize, to: usize| match please {
            Some(please) if from <= please.start && please.end <= to => {
                between(folded, from, please.start).words + between(folded, please.end, to).words
            }
            _ => between(folded, from, to).words,
        };
        // One short word before it is an article or an "and".
        let last = folded[self.start..start].split_whitespace().next_back().unwrap_or_default();
        let most = usize::from(last.chars().filter(|character| character.is_alphabetic()).count() <= ARTICLE_LETTERS);
        let alone = words(self.start, start) <= most && words(item.end, self.end) <= 1;
        (alone && (self.question || please.is_some())).then_some(start)
    }

    /// Whether it says, near the hit at `place`, that something is to be done where the draft stands.
    fn is_here(&self, place: usize) -> bool {
        self.before(place).chain(self.after(place)).any(|hit| matches!(hit.part, Part::Here | Part::Public))
    }

    /// Whether something of this part follows the hit at `place` within so many words of its clause.
    fn follows(&self, folded: &str, place: usize, part: Part, most: usize) -> bool {
        let item = &self.hits[place];
        self.after(place).any(|hit| hit.part == part && between(folded, item.end, hit.start).within(most))
    }

    /// Whether the hit at `place` is not to be done. German and Dutch say so after it too.
    fn is_negated(&self, folded: &str, place: usize) -> bool {
        let hit = &self.hits[place];
        let never = |never: &&Hit| never.part == Part::Never;
        let before = self.before(place).filter(never);
        let mut before = before.map(|never| between(folded, never.end.min(hit.start), hit.start));
        let late = matches!(hit.language(), "de" | "nl") && matches!(hit.part, Part::Item | Part::Medium);
        let mut after = self.after(place).filter(never).map(|never| between(folded, hit.end, never.start));
        before.any(|gap| gap.within(NEGATED_WITHIN)) || late && after.any(|gap| gap.within(NEGATED_WITHIN + 1))
    }

    /// What stands before the hit at `place` in its language, nearest first.
    fn before(&self, place: usize) -> impl Iterator<Item = &Hit> {
        let hit = &self.hits[place];
        self.near_before(place).filter(|other| hit.speaks_as(other))
    }

    /// What stands before the hit at `place` in any language, nearest first.
    fn near_before(&self, place: usize) -> impl Iterator<Item = &Hit> {
        let hit = &self.hits[place];
        let near = self.hits[..place].iter().rev().take(MOST_HITS);
        near.take_while(|other| hit.start - other.start <= FARTHEST)
    }

    /// What stands after the hit at `place` in its language, nearest first.
    fn after(&self, place: usize) -> impl Iterator<Item = &Hit> {
        let hit = &self.hits[place];
        let near = self.hits[place + 1..].iter().take(MOST_HITS);
        let near = near.take_while(|other| other.start - hit.start <= FARTHEST);
        near.filter(|other| hit.speaks_as(other) && other.start >= hit.end)
    }

    fn place_of(&self, hit: &Hit) -> Option<usize> {
        let from = self.hits.partition_point(|other| other.start < hit.start);
        let same = |other: &Hit| other.part == hit.part && other.end == hit.end && other.speaks_as(hit);
        self.hits[from..].iter().take(MOST_HITS).position(same).map(|place| from + place)
    }
}
