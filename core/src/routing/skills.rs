//! The router every engine has: by hours, skills, languages and load, with a preference for who knows the case.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{AssignAsk, Routed, Router};
use crate::error::Result;
use crate::model::{AgentId, Assignment, Presence, Reason, TeamId, Timestamp};
use crate::policy::{Agent, CompiledPolicy, Team};

/// Gives a case to an agent of the team who is online and in their hours, has room, has every skill the team asks for
/// and writes the customer's language.
///
/// Among several, the one who held the case last; else the least loaded for their capacity, then the most skilled, then
/// the first by id. Agents who let an offer of the case lapse come last. A language that nobody in the team writes is
/// not asked for, or the case would wait for ever. A case overflows to the next team once it waited `overflow_after`,
/// or at once while its team is closed and the next one opens earlier.
#[derive(Clone, Copy, Debug, Default)]
pub struct SkillRouter;

impl Router for SkillRouter {
    fn id(&self) -> &str {
        "careline-skills/1"
    }

    fn route(&self, ask: &AssignAsk<'_>) -> Result<Routed> {
        let Some(team) = ask.policy.team(ask.team) else { return Ok(gone(ask)) };
        if !team.calendar.open_at(ask.now) {
            return Ok(closed(ask, team));
        }
        let search = Search::new(ask, team);
        Ok(match search.best() {
            Some(chosen) => Routed::To(search.assignment(chosen)),
            None => search.nobody(),
        })
    }
}

/// The team was taken out of the policy after the case was queued.
fn gone(ask: &AssignAsk<'_>) -> Routed {
    let first = ask.policy.teams().first().map_or_else(TeamId::default, |team| team.rule.id.clone());
    let note = format!("{} is no team any more; {first} takes over", ask.team);
    Routed::Overflow { team: first, reasons: vec![Reason::new("routing.team_gone", note)] }
}

fn closed(ask: &AssignAsk<'_>, team: &Team) -> Routed {
    let opens = team.calendar.next_open(ask.now);
    let mut reasons = vec![Reason::new("routing.closed", format!("{} is closed{}", ask.team, until(opens)))];
    let next = team.rule.overflow_to.as_ref();
    match next.filter(|next| earlier(chain_opens(ask.policy, next, ask.now), opens)) {
        Some(next) => {
            reasons.push(Reason::new("routing.overflow", format!("{next} opens earlier")));
            Routed::Overflow { team: next.clone(), reasons }
        }
        None => Routed::Waits { reasons, retry_at: opens },
    }
}

/// When the first of a team and those it overflows to is open. The policy's check has ruled out circles.
fn chain_opens(policy: &CompiledPolicy, team: &TeamId, now: Timestamp) -> Option<Timestamp> {
    let team = policy.team(team)?;
    let rest = team.rule.overflow_to.as_ref().and_then(|next| chain_opens(policy, next, now));
    team.calendar.next_open(now).into_iter().chain(rest).min()
}

fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> bool {
    one.is_some_and(|one| other.is_none_or(|other| one < other))
}

fn until(at: Option<Timestamp>) -> String {
    at.map(|at| format!(" until {at}")).unwrap_or_default()
}

/// An agent of the team who ever came online, and why they cannot take the case.
struct Candidate<'a> {
    agent: &'a Agent,
    presence: &'a Presence,
    /// The sum of the levels of the skills that count here.
    skill: u32,
    obstacle: Option<Obstacle>,
}

impl Candidate<'_> {
    fn id(&self) -> &AgentId {
        &self.presence.agent
    }
}

/// Why an agent cannot take a case; those that pass by themselves come last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Obstacle {
    Offline,
    Skill(String),
    Language,
    Full,
    OffHours(Option<Timestamp>),
}

struct Search<'a> {
    ask: &'a AssignAsk<'a>,
    team: &'a Team,
    language_counts: bool,
    candidates: Vec<Candidate<'a>>,
}

