//! Dates as they are typed and written, and ranges of them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use whosaid::date::PartialDate;

fuzz_target!(|text: &str| {
    if let Ok(date) = text.parse::<PartialDate>() {
        assert_eq!(date.to_string().parse().ok(), Some(date));
        assert!(date.first() <= date.last());
    }
});
