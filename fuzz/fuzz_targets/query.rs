//! Queries: reading never panics, and what is read prints as what reads the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use whosaid::search::query::Query;

fuzz_target!(|typed: &str| {
    if let Ok(parsed) = Query::read(typed) {
        let printed = parsed.query.to_string();
        if let Ok(again) = Query::read(&printed) {
            assert_eq!(again.query, parsed.query, "{printed:?}");
        }
    }
});
