//! Which segments are joined: small ones, many at a time, and never so many documents that it takes more memory than
//! there is.
//!
//! A search looks into each segment by itself, which costs about as much as a few thousand hits do: 26 segments of
//! 20,000 documents took twice the time of one, eight of 540,000 about 2 % more than five. The engine's usual policy joins
//! whole levels of any number and size. Here a large run joins what it writes only once, when there are many segments, and
//! a run ends with few: [`FEW`], or somewhat more where what is beyond them is not worth writing the others again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tantivy::SegmentMeta;
use tantivy::indexer::{MergeCandidate, MergePolicy};

/// About what a document takes while its segment is joined with others, in bytes.
const BYTES_PER_DOCUMENT: usize = 200;
/// So many segments are worth a join while more are being written; or fewer that fill three quarters of one.
const MANY: usize = 16;
/// So many are left as they are at the end of a run.
const FEW: usize = 8;

/// Joins of segments with so many documents together at most. Clones are of one mind.
#[derive(Clone, Debug)]
pub(super) struct Bounded {
    most_documents: u32,
    /// Is all written?
    is_end: Arc<AtomicBool>,
}

impl Bounded {
    /// For an index that is being written: joins that take about so many bytes at most.
    pub(super) fn new(bytes: usize) -> Self {
        Self {
            most_documents: u32::try_from(bytes / BYTES_PER_DOCUMENT).unwrap_or(u32::MAX),
            is_end: Arc::default(),
        }
    }

    /// All is written: from now on as for the end of a run.
    pub(super) fn end(&self) {
        self.is_end.store(true, Ordering::Release);
    }

    /// How many of the smallest are worth joining; `sizes` in documents, ascending.
    fn take(&self, sizes: &[u32]) -> usize {
        let goes_on = !self.is_end.load(Ordering::Acquire);
        // While writing as many as can be, at the end as few as must be.
        let enough = match sizes.len().checked_sub(FEW) {
            _ if goes_on => usize::MAX,
            Some(beyond) if beyond > 0 => beyond + 1,
            _ => return 0,
        };
        let (mut sum, mut taken, mut documents) = (0_u32, 0, 0);
        for (before, &size) in sizes.iter().enumerate() {
            let with = sum.saturating_add(size);
            if with > self.most_documents || taken >= enough {
                break;
            }
            // The largest at least doubles: otherwise it would be written again and again beside little else.
            if size <= sum {
                (taken, documents) = (before + 1, with);
            }
            sum = with;
        }
        // Waiting for more would not make it a larger join.
        let is_full = documents >= self.most_documents / 4 * 3;
        if goes_on && taken < MANY && !is_full {
            0
        } else {
            taken
        }
    }
}

impl MergePolicy for Bounded {
    fn compute_merge_candidates(&self, segments: &[SegmentMeta]) -> Vec<MergeCandidate> {
        let mut ascending: Vec<&SegmentMeta> = segments.iter().collect();
        ascending.sort_by_key(|segment| (segment.num_docs(), segment.id()));
        let sizes: Vec<u32> = ascending.iter().map(|s| s.num_docs()).collect();
        match self.take(&sizes) {
            0 => Vec::new(),
            taken => vec![MergeCandidate(
                ascending
                    .into_iter()
                    .take(taken)
                    .map(SegmentMeta::id)
                    .collect(),
            )],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BYTES_PER_DOCUMENT, Bounded, FEW, MANY};

    #[test]
    fn many_small_ones_are_joined_and_never_too_many_documents() {
        let policy = Bounded::new(100 * BYTES_PER_DOCUMENT);
        assert_eq!(policy.take(&[1; MANY - 1]), 0);
        assert_eq!(policy.take(&[1; MANY]), MANY);
        assert_eq!(policy.take(&[5; 25]), 20);
        assert_eq!(policy.take(&[10; 7]), 0);
        // Not as many, but no more could be joined.
        assert_eq!(policy.take(&[10; 8]), 8);
        assert_eq!(policy.take(&[30; MANY]), 3);
        assert_eq!(policy.take(&[60; MANY]), 0);
        assert_eq!(policy.take(&[9, 9, 9, 90, 90, 90]), 0);
        let mut sizes = [1; MANY + 1];
        sizes[MANY] = 50;
        assert_eq!(policy.take(&sizes), MANY);
    }

    #[test]
    fn at_the_end_few_are_left_but_no_large_one_is_written_with_little() {
        let policy = Bounded::new(100 * BYTES_PER_DOCUMENT);
        policy.clone().end();
        assert_eq!(policy.take(&[]), 0);
        assert_eq!(policy.take(&[1; FEW]), 0);
        assert_eq!(policy.take(&[1; FEW + 1]), 2);
        assert_eq!(policy.take(&[1; FEW + 7]), 8);
        // With as many large ones that a small one can be left.
        let with_large = |sizes: &[u32]| {
            let mut all = sizes.to_vec();
            all.resize(sizes.len() + FEW - 4, 100);
            policy.take(&all)
        };
        assert_eq!(with_large(&[1, 2, 4, 8, 16]), 0);
        assert_eq!(with_large(&[1, 1, 8, 20, 40]), 2);
        assert_eq!(with_large(&[1, 9, 9, 20, 40]), 3);
        // Not as many as should be.
        assert_eq!(with_large(&[1, 1, 10, 30, 90, 95]), 2);
        assert_eq!(with_large(&[60, 60, 60, 60, 60]), 0);
    }
}
