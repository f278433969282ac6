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
/// keeps its socket and its task for ever.
#[cfg(target_os = "linux")]
pub fn cut_stuck_peers(stream: &tokio::net::TcpStream, after: std::time::Duration) {
    if let Err(error) = socket2::SockRef::from(stream).set_tcp_user_timeout(Some(after)) {
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

/// Waits until somebody asks the process to stop: Ctrl+C, or SIGTERM.
pub async fn asked_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = tokio::signal::ctrl_c() => {}
                    _ = terminate.recv() => {}
                }
                return;
            }
            Err(error) => tracing::warn!(%error, "SIGTERM cannot be heard; Ctrl+C stops the server"),
        }
    }
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::warn!(%error, "Ctrl+C cannot be heard");
        std::future::pending::<()>().await;
    }
}
