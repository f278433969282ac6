//! Environments with the packages of clients in Python.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The Python that has these packages, in an environment of its own under that name; made anew when
/// other packages are wanted.
pub fn with(requirements: &Path, name: &str) -> PathBuf {
    let target = Path::new(env!("CARGO_BIN_EXE_chat-server")).ancestors().nth(2).unwrap();
    let environment = target.join("python").join(name);
    let (python, installed) = (environment.join("bin/python"), environment.join("installed.txt"));
    let wanted = std::fs::read_to_string(requirements).unwrap();
    if std::fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
        return python;
    }
    let help = "python3 with its venv is needed (in Debian: python3-venv), or scripts/test, which installs it";
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment), help);
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(requirements);
    run(&mut install, "the clients for Python come from its package index");
    // Last, so that what broke off is begun anew.
    std::fs::write(installed, wanted).unwrap();
    python
}

fn run(command: &mut Command, help: &str) {
    let output = command.output().unwrap_or_else(|error| panic!("{help}: {error}"));
    assert!(output.status.success(), "{help}:\n{}", String::from_utf8_lossy(&output.stderr));
}
