//! The reqwest transport: retry, throttling, bounds, redaction.
