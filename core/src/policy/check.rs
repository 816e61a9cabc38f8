//! What is wrong with a policy although its form is right: names that nobody bears, hours that overlap, rules without
//! effect. Finds every mistake, not just the first.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::calendar::{self, ALWAYS, WEEKDAYS};
use super::mistake::{Mistake, nearest};
use super::promise::{ASSIGNEE, HOST_PREFIX, OWN_TEAM};
use super::texts::is_language_tag;
use super::*;
use crate::engage::guard::{OrderNumber, OwnAddress};
use crate::listen::Query;
use crate::model::{CaseStatus, Intent, PiiKind, Sentiment, Surface};

/// The networks careline brings connectors for.
const NETWORKS: [&str; 4] = ["x", "facebook", "mastodon", "bluesky"];

/// Networks that consist of many servers, so that an account needs its host.
const FEDERATED: [&str; 1] = ["mastodon"];

/// Every mistake in `policy`, each with its key and without a place.
pub(super) fn check(policy: &Policy) -> Vec<Mistake> {
    let mut check = Check { names: Names::of(policy), policy, mistakes: Vec::new() };
    check.brand();
    check.accounts();
    check.subjects();
    check.priorities();
    check.teams();
    check.agents();
    check.calendars();
    check.promises();
    check.ladder();
    check.keeping();
    check.guards();
    check.replies();
    check.automatic();
    check.texts();
    check.mistakes
}

/// The names that rules may refer to.
struct Names<'a> {
    accounts: Vec<&'a str>,
    networks: BTreeSet<&'a str>,
    categories: BTreeSet<&'a str>,
    teams: Vec<&'a str>,
    agents: Vec<&'a str>,
    skills: BTreeSet<&'a str>,
    calendars: Vec<&'a str>,
}

impl<'a> Names<'a> {
    fn of(policy: &'a Policy) -> Self {
        let mut teams: Vec<&str> = policy.teams.iter().map(|team| team.id.as_str()).collect();
        if teams.is_empty() {
            teams.push(DEFAULT_TEAM);
        }
        Self {
            accounts: policy.accounts.iter().map(|account| account.id.as_str()).collect(),
            networks: NETWORKS.into_iter().chain(policy.accounts.iter().map(|rule| rule.network.as_str())).collect(),
            categories: CATEGORIES.into_iter().chain(policy.categories.iter().map(|rule| rule.id.as_str())).collect(),
            teams,
            agents: policy.agents.iter().map(|agent| agent.id.as_str()).collect(),
            skills: policy.agents.iter().flat_map(|agent| agent.skills.keys()).map(String::as_str).collect(),
            calendars: [ALWAYS].into_iter().chain(policy.calendars.iter().map(|rule| rule.id.as_str())).collect(),
        }
    }
}

/// A signature is initials or a name.
const SIGNATURE_MAX: usize = 40;

/// No step of the ladder comes later than so many times the promised time.
const LAST_STEP: f64 = 100.0;

/// What a condition is asked about.
#[derive(Clone, Copy, PartialEq)]
enum Asked {
    /// A message, whose team is not known yet.
    Message,
    /// A case, whose text is not looked at.
    Case,
    /// An answer in a case.
    Answer,
}

struct Check<'a> {
    policy: &'a Policy,
    names: Names<'a>,
    mistakes: Vec<Mistake>,
}

impl<'a> Check<'a> {
    fn wrong(&mut self, key: impl Into<String>, reason: impl Into<String>) {
        self.mistakes.push(Mistake::new(key, reason));
    }

    fn brand(&mut self) {
        if self.policy.brand.name.trim().is_empty() {
            self.wrong("brand.name", "is empty; write the name customers know you by");
        }
        self.short("brand.name".to_owned(), &self.policy.brand.name);
        self.language("brand.language", &self.policy.brand.language);
    }

    fn accounts(&mut self) {
        let rules = &self.policy.accounts;
        self.ids("accounts", rules.iter().map(|rule| rule.id.as_str()));
        let mut natives = BTreeMap::new();
        for (number, rule) in rules.iter().enumerate() {
            let key = |name: &str| format!("accounts[{number}].{name}");
            self.network(key("network"), &rule.network);
            self.host(&key("host"), rule);
            for (name, value) in [("native_id", &rule.native_id), ("handle", &rule.handle)] {
                if value.as_deref().is_some_and(|value| value.trim_start_matches('@').trim().is_empty()) {
                    self.wrong(key(name), "is empty; leave it out if it is not known");
                }
            }
            if let Some(team) = &rule.team {
                self.team(key("team"), team.as_str());
            }
            let native = rule.account().native;
            if !native.native_id.is_empty()
                && let Some(first) = natives.insert(native, &rule.id)
            {
                self.wrong(key("native_id"), format!("is the same account on the network as `{first}`"));
            }
        }
    }

