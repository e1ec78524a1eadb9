//! Lines of any length, of which only the bearable ones are kept in memory.

use std::io::BufRead;

/// Reads a stream line by line.
pub(super) struct Lines<'a> {
    reader: &'a mut dyn BufRead,
    cap: usize,
    /// Number of the last line, counted from 1.
    pub(super) number: u64,
    /// Where the last line begins in the stream, in bytes.
    pub(super) offset: u64,
    next_offset: u64,
}

/// What came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A line, without its end; it is in the buffer.
    Whole,
    /// A line longer than the cap; it was passed over.
    TooLong,
    /// A line that a reading error cut short; what came of it is in the buffer, and nothing follows.
    Cut(String),
    /// Nothing any more.
    End,
}

impl<'a> Lines<'a> {
    pub(super) fn new(reader: &'a mut dyn BufRead, cap: usize) -> Self {
        Self {
            reader,
            cap,
            number: 0,
            offset: 0,
            next_offset: 0,
        }
    }

    /// Reads the next line into `line`, which it empties first.
    pub(super) fn next(&mut self, line: &mut Vec<u8>) -> Line {
        line.clear();
        self.number += 1;
        self.offset = self.next_offset;
        let mut too_long = false;
        loop {
            let chunk = match self.reader.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Line::Cut(super::open::explain(&error)),
            };
            if chunk.is_empty() {
                return match (too_long, line.is_empty()) {
                    (true, _) => Line::TooLong,
                    (false, true) => Line::End,
                    (false, false) => Line::Whole,
                };
            }
            let end = chunk.iter().position(|&b| b == b'\n');
            let part = end.unwrap_or(chunk.len());
            if line.len() + part > self.cap {
                too_long = true;
                line.clear();
            }
            if !too_long {
                line.extend_from_slice(&chunk[..part]);
            }
            let used = part + usize::from(end.is_some());
            self.reader.consume(used);
            self.next_offset += used as u64;
            if end.is_some() {
                if too_long {
                    return Line::TooLong;
                }
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                return Line::Whole;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Lines};

    #[test]
    fn long_lines_are_passed_over() {
        let mut input: &[u8] = b"one\r\nmuch too long\n\nlast";
        let mut lines = Lines::new(&mut input, 5);
        let mut line = Vec::new();
        assert_eq!(lines.next(&mut line), Line::Whole);
        assert_eq!(
            (line.as_slice(), lines.number, lines.offset),
            (&b"one"[..], 1, 0)
        );
        assert_eq!(lines.next(&mut line), Line::TooLong);
        assert_eq!(lines.next(&mut line), Line::Whole);
        assert!(line.is_empty());
        assert_eq!(lines.next(&mut line), Line::Whole);
        assert_eq!(
            (line.as_slice(), lines.number, lines.offset),
            (&b"last"[..], 4, 20)
        );
        assert_eq!(lines.next(&mut line), Line::End);
    }
}
