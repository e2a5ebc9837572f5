//! Benchmarks of the log.

fn main() {}
