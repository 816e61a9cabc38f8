//! Writing an answer on a case's page: the words, where they go, and the verdict before anything is sent.

use axum::extract::Path;
use axum::response::{Html, IntoResponse, Redirect, Response};
use careline::care::CaseView;
use careline::engage::guard::{Instead, Objection, Weight};
use careline::engage::verdict::{Route, Verdict};
use careline::model::{
    AgentId, CaseId, Message, MessageId, Origin, ReplyDraft, ReplyPurpose, Span, SuggestionKind, Visibility,
};
use careline::{Result, model};
use maud::{Markup, html};

use super::case;
use super::desk::{Desk, Form, Page, Problem};
use super::pieces::pieces;
use super::words::{label, lang, moment};
use crate::outbox::instead;
use crate::reply::{latest, unit};

/// So much of a message is shown where one is chosen, in characters.
const EXCERPT: usize = 60;
/// So many of the customer's messages can be chosen, the latest.
const CHOICES: usize = 20;

/// The places an answer can go, by the verb that goes there.
const WHERE: [(&str, &str); 3] =
    [("", "Where it is best"), ("reply", "Where it stands"), ("direct_message", "In private")];
/// What an answer can be for.
const WHAT_FOR: [(&str, &str); 3] =
    [("", "To answer"), ("invitation", "To invite into private"), ("return_note", "To close in public")];

/// An answer as it stands on the page.
#[derive(Default)]
pub(super) struct Sheet {
    key: String,
    author: String,
    /// The message, and the version of its conversation that was read.
    to: String,
    read: Option<u64>,
    verb: String,
    purpose: String,
    text: String,
    thread: bool,
    despite: Vec<String>,
    verdict: Option<Verdict>,
}

/// `POST /cases/{id}/reply`: sends, or judges and shows the page again with what was asked for changed.
pub(super) async fn submit(desk: Desk, Path(id): Path<String>, form: Form) -> Result<Response, Problem> {
    let case = CaseId::from(id);
    let mut sheet = Sheet::of(&form);
    if form.get("do") == "send" {
        let submitted = desk.tenant.reply(sheet.draft()).await?;
        if let Some(reply) = submitted.reply {
            let path = desk.href(&format!("/cases/{case}"), &[("as", &sheet.author)]);
            return Ok(Redirect::to(&format!("{path}#{}", reply.id)).into_response());
        }
        sheet.verdict = Some(submitted.verdict);
    } else {
        let view = desk.tenant.case(&case).await?;
        let verdict = desk.tenant.can_send(&sheet.draft()).await?;
        sheet.change(&desk, &view, form.get("do"), &verdict).await?;
        sheet.verdict = Some(desk.tenant.can_send(&sheet.draft()).await?);
    }
    Ok(case::page(&desk, &case, Some(sheet)).await?.into_response())
}

/// `POST /cases/{id}/verdict`: the verdict alone, for a page that asks while somebody writes.
pub(super) async fn judge(desk: Desk, Path(_): Path<String>, form: Form) -> Page {
    let sheet = Sheet::of(&form);
    if sheet.text.trim().is_empty() {
        return Ok(Html(String::new()));
    }
    let judged = desk.tenant.can_send(&sheet.draft()).await?;
    Ok(Html(verdict(&desk, &sheet, &judged).into_string()))
}

impl Sheet {
    fn of(form: &Form) -> Self {
        let (to, read) = form.get("to").split_once(' ').unwrap_or((form.get("to"), ""));
        Self {
            key: form.get("key").to_owned(),
            author: form.get("as").to_owned(),
            to: to.to_owned(),
            read: read.parse().ok(),
            verb: form.get("verb").to_owned(),
            purpose: form.get("purpose").to_owned(),
            text: form.get("text").replace("\r\n", "\n"),
            thread: !form.get("thread").is_empty(),
            despite: form.all("despite").map(str::to_owned).collect(),
            verdict: None,
        }
    }

