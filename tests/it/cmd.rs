//! The command line as a user meets it: every file of `tests/cmd` is a session with its expected output.
//!
//! `TRYCMD=overwrite cargo test --test it cmd` accepts the present output.

#[test]
fn sessions() {
    trycmd::TestCases::new()
        .env("NO_COLOR", "1")
        .env("COLUMNS", "80")
        .case("tests/cmd/*.toml")
        .case("tests/cmd/*.md")
        .run();
}
