//! What a client sends over a WebSocket, frame by frame, on its way to the engine.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::transport::engine::connect::without_query;

/// Longest frame that is looked into, in bytes: what joins a namespace is short.
const LOOKED_INTO: usize = 4_096;
/// How much is read at once, in bytes.
const CHUNK: usize = 512;

/// A line whose client's packets lose the query of the namespace that they join.
#[derive(Debug)]
pub struct Frames<S> {
    line: S,
    rewriter: Rewriter,
}

impl<S> Frames<S> {
    /// Around that line.
    pub fn new(line: S) -> Self {
        Self { line, rewriter: Rewriter::default() }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Frames<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        while this.rewriter.ready.is_empty() {
            let mut chunk = [0; CHUNK];
            let mut chunk = ReadBuf::new(&mut chunk);
            match Pin::new(&mut this.line).poll_read(context, &mut chunk) {
                // The end of the line: what was held back is the beginning of a frame without an end.
                Poll::Ready(Ok(())) if chunk.filled().is_empty() => return Poll::Ready(Ok(())),
                Poll::Ready(Ok(())) => this.rewriter.push(chunk.filled()),
                other => return other,
            }
        }
        let many = buffer.remaining().min(this.rewriter.ready.len());
        buffer.put_slice(&this.rewriter.ready[..many]);
        this.rewriter.ready.drain(..many);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Frames<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.line).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.line).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.line).poll_shutdown(context)
    }
}

/// Finds the frames in a stream of bytes, and hands on those that are not to be changed as they are.
#[derive(Debug, Default)]
struct Rewriter {
    /// Of a frame whose head is not complete, or that is to be looked into as a whole.
    held: Vec<u8>,
    /// How many bytes of the present frame go by without a look.
    passing: u64,
    /// For the reader.
    ready: Vec<u8>,
}

impl Rewriter {
    fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.passing > 0 {
                let many = usize::try_from(self.passing).map_or(bytes.len(), |passing| passing.min(bytes.len()));
                self.ready.extend_from_slice(&bytes[..many]);
                self.passing -= many as u64;
                bytes = &bytes[many..];
                continue;
            }
            self.held.push(bytes[0]);
            bytes = &bytes[1..];
            let Some(head) = Head::of(&self.held) else { continue };
            let whole = head.payload.saturating_add(head.length as u64);
            if !head.is_looked_into() {
                self.passing = whole - self.held.len() as u64;
                self.ready.append(&mut self.held);
            } else if self.held.len() as u64 == whole {
                self.ready.extend(rewritten(&self.held, &head));
                self.held.clear();
            }
        }
    }
}

/// The head of a frame.
struct Head {
    first: u8,
    masked: bool,
    /// Bytes of the head itself.
    length: usize,
    /// Bytes of the payload.
    payload: u64,
}

impl Head {
    /// None while it is not complete.
    fn of(bytes: &[u8]) -> Option<Self> {
        let (&first, &second) = (bytes.first()?, bytes.get(1)?);
        let masked = second & 0x80 != 0;
        let (payload, length) = match second & 0x7f {
            126 => (u64::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)), 4),
            127 => (u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?), 10),
            short => (u64::from(short), 2),
        };
        let length = length + if masked { 4 } else { 0 };
        (bytes.len() >= length).then_some(Self { first, masked, length, payload })
    }

    /// A whole text in one frame, uncompressed, masked as a client's must be, and short.
    fn is_looked_into(&self) -> bool {
        self.first == 0x81 && self.masked && self.payload <= LOOKED_INTO as u64
    }
}

/// The frame without its namespace's query; a frame that joins none, as it was.
fn rewritten(frame: &[u8], head: &Head) -> Vec<u8> {
    let (mask, payload) = frame[head.length - 4..].split_at(4);
    let text = String::from_utf8(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect());
    let Some(text) = text.ok().filter(|text| without_query(text) != text.as_str()) else { return frame.to_vec() };
    let text = without_query(&text);
    let mut frame = vec![head.first];
    // It was short, and has become shorter.
    match u8::try_from(text.len()) {
        Ok(short @ ..=125) => frame.push(0x80 | short),
        _ => {
            frame.push(0x80 | 126);
            frame.extend((text.len() as u16).to_be_bytes());
        }
    }
    frame.extend(mask);
    frame.extend(text.bytes().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![first];
        match payload.len() {
            short @ ..=125 => frame.push(0x80 | short as u8),
            middle @ ..=65_535 => {
                frame.push(0x80 | 126);
                frame.extend((middle as u16).to_be_bytes());
            }
            long => {
                frame.push(0x80 | 127);
                frame.extend((long as u64).to_be_bytes());
            }
        }
        frame.extend(MASK);
        frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        frame
    }

    fn text(payload: &str) -> Vec<u8> {
        frame(0x81, payload.as_bytes())
    }

    /// What comes out when the bytes arrive in pieces of that size.
    fn through(bytes: &[u8], piece: usize) -> Vec<u8> {
        let mut rewriter = Rewriter::default();
        bytes.chunks(piece).for_each(|piece| rewriter.push(piece));
        assert!(rewriter.held.is_empty() && rewriter.passing == 0, "{rewriter:?}");
        rewriter.ready
    }

    #[test]
    fn a_namespace_loses_its_query() {
        let long = "x".repeat(3_000);
        let sent = [text("2"), text("40/chat?sid=123456,"), text(&format!("40/chat?a={long},")), text("42[\"message\",\"?\"]")].concat();
        let expected = [text("2"), text("40/chat,"), text("40/chat,"), text("42[\"message\",\"?\"]")].concat();
        let name = format!("40/{}", "n".repeat(200));
        assert_eq!(through(&text(&format!("{name}?a")), 7), text(&format!("{name},")));
        for piece in [1, 2, 3, 5, sent.len()] {
            assert_eq!(through(&sent, piece), expected);
        }
    }

    proptest! {
        #[test]
        fn everything_else_passes(
            frames in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..300)), 0..6),
            long in prop::sample::select(vec![0, 126, 4_096, 4_097, 65_535, 65_536]),
            piece in 1_usize..700,
        ) {
            let mut sent: Vec<u8> = frames.iter().flat_map(|(first, payload)| frame(*first, payload)).collect();
            sent.extend(frame(0x81, &vec![b'4'; long]));
            prop_assert_eq!(through(&sent, piece), sent);
        }

        #[test]
        fn no_bytes_bring_it_down(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut rewriter = Rewriter::default();
            rewriter.push(&bytes);
            prop_assert!(rewriter.held.len() <= LOOKED_INTO + 14);
        }
    }
}
