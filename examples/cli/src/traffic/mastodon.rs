//! What happens on a Mastodon server, as statuses in the form of its API (fact sheet mastodon, section 3).

use careline::model::Timestamp;
use serde_json::{Value, json};

use super::chance::Chance;
use super::people::Person;
use super::scenes::{By, Line, Post};
use super::truth::Expected;
use super::{Ask, MASTODON_ACCOUNT};

/// What happens on the server, in the order of the day.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    /// `host:port` of the server.
    pub(crate) host: String,
    /// What happens.
    pub(crate) steps: Vec<Step>,
}

/// Something that happens on the server.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// When.
    pub(crate) at: Timestamp,
    /// What.
    pub(crate) what: Happening,
}

/// What can happen on the server.
#[derive(Clone, Debug)]
pub(crate) enum Happening {
    /// Somebody names us: we are notified; a direct one is in a conversation as well.
    Mention {
        /// The status as the API shows it.
        status: Value,
        /// Whether it can be missed on the stream without loss: it is never changed later.
        lasting: bool,
    },
    /// We write: it appears in our own timeline, a direct one in a conversation as well.
    Own {
        /// The status as the API shows it.
        status: Value,
    },
    /// A status has other words now.
    Edit {
        /// Its id.
        id: String,
        /// The new words, as HTML.
        content: String,
    },
    /// A status is gone.
    Delete {
        /// Its id.
        id: String,
    },
    /// We are notified of something that is no message.
    Notice {
        /// The type of the notification.
        kind: &'static str,
        /// Who did it.
        account: Value,
    },
    /// Every stream breaks off.
    Break,
}

/// Everything that happens on the server.
#[derive(Debug)]
pub(crate) struct Stage {
    chance: Chance,
    host: String,
    sequence: u64,
    starts_at: Timestamp,
    steps: Vec<Step>,
    messages: Vec<Expected>,
}

impl Stage {
    pub(crate) fn new(ask: &Ask) -> Self {
        Self {
            chance: Chance::new(ask.seed, "mastodon"),
            host: ask.mastodon_host.clone(),
            sequence: 0,
            starts_at: ask.starts_at,
            steps: Vec::new(),
            messages: Vec::new(),
        }
    }

    /// The day in order, with what is no message and what goes wrong with streams, and what must be there of it.
    pub(crate) fn finish(mut self) -> (Schedule, Vec<Expected>) {
        for number in 0..24u32 {
            let at = self.starts_at.plus_millis(i64::from(self.chance.number(5 * 3600, 23 * 3600)) * 1000);
            let who = Person {
                name: "Somebody Else".to_owned(),
                handle: format!("else_{number}"),
                language: "en",
                number: 900_000 + number,
            };
            let kind = ["favourite", "follow", "reblog", "hologram"][number as usize % 4];
            self.steps.push(Step { at, what: Happening::Notice { kind, account: self.account(By::Customer(&who)) } });
        }
        for hour in [9, 15, 20] {
            let at = self.starts_at.plus_millis(hour * 3_600_000 + i64::from(self.chance.number(0, 3000)) * 1000);
            self.steps.push(Step { at, what: Happening::Break });
        }
        self.steps.sort_by_key(|step| step.at);
        (Schedule { host: self.host, steps: self.steps }, self.messages)
    }

    fn status(
        &mut self,
        by: By<'_>,
        to: &[(String, String)],
        under: Option<&Post>,
        line: Line,
        visibility: &str,
        at: Timestamp,
    ) -> (Post, Value) {
        self.sequence += 1;
        let id = ((at.as_millis().cast_unsigned() << 16) | (self.sequence & 0xffff)).to_string();
        let author = author(by);
        let names: String = to.iter().map(|(_, handle)| format!("@{handle} ")).collect();
        let text = format!("{names}{}", line.words.text);
        let account = self.account(by);
        let url = format!("{}/{id}", account["url"].as_str().unwrap_or_default());
        let mentions: Vec<Value> = to
            .iter()
            .map(|(id, handle)| json!({"id": id, "username": handle, "acct": handle, "url": self.profile(handle)}))
            .collect();
        let status = json!({
            "id": id, "uri": format!("{}/statuses/{id}", account["uri"].as_str().unwrap_or_default()), "url": url,
            "created_at": at.to_string(), "edited_at": null, "in_reply_to_id": under.map(|post| &post.id),
            "in_reply_to_account_id": under.map(|post| &post.author.0), "visibility": visibility, "sensitive": false,
            "spoiler_text": "", "language": line.words.language, "content": self.html(to, &line.words.text),
            "account": account, "mentions": mentions, "tags": [], "emojis": [], "media_attachments": [], "reblog": null,
            "poll": null, "card": null, "quote": null, "replies_count": 0, "reblogs_count": 0, "favourites_count": 0,
        });
        let expected = Expected::new("mastodon", &id, Some(author.0.clone()), line, at);
        self.messages.push(Expected { text: Some(text), parent: under.map(|post| post.id.clone()), ..expected });
        let thread = under.map_or_else(|| id.clone(), |post| post.thread.clone());
        let customer = if let By::Customer(person) = by { Some(person.clone()) } else { None };
        (Post { index: self.messages.len() - 1, id, thread, author, customer, account: 0 }, status)
    }

    fn mention(&mut self, status: Value, at: Timestamp) {
        self.steps.push(Step { at, what: Happening::Mention { status, lasting: true } });
    }

