//! Every connector behind one feature each, opened from a URI.
