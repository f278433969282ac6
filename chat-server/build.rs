//! Builds the page into the folder that the binary embeds.
//!
//! Once per hash of its sources, into `target/web/HASH`, which all profiles share: `cargo check`
//! never waits for it twice. `CHAT_WEB_DIST=DIR` takes a page that was built elsewhere.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use sha2::{Digest, Sha256};

/// What the page is made of, besides `src`.
const FILES: [&str; 6] = ["package.json", "package-lock.json", "vite.config.ts", "svelte.config.js", "tsconfig.json", "index.html"];

fn main() {
    println!("cargo:rerun-if-env-changed=CHAT_WEB_DIST");
    let dist = match env::var_os("CHAT_WEB_DIST") {
        Some(dist) => PathBuf::from(dist),
        None => build().unwrap_or_else(|problem| {
            eprintln!("\nThe page could not be built: {problem}\n");
            eprintln!("Ways out: install Node.js 20.19 or newer with npm; or build the page elsewhere");
            eprintln!("(npm ci && npm run build in chat-server/web) and name its folder in CHAT_WEB_DIST.\n");
            std::process::exit(1);
        }),
    };
    println!("cargo:rustc-env=CHAT_WEB_DIST={}", dist.display());
}

fn build() -> Result<PathBuf, String> {
    let web = Path::new(&env::var("CARGO_MANIFEST_DIR").map_err(|error| error.to_string())?).join("web");
    let shared = ["proto.ts", "late.ts"].map(|file| web.join("../../chat-proto/gen").join(file));
    let mut hasher = Sha256::new();
    for file in FILES.map(|file| web.join(file)).into_iter().chain(shared) {
        hash_file(&file, &mut hasher)?;
    }
    for folder in ["src", "public"] {
        hash_folder(&web.join(folder), &mut hasher)?;
    }
    let hash: String = hasher.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    // OUT_DIR is target/PROFILE/build/chat-server-HASH/out.
    let target = out.ancestors().nth(4).ok_or("OUT_DIR is not where cargo puts it")?;
    let dist = target.join("web").join(hash);
    if dist.join("index.html").is_file() && dist.join("client/socket.io.js").is_file() {
        return Ok(dist);
    }
    if !is_installed(&web) {
        npm(&web, &["ci", "--no-audit", "--no-fund"])?;
    }
    let fresh = dist.with_extension(format!("{}", std::process::id()));
    npm(&web, &["run", "build", "--", "--outDir", &fresh.to_string_lossy(), "--emptyOutDir"])?;
    let script = web.join("node_modules/socket.io-client/dist/socket.io.min.js");
    fs::create_dir_all(fresh.join("client")).map_err(|error| error.to_string())?;
    fs::copy(&script, fresh.join("client/socket.io.js")).map_err(|error| format!("{}: {error}", script.display()))?;
    // Two builds at once end in the same files: whoever is second keeps the first one's.
    if fs::rename(&fresh, &dist).is_err() {
        let _ = fs::remove_dir_all(&fresh);
    }
    Ok(dist)
}

/// Whether `npm ci` ran since the lock file changed; npm writes its own copy of it when it is done.
fn is_installed(web: &Path) -> bool {
    let time = |path: &str| fs::metadata(web.join(path)).and_then(|data| data.modified());
    match (time("node_modules/.package-lock.json"), time("package-lock.json")) {
        (Ok(installed), Ok(locked)) => installed >= locked,
        _ => false,
    }
}

fn npm(web: &Path, arguments: &[&str]) -> Result<(), String> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = Command::new(program).args(arguments).current_dir(web).output().map_err(|error| format!("npm: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Err(format!("npm {} failed:\n{}{}", arguments.join(" "), text(&output.stdout), text(&output.stderr)))
}

fn hash_folder(folder: &Path, hasher: &mut Sha256) -> Result<(), String> {
    println!("cargo:rerun-if-changed={}", folder.display());
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            hash_folder(&path, hasher)?;
        } else {
            hash_file(&path, hasher)?;
        }
    }
    Ok(())
}

fn hash_file(path: &Path, hasher: &mut Sha256) -> Result<(), String> {
    println!("cargo:rerun-if-changed={}", path.display());
    let Ok(bytes) = fs::read(path) else { return Ok(()) };
    hasher.update(path.file_name().unwrap_or_default().to_string_lossy().as_bytes());
    hasher.update((bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
    Ok(())
}
