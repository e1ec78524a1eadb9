//! How much waits for the engine's threads, bounded in bytes.
//!
//! The engine's queue holds ten thousand articles, however large: where extraction is faster than writing, that is
//! hundreds of megabytes. So every document on its way carries its share of a bound and gives it back when the engine
//! has written it down and drops it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tantivy::indexer::UserOperation;
use tantivy::schema::document::Document;
use tantivy::{TantivyDocument, Term};

/// What a document takes beside its values, in bytes.
const BYTES_PER_DOCUMENT: usize = 1024;

/// What is handed to the engine at a time, in bytes: each time one of its threads may have to be woken.
const BATCH: usize = 1 << 20;

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

    /// Waits until there is room for the documents of a batch, and loads them. A batch that is larger than the bound
    /// goes alone. Never waits for ever: an engine whose threads have died drops what waits for them.
    pub(super) fn take(self: &Arc<Self>, batch: &mut Batch) -> Vec<UserOperation<Loaded>> {
        let Batch { operations, bytes } = std::mem::take(batch);
        let mut loaded = self
            .less
            .wait_while(self.lock(), |b| {
                *b > 0 && b.saturating_add(bytes) > self.most
            })
            .unwrap_or_else(PoisonError::into_inner);
        *loaded += bytes;
        drop(loaded);
        operations
            .into_iter()
            .map(|operation| match operation {
                Operation::Add(document, bytes) => UserOperation::Add(Loaded {
                    document,
                    bytes,
                    load: Arc::clone(self),
                }),
                Operation::Delete(term) => UserOperation::Delete(term),
            })
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, usize> {
        // A number is sound whatever a holder died of.
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is to be done next, in its order, not loaded yet.
#[derive(Default)]
pub(super) struct Batch {
    operations: Vec<Operation>,
    /// Of all documents among them.
    bytes: usize,
}

enum Operation {
    /// The document, and how many bytes it is taken to have.
    Add(TantivyDocument, usize),
    Delete(Term),
}

impl Batch {
    /// Adds all of these documents, each with about how many bytes its values take.
    pub(super) fn add(&mut self, documents: impl IntoIterator<Item = (TantivyDocument, usize)>) {
        for (document, values) in documents {
            let size = BYTES_PER_DOCUMENT + values;
            self.bytes += size;
            self.operations.push(Operation::Add(document, size));
        }
    }

    /// Takes out all documents with the term that were added before.
    pub(super) fn delete(&mut self, term: Term) {
        self.operations.push(Operation::Delete(term));
    }

    /// Is it worth handing over?
    pub(super) fn is_full(&self) -> bool {
        self.bytes >= BATCH
    }
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
        // Whoever waits is not woken for each document that leaves.
        let is_eased = *bytes <= self.load.most / 2;
        drop(bytes);
        if is_eased {
            self.load.less.notify_all();
        }
    }
}

impl Document for Loaded {
    type Value<'a> = <TantivyDocument as Document>::Value<'a>;
    type FieldsValuesIter<'a> = <TantivyDocument as Document>::FieldsValuesIter<'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        self.document.iter_fields_and_values()
    }

    /// Just before it is written down, by the same thread. Unless told otherwise the engine copies every value.
    fn into_tantivy_document(mut self) -> TantivyDocument {
        std::mem::take(&mut self.document)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::index::schema::fields;

    fn batch(documents: usize, bytes: usize) -> Batch {
        let mut batch = Batch::default();
        batch.delete(Term::from_field_text(fields().key, "key"));
        let mut document = TantivyDocument::new();
        document.add_text(fields().body, "x".repeat(bytes));
        batch.add(vec![(document, bytes); documents]);
        batch
    }

    #[test]
    fn what_is_too_large_goes_alone_and_what_is_dropped_makes_room() {
        let load = Load::new(10_000);
        let large = load.take(&mut batch(2, 50_000));
        assert_eq!(large.len(), 3);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| load.take(&mut batch(1, 1)).len());
            drop(large);
            assert_eq!(waiting.join().unwrap(), 2);
        });
        assert_eq!(*load.lock(), 0);
    }

    #[test]
    fn a_batch_is_handed_over_once() {
        let load = Load::new(usize::MAX);
        let mut batch = batch(3, 1);
        assert!(!batch.is_full());
        assert_eq!(load.take(&mut batch).len(), 4);
        assert_eq!(load.take(&mut batch).len(), 0);
    }
}
