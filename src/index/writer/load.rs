//! How much waits for the engine's threads, bounded in bytes.
//!
//! The engine's queue holds ten thousand articles, however large: where extraction is faster than writing, that is
//! hundreds of megabytes. So every document on its way carries its share of a bound and gives it back when the engine
//! has written it down and drops it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tantivy::TantivyDocument;
use tantivy::schema::document::{Document, ReferenceValue, ReferenceValueLeaf, Value};

/// What a document takes beside its text, in bytes.
const BYTES_PER_DOCUMENT: usize = 1024;

/// The bound.
#[derive(Debug)]
pub(super) struct Load {
    bytes: Mutex<usize>,
    less: Condvar,
    most: usize,
}

impl Load {
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            bytes: Mutex::new(0),
            less: Condvar::new(),
            most,
        })
    }

    /// Waits until there is room for the documents of an article, and loads them. An article that is larger than the
    /// bound goes alone. Never waits for ever: an engine whose threads have died drops what waits for them.
    pub(super) fn take(self: &Arc<Self>, documents: Vec<TantivyDocument>) -> Vec<Loaded> {
        let sizes: Vec<usize> = documents.iter().map(size).collect();
        let all: usize = sizes.iter().sum();
        let mut bytes = self
            .less
            .wait_while(self.lock(), |b| *b > 0 && b.saturating_add(all) > self.most)
            .unwrap_or_else(PoisonError::into_inner);
        *bytes += all;
        drop(bytes);
        documents
            .into_iter()
            .zip(sizes)
            .map(|(document, bytes)| Loaded {
                document,
                bytes,
                load: Arc::clone(self),
            })
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, usize> {
        // A number is sound whatever a holder died of.
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// About what a document takes.
fn size(document: &TantivyDocument) -> usize {
    let values = document.iter_fields_and_values().map(|(_, value)| {
        // A value has an address of its own.
        8 + match value.as_value() {
            ReferenceValue::Leaf(ReferenceValueLeaf::Str(text)) => text.len(),
            ReferenceValue::Leaf(ReferenceValueLeaf::Bytes(bytes)) => bytes.len(),
            _ => 8,
        }
    });
    BYTES_PER_DOCUMENT + values.sum::<usize>()
}

/// A document on its way.
#[derive(Debug)]
pub(super) struct Loaded {
    document: TantivyDocument,
    bytes: usize,
    load: Arc<Load>,
}

impl Drop for Loaded {
    fn drop(&mut self) {
        let mut bytes = self.load.lock();
        *bytes = bytes.saturating_sub(self.bytes);
        drop(bytes);
        self.load.less.notify_all();
    }
}

impl Document for Loaded {
    type Value<'a> = <TantivyDocument as Document>::Value<'a>;
    type FieldsValuesIter<'a> = <TantivyDocument as Document>::FieldsValuesIter<'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        self.document.iter_fields_and_values()
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::index::schema::fields;

    fn document(bytes: usize) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        document.add_text(fields().body, "x".repeat(bytes));
        document
    }

    #[test]
    fn what_is_too_large_goes_alone_and_what_is_dropped_makes_room() {
        let load = Load::new(10_000);
        let large = load.take(vec![document(50_000), document(50_000)]);
        assert_eq!(large.len(), 2);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| load.take(vec![document(1)]).len());
            drop(large);
            assert_eq!(waiting.join().unwrap(), 1);
        });
        assert_eq!(*load.lock(), 0);
    }
}
