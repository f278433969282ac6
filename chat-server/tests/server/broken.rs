//! A part that the server cannot be without breaks: it ends, rather than taking everything and
//! answering nothing.

use std::sync::Arc;

use async_trait::async_trait;
use chat_server::cli::ServeArgs;
use chat_server::data_dir::DataDir;
use chat_server::domain::decide::Context;
use chat_server::settings::Settings;
use chat_server::startup::Server;
use chat_server::storage::sqlite::SqliteStore;
use chat_server::storage::{Batch, Committed, Store, StoreError};

use crate::client::{Client, send};
use crate::dice::Dice;
use crate::wrapped::{Around, Wrapped};

struct Panicking;

#[async_trait]
impl Around for Panicking {
    async fn commit(&self, _: &impl Store, _: &Batch, _: &mut Context<'_>) -> Result<Committed, StoreError> {
        panic!("the test wants the writer to break");
    }
}

#[tokio::test]
async fn a_server_whose_writer_broke_ends() {
    let dir = tempfile::tempdir().unwrap();
    let args = ServeArgs { listen: vec!["127.0.0.1:0".parse().unwrap()], data: Some(dir.path().to_owned()), ..ServeArgs::default() };
    let settings = Settings::load(&args).unwrap();
    let data_dir = DataDir::open(dir.path()).unwrap();
    let inner = SqliteStore::open(&data_dir.database(), 1_000, &mut Dice(3)).await.unwrap();
    let store = Arc::new(Wrapped { inner, around: Panicking });
    let mut server = Server::with_store(&settings, store, data_dir).await.unwrap();
    let mut ada = Client::guest(server.addresses[0], "ada").await;
    let lobby = ada.lobby();
    ada.emit_raw("message:send", send(&lobby, "1", None, "x")).await;
    tokio::time::timeout(std::time::Duration::from_secs(30), server.broken()).await.expect("the server goes on without its writer");
}
