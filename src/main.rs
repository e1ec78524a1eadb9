//! whosaid
fn main() {}
