//! Names and ids: which scope they live in, and one id for things that Facebook calls by several.

use careline::model::{NativeAccount, NetworkName, Profile};
use compact_str::CompactString;

use crate::wire::Actor;

/// The network's name, and the id scope of everything public: posts, comments, recommendations.
pub(crate) const NETWORK: &str = "facebook";

/// A page: the account, and the scopes that hang on it.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) account: NativeAccount,
    /// The scope of people who act in public, and of the page itself wherever it speaks.
    pub(crate) people: CompactString,
}

impl Page {
    pub(crate) fn new(id: &str) -> Self {
        Self { account: NativeAccount::new(NetworkName::new(NETWORK), id), people: within("facebook:", id) }
    }

    /// The scope of direct messages, of their threads and of the people in them.
    pub(crate) fn messenger(&self) -> CompactString {
        within("messenger:", self.id())
    }

    pub(crate) fn id(&self) -> &str {
        &self.account.native_id
    }

    /// Who speaks in public.
    pub(crate) fn person(&self, id: &str, name: Option<&str>) -> Profile {
        Profile { name: name.map(CompactString::new), ..Profile::new(self.people.clone(), id) }
    }

    /// Who speaks in private: the page under its one profile, a person under the id they have in Messenger.
    pub(crate) fn correspondent(&self, actor: &Actor<'_>) -> Option<Profile> {
        let id = contact(actor)?;
        let scope = if id == self.id() { self.people.clone() } else { self.messenger() };
        Some(Profile { name: actor.name.compact(), ..Profile::new(scope, id) })
    }

    /// The page's own profile.
    pub(crate) fn own(&self) -> Profile {
        Profile::new(self.people.clone(), self.id())
    }

    /// A post's id with its owner in front; bare ids are of this page.
    pub(crate) fn post(&self, id: &str) -> CompactString {
        if id.contains('_') { id.into() } else { joined(self.id(), id) }
    }
}

/// The id somebody has in Messenger, or the reference that stands for it before they ever wrote.
pub(crate) fn contact<'a>(actor: &'a Actor<'_>) -> Option<&'a str> {
    actor.id.get().or(actor.user_ref.get())
}

/// The part of a composite id that is the thing's own.
pub(crate) fn last(id: &str) -> &str {
    cut(id).map_or(id, |(_, own)| own)
}

/// The part of a composite id that names what the thing belongs to.
pub(crate) fn owner(id: &str) -> Option<&str> {
    cut(id).map(|(owner, _)| owner)
}

/// A composite id at its last `_`; by bytes, for ids are short and this is asked several times for each.
fn cut(id: &str) -> Option<(&str, &str)> {
    let at = id.bytes().rposition(|byte| byte == b'_')?;
    Some((&id[..at], &id[at + 1..]))
}

/// The one id of a comment, where that is not `id` itself. Facebook puts the post, a photo of it, the page or page and
/// post in front (fact sheet facebook §7, reactions to replies, comments listed inside posts); here it is always the post.
pub(crate) fn renamed(post: Option<&str>, id: &str) -> Option<CompactString> {
    let post = post.or(owner(id)).map(last).filter(|post| owner(id) != Some(post))?;
    Some(joined(post, last(id)))
}

/// The one id of a comment.
pub(crate) fn comment(post: Option<&str>, id: &str) -> CompactString {
    renamed(post, id).unwrap_or_else(|| id.into())
}

/// The scope of what belongs to one page.
fn within(kind: &str, page: &str) -> CompactString {
    let mut scope = CompactString::with_capacity(kind.len() + page.len());
    scope.push_str(kind);
    scope.push_str(page);
    scope
}

/// A composite id.
fn joined(owner: &str, own: &str) -> CompactString {
    let mut id = CompactString::with_capacity(owner.len() + 1 + own.len());
    id.push_str(owner);
    id.push('_');
    id.push_str(own);
    id
}

/// The comment that a comment answers; `None` if it stands right under the post.
pub(crate) fn parent_comment(post: &str, parent: &str, comment: &str) -> Option<CompactString> {
    // `comment_id` begins with the object commented on: a parent of that name is the post under its photo's id.
    let is_post = last(parent) == last(post) || owner(comment) == Some(last(parent));
    (!is_post).then(|| self::comment(Some(post), parent))
}

/// The address of a comment, as the Graph API writes it.
pub(crate) fn comment_link(post: &str, parent: Option<&str>, comment: &str) -> Option<String> {
    let (page, post) = post.split_once('_')?;
    let mut link = String::with_capacity(128);
    for part in ["https://www.facebook.com/", page, "/posts/", post, "/?comment_id=", last(parent.unwrap_or(comment))] {
        link.push_str(part);
    }
    if parent.is_some() {
        link.push_str("&reply_comment_id=");
        link.push_str(last(comment));
    }
    Some(link)
}

/// What the address of a comment tells: post, comment and, for a reply, the comment it answers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Linked {
    pub(crate) post: CompactString,
    pub(crate) comment: CompactString,
    pub(crate) parent: Option<CompactString>,
}

/// Reads `https://www.facebook.com/<page>/posts/<post>/?comment_id=<comment>[&reply_comment_id=<reply>]`.
pub(crate) fn read_comment_link(link: &str) -> Option<Linked> {
    let (path, query) = link.split_once('?')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let field = |name: &str| {
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).filter(|id| digits(id))
    };
    let mut parts = path.trim_end_matches('/').rsplit('/');
    let (post, posts, page) = (parts.next()?, parts.next()?, parts.next()?);
    if posts != "posts" || !digits(post) || !digits(page) {
        return None;
    }
    let first = field("comment_id")?;
    let id = |comment: &str| joined(post, comment);
    let (comment, parent) = match field("reply_comment_id") {
        Some(reply) => (id(reply), Some(id(first))),
        None => (id(first), None),
    };
    Some(Linked { post: joined(page, post), comment, parent })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_comment_has_one_id_whatever_stands_in_front() {
        for id in ["901_77", "555_77", "1_77", "1_901_77", "77"] {
            assert_eq!(comment(Some("1_901"), id), "901_77");
        }
        assert_eq!(comment(None, "555_77"), "555_77");
        assert_eq!(comment(None, "1_901_77"), "901_77");
        assert_eq!(comment(None, "77"), "77");
    }

    #[test]
    fn a_parent_is_the_post_or_another_comment() {
        assert_eq!(parent_comment("1_901", "1_901", "901_77"), None);
        assert_eq!(parent_comment("1_901", "1_555", "555_77"), None, "the post under its photo's id");
        assert_eq!(parent_comment("1_901", "901_70", "901_77").unwrap(), "901_70");
        assert_eq!(parent_comment("1_901", "1_70", "901_77").unwrap(), "901_70");
    }

    #[test]
    fn addresses_of_comments_are_read_as_they_are_written() {
        for parent in [None, Some("901_70")] {
            let link = comment_link("1_901", parent, "901_77").unwrap();
            let linked = read_comment_link(&link).unwrap();
            assert_eq!(linked.post, "1_901");
            assert_eq!(linked.comment, "901_77");
            assert_eq!(linked.parent.as_deref(), parent);
        }
        for link in ["", "https://x.example/1/posts/2", "https://www.facebook.com/acme/posts/2/?comment_id=3"] {
            assert_eq!(read_comment_link(link), None, "{link}");
        }
    }
}
