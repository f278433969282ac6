//! Bots: the marker of what they say, and of them among the people; their tokens, shown once.

use chat_proto::user::{User, UserKind};
use chat_tui::effect::Effect;

use crate::app::App;
use crate::server::{Server, user};

fn with_a_bot() -> Server {
    let mut server = Server::new();
    server.users.push(User { kind: UserKind::Bot, ..user("builds", "#62da8a") });
    server.make_room("ops", "", chat_proto::room::RoomKind::Public);
    let bot = server.person("builds").id.clone();
    server.lobby().members.push(bot);
    server
}

#[test]
fn what_a_bot_says_carries_its_marker_once_a_group() {
    let mut server = with_a_bot();
    server.say("ada", "is it green?");
    server.say("builds", "built `v1`");
    server.say("builds", "and deployed");
    let long = "word ".repeat(40);
    server.say("ada", "say more");
    server.say("builds", long.trim_end());
    let mut app = App::new(120, 40, server);
    let screen = app.screen();
    let line = |text: &str| screen.lines().find(|line| line.contains(text)).unwrap_or_else(|| panic!("{text}\n{screen}")).to_owned();
    assert!(line("built v1").contains("bot built v1") && line("built v1").contains("builds"), "{screen}");
    assert!(!line("and deployed").contains("bot "), "{screen}");
    assert!(!line("is it green?").contains("bot "), "{screen}");
    // Where it does not fit before the first row it stands over it.
    let at = screen.lines().position(|line| line.contains("word word")).unwrap();
    let above = screen.lines().nth(at - 1).unwrap();
    assert!(above.contains("builds") && above.contains(" bot"), "{screen}");
}

#[test]
fn a_bot_is_one_among_the_people() {
    let mut app = App::new(120, 40, with_a_bot());
    app.say("/names");
    assert!(app.sees("builds bot"), "{}", app.screen());
}

#[test]
fn a_new_token_is_copied_by_a_key_and_kept_nowhere() {
    let mut app = App::new(80, 24, with_a_bot());
    app.say("/token create builds-2 hook");
    app.wanted.clear();
    app.keys("y");
    app.keys("w");
    let copied: Vec<String> =
        app.wanted.iter().filter_map(|effect| if let Effect::Copy(text) = effect { Some(text.clone()) } else { None }).collect();
    let [token, webhook] = copied.as_slice() else { panic!("{copied:?}") };
    assert_eq!(*token, "a".repeat(43));
    assert!(webhook.ends_with(&format!("/hooks/t1/{token}")), "{webhook}");
    app.keys("Esc");
    assert!(!format!("{:?}", app.state.tokens).contains(token.as_str()) && !app.sees(token));
}
