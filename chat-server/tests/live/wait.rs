//! Waiting for what people would see, with a message that shows it when it does not come.

use std::time::{Duration, Instant};

/// How long to wait for anything: machines are slow and shared.
const PATIENCE: Duration = Duration::from_secs(90);

/// Looks again and again until `look` finds what is wanted; its errors say what it saw instead.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Result<T, String>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match look() {
            Ok(found) => return found,
            Err(seen) if Instant::now() >= deadline => panic!("waited {} s until {what}, but saw:\n{seen}", PATIENCE.as_secs()),
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}