    /// A network careline does not know may be the host's own, unless it looks like one that is misspelt.
    fn network(&mut self, key: String, network: &str) {
        if network.trim().is_empty() {
            self.wrong(key, "is empty");
        } else if !NETWORKS.contains(&network) && nearest(network, NETWORKS).is_some() {
            self.mistakes.push(Mistake::unknown(key, "network", network, NETWORKS));
        }
    }

    fn host(&mut self, key: &str, rule: &AccountRule) {
        match &rule.host {
            None if FEDERATED.contains(&rule.network.as_str()) => {
                self.wrong(key, format!("is missing; {} consists of many servers, name yours", rule.network));
            }
            Some(host) if host.is_empty() || !host.chars().all(|c| c.is_alphanumeric() || "-.:".contains(c)) => {
                self.wrong(key, format!("`{host}` is no host name; write `social.example` without `https://`"));
            }
            _ => {}
        }
    }

    fn subjects(&mut self) {
        let listening = &self.policy.listening;
        for (name, terms) in [("terms", &listening.terms), ("noise", &listening.noise), ("context", &listening.context)]
        {
            self.terms(&format!("listening.{name}"), terms);
        }
        self.ids("listening.queries", listening.queries.iter().map(|rule| rule.id.as_str()));
        for (number, rule) in listening.queries.iter().enumerate() {
            if let Err(mistake) = Query::parse(&rule.query) {
                let key = format!("listening.queries[{number}].query");
                self.mistakes.push(Mistake { nearest: mistake.nearest.clone(), ..Mistake::new(key, mistake.told()) });
            }
        }
        self.ids("categories", self.policy.categories.iter().map(|rule| rule.id.as_str()));
        for (number, rule) in self.policy.categories.iter().enumerate() {
            for (language, terms) in &rule.terms {
                let key = format!("categories[{number}].terms.{}", bare(language));
                if language != "any" {
                    self.language(&key, language);
                }
                self.terms(&key, terms);
            }
            self.text(&format!("categories[{number}].name"), &rule.name);
        }
    }

    fn terms(&mut self, key: &str, terms: &[String]) {
        for (number, term) in terms.iter().enumerate() {
            if term.trim().is_empty() {
                self.wrong(format!("{key}[{number}]"), "is empty");
            }
            self.short(format!("{key}[{number}]"), term);
        }
    }

    fn short(&mut self, key: String, term: &str) {
        let length = term.chars().count();
        if length > LONGEST_TERM {
            self.wrong(key, format!("has {length} characters; at most {LONGEST_TERM} can be looked for"));
        }
    }

    fn priorities(&mut self) {
        for (number, rule) in self.policy.priorities.iter().enumerate() {
            let key = format!("priorities[{number}]");
            self.condition(&format!("{key}.when"), &rule.when, Asked::Message);
            self.tier(format!("{key}.tier"), rule.tier);
        }
        self.reachable("priorities", self.policy.priorities.iter().map(|rule| &rule.when));
    }

    /// Rules after one that fits everything are never looked at.
    fn reachable(&mut self, list: &str, conditions: impl Iterator<Item = &'a Condition>) {
        let conditions: Vec<_> = conditions.collect();
        if let Some(last) = conditions.iter().position(|condition| condition.is_empty()) {
            for number in last + 1..conditions.len() {
                self.wrong(
                    format!("{list}[{number}]"),
                    format!("is never used: {list}[{last}] fits everything before it"),
                );
            }
        }
    }

    fn condition(&mut self, key: &str, when: &'a Condition, asked: Asked) {
        let at = |name: &str, number: usize| format!("{key}.{name}[{number}]");
        for (number, category) in when.category.iter().enumerate() {
            if !self.names.categories.contains(category.as_str()) {
                let valid = self.names.categories.iter().copied();
                self.mistakes.push(Mistake::unknown(at("category", number), "category", category, valid));
            }
        }
        let intents = when.intent.iter().map(Intent::as_str);
        self.known(key, "intent", intents, Intent::KNOWN);
        let sentiments = when.sentiment.iter().map(Sentiment::as_str);
        self.known(key, "sentiment", sentiments, Sentiment::KNOWN);
        let surfaces = when.surface.iter().map(Surface::as_str);
        self.known(key, "surface", surfaces, Surface::KNOWN);
        for (number, language) in when.language.iter().enumerate() {
            self.language(&at("language", number), language);
        }
        for (number, network) in when.network.iter().enumerate() {
            if !self.names.networks.contains(network.as_str()) {
                let valid = self.names.networks.iter().copied();
                self.mistakes.push(Mistake::unknown(at("network", number), "network", network, valid));
            }
        }
        for (number, account) in when.account.iter().enumerate() {
            if !self.names.accounts.contains(&account.as_str()) {
                let valid = self.names.accounts.iter().copied();
                self.mistakes.push(Mistake::unknown(at("account", number), "account", account.as_str(), valid));
            }
        }
        for (number, tier) in when.tier.iter().enumerate() {
            self.tier(at("tier", number), *tier);
        }
        for (number, team) in when.team.iter().enumerate() {
            if asked != Asked::Message {
                self.team(at("team", number), team.as_str());
            } else {
                self.wrong(
                    at("team", number),
                    "the team is not known yet where this is asked; only `sla` and `approvals` can",
                );
            }
        }
        if asked == Asked::Case && !when.terms.is_empty() {
            self.wrong(
                format!("{key}.terms"),
                "would never fit: promises are chosen without looking at the text; let a rule in `categories`, \
                 `priorities` or `teams` find the words and ask here for its `category`, `tier` or `team`",
            );
        }
        self.terms(&format!("{key}.terms"), when.terms.words());
    }

