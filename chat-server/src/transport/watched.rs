//! Connections of which one can ask when something was last heard of them.
//!
//! The engine's heartbeats tell a silent client only when its time is over. A name that is held by
//! a page whose line is dead is to be free sooner, so what comes in is noted where it comes in.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use futures_util::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// When something was last heard; shared by all who want to know.
#[derive(Clone, Debug)]
pub struct Heard {
    began: Instant,
    line: Arc<Line>,
}

#[derive(Debug, Default)]
struct Line {
    /// When it was heard, in milliseconds since the beginning.
    last: AtomicU64,
    /// Whether it was heard again since.
    again: AtomicBool,
    hung_up: AtomicBool,
    /// Whoever waits for something to come in.
    reader: AtomicWaker,
}

impl Heard {
    /// Heard just now.
    #[must_use]
    pub fn now() -> Self {
        Self { began: Instant::now(), line: Arc::default() }
    }

    /// Something was heard.
    pub fn note(&self) {
        self.line.again.store(true, Ordering::Relaxed);
        self.line.last.store(self.began.elapsed().as_millis() as u64, Ordering::Relaxed);
    }

    /// For how long nothing was.
    #[must_use]
    pub fn silent_for(&self) -> Duration {
        self.began.elapsed().saturating_sub(Duration::from_millis(self.line.last.load(Ordering::Relaxed)))
    }

    /// Whether anything was heard since the beginning.
    #[must_use]
    pub fn was_heard_again(&self) -> bool {
        self.line.again.load(Ordering::Relaxed)
    }

    /// Whatever is read next from the line is its end. Nothing where it is no line of its own.
    pub fn hang_up(&self) {
        self.line.hung_up.store(true, Ordering::Release);
        self.line.reader.wake();
    }
}

/// The other end of a TCP connection.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
    /// When it last sent anything; by this it can be hung up on, too.
    pub heard: Heard,
}

/// A listener whose connections are watched.
pub struct Watched<F> {
    listener: TcpListener,
    prepare: F,
}

impl<F: FnMut(&mut TcpStream)> Watched<F> {
    /// Listens there; `prepare` is run on each connection.
    pub fn new(listener: TcpListener, prepare: F) -> Self {
        Self { listener, prepare }
    }
}

impl<F: FnMut(&mut TcpStream) + Send + 'static> Listener for Watched<F> {
    type Io = WatchedStream;
    type Addr = Peer;

    async fn accept(&mut self) -> (WatchedStream, Peer) {
        // axum's own way to accept waits where the process runs out of descriptors.
        let (mut stream, address) = Listener::accept(&mut self.listener).await;
        (self.prepare)(&mut stream);
        let heard = Heard::now();
        (WatchedStream { stream, heard: heard.clone() }, Peer { address, heard })
    }

    fn local_addr(&self) -> io::Result<Peer> {
        Ok(Peer { address: self.listener.local_addr()?, heard: Heard::now() })
    }
}

impl<F: FnMut(&mut TcpStream) + Send + 'static> Connected<IncomingStream<'_, Watched<F>>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Watched<F>>) -> Self {
        stream.remote_addr().clone()
    }
}

/// A connection that notes when it is heard.
pub struct WatchedStream {
    stream: TcpStream,
    heard: Heard,
}

impl AsyncRead for WatchedStream {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.heard.line.reader.register(context.waker());
        if self.heard.line.hung_up.load(Ordering::Acquire) {
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.heard.note();
        }
        polled
    }
}

impl AsyncWrite for WatchedStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, context: &mut Context<'_>, slices: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
