//! What goes over a WebSocket of Engine.IO 3, frame by frame, between a client and the engine.

use std::borrow::Cow;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::transport::engine::connect::without_query;
use crate::transport::engine::refused;

/// Longest frame that is looked into, in bytes: what joins a namespace or refuses it is short.
const LOOKED_INTO: usize = 4_096;
/// How much is read at once, in bytes.
const CHUNK: usize = 512;

/// A line whose client's packets lose the query of the namespace that they join, and whose client
/// is told of a refusal as it knows it.
#[derive(Debug)]
pub struct Frames<S> {
    line: S,
    incoming: Rewriter,
    outgoing: Rewriter,
}

impl<S> Frames<S> {
    /// Around that line.
    pub fn new(line: S) -> Self {
        Self { line, incoming: Rewriter::new(without_query), outgoing: Rewriter::new(refused::as_text) }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Frames<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        while this.incoming.ready.is_empty() {
            let mut chunk = [0; CHUNK];
            let mut chunk = ReadBuf::new(&mut chunk);
            ready!(Pin::new(&mut this.line).poll_read(context, &mut chunk))?;
            if chunk.filled().is_empty() {
                // The end of the line: what was held back is the beginning of a frame without an end.
                return Poll::Ready(Ok(()));
            }
            this.incoming.push(chunk.filled());
        }
        let many = buffer.remaining().min(this.incoming.ready.len());
        buffer.put_slice(&this.incoming.ready[..many]);
        this.incoming.taken(many);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> Frames<S> {
    /// Writes all that is ready.
    fn poll_drain(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.outgoing.ready.is_empty() {
            match ready!(Pin::new(&mut self.line).poll_write(context, &self.outgoing.ready))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                many => self.outgoing.taken(many),
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Frames<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        // Nothing more is taken in while something waits, so that no more than one write ever does.
        ready!(self.poll_drain(context))?;
        self.outgoing.push(bytes);
        match self.poll_drain(context) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            _ => Poll::Ready(Ok(bytes.len())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(context))?;
        Pin::new(&mut self.line).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(context))?;
        Pin::new(&mut self.line).poll_shutdown(context)
    }
}

/// Finds the frames in a stream of bytes, and hands on those that are not to be changed as they are.
#[derive(Debug)]
struct Rewriter {
    /// What becomes of a packet.
    change: fn(&str) -> Cow<'_, str>,
    /// Of a frame whose head is not complete, or that is to be looked into as a whole.
    held: Vec<u8>,
    /// How many bytes of the present frame go by without a look.
    passing: u64,
    /// To be handed on.
    ready: Vec<u8>,
}

impl Rewriter {
    fn new(change: fn(&str) -> Cow<'_, str>) -> Self {
        Self { change, held: Vec::new(), passing: 0, ready: Vec::new() }
    }

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
                self.ready.extend(rewritten(&self.held, &head, self.change));
                self.held.clear();
            }
        }
    }

    /// So many bytes were handed on. An idle line keeps no buffer.
    fn taken(&mut self, many: usize) {
        self.ready.drain(..many);
        if self.ready.is_empty() {
            self.ready = Vec::new();
        }
    }
}

/// The head of a frame.
pub(super) struct Head {
    pub(super) first: u8,
    /// The client masks what it sends, the server does not.
    pub(super) mask: Option<[u8; 4]>,
    /// Bytes of the head itself.
    length: usize,
    /// Bytes of the payload.
    pub(super) payload: u64,
}

impl Head {
    /// None while it is not complete.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let (&first, &second) = (bytes.first()?, bytes.get(1)?);
        let (payload, length) = match second & 0x7f {
            126 => (u64::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)), 4),
            127 => (u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?), 10),
            short => (u64::from(short), 2),
        };
        if second & 0x80 == 0 {
            return (bytes.len() >= length).then_some(Self { first, mask: None, length, payload });
        }
        let mask = bytes.get(length..length + 4)?.try_into().ok()?;
        Some(Self { first, mask: Some(mask), length: length + 4, payload })
    }

    /// A whole text in one frame, uncompressed, and short.
    fn is_looked_into(&self) -> bool {
        self.first == 0x81 && self.payload <= LOOKED_INTO as u64
    }
}

/// The frame with its packet changed; a frame whose packet stays, as it was.
fn rewritten(frame: &[u8], head: &Head, change: fn(&str) -> Cow<'_, str>) -> Vec<u8> {
    let mask = head.mask.unwrap_or_default();
    let masked = |bytes: &[u8]| -> Vec<u8> { bytes.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect() };
    let text = String::from_utf8(masked(&frame[head.length..])).unwrap_or_default();
    let Cow::Owned(text) = change(&text) else { return frame.to_vec() };
    let flag = if head.mask.is_some() { 0x80 } else { 0 };
    let mut frame = vec![head.first];
    match (u8::try_from(text.len()), u16::try_from(text.len())) {
        (Ok(short @ ..=125), _) => frame.push(flag | short),
        (_, Ok(middle)) => {
            frame.push(flag | 126);
            frame.extend(middle.to_be_bytes());
        }
        // No change makes a short packet so long.
        _ => {
            frame.push(flag | 127);
            frame.extend((text.len() as u64).to_be_bytes());
        }
    }
    frame.extend(head.mask.iter().flatten());
    frame.extend(masked(text.as_bytes()));
    frame
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

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
        let mut rewriter = Rewriter::new(without_query);
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

    /// Both ways at once, over a line that takes a few bytes at a time.
    #[tokio::test]
    async fn a_refusal_is_told_as_old_clients_know_it() {
        let (line, mut client) = tokio::io::duplex(5);
        let mut engine = Frames::new(line);
        let refusal = b"44/chat,{\"message\":\"Authentication error\"}";
        let sent = [&[0x81, 2], b"40".as_slice(), &[0x81, refusal.len() as u8], refusal, &[0x88, 0]].concat();
        let expected = [&[0x81, 2], b"40".as_slice(), &[0x81, 30], b"44/chat,\"Authentication error\"", &[0x88, 0]].concat();
        let told = async {
            engine.write_all(&sent).await.unwrap();
            engine.flush().await.unwrap();
            engine.shutdown().await.unwrap();
            let mut heard = Vec::new();
            engine.read_to_end(&mut heard).await.unwrap();
            heard
        };
        let seen = async {
            let mut seen = Vec::new();
            client.read_to_end(&mut seen).await.unwrap();
            client.write_all(&text("40/chat?sid=123456,")).await.unwrap();
            client.shutdown().await.unwrap();
            seen
        };
        let (heard, seen) = tokio::join!(told, seen);
        assert_eq!(seen, expected);
        assert_eq!(heard, text("40/chat,"));
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
            let mut rewriter = Rewriter::new(refused::as_text);
            rewriter.push(&bytes);
            prop_assert!(rewriter.held.len() <= LOOKED_INTO + 14);
        }
    }
}
