//! The one place that wires everything. Reads like a diagram: store ─┐
//! fan-out ──────────────────────────────────────────────────────────┴▶ service ─▶ transport.

use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use chat_proto::id::ClientId;
use chat_proto::name::JoinCode;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::data_dir::DataDir;
use crate::domain::random::Random;
use crate::fanout::FanOut;
use crate::fanout::nobody::Nobody;
use crate::fanout::socketio::{Engines, SocketIoFanOut};
use crate::platform;
use crate::ports::{Argon2Passwords, SystemClock, SystemRandom};
use crate::service::{Clock, Ports, Service};
use crate::settings::Settings;
use crate::storage::Store;
use crate::storage::export::ExportError;
use crate::storage::sqlite::problem::explain;
use crate::storage::sqlite::{self, SqliteStore};
use crate::transport::admin;
use crate::transport::classic::{Abandoned, Classic};
use crate::transport::engine::{Edge, edge, engines};
use crate::transport::http::{self, Shared};
use crate::transport::origin::Origins;
use crate::transport::patience;
use crate::transport::slim::slim;
use crate::transport::socket::{self, Native};
use crate::transport::watched::{Peer, Watched};

/// How long the preparation of older messages for search lets the writer be between two steps.
const BREATH: Duration = Duration::from_millis(20);
/// How long it waits after a step that failed.
const SETBACK: Duration = Duration::from_secs(30);
/// How often presence, typing and silent pages are looked at.
const TICK: Duration = Duration::from_millis(250);
/// A peer that acknowledges nothing for so long is cut.
const STUCK: Duration = Duration::from_secs(30);
/// How long the sockets have for their last words.
const GOODBYE: Duration = Duration::from_millis(400);
/// How long a stopping server waits for requests under way.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server that listens.
pub struct Server {
    /// Where, with the real ports.
    pub addresses: Vec<SocketAddr>,
    /// By which an account becomes the server's owner, while it has none.
    pub owner_code: Option<JoinCode>,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

impl Server {
    /// Opens the data directory and everything above it, and listens.
    ///
    /// # Errors
    /// One clear sentence: what is wrong, and what to do.
    pub async fn start(settings: &Settings) -> Result<Self, String> {
        platform::outlive_file_size_limit();
        let data_dir = DataDir::open(&settings.data)?;
        let store = open_store(&data_dir).await?;
        Self::with_store(settings, store, data_dir).await
    }

    /// The same over another store, for tests that wrap the real one.
    ///
    /// # Errors
    /// One clear sentence: what is wrong, and what to do.
    pub async fn with_store(settings: &Settings, store: Arc<dyn Store>, data_dir: DataDir) -> Result<Self, String> {
        platform::raise_file_limit();
        let listeners = bind(settings).await?;
        let addresses = listeners.iter().filter_map(|listener| listener.local_addr().ok()).collect();

        let ([prompt_layer, patient_layer], io) = socket::layers();
        let fanout = Arc::new(SocketIoFanOut::new(io.clone(), settings.classic.manners.clone()));
        let service = Arc::new(new_service(settings, store.clone(), fanout.clone())?);
        let origins = Arc::new(Origins { allowed: settings.origins.clone(), proxies: settings.proxies.clone() });
        socket::serve(&io, &Native { service: service.clone(), fanout: fanout.clone(), origins: origins.clone() });
        let classic = Classic::new(service.clone(), fanout.clone(), origins.clone(), settings.classic.clone());
        classic.serve(&io);
        let both = Edge::new([&prompt_layer, &patient_layer]);
        let router = http::router(Shared { service: service.clone(), origins }, settings.pages.as_deref())
            .layer(axum::middleware::from_fn_with_state(both.clone(), engines))
            .layer(axum::middleware::from_fn_with_state(classic.clone(), Classic::note))
            .layer(axum::middleware::from_fn(patience::route))
            .layer(axum::middleware::from_fn(slim))
            .layer(axum::middleware::from_fn(http::serve_script))
            .layer(axum::middleware::from_fn_with_state(both.clone(), edge));

        let admin = listen_to_operator(&data_dir, &service);
        let stop = CancellationToken::new();
        let owner_code = service.offer_ownership().await.map_err(|error| error.to_string())?;
        let parts = Parts { listeners, router, engines: io, service, classic, edge: both, fanout, store, admin, _data_dir: data_dir };
        let running = tokio::spawn(parts.run(stop.clone()));
        Ok(Self { addresses, owner_code, stop, running })
    }

