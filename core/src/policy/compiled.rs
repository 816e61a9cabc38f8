//! A policy made ready for use.

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::check::check;
use super::promise::{usual_ladder, usual_promises};
use super::{
    AgentRule, Calendar, CalendarRule, DEFAULT_TEAM, EscalationStep, Facts, Policy, PolicyErrors, SlaRule, TeamRule,
};
use crate::engage::guard::Guards;
use crate::model::{Account, AccountId, AgentId, Reason, TeamId};
use crate::triage::PolicyWords;

/// A policy made ready for use: names resolved, terms compiled, calendars parsed. Cheap to share, never changes.
#[derive(Debug)]
pub struct CompiledPolicy {
    policy: Policy,
    version: String,
    accounts: Vec<Account>,
    calendars: BTreeMap<String, Arc<Calendar>>,
    always: Arc<Calendar>,
    teams: Vec<Team>,
    agents: Vec<Agent>,
    /// Who comes online under a policy that names no agents.
    anybody: Agent,
    sla: Vec<SlaRule>,
    ladder: Vec<EscalationStep>,
    words: PolicyWords,
    guards: Guards,
}

/// A team with its hours.
#[derive(Clone, Debug)]
pub struct Team {
    /// What the policy says about it.
    pub rule: TeamRule,
    /// The hours it works.
    pub calendar: Arc<Calendar>,
}

/// An agent with their hours.
#[derive(Clone, Debug)]
pub struct Agent {
    /// What the policy says about them.
    pub rule: AgentRule,
    /// Their hours.
    pub calendar: Arc<Calendar>,
}

/// The promises that hold for a case.
#[derive(Clone, Debug)]
pub struct Sla<'a> {
    /// What is promised.
    pub rule: &'a SlaRule,
    /// The hours it runs in.
    pub calendar: &'a Calendar,
    /// By which rule, as reasons name it.
    origin: &'static str,
    /// The place of the rule among them, from 1.
    number: usize,
}

impl Sla<'_> {
    /// Why.
    pub fn reason(&self) -> Reason {
        let note = format!("{}; hours {}", self.rule.when, self.calendar.id());
        Reason::new(format!("{}_{}", self.origin, self.number), note)
    }
}

impl CompiledPolicy {
    /// Makes `policy` ready.
    ///
    /// # Errors
    /// Every mistake in its meaning, without places; [`Policy::parse`] reports them with places.
    pub fn new(policy: Policy) -> Result<Self, PolicyErrors> {
        let mistakes = check(&policy);
        if !mistakes.is_empty() {
            return Err(PolicyErrors::new(mistakes));
        }
        let always = Arc::new(Calendar::always());
        let calendars = calendars(&policy.calendars, &always);
        let hours =
            |name: &Option<String>| name.as_ref().and_then(|name| calendars.get(name)).unwrap_or(&always).clone();
        let mut teams: Vec<Team> =
            policy.teams.iter().map(|rule| Team { rule: rule.clone(), calendar: hours(&rule.calendar) }).collect();
        if teams.is_empty() {
            let rule = TeamRule { id: TeamId::from(DEFAULT_TEAM), ..TeamRule::default() };
            teams.push(Team { rule, calendar: always.clone() });
        }
        let agents =
            policy.agents.iter().map(|rule| Agent { rule: rule.clone(), calendar: hours(&rule.calendar) }).collect();
        Ok(Self {
            version: version(&policy),
            accounts: policy.accounts.iter().map(|rule| rule.account()).collect(),
            teams,
            agents,
            anybody: Agent { rule: AgentRule::new(AgentId::default()), calendar: always.clone() },
            sla: if policy.sla.is_empty() { usual_promises() } else { policy.sla.clone() },
            ladder: if policy.escalation.is_empty() { usual_ladder() } else { policy.escalation.clone() },
            calendars,
            always,
            words: PolicyWords::new(&policy),
            guards: Guards::new(&policy),
            policy,
        })
    }

    /// The policy as written.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Twelve characters that change whenever a rule changes, comments and spaces aside. Records of decisions name it.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Listening terms and category words, ready for triage.
    pub fn words(&self) -> &PolicyWords {
        &self.words
    }

    /// What looks at an answer before it is sent.
    pub fn guards(&self) -> &Guards {
        &self.guards
    }

