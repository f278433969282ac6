//! What is kept of those who pass by, sign out, or are somebody else now.

use chat_proto::id::UserId;
use chat_tui::storage::Storage;

use crate::app::App;
use crate::outbox::texts;
use crate::server::Server;

#[test]
fn who_passes_by_keeps_nothing_and_an_account_made_of_them_keeps_all() {
    use chat_tui::effect::Effect;
    let mut app = App::connecting(80, 24, Server::new());
    app.state.passing = chat_proto::name::DisplayName::parse("me").ok();
    app.welcome();
    app.say("in passing");
    let pair = app.state.pair().unwrap();
    assert_eq!(app.storage.load(&pair).unwrap(), Default::default());
    app.down();
    app.say("never sent");
    app.wait(1_000);
    app.server.me = UserId::parse("u-ada").unwrap();
    app.welcome();
    assert!(app.sees("Not sent, since you are somebody else now: 1 of"));
    assert_eq!(texts(&mut app.server), ["in passing"]);
    app.say("/register ada");
    app.write("password");
    app.keys("Enter");
    app.write("password");
    app.keys("Enter");
    app.wait(1_000);
    app.welcome();
    assert!(app.wanted.iter().any(|effect| matches!(effect, Effect::KeepAccount(known) if known.pair == app.state.pair())));
    app.write("a draft");
    app.wait(2_000);
    let pair = app.state.pair().unwrap();
    assert_eq!(app.storage.load(&pair).unwrap().drafts.len(), 1);
}

#[test]
fn who_signs_out_leaves_no_lines_behind() {
    let mut server = Server::new();
    server.users[0].kind = chat_proto::user::UserKind::Account;
    server.say("bob", "among us");
    let mut app = App::new(80, 24, server);
    app.wait(20_000);
    let pair = app.state.pair().unwrap();
    assert_eq!(app.storage.load(&pair).unwrap().rooms.len(), 1);
    app.server.say("bob", "and this");
    app.wait(31_000);
    app.say("/logout");
    assert_eq!(app.storage.load(&pair).unwrap().rooms.len(), 0);
}

/// A client with a line on its way, whose account is signed out while it is away.
fn signed_out() -> App {
    let mut server = Server::new();
    let account = &mut server.users[0];
    (account.kind, account.identity) = (chat_proto::user::UserKind::Account, chat_proto::name::Identity::parse("me").ok());
    let mut app = App::new(80, 24, server);
    app.down();
    app.say("never sent");
    app.say("nor this");
    let mut app = app.restarted(true);
    app.server.users.insert(0, crate::server::user("visitor", "#7aa2f7"));
    app.server.me = chat_proto::id::UserId::parse("u-visitor").unwrap();
    let id = app.server.me.clone();
    app.server.lobby().members.push(id);
    app
}

#[test]
fn what_waits_for_somebody_else_is_offered_and_never_sent() {
    let mut app = signed_out();
    app.welcome();
    app.keys("Esc");
    app.write("busy wri");
    let found = app.storage.stranded(&app.state.pair().unwrap()).unwrap();
    app.feed(chat_tui::event::Event::Stranded(found));
    assert!(!app.sees("unsent"), "not while somebody writes");
    app.keys("Ctrl+U");
    let screen = app.screen();
    assert!(screen.contains("Unsent messages of me are kept here (2). Sign in as me"), "{screen}");
    assert!(!screen.contains("never sent"), "{screen}");
    app.write("xyz");
    app.keys("Enter");
    assert!(!app.sees("unsent"), "the first choice does nothing");
    assert!(texts(&mut app.server).is_empty() && app.state.outbox.items().count() == 0);
}

#[test]
fn a_guest_is_told_how_to_come_back_and_nobody_is_called_by_a_name_that_is_not_known() {
    use chat_tui::event::Event;
    let mut app = signed_out();
    app.welcome();
    app.keys("Esc");
    let mut found = app.storage.stranded(&app.state.pair().unwrap()).unwrap();
    found[0].identity = None;
    app.feed(Event::Stranded(found.clone()));
    assert!(app.sees("Unsent messages of the guest me are kept here (2).") && app.sees("--name \"me\"") && !app.sees("Sign in"));
    app.keys("Esc");
    found[0].name = None;
    app.feed(Event::Stranded(found));
    assert!(app.sees("Unsent messages of somebody else are kept here (2).") && !app.sees("--name"));
}

#[test]
fn what_waits_for_somebody_else_can_be_copied_and_discarded() {
    use chat_tui::effect::Effect;
    let mut app = signed_out();
    app.welcome();
    app.keys("Down Down Enter");
    assert!(app.wanted.contains(&Effect::Copy("never sent\nnor this".into())));
    assert!(app.sees("Unsent messages"), "and is offered still");
    app.keys("Down Down Down Enter");
    assert!(app.sees("Discard the unsent messages of me (2)?"));
    app.keys("n");
    let mut app = app.restarted(true);
    app.welcome();
    app.keys("Down Down Down Enter y");
    let mut app = app.restarted(true);
    app.welcome();
    assert!(!app.sees("unsent"));
}

#[test]
fn who_signs_in_again_sends_what_waited() {
    let mut app = signed_out();
    app.welcome();
    app.keys("Down Enter");
    assert!(app.sees("> /login me"));
    app.keys("Enter");
    app.write("password");
    app.server.me = UserId::parse("u-me").unwrap();
    app.keys("Enter");
    app.wait(1_000);
    app.welcome();
    assert_eq!(texts(&mut app.server), ["never sent", "nor this"]);
}