    /// Waits until the server has ended without being asked to, since a part of it broke.
    pub async fn broken(&mut self) {
        if let Err(error) = (&mut self.running).await {
            tracing::error!(%error, "the server ended badly");
        }
    }

    /// Stops accepting, tells the clients to come back, finishes what is under way, and closes.
    pub async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.running.await {
            tracing::error!(%error, "the server did not stop cleanly");
        }
    }
}

/// Writes all rooms, or those named, with all their entries; a reader that has seen enough and
/// closes the pipe ends it well.
///
/// # Errors
/// One clear sentence: what is wrong, and what to do.
pub async fn export(settings: &Settings, rooms: &[String], out: &mut dyn Write) -> Result<(), String> {
    let path = DataDir::database_in(&settings.data)?;
    match sqlite::export::export(&path, rooms, out).await {
        Ok(()) => Ok(()),
        Err(ExportError::Output(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(ExportError::Store(error)) => Err(format!("The database {} cannot be read: {}", path.display(), explain(&error))),
        Err(error) => Err(error.to_string()),
    }
}

/// The service on a data directory on which no server runs, for an operator's command: it holds the lock,
/// and nobody is connected.
pub struct Alone {
    /// The service.
    pub service: Arc<Service>,
    store: Arc<dyn Store>,
    writer: JoinHandle<()>,
    /// Held for its lock.
    _data_dir: DataDir,
}

impl Alone {
    /// Takes the lock of a directory that a server has made, and opens its database.
    ///
    /// # Errors
    /// One clear sentence: what is wrong, and what to do.
    pub async fn open(settings: &Settings) -> Result<Self, String> {
        // A mistyped directory is not made into a new server.
        DataDir::database_in(&settings.data)?;
        let data_dir = DataDir::open(&settings.data)?;
        let store = open_store(&data_dir).await?;
        let service = Arc::new(new_service(settings, store.clone(), Arc::new(Nobody))?);
        let writer = tokio::spawn({
            let service = service.clone();
            async move { service.run_writer().await }
        });
        Ok(Self { service, store, writer, _data_dir: data_dir })
    }

    /// Lets what was asked for be written, and closes the database.
    pub async fn close(self) {
        self.service.close_writer();
        finish("the writer", self.writer).await;
        self.store.close().await;
    }
}

/// An id for a request that is made once.
///
/// # Errors
/// Never: a random id is one.
pub fn fresh_client_id() -> Result<ClientId, String> {
    ClientId::parse((&mut SystemRandom as &mut dyn Random).id())
}

async fn open_store(data_dir: &DataDir) -> Result<Arc<dyn Store>, String> {
    let path = data_dir.database();
    let store = SqliteStore::open(&path, SystemClock.now(), &mut SystemRandom).await;
    let store = store.map_err(|error| format!("The database {} cannot be used: {}", path.display(), explain(&error)))?;
    Ok(Arc::new(store))
}

fn new_service(settings: &Settings, store: Arc<dyn Store>, fanout: Arc<dyn FanOut>) -> Result<Service, String> {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let ports = Ports {
        store,
        fanout,
        clock: Arc::new(SystemClock),
        random: Box::new(SystemRandom),
        passwords: Arc::new(Argon2Passwords::new(cores)?),
    };
    Ok(Service::new(ports, &settings.name, settings.limits.clone())
        .with_bot_limits(settings.bot_limits)
        .with_operators(settings.operators.clone()))
}

struct Parts {
    listeners: Vec<TcpListener>,
    router: Router,
    engines: Engines,
    service: Arc<Service>,
    classic: Arc<Classic>,
    edge: Arc<Edge>,
    fanout: Arc<SocketIoFanOut>,
    store: Arc<dyn Store>,
    admin: Option<JoinHandle<()>>,
    /// Held for its lock.
    _data_dir: DataDir,
}

impl Parts {
    async fn run(self, stop: CancellationToken) {
        let Self { listeners, router, engines, service, classic, edge, fanout, store, admin, _data_dir } = self;
        let mut writer = tokio::spawn({
            let service = service.clone();
            async move { service.run_writer().await }
        });
        let mut delivery = tokio::spawn({
            let fanout = fanout.clone();
            async move { fanout.run().await }
        });
        let ticking = tokio::spawn(tick(service.clone(), classic, edge, stop.clone()));
        let preparing = tokio::spawn(prepare_search(store.clone()));
        let mut serving = JoinSet::new();
        for listener in listeners {
            let listener = Watched::new(listener, |stream| {
                // Small frames go out at once.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a connection's small frames may wait");
                }
                platform::cut_stuck_peers(stream, STUCK);
            });
            let app = router.clone().into_make_service_with_connect_info::<Peer>();
            let stopping = stop.clone();
            serving.spawn(async move { axum::serve(listener, app).with_graceful_shutdown(stopping.cancelled_owned()).await });
        }
        let broken = tokio::select! {
            () = stop.cancelled() => None,
            ended = &mut writer => Some(("the writer", ended)),
            ended = &mut delivery => Some(("the fan-out", ended)),
        };
        if let Some((what, ended)) = broken {
            // Better no server than one that takes everything and answers nothing.
            tracing::error!(?ended, "{what} has ended by itself: the server cannot go on");
            stop.cancel();
            preparing.abort();
            engines.close().await;
            store.close().await;
            return;
        }

        tracing::info!("stopping");
        service.write_down_seen().await;
        service.say_goodbye();
        tokio::time::sleep(GOODBYE).await;
        service.close_writer();
        finish("the writer", writer).await;
        fanout.stop();
        finish("the fan-out", delivery).await;
        engines.close().await;
        let served = tokio::time::timeout(PATIENCE, async { while serving.join_next().await.is_some() {} }).await;
        if served.is_err() {
            tracing::warn!("some requests did not end in time");
        }
        ticking.abort();
        preparing.abort();
        admin.iter().for_each(JoinHandle::abort);
        store.close().await;
        tracing::info!("stopped");
    }
}

/// Without the socket the chat goes on; only the operator's commands need it.
fn listen_to_operator(data_dir: &DataDir, service: &Arc<Service>) -> Option<JoinHandle<()>> {
    let (path, service) = (data_dir.admin_socket(), service.clone());
    let serve = move |stream| {
        let service = service.clone();
        async move {
            if let Err(error) = admin::serve(service, stream).await {
                tracing::debug!(%error, "an operator's command broke off");
            }
        }
    };
    let listening = platform::serve_admin(&path, serve);
    listening.inspect_err(|error| tracing::warn!(%error, path = %path.display(), "the operator's commands cannot reach this server")).ok()
}

async fn finish(what: &str, task: JoinHandle<()>) {
    match tokio::time::timeout(PATIENCE, task).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, "{what} ended badly"),
        Err(_) => tracing::error!("{what} did not end in time"),
    }
}

