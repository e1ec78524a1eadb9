//! Reading `tests/suite/<layer>/*.toml`: lists of `[[case]]`.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Deserialize)]
struct File<T> {
    case: Vec<T>,
}

/// All cases of a layer, file by file in the order of their names.
pub(crate) fn cases<T: DeserializeOwned>(layer: &str) -> Vec<T> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/suite")
        .join(layer);
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the suite is part of the repository")
        .map(|entry| entry.expect("readable folder").path())
        .collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("readable suite");
        let read: File<T> =
            toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        cases.extend(read.case);
    }
    cases
}
