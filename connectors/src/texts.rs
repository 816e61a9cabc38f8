//! Texts judged by themselves: rows of a file, a column of a table, whatever came without its network.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use careline::model::{Assessment, Inbound, Profile, Question, Surface, Visibility};
use careline::policy::{CompiledPolicy, LONGEST_TERM, Policy};
use careline::triage::{Evidence, Subject, Triage, TriageInput, Triages};
use careline::{Error, ErrorKind, Result};
use serde::Deserialize;

/// A text and what is known of it.
#[derive(Clone, Debug, Default, Deserialize)]
#[non_exhaustive]
pub struct Text {
    /// The text.
    pub text: String,
    /// The network it was written on.
    #[serde(default)]
    pub network: Option<String>,
    /// Its language as the network names it.
    #[serde(default)]
    pub lang: Option<String>,
    /// Who wrote it: a native id or handle.
    #[serde(default)]
    pub author: Option<String>,
    /// The brand it may be about, in place of the policy's.
    #[serde(default)]
    pub brand: Option<String>,
    /// The kind of place it stands in.
    #[serde(default)]
    pub surface: Option<Surface>,
    /// Who can read it.
    #[serde(default)]
    pub visibility: Option<Visibility>,
}

impl Text {
    /// A text of which nothing else is known.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    fn brand(&self) -> Option<&str> {
        self.brand.as_deref().map(str::trim).filter(|brand| !brand.is_empty())
    }

    fn message(&self) -> Inbound {
        let network = self.network.as_deref().unwrap_or("unknown");
        let private = PRIVATE.contains(&network);
        let usual = if private { Surface::DirectMessage } else { Surface::Mention };
        let surface = self.surface.clone().unwrap_or(usual);
        let usual = if surface == Surface::DirectMessage { Visibility::Private } else { Visibility::Public };
        let mut message = Inbound::new(network, "row", surface, self.visibility.clone().unwrap_or(usual));
        message.language = self.lang.as_deref().map(Into::into);
        message.author = self.author.as_deref().map(|author| Profile::new(network, author));
        message.content.text.clone_from(&self.text);
        message
    }
}

/// Networks on which people write to one brand alone.
const PRIVATE: [&str; 9] =
    ["chat", "sms", "email", "messenger", "whatsapp", "telegram", "line", "signal", "direct_message"];

/// So many brands are kept from one call to the next.
const MOST_BRANDS: usize = 1_000;

/// Judges texts under a policy. A text that names no brand is taken as one to whoever asks. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Texts {
    policy: Arc<CompiledPolicy>,
    /// The same policy for other brands.
    brands: Arc<BTreeMap<String, Arc<CompiledPolicy>>>,
    handed_in: Triages,
    about_a_brand: Triages,
}

impl Texts {
    /// Judges under `policy`.
    pub fn new(policy: CompiledPolicy) -> Self {
        let with = |handed_in| Triages::default().with(Arc::new(TextSays { handed_in }));
        Self { policy: Arc::new(policy), brands: Arc::default(), handed_in: with(true), about_a_brand: with(false) }
    }

    /// Judges without a policy.
    ///
    /// # Errors
    /// None that a caller can cause.
    pub fn without_policy() -> Result<Self> {
        Ok(Self::new(CompiledPolicy::new(Policy::from_brand("careline"))?))
    }

    /// Gets ready for the brands that `texts` name. Where there are too many, those named earlier are forgotten.
    ///
    /// # Errors
    /// `too_large` for a brand's name of more than [`LONGEST_TERM`] characters; `config_invalid` for a brand no policy
    /// can be made for.
    pub fn prepare<'a>(&mut self, texts: impl IntoIterator<Item = &'a Text>) -> Result<()> {
        let own = self.policy.policy().brand.name.as_str();
        let mut named: BTreeSet<&str> = texts.into_iter().filter_map(Text::brand).collect();
        named.remove(own);
        let new: Vec<&str> = named.iter().copied().filter(|brand| !self.brands.contains_key(*brand)).collect();
        if self.brands.len() + new.len() > MOST_BRANDS {
            Arc::make_mut(&mut self.brands).retain(|brand, _| named.contains(brand.as_str()));
        }
        for brand in new {
            let policy = self.policy_for(brand)?;
            Arc::make_mut(&mut self.brands).insert(brand.to_owned(), Arc::new(policy));
        }
        Ok(())
    }

    /// The same policy for another brand.
    fn policy_for(&self, brand: &str) -> Result<CompiledPolicy> {
        let length = brand.chars().count();
        if length > LONGEST_TERM {
            let message = format!("`brand` has {length} characters; a brand's name has at most {LONGEST_TERM}");
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        let mut policy = self.policy.policy().clone();
        policy.brand.name = brand.to_owned();
        CompiledPolicy::new(policy)
            .map_err(|mistakes| Error::new(ErrorKind::ConfigInvalid, format!("no policy for this brand: {mistakes}")))
    }

    /// What a text is. Its brand must have been [prepared](Self::prepare); else the policy's own is looked for.
    pub fn assess(&self, text: &Text) -> Assessment {
        let brand = text.brand();
        let policy = brand.and_then(|brand| self.brands.get(brand)).unwrap_or(&self.policy).as_ref();
        let triages = if brand.is_none() { &self.handed_in } else { &self.about_a_brand };
        let message = text.message();
        triages.assess(&TriageInput::new(&message, policy), &Subject::of_inbound(&message))
    }

    /// What each text is, in order, on so many threads; they end before this returns. 0 and 1 mean the caller's own.
    pub fn assess_all(&self, texts: &[Text], threads: usize) -> Vec<Assessment> {
        in_parallel(texts, threads, |text| self.assess(text))
    }
}

