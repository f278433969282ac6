//! A server to test against.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use chat_server::cli::ServeArgs;
use chat_server::data_dir::DataDir;
use chat_server::settings::Settings;
use chat_server::startup::Server;
use chat_server::storage::Store;
use chat_server::storage::sqlite::SqliteStore;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::dice::Dice;

/// A running server; its directory goes with it.
pub struct Running {
    server: Server,
    pub address: SocketAddr,
    pub dir: Arc<tempfile::TempDir>,
}

impl Running {
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        Self::start_in(dir, change).await
    }

    pub async fn start_in(dir: Arc<tempfile::TempDir>, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = settings(dir.path());
        change(&mut settings);
        let server = Server::start(&settings).await.unwrap();
        Self { address: server.addresses[0], server, dir }
    }

    /// Over a store that wraps the real one.
    pub async fn start_wrapped(wrap: impl FnOnce(SqliteStore) -> Arc<dyn Store>, change: impl FnOnce(&mut Settings)) -> Self {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let mut settings = settings(dir.path());
        change(&mut settings);
        let data_dir = DataDir::open(dir.path()).unwrap();
        let store = SqliteStore::open(&data_dir.database(), 1_000, &mut Dice(3)).await.unwrap();
        let server = Server::with_store(&settings, wrap(store), data_dir).await.unwrap();
        Self { address: server.addresses[0], server, dir }
    }

    /// Over a store that was opened with options of its own, or wrapped.
    pub async fn start_over(store: impl Store, dir: Arc<tempfile::TempDir>) -> Self {
        let settings = settings(dir.path());
        let data_dir = DataDir::open(dir.path()).unwrap();
        let server = Server::with_store(&settings, Arc::new(store), data_dir).await.unwrap();
        Self { address: server.addresses[0], server, dir }
    }

    /// `GET` by hand: status and body.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let mut stream = tokio::net::TcpStream::connect(self.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// Stops it cleanly and starts another one on the same data.
    pub async fn restart(self) -> Self {
        let dir = self.dir.clone();
        self.server.stop().await;
        Self::start_in(dir, |_| {}).await
    }

    pub async fn stop(self) {
        self.server.stop().await;
    }
}

fn settings(dir: &Path) -> Settings {
    let args = ServeArgs { listen: vec!["127.0.0.1:0".parse().unwrap()], data: Some(dir.to_owned()), ..ServeArgs::default() };
    Settings::load(&args).unwrap()
}
