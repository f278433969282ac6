//! A TCP proxy that misbehaves on demand: it delays, stalls one direction, resets, throttles, and
//! cuts a connection in the middle of a frame.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What it does to everything that goes through it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Weather {
    /// Each piece is held back so long.
    pub delay: Duration,
    /// Nothing goes to the server.
    pub stalls_up: bool,
    /// Nothing goes to the client.
    pub stalls_down: bool,
    /// So many bytes a second go through in each direction.
    pub bytes_a_second: Option<u32>,
    /// The next piece that goes to a client is cut in half, and its connection with it.
    pub cuts_next: bool,
}

/// One proxy.
pub struct Proxy {
    pub address: SocketAddr,
    weather: Arc<Mutex<Weather>>,
    resets: watch::Sender<u64>,
}

impl Proxy {
    /// Listens on a free port for connections to that server.
    pub async fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let weather = Arc::new(Mutex::new(Weather::default()));
        let (resets, reset) = watch::channel(0);
        let shared = weather.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server, shared.clone(), reset.clone()));
            }
        });
        Self { address, weather, resets }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn set(&self, weather: Weather) {
        *self.weather.lock().unwrap() = weather;
    }

    /// Resets every connection.
    pub fn reset(&self) {
        self.resets.send_modify(|count| *count += 1);
    }
}

async fn carry(client: TcpStream, server: SocketAddr, weather: Arc<Mutex<Weather>>, mut reset: watch::Receiver<u64>) {
    reset.mark_unchanged();
    let Ok(server) = TcpStream::connect(server).await else { return abort(&client) };
    for stream in [&client, &server] {
        let _ = stream.set_nodelay(true);
    }
    let handles = [socket2::SockRef::from(&client).try_clone(), socket2::SockRef::from(&server).try_clone()];
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let up = pump(from_client, to_server, weather.clone(), false);
    let down = pump(from_server, to_client, weather, true);
    tokio::select! {
        () = up => {}
        () = down => {}
        _ = reset.changed() => {}
    }
    // With no time to linger, closing is a reset.
    for handle in handles.into_iter().flatten() {
        let _ = handle.set_linger(Some(Duration::ZERO));
    }
}

fn abort(stream: &TcpStream) {
    let _ = socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

/// Carries one direction until it ends or is cut.
async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, weather: Arc<Mutex<Weather>>, down: bool) {
    let mut bytes = vec![0; 16_384];
    loop {
        let Ok(length @ 1..) = from.read(&mut bytes).await else { return };
        let now = || *weather.lock().unwrap();
        while if down { now().stalls_down } else { now().stalls_up } {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let Weather { delay, bytes_a_second, cuts_next, .. } = now();
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        if cuts_next && down && length > 1 {
            weather.lock().unwrap().cuts_next = false;
            let _ = to.write_all(&bytes[..length / 2]).await;
            return;
        }
        let slice = bytes_a_second.map_or(length, |rate| (rate as usize / 20).max(1));
        for piece in bytes[..length].chunks(slice) {
            if to.write_all(piece).await.is_err() {
                return;
            }
            if now().bytes_a_second.is_some() && bytes_a_second.is_some() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}
