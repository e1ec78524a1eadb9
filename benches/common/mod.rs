//! The text that benchmarks of extraction read: the repository's corpus, real prose, the same for all of them, so that
//! their tokens a second can be compared.

use std::fs;
use std::path::Path;

/// All plain-text articles of the corpus, in the order of their paths.
pub(crate) fn articles() -> Vec<String> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")];
    let mut texts = Vec::new();
    while let Some(folder) = folders.pop() {
        let mut paths: Vec<_> = fs::read_dir(folder)
            .expect("the corpus is part of the repository")
            .map(|entry| entry.expect("readable folder").path())
            .collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "txt") {
                texts.extend(fs::read_to_string(path));
            }
        }
    }
    texts
}
