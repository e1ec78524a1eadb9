//! `whosaid.toml`: whatever is in it, the command runs or says why not.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let dir = tempfile::tempdir().expect("room");
    std::env::set_current_dir(&dir).expect("a folder");
    dir
});

fuzz_target!(|data: &[u8]| {
    std::fs::write(FOLDER.path().join("whosaid.toml"), data).expect("room");
    // Prints little: a completion for no shell.
    let _ = whosaid::cli::run(["whosaid", "completions", "none"].map(Into::into));
});
