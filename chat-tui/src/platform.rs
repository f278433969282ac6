//! What differs between Unix and the others: private files, locks, signals, the other end of a pipe,
//! opening a link.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Writes a file that its owner alone can read, whole or not at all, and durably.
///
/// # Errors
/// What the system says.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    #[cfg(unix)]
    if let Some(directory) = path.parent() {
        fs::File::open(directory)?.sync_all()?;
    }
    Ok(())
}

/// Writes a file that its owner alone can read, whole or not at all, but without waiting for the
/// disk: after a power cut it may be empty or the one of before.
///
/// # Errors
/// What the system says.
pub fn replace_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Several programs may write the same file: each has a name of its own until it is whole.
    let temporary = path.with_extension(format!("new-{}", std::process::id()));
    fs::remove_file(&temporary).ok();
    private_file(&temporary)?.write_all(bytes)?;
    fs::rename(&temporary, path)
}

/// Opens a file that its owner alone can read, to read and write; makes it where there is none.
///
/// # Errors
/// What the system says.
pub fn private_file(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a directory that its owner alone can look into, and those above it.
///
/// # Errors
/// What the system says.
pub fn private_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Locks a file against other programs of ours until the handle is dropped.
///
/// # Errors
/// What the system says.
pub fn lock(path: &Path) -> io::Result<fs::File> {
    let file = private_file(path)?;
    file.lock()?;
    Ok(file)
}

/// Asks a program that we started to end, as the system does.
///
/// # Errors
/// What the system says.
#[cfg(unix)]
pub fn ask_to_end(child: &mut std::process::Child) -> io::Result<()> {
    let pid = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw).ok_or(io::ErrorKind::InvalidInput)?;
    Ok(rustix::process::kill_process(pid, rustix::process::Signal::TERM)?)
}

/// Ends a program that we started: there is no way to ask it.
///
/// # Errors
/// What the system says.
#[cfg(not(unix))]
pub fn ask_to_end(child: &mut std::process::Child) -> io::Result<()> {
    child.kill()
}

/// How long the machine has been running, its sleep included: a clock that nobody sets.
#[cfg(target_os = "linux")]
#[must_use]
pub fn steady() -> std::time::Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    std::time::Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// How long the program has been running: a clock that nobody sets. Some systems' stands still
/// while the machine sleeps.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn steady() -> std::time::Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}

/// Ends when the system asks the program to end.
#[cfg(unix)]
pub async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut hup)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup())) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = hup.recv() => {}
    }
}

/// Ends when the system asks the program to end.
#[cfg(not(unix))]
pub async fn asked_to_end() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

/// The signals by which the system, or somebody at the keyboard, asks a command without a screen to end.
#[cfg(unix)]
pub struct Signals {
    heard: Vec<(u8, tokio::signal::unix::Signal)>,
}

#[cfg(unix)]
impl Signals {
    /// Hears them from now on. What the program was started to ignore (`nohup`, a job in the background)
    /// it goes on ignoring.
    ///
    /// # Errors
    /// What the system says.
    pub fn open() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let all = [SignalKind::hangup(), SignalKind::interrupt(), SignalKind::terminate()];
        let ignored = ignored_signals();
        let is_ignored = |number: i32| (ignored >> (number - 1)) & 1 == 1;
        let heard = all.iter().map(SignalKind::as_raw_value).filter(|number| !is_ignored(*number));
        let open = |number: i32| Ok((u8::try_from(number).unwrap_or(u8::MAX), signal(SignalKind::from_raw(number))?));
        Ok(Self { heard: heard.map(open).collect::<io::Result<_>>()? })
    }

    /// The number of the next one.
    pub async fn next(&mut self) -> u8 {
        std::future::poll_fn(|context| {
            let come = self.heard.iter_mut().find_map(|(number, signal)| signal.poll_recv(context).is_ready().then_some(*number));
            come.map_or(std::task::Poll::Pending, std::task::Poll::Ready)
        })
        .await
    }
}

/// Those that were ignored when the program was started, the lowest bit the first. Only Linux tells.
#[cfg(unix)]
fn ignored_signals() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// The signals by which the system, or somebody at the keyboard, asks a command without a screen to end.
#[cfg(not(unix))]
pub struct Signals;

#[cfg(not(unix))]
impl Signals {
    /// Hears them from now on.
    ///
    /// # Errors
    /// Never.
    pub fn open() -> io::Result<Self> {
        Ok(Self)
    }