    /// A later change takes back the promise that a status stays as it is.
    fn not_lasting(&mut self, id: &str) {
        for step in &mut self.steps {
            if let Happening::Mention { status, lasting } = &mut step.what
                && status["id"] == id
            {
                *lasting = false;
            }
        }
    }

    fn account(&self, by: By<'_>) -> Value {
        let (id, handle) = author(by);
        let (name, server, number) = match by {
            By::Brand => ("Acme", None, 0),
            By::Customer(person) => (person.name.as_str(), person.server(), person.number),
        };
        let home = server.unwrap_or(&self.host);
        json!({
            "id": id, "username": handle, "acct": server.map_or_else(|| handle.clone(), |server| format!("{handle}@{server}")),
            "display_name": name, "url": format!("https://{home}/@{handle}"), "uri": format!("https://{home}/users/{handle}"),
            "avatar": format!("https://{home}/avatars/{handle}.png"), "bot": false, "locked": false,
            "created_at": "2023-04-05T00:00:00.000Z", "followers_count": number % 700, "fields": [],
        })
    }

    fn profile(&self, handle: &str) -> String {
        format!("https://{}/@{handle}", self.host)
    }

    /// The words as Mastodon writes them.
    fn html(&self, to: &[(String, String)], text: &str) -> String {
        let names: String = to
            .iter()
            .map(|(_, handle)| {
                let url = self.profile(handle);
                format!(
                    "<span class=\"h-card\" translate=\"no\"><a href=\"{url}\" class=\"u-url mention\">@<span>{handle}</span></a></span> "
                )
            })
            .collect();
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&#39;");
        format!("<p>{names}{text}</p>")
    }
}

impl super::scenes::Stage for Stage {
    const NETWORK: &'static str = "mastodon";
    const TELLS_DELETIONS: bool = true;

    fn author(&self, person: &Person, _private: bool) -> String {
        person.mastodon_id()
    }

    fn address(&mut self, by: &Person, line: Line, at: Timestamp) -> Post {
        let visibility = if self.chance.percent(80) { "public" } else { "unlisted" };
        let (post, status) = self.status(By::Customer(by), &[author(By::Brand)], None, line, visibility, at);
        self.mention(status, at);
        post
    }

    fn comment(&mut self, by: By<'_>, under: &Post, line: Line, at: Timestamp) -> Post {
        let mut to = vec![under.author.clone()];
        if matches!(by, By::Customer(_)) && under.customer.is_some() {
            to.push(author(By::Brand));
        }
        let (post, status) = self.status(by, &to, Some(under), line, "public", at);
        match by {
            By::Brand => self.steps.push(Step { at, what: Happening::Own { status } }),
            By::Customer(_) => self.mention(status, at),
        }
        post
    }

    fn announce(&mut self, line: Line, at: Timestamp) -> Post {
        let (post, status) = self.status(By::Brand, &[], None, line, "public", at);
        self.steps.push(Step { at, what: Happening::Own { status } });
        post
    }

    fn whisper(&mut self, with: &Person, from: By<'_>, line: Line, at: Timestamp) -> Post {
        let to = match from {
            By::Brand => author(By::Customer(with)),
            By::Customer(_) => author(By::Brand),
        };
        let last = self.last_between(with);
        let (post, status) = self.status(from, &[to], last.as_ref(), line, "direct", at);
        match from {
            By::Brand => self.steps.push(Step { at, what: Happening::Own { status } }),
            By::Customer(_) => self.mention(status, at),
        }
        post
    }

    fn edit(&mut self, post: &Post, text: String, at: Timestamp) {
        let to = [author(By::Brand)];
        let content = self.html(&to, &text);
        self.messages[post.index].text = Some(format!("@{} {text}", to[0].1));
        self.not_lasting(&post.id);
        self.steps.push(Step { at, what: Happening::Edit { id: post.id.clone(), content } });
    }

    fn take_back(&mut self, post: &Post, at: Timestamp) {
        self.messages[post.index].text = None;
        self.not_lasting(&post.id);
        self.steps.push(Step { at, what: Happening::Delete { id: post.id.clone() } });
    }
}

impl Stage {
    /// The last direct status between a person and us: the next one answers it.
    fn last_between(&self, with: &Person) -> Option<Post> {
        let id = with.mastodon_id();
        let (brand, _) = author(By::Brand);
        let status = self.steps.iter().rev().find_map(|step| match &step.what {
            Happening::Mention { status, .. } | Happening::Own { status } if status["visibility"] == "direct" => {
                let theirs = status["account"]["id"] == id.as_str();
                let to_them =
                    status["mentions"].as_array().is_some_and(|all| all.iter().any(|one| one["id"] == id.as_str()));
                (theirs || to_them).then_some(status)
            }
            _ => None,
        })?;
        let native = status["id"].as_str()?;
        let index = self.messages.iter().position(|message| message.native_id == native)?;
        let ours = status["account"]["id"] == brand.as_str();
        let by = if ours { By::Brand } else { By::Customer(with) };
        let customer = (!ours).then(|| with.clone());
        Some(Post { index, id: native.to_owned(), thread: native.to_owned(), author: author(by), customer, account: 0 })
    }
}

fn author(by: By<'_>) -> (String, String) {
    match by {
        By::Brand => (MASTODON_ACCOUNT.0.to_owned(), MASTODON_ACCOUNT.1.to_owned()),
        By::Customer(person) => (person.mastodon_id(), person.handle.clone()),
    }
}
