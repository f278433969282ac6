//! Standard output, written by a thread of its own: who reads slowly is waited for, but nothing piles
//! up for them in memory.

use std::io::{ErrorKind, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use super::Failure;

/// With so much that waits to be written nothing more is fetched.
const FULL: usize = 256 * 1_024;

/// Where a command prints.
pub struct Output {
    lines: Option<UnboundedSender<Vec<u8>>>,
    waiting: Arc<Waiting>,
    ended: oneshot::Receiver<std::io::Result<()>>,
    reader: Option<oneshot::Receiver<()>>,
}

#[derive(Default)]
struct Waiting {
    bytes: AtomicUsize,
    less: Notify,
}

/// How the output ended.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// All of it is written.
    Written,
    /// Whoever read it has seen enough.
    ReaderGone,
}

impl Output {
    /// Standard output.
    #[must_use]
    pub fn stdout() -> Self {
        Self { reader: Some(crate::platform::reader_gone()), ..Self::new(Box::new(std::io::stdout())) }
    }

    /// Somewhere else.
    #[must_use]
    pub fn new(out: Box<dyn Write + Send>) -> Self {
        let (sender, lines) = unbounded_channel();
        let (told, ended) = oneshot::channel();
        let waiting = Arc::new(Waiting::default());
        let theirs = Arc::clone(&waiting);
        std::thread::spawn(move || told.send(write(out, lines, &theirs)));
        Self { lines: Some(sender), waiting, ended, reader: None }
    }

    /// Whether more is wanted.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.waiting.bytes.load(Ordering::Acquire) < FULL
    }

    /// Prints this as soon as it can be.
    pub fn print(&mut self, bytes: Vec<u8>) {
        if let Some(lines) = self.lines.as_ref().filter(|_| !bytes.is_empty()) {
            self.waiting.bytes.fetch_add(bytes.len(), Ordering::AcqRel);
            // Once it has ended nobody takes it any more, as `ended` tells.
            lines.send(bytes).ok();
        }
    }

    /// Waits until more is wanted.
    pub fn room(&self) -> impl Future<Output = ()> + use<> {
        let waiting = Arc::clone(&self.waiting);
        async move {
            while waiting.bytes.load(Ordering::Acquire) >= FULL {
                waiting.less.notified().await;
            }
        }
    }

    /// Waits until nothing can be printed any more.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn end(&mut self) -> Result<End, Failure> {
        let gone = async {
            if let Some(reader) = &mut self.reader
                && reader.await.is_ok()
            {
                return;
            }
            // Where that cannot be told, the next thing that is written tells it.
            self.reader = None;
            std::future::pending().await
        };
        tokio::select! {
            () = gone => Ok(End::ReaderGone),
            ended = &mut self.ended => match ended {
                Ok(Ok(())) | Err(_) => Ok(End::Written),
                Ok(Err(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(End::ReaderGone),
                Ok(Err(error)) => Err(Failure::Failed(format!("Standard output cannot be written: {error}."))),
            },
        }
    }

    /// Nothing more is printed: waits until all of it is written.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn finish(&mut self) -> Result<End, Failure> {
        self.lines = None;
        self.end().await
    }
}

fn write(mut out: Box<dyn Write + Send>, mut lines: UnboundedReceiver<Vec<u8>>, waiting: &Waiting) -> std::io::Result<()> {
    while let Some(bytes) = lines.blocking_recv() {
        out.write_all(&bytes)?;
        if lines.is_empty() {
            out.flush()?;
        }
        waiting.bytes.fetch_sub(bytes.len(), Ordering::AcqRel);
        waiting.less.notify_waiters();
        waiting.less.notify_one();
    }
    out.flush()
}