    fn known<'b>(&mut self, key: &str, name: &str, values: impl Iterator<Item = &'b str>, known: &[&str]) {
        for (number, value) in values.enumerate() {
            if !known.contains(&value) {
                let key = format!("{key}.{name}[{number}]");
                self.mistakes.push(Mistake::unknown(key, name, value, known.iter().copied()));
            }
        }
    }

    fn tier(&mut self, key: String, tier: u8) {
        if !(1..=4).contains(&tier) {
            self.wrong(key, format!("{tier} is no tier; tiers go from 1 (most pressing) to 4"));
        }
    }

    fn teams(&mut self) {
        let rules = &self.policy.teams;
        self.ids("teams", rules.iter().map(|rule| rule.id.as_str()));
        for (number, rule) in rules.iter().enumerate() {
            let key = |name: &str| format!("teams[{number}].{name}");
            if [ASSIGNEE, OWN_TEAM].contains(&rule.id.as_str()) {
                self.wrong(key("id"), format!("`{}` has a meaning of its own in `escalation`", rule.id));
            }
            self.condition(&key("takes"), &rule.takes, Asked::Message);
            self.team_skills(number, rule);
            self.calendar(&key("calendar"), rule.calendar.as_deref());
            self.positive(key("accept_within"), rule.accept_within);
            self.positive(key("overflow_after"), rule.overflow_after);
            match &rule.overflow_to {
                Some(team) => self.team(key("overflow_to"), team.as_str()),
                None if rule.overflow_after.is_some() => {
                    self.wrong(key("overflow_after"), "has no effect without `overflow_to`");
                }
                None => {}
            }
        }
        let next = |id: &str| {
            let rule = rules.iter().find(|rule| rule.id.as_str() == id);
            rule.and_then(|rule| rule.overflow_to.as_ref()).map(TeamId::as_str).into_iter().collect()
        };
        for (number, rule) in rules.iter().enumerate() {
            if let Some(path) = cycle(rule.id.as_str(), &next) {
                self.wrong(format!("teams[{number}].overflow_to"), format!("goes in a circle: {}", path.join(" → ")));
            }
        }
    }

    /// A skill that nobody in the team has would let its cases wait for ever.
    fn team_skills(&mut self, number: usize, team: &TeamRule) {
        if self.policy.agents.is_empty() {
            return;
        }
        for (place, skill) in team.skills.iter().enumerate() {
            let key = format!("teams[{number}].skills[{place}]");
            let mut agents = self.policy.agents.iter();
            if !self.names.skills.contains(skill.as_str()) {
                let valid = self.names.skills.iter().copied();
                self.mistakes.push(Mistake::unknown(key, "agent with the skill", skill, valid));
            } else if !agents.any(|agent| agent.is_in(&team.id) && agent.skills.contains_key(skill)) {
                self.wrong(key, format!("no agent of team `{}` has the skill `{skill}`", team.id));
            }
        }
    }

    fn agents(&mut self) {
        let rules = &self.policy.agents;
        self.ids("agents", rules.iter().map(|rule| rule.id.as_str()));
        for (number, rule) in rules.iter().enumerate() {
            let key = |name: &str| format!("agents[{number}].{name}");
            let id = rule.id.as_str();
            if [ASSIGNEE, OWN_TEAM].contains(&id) {
                self.wrong(key("id"), format!("`{id}` has a meaning of its own in `escalation`"));
            } else if self.names.teams.contains(&id) {
                self.wrong(key("id"), format!("`{id}` is a team; `escalation` could not tell them apart"));
            }
            for (place, team) in rule.teams.iter().enumerate() {
                self.team(format!("agents[{number}].teams[{place}]"), team.as_str());
            }
            for (skill, level) in &rule.skills {
                if !(1..=10).contains(level) {
                    self.wrong(
                        key(&format!("skills.{}", bare(skill))),
                        format!("{level} is no level; levels go from 1 to 10"),
                    );
                }
            }
            for (place, language) in rule.languages.iter().enumerate() {
                self.language(&format!("agents[{number}].languages[{place}]"), language);
            }
            self.calendar(&key("calendar"), rule.calendar.as_deref());
        }
    }

    fn calendars(&mut self) {
        let rules = &self.policy.calendars;
        self.ids("calendars", rules.iter().map(|rule| rule.id.as_str()));
        for (number, rule) in rules.iter().enumerate() {
            if rule.id == ALWAYS {
                self.wrong(format!("calendars[{number}].id"), "`always` is built in; choose another id");
            }
            match rule.follow.is_empty() {
                true => self.week(number, rule),
                false => self.follow(number, rule),
            }
        }
        let next = |id: &str| {
            let rule = rules.iter().find(|rule| rule.id == id);
            rule.map(|rule| rule.follow.iter().map(String::as_str).collect()).unwrap_or_default()
        };
        for (number, rule) in rules.iter().enumerate() {
            if let Some(path) = cycle(&rule.id, &next) {
                self.wrong(format!("calendars[{number}].follow"), format!("goes in a circle: {}", path.join(" → ")));
            }
        }
    }

    fn follow(&mut self, number: usize, rule: &'a CalendarRule) {
        let filled =
            [("zone", rule.zone.is_some()), ("hours", !rule.hours.is_empty()), ("holidays", !rule.holidays.is_empty())];
        for (name, _) in filled.into_iter().filter(|(_, filled)| *filled) {
            self.wrong(format!("calendars[{number}].{name}"), "has no effect beside `follow`");
        }
        for (place, member) in rule.follow.iter().enumerate() {
            self.calendar(&format!("calendars[{number}].follow[{place}]"), Some(member));
        }
    }

    fn week(&mut self, number: usize, rule: &'a CalendarRule) {
        let key = |name: &str| format!("calendars[{number}].{name}");
        match rule.zone.as_deref() {
            None => self.wrong(key("zone"), "is missing; name an IANA zone such as `Europe/Berlin`"),
            Some(zone) if calendar::zone(zone).is_none() => {
                let valid = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
                self.mistakes.push(Mistake::unknown(key("zone"), "IANA zone", zone, valid));
            }
            Some(_) => {}
        }
        if rule.hours.values().all(Vec::is_empty) {
            self.wrong(key("hours"), "holds no interval, so it would never open");
        }
        let mut given = BTreeMap::new();
        for (names, intervals) in &rule.hours {
            let key = format!("calendars[{number}].hours.{}", bare(names));
            self.days(&key, names, &mut given);
            self.intervals(&key, intervals);
        }
        for (place, text) in rule.holidays.iter().enumerate() {
            if calendar::date(text).is_none() {
                self.wrong(
                    format!("calendars[{number}].holidays[{place}]"),
                    format!("`{text}` is no date; write YYYY-MM-DD"),
                );
            }
        }
    }

    fn days(&mut self, key: &str, names: &'a str, given: &mut BTreeMap<usize, &'a str>) {
        let Some(days) = calendar::weekdays(names) else {
            self.mistakes.push(Mistake::unknown(key, "weekday", names, WEEKDAYS));
            return;
        };
        for day in days {
            if let Some(first) = given.insert(day, names) {
                self.wrong(key, format!("{} is given in `{first}` as well", WEEKDAYS[day]));
            }
        }
    }

    fn intervals(&mut self, key: &str, intervals: &[String]) {
        let mut read: Vec<(i64, i64, &str)> = Vec::new();
        for (place, text) in intervals.iter().enumerate() {
            let key = format!("{key}[{place}]");
            match calendar::interval_ends(text) {
                None => self.wrong(key, format!("`{text}` is no interval; write HH:MM-HH:MM")),
                Some((from, to)) if from >= to => self.wrong(
                    key,
                    format!(
                        "`{text}` ends before it begins; past midnight write two: up to 24:00, from 00:00 the day after"
                    ),
                ),
                Some((from, to)) => {
                    if let Some((.., other)) = read.iter().find(|(start, end, _)| from < *end && *start < to) {
                        self.wrong(key, format!("`{text}` overlaps `{other}`"));
                    }
                    read.push((from, to, text));
                }
            }
        }
    }

    fn promises(&mut self) {
        for (number, rule) in self.policy.sla.iter().enumerate() {
            let key = |name: &str| format!("sla[{number}].{name}");
            self.condition(&key("when"), &rule.when, Asked::Case);
            self.calendar(&key("calendar"), rule.calendar.as_deref());
            self.positive(key("first_response"), rule.first_response);
            self.positive(key("next_response"), rule.next_response);
            self.positive(key("resolution"), rule.resolution);
            let statuses = rule.pause_in.iter().map(CaseStatus::as_str);
            self.known(&format!("sla[{number}]"), "pause_in", statuses, CaseStatus::KNOWN);
        }
        self.reachable("sla", self.policy.sla.iter().map(|rule| &rule.when));
    }

    fn ladder(&mut self) {
        let mut last = 0.0;
        for (number, step) in self.policy.escalation.iter().enumerate() {
            let key = |name: &str| format!("escalation[{number}].{name}");
            if !(step.at > 0.0 && step.at <= LAST_STEP) {
                let bounds = format!("it must be above 0 and at most {LAST_STEP}");
                self.wrong(key("at"), format!("{:?} is no part of the promised time; {bounds}", step.at));
            } else if step.at <= last {
                self.wrong(key("at"), format!("{} does not come after {last}; steps must rise", step.at));
            }
            last = step.at.max(last);
            for (place, name) in step.notify.iter().enumerate() {
                self.notified(format!("escalation[{number}].notify[{place}]"), name);
            }
            match &step.move_to {
                Some(team) => self.team(key("move_to"), team.as_str()),
                None if step.notify.is_empty() => {
                    self.wrong(format!("escalation[{number}]"), "does nothing; give it `notify` or `move_to`");
                }
                None => {}
            }
        }
        if self.policy.escalation.len() > usize::from(u8::MAX) {
            self.wrong("escalation", "has more than 255 steps");
        }
    }

    fn notified(&mut self, key: String, name: &str) {
        let valid = [ASSIGNEE, OWN_TEAM].into_iter().chain(self.names.teams.iter().copied());
        let valid: Vec<&str> = valid.chain(self.names.agents.iter().copied()).collect();
        let host = name.strip_prefix(HOST_PREFIX).is_some_and(|name| !name.trim().is_empty());
        if !host && !valid.contains(&name) {
            let mut mistake = Mistake::unknown(key, "agent or team", name, valid);
            mistake.reason.push_str("; write `host:NAME` for somebody only the host knows");
            self.mistakes.push(mistake);
        }
    }

    fn keeping(&mut self) {
        let Retention { raw, messages, customers } = &self.policy.retention;
        for (name, duration) in [("raw", raw), ("messages", messages), ("customers", customers)] {
            self.positive(format!("retention.{name}"), *duration);
        }
        self.positive("advice.within".to_owned(), Some(self.policy.advice.within));
    }

    fn guards(&mut self) {
        let rules = &self.policy.guards;
        self.known("guards", "pii", rules.pii.iter().map(PiiKind::as_str), PiiKind::KNOWN);
        for (number, address) in rules.own_addresses.iter().enumerate() {
            if OwnAddress::read(address).is_none() {
                let wanted = "write an e-mail address, a telephone number, an IBAN or a domain such as `acme.example`";
                self.wrong(format!("guards.own_addresses[{number}]"), format!("`{address}` is no address; {wanted}"));
            }
        }
        for (number, form) in rules.order_numbers.iter().enumerate() {
            if let Err(reason) = OrderNumber::read(form) {
                self.wrong(format!("guards.order_numbers[{number}]"), format!("`{form}` {reason}"));
            }
        }
        for (name, part) in [("repeated_from", rules.repeated_from), ("capitals", rules.capitals)] {
            if !(part > 0.0 && part <= 1.0) {
                self.wrong(format!("guards.{name}"), format!("{part:?} is no part; it must be above 0 and at most 1"));
            }
        }
        self.positive("guards.repeated_within".to_owned(), Some(rules.repeated_within));
        let counts = [("exclamation_marks", rules.exclamation_marks), ("comment_length", rules.comment_length)];
        for (name, _) in counts.into_iter().filter(|(_, count)| *count == 0) {
            self.wrong(format!("guards.{name}"), "is 0, so that every answer would be objected to");
        }
    }

    fn replies(&mut self) {
        let rules = &self.policy.replies;
        self.positive("replies.give_up_after".to_owned(), Some(rules.give_up_after));
        if let Some(signature) = &rules.signature {
            let unknown = signature.replace("{initials}", "").contains(['{', '}']);
            if signature.trim().is_empty() || signature.chars().count() > SIGNATURE_MAX || signature.contains('\n') {
                self.wrong("replies.signature", format!("must be one line of 1 to {SIGNATURE_MAX} characters"));
            } else if unknown {
                self.wrong("replies.signature", "knows no other name in braces than `{initials}`");
            }
        }
        self.positive("handoff.expires_after".to_owned(), Some(self.policy.handoff.expires_after));
        if self.policy.handoff.turns == 0 {
            self.wrong("handoff.turns", "is 0, so that every answer in public would be suggested to go private");
        }
        for (number, ground) in rules.hide_grounds.iter().enumerate().filter(|(_, ground)| ground.trim().is_empty()) {
            self.wrong(format!("replies.hide_grounds[{number}]"), format!("`{ground}` is no ground"));
        }
        for (number, rule) in self.policy.approvals.iter().enumerate() {
            let key = |name: &str| format!("approvals[{number}].{name}");
            self.condition(&key("when"), &rule.when, Asked::Answer);
            self.positive(key("within"), Some(rule.within));
            let people = |names: &'a [String]| names.iter().map(String::as_str).enumerate();
            for (place, name) in people(&rule.authors).filter(|(_, name)| *name != ApprovalRule::AUTOMATIC) {
                self.agent_or_team(format!("{}[{place}]", key("authors")), name);
            }
            for (place, name) in people(&rule.by) {
                self.agent_or_team(format!("{}[{place}]", key("by")), name);
            }
        }
    }

    fn automatic(&mut self) {
        let rules = &self.policy.automatic;
        for (number, rule) in rules.acknowledgements.iter().enumerate() {
            let key = |name: &str| format!("automatic.acknowledgements[{number}].{name}");
            let surfaces = rule.surfaces.iter().map(Surface::as_str);
            self.known(&format!("automatic.acknowledgements[{number}]"), "surfaces", surfaces, Surface::KNOWN);
            for (list, names) in [("open", &rule.open), ("closed", &rule.closed)] {
                for (place, name) in names.iter().enumerate() {
                    self.text_name(format!("{}[{place}]", key(list)), name);
                }
            }
            if rule.open.is_empty() && rule.closed.is_empty() {
                self.wrong(format!("automatic.acknowledgements[{number}]"), "says nothing, neither open nor closed");
            }
            self.calendar(&key("calendar"), rule.calendar.as_deref());
            self.positive(key("once_per"), Some(rule.once_per));
        }
        if let Some(rule) = &rules.follow_up {
            self.text_name("automatic.follow_up.text".to_owned(), &rule.text);
        }
        for (name, rule) in [("csat", &rules.csat), ("nps", &rules.nps)] {
            let Some(rule) = rule else { continue };
            self.text_name(format!("automatic.{name}.text"), &rule.text);
            self.positive(format!("automatic.{name}.once_per"), Some(rule.once_per));
            if !(rule.sample > 0.0 && rule.sample <= 1.0) {
                let wrong = format!("{:?} is no part; it must be above 0 and at most 1", rule.sample);
                self.wrong(format!("automatic.{name}.sample"), wrong);
            }
            for (place, language) in rule.languages.iter().enumerate() {
                self.language(&format!("automatic.{name}.languages[{place}]"), language);
            }
        }
    }

    fn text_name(&mut self, key: String, name: &str) {
        if !self.policy.texts.contains_key(name) {
            let valid = self.policy.texts.keys().map(String::as_str);
            self.mistakes.push(Mistake::unknown(key, "text", name, valid));
        }
    }

    fn agent_or_team(&mut self, key: String, name: &str) {
        let valid = || self.names.teams.iter().chain(&self.names.agents).copied();
        // Without agents in the policy, anybody is one.
        if !self.names.agents.is_empty() && !valid().any(|known| known == name) {
            let mistake = Mistake::unknown(key, "agent or team", name, valid());
            self.mistakes.push(mistake);
        }
    }

    fn texts(&mut self) {
        for (name, texts) in &self.policy.texts {
            if texts.0.is_empty() {
                self.wrong(format!("texts.{}", bare(name)), "says nothing in any language; write `en = \"…\"`");
            }
            self.text(&format!("texts.{}", bare(name)), texts);
        }
    }

    fn text(&mut self, key: &str, texts: &Texts) {
        for (language, text) in &texts.0 {
            let key = format!("{key}.{}", bare(language));
            self.language(&key, language);
            if text.trim().is_empty() {
                self.wrong(key, "is empty; leave it out");
            }
        }
    }

    /// Ids must be there and be borne once.
    fn ids(&mut self, list: &str, ids: impl Iterator<Item = &'a str>) {
        let mut seen = BTreeMap::new();
        for (number, id) in ids.enumerate() {
            let key = format!("{list}[{number}].id");
            if id.trim().is_empty() {
                self.wrong(key, "is empty");
            } else if let Some(first) = seen.insert(id, number) {
                self.wrong(key, format!("`{id}` is the id of {list}[{first}] already"));
            }
        }
    }

    fn language(&mut self, key: &str, tag: &str) {
        if !is_language_tag(tag) {
            self.wrong(key, format!("`{tag}` is no language tag; write `de` or `pt-BR`"));
        }
    }

    fn team(&mut self, key: String, team: &str) {
        if !self.names.teams.contains(&team) {
            self.mistakes.push(Mistake::unknown(key, "team", team, self.names.teams.iter().copied()));
        }
    }

    fn calendar(&mut self, key: &str, calendar: Option<&str>) {
        if let Some(calendar) = calendar.filter(|calendar| !self.names.calendars.contains(calendar)) {
            let valid = self.names.calendars.iter().copied();
            self.mistakes.push(Mistake::unknown(key, "calendar", calendar, valid));
        }
    }

    fn positive(&mut self, key: String, duration: Option<Duration>) {
        if duration.is_some_and(|duration| duration.is_zero()) {
            self.wrong(key, "must be longer than nothing; leave it out for none");
        }
    }
}

