//! X (formerly Twitter) for careline.
