//! The Socket.IO engines behind one address (`transport/patience.rs` says why there are two), as
//! one place to send to.

use std::sync::atomic::{AtomicUsize, Ordering};

use chat_proto::NAMESPACE;
use socketioxide::SocketIo;
use socketioxide::operators::BroadcastOperators;

/// Both engines.
#[derive(Clone)]
pub struct Engines {
    /// For those who want to learn soon that a line is dead.
    pub prompt: SocketIo,
    /// For those who may be blocked for minutes.
    pub patient: SocketIo,
}

/// How many native connections the patient engine has: mostly none, and then nothing is encoded
/// for it.
#[derive(Default)]
pub(super) struct Patients(AtomicUsize);

impl Patients {
    pub(super) fn come(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn go(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Engines {
    /// All connections of a namespace.
    pub(super) fn of(&self, namespace: &'static str) -> impl Iterator<Item = BroadcastOperators> {
        [&self.prompt, &self.patient].into_iter().filter_map(move |io| io.of(namespace))
    }

    /// All native connections.
    pub(super) fn native(&self, patients: &Patients) -> impl Iterator<Item = BroadcastOperators> {
        let engines = if patients.0.load(Ordering::Relaxed) == 0 { &[&self.prompt][..] } else { &[&self.prompt, &self.patient][..] };
        engines.iter().filter_map(|io| io.of(NAMESPACE)).collect::<Vec<_>>().into_iter()
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.prompt.close().await;
        self.patient.close().await;
    }
}