    /// A new one: to the customer's latest message, or what is suggested.
    pub(super) async fn new(desk: &Desk, view: &CaseView) -> Result<Self> {
        let held = view.case.assignment.as_ref().map(|held| held.agent.to_string());
        let author = desk.asked("as").map(str::to_owned).or(held).unwrap_or_default();
        let to = latest(view, false).map_or_else(String::new, |message| message.id.to_string());
        let mut sheet = Self { key: new_key(), author, to, ..Self::default() };
        let Some(wanted) = desk.asked("suggest") else { return Ok(sheet) };
        let all = desk.tenant.suggestions(&view.case.id).await?;
        if let Some(found) = all.into_iter().find(|suggestion| suggestion.kind == SuggestionKind::from(wanted)) {
            sheet.to = found.to.to_string();
            sheet.purpose = found.purpose.as_str().to_owned();
            sheet.text = found.text.into_iter().chain(found.link).collect::<Vec<_>>().join(" ");
        }
        Ok(sheet)
    }

    fn draft(&self) -> ReplyDraft {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        ReplyDraft {
            verb: some(&self.verb).map(Into::into),
            purpose: some(&self.purpose).as_deref().map(Into::into),
            thread: self.thread,
            despite: self.despite.clone(),
            read: self.read,
            ..ReplyDraft::answer(&self.key, &self.author, MessageId::from(self.to.as_str()), &self.text)
        }
    }

    /// Does what can be done instead.
    async fn change(&mut self, desk: &Desk, view: &CaseView, what: &str, verdict: &Verdict) -> Result<()> {
        match what {
            "private" => self.move_to_private(desk, view, verdict),
            "public" => self.verb = "reply".to_owned(),
            "aside" => {
                let warned = verdict.objections.iter().filter(|objection| objection.weight == Weight::Warn);
                self.despite.extend(warned.map(|objection| objection.guard.to_string()));
            }
            "split" => self.thread = true,
            "again" => self.read = desk.tenant.reading(&MessageId::from(self.to.as_str())).await.ok(),
            _ => {}
        }
        Ok(())
    }

    /// Into the private thread, where there is one or one can be begun; else the customer is invited in public.
    fn move_to_private(&mut self, desk: &Desk, view: &CaseView, verdict: &Verdict) {
        let private = latest(view, true).filter(|message| message.visibility == Visibility::Private);
        let begins = verdict.open_routes.iter().any(|route| route.verb == "direct_message");
        if private.is_some() || begins {
            self.verb = "direct_message".to_owned();
            if let Some(message) = private {
                (self.to, self.read) = (message.id.to_string(), None);
            }
            return;
        }
        let policy = desk.tenant.policy();
        let text = policy.and_then(|policy| policy.text("move_to_private", &view.case.language).map(str::to_owned));
        let link = verdict.invitation.as_ref().and_then(|invitation| invitation.link.clone());
        self.text = text.into_iter().chain(link).collect::<Vec<_>>().join(" ");
        (self.verb, self.purpose) = ("reply".to_owned(), ReplyPurpose::Invitation.as_str().to_owned());
    }
}

/// A name for one submission, made with the form: pressed twice it is sent once.
fn new_key() -> String {
    format!("page-{:032x}", rand::random::<u128>())
}

