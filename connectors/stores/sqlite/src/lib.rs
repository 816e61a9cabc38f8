//! The embedded default store for careline.