/// A way from `start` back to itself, if there is one.
fn cycle<'a>(start: &'a str, next: &impl Fn(&str) -> Vec<&'a str>) -> Option<Vec<&'a str>> {
    let mut paths = vec![vec![start]];
    let mut seen = BTreeSet::new();
    while let Some(path) = paths.pop() {
        for name in path.last().map(|last| next(last)).unwrap_or_default() {
            let mut path = path.clone();
            path.push(name);
            if name == start {
                return Some(path);
            }
            if seen.insert(name) {
                paths.push(path);
            }
        }
    }
    None
}

/// A key as TOML writes it: in quotes where it needs them.
pub(super) fn bare(key: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || character == '-' || character == '_';
    if !key.is_empty() && key.chars().all(plain) { key.to_owned() } else { format!("{key:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds each mistake, marked by a comment in its line, against what is reported.
    fn expect(text: &str) {
        let text = format!("[brand]\nname = 'Acme'\n{text}");
        let found = match Policy::parse(&text, "") {
            Ok(_) => String::new(),
            Err(errors) => errors.to_string(),
        };
        let mut found: Vec<&str> = found.lines().collect();
        for (number, line) in text.lines().enumerate() {
            let Some((_, expected)) = line.split_once("# ") else { continue };
            let at = format!("{}:", number + 1);
            let hit = found.iter().position(|mistake| mistake.starts_with(&at) && mistake.contains(expected));
            assert!(hit.is_some(), "line {line}\nfound {found:#?}");
            found.remove(hit.unwrap());
        }
        assert!(found.is_empty(), "not expected: {found:#?}");
    }

    #[test]
    fn accounts_are_checked() {
        expect(
            "
            [[accounts]]
            id = 'acme'
            network = 'facebok' # there is no network `facebok`; did you mean \"facebook\"?
            team = 'car' # there is no team `car`; did you mean \"care\"?
            [[accounts]]
            id = 'acme' # `acme` is the id of accounts[0] already
            network = 'hosts_own'
            native_id = '7'
            handle = '@' # is empty
            [[accounts]] # is missing; mastodon consists of many servers
            id = 'toot'
            network = 'mastodon'
            [[accounts]]
            id = 'toot2'
            network = 'mastodon'
            host = 'https://social.example' # is no host name
            [[accounts]]
            id = 'other'
            network = 'hosts_own'
            native_id = '7' # is the same account on the network as `acme`",
        );
    }

    #[test]
    fn nothing_long_is_looked_for() {
        let long = |length: usize| "é".repeat(length);
        let policy = |brand: usize, term: usize| {
            let mut policy = Policy::from_brand(long(brand));
            policy.listening.terms = vec![long(term)];
            policy.listening.noise = vec![long(term)];
            policy
        };
        assert!(check(&policy(200, 200)).is_empty());
        let keys: Vec<_> = check(&policy(201, 201)).into_iter().map(|mistake| mistake.key).collect();
        assert_eq!(keys, ["brand.name", "listening.terms[0]", "listening.noise[0]"]);
        assert!(check(&policy(201, 1))[0].reason.contains("201 characters; at most 200"));
    }

    #[test]
    fn queries_are_checked() {
        expect(
            "
            [[listening.queries]]
            id = 'late'
            query = 'acme (late OR' # listening.queries[0].query: column 14: OR stands at the end; expected a word
            [[listening.queries]]
            id = 'late' # `late` is the id of listening.queries[0] already
            query = 'autor:jo' # there is no field `autor` (put a text with a colon into quotation marks); did you mean \"author\"?
            relevance = 'about us' # there is no value `about us`; there is about, none
            [[listening.queries]]
            id = ''  # is empty
            query = '#ok'
            relevance = 'none'",
        );
    }

    #[test]
    fn conditions_are_checked() {
        expect(
            "
            [[categories]]
            id = 'roaming'
            terms = { any = ['roam'], german = ['x'] } # `german` is no language tag; write `de`
            [[categories]]
            id = 'billing'
            terms = { de = [' '] } # terms.de[0]: is empty
            [[priorities]]
            tier = 5 # 5 is not between 1 and 4
            when.category = ['roaming', 'biling'] # no category `biling`; did you mean \"billing\"?
            when.intent = ['complain'] # did you mean \"complaint\"?
            when.sentiment = ['angry'] # there is no sentiment `angry`; there is negative, neutral, positive
            when.language = ['english'] # is no language tag
            when.network = ['mastadon'] # did you mean \"mastodon\"?
            when.account = ['acme'] # there is no account `acme`
            when.surface = ['dm'] # there is no surface `dm`
            when.tier = [0] # 0 is no tier
            when.team = ['care'] # is not known yet
            [[priorities]]
            tier = 2
            [[priorities]] # is never used: priorities[1] fits everything
            tier = 3",
        );
    }

    #[test]
    fn people_are_checked() {
        expect(
            "
            [[teams]]
            id = 'billing'
            calendar = 'berln' # there is no calendar `berln`; did you mean \"berlin\"?
            skills = ['invoices', 'invoice'] # there is no agent with the skill `invoice`; did you mean \"invoices\"?
            overflow_to = 'care' # goes in a circle: billing → care → billing
            overflow_after = '0s' # must be longer than nothing
            [[teams]]
            id = 'care'
            overflow_to = 'billing' # goes in a circle: care → billing → care
            skills = ['invoices'] # no agent of team `care` has the skill
            [[teams]]
            id = 'team' # has a meaning of its own
            overflow_after = '5m' # has no effect without `overflow_to`
            [[agents]]
            id = 'jo'
            teams = ['billing', 'bilings'] # there is no team `bilings`
            skills = { invoices = 11 } # 11 is no level
            languages = ['deutsch'] # is no language tag
            [[agents]]
            id = 'jo' # `jo` is the id of agents[0] already
            calendar = 'always'
            teams = ['billing']
            [[agents]]
            id = 'care' # `care` is a team
            teams = ['billing']
            [[calendars]]
            id = 'berlin'
            zone = 'Europe/Berlin'
            hours = { mon = ['09:00-17:00'] }",
        );
    }

    #[test]
    fn calendars_are_checked() {
        expect(
            "
            [[calendars]]
            id = 'always' # `always` is built in
            zone = 'Europe/Berln' # did you mean \"Europe/Berlin\"?
            [calendars.hours]
            mon-wed = ['09:00-12:00', '11:59-13:00', '13:00-14:00'] # `11:59-13:00` overlaps `09:00-12:00`
            tuesday = ['09:00-10:00'] # there is no weekday `tuesday`
            sat = ['22:00-06:00'] # `22:00-06:00` ends before it begins
            thu = ['9-5'] # `9-5` is no interval
            fri = ['24:00-25:00'] # `24:00-25:00` is no interval
            [[calendars]] # is missing; name an IANA zone
            id = 'b'
            hours = { } # holds no interval
            holidays = ['2026-02-30'] # `2026-02-30` is no date
            [[calendars]]
            id = 'sun'
            zone = 'UTC' # has no effect beside `follow`
            follow = ['moon', 'c'] # there is no calendar `moon`
            [[calendars]]
            id = 'c'
            follow = ['d'] # goes in a circle: c → d → c
            [[calendars]]
            id = 'd'
            follow = ['c'] # goes in a circle: d → c → d
            [[calendars]]
            id = 'e'
            zone = 'UTC'
            hours = { fri = ['09:00-12:00'], mon-fri = ['09:00-17:00'] } # fri is given in `fri` as well",
        );
    }

    #[test]
    fn promises_and_steps_are_checked() {
        expect(
            "
            [[sla]]
            when.team = ['car'] # did you mean \"care\"?
            when.terms = ['urgent'] # sla[0].when.terms: would never fit
            first_response = '0m' # must be longer than nothing
            calendar = 'hq' # there is no calendar `hq`; there is always
            pause_in = ['waitin'] # did you mean \"waiting\"?
            [[escalation]]
            at = 0 # 0.0 is no part of the promised time
            notify = ['assignee', 'team', 'care', 'jo', 'host:duty']
            [[escalation]]
            at = 0.5
            notify = ['joe'] # did you mean \"jo\"?
            [[escalation]]
            at = 0.5 # 0.5 does not come after 0.5; steps must rise
            move_to = 'cara' # did you mean \"care\"?
            [[escalation]] # does nothing
            at = 2
            [[escalation]]
            at = 1e9 # at most 100
            notify = ['team']
            [retention]
            raw = '0d' # must be longer than nothing
            [[agents]]
            id = 'jo'",
        );
        expect("[texts]\ngreeting = { en = 'Hello', english = 'Hello' } # `english` is no language tag");
        expect("[texts]\ngreeting = { en = '' } # texts.greeting.en: is empty");
        expect("[texts]\ngreeting = { } # says nothing in any language");
    }

    #[test]
    fn guards_are_checked() {
        expect(
            "
            [guards]
            tone = 'blok' # there is no value `blok`; did you mean \"block\"?
            repeated = 'never' # there is no value `never`; there is block, warn, off
            do_not_engage = false # is true or false, but must be a text in quotes
            pii = ['card', 'emial'] # there is no pii `emial`; did you mean \"email\"?
            own_addresses = [
                'care@acme.example', 'acme.example', '+49 30 1234567', 'DE89 3704 0044 0532 0130 00',
                'our site', # guards.own_addresses[4]: `our site` is no address; write an e-mail address
            ]
            order_numbers = [
                'AC-######', '2026/######',
                'AC-', # guards.order_numbers[2]: `AC-` has fewer than 4 digits
                '-####', # must begin and end with a letter, a digit or `#`
                '######é', # is no form
            ]
            repeated_from = 1.5 # 1.5 is no part; it must be above 0 and at most 1
            capitals = 0 # 0.0 is no part
            repeated_within = '0s' # must be longer than nothing
            exclamation_marks = 0 # guards.exclamation_marks: is 0
            comment_length = -1 # -1 is not between 0 and 4294967295
            repeated_words = 0
            duplicat_submit = 'off' # did you mean \"duplicate_submit\"?",
        );
        expect("[guards]\ncomment_length = 0 # is 0, so that every answer would be objected to");
    }
}
