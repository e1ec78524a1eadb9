//! The log of corrections: every line is an entry or a fault.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use whosaid::corrections::Log;

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().expect("room"));

fuzz_target!(|data: &[u8]| {
    let path = FOLDER.path().join("log.jsonl");
    std::fs::write(&path, data).expect("room");
    let log = Log::read(&path).expect("it is there");
    let lines = data.split(|b| *b == b'\n').filter(|l| !l.trim_ascii().is_empty());
    assert_eq!(log.entries().len() + log.faults().len(), lines.count());
    assert!(log.in_force().count() <= log.entries().len());
});
