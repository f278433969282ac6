//! Bots and their tokens.

use chat_proto::id::TokenId;
use chat_proto::request::RoomAdd;
use chat_proto::request::token_create::{Scope, TokenInfo};
use chat_proto::user::ServerRole;
use chat_server::storage::NewBot;

use super::*;

fn bot(name: &str, number: u8) -> NewBot {
    let id = UserId::parse(format!("bot-{number}")).unwrap();
    let (name, color) = (DisplayName::parse(name).unwrap(), new_user("bot").color);
    let bot = User { id, name, color, kind: UserKind::Bot, identity: None, role: ServerRole::Member };
    let (by, scopes) = (UserId::parse("maker").unwrap(), vec![Scope::Read, Scope::Hook]);
    let id = TokenId::parse(format!("token-{number}")).unwrap();
    let info = TokenInfo { id, bot, scopes, signed: false, by, created: 5_000, used: None };
    NewBot { info, hash: [number; 32], signing: None }
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn a_bot_comes_goes_and_is_forgotten(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (store, lobby, ada) = (bench.store.clone(), bench.lobby.clone(), bench.ada.clone());
    let ci = bot("ci", 40);
    store.add_bot(&ci, 5_000).await.unwrap().unwrap();
    for (name, number) in [("bob", 41), ("CI", 42), ("сi", 43)] {
        let refused = store.add_bot(&bot(name, number), 5_000).await.unwrap().unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (Code::NameTaken, Some("name")), "{name}");
    }
    assert_eq!(store.tokens().await.unwrap(), std::slice::from_ref(&ci.info));

    // It is in no room, the lobby neither, and neither reads it nor says something there.
    let user = ci.info.bot.clone();
    assert!(store.rooms_of(&user, &[]).await.unwrap().is_empty());
    assert!(store.room_ids_of(&user).await.unwrap().is_empty());
    assert_eq!(bench.page(&user, |_| {}).await.unwrap_err().code, Code::Forbidden);
    assert_eq!(bench.one(&user, say(&lobby, "1", None, "x")).await.unwrap_err().code, Code::Forbidden);

    // Somebody who keeps order there adds it; nobody else does.
    let add = |id_: &str| EntryRequest::Add(RoomAdd { room: lobby.clone(), user: user.id.clone(), client_id: id(id_), after: None });
    assert_eq!(bench.one(&ada, add("a1")).await.unwrap_err().code, Code::Forbidden);
    let moderator = User { role: ServerRole::Moderator, ..ada.clone() };
    bench.one(&moderator, add("a2")).await.unwrap();
    bench.one(&user, say(&lobby, "1", None, "built")).await.unwrap();
    let page = bench.page(&ada, |_| {}).await.unwrap();
    let said = page.entries.last().unwrap();
    assert!(said.author.bot && !page.entries[0].author.bot, "its marker is kept with what it said");
    assert_eq!(texts(&page), ["built"]);

    match store.token_owner(&[40; 32], 70_000).await.unwrap() {
        TokenOwner::Bot(owner) => {
            assert_eq!((owner.user, owner.token, owner.scopes), (user.clone(), ci.info.id.clone(), ci.info.scopes.clone()));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(store.tokens().await.unwrap()[0].used, Some(70_000));

    assert!(store.end_token(&ci.info.id, 80_000).await.unwrap());
    assert!(!store.end_token(&TokenId::parse("none").unwrap(), 80_000).await.unwrap());
    assert!(matches!(store.token_owner(&[40; 32], 80_000).await.unwrap(), TokenOwner::Ended));
    assert_eq!(store.tokens().await.unwrap().len(), 1, "until it is forgotten it can be ended again");
    let leave = EntryRequest::Leave(RoomLeave { room: lobby.clone(), client_id: id("l"), after: None });
    bench.one(&user, leave).await.unwrap();
    store.forget_bot(&user.id).await.unwrap();
    assert!(store.tokens().await.unwrap().is_empty());
    assert!(matches!(store.token_owner(&[40; 32], 80_000).await.unwrap(), TokenOwner::Ended), "never again anybody's");
    store.add_bot(&bot("ci", 44), 90_000).await.unwrap().unwrap();
    let page = bench.page(&ada, |_| {}).await.unwrap();
    assert!(page.entries.iter().any(|entry| entry.author.bot && matches!(entry.body, Body::Message(_))), "what it said stays");
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn bots_have_a_rate_of_their_own(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (store, lobby) = (bench.store.clone(), bench.lobby.clone());
    let ci = bot("ci", 40);
    store.add_bot(&ci, 5_000).await.unwrap().unwrap();
    let (user, ada) = (ci.info.bot.clone(), bench.ada.clone());
    let moderator = User { role: ServerRole::Moderator, ..ada.clone() };
    let add = EntryRequest::Add(RoomAdd { room: lobby.clone(), user: user.id.clone(), client_id: id("a"), after: None });
    bench.one(&moderator, add).await.unwrap();
    let (mut rates, mut bot_rates) = (Rates::new(1, 1), Rates::new(2, 10));
    let mut context = Context {
        now: bench.now + 10,
        random: &mut bench.random,
        rates: &mut rates,
        bot_rates: &mut bot_rates,
        questions: &mut Rates::new(1, 1),
    };
    let said = |author: &User, number: u32| Write::new(author.clone(), say(&lobby, &format!("{number}"), None, "x"));
    let writes = vec![said(&user, 1), said(&user, 2), said(&user, 3), said(&ada, 1), said(&ada, 2), said(&user, 1)];
    let committed = store.commit(&Batch { writes, marks: Vec::new() }, &mut context).await.unwrap();
    assert_eq!(codes(&committed), [None, None, Some(Code::SlowDown), None, Some(Code::SlowDown), None], "a repeat costs nothing");
    assert_eq!(committed.outcomes[2].as_ref().unwrap_err().retry_after_ms, Some(100));
}
