//! Writing in one's own editor.

use std::fs;
use std::process::Command;

/// Lets the person's editor work on the text, and gives what it left.
///
/// # Errors
/// A sentence for people.
pub fn edit(text: &str) -> Result<String, String> {
    let editor = ["VISUAL", "EDITOR"].iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()));
    let editor = editor.unwrap_or_else(|| if cfg!(windows) { "notepad".to_owned() } else { "vi".to_owned() });
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|error| error.to_string())?;
    let directory = std::env::temp_dir().join(format!("chat-tui-{:x}", u64::from_le_bytes(random)));
    // A directory of our own, so that nobody else's file lies there.
    fs::create_dir(&directory).map_err(|error| format!("Cannot make {}: {error}.", directory.display()))?;
    let path = directory.join("message.md");
    let edited = crate::platform::write_private(&path, text.as_bytes())
        .map_err(|error| format!("Cannot write {}: {error}.", path.display()))
        .and_then(|()| {
            let mut words = editor.split_whitespace();
            let program = words.next().unwrap_or("vi");
            let status = Command::new(program).args(words).arg(&path).status();
            match status {
                Ok(status) if status.success() => {
                    fs::read_to_string(&path).map_err(|error| format!("What you wrote cannot be read: {error}."))
                }
                Ok(status) => Err(format!("{program} ended with {status}; nothing was changed.")),
                Err(error) => Err(format!("{program} cannot be started ({error}). Set EDITOR to another.")),
            }
        });
    fs::remove_dir_all(&directory).ok();
    edited
}
