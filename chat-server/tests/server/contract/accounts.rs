//! Accounts as the operator makes, lists and deletes them.

use chat_proto::name::JoinCode;
use chat_proto::request::DirectOpen;
use chat_proto::request::code_create::InviteCode;
use chat_proto::room::History;
use chat_proto::user::ServerRole;

use super::*;

fn carol(role: ServerRole) -> User {
    let NewUser { id, name, color, .. } = new_user("carol");
    User { id, name, color, kind: UserKind::Account, identity: Some(Identity::parse("carol").unwrap()), role }
}

fn session(id: &str, hash: u8) -> NewSession {
    NewSession { id: SessionId::parse(id).unwrap(), hash: [hash; 32], client: None }
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn an_account_without_a_guest_before_it(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let store = bench.store.clone();
    let carol = carol(ServerRole::Owner);
    assert_eq!(store.add_account(&carol, "hash", 5_000).await.unwrap().unwrap(), carol);
    let account = store.account(&Identity::parse("carol").unwrap()).await.unwrap().unwrap();
    assert_eq!((account.user, account.password_hash.as_str()), (carol.clone(), "hash"));
    assert!(store.has_owner().await.unwrap());
    let (lobby, ada) = (bench.lobby.clone(), bench.ada.clone());
    assert_eq!(store.members(&ada, &lobby).await.unwrap().unwrap().len(), 1);
    let other = |name: &str, identity: &str| User {
        id: UserId::parse(format!("other-{name}")).unwrap(),
        identity: Some(Identity::parse(identity).unwrap()),
        ..carol.clone()
    };
    for taken in ["carol", "cаrol", "bob"] {
        let refused = store.add_account(&other("x", taken), "hash", 5_000).await.unwrap().unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (Code::NameTaken, Some("identity")), "{taken}");
    }
    // A refusal leaves nothing behind: the same person comes under another name.
    store.add_account(&other("x", "dave"), "hash", 5_000).await.unwrap().unwrap();
    bench.account(&ada).await;
    store.open_session(&carol.id, &session("s1", 50), 7_000).await.unwrap();
    store.open_session(&carol.id, &session("s2", 51), 8_000).await.unwrap();
    store.end_session(&carol.id, &SessionId::parse("s2").unwrap(), 8_500).await.unwrap();
    let accounts = store.accounts().await.unwrap();
    let facts: Vec<_> =
        accounts.iter().map(|facts| (facts.user.identity.as_ref().unwrap().as_str(), facts.sessions, facts.created)).collect();
    assert_eq!(facts, [("ada", 1, 1_000), ("carol", 1, 5_000), ("dave", 0, 5_000)]);
    assert_eq!((accounts[1].seen, accounts[2].seen), (7_000, 5_000), "by the sessions that are open");
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn a_password_can_be_set_that_ends_every_session(#[case] kind: Kind) {
    let bench = Bench::new(kind).await;
    let (store, carol) = (bench.store.clone(), carol(ServerRole::Member));
    store.add_account(&carol, "hash", 5_000).await.unwrap().unwrap();
    for (id, hash) in [("s1", 50), ("s2", 51)] {
        store.open_session(&carol.id, &session(id, hash), 7_000).await.unwrap();
    }
    let mut ended = store.set_password(&carol.id, "hash2", None, 8_000).await.unwrap();
    ended.sort();
    assert_eq!(ended.iter().map(SessionId::as_str).collect::<Vec<_>>(), ["s1", "s2"]);
    assert!(matches!(store.token_owner(&[50; 32], 8_000).await.unwrap(), TokenOwner::Ended));
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn a_deleted_account_leaves_what_it_said(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (store, lobby) = (bench.store.clone(), bench.lobby.clone());
    let (ada, bob) = (bench.ada.clone(), bench.bob.clone());
    let (ada, bob) = (bench.account(&ada).await, bench.account(&bob).await);
    let secret = bench.private_room(&ada, History::All).await;
    bench.invite(&ada, &secret, &bob).await.unwrap();
    let direct = EntryRequest::Direct(DirectOpen { client_id: id("d"), users: vec![bob.id.clone()] });
    bench.one(&ada, direct).await.unwrap();
    let code =
        InviteCode { code: JoinCode::parse("ABCD2345").unwrap(), room: lobby.clone(), by: bob.id.clone(), expires: 90_000, uses_left: 5 };
    assert!(store.put_code(&code).await.unwrap());
    bench.say(&bob, "1", "said by bob").await;
    assert_eq!(store.rooms_of(&bob, &[]).await.unwrap().len(), 3, "lobby, conversation, inbox");

    // Nobody but an account that is being deleted leaves a conversation.
    let talk = store.rooms_of(&bob, &[]).await.unwrap().into_iter().find(|state| !state.people.is_empty()).unwrap().room.id;
    let leave = |room: &RoomId| EntryRequest::Leave(RoomLeave { room: room.clone(), client_id: id("l"), after: None });
    assert_eq!(bench.one(&bob, leave(&talk)).await.unwrap_err().code, Code::Forbidden);
    for room in [&talk, &lobby] {
        let write = Write { for_good: true, ..Write::new(bob.clone(), leave(room)) };
        let committed = bench.commit(vec![write]).await;
        assert_eq!(codes(&committed), [None]);
        assert_eq!(committed.entries[0].moves.leaves, std::slice::from_ref(&bob.id));
    }
    assert!(store.delete_account(&bob.id, 9_000).await.unwrap());
    assert!(!store.delete_account(&bob.id, 9_000).await.unwrap(), "once");
    assert!(!store.delete_account(&UserId::parse("nobody").unwrap(), 9_000).await.unwrap());

    assert!(store.account(&Identity::parse("bob").unwrap()).await.unwrap().is_none());
    assert!(matches!(store.token_owner(&[b'b'; 32], 9_000).await.unwrap(), TokenOwner::Ended));
    assert!(store.rooms_of(&bob, &[]).await.unwrap().is_empty(), "its inbox is gone, too");
    assert!(store.find_users("bob", 9).await.unwrap().is_empty());
    assert_eq!(store.accounts().await.unwrap().len(), 1);
    assert!(store.codes(&lobby, 9_000).await.unwrap().is_empty());
    let hidden = store.find_room(&bob, &RoomFind { name: RoomName::parse("secret").unwrap() }).await.unwrap();
    assert_eq!(hidden.unwrap_err().code, Code::NotFound, "the invitation is gone");
    let page = bench.page(&ada, |_| {}).await.unwrap();
    assert_eq!(texts(&page), ["said by bob"]);
    let state = bench.state_of(&ada, &talk).await.unwrap();
    let people: Vec<_> = state.people.iter().map(|user| (user.name.as_str(), user.kind, user.identity.is_some())).collect();
    assert_eq!(people, [("bob", UserKind::Unknown, false)]);
    // The name is free for somebody else, who is nobody of all that.
    let next = User { id: UserId::parse("next").unwrap(), ..bob.clone() };
    store.add_account(&next, "hash", 9_500).await.unwrap().unwrap();
    assert_eq!(store.rooms_of(&next, &[]).await.unwrap().len(), 1);
}
