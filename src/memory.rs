//! How the memory of an `index` run is divided.
//!
//! The models and what is remembered of words take the same however large the corpus and however many the threads; each
//! thread takes its buffers; all that is left is room for what is read and written. The two constants are measured, not
//! counted: resident memory of runs over press releases (20,000 and 105,000) with 2 to 16 threads.

const MIB: usize = 1 << 20;

/// What a run takes before it has read anything, and what it remembers of words, in bytes.
const FIXED: usize = 200 * MIB;

/// What a thread takes that extracts: its buffers, and its part of the allocator's pages.
const PER_JOB: usize = 10 * MIB;

/// Least room for what is read and written. With less, threads would only wait for each other.
const LEAST_ROOM: usize = 46 * MIB;

/// Least memory that a thread is given to build segments.
const LEAST_WRITER: usize = 16 * MIB;

/// The parts of the memory of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Threads that extract.
    pub jobs: usize,
    /// Bytes for what is on its way from the files to the index.
    pub on_its_way: usize,
    /// Bytes for building segments: half as much again is needed to write one out, and less to join some.
    pub segments: usize,
    /// Threads that build segments.
    pub writers: usize,
}

impl Parts {
    /// Least memory to run in, in bytes: with one thread.
    pub const LEAST: usize = 256 * MIB;

    /// The parts of `bytes`, which are taken for [`Parts::LEAST`] if they are fewer, for as many of `jobs` threads as
    /// they are enough for.
    #[must_use]
    pub fn of(bytes: usize, jobs: usize) -> Self {
        let bytes = bytes.max(Self::LEAST) - FIXED;
        let jobs = jobs.clamp(1, (bytes - LEAST_ROOM) / PER_JOB);
        let room = bytes - jobs * PER_JOB;
        let segments = room / 9 * 4;
        // Extraction leaves little for them to do, and more of them make more and smaller segments.
        let writers = jobs.div_ceil(4).min(segments / LEAST_WRITER);
        Self {
            jobs,
            on_its_way: room / 5,
            segments,
            writers: writers.max(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_within_the_whole() {
        for mib in [1, 256, 300, 512, 4096, 1 << 20] {
            for jobs in [0, 1, 2, 7, 16, 64, 1000] {
                let bytes = mib * MIB;
                let parts = Parts::of(bytes, jobs);
                let taken =
                    FIXED + parts.jobs * PER_JOB + parts.on_its_way + parts.segments / 2 * 3;
                assert!(taken <= bytes.max(Parts::LEAST), "{mib} MiB, {jobs} jobs");
                assert!((1..=jobs.max(1)).contains(&parts.jobs));
                assert!(parts.segments >= parts.writers * LEAST_WRITER);
                assert!((1..=parts.jobs).contains(&parts.writers));
            }
        }
    }

    #[test]
    fn the_usual_memory_is_enough_for_many_threads() {
        let usual = 512 * MIB;
        assert_eq!(Parts::of(usual, 2).writers, 1);
        let parts = Parts::of(usual, 16);
        assert_eq!((parts.jobs, parts.writers), (16, 4));
        assert_eq!(Parts::of(usual, 64).jobs, 26);
        assert_eq!(Parts::of(Parts::LEAST, 64).jobs, 1);
    }
}
