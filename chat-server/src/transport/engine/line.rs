//! A WebSocket's line on which the names of events are put right, see [`names`](super::names).
//!
//! What comes in is changed where it lies, byte for byte: nothing is held back and nothing is copied, whatever
//! the length of a frame and however it arrives.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::transport::engine::frames::Head;
use crate::transport::engine::names::Names;

/// Longest head of a frame, in bytes.
const LONGEST_HEAD: usize = 14;
const TEXT: u8 = 1;
const CONTINUED: u8 = 0;

/// A line whose client's events have names that can be borrowed.
#[derive(Debug)]
pub struct Line<S> {
    line: S,
    marker: Marker,
}

impl<S> Line<S> {
    /// Around that line.
    pub fn new(line: S) -> Self {
        Self { line, marker: Marker::default() }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Line<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.line).poll_read(context, buffer))?;
        this.marker.pass(&mut buffer.filled_mut()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Line<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.line).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.line).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.line).poll_shutdown(context)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, context: &mut Context<'_>, slices: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.line).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.line.is_write_vectored()
    }
}

/// Finds the texts in a stream of frames.
#[derive(Debug, Default)]
struct Marker {
    head: [u8; LONGEST_HEAD],
    /// How much of the head has come; all of it while there is a payload.
    known: usize,
    /// How many bytes of the payload are to come.
    left: u64,
    mask: [u8; 4],
    /// How many bytes of it have come, as far as the mask cares.
    masked: usize,
    /// It belongs to a message that is a text; what lies between its frames does not.
    is_text: bool,
    /// Where in the message.
    names: Names,
}

impl Marker {
    fn pass(&mut self, mut bytes: &mut [u8]) {
        while !bytes.is_empty() {
            if self.left > 0 {
                let many = usize::try_from(self.left).map_or(bytes.len(), |left| left.min(bytes.len()));
                let (payload, rest) = bytes.split_at_mut(many);
                self.mark(payload);
                self.left -= many as u64;
                bytes = rest;
                continue;
            }
            let (first, rest) = bytes.split_at_mut(1);
            self.head[self.known] = first[0];
            self.known += 1;
            bytes = rest;
            let Some(head) = Head::of(&self.head[..self.known]) else { continue };
            self.known = 0;
            self.masked = 0;
            (self.left, self.mask) = (head.payload, head.mask.unwrap_or_default());
            let kind = head.first & 0x0f;
            // Heartbeats of the WebSocket's own may stand between the frames of a message.
            if kind < 8 && kind != CONTINUED {
                self.names = if kind == TEXT { Names::Start } else { Names::Past };
            }
            self.is_text = kind < 8;
        }
    }

    fn mark(&mut self, payload: &mut [u8]) {
        if !self.is_text || self.names == Names::Past {
            return;
        }
        for byte in payload {
            let mask = self.mask[self.masked % 4];
            self.masked += 1;
            *byte = self.names.pass(*byte ^ mask) ^ mask;
            if self.names == Names::Past {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::transport::engine::names::marked;

    fn frame(first: u8, mask: [u8; 4], payload: &[u8]) -> Vec<u8> {
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
        frame.extend(mask);
        frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        frame
    }

    fn passed(bytes: &[u8], chunk: usize) -> Vec<u8> {
        let (mut marker, mut all) = (Marker::default(), bytes.to_vec());
        all.chunks_mut(chunk).for_each(|chunk| marker.pass(chunk));
        all
    }

    proptest! {
        #[test]
        fn whatever_the_pieces_the_names_are_marked(
            name in any::<String>(), long in 0_usize..70_000, cut in 0_usize..40, chunk in 1_usize..600, mask in any::<[u8; 4]>(),
        ) {
            let packet = format!("42{}", serde_json::json!([name, "\\\"x".repeat(long / 8)]));
            let wanted = marked(&packet);
            let frames = |packet: &[u8]| {
                let (head, rest) = packet.split_at(cut.min(packet.len()));
                let binary = b"\x0442[\"a\\\"b\"]";
                [
                    frame(0x81, mask, packet), frame(0x82, mask, binary), frame(0x81, mask, b"2"),
                    frame(0x01, mask, head), frame(0x89, mask, b"4\\"), frame(0x80, mask, rest), frame(0x81, mask, b""), frame(0x81, mask, packet),
                ].concat()
            };
            prop_assert_eq!(passed(&frames(packet.as_bytes()), chunk), frames(wanted.as_bytes()));
        }

        #[test]
        fn no_stream_brings_it_down(bytes in prop::collection::vec(any::<u8>(), 0..200), chunk in 1_usize..20) {
            prop_assert_eq!(passed(&bytes, chunk).len(), bytes.len());
        }
    }
}
