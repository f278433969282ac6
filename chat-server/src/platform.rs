//! What differs between operating systems, with its counterpart where there is one.

use std::fs::File;
use std::io;
use std::path::Path;

/// Raises the limit of open files to what the system allows; every connection takes one.
#[cfg(unix)]
pub fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    if limit.current < limit.maximum
        && let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })
    {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
}

/// Windows has no such limit to raise.
#[cfg(not(unix))]
pub fn raise_file_limit() {}

/// A file that may not grow (RLIMIT_FSIZE) must be an error like a full disk: by default the system
/// ends the process with a signal instead. Who listens for the signal gets the error.
#[cfg(target_os = "linux")]
pub fn outlive_file_size_limit() {
    /// SIGXFSZ on Linux, all architectures but MIPS.
    const FILE_SIZE: i32 = 25;
    if let Err(error) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::from_raw(FILE_SIZE)) {
        tracing::debug!(%error, "a file size limit would end the process");
    }
}

/// Other systems have no such signal, or are not tested for it.
#[cfg(not(target_os = "linux"))]
pub fn outlive_file_size_limit() {}

/// Makes a directory that its owner alone can enter, and what is missing above it. It outlives a
/// power cut, like what is put into it.
///
/// # Errors
/// Why it could not be made.
pub fn make_private_dir(path: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = path.ancestors().take_while(|dir| !dir.as_os_str().is_empty() && !dir.exists()).collect();
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    missing.into_iter().try_for_each(sync_name)
}

/// Writes to the disk that a directory is there, which stands in the one above it.
#[cfg(unix)]
fn sync_name(dir: &Path) -> io::Result<()> {
    let above = dir.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(above)?.sync_all()
}

/// Windows keeps its directories in a journal, and opens none as a file.
#[cfg(not(unix))]
fn sync_name(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Opens a file for writing, made where there is none, which its owner alone can read.
///
/// # Errors
/// Why it could not be opened.
pub fn open_private(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Cuts a peer that has acknowledged nothing for so long: without this a client that stops reading
/// keeps its socket and its task for ever. A peer to whom nothing is sent is asked whether it is there.
#[cfg(target_os = "linux")]
pub fn cut_stuck_peers(stream: &tokio::net::TcpStream, after: std::time::Duration) {
    let socket = socket2::SockRef::from(stream);
    let asking = socket2::TcpKeepalive::new().with_time(after);
    if let Err(error) = socket.set_tcp_user_timeout(Some(after)).and_then(|()| socket.set_tcp_keepalive(&asking)) {
        tracing::debug!(%error, "a stuck peer of this connection will not be noticed");
    }
}

/// Other systems notice by keep-alive alone.
#[cfg(not(target_os = "linux"))]
pub fn cut_stuck_peers(stream: &tokio::net::TcpStream, after: std::time::Duration) {
    let keepalive = socket2::TcpKeepalive::new().with_time(after);
    if let Err(error) = socket2::SockRef::from(stream).set_tcp_keepalive(&keepalive) {
        tracing::debug!(%error, "a stuck peer of this connection will not be noticed");
    }
}

/// Ends once somebody asks the process to stop: Ctrl+C, or SIGTERM. Listens from the call on: whoever is
/// told that the server is there may ask at once.
pub fn asked_to_stop() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let (mut terminate, mut interrupt) = {
        use tokio::signal::unix::{SignalKind, signal};
        let heard = |kind, name| signal(kind).inspect_err(|error| tracing::warn!(%error, "{name} cannot be heard")).ok();
        (heard(SignalKind::terminate(), "SIGTERM"), heard(SignalKind::interrupt(), "Ctrl+C"))
    };
    #[cfg(unix)]
    return async move {
        let any = async |signal: &mut Option<tokio::signal::unix::Signal>| match signal {
            Some(signal) => drop(signal.recv().await),
            None => std::future::pending().await,
        };
        tokio::select! {
            () = any(&mut terminate) => {}
            () = any(&mut interrupt) => {}
        }
    };
    #[cfg(not(unix))]
    async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!(%error, "Ctrl+C cannot be heard");
            std::future::pending::<()>().await;
        }
    }
}

/// Listens for the operator's commands on a Unix socket that its owner alone can open, and gives
/// each connection to `serve`. A socket that a server before has left is taken over: whoever asks
/// for this holds the directory's lock.
///
/// # Errors
/// Why there can be none.
#[cfg(unix)]
pub fn serve_admin<F, S>(path: &Path, serve: S) -> io::Result<tokio::task::JoinHandle<()>>
where
    F: Future<Output = ()> + Send + 'static,
    S: Fn(tokio::net::UnixStream) -> F + Send + 'static,
{
    use std::os::unix::fs::PermissionsExt;
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    // The directory is its owner's alone (0700) already, so there is no moment at which others could come in.
    let listener = tokio::net::UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(tokio::spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => drop(tokio::spawn(serve(stream))),
                Err(error) => {
                    tracing::warn!(%error, "an operator's command could not be heard");
                    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                }
            }
        }
    }))
}

/// Asks the server of that admin socket: sends the lines, and gives as many back.
///
/// # Errors
/// `NotFound` or `ConnectionRefused` when no server runs there.
#[cfg(unix)]
pub async fn ask_admin(path: &Path, lines: &[String]) -> io::Result<Vec<String>> {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    let (reader, mut writer) = tokio::net::UnixStream::connect(path).await?.into_split();
    let mut answers = BufReader::new(reader).lines();
    let mut heard = Vec::new();
    for line in lines {
        writer.write_all(format!("{line}\n").as_bytes()).await?;
        heard.push(answers.next_line().await?.ok_or(io::ErrorKind::UnexpectedEof)?);
    }
    Ok(heard)
}

/// Windows has no such socket in Rust's library.
#[cfg(not(unix))]
pub fn serve_admin<F, S>(_: &Path, _: S) -> io::Result<tokio::task::JoinHandle<()>>
where
    F: Future<Output = ()> + Send + 'static,
    S: Fn(tokio::io::DuplexStream) -> F + Send + 'static,
{
    Err(io::ErrorKind::Unsupported.into())
}

/// Windows has no such socket in Rust's library.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub async fn ask_admin(_: &Path, _: &[String]) -> io::Result<Vec<String>> {
    Err(io::ErrorKind::Unsupported.into())
}
