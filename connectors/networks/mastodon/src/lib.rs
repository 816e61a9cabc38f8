//! Mastodon and servers with its API for careline.
