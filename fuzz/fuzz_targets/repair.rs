//! Repair: never panics, leads back, and has nothing more to do the second time.
#![no_main]

use libfuzzer_sys::fuzz_target;
use whosaid::ingest::repair::repair;

fuzz_target!(|text: String| {
    let once = repair(text);
    let twice = repair(once.text.clone());
    assert_eq!(twice.text, once.text);
});
