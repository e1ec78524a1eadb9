//! Cuts a stream of JSON into its objects without reading it whole: those of the outermost array, or one after another.

use std::io::BufRead;

/// Objects of a stream.
pub(super) struct Values<'a> {
    reader: &'a mut dyn BufRead,
    element_cap: usize,
    outer_cap: usize,
    /// Position in the stream.
    at: u64,
    /// Is it an array of objects?
    pub(super) in_array: bool,
}

/// What came.
pub(super) enum Value {
    /// An object or any other value; its bytes are in the buffer and began at `offset`.
    Whole { offset: u64 },
    /// A value that is too long; it was passed over.
    Bad(String),
    /// The stream ended inside a value.
    Cut(String),
    /// Nothing any more.
    End,
}

impl<'a> Values<'a> {
    /// `element_cap` holds for elements of an array, `outer_cap` for a value that stands by itself.
    pub(super) fn new(reader: &'a mut dyn BufRead, element_cap: usize, outer_cap: usize) -> Self {
        Self {
            reader,
            element_cap,
            outer_cap,
            at: 0,
            in_array: false,
        }
    }

    /// Reads the next value into `chunk`, which it empties first.
    pub(super) fn next(&mut self, chunk: &mut Vec<u8>) -> Value {
        chunk.clear();
        match self.start() {
            Ok(true) => {}
            Ok(false) => return Value::End,
            Err(why) => return Value::Cut(why),
        }
        let offset = self.at;
        let cap = if self.in_array {
            self.element_cap
        } else {
            self.outer_cap
        };
        let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
        let mut too_long = false;
        loop {
            let bytes = match self.reader.fill_buf() {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Value::Cut(crate::ingest::open::explain(&error)),
            };
            if bytes.is_empty() {
                let open = depth > 0 || in_string || self.in_array;
                return match (open, too_long) {
                    (true, _) => Value::Cut("the JSON ends too early".to_owned()),
                    (false, true) => too_long_for(cap),
                    (false, false) => Value::Whole { offset },
                };
            }
            let mut done = None;
            for (i, &byte) in bytes.iter().enumerate() {
                if in_string {
                    match byte {
                        _ if escaped => escaped = false,
                        b'\\' => escaped = true,
                        b'"' => in_string = false,
                        _ => {}
                    }
                    if !in_string && depth == 0 {
                        done = Some(i + 1);
                        break;
                    }
                    continue;
                }
                match byte {
                    b'"' => in_string = true,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' if depth > 0 => {
                        depth -= 1;
                        if depth == 0 {
                            done = Some(i + 1);
                            break;
                        }
                    }
                    // A bare word or number ends where something else begins.
                    b'}' | b']' | b',' | b' ' | b'\n' | b'\r' | b'\t' if depth == 0 => {
                        // A bracket that closes nothing is a value of its own, or it would never be passed.
                        let stuck = i == 0 && chunk.is_empty() && !too_long;
                        done = Some(i + usize::from(stuck));
                        break;
                    }
                    _ => {}
                }
            }
            let used = done.unwrap_or(bytes.len());
            if chunk.len() + used > cap {
                too_long = true;
                chunk.clear();
            }
            if !too_long {
                chunk.extend_from_slice(&bytes[..used]);
            }
            self.reader.consume(used);
            self.at += used as u64;
            if done.is_some() {
                return if too_long {
                    too_long_for(cap)
                } else {
                    Value::Whole { offset }
                };
            }
        }
    }

    /// Passes white space, commas and the brackets of the outermost array. Is there a value?
    fn start(&mut self) -> Result<bool, String> {
        loop {
            let bytes = match self.reader.fill_buf() {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(crate::ingest::open::explain(&error)),
            };
            let Some(&byte) = bytes.first() else {
                return if self.in_array {
                    self.in_array = false;
                    Err("the JSON ends too early".to_owned())
                } else {
                    Ok(false)
                };
            };
            match byte {
                b' ' | b'\n' | b'\r' | b'\t' | b',' | 0x1e | 0xef | 0xbb | 0xbf => {}
                b'[' if !self.in_array => self.in_array = true,
                b']' if self.in_array => self.in_array = false,
                _ => return Ok(true),
            }
            self.reader.consume(1);
            self.at += 1;
        }
    }
}

fn too_long_for(cap: usize) -> Value {
    let most = crate::ingest::open::size(cap as u64);
    Value::Bad(format!(
        "longer than {most}, the most that one article may have"
    ))
}