/// Does `work` on each item, in order, on so many threads at most, which end before this returns.
pub fn in_parallel<T: Sync, U: Send>(items: &[T], threads: usize, work: impl Fn(&T) -> U + Sync) -> Vec<U> {
    /// A thread costs more than so few items do.
    const LEAST: usize = 16;
    let threads = threads.min(items.len() / LEAST);
    if threads <= 1 {
        return items.iter().map(work).collect();
    }
    let share = items.len().div_ceil(threads);
    std::thread::scope(|scope| {
        let shares: Vec<_> = items
            .chunks(share)
            .map(|share| (share, scope.spawn(|| share.iter().map(&work).collect::<Vec<_>>())))
            .collect();
        // A share whose thread could not do it is done here, where a panic finds its way to the caller.
        shares
            .into_iter()
            .flat_map(|(share, done)| done.join().unwrap_or_else(|_| share.iter().map(&work).collect()))
            .collect()
    })
}

/// What it says about a text that somebody handed it in.
#[derive(Debug)]
struct TextSays {
    /// Whether no brand is named: then it is taken as one to whoever asks.
    handed_in: bool,
}

impl Triage for TextSays {
    fn id(&self) -> &'static str {
        "careline-row/1"
    }

    fn assess(&self, input: &TriageInput<'_>, evidence: &mut Evidence) -> Result<()> {
        if self.handed_in {
            evidence.add(Question::Relevance, "addressed", 2.0, "row.handed_in", None);
        } else if input.text().trim_start().starts_with('@') {
            evidence.add(Question::Relevance, "addressed", 1.5, "row.answers_somebody", None);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_threads_say_what_one_says_in_the_same_order() {
        let texts: Vec<_> = (0..100).map(|number| Text::new(format!("@acme parcel {number} is late!"))).collect();
        let judge = Texts::without_policy().unwrap();
        assert_eq!(judge.assess_all(&texts, 4), judge.assess_all(&texts, 1));
        assert_eq!(in_parallel(&[1, 2, 3], 8, |number| number * 2), [2, 4, 6]);
        assert!(in_parallel(&[(); 0], 8, |()| ()).is_empty());
    }

    #[test]
    fn a_brand_must_be_addressed_or_named() {
        let mut judge = Texts::without_policy().unwrap();
        let mut text = Text::new("The sun is shining in the park");
        assert_eq!(judge.assess(&text).relevance.as_str(), "addressed");
        text.brand = Some("Acme".to_owned());
        judge.prepare([&text]).unwrap();
        assert_eq!(judge.assess(&text).relevance.as_str(), "none");
    }

    /// A text about a brand.
    fn about(brand: impl Into<String>) -> Text {
        let mut text = Text::new("my order is broken");
        text.brand = Some(brand.into());
        text
    }

    #[test]
    fn a_brand_is_no_book() {
        let mut judge = Texts::without_policy().unwrap();
        judge.prepare([&about("é".repeat(LONGEST_TERM))]).unwrap();
        let error = judge.prepare([&about("é".repeat(LONGEST_TERM + 1))]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        assert!(error.message().contains("`brand` has 201 characters"), "{error}");
    }

    #[test]
    fn no_number_of_brands_is_kept_for_ever() {
        let mut judge = Texts::without_policy().unwrap();
        for number in 0..MOST_BRANDS + 10 {
            judge.prepare([&about(format!("Acme {number}"))]).unwrap();
            assert!(judge.brands.len() <= MOST_BRANDS);
        }
        // All that one call names are ready at once, however many.
        let many: Vec<_> = (0..MOST_BRANDS + 10).map(|number| about(format!("Other {number}"))).collect();
        judge.prepare(&many).unwrap();
        assert!(many.iter().all(|text| judge.brands.contains_key(text.brand().unwrap())));
        judge.prepare([&many[0]]).unwrap();
        assert_eq!(judge.brands.len(), 1);
    }
}
