//! What is wrong at the start is one clear sentence and a non-zero exit.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Starts the server, which must end by itself: one that starts after all is ended and found out.
fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
    command.args(arguments).env_clear().envs(variables.iter().copied());
    ended(command)
}

fn ended(mut command: Command) -> Output {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    // What is wrong is told in a few lines, far less than a pipe holds.
    while child.try_wait().unwrap().is_none() {
        if Instant::now() >= deadline {
            child.kill().unwrap();
            panic!("the server started: {}", String::from_utf8_lossy(&child.wait_with_output().unwrap().stderr));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.wait_with_output().unwrap()
}

/// What the server says, which is one line and no backtrace.
fn problem(output: &Output, code: i32) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(!text.contains("panicked") && text.starts_with("chat-server: "), "{text}");
    text
}

fn data(dir: &Path) -> String {
    dir.to_str().unwrap().to_owned()
}

#[test]
fn a_port_in_use() {
    let dir = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let text = problem(&start(&["--listen", &address, "--data", &data(dir.path())], &[]), 1);
    assert!(text.contains(&address) && text.contains("--listen") && text.lines().count() == 1, "{text}");
}

#[tokio::test]
async fn a_locked_data_directory_names_the_holder() {
    let server = crate::running::Running::start().await;
    let path = data(server.dir.path());
    let output = tokio::task::spawn_blocking(move || start(&["--listen", "127.0.0.1:0", "--data", &path], &[])).await.unwrap();
    #[cfg(unix)]
    for file in ["chat.db", "chat.db-wal", "lock"] {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(server.dir.path().join(file)).unwrap().permissions());
        assert_eq!(mode & 0o077, 0, "{file} is its owner's alone");
    }
    let text = problem(&output, 1);
    assert!(text.contains(&std::process::id().to_string()) && text.lines().count() == 1, "{text}");
    server.stop().await;
}

#[test]
fn a_data_directory_that_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let text = problem(&start(&["--listen", "127.0.0.1:0", "--data", &data(&file.join("below"))], &[]), 1);
    assert!(text.contains("--data") && text.lines().count() == 1, "{text}");
}

#[test]
fn a_database_that_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let database = dir.path().join("chat.db");
    let rubbish = b"this is no database, and never was one; it is only text. ".repeat(100);
    std::fs::write(&database, &rubbish).unwrap();
    let text = problem(&start(&["--listen", "127.0.0.1:0", "--data", &data(dir.path())], &[]), 1);
    assert!(text.contains("chat.db") && text.lines().count() == 1, "{text}");
    assert_eq!(std::fs::read(&database).unwrap(), rubbish, "nothing is lost");
}

#[test]
fn a_damaged_database() {
    let dir = tempfile::tempdir().unwrap();
    let path = data(dir.path());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let database = dir.path().join("chat.db");
    runtime.block_on(async {
        let store = chat_server::storage::sqlite::SqliteStore::open(&database, 1, &mut crate::dice::Dice(1)).await.unwrap();
        chat_server::storage::Store::close(&store).await;
    });
    let mut bytes = std::fs::read(&database).unwrap();
    let half = bytes.len() / 2;
    bytes[100..half].fill(0xff);
    std::fs::write(&database, &bytes).unwrap();
    let text = problem(&start(&["--listen", "127.0.0.1:0", "--data", &path], &[]), 1);
    assert!(text.contains("damaged") && text.contains("backup") && text.lines().count() == 1, "{text}");
    assert_eq!(std::fs::read(&database).unwrap(), bytes, "nothing is changed");
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_may_not_grow() {
    let dir = tempfile::tempdir().unwrap();
    let script = format!("ulimit -f 32; exec {} --listen 127.0.0.1:0 --data {}", env!("CARGO_BIN_EXE_chat-server"), data(dir.path()));
    let mut command = Command::new("bash");
    command.args(["-c", &script]);
    let output = ended(command);
    let text = problem(&output, 1);
    assert!(text.contains("full") && text.lines().count() == 1, "{text}");
}

#[test]
fn every_wrong_setting_is_listed_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("chat.toml");
    std::fs::write(
        &file,
        "listen = [\"nowhere\"]\n[log]\nformat = \"xml\"\n[limits]\nin_flight = 0\nmessage_burst = \"many\"\nspeed = 9\n\
         [classic]\nc_audience = \"everybody\"\n",
    )
    .unwrap();
    let text = problem(&start(&["--config", &data(&file), "--data", &data(dir.path())], &[]), 1);
    for setting in [
        "listen: \"nowhere\"",
        "log.format: \"xml\"",
        "limits.in_flight: 0",
        "limits.message_burst:",
        "limits.speed: there is no such setting",
        "classic.c_audience: friends or room is needed",
    ] {
        assert!(text.contains(setting), "{setting} is missing in:\n{text}");
    }
    let text = problem(&start(&["--config", "/nonexistent.toml"], &[]), 1);
    assert!(text.contains("/nonexistent.toml"));
    let text = problem(&start(&["--listen", "127.0.0.1:0", "--data", &data(dir.path())], &[("CHAT_LIMITS__IN_FLIGHT", "0")]), 1);
    assert!(text.contains("limits.in_flight"), "{text}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_home_directory_that_is_none() {
    let text = problem(&start(&["--listen", "127.0.0.1:0"], &[("HOME", "/proc/nowhere")]), 1);
    assert!(text.contains("/proc/nowhere/.local/share/chat-server") && text.contains("--data") && text.lines().count() == 1, "{text}");
}

#[test]
fn completions_and_the_manual_are_printed() {
    for shell in ["bash", "zsh", "fish"] {
        let output = start(&["completions", shell], &[]);
        assert!(output.status.success() && String::from_utf8(output.stdout).unwrap().contains("listen"), "{shell}");
    }
    let manual = String::from_utf8(start(&["man"], &[]).stdout).unwrap();
    assert!(manual.contains(".TH chat-server") && manual.contains("Exit codes"), "{manual}");
    let help = String::from_utf8(start(&["--help"], &[]).stdout).unwrap();
    assert!(help.contains("--data") && help.contains("--config"));
}