    /// The number of the next one.
    pub async fn next(&mut self) -> u8 {
        match tokio::signal::ctrl_c().await {
            Ok(()) => 2,
            Err(_) => std::future::pending().await,
        }
    }
}

/// Tells when nobody reads standard output any more, also before something is written there.
#[cfg(unix)]
#[must_use]
pub fn reader_gone() -> tokio::sync::oneshot::Receiver<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    let (told, gone) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let stdout = io::stdout();
        loop {
            // With nothing to wait for, only what is always told ends it: an error, or a hang-up.
            let mut only = [PollFd::new(&stdout, PollFlags::empty())];
            match poll(&mut only, None) {
                Ok(_) if only[0].revents().intersects(PollFlags::ERR | PollFlags::HUP) => {
                    told.send(()).ok();
                    return;
                }
                Err(rustix::io::Errno::INTR) => {}
                Ok(_) | Err(_) => return,
            }
        }
    });
    gone
}

/// Tells when nobody reads standard output any more. Here only what is written there does.
#[cfg(not(unix))]
#[must_use]
pub fn reader_gone() -> tokio::sync::oneshot::Receiver<()> {
    tokio::sync::oneshot::channel().1
}

/// Whether others than its owner can read a file.
///
/// # Errors
/// What the system says.
#[cfg(unix)]
pub fn others_can_read(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::metadata(path)?.permissions().mode() & 0o044 != 0)
}

/// Whether others than its owner can read a file, as far as this system tells.
///
/// # Errors
/// What the system says.
#[cfg(not(unix))]
pub fn others_can_read(path: &Path) -> io::Result<bool> {
    fs::metadata(path).map(|_| false)
}

/// Does the last thing so long after the system asked the program to end, should it hang by then.
pub fn end_at_the_latest(after: std::time::Duration, last: impl FnOnce() + Send + 'static) {
    std::thread::spawn(move || {
        if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() {
            runtime.block_on(asked_to_end());
            std::thread::sleep(after);
            last();
        }
    });
}

/// Tells when the terminal has something to say, on the task that will read it: a key then wakes one
/// thread, not three.
#[cfg(unix)]
pub struct Input {
    terminal: tokio::io::unix::AsyncFd<std::os::fd::OwnedFd>,
    resized: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Input {
    /// The terminal that this program was started on.
    ///
    /// # Errors
    /// What the system says.
    pub fn open() -> io::Result<Self> {
        use std::io::IsTerminal;
        use std::os::fd::AsFd;
        let stdin = io::stdin();
        let terminal = if stdin.is_terminal() { stdin.as_fd().try_clone_to_owned()? } else { fs::File::open("/dev/tty")?.into() };
        let resized = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::window_change())?;
        #[expect(deprecated, reason = "the new one is unsafe to call; this descriptor is owned and lives as long as its registration")]
        let terminal = tokio::io::unix::AsyncFd::with_interest(terminal, tokio::io::Interest::READABLE)?;
        Ok(Self { terminal, resized })
    }

    /// Whether the terminal was closed. The terminal library reads one that is gone for ever.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        !io::IsTerminal::is_terminal(self.terminal.get_ref())
    }

    /// Waits until there is something. Everything is to be read before it is asked again.
    pub async fn readable(&mut self) {
        tokio::select! {
            ready = self.terminal.readable() => if let Ok(mut ready) = ready {
                ready.clear_ready();
            },
            _ = self.resized.recv() => {}
        }
    }
}

/// Tells when the terminal may have something to say: often enough to be felt as at once.
#[cfg(not(unix))]
pub struct Input;

#[cfg(not(unix))]
impl Input {
    /// The terminal that this program was started on.
    ///
    /// # Errors
    /// Never.
    pub fn open() -> io::Result<Self> {
        Ok(Self)
    }

    /// Whether the terminal was closed.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        false
    }

    /// Waits for a moment.
    pub async fn readable(&mut self) {
        tokio::time::sleep(std::time::Duration::from_millis(8)).await;
    }
}

/// Opens a link in the person's browser.
///
/// # Errors
/// What the system says.
pub fn open_link(link: &str) -> io::Result<()> {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let quiet = std::process::Stdio::null;
    let mut child = std::process::Command::new(program).arg(link).stdin(quiet()).stdout(quiet()).stderr(quiet()).spawn()?;
    // Waited for by somebody, so that it does not stay a zombie.
    std::thread::spawn(move || child.wait());
    Ok(())
}

/// Panics unless the file is its owner's alone.
#[cfg(test)]
pub fn assert_private(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    #[cfg(not(unix))]
    assert!(path.exists());
}
