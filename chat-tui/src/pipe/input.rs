//! What is to be sent, read from standard input by a thread of its own: no more than is asked for, so
//! that who writes there waits when the chat does.

use std::io::{ErrorKind, Read};

use tokio::sync::mpsc::{Receiver, channel};

/// How much is read at once.
const CHUNK: usize = 16 * 1_024;

/// Text that is read.
#[derive(Debug)]
pub struct Input {
    chunks: Receiver<Result<Vec<u8>, String>>,
    decoder: Decoder,
    ended: bool,
}

impl Input {
    /// Reads there.
    #[must_use]
    pub fn new(mut from: Box<dyn Read + Send>) -> Self {
        let (sender, chunks) = channel(1);
        std::thread::spawn(move || {
            let mut bytes = vec![0; CHUNK];
            loop {
                let read = match from.read(&mut bytes) {
                    Ok(0) => return,
                    Ok(length) => Ok(bytes[..length].to_vec()),
                    Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                    Err(error) => Err(format!("Standard input cannot be read: {error}.")),
                };
                let ends = read.is_err();
                if sender.blocking_send(read).is_err() || ends {
                    return;
                }
            }
        });
        Self { chunks, decoder: Decoder::default(), ended: false }
    }

    /// What comes next; `None` at the end.
    ///
    /// # Errors
    /// A sentence for people.
    pub async fn next(&mut self) -> Option<Result<String, String>> {
        if self.ended {
            return None;
        }
        match self.chunks.recv().await {
            Some(Ok(bytes)) => Some(Ok(self.decoder.decode(&bytes))),
            Some(Err(sentence)) => Some(Err(sentence)),
            None => {
                self.ended = true;
                Some(self.decoder.finish()).filter(|text| !text.is_empty()).map(Ok)
            }
        }
    }

    /// Whether something in it was no text, and was replaced.
    #[must_use]
    pub fn was_mended(&self) -> bool {
        self.decoder.mended
    }
}

/// Bytes into text, however they are cut. What is no UTF-8 becomes U+FFFD, and U+0000 too, which no
/// message can hold; lines end with a line feed alone.
#[derive(Debug, Default)]
struct Decoder {
    /// The beginning of a character, or a carriage return that a line feed may follow.
    pending: Vec<u8>,
    mended: bool,
}

impl Decoder {
    fn decode(&mut self, bytes: &[u8]) -> String {
        let mut all = std::mem::take(&mut self.pending);
        all.extend_from_slice(bytes);
        let mut end = all.len();
        if let Some((valid, None)) = last_error(&all) {
            end = valid;
        } else if all.last() == Some(&b'\r') {
            end -= 1;
        }
        self.pending = all.split_off(end);
        self.text(&all)
    }

    fn finish(&mut self) -> String {
        let pending = std::mem::take(&mut self.pending);
        self.text(&pending)
    }

    fn text(&mut self, bytes: &[u8]) -> String {
        let text = String::from_utf8_lossy(bytes);
        self.mended |= matches!(text, std::borrow::Cow::Owned(_)) || text.contains('\0');
        text.replace("\r\n", "\n").replace('\0', "\u{fffd}")
    }
}

/// Where the last thing begins that is no UTF-8, and how long it is; at the end that may come yet.
fn last_error(bytes: &[u8]) -> Option<(usize, Option<usize>)> {
    // A character is four bytes long at most.
    let from = bytes.len().saturating_sub(3);
    (from..bytes.len()).find_map(|at| match std::str::from_utf8(&bytes[at..]) {
        Err(error) if error.valid_up_to() == 0 && error.error_len().is_none() => Some((at, None)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(chunks: &[&[u8]]) -> (String, bool) {
        let mut decoder = Decoder::default();
        let mut text: String = chunks.iter().map(|chunk| decoder.decode(chunk)).collect();
        text += &decoder.finish();
        (text, decoder.mended)
    }

    #[test]
    fn characters_and_ends_of_lines_may_be_cut() {
        let thumb = "👍".as_bytes();
        assert_eq!(decode(&[&thumb[..1], &thumb[1..3], &thumb[3..], b"\r", b"\nx\r"]), ("👍\nx\r".into(), false));
    }

    #[test]
    fn what_is_no_text_is_replaced() {
        assert_eq!(decode(&[b"a\xffb", b"\0"]), ("a\u{fffd}b\u{fffd}".into(), true));
        assert_eq!(decode(&[b"a\xf0\x9f"]), ("a\u{fffd}".into(), true));
    }

    proptest! {
        #[test]
        fn it_is_the_same_however_it_is_cut(bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'\r'), Just(b'\n'), 0xc0_u8..=0xf5, 0x80_u8..=0xbf], 0..60), size in 1_usize..5) {
            let cut: Vec<&[u8]> = bytes.chunks(size).collect();
            prop_assert_eq!(decode(&cut), decode(&[&bytes]));
        }
    }

    #[tokio::test]
    async fn no_more_is_read_than_is_asked_for() {
        struct Endless(std::sync::Arc<std::sync::atomic::AtomicUsize>);
        impl Read for Endless {
            fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
                self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                bytes.fill(b'y');
                Ok(bytes.len())
            }
        }
        let reads = std::sync::Arc::default();
        let mut input = Input::new(Box::new(Endless(std::sync::Arc::clone(&reads))));
        for asked in 1..50 {
            input.next().await.unwrap().unwrap();
            assert!(reads.load(std::sync::atomic::Ordering::SeqCst) <= asked + 2);
        }
    }
}