    /// The tenant's brand accounts.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// The brand account of this name.
    pub fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id.as_str() == id)
    }

    /// The team that answers for an account: the one it names, else the first.
    pub fn team_of_account(&self, account: &AccountId) -> Option<TeamId> {
        let rule = self.policy.accounts.iter().find(|rule| rule.id == *account);
        let named = rule.and_then(|rule| rule.team.clone());
        named.or_else(|| self.teams.first().map(|team| team.rule.id.clone()))
    }

    /// The teams in the order of the policy; at least one.
    pub fn teams(&self) -> &[Team] {
        &self.teams
    }

    /// The team of this name.
    pub fn team(&self, id: &TeamId) -> Option<&Team> {
        self.teams.iter().find(|team| team.rule.id == *id)
    }

    /// The agents in the order of the policy; empty if the policy names none and anybody who comes online is one.
    pub fn agents(&self) -> &[Agent] {
        &self.agents
    }

    /// The agent of this name. A policy that names no agents takes anybody for one: an agent without an id, of every
    /// team, in any language.
    pub fn agent(&self, id: &AgentId) -> Option<&Agent> {
        match self.agents.is_empty() {
            true => Some(&self.anybody),
            false => self.agents.iter().find(|agent| agent.rule.id == *id),
        }
    }

    /// The teams whose cases an agent takes, most important first; none for somebody who is no agent.
    pub fn teams_of(&self, id: &AgentId) -> Vec<TeamId> {
        match self.agent(id) {
            Some(agent) if agent.rule.teams.is_empty() => self.teams.iter().map(|team| team.rule.id.clone()).collect(),
            Some(agent) => agent.rule.teams.clone(),
            None => Vec::new(),
        }
    }

    /// Whether anybody in `team` writes `language`, online or not; also if the policy does not know who is in it.
    pub fn team_writes(&self, team: &TeamId, language: &str) -> bool {
        let mut agents = self.agents.iter().map(|agent| &agent.rule);
        self.agents.is_empty() || agents.any(|agent| agent.is_in(team) && agent.writes(language))
    }

    /// The business hours of this name.
    pub fn calendar(&self, name: &str) -> Option<&Calendar> {
        self.calendars.get(name).map(Arc::as_ref)
    }

    /// The steps as a promise runs out, in order: the policy's own, else the usual ones.
    pub fn ladder(&self) -> &[EscalationStep] {
        &self.ladder
    }

    /// The tier the policy sets instead of `facts.tier`, by the first rule that fits.
    pub fn tier_for(&self, facts: &Facts<'_>) -> Option<u8> {
        let rule = self.policy.priorities.iter().find(|rule| rule.when.fits(facts))?;
        Some(rule.tier.clamp(1, 4))
    }

    /// The team for a case: the first whose own condition fits, else the account's, else the first that takes what is
    /// left, else the first.
    pub fn team_for(&self, facts: &Facts<'_>) -> (TeamId, Vec<Reason>) {
        let mut teams = self.teams.iter().map(|team| &team.rule);
        if let Some(team) = teams.clone().find(|team| !team.takes.is_empty() && team.takes.fits(facts)) {
            return chosen(&team.id, "policy.team_takes", format!("takes {}", team.takes));
        }
        let account = self.policy.accounts.iter().find(|account| account.id.as_str() == facts.account);
        if let Some(team) = account.and_then(|account| account.team.as_ref()) {
            return chosen(team, "policy.team_of_account", format!("answers for {}", facts.account));
        }
        if let Some(team) = teams.clone().find(|team| team.takes.is_empty()) {
            return chosen(&team.id, "policy.team_for_the_rest", "takes what no other team takes".to_owned());
        }
        let first = teams.next().map_or_else(|| TeamId::from(DEFAULT_TEAM), |team| team.id.clone());
        chosen(&first, "policy.first_team", "is the first, and no team fits".to_owned())
    }

    /// The promises for a case, by the first rule that fits; `None` where nothing is promised.
    ///
    /// They run in the rule's hours, else in those of `facts.team`, else always.
    pub fn sla_for(&self, facts: &Facts<'_>) -> Option<Sla<'_>> {
        let (number, rule) = self.sla.iter().enumerate().find(|(_, rule)| rule.when.fits(facts))?;
        let team = || self.teams.iter().find(|team| team.rule.id.as_str() == facts.team);
        let calendar = match &rule.calendar {
            Some(name) => self.calendar(name)?,
            None => team().map_or(self.always.as_ref(), |team| team.calendar.as_ref()),
        };
        let origin = if self.policy.sla.is_empty() { "sla.usual" } else { "sla.rule" };
        Some(Sla { rule, calendar, origin, number: number + 1 })
    }

    /// The text of this name for a reader of `language`, else in the brand's language, in English, or in any.
    pub fn text(&self, name: &str, language: &str) -> Option<&str> {
        self.policy.texts.get(name)?.in_first_of(&[language, &self.policy.brand.language, "en"])
    }
}

fn chosen(team: &TeamId, rule: &str, note: String) -> (TeamId, Vec<Reason>) {
    (team.clone(), vec![Reason::new(rule, format!("{team} {note}"))])
}

