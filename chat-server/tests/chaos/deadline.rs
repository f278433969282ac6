//! A run that does not end says so, and where it stands: a hang that is cut off from outside tells nothing.

use std::collections::BTreeMap;
use std::fs::{read_dir, read_to_string};
use std::time::Duration;

use rustix::process::{Pid, Signal, getpid, kill_process};

/// Threads that are there for every process of fast clients, and only wait for it.
const HELPERS: [&str; 2] = ["orders", "words"];

/// Setting up, draining and reading all screens take less than this in all; the reading grows with what was said.
fn limit(minutes: f64) -> Duration {
    Duration::from_secs(600) + Duration::from_secs_f64(minutes * 60.0) * 4
}

/// Ends the whole run, with all that it started, if it takes much longer than it may.
pub fn watch(minutes: f64, seed: u64) {
    std::thread::spawn(move || {
        std::thread::sleep(limit(minutes));
        println!("chaos: FAILED with seed {seed}: it has not ended after {} s; still at work are:", limit(minutes).as_secs());
        for (name, waits) in threads().iter().filter(|(name, _)| !HELPERS.contains(&name.as_str())) {
            println!("  {name}, in {waits}");
        }
        end_descendants();
        std::process::exit(1);
    });
}

/// The names of this process's threads, and where in the kernel each waits.
fn threads() -> Vec<(String, String)> {
    let tasks = read_dir("/proc/self/task").into_iter().flatten().flatten();
    let told = |path: std::path::PathBuf| read_to_string(path).unwrap_or_default().trim().to_owned();
    tasks.map(|task| (told(task.path().join("comm")), told(task.path().join("wchan")))).collect()
}

/// SIGKILL for every process that comes from this one. Those that are stopped end, too.
fn end_descendants() {
    let mut children: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
    for process in read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = process.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let stat = read_to_string(process.path().join("stat")).unwrap_or_default();
        // Behind the name, which may hold anything, stand the state and the parent.
        let parent = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)?.parse().ok());
        if let Some(parent) = parent {
            children.entry(parent).or_default().push(id);
        }
    }
    let mut next = vec![getpid().as_raw_nonzero().get()];
    while let Some(parent) = next.pop() {
        for child in children.remove(&parent).unwrap_or_default() {
            if let Some(pid) = Pid::from_raw(child) {
                let _ = kill_process(pid, Signal::KILL);
            }
            next.push(child);
        }
    }
}
