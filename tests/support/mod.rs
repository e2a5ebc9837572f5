//! Runs the built binary as a user would.
