//! The bodies of Slack's incoming webhooks: `text`, `blocks` and `attachments`, as Markdown. `username` stands
//! before it; icons, buttons and channels of theirs are left out.

use chat_proto::error::Error;
use serde_json::Value;

use crate::transport::hooks::marks::{link, plain};
use crate::transport::hooks::{Said, said};

/// What only their bodies have.
const THEIRS: [&str; 8] = ["blocks", "attachments", "username", "channel", "icon_emoji", "icon_url", "mrkdwn", "unfurl_links"];

/// Whether it can only be one of theirs.
#[must_use]
pub fn is_theirs(body: &Value) -> bool {
    THEIRS.iter().any(|field| body.get(field).is_some())
}

/// Reads it.
///
/// # Errors
/// `invalid` with the field at fault.
pub fn read(body: &Value) -> Result<Said, Error> {
    if !body.is_object() {
        return Err(Error::invalid("payload", "is not one JSON object"));
    }
    let mut parts = Vec::new();
    let blocks = list(body, "blocks")?.iter().filter_map(block).collect::<Vec<_>>();
    if blocks.is_empty() {
        match body.get("text") {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => parts.push(markdown(text)),
            Some(_) => return Err(Error::invalid("text", "is no text")),
        }
    }
    // Beside blocks the text is what their notifications say, and says the same.
    parts.extend(blocks);
    for attachment in list(body, "attachments")? {
        parts.extend(attached(attachment));
    }
    parts.retain(|part| !part.trim().is_empty());
    let Some(first) = parts.first_mut() else { return Err(Error::invalid("text", "is missing, and so is anything else that is said")) };
    if let Some(name) = body["username"].as_str().filter(|name| !name.trim().is_empty()) {
        *first = format!("**{}:** {first}", plain(name));
    }
    said(&parts.join("\n"))
}

fn list<'a>(body: &'a Value, field: &str) -> Result<&'a [Value], Error> {
    match body.get(field) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(Error::invalid(field, "is no list")),
    }
}

fn items<'a>(value: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> {
    value[field].as_array().into_iter().flatten()
}

fn block(block: &Value) -> Option<String> {
    match block["type"].as_str()? {
        "header" => Some(format!("**{}**", plain(block["text"]["text"].as_str()?))),
        "section" => {
            let text = object(&block["text"]);
            let parts: Vec<String> = text.into_iter().chain(items(block, "fields").filter_map(object)).collect();
            Some(parts.join("\n"))
        }
        "context" => Some(items(block, "elements").filter_map(object).collect::<Vec<_>>().join(" ")),
        "image" => {
            let name = block["alt_text"].as_str().filter(|name| !name.is_empty()).unwrap_or("picture");
            Some(link(&plain(name), block["image_url"].as_str()?))
        }
        "rich_text" => Some(items(block, "elements").map(rich).collect::<Vec<_>>().join("\n")),
        _ => None,
    }
}

/// A text object of theirs.
fn object(text: &Value) -> Option<String> {
    let words = text["text"].as_str()?;
    Some(if text["type"] == "plain_text" { plain(words) } else { markdown(words) })
}

fn rich(element: &Value) -> String {
    let line = |element: &Value| items(element, "elements").map(rich_word).collect::<String>();
    match element["type"].as_str().unwrap_or_default() {
        "rich_text_list" => items(element, "elements").map(|item| format!("- {}", line(item))).collect::<Vec<_>>().join("\n"),
        "rich_text_quote" => format!("> {}", line(element)),
        "rich_text_preformatted" => {
            let text: String = items(element, "elements").filter_map(|word| word["text"].as_str()).collect();
            format!("```\n{}\n```", text.replace("```", "'''"))
        }
        _ => line(element),
    }
}

fn rich_word(word: &Value) -> String {
    let text = word["text"].as_str().unwrap_or_default();
    match word["type"].as_str().unwrap_or_default() {
        "text" => {
            let style = &word["style"];
            let mark = if style["bold"] == true { "**" } else { "" };
            if style["code"] == true { format!("`{}`", text.replace('`', "'")) } else { format!("{mark}{}{mark}", lines_plain(text)) }
        }
        "link" => {
            let address = word["url"].as_str().unwrap_or_default();
            link(&plain(if text.is_empty() { address } else { text }), address)
        }
        "emoji" => format!(":{}:", plain(word["name"].as_str().unwrap_or_default())),
        _ => String::new(),
    }
}

