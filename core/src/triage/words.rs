//! The policy's own words, compiled once per policy.

use crate::listen::{BrandTerms, ListeningQueries};
use crate::policy::Policy;

use super::category::OwnCategories;

/// What listening and triage need of a policy, ready for one pass over a text.
#[derive(Debug)]
pub struct PolicyWords {
    brand: BrandTerms,
    queries: ListeningQueries,
    categories: OwnCategories,
}

impl PolicyWords {
    /// Compiles the listening terms, queries and category words of `policy`. A query that is none is left out.
    pub fn new(policy: &Policy) -> Self {
        Self {
            brand: BrandTerms::new(&policy.brand.name, &policy.listening),
            queries: ListeningQueries::new(&policy.listening),
            categories: OwnCategories::new(&policy.categories),
        }
    }

    pub(crate) fn brand(&self) -> &BrandTerms {
        &self.brand
    }

    pub(crate) fn queries(&self) -> &ListeningQueries {
        &self.queries
    }

    pub(crate) fn categories(&self) -> &OwnCategories {
        &self.categories
    }
}
