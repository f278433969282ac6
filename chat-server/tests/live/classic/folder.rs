//! The directory of old pages that the server serves with `--pages`.

use std::path::{Path, PathBuf};

/// The clients of their day: Engine.IO 3 up to 2.5.0, Engine.IO 4 after it.
pub const VERSIONS: [&str; 7] = ["1.2.0", "1.2.1", "1.3.3", "1.3.5", "1.7.4", "2.5.0", "4.8"];

pub struct Folder {
    pub path: PathBuf,
}

impl Folder {
    /// Makes the directory, with the client scripts in it.
    pub fn fill(path: PathBuf) -> Self {
        std::fs::create_dir_all(&path).unwrap();
        for version in VERSIONS {
            std::fs::copy(client(version), path.join(script(version))).unwrap();
        }
        std::fs::copy(packages().join("jquery/dist/jquery.js"), path.join("jquery.js")).unwrap();
        Self { path }
    }

    /// Puts a page there.
    pub fn put(&self, name: &str, page: &str) -> PathBuf {
        let path = self.path.join(name);
        std::fs::write(&path, page).unwrap();
        path
    }
}

/// How the client of that version is called there.
pub fn script(version: &str) -> String {
    format!("client-{version}.js")
}

/// The browser's script of that version: early packages have it at their root.
fn client(version: &str) -> PathBuf {
    let package = packages().join(format!("client-{version}"));
    let later = package.join("dist/socket.io.js");
    if later.is_file() { later } else { package.join("socket.io.js") }
}

fn packages() -> PathBuf {
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/classic/node_modules");
    assert!(
        packages.join(".package-lock.json").is_file(),
        "The clients of their day are missing: run `npm ci --ignore-scripts` in chat-server/tests/classic, or scripts/test, which does."
    );
    packages
}