impl<'a> Search<'a> {
    fn new(ask: &'a AssignAsk<'a>, team: &'a Team) -> Self {
        let language_counts = ask.policy.team_writes(ask.team, &ask.case.language);
        let mut search = Self { ask, team, language_counts, candidates: Vec::new() };
        let present = |presence: &'a Presence| Some((presence, ask.policy.agent(&presence.agent)?));
        let crew = ask.roster.iter().filter_map(present).filter(|(_, agent)| agent.rule.is_in(ask.team));
        search.candidates = crew.map(|(presence, agent)| search.candidate(presence, agent)).collect();
        search.candidates.sort_by(|one, other| one.id().cmp(other.id()));
        search
    }

    fn candidate(&self, presence: &'a Presence, agent: &'a Agent) -> Candidate<'a> {
        let wanted = self.team.rule.skills.iter().map(String::as_str);
        let category = self.ask.case.category.as_str();
        let extra = (!self.team.rule.skills.iter().any(|skill| skill == category)).then_some(category);
        let levels = wanted.chain(extra).filter_map(|skill| agent.rule.skills.get(skill));
        let skill = levels.map(|level| u32::from(*level)).sum();
        let obstacle = self.obstacle(presence, agent);
        Candidate { agent, presence, skill, obstacle }
    }

    fn obstacle(&self, presence: &Presence, agent: &Agent) -> Option<Obstacle> {
        let (rule, now) = (&agent.rule, self.ask.now);
        if !presence.available_at(now) {
            return Some(Obstacle::Offline);
        }
        if let Some(skill) = self.team.rule.skills.iter().find(|skill| !rule.skills.contains_key(*skill)) {
            return Some(Obstacle::Skill(skill.clone()));
        }
        if self.language_counts && !rule.writes(&self.ask.case.language) {
            return Some(Obstacle::Language);
        }
        if presence.cases.len() >= rule.capacity as usize {
            return Some(Obstacle::Full);
        }
        (!agent.calendar.open_at(now)).then(|| Obstacle::OffHours(agent.calendar.next_open(now)))
    }

    fn best(&self) -> Option<&Candidate<'a>> {
        let able = || self.candidates.iter().filter(|candidate| candidate.obstacle.is_none());
        let sticky = able().find(|candidate| self.held_before(candidate) && !self.passed(candidate));
        sticky.or_else(|| {
            able().min_by(|one, other| {
                let rank = |candidate: &Candidate<'a>| (Reverse(candidate.skill), candidate.id().clone());
                let load = |held: &Candidate<'a>, room: &Candidate<'a>| {
                    held.presence.cases.len() as u64 * u64::from(room.agent.rule.capacity)
                };
                self.passed(one)
                    .cmp(&self.passed(other))
                    .then_with(|| load(one, other).cmp(&load(other, one)))
                    .then_with(|| rank(one).cmp(&rank(other)))
            })
        })
    }

    fn held_before(&self, candidate: &Candidate<'_>) -> bool {
        self.ask.case.last_agent.as_ref() == Some(candidate.id())
    }

    fn passed(&self, candidate: &Candidate<'_>) -> bool {
        self.ask.case.passed_by.contains(candidate.id())
    }

    fn assignment(&self, chosen: &Candidate<'_>) -> Assignment {
        let accept_by = self.team.rule.accept_within.map(|within| self.ask.now.plus(within));
        Assignment {
            agent: chosen.id().clone(),
            team: self.ask.team.clone(),
            at: self.ask.now,
            accept_by,
            accepted_at: accept_by.is_none().then_some(self.ask.now),
            by_hand: false,
            reasons: self.why(chosen),
        }
    }

    /// Why this agent, and why nobody else.
    fn why(&self, chosen: &Candidate<'_>) -> Vec<Reason> {
        let (id, rule, language) = (chosen.id(), &chosen.agent.rule, &self.ask.case.language);
        let load = format!("{} of {} cases", chosen.presence.cases.len(), rule.capacity);
        let mut reasons = vec![match self.held_before(chosen) && !self.passed(chosen) {
            true => Reason::new("routing.sticky", format!("{id} held the case before and has {load}")),
            false => Reason::new("routing.least_loaded", format!("{id} has {load} and skill {}", chosen.skill)),
        }];
        reasons.extend(self.language_reason(format!("{id} writes {language}")));
        if !self.team.rule.skills.is_empty() {
            let levels = self.team.rule.skills.iter().filter_map(|skill| Some((skill, rule.skills.get(skill)?)));
            let levels: Vec<String> = levels.map(|(skill, level)| format!("{skill} {level}")).collect();
            reasons.push(Reason::new("routing.skills", format!("{id} has {}", levels.join(", "))));
        }
        if self.passed(chosen) {
            reasons
                .push(Reason::new("routing.passed", format!("{id} let it pass before, but nobody else can take it")));
        }
        reasons.extend(self.others(Some(chosen)));
        reasons
    }

    fn language_reason(&self, note: String) -> Option<Reason> {
        let language = self.ask.case.language.as_str();
        match self.language_counts {
            _ if matches!(language, "" | "und") => None,
            true => Some(Reason::new("routing.language", note)),
            false => {
                Some(Reason::new("routing.language_waived", format!("nobody in {} writes {language}", self.ask.team)))
            }
        }
    }

    /// Those who were not chosen, by reason.
    fn others(&self, chosen: Option<&Candidate<'_>>) -> Option<Reason> {
        let chosen_id = chosen.map(Candidate::id);
        let mut groups = BTreeMap::<String, Vec<&AgentId>>::new();
        for other in self.candidates.iter().filter(|candidate| Some(candidate.id()) != chosen_id) {
            let group = match &other.obstacle {
                None if self.passed(other) => "let it pass".to_owned(),
                None if chosen.is_some_and(|chosen| self.held_before(chosen)) => "did not hold it before".to_owned(),
                None => "more loaded or less skilled".to_owned(),
                Some(Obstacle::Offline) => "offline".to_owned(),
                Some(Obstacle::OffHours(opens)) => format!("off hours{}", until(*opens)),
                Some(Obstacle::Full) => "full".to_owned(),
                Some(Obstacle::Skill(skill)) => format!("without skill {skill}"),
                Some(Obstacle::Language) => format!("not writing {}", self.ask.case.language),
            };
            groups.entry(group).or_default().push(other.id());
        }
        let notes: Vec<String> = groups.iter().map(|(group, ids)| format!("{group}: {}", named(ids))).collect();
        (!notes.is_empty()).then(|| Reason::new("routing.others", notes.join("; ")))
    }

    /// Nobody can take it now: overflow, or wait for somebody's hours or for the overflow.
    fn nobody(&self) -> Routed {
        let note = format!("nobody in {} can take it now", self.ask.team);
        let mut reasons = vec![Reason::new("routing.nobody", note)];
        reasons.extend(self.language_reason(format!("needs {}", self.ask.case.language)));
        reasons.extend(self.others(None));
        let hours = self.candidates.iter().filter_map(|candidate| match candidate.obstacle {
            Some(Obstacle::OffHours(opens)) => opens,
            _ => None,
        });
        let mut retry_at = hours.min();
        if let (Some(next), Some(after)) = (&self.team.rule.overflow_to, self.team.rule.overflow_after) {
            let patience = self.ask.case.queued_at.unwrap_or(self.ask.case.opened_at).plus(after);
            let overflows = chain_opens(self.ask.policy, next, patience.max(self.ask.now));
            if overflows.is_some_and(|at| at <= self.ask.now) {
                reasons.push(Reason::new("routing.overflow", format!("it has waited too long; {next} takes over")));
                return Routed::Overflow { team: next.clone(), reasons };
            }
            retry_at = retry_at.into_iter().chain(overflows).min();
        }
        Routed::Waits { reasons, retry_at }
    }
}