async fn tick(service: Arc<Service>, classic: Arc<Classic>, edge: Arc<Edge>, stop: CancellationToken) {
    let mut interval = tokio::time::interval(TICK);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while !stop.is_cancelled() {
        interval.tick().await;
        service.tick().await;
        for Abandoned { sid, protocol } in classic.give_up_the_silent() {
            edge.end(sid, protocol).await;
        }
    }
}

/// Prepares the messages that are older than the search, while the server serves.
async fn prepare_search(store: Arc<dyn Store>) {
    let mut steps = 0_u64;
    loop {
        match store.prepare_search().await {
            Ok(true) if steps == 0 => tracing::info!("older messages are being prepared for search"),
            Ok(true) => {}
            Ok(false) if steps == 0 => return,
            Ok(false) => return tracing::info!("all messages are prepared for search"),
            Err(error) => {
                tracing::warn!(%error, "older messages could not be prepared for search; it is tried again");
                tokio::time::sleep(SETBACK).await;
            }
        }
        steps += 1;
        tokio::time::sleep(BREATH).await;
    }
}

async fn bind(settings: &Settings) -> Result<Vec<TcpListener>, String> {
    let mut listeners = Vec::new();
    for address in &settings.listen {
        match TcpListener::bind(address).await {
            Ok(listener) => listeners.push(listener),
            // A machine without IPv6 still has the other loopback.
            Err(error) if settings.listen_by_default && address.is_ipv6() && error.kind() != std::io::ErrorKind::AddrInUse => {
                tracing::debug!(%error, %address, "this loopback is not there");
            }
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
                return Err(format!("{address} is in use by another program. Stop that one, or choose another port with --listen."));
            }
            Err(error) => return Err(format!("Cannot listen on {address}: {error}. Choose another address with --listen.")),
        }
    }
    Ok(listeners)
}
