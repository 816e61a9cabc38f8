//! What queries are asked about.

use crate::model::{AttachmentKind, Entity, Inbound, Profile, Rating, Surface};

/// A text and the facts around it.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct QueryInput<'a> {
    /// The text, in Unicode NFC as all texts of the model are. Of more than 16 MiB the beginning is looked at.
    pub text: &'a str,
    /// What the network marked in it, in order of their start: links are passed over, mentions found by their handle.
    pub entities: &'a [Entity],
    /// Who wrote it: `author:` finds the handle, the name or the native id.
    pub author: Option<&'a Profile>,
    /// The network.
    pub network: Option<&'a str>,
    /// The brand account it came to, as the policy names it.
    pub account: Option<&'a str>,
    /// The language as a BCP 47 tag.
    pub language: Option<&'a str>,
    /// The kind of place.
    pub surface: Option<&'a Surface>,
    /// Whether pictures, sound or films hang on it.
    pub has_media: bool,
    /// Stars from 1 to 5.
    pub rating: Option<f64>,
    /// How many follow the author.
    pub followers: Option<u64>,
}

impl<'a> QueryInput<'a> {
    /// A text of which nothing else is known.
    pub fn new(text: &'a str) -> Self {
        Self { text, ..Self::default() }
    }

    /// A message as its connector brought it. The network and the brand account are not in it.
    pub fn of(message: &'a Inbound) -> Self {
        let author = message.author.as_ref();
        Self {
            text: &message.content.text,
            entities: &message.content.entities,
            author,
            language: message.language.as_deref(),
            surface: Some(&message.surface),
            has_media: message.content.attachments.iter().any(|attachment| {
                matches!(attachment.kind, AttachmentKind::Image | AttachmentKind::Video | AttachmentKind::Audio)
            }),
            rating: message.rating.and_then(stars),
            followers: author.and_then(|author| author.followers),
            ..Self::default()
        }
    }
}

/// A rating on any scale as stars from 1 to 5.
fn stars(rating: Rating) -> Option<f64> {
    let (value, worst, best) = (f64::from(rating.value), f64::from(rating.worst), f64::from(rating.best));
    let stars = 1.0 + 4.0 * (value - worst) / (best - worst);
    stars.is_finite().then_some(stars)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scale_becomes_stars() {
        let of = |value, worst, best| stars(Rating { value, best, worst });
        assert_eq!(of(2.0, 1.0, 5.0), Some(2.0));
        assert_eq!([of(0.0, 0.0, 1.0), of(1.0, 0.0, 1.0)], [Some(1.0), Some(5.0)]);
        assert_eq!(of(1.0, 1.0, 1.0), None);
    }
}
