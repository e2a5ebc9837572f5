//! The command `docket`.
fn main() {}