/// The form under a case's threads.
pub(super) async fn form(desk: &Desk, view: &CaseView, sheet: &Sheet) -> Result<Markup> {
    let choices = choices(desk, view).await?;
    let path = format!("/cases/{}", view.case.id);
    let judged = sheet.verdict.as_ref();
    Ok(html! {
        section.card.compose #compose aria-labelledby="compose-title" {
            h2 #compose-title { "Answer" }
            @if choices.is_empty() {
                p.muted { "There is no message of the customer to answer." }
            } @else if agents(desk).next().is_none() {
                p.muted { "The policy names no agents, so nobody can answer here." }
            } @else {
                form method="post" action=(desk.href(&format!("{path}/reply"), &[]))
                    data-verdict=(desk.href(&format!("{path}/verdict"), &[])) {
                    input type="hidden" name="key" value=(sheet.key);
                    @for guard in &sheet.despite { input type="hidden" name="despite" value=(guard); }
                    p.compose-where {
                        label for="to" { "To" }
                        select #to name="to" {
                            @for choice in &choices {
                                option value={ (choice.id) " " (choice.version(sheet)) }
                                    selected[choice.id == sheet.to] { (choice.says) }
                            }
                        }
                        (select("verb", "Where", &sheet.verb, &WHERE))
                        (select("purpose", "What for", &sheet.purpose, &WHAT_FOR))
                        (agent(desk, "as", "as", &sheet.author, None))
                    }
                    label.hidden for="text" { "Your answer" }
                    textarea #text name="text" rows="4" dir="auto" lang=[lang(&view.case.language)] required
                        aria-describedby="verdict" placeholder="Your answer" { (sheet.text) }
                    p.compose-do {
                        label {
                            input type="checkbox" name="thread" value="yes" checked[sheet.thread];
                            " May become several posts"
                        }
                        // The first button is what Enter presses.
                        button.quiet type="submit" name="do" value="check" { "Check" }
                        button type="submit" name="do" value="send" { "Send" }
                    }
                    div #verdict role="status" aria-live="polite" {
                        @if let Some(judged) = judged { (verdict(desk, sheet, judged)) }
                    }
                }
            }
        }
    })
}

/// A message that can be answered.
struct Choice {
    id: String,
    read: u64,
    says: String,
}

impl Choice {
    /// What its reader has read: what they said, else what is there now.
    fn version(&self, sheet: &Sheet) -> u64 {
        sheet.read.filter(|_| self.id == sheet.to).unwrap_or(self.read)
    }
}

async fn choices(desk: &Desk, view: &CaseView) -> Result<Vec<Choice>> {
    let messages = view.threads.iter().flat_map(|thread| &thread.messages);
    let theirs = |message: &&Message| {
        message.origin == Origin::Customer
            && message.case.as_ref() == Some(&view.case.id)
            && message.deleted_at.is_none()
    };
    let mut theirs: Vec<&Message> = messages.filter(theirs).collect();
    theirs.sort_by_key(|message| std::cmp::Reverse(message.at()));
    let mut choices = Vec::new();
    for message in theirs.into_iter().take(CHOICES) {
        let place = label(message.visibility.as_str());
        let text: String = message.text().split_whitespace().collect::<Vec<_>>().join(" ");
        let excerpt: String = text.chars().take(EXCERPT).collect();
        let more = if excerpt.len() < text.len() { "…" } else { "" };
        let read = desk.tenant.reading(&message.id).await?;
        choices.push(Choice { id: message.id.to_string(), read, says: format!("{place}: {excerpt}{more}") });
    }
    Ok(choices)
}

fn select(name: &str, title: &str, chosen: &str, options: &[(&str, &str)]) -> Markup {
    html! {
        label for=(name) { (title) }
        select id=(name) name=(name) {
            @for (value, words) in options { option value=(value) selected[*value == chosen] { (words) } }
        }
    }
}

fn agents(desk: &Desk) -> impl Iterator<Item = &AgentId> {
    desk.tenant.policy().into_iter().flat_map(|policy| policy.agents()).map(|agent| &agent.rule.id)
}

/// Who acts; the page knows no login, so whoever is behind it says.
pub(super) fn agent(desk: &Desk, name: &str, id: &str, chosen: &str, but: Option<&str>) -> Markup {
    html! {
        label for=(id) { "As" }
        select id=(id) name=(name) {
            @for agent in agents(desk).filter(|agent| but != Some(agent.as_str())) {
                option value=(agent) selected[agent.as_str() == chosen] { (desk.agent(agent)) }
            }
        }
    }
}

