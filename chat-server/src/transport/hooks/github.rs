//! GitHub's events, each as one message. What people did and how a run ended is said; what changes by the
//! minute (labels, commits pushed to a pull request, a run that only begins) is not.

use chat_proto::error::Error;
use serde_json::Value;

use crate::transport::hooks::marks::{code, link, plain, quote, short};
use crate::transport::hooks::{Said, said};

/// The header that names the event.
pub const EVENT: &str = "x-github-event";
/// The header that names the delivery; a redelivery has the same.
pub const DELIVERY: &str = "x-github-delivery";

/// Most commits that a push is said with.
const COMMITS: usize = 10;
/// Longest title, and longest comment, in characters.
const TITLE: usize = 200;
const COMMENT: usize = 600;

/// Reads an event; none for one that is not said.
///
/// # Errors
/// `invalid` with the field at fault.
pub fn read(event: &str, body: &Value) -> Result<Option<Said>, Error> {
    if !body.is_object() {
        return Err(Error::invalid("payload", "is not one JSON object"));
    }
    let action = body["action"].as_str().unwrap_or_default();
    let told = match (event, action) {
        ("ping", _) => Some(format!("GitHub tells of it here from now on. {}", plain(text(body, "/zen").unwrap_or_default()))),
        ("push", _) => Some(push(body)?),
        ("pull_request", "closed") if body["pull_request"]["merged"] == true => Some(thread(body, "merged", "pull_request")?),
        ("pull_request", "opened" | "closed" | "reopened") => Some(thread(body, action, "pull_request")?),
        ("pull_request", "ready_for_review") => Some(thread(body, "asks for a review of", "pull_request")?),
        ("issues", "opened" | "closed" | "reopened") => Some(thread(body, action, "issue")?),
        ("issue_comment", "created") => Some(comment(body)?),
        ("release", "published") => Some(release(body)?),
        ("workflow_run", "completed") => Some(workflow(body)?),
        _ => None,
    };
    let Some(told) = told else { return Ok(None) };
    let repository = link(&plain(needed(body, "/repository/full_name")?), text(body, "/repository/html_url").unwrap_or_default());
    said(&format!("**{repository}** {}", told.trim_end())).map(Some)
}

fn push(body: &Value) -> Result<String, Error> {
    let reference = needed(body, "/ref")?;
    let (what, name) = match reference.strip_prefix("refs/tags/") {
        Some(tag) => ("tag", tag),
        None => ("branch", reference.strip_prefix("refs/heads/").unwrap_or(reference)),
    };
    let who = plain(text(body, "/sender/login").or_else(|| text(body, "/pusher/name")).unwrap_or("somebody"));
    let name = code(name);
    let none = Vec::new();
    let commits = body["commits"].as_array().unwrap_or(&none);
    if body["deleted"] == true {
        return Ok(format!("{who} deleted the {what} {name}"));
    }
    if commits.is_empty() {
        let did = if body["created"] == true { "made" } else { "moved" };
        return Ok(format!("{who} {did} the {what} {name}"));
    }
    let did = if body["forced"] == true { "force-pushed" } else { "pushed" };
    let many = commits.len();
    let count = link(&format!("{many} commit{}", if many == 1 { "" } else { "s" }), text(body, "/compare").unwrap_or_default());
    let mut lines = vec![format!("{who} {did} {count} to {name}")];
    for commit in commits.iter().take(COMMITS) {
        let id: String = needed(commit, "/id")?.chars().take(7).collect();
        let message = text(commit, "/message").unwrap_or_default().lines().next().unwrap_or_default();
        let author = text(commit, "/author/name").map_or(String::new(), |name| format!(" – {}", plain(name)));
        let id = link(&code(&id), text(commit, "/url").unwrap_or_default());
        lines.push(format!("- {id} {}{author}", short(message, TITLE)));
    }
    if many > COMMITS {
        lines.push(format!("- and {} more", many - COMMITS));
    }
    Ok(lines.join("\n"))
}

/// Something that was done with an issue or a pull request.
fn thread(body: &Value, did: &str, what: &str) -> Result<String, Error> {
    let words = what.replace('_', " ");
    Ok(format!("{} {did} the {words} {}", sender(body)?, titled(body, what)?))
}

fn comment(body: &Value) -> Result<String, Error> {
    let address = text(body, "/comment/html_url").unwrap_or_default();
    let commented = link("commented", address);
    let said = quote(needed(body, "/comment/body")?, COMMENT);
    Ok(format!("{} {commented} on {}\n{said}", sender(body)?, titled(body, "issue")?))
}

fn release(body: &Value) -> Result<String, Error> {
    let tag = needed(body, "/release/tag_name")?;
    let name = text(body, "/release/name").filter(|name| !name.trim().is_empty()).unwrap_or(tag);
    Ok(format!("{} released {}", sender(body)?, link(&short(name, TITLE), text(body, "/release/html_url").unwrap_or_default())))
}

fn workflow(body: &Value) -> Result<String, Error> {
    let ended = match needed(body, "/workflow_run/conclusion")? {
        "success" => "✓ succeeded".to_owned(),
        "failure" | "startup_failure" => "✗ failed".to_owned(),
        "timed_out" => "✗ ran out of time".to_owned(),
        "cancelled" => "was cancelled".to_owned(),
        other => format!("ended: {}", plain(&other.replace('_', " "))),
    };
    let name = link(&short(needed(body, "/workflow_run/name")?, TITLE), text(body, "/workflow_run/html_url").unwrap_or_default());
    let branch = text(body, "/workflow_run/head_branch").map_or(String::new(), |branch| format!(" on {}", code(branch)));
    Ok(format!("{name}{branch} {ended}"))
}

fn titled(body: &Value, what: &str) -> Result<String, Error> {
    let number = body[what]["number"].as_u64().ok_or_else(|| Error::invalid(format!("{what}.number"), "is missing, or no number"))?;
    let title = needed(body, &format!("/{what}/title"))?;
    let marked = format!("\\#{number} {}", short(title, TITLE));
    Ok(link(&marked, text(body, &format!("/{what}/html_url")).unwrap_or_default()))
}

fn sender(body: &Value) -> Result<String, Error> {
    needed(body, "/sender/login").map(plain)
}

fn text<'a>(body: &'a Value, pointer: &str) -> Option<&'a str> {
    body.pointer(pointer)?.as_str()
}

fn needed<'a>(body: &'a Value, pointer: &str) -> Result<&'a str, Error> {
    text(body, pointer).ok_or_else(|| Error::invalid(pointer[1..].replace('/', "."), "is missing, or no text"))
}
