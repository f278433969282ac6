//! What a terminal has shown, as an asciicast of version 2.

use std::time::{Duration, Instant};

use serde_json::json;

/// Records what a terminal shows.
#[derive(Debug)]
pub struct Cast {
    columns: u16,
    rows: u16,
    title: String,
    begun: Instant,
    events: Vec<(Duration, Vec<u8>)>,
}

impl Cast {
    /// A terminal of that size, from now on.
    #[must_use]
    pub fn new(columns: u16, rows: u16, title: &str) -> Self {
        Self { columns, rows, title: title.to_owned(), begun: Instant::now(), events: Vec::new() }
    }

    /// The terminal is told this, now.
    pub fn shows(&mut self, bytes: &[u8]) {
        self.events.push((self.begun.elapsed(), bytes.to_vec()));
    }

    /// The file: a header, and a line for each piece.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = json!({ "version": 2, "width": self.columns, "height": self.rows, "title": self.title }).to_string();
        out.push('\n');
        // A letter may be cut in two, and comes whole with the piece after it.
        let mut rest: Vec<u8> = Vec::new();
        for (at, bytes) in &self.events {
            rest.extend_from_slice(bytes);
            let whole = match std::str::from_utf8(&rest) {
                Ok(_) => rest.len(),
                Err(error) if error.error_len().is_none() => error.valid_up_to(),
                Err(_) => rest.len(),
            };
            let text = String::from_utf8_lossy(&rest[..whole]).into_owned();
            rest.drain(..whole);
            if !text.is_empty() {
                out.push_str(&json!([at.as_secs_f64(), "o", text]).to_string());
                out.push('\n');
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_that_is_cut_in_two_comes_whole() {
        let mut cast = Cast::new(80, 24, "ada");
        let coffee = "☕".as_bytes();
        cast.shows(&coffee[..1]);
        cast.shows(&coffee[1..]);
        cast.shows(b"\x1b[1m");
        let text = cast.text();
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((lines[0]["version"].as_u64(), lines[0]["width"].as_u64()), (Some(2), Some(80)));
        let told: Vec<&str> = lines[1..].iter().map(|line| line[2].as_str().unwrap()).collect();
        assert_eq!(told, ["☕", "\u{1b}[1m"]);
    }
}
