//! What was written before, to be had again.

/// How many inputs are kept.
const KEPT: usize = 200;

/// The inputs so far, and where in them one stands.
#[derive(Clone, Debug, Default)]
pub struct Recall {
    inputs: Vec<String>,
    at: Option<usize>,
    unfinished: String,
}

impl Recall {
    /// Keeps an input.
    pub fn keep(&mut self, input: &str) {
        self.at = None;
        if self.inputs.last().is_none_or(|last| last != input) {
            self.inputs.push(input.to_owned());
        }
        if self.inputs.len() > KEPT {
            self.inputs.remove(0);
        }
    }

    /// The input before the one that stands there.
    pub fn older(&mut self, standing: &str) -> Option<&str> {
        let at = match self.at {
            Some(at) => at.checked_sub(1)?,
            None => {
                standing.clone_into(&mut self.unfinished);
                self.inputs.len().checked_sub(1)?
            }
        };
        self.at = Some(at);
        self.inputs.get(at).map(String::as_str)
    }

    /// The input after it; at the end, what was unfinished.
    pub fn newer(&mut self) -> Option<&str> {
        let at = self.at? + 1;
        self.at = (at < self.inputs.len()).then_some(at);
        Some(self.inputs.get(at).unwrap_or(&self.unfinished))
    }
}