/// Every calendar by name. The check has made sure that `follow` names calendars and never goes in a circle.
fn calendars(rules: &[CalendarRule], always: &Arc<Calendar>) -> BTreeMap<String, Arc<Calendar>> {
    let mut ready = BTreeMap::from([(always.id().to_owned(), always.clone())]);
    let mut waiting: Vec<&CalendarRule> = rules.iter().collect();
    // In each round at least the calendars that follow only finished ones get finished.
    for _ in rules {
        waiting.retain(|rule| match calendar(rule, &ready) {
            Some(calendar) => ready.insert(rule.id.clone(), Arc::new(calendar)).is_some(),
            None => true,
        });
    }
    ready
}

fn calendar(rule: &CalendarRule, ready: &BTreeMap<String, Arc<Calendar>>) -> Option<Calendar> {
    if rule.follow.is_empty() {
        return Some(Calendar::week(rule));
    }
    let members = rule.follow.iter().map(|name| ready.get(name).cloned()).collect::<Option<_>>()?;
    Some(Calendar::any_of(&rule.id, members))
}

fn version(policy: &Policy) -> String {
    let text = serde_json::to_vec(policy).unwrap_or_default();
    let mut hash = hex::encode(Sha256::digest(text));
    hash.truncate(12);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiled(text: &str) -> CompiledPolicy {
        CompiledPolicy::new(Policy::parse(&format!("[brand]\nname = 'Acme'\n{text}"), "").unwrap()).unwrap()
    }

    #[test]
    fn a_brand_alone_gets_a_team_promises_and_a_ladder() {
        let policy = compiled("");
        assert_eq!(policy.team_for(&Facts::default()).0.as_str(), DEFAULT_TEAM);
        let sla = policy.sla_for(&Facts { tier: 1, team: DEFAULT_TEAM, ..Facts::default() }).unwrap();
        assert_eq!((sla.rule.first_response.unwrap().as_secs(), sla.calendar.id()), (3600, "always"));
        assert_eq!(sla.reason().rule, "sla.usual_1");
        assert!(policy.sla_for(&Facts { tier: 3, ..Facts::default() }).is_none());
        assert_eq!(policy.ladder().len(), 2);
        assert_eq!(policy.teams_of(&AgentId::from("anybody")), [TeamId::from(DEFAULT_TEAM)]);
        assert!(policy.team_writes(&TeamId::from(DEFAULT_TEAM), "fi"));
    }

    #[test]
    fn agents_without_teams_are_in_all_and_strangers_in_none() {
        let policy = compiled(
            "[[teams]]\nid = 'a'\n[[teams]]\nid = 'b'\n[[agents]]\nid = 'jo'\n\
             [[agents]]\nid = 'mo'\nteams = ['b', 'a']",
        );
        assert_eq!(policy.teams_of(&AgentId::from("jo")), ["a", "b"].map(TeamId::from));
        assert_eq!(policy.teams_of(&AgentId::from("mo")), ["b", "a"].map(TeamId::from));
        assert!(policy.teams_of(&AgentId::from("who")).is_empty());
    }

    #[test]
    fn without_a_team_that_fits_the_first_takes_it() {
        let policy =
            compiled("[[teams]]\nid = 'a'\ntakes = { tier = [1] }\n[[teams]]\nid = 'b'\ntakes = { tier = [2] }");
        let (team, reasons) = policy.team_for(&Facts { tier: 3, ..Facts::default() });
        assert_eq!((team.as_str(), reasons[0].rule.as_str()), ("a", "policy.first_team"));
        assert_eq!(policy.team_for(&Facts { tier: 2, ..Facts::default() }).0.as_str(), "b");
    }

    #[test]
    fn calendars_may_follow_others_in_any_order() {
        let policy = compiled(
            "[[calendars]]\nid = 'all'\nfollow = ['some']\n[[calendars]]\nid = 'some'\nfollow = ['one', 'always']\n\
             [[calendars]]\nid = 'one'\nzone = 'UTC'\nhours = { mon = ['09:00-10:00'] }",
        );
        assert!(policy.calendar("all").unwrap().open_at(crate::model::Timestamp::default()));
    }

    #[test]
    fn the_version_changes_with_the_rules_and_not_with_comments() {
        let one = compiled("[cases]\njoin_threads = true");
        assert_eq!(one.version(), compiled("# a comment\n[cases]\n  join_threads=true").version());
        assert_ne!(one.version(), compiled("").version());
        assert_eq!(one.version().len(), 12);
    }

    #[test]
    fn a_policy_made_in_code_is_checked_too() {
        let mut policy = Policy::from_brand("Acme");
        policy.teams.push(TeamRule { calendar: Some("hq".to_owned()), ..TeamRule::default() });
        let mistakes = CompiledPolicy::new(policy).unwrap_err().to_string();
        assert_eq!(mistakes, "teams[0].id: is empty\nteams[0].calendar: there is no calendar `hq`; there is always");
    }
}
