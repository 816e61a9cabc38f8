//! Hiding answers in our own threads, and showing them again. What is hidden in a thread stands in its gate: a record
//! beside the thread's first post, under the same key (lexicon `app.bsky.feed.threadgate`).
//!
//! The gate also says who may answer. It is taken over with all that stands in it, and written only where it is still
//! the one that was read: whoever else wrote meanwhile, in Bluesky's app too, loses nothing.

use careline::context::Context;
use careline::network::{Outbound, Receipt};
use careline::wire::Body;
use careline::{Error, ErrorKind, Result};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Post, Writing, gone, invalid};
use crate::account::Account;
use crate::error::nonsense;

/// The collection of gates.
const GATES: &str = "app.bsky.feed.threadgate";

/// The field that lists what is hidden.
const HIDDEN: &str = "hiddenReplies";

/// How many answers it lists at most (lexicon `app.bsky.feed.threadgate`).
const HIDDEN_MAX: usize = 300;

/// How often a gate is read that somebody else writes at the same time.
const ATTEMPTS: usize = 5;

/// An answer in a thread.
#[derive(Clone, Copy)]
pub(super) struct Answer<'o> {
    pub(super) on: Post<'o>,
    /// The first post of its thread, where that is known.
    pub(super) root: Option<Post<'o>>,
}

impl Account {
    /// Hides an answer or shows it again; nothing is written where it already is as it should be.
    pub(super) async fn hide(
        &self,
        cx: &Context,
        us: &str,
        out: &Outbound,
        answer: Answer<'_>,
        hidden: bool,
    ) -> Result<Receipt> {
        let (on, root) = (answer.on, self.own_root(cx, us, answer).await?);
        let root = Post::at(&root)?;
        for _ in 0..ATTEMPTS {
            let mut gate = self.gate(cx, us, root).await?;
            if !gate.set(on, hidden)? {
                return Ok(Receipt::new(on.uri));
            }
            match self.put(cx, us, out, gate.writing(root)).await {
                Err(error) if error.kind() == ErrorKind::Conflict => {}
                written => return written.map(|()| Receipt::new(on.uri)),
            }
        }
        Err(Error::new(ErrorKind::Conflict, "somebody else keeps writing the gate of this thread"))
    }

    /// Whether an answer is hidden.
    pub(super) async fn is_hidden(&self, cx: &Context, us: &str, answer: Answer<'_>) -> Result<bool> {
        let root = self.own_root(cx, us, answer).await?;
        Ok(self.gate(cx, us, Post::at(&root)?).await?.hides(answer.on))
    }

    /// The address of the first post in the thread of an answer, which must be ours: nobody else's gate counts.
    async fn own_root(&self, cx: &Context, us: &str, answer: Answer<'_>) -> Result<String> {
        let Answer { on, root } = answer;
        let root = match root {
            Some(root) => root.uri.to_owned(),
            // Where its author blocks us, only whoever knows the thread can name it.
            None => self.look_at(cx, us, on).await?.ok_or_else(gone)?.root_uri().unwrap_or(on.uri).to_owned(),
        };
        if root == on.uri {
            return Err(Error::new(ErrorKind::Unsupported, "only an answer can be hidden").with("verb", "hide"));
        }
        if Post::at(&root)?.did != us {
            return Err(invalid("only answers in a thread that we began can be hidden").with("root", root));
        }
        Ok(root)
    }

    async fn gate(&self, cx: &Context, us: &str, root: Post<'_>) -> Result<Gate> {
        let Some(answer) = self.record(cx, us, GATES, root.rkey).await? else {
            let fields = json!({"$type": GATES, "post": root.uri, "createdAt": cx.clock.now().to_string()});
            return Ok(Gate { cid: None, fields: fields.as_object().cloned().unwrap_or_default() });
        };
        let found: Found = Body::read(answer.body()).parse().map_err(nonsense)?;
        Ok(Gate { cid: Some(found.cid), fields: found.value })
    }
}

/// A gate that stands.
#[derive(Deserialize)]
struct Found {
    cid: String,
    value: Map<String, Value>,
}

/// A gate as it stands or, without `cid`, as it is to be.
struct Gate {
    cid: Option<String>,
    fields: Map<String, Value>,
}

impl Gate {
    fn hides(&self, on: Post<'_>) -> bool {
        self.listed().iter().any(|listed| listed == on.uri)
    }

    fn listed(&self) -> &[Value] {
        self.fields.get(HIDDEN).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    /// Lists an answer or takes it off the list; whether that changes anything.
    ///
    /// A gate whose list ran empty stays: without `allow` it lets anybody answer, as none does (the lexicon), and
    /// nobody can tell whether we made it.
    fn set(&mut self, on: Post<'_>, hidden: bool) -> Result<bool> {
        if self.hides(on) == hidden {
            return Ok(false);
        }
        let mut listed = self.listed().to_vec();
        match hidden {
            true if listed.len() >= HIDDEN_MAX => {
                let error = Error::new(ErrorKind::TooLarge, "Bluesky hides no more answers in this thread");
                return Err(error.with("most", HIDDEN_MAX));
            }
            true => listed.push(on.uri.into()),
            false => listed.retain(|listed| listed != on.uri),
        }
        self.fields.insert(HIDDEN.to_owned(), listed.into());
        Ok(true)
    }

    fn writing(self, root: Post<'_>) -> Writing<'_> {
        Writing { collection: GATES, rkey: root.rkey, record: self.fields.into(), over: self.cid }
    }
}
