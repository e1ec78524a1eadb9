//! Which segments are joined: small ones, and never so many that joining them takes more memory than there is.
//!
//! A join maps all of its segments into memory. The engine's usual policy joins whole levels of any number and size; at
//! the end of a run over 105,000 articles that took twice the memory that the run was allowed.

use tantivy::SegmentMeta;
use tantivy::indexer::{MergeCandidate, MergePolicy};

/// About what a document takes in all files of a segment, in bytes.
const BYTES_PER_DOCUMENT: usize = 1800;
/// Fewer segments are not worth a join.
const FEWEST: usize = 4;

/// Joins of segments with so many documents together at most.
#[derive(Debug)]
pub(super) struct Bounded {
    most_documents: u32,
}

impl Bounded {
    /// Joins that take about so many bytes at most.
    pub(super) fn new(bytes: usize) -> Self {
        Self {
            most_documents: u32::try_from(bytes / BYTES_PER_DOCUMENT).unwrap_or(u32::MAX),
        }
    }

    /// How many of the smallest are worth joining; `sizes` in documents, ascending.
    fn take(&self, sizes: &[u32]) -> usize {
        let mut sum = 0_u32;
        let mut taken = 0;
        for &size in sizes {
            let with = sum.saturating_add(size);
            // A large one beside little else would be written again and again.
            let is_large = size > sum && taken >= FEWEST;
            if with > self.most_documents || is_large {
                break;
            }
            sum = with;
            taken += 1;
        }
        if taken < FEWEST { 0 } else { taken }
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
    use super::Bounded;

    #[test]
    fn only_the_small_are_joined_and_never_too_many() {
        let policy = Bounded {
            most_documents: 100,
        };
        assert_eq!(policy.take(&[1, 1, 1]), 0);
        assert_eq!(policy.take(&[1, 1, 1, 1]), 4);
        assert_eq!(policy.take(&[1, 1, 1, 1, 90]), 4);
        assert_eq!(policy.take(&[20, 20, 20, 20, 20, 20]), 5);
        assert_eq!(policy.take(&[30, 30, 30, 30]), 0);
    }
}