/// Text that keeps its lines and spaces, and marks nothing.
fn lines_plain(text: &str) -> String {
    let spaces = |line: &str| (line.len() - line.trim_start().len(), line.len() - line.trim_end().len());
    let line = |line: &str| {
        let (before, after) = spaces(line);
        let after = if before == line.len() { 0 } else { after };
        format!("{}{}{}", " ".repeat(before.min(1)), plain(line), " ".repeat(after.min(1)))
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn attached(attachment: &Value) -> Vec<String> {
    let text = |field: &str| attachment[field].as_str().filter(|text| !text.trim().is_empty());
    let mut parts: Vec<String> = text("pretext").map(markdown).into_iter().collect();
    let mut inside: Vec<String> = Vec::new();
    inside.extend(text("author_name").map(plain));
    inside.extend(text("title").map(|title| format!("**{}**", link(&plain(title), text("title_link").unwrap_or_default()))));
    inside.extend(text("text").map(markdown));
    inside.extend(items(attachment, "blocks").filter_map(block));
    for field in items(attachment, "fields") {
        let (title, value) = (field["title"].as_str().unwrap_or_default(), field["value"].as_str().unwrap_or_default());
        inside.push(if title.is_empty() { markdown(value) } else { format!("{}: {}", plain(title), markdown(value)) });
    }
    inside.extend(text("footer").map(plain));
    if parts.is_empty() && inside.is_empty() {
        inside.extend(text("fallback").map(plain));
    }
    let lines = inside.iter().flat_map(|part| part.lines());
    parts.extend(lines.map(|line| format!("> {line}")));
    parts
}

/// Their marks as ours: `*bold*`, `~struck~`, `<address|words>`; code is left alone.
fn markdown(text: &str) -> String {
    let mut told = String::new();
    // Every second part stands between backticks.
    for (index, part) in text.split("```").enumerate() {
        if index % 2 == 1 {
            told.push_str(&format!("\n```\n{}\n```\n", decoded(part).trim_matches('\n')));
            continue;
        }
        for (index, part) in part.split('`').enumerate() {
            if index > 0 {
                told.push('`');
            }
            if index % 2 == 1 { told.push_str(&decoded(part)) } else { told.push_str(&doubled(&doubled(&linked(part), '*'), '~')) }
        }
    }
    told.trim_matches('\n').to_owned()
}

fn decoded(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// `<…>` is an address, a person, a channel or a call to all; what is meant literally comes as `&lt;`.
fn linked(text: &str) -> String {
    let mut told = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('<') {
        told.push_str(&decoded(before));
        let Some((inside, behind)) = behind.split_once('>') else {
            told.push('<');
            rest = behind;
            continue;
        };
        let (target, words) = inside.split_once('|').map_or((inside, None), |(target, words)| (target, Some(words)));
        let (target, words) = (decoded(target), words.map(decoded));
        told.push_str(&match target.chars().next() {
            Some('@' | '#') => format!("{}{}", &target[..1], plain(words.as_deref().unwrap_or(&target[1..]))),
            Some('!') => format!("@{}", plain(words.as_deref().unwrap_or(&target[1..]))),
            _ => match words {
                Some(words) => link(&plain(&words), &target),
                None => target.strip_prefix("mailto:").unwrap_or(&target).to_owned(),
            },
        });
        rest = behind;
    }
    told.push_str(&decoded(rest));
    told
}

/// Doubles a mark that stands around words; alone, or behind a backslash, it is what it is.
fn doubled(text: &str, mark: char) -> String {
    let line = |line: &str| {
        let chars: Vec<char> = line.chars().collect();
        let (mut told, mut at) = (String::new(), 0);
        let is_edge = |index: usize| chars.get(index).is_none_or(|c| !c.is_alphanumeric() && *c != mark && *c != '\\');
        while at < chars.len() {
            let opens =
                chars[at] == mark && (at == 0 || is_edge(at - 1)) && chars.get(at + 1).is_some_and(|c| !c.is_whitespace() && *c != mark);
            let closes =
                |end: &usize| chars[*end] == mark && !chars[*end - 1].is_whitespace() && chars[*end - 1] != '\\' && is_edge(*end + 1);
            match (at + 2..chars.len()).find(closes).filter(|_| opens) {
                Some(end) => {
                    let inside: String = chars[at + 1..end].iter().collect();
                    told.push_str(&format!("{mark}{mark}{inside}{mark}{mark}"));
                    at = end + 1;
                }
                None => {
                    told.push(chars[at]);
                    at += 1;
                }
            }
        }
        told
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn their_marks_become_ours() {
        let cases = [
            ("*bold* and _em_ and ~gone~", "**bold** and _em_ and ~~gone~~"),
            ("2 * 3 * 4, a*b*c", "2 * 3 * 4, a*b*c"),
            ("see <https://x.example/a?b=1&amp;c=2|the *page*>", "see [the \\*page\\*](https://x.example/a?b=1&c=2)"),
            ("<https://x.example>", "https://x.example"),
            ("<@U1|ada> <!here> <#C1|ops>", "@ada @here #ops"),
            ("`*code*` 1 &lt; 2", "`*code*` 1 < 2"),
            ("```*a*\nb```", "```\n*a*\nb\n```"),
            ("an open < stays", "an open < stays"),
            ("<javascript:alert(1)|click>", "click"),
        ];
        for (theirs, ours) in cases {
            assert_eq!(markdown(theirs), ours, "{theirs}");
        }
    }
}
