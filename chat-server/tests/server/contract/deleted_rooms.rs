//! Rooms as the operator lists and deletes them.

use chat_proto::name::JoinCode;
use chat_proto::request::DirectOpen;
use chat_proto::request::code_create::InviteCode;
use chat_proto::room::{History, RoomKind};

use super::*;

impl Bench {
    async fn found_by(&self, reader: &User, query: &str) -> usize {
        self.search_as(reader, query, |_| {}).await.unwrap().hits.len()
    }

    async fn public_room(&mut self, owner: &User, name: &str, client_id: &str) -> (RoomId, Stored) {
        let request = RoomCreate::public(id(client_id), RoomName::parse(name).unwrap());
        let committed = self.commit(vec![Write::new(owner.clone(), EntryRequest::Create(request))]).await;
        let Written::Created(created) = committed.outcomes.into_iter().next().unwrap().unwrap() else { unreachable!() };
        (created.room.id, created.stored)
    }
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn all_rooms_are_listed_and_conversations_counted(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (ada, bob) = (bench.ada.clone(), bench.bob.clone());
    let bob = bench.account(&bob).await;
    let secret = bench.private_room(&ada, History::All).await;
    bench.invite(&ada, &secret, &bob).await.unwrap();
    let (ops, _) = bench.public_room(&bob, "ops", "o").await;
    bench.one(&bob, say(&ops, "1", None, "one")).await.unwrap();
    bench.one(&bob, say(&ops, "2", None, "two")).await.unwrap();
    let direct = EntryRequest::Direct(DirectOpen { client_id: id("d"), users: vec![bob.id.clone()] });
    bench.one(&ada, direct).await.unwrap();
    let (rooms, conversations) = bench.store.all_rooms().await.unwrap();
    let facts: Vec<_> = rooms.iter().map(|facts| (facts.room.name.as_str(), facts.room.kind, facts.members, facts.messages)).collect();
    assert_eq!(
        facts,
        [("lobby", RoomKind::Lobby, 1, 0), ("ops", RoomKind::Public, 1, 2), ("secret", RoomKind::Private, 1, 0)],
        "bob's inbox is nobody's to see"
    );
    assert_eq!(conversations, 1);
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn a_deleted_room_leaves_nothing(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (ada, bob, store) = (bench.ada.clone(), bench.bob.clone(), bench.store.clone());
    let bob = bench.account(&bob).await;
    let (kept, _) = bench.public_room(&ada, "kept", "k").await;
    bench.one(&ada, say(&kept, "1", None, "stays")).await.unwrap();
    let (ops, first) = bench.public_room(&ada, "ops", "o").await;
    bench.come_in(&bob, &ops, None).await.unwrap();
    let message = MessageSend { mentions: vec![bob.id.clone()], ..send(&ops, "1", None, "@bob goes") };
    let said = bench.one(&ada, EntryRequest::Send(message)).await.unwrap();
    let epoch = bench.state_of(&ada, &ops).await.unwrap().epoch;
    let place = Place { epoch, seq: said.seq, id: said.id };
    bench.one(&bob, react(&ops, "2", place.clone(), true)).await.unwrap();
    let edit = MessageEdit {
        room: ops.clone(),
        client_id: id("e"),
        after: None,
        target: place,
        content: content("@bob vanishes"),
        mentions: vec![bob.id.clone()],
    };
    bench.one(&ada, EntryRequest::Edit(edit)).await.unwrap();
    assert_eq!(bench.found_by(&bob, "vanishes").await, 1);
    let code =
        InviteCode { code: JoinCode::parse("ABCD2345").unwrap(), room: ops.clone(), by: ada.id.clone(), expires: 90_000, uses_left: 5 };
    assert!(store.put_code(&code).await.unwrap());

    assert!(store.delete_room(&ops).await.unwrap());
    assert!(!store.delete_room(&ops).await.unwrap(), "once");
    assert!(store.standing(&ada, &ops).await.unwrap().is_none());
    assert!(bench.state_of(&bob, &ops).await.is_none());
    assert!(store.codes(&ops, 3_000).await.unwrap().is_empty());
    assert_eq!(store.find_code(&bob, &code.code, 3_000).await.unwrap().unwrap_err().code, Code::NotFound);
    assert_eq!(bench.one(&ada, say(&ops, "3", None, "late")).await.unwrap_err().code, Code::NotFound);
    assert_eq!(bench.come_in(&bob, &ops, None).await, Err(Code::NotFound));

    assert_eq!(bench.found_by(&bob, "vanishes").await, 0);

    // Its name is free; whoever takes it has another room, which begins at its beginning and knows nobody.
    let (next, stored) = bench.public_room(&bob, "ops", "o").await;
    assert!(next != ops && (stored.seq, stored.n) == (1, 0) && stored.id != first.id);
    let state = bench.state_of(&bob, &next).await.unwrap();
    assert_eq!((state.read.mentions, state.read.unread, state.n), (0, 0, 0));
    assert!(bench.state_of(&ada, &next).await.is_none());
    let again = bench.one(&bob, say(&next, "1", None, "again")).await.unwrap();
    let page = bench.in_room(&bob, &next).await.unwrap();
    assert!(again.seq == 2 && page.amendments.is_empty() && texts(&page) == ["again"]);
    assert_eq!((bench.found_by(&bob, "again").await, bench.found_by(&bob, "vanishes").await), (1, 0), "its words are gone from the index");
    assert_eq!(texts(&bench.in_room(&ada, &kept).await.unwrap()), ["stays"], "another room's log is as it was");
}
