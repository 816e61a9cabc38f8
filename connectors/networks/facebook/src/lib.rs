//! Facebook Pages and Messenger for careline.