/// The first few names, and how many more there are.
fn named(ids: &[&AgentId]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<&str> = ids.iter().take(SHOWN).map(|id| id.as_str()).collect();
    match ids.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::model::Case;
    use crate::policy::Policy;

    const POLICY: &str = "
        [brand]
        name = 'Acme'
        [[teams]]
        id = 'care'
        overflow_to = 'night'
        overflow_after = '10m'
        accept_within = '2m'
        [[teams]]
        id = 'night'
        [[teams]]
        id = 'billing'
        skills = ['invoices']
        calendar = 'office'
        overflow_to = 'back'
        [[teams]]
        id = 'back'
        calendar = 'late'
        [[agents]]
        id = 'ada'
        languages = ['en', 'de']
        capacity = 2
        skills = { invoices = 3, delivery = 4 }
        [[agents]]
        id = 'bo'
        teams = ['care', 'billing']
        languages = ['en']
        capacity = 4
        skills = { invoices = 9 }
        [[agents]]
        id = 'cy'
        teams = ['care']
        languages = ['en', 'fr']
        calendar = 'late'
        [[calendars]]
        id = 'office'
        zone = 'UTC'
        hours = { mon-fri = ['09:00-17:00'] }
        [[calendars]]
        id = 'late'
        zone = 'UTC'
        hours = { mon-sun = ['20:00-22:00'] }";

    fn policy() -> CompiledPolicy {
        CompiledPolicy::new(Policy::parse(POLICY, "").unwrap()).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    /// A Wednesday.
    fn noon() -> Timestamp {
        at("2026-11-18T12:00:00Z")
    }

    fn case(fields: serde_json::Value) -> Case {
        let mut case = json!({
            "id": "c1", "customer": "p1", "network": "x", "account": "acme", "conversations": [], "number": 1,
            "status": "queued", "tier": 1, "lead": "m1", "lead_at": "2026-11-18T12:00:00.000Z",
            "surface": "comment", "intent": "question", "category": "other", "sentiment": "neutral", "language": "en", "team": "care",
            "opened_at": "2026-11-18T12:00:00.000Z", "messages": 1, "clocks": [], "reasons": []
        });
        case.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        serde_json::from_value(case).unwrap()
    }

    fn online(agent: &str, cases: usize) -> Presence {
        let cases: BTreeSet<_> = (0..cases).map(|number| format!("{agent}{number}").into()).collect();
        Presence { agent: agent.into(), online: true, until: None, changed_at: at("2026-11-18T08:00:00Z"), cases }
    }

    fn route(case: &Case, team: &str, roster: &[Presence], now: Timestamp) -> Routed {
        SkillRouter.route(&AssignAsk::new(case, &team.into(), roster, &policy(), now)).unwrap()
    }

    fn assigned(routed: Routed) -> Assignment {
        match routed {
            Routed::To(assignment) => assignment,
            other => panic!("{other:?}"),
        }
    }

    fn waits(routed: Routed) -> (String, Option<Timestamp>) {
        match routed {
            Routed::Waits { reasons, retry_at } => (notes(&reasons), retry_at),
            other => panic!("{other:?}"),
        }
    }

    fn overflows(routed: Routed) -> (String, String) {
        match routed {
            Routed::Overflow { team, reasons } => (team.to_string(), notes(&reasons)),
            other => panic!("{other:?}"),
        }
    }

    fn notes(reasons: &[Reason]) -> String {
        let notes: Vec<String> = reasons.iter().map(|reason| format!("{} {}", reason.rule, reason.note)).collect();
        notes.join(" | ")
    }

    #[test]
    fn the_least_loaded_for_their_capacity_takes_it() {
        let assignment = assigned(route(&case(json!({})), "care", &[online("ada", 1), online("bo", 1)], noon()));
        assert_eq!(assignment.agent.as_str(), "bo");
        assert_eq!(assignment.accept_by, Some(at("2026-11-18T12:02:00Z")));
        assert_eq!(
            notes(&assignment.reasons),
            "routing.least_loaded bo has 1 of 4 cases and skill 0 | routing.language bo writes en | \
             routing.others more loaded or less skilled: ada"
        );
    }

    #[test]
    fn equal_load_goes_to_the_more_skilled_and_a_skill_named_like_the_category_counts() {
        let roster = [online("ada", 0), online("bo", 0)];
        assert_eq!(assigned(route(&case(json!({})), "billing", &roster, noon())).agent.as_str(), "bo");
        let delivery = case(json!({ "category": "delivery" }));
        assert_eq!(assigned(route(&delivery, "care", &roster, noon())).agent.as_str(), "ada");
        assert_eq!(assigned(route(&case(json!({})), "care", &roster, noon())).agent.as_str(), "ada");
    }

    #[test]
    fn who_held_it_before_is_preferred_only_while_they_have_room() {
        let case = case(json!({ "last_agent": "ada" }));
        let assignment = assigned(route(&case, "care", &[online("ada", 1), online("bo", 0)], noon()));
        assert_eq!((assignment.agent.as_str(), assignment.reasons[0].rule.as_str()), ("ada", "routing.sticky"));
        let assignment = assigned(route(&case, "care", &[online("ada", 2), online("bo", 3)], noon()));
        assert_eq!(assignment.agent.as_str(), "bo");
        assert!(notes(&assignment.reasons).contains("full: ada"));
        let away = Presence { until: Some(noon()), ..online("ada", 0) };
        assert_eq!(assigned(route(&case, "care", &[away, online("bo", 3)], noon())).agent.as_str(), "bo");
    }

    #[test]
    fn who_let_it_pass_is_asked_last() {
        let case = case(json!({ "passed_by": ["bo"], "last_agent": "bo" }));
        let both = [online("ada", 1), online("bo", 0)];
        assert_eq!(assigned(route(&case, "care", &both, noon())).agent.as_str(), "ada");
        let again = assigned(route(&case, "care", &both[1..], noon()));
        assert!(notes(&again.reasons).contains("routing.passed bo let it pass before"));
    }

    #[test]
    fn the_customers_language_is_asked_for_unless_nobody_in_the_team_writes_it() {
        let german = case(json!({ "language": "de-AT" }));
        let assignment = assigned(route(&german, "care", &[online("ada", 1), online("bo", 0)], noon()));
        assert_eq!(assignment.agent.as_str(), "ada");
        assert!(notes(&assignment.reasons).contains("not writing de-AT: bo"));
        let (why, _) = waits(route(&german, "care", &[online("bo", 0)], noon()));
        assert!(why.contains("routing.language needs de-AT | routing.others not writing de-AT: bo"), "{why}");
        let finnish = assigned(route(&case(json!({ "language": "fi" })), "care", &[online("bo", 0)], noon()));
        assert!(notes(&finnish.reasons).contains("routing.language_waived nobody in care writes fi"));
        assigned(route(&case(json!({ "language": "und" })), "care", &[online("bo", 0)], noon()));
    }

    #[test]
    fn somebodys_hours_are_waited_for() {
        let (why, retry_at) = waits(route(&case(json!({})), "care", &[online("cy", 0), online("ada", 2)], noon()));
        assert!(why.contains("full: ada; off hours until 2026-11-18T20:00:00.000Z: cy"), "{why}");
        assert_eq!(retry_at, Some(at("2026-11-18T12:10:00Z")), "the overflow comes before the hours");
        assigned(route(&case(json!({})), "care", &[online("cy", 0)], at("2026-11-18T20:00:00Z")));
    }

    #[test]
    fn a_case_overflows_once_it_waited_long_enough() {
        let case = case(json!({ "queued_at": "2026-11-18T11:55:00.000Z" }));
        assert_eq!(waits(route(&case, "care", &[], noon())).1, Some(at("2026-11-18T12:05:00Z")));
        let (team, why) = overflows(route(&case, "care", &[], at("2026-11-18T12:05:00Z")));
        assert_eq!(team, "night");
        assert!(why.ends_with("routing.overflow it has waited too long; night takes over"), "{why}");
        assert_eq!(waits(route(&case, "night", &[], noon())).1, None);
    }

    #[test]
    fn a_closed_team_gives_its_cases_to_one_that_opens_earlier() {
        let evening = at("2026-11-18T18:00:00Z");
        let (team, why) = overflows(route(&case(json!({})), "billing", &[online("bo", 0)], evening));
        assert_eq!(team, "back");
        assert!(why.starts_with("routing.closed billing is closed until 2026-11-19T09:00:00.000Z"), "{why}");
        let night = at("2026-11-19T08:00:00Z");
        assert_eq!(waits(route(&case(json!({})), "billing", &[], night)).1, Some(at("2026-11-19T09:00:00Z")));
        assert_eq!(waits(route(&case(json!({})), "back", &[], noon())).1, Some(at("2026-11-18T20:00:00Z")));
    }

    #[test]
    fn a_team_that_was_taken_out_hands_its_cases_on() {
        assert_eq!(overflows(route(&case(json!({})), "sales", &[], noon())).0, "care");
    }

    #[test]
    fn without_agents_in_the_policy_anybody_online_takes_cases() {
        let policy = CompiledPolicy::new(Policy::from_brand("Acme")).unwrap();
        let (case, team, roster) = (case(json!({ "language": "fi" })), "care".into(), [online("zoe", 0)]);
        let ask = AssignAsk::new(&case, &team, &roster, &policy, noon());
        assert_eq!(assigned(SkillRouter.route(&ask).unwrap()).agent.as_str(), "zoe");
    }

    #[test]
    fn many_who_cannot_are_counted() {
        assert_eq!(
            named(&["a", "b", "c", "d", "e"].map(AgentId::from).iter().collect::<Vec<_>>()),
            "a, b, c and 2 more"
        );
    }

    fn rosters() -> impl Strategy<Value = Vec<Presence>> {
        let presence = |agent: &'static str| {
            (any::<bool>(), 0..6usize, 0..3u8).prop_map(move |(is_online, cases, until)| Presence {
                online: is_online,
                until: [None, Some(noon()), Some(at("2026-11-19T00:00:00Z"))][usize::from(until)],
                ..online(agent, cases)
            })
        };
        [presence("ada"), presence("bo"), presence("cy"), presence("stranger")].prop_map(Vec::from)
    }

    fn cases() -> impl Strategy<Value = Case> {
        let language = prop::sample::select(vec!["en", "de", "fr", "fi", "und"]);
        let last = prop::option::of(prop::sample::select(vec!["ada", "bo", "cy", "stranger"]));
        let passed = prop::collection::btree_set(prop::sample::select(vec!["ada", "bo"]), 0..2);
        (language, last, passed).prop_map(|(language, last_agent, passed_by)| {
            case(json!({ "language": language, "last_agent": last_agent, "passed_by": passed_by }))
        })
    }

    proptest! {
        #[test]
        fn only_those_who_can_are_chosen_and_the_order_of_the_roster_does_not_matter(
            (roster, shuffled) in rosters().prop_flat_map(|roster| (Just(roster.clone()), Just(roster).prop_shuffle())),
            case in cases(),
            team in prop::sample::select(vec!["care", "night", "billing", "back", "sales"]),
            hours in 0..72i64,
        ) {
            let now = noon().plus_millis(hours * 3_600_000);
            let routed = route(&case, team, &roster, now);
            prop_assert_eq!(&routed, &route(&case, team, &shuffled, now));
            if let Routed::To(assignment) = routed {
                let policy = policy();
                let agent = policy.agent(&assignment.agent).unwrap();
                let presence = roster.iter().find(|presence| presence.agent == assignment.agent).unwrap();
                prop_assert!(presence.available_at(now) && presence.cases.len() < agent.rule.capacity as usize);
                prop_assert!(agent.calendar.open_at(now) && agent.rule.is_in(&team.into()));
                prop_assert!(policy.team(&team.into()).unwrap().calendar.open_at(now));
                prop_assert!(!assignment.reasons.is_empty());
            } else if let Routed::Waits { reasons, retry_at } = routed {
                prop_assert!(retry_at.is_none_or(|at| at > now) && !reasons.is_empty());
            }
        }

        #[test]
        fn one_more_free_agent_never_makes_a_case_wait(roster in rosters(), case in cases(), who in 0..3usize) {
            let before = route(&case, "care", &roster, noon());
            let mut more = roster;
            more[who] = Presence { cases: BTreeSet::new(), until: None, online: true, ..more[who].clone() };
            let after = route(&case, "care", &more, noon());
            prop_assert!(!matches!(before, Routed::To(_)) || matches!(after, Routed::To(_)));
        }
    }
}
