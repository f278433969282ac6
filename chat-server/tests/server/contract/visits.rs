//! Those who visit a room without being its member, and the rooms that the server makes for them.

use super::*;

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn a_visitor_speaks_and_does_nothing_else(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let server = User {
        id: UserId::parse(bench.store.server_id().as_str()).unwrap(),
        name: DisplayName::parse("server").unwrap(),
        color: Color::parse("#808080").unwrap(),
        kind: UserKind::Server,
        identity: None,
        role: chat_proto::user::ServerRole::Member,
    };
    let name = RoomName::parse("kitchen").unwrap();
    let create = RoomCreate::public(id("made"), name.clone());
    bench.one(&server, EntryRequest::Create(create)).await.unwrap();
    let bob = bench.bob.clone();
    let find = RoomFind { name };
    let kitchen = bench.store.find_room(&bob, &find).await.unwrap().unwrap();
    assert_eq!((kitchen.members, kitchen.joined), (0, false), "the server is a member of nothing");

    let visiting = |author: &User, request: EntryRequest| {
        let mut write = Write::new(author.clone(), request);
        write.visiting = true;
        write
    };
    let room = kitchen.room.id.clone();
    let committed =
        bench.commit(vec![visiting(&bob, say(&room, "1", None, "hi")), Write::new(bob.clone(), say(&room, "2", None, "hi"))]).await;
    let Ok(Written::Stored(said)) = &committed.outcomes[0] else { panic!("{committed:?}") };
    assert_eq!((said.seq, said.n), (2, 1));
    assert_eq!(committed.outcomes[1].as_ref().unwrap_err().code, Code::Forbidden, "who does not visit must be a member");
    let epoch = committed.entries[0].epoch.clone();
    let own = Place { epoch, seq: said.seq, id: said.id.clone() };
    let leave = EntryRequest::Leave(RoomLeave { room: room.clone(), client_id: id("3"), after: None });
    let committed = bench.commit(vec![visiting(&bob, react(&room, "4", own, true)), visiting(&bob, leave)]).await;
    let codes: Vec<Code> = committed.outcomes.iter().map(|outcome| outcome.as_ref().unwrap_err().code).collect();
    assert_eq!(codes, [Code::Forbidden; 2]);
    assert!(!bench.store.rooms_of(&bob, &[]).await.unwrap().iter().any(|state| state.room.id == room), "and is no member by it");
}
