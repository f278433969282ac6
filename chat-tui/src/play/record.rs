//! What is left of a scenario that was recorded: a transcript in Markdown, with the pictures in their
//! places, and what each terminal showed as an asciicast.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use super::report::Report;
use super::scenario::{Scenario, What};

/// Records one scenario.
pub struct Recorder {
    dir: PathBuf,
    transcript: String,
    casts: Vec<(String, String)>,
    trouble: Option<String>,
}

impl Recorder {
    /// Records into that directory, which is made where there is none.
    #[must_use]
    pub fn new(dir: &Path, scenario: &Scenario) -> Self {
        let trouble = fs::create_dir_all(dir).err().map(|error| format!("{} cannot be made: {error}.", dir.display()));
        let mut transcript = format!("# {}\n\n{}\n", scenario.title, scenario.about.trim());
        for actor in &scenario.actors {
            let _ = write!(transcript, "\n- **{}**: {}", actor.name, actor.kind);
        }
        Self { dir: dir.to_owned(), transcript, casts: Vec::new(), trouble }
    }

    /// A step that came to pass.
    pub fn step(&mut self, what: &What, words: &str) {
        let _ = match what {
            What::Note(_) => write!(self.transcript, "\n\n## {words}\n"),
            What::Picture(..) => Ok(()),
            What::Does(..) | What::Looks(..) | What::Server(_) | What::Pause(_) => {
                write!(self.transcript, "\n- {}", words.replace('\n', "\n  "))
            }
        };
    }

    /// Where a picture of that name goes, without its ending.
    #[must_use]
    pub fn stem(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// A picture that was written.
    pub fn picture(&mut self, path: &Path) {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let _ = write!(self.transcript, "\n\n![{file}]({file})\n");
    }

    /// What an actor's terminal has shown.
    pub fn cast(&mut self, actor: &str, cast: String) {
        self.casts.push((format!("{actor}.cast"), cast));
    }

    /// Writes what is not written yet.
    ///
    /// # Errors
    /// What could not be written.
    pub fn finish(mut self, report: &Report) -> Result<(), String> {
        if let Some(trouble) = self.trouble {
            return Err(trouble);
        }
        let _ = write!(self.transcript, "\n\n```\n{report}\n```\n");
        self.casts.push(("transcript.md".to_owned(), self.transcript));
        for (name, text) in self.casts {
            let path = self.dir.join(name);
            fs::write(&path, text).map_err(|error| format!("{} cannot be written: {error}.", path.display()))?;
        }
        Ok(())
    }
}
