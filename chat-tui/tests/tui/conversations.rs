//! Conversations between people, and what is said in one that is not there yet.

use chat_proto::error::{Code, Error};
use chat_proto::event::{AnyEvent, UserChanged};
use chat_proto::text::MessageText;
use chat_tui::state::outbox::{Item, Work};
use chat_tui::storage::{Change, Storage};
use insta::assert_snapshot;

use crate::app::App;
use crate::rooms::{heard, made, room, sends, server};
use crate::server::{account, user};

#[test]
fn a_conversation_begins_with_the_people_in_it() {
    let mut app = App::new(80, 24, server());
    app.keys("Alt+4");
    app.say("lunch?");
    assert_snapshot!("conversation", app.screen());
    for command in ["/set", "/set title x", "/kick bob", "/role bob owner", "/invite", "/invite erin", "/codes"] {
        app.server.heard.clear();
        app.say(command);
        assert!(app.sees("That is nothing that a conversation has.") && app.server.heard.is_empty(), "{command}");
    }
}

#[test]
fn a_conversation_that_is_there_is_gone_to() {
    let mut app = App::new(80, 24, server());
    app.say("/msg carol hi");
    assert!(app.sees("Write to carol") && heard(&app, "direct:open") == 0);
    assert_eq!(sends(&mut app, &room("x1")), ["hi"]);
    app.say("/query @Dora Offline, @erin");
    assert!(app.sees("Write to Dora Offline, erin") && heard(&app, "direct:open") == 1);
    app.say("/dm nobody hello");
    assert!(app.sees("There is nobody called nobody."));
    app.server.users.push(chat_proto::user::User { name: app.server.person("erin").name.clone(), ..account("erin2", "#7aa2f7") });
    app.server.users.iter_mut().find(|user| user.id.as_str() == "u-erin").unwrap().identity =
        chat_proto::name::Identity::parse("first").ok();
    app.say("/whois Erin");
    assert!(app.sees("Several people are called Erin: first, erin2."));
}

#[test]
fn a_guest_is_found_who_is_here_or_who_spoke() {
    let mut server = server();
    server.say("bob", "I am bob");
    server.say("ada", "I am ada");
    server.log(&room("lobby")).members.retain(|member| member.as_str() != "u-ada");
    let mut app = App::new(80, 24, server);
    for name in ["bob", "ADA"] {
        app.say(&format!("/whois {name}"));
        assert!(app.sees(&format!("{}, a guest, away.", name.to_lowercase())));
    }
    app.server.users.push(chat_proto::user::User { name: app.server.person("bob").name.clone(), ..user("bob-2", "#7aa2f7") });
    app.server.lobby().members.push(user("bob-2", "#7aa2f7").id);
    app.wait(40_000);
    app.say("/whois bob");
    assert!(app.sees("Several people are called bob: guest, guest."));
}

#[test]
fn what_is_said_to_somebody_without_a_connection_waits_also_for_the_conversation() {
    let mut server = server();
    server.say("erin", "I am here");
    let mut app = App::new(80, 24, server);
    app.down();
    app.say("/msg erin first");
    app.say("/msg carol to somebody whose conversation is known");
    assert!(app.sees("Write to carol"));
    app.say("/msg nobody hello");
    assert!(app.sees("There is no connection. Try again"));
    let mut app = app.restarted(true);
    app.down();
    assert_eq!(app.state.outbox.open(), 3, "also after a kill");
    app.wait(2_000);
    app.welcome();
    let erin = room("direct-erin-me");
    assert_eq!(sends(&mut app, &erin), ["first"]);
    assert_eq!((heard(&app, "direct:open"), app.state.outbox.items().count()), (1, 0));
    assert!(app.sees("Write to erin") && app.sees("first"), "it is gone to once it is there");
    let pair = app.state.pair().unwrap();
    assert_eq!(app.storage.load(&pair).unwrap().outbox.len(), 0);
}

#[test]
fn what_is_said_to_somebody_keeps_its_order() {
    let mut server = server();
    server.say("erin", "I am here");
    let mut app = App::new(80, 24, server);
    app.down();
    app.say("/msg erin first");
    app.say("/msg erin second");
    app.server.refusals.push_back(Error::new(Code::SlowDown, "Not now."));
    app.wait(2_000);
    app.welcome();
    app.wait(2_000);
    assert_eq!(sends(&mut app, &room("direct-erin-me")), ["first", "second"]);
    assert_eq!(heard(&app, "direct:open"), 2, "once more after the refusal, and not once for each");
}

#[test]
fn what_nothing_opens_any_more_is_given_back() {
    let mut app = App::new(80, 24, server());
    let pair = app.state.pair().unwrap();
    let text = MessageText::parse("left behind").unwrap();
    let work = Work::SendTo { opening: made("nothing"), text, mentions: vec![] };
    app.storage.store(&pair, vec![Change::Queued(Item::new(made("send"), work, 0), None)]).unwrap();
    let mut app = app.restarted(true);
    app.welcome();
    assert_eq!((app.state.outbox.items().count(), app.storage.load(&pair).unwrap().outbox.len()), (0, 0));
    app.keys("Ctrl+Up");
    assert_eq!(app.state.composer.text(), "left behind");
}

#[test]
fn a_conversation_is_called_as_its_people_are_now() {
    let mut app = App::new(80, 24, server());
    app.say("/msg carol");
    let user =
        chat_proto::user::User { name: chat_proto::name::DisplayName::parse("Carolina").unwrap(), ..app.server.person("carol").clone() };
    app.wire(AnyEvent::UserChanged(Box::new(UserChanged { user })));
    assert!(app.sees("Write to Carolina") && app.sees("bob, Carolina") && app.sees("conversation with Carolina."));
}

#[test]
fn the_own_entry_of_a_conversation_opens_it_as_its_answer_does() {
    let mut app = App::new(80, 24, server());
    app.online = false;
    app.say("/msg erin hello");
    let find = app.sent.remove(0);
    for frame in app.server.handle(&find.rid, find.name, find.payload) {
        app.wire(frame);
    }
    // The server opens it, and the line breaks before it has said so.
    let open = app.sent.iter().position(|emit| emit.name == "direct:open").unwrap();
    let open = app.sent.remove(open);
    let client_id = open.payload["client_id"].clone();
    app.server.handle(&open.rid, open.name, open.payload);
    app.down();
    app.online = true;
    app.wait(2_000);
    app.welcome();
    let erin = room("direct-erin-me");
    assert_eq!(app.server.log(&erin).entries[0].client_id.as_str(), client_id);
    assert_eq!((sends(&mut app, &erin), app.state.outbox.items().count()), (vec!["hello".to_owned()], 0));
}

#[test]
fn a_conversation_that_cannot_be_opened_gives_the_text_back() {
    let mut app = App::new(80, 24, server());
    app.server.refusals.push_back(Error::new(Code::Forbidden, "They want to hear nothing."));
    app.say("/msg erin please");
    assert!(app.sees("failed: They want to hear nothing. Ctrl+Up brings the text"));
    assert_eq!((app.state.outbox.items().count(), heard(&app, "message:send")), (0, 0));
    app.keys("Ctrl+Up");
    assert_eq!(app.state.composer.text(), "please");
    let pair = app.state.pair().unwrap();
    assert_eq!(app.storage.load(&pair).unwrap().outbox.len(), 0);
}