/// What is found about the draft, and what can be done about it.
fn verdict(desk: &Desk, sheet: &Sheet, verdict: &Verdict) -> Markup {
    html! {
        p.compose-count {
            @if verdict.length_max > 0 {
                strong.over[verdict.length > verdict.length_max && verdict.parts.len() < 2] {
                    (verdict.length) " of " (verdict.length_max)
                }
                " " (unit(&verdict.unit))
                @if verdict.parts.len() > 1 { " each, in " (verdict.parts.len()) " posts" }
            }
            @if let Some(there) = &verdict.route { " · " (route(desk, there)) }
        }
        @if verdict.allowed {
            p.kept { "It may be sent." }
        } @else if verdict.held {
            p.advice { "An incident is open: sent now, it is held until that is released." }
        } @else {
            p.broken { "It may not be sent so." }
        }
        @if !verdict.objections.is_empty() {
            blockquote.text.evidence dir="auto" { (marked(&sheet.text, &verdict.objections)) }
        }
        ul.reasons-list {
            @for objection in &verdict.objections {
                li {
                    span.chip.warn { @if objection.weight == Weight::Block { "Blocked" } @else { "Warning" } }
                    " " (why(&objection.reasons)) " " code { (objection.guard.as_str()) }
                    @if sheet.despite.iter().any(|guard| guard == objection.guard.as_str()) {
                        span.muted { " set aside" }
                    }
                }
            }
            @for reason in reasons_beside(verdict) { li { (reason.note) " " code { (reason.rule) } } }
            @for note in &verdict.notes {
                li.muted { "Changed for the network: " (label(note.as_str()).to_lowercase()) }
            }
        }
        @if let Some(approval) = &verdict.approval {
            p { "Must be approved by "
                @if approval.by.is_empty() { "a colleague" } @else { (approval.by.join(", ")) }
                " until " (moment(approval.expires_at, desk.now)) "." }
        }
        @if !verdict.allowed && !verdict.instead.is_empty() {
            p.compose-instead aria-label="Instead" {
                @for step in &verdict.instead { (way_out(*step)) " " }
            }
        }
    }
}

fn route(desk: &Desk, route: &Route) -> Markup {
    html! {
        (label(route.surface.as_str())) ", " (label(route.visibility.as_str()).to_lowercase())
        @if let Some(at) = route.closes_at { ", open until " (moment(at, desk.now)) }
        @if let Some(cost) = route.cost_usd { ", costs $" (format!("{cost:.3}")) }
        @if route.single { ", one message and no second" }
    }
}

fn why(reasons: &[model::Reason]) -> String {
    reasons.iter().map(|reason| reason.note.as_str()).collect::<Vec<_>>().join("; ")
}

/// Reasons that are no guard's: those stand with their objection.
fn reasons_beside(verdict: &Verdict) -> impl Iterator<Item = &model::Reason> {
    let known = |reason: &model::Reason| verdict.objections.iter().any(|objection| objection.reasons.contains(reason));
    verdict.reasons.iter().filter(move |reason| !known(reason))
}

/// A button for what the page can do, words for the rest.
fn way_out(step: Instead) -> Markup {
    let does = match step {
        Instead::MoveToPrivate => Some("private"),
        Instead::SetAside => Some("aside"),
        Instead::Split => Some("split"),
        Instead::ReadAgain => Some("again"),
        Instead::AnswerInPublic => Some("public"),
        _ => None,
    };
    let words = label(instead(step));
    html! {
        @match does {
            Some(does) => button.quiet type="submit" name="do" value=(does) { (words) },
            None => span.chip { (words) },
        }
    }
}

/// The draft with what is objected to marked.
fn marked(text: &str, objections: &[Objection]) -> Markup {
    let spans: Vec<Span> = objections.iter().flat_map(|objection| objection.spans.iter().copied()).collect();
    html! {
        @for piece in pieces(text, &spans) {
            @if piece.marks.is_empty() { (piece.text) } @else { mark.ev.ev-risk { (piece.text) } }
        }
    }
}
