//! The tutorials' pages and rooms: who comes in by each dialect, may say something there, and hears what is said.

use chat_proto::user::ServerRole;
use serde_json::{Value, json};

use super::{ACCOUNTS, Cast, Scene, lines, server_with, write};
use crate::classic::speaks;
use crate::classic_client::ClassicClient;
use crate::client::{Client, token};
use crate::running::Running;

const TABLE: &str = include_str!("dialects.txt");
const COLUMNS: [&str; 7] = ["stranger", "guest", "former", "invited", "member", "moderator", "owner"];

/// A page of that dialect, with the session of that account unless it is the guest's.
async fn page(server: &Running, dialect: char, who: &str) -> ClassicClient {
    let cookie = ("cookie", format!("chat_session={}", token(who)));
    let headers = [cookie, ("origin", format!("http://{}", server.address))];
    let headers = if who == "guest" { &headers[1..] } else { &headers[..] };
    let mut page = ClassicClient::open(server.address, 4, "/", "", headers).await.unwrap();
    page.greeted().await;
    speaks(&mut page, dialect).await;
    page
}

/// Says a line in the page's dialect, or gives a command; what that is answered.
async fn say(page: &mut ClassicClient, dialect: char, text: &str) -> Value {
    match dialect {
        'a' => page.ask("message", json!([text])).await,
        'b' => page.ask("clientMessage", json!([text])).await,
        'c' => page.ask("client-talking", json!([{ "text": text }])).await,
        _ => page.ask("chat message", json!([text])).await,
    }
}

fn word(answer: &Value) -> &str {
    answer["error"]["code"].as_str().unwrap_or("ok")
}

/// Whether the page made a room of its own under that name, since it may not know of the one that is meant.
async fn is_apart(cast: &mut Cast, scene: &Scene) -> bool {
    let found = cast.ask("nobody", "room:find", json!({ "name": scene.name })).await;
    found.is_ok_and(|found| !found.to_string().contains(&scene.room))
}

#[tokio::test]
async fn every_dialect_is_answered_in_every_room_as_the_table_of_dialects_says() {
    let mut wrong = Vec::new();
    let mut asked = 0;
    for section in ["private", "public", "announcements", "archived", "direct", "friends"] {
        let table = lines(TABLE, section);
        assert_eq!(table.iter().map(|(line, _)| *line).collect::<Vec<_>>(), ["join", "say", "hear"], "[{section}]");
        for dialect in ['a', 'b', 'c', 'd'] {
            // A server for each, since nobody makes rooms without end.
            let server = server_with(&ACCOUNTS.map(|name| (name, ServerRole::Member))).await;
            let mut cast = Cast::enter(&server).await;
            for (column, who) in COLUMNS.into_iter().enumerate() {
                let scene = cast.scene(section, "say", who).await;
                let mut page = page(&server, dialect, who).await;
                let came = say(&mut page, dialect, &format!("/j {}", scene.name)).await;
                let apart = is_apart(&mut cast, &scene).await;
                let came = if apart { "apart" } else { word(&came) }.to_owned();
                let said = if came == "ok" { word(&say(&mut page, dialect, "by a page").await).to_owned() } else { "-".to_owned() };
                let secret = format!("secret {asked}");
                let text = json!({ "type": "text", "text": secret });
                let speaker = if section == "archived" { None } else { Some("owner") };
                if let Some(speaker) = speaker {
                    let send = write(json!({ "room": scene.room, "content": text, "mentions": [] }));
                    cast.do_(speaker, "message:send", send).await;
                }
                // Whatever was told before this answer is here by now.
                say(&mut page, dialect, "/j lobby").await;
                let heard = match speaker {
                    None => "-",
                    Some(_) if page.frames.iter().any(|frame| frame.contains(&secret)) => "yes",
                    Some(_) => "no",
                };
                for ((line, expected), found) in table.iter().zip([came.as_str(), said.as_str(), heard]) {
                    asked += 1;
                    if expected[column] != found {
                        wrong.push(format!("[{section}] {line}: {who} in dialect {dialect} is answered {found}, not {}", expected[column]));
                    }
                }
                page.close().await;
                cast.clients.values_mut().for_each(Client::forget);
            }
            server.stop().await;
        }
    }
    assert_eq!(asked, 6 * 4 * 7 * 3);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
