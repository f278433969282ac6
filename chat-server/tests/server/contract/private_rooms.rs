//! Private rooms, invitations, codes, roles, conversations, and which part of a log somebody reads.

use chat_proto::name::JoinCode;
use chat_proto::request::code_create::InviteCode;
use chat_proto::request::{DirectOpen, RoomConfigure, RoomInvite, RoomRemove, RoomSetRole};
use chat_proto::room::{History, RoomChanges, RoomKind, RoomRole, Visibility};
use chat_proto::user::ServerRole;

use super::*;

impl Bench {
    /// Makes an account of a guest.
    pub(super) async fn account(&mut self, user: &User) -> User {
        let identity = Identity::parse(user.name.as_str()).unwrap();
        let session = NewSession {
            id: SessionId::parse(format!("s-{}", user.name)).unwrap(),
            hash: [user.name.as_str().as_bytes()[0]; 32],
            client: None,
        };
        self.store.register(user, &identity, "hash", &session, self.now).await.unwrap().unwrap()
    }

    pub(super) async fn private_room(&mut self, owner: &User, history: History) -> RoomId {
        let request = RoomCreate {
            visibility: Some(Visibility::Private),
            history: Some(history),
            ..RoomCreate::public(id("make"), RoomName::parse("secret").unwrap())
        };
        let committed = self.commit(vec![Write::new(owner.clone(), EntryRequest::Create(request))]).await;
        assert_eq!(codes(&committed), [None]);
        committed.entries[0].room.clone()
    }

    async fn write(&mut self, author: &User, request: EntryRequest) -> Result<Stored, Code> {
        self.one(author, request).await.map_err(|error| error.code)
    }

    pub(super) async fn invite(&mut self, by: &User, room: &RoomId, whom: &User) -> Result<Stored, Code> {
        let client_id = id(&format!("i{}", self.now));
        self.write(by, EntryRequest::Invite(RoomInvite { room: room.clone(), user: whom.id.clone(), client_id, after: None })).await
    }

    pub(super) async fn come_in(&mut self, who: &User, room: &RoomId, code: Option<JoinCode>) -> Result<Stored, Code> {
        let client_id = id(&format!("j{}", self.now));
        self.write(who, EntryRequest::Join(RoomJoin { room: room.clone(), client_id, after: None, code })).await
    }

    async fn remove(&mut self, by: &User, room: &RoomId, whom: &User) -> Result<Stored, Code> {
        let client_id = id(&format!("r{}", self.now));
        self.write(by, EntryRequest::Remove(RoomRemove { room: room.clone(), user: whom.id.clone(), client_id, after: None })).await
    }

    pub(super) async fn in_room(&self, reader: &User, room: &RoomId) -> Result<Page, Code> {
        self.page(reader, |request| request.room = room.clone()).await.map_err(|error| error.code)
    }

    pub(super) async fn state_of(&self, reader: &User, room: &RoomId) -> Option<RoomState> {
        self.store.rooms_of(reader, &[]).await.unwrap().into_iter().find(|state| state.room.id == *room)
    }
}

fn seqs(page: &Page) -> Vec<u64> {
    page.entries.iter().map(|entry| entry.seq).collect()
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn who_was_invited_comes_in_and_is_told(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (ada, bob) = (bench.ada.clone(), bench.bob.clone());
    let room = bench.private_room(&ada, History::All).await;
    assert_eq!(bench.come_in(&bob, &room, None).await, Err(Code::NotFound));
    assert_eq!(bench.invite(&ada, &room, &bob).await, Err(Code::Forbidden), "a guest has no inbox");
    let bob = bench.account(&bob).await;
    bench.invite(&ada, &room, &bob).await.unwrap();
    let inbox = bench.store.rooms_of(&bob, &[]).await.unwrap().into_iter().find(|state| state.room.kind == RoomKind::Inbox).unwrap();
    assert_eq!((inbox.n, inbox.read.unread), (1, 1));
    let told = bench.in_room(&bob, &inbox.room.id).await.unwrap();
    assert!(matches!(&told.entries[1].body, Body::Invited(invited) if invited.room == room && invited.name.as_str() == "secret"));
    assert_eq!(told.entries[1].author.id, ada.id);
    assert_eq!(bench.in_room(&ada, &inbox.room.id).await, Err(Code::NotFound), "an inbox is its owner's alone");
    let found = bench.store.find_room(&bob, &RoomFind { name: RoomName::parse("secret").unwrap() }).await.unwrap().unwrap();
    assert_eq!((found.room.id, found.joined), (room.clone(), false));
    bench.come_in(&bob, &room, None).await.unwrap();
    assert_eq!(
        bench.store.members(&ada, &room).await.unwrap().unwrap().iter().map(|(_, role)| *role).collect::<Vec<_>>(),
        [RoomRole::Owner, RoomRole::Member]
    );
    // Removed, he is told in the same inbox, and an invitation that was used lets nobody in twice.
    bench.remove(&ada, &room, &bob).await.unwrap();
    assert_eq!(bench.in_room(&bob, &room).await, Err(Code::NotFound));
    assert_eq!(bench.come_in(&bob, &room, None).await, Err(Code::NotFound));
    let told = bench.in_room(&bob, &inbox.room.id).await.unwrap();
    assert!(matches!(&told.entries[2].body, Body::Removed(removed) if removed.room == room));
    // An invitation can be taken back before it is used.
    bench.invite(&ada, &room, &bob).await.unwrap();
    bench.remove(&ada, &room, &bob).await.unwrap();
    assert_eq!(bench.come_in(&bob, &room, None).await, Err(Code::NotFound));
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn who_joins_later_reads_from_there_on(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let ada = bench.ada.clone();
    let bob = bench.bob.clone();
    let bob = bench.account(&bob).await;
    let room = bench.private_room(&ada, History::Joined).await;
    let epoch = bench.state_of(&ada, &room).await.unwrap().epoch;
    let place = |stored: &Stored| Place { epoch: epoch.clone(), seq: stored.seq, id: stored.id.clone() };
    let old = bench.one(&ada, say(&room, "m1", None, "before")).await.unwrap();
    bench.invite(&ada, &room, &bob).await.unwrap();
    let came = bench.come_in(&bob, &room, None).await.unwrap();
    let page = bench.in_room(&bob, &room).await.unwrap();
    assert_eq!((seqs(&page), page.from, page.hidden.clone()), (vec![came.seq], 1, vec![(1, came.seq - 1)]));
    assert_eq!(bench.state_of(&bob, &room).await.unwrap().read.unread, 0);

    // What points at what he may not read comes without it, live and in pages.
    let edit = |client_id: &str, target: Place| {
        EntryRequest::Edit(MessageEdit {
            room: room.clone(),
            client_id: id(client_id),
            after: None,
            target,
            content: content("changed"),
            mentions: vec![],
        })
    };
    let answer = |client_id: &str, target: Place| {
        let EntryRequest::Send(send) = say(&room, client_id, None, "an answer") else { unreachable!() };
        EntryRequest::Send(MessageSend { reply_to: Some(target), ..send })
    };
    let committed =
        bench.commit(vec![Write::new(ada.clone(), edit("e1", place(&old))), Write::new(ada.clone(), answer("a1", place(&old)))]).await;
    assert_eq!(codes(&committed), [None, None]);
    assert!(committed.entries.iter().all(|entry| entry.veiled_for == [bob.id.clone()]));
    let seen = bench.in_room(&bob, &room).await.unwrap();
    assert!(seen.amendments.is_empty() && !serde_json::to_string(&seen).unwrap().contains("before"));
    assert!(matches!(&seen.entries.last().unwrap().body, Body::Message(message) if message.reply_to.is_none()));
    let whole = bench.in_room(&ada, &room).await.unwrap();
    assert_eq!(whole.amendments.len(), 1);
    assert!(matches!(&whole.entries.last().unwrap().body, Body::Message(message) if message.reply_to.is_some()));
    // He cannot point at it himself either.
    assert_eq!(bench.write(&bob, answer("a2", place(&old))).await, Err(Code::NotFound));
    // A deletion always comes.
    let delete = MessageDelete { room: room.clone(), client_id: id("d1"), after: None, target: place(&old) };
    let committed = bench.commit(vec![Write::new(ada.clone(), EntryRequest::Delete(delete))]).await;
    assert_eq!(committed.entries[0].veiled_for, []);

    // Away and back again: what was said meanwhile stays hidden, what he read before does not.
    let his = bench.one(&bob, say(&room, "b1", None, "mine")).await.unwrap();
    let left = bench.write(&bob, EntryRequest::Leave(RoomLeave { room: room.clone(), client_id: id("l1"), after: None })).await.unwrap();
    bench.one(&ada, say(&room, "m2", None, "while he was away")).await.unwrap();
    bench.write(&ada, edit("e2", place(&bench_place(&whole)))).await.unwrap_err();
    bench.invite(&ada, &room, &bob).await.unwrap();
    let back = bench.come_in(&bob, &room, None).await.unwrap();
    let page = bench.in_room(&bob, &room).await.unwrap();
    assert_eq!(page.hidden, [(1, came.seq - 1), (left.seq + 1, back.seq - 1)]);
    assert!(seqs(&page).contains(&his.seq) && !serde_json::to_string(&page).unwrap().contains("while he was away"));
    // Page by page, backwards and forwards, nothing is left out and nothing is covered twice.
    for forwards in [false, true] {
        let (mut next, mut found, mut turns) = (if forwards { 0 } else { back.seq + 1 }, Vec::new(), 0);
        while (forwards && next < back.seq) || (!forwards && next > 1) {
            let page = bench
                .page(&bob, |request| {
                    request.room = room.clone();
                    request.limit = Some(1);
                    if forwards { request.after = Some(next) } else { request.before = Some(next) }
                })
                .await
                .unwrap();
            let to = page.to.as_ref().unwrap().seq;
            assert_eq!(if forwards { page.from } else { to }, if forwards { next + 1 } else { next - 1 });
            next = if forwards { to } else { page.from };
            found.extend(seqs(&page));
            turns += 1;
            assert!(turns < 40, "it does not end");
        }
        found.sort_unstable();
        assert_eq!(found, seqs(&page));
    }
}

/// A place that nothing stands at.
fn bench_place(page: &Page) -> Stored {
    Stored { seq: page.head.seq + 100, id: page.head.id.clone(), time: 0, n: 0 }
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn codes_let_in_so_often_and_so_long(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (ada, bob) = (bench.ada.clone(), bench.bob.clone());
    let room = bench.private_room(&ada, History::All).await;
    let code = |text: &str| JoinCode::parse(text).unwrap();
    let made = |text: &str, expires: u64, uses_left: u32| InviteCode {
        code: code(text),
        room: room.clone(),
        by: ada.id.clone(),
        expires,
        uses_left,
    };
    assert!(bench.store.put_code(&made("AAAA-AAAA", 10_000, 1)).await.unwrap());
    assert!(!bench.store.put_code(&made("AAAA-AAAA", 10_000, 1)).await.unwrap(), "a code is one room's");
    assert!(bench.store.put_code(&made("BBBB-BBBB", 5_000, 9)).await.unwrap());
    let listed = bench.store.codes(&room, 2_000).await.unwrap();
    assert_eq!(listed.iter().map(|code| code.code.as_str()).collect::<Vec<_>>(), ["BBBB-BBBB", "AAAA-AAAA"]);
    let found = bench.store.find_code(&bob, &code("aaaa aaaa"), 2_000).await.unwrap().unwrap();
    assert_eq!((found.room.id, found.joined), (room.clone(), false));
    assert_eq!(bench.store.find_code(&bob, &code("BBBB-BBBB"), 5_000).await.unwrap().unwrap_err().code, Code::NotFound, "it is over");
    assert_eq!(bench.come_in(&bob, &room, Some(code("CCCC-CCCC"))).await, Err(Code::NotFound));
    // Two in one batch, and the code is good for one of them.
    let eve = bench.store.guest(&[3; 32], &new_user("eve"), 1_000).await.unwrap();
    let join = |who: &User| {
        let request = RoomJoin { room: room.clone(), client_id: id("same"), after: None, code: Some(code("AAAA-AAAA")) };
        Write::new(who.clone(), EntryRequest::Join(request))
    };
    let committed = bench.commit(vec![join(&bob), join(&eve)]).await;
    assert_eq!(codes(&committed), [None, Some(Code::NotFound)]);
    assert_eq!(bench.store.codes(&room, 2_000).await.unwrap().len(), 1);
    assert!(bench.store.end_code(&room, &code("BBBB-BBBB")).await.unwrap());
    assert!(!bench.store.end_code(&room, &code("BBBB-BBBB")).await.unwrap());
    assert_eq!(bench.come_in(&eve, &room, Some(code("BBBB-BBBB"))).await, Err(Code::NotFound));
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn rooms_change_with_their_names_and_rules(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (ada, bob) = (bench.ada.clone(), bench.bob.clone());
    let room = bench.private_room(&ada, History::All).await;
    let other = EntryRequest::Create(RoomCreate::public(id("o"), RoomName::parse("secret").unwrap()));
    bench.write(&bob, other).await.expect("a private room's name does not tell that it exists");
    let secret = RoomFind { name: RoomName::parse("secret").unwrap() };
    let found = bench.store.find_room(&ada, &secret).await.unwrap().unwrap();
    assert_eq!(found.room.id, room, "of two rooms of that name one finds the own one");
    assert_eq!(bench.store.find_room(&bob, &secret).await.unwrap().unwrap().room.kind, RoomKind::Public);
    let change = |client_id: &str, changes: RoomChanges| {
        EntryRequest::Configure(RoomConfigure { room: room.clone(), client_id: id(client_id), after: None, changes })
    };
    let open = RoomChanges { visibility: Some(Visibility::Public), ..RoomChanges::default() };
    assert_eq!(bench.write(&ada, change("c1", open.clone())).await, Err(Code::NameTaken));
    let rename = RoomChanges { name: Some(RoomName::parse("plans").unwrap()), title: Some(TopicText::parse("Plans").unwrap()), ..open };
    bench.write(&ada, change("c2", rename)).await.unwrap();
    assert_eq!(bench.write(&ada, change("c3", RoomChanges::default())).await, Err(Code::Invalid));
    let found = bench.store.find_room(&bob, &RoomFind { name: RoomName::parse("plans").unwrap() }).await.unwrap().unwrap();
    assert_eq!((found.room.kind, found.room.title.as_str()), (RoomKind::Public, "Plans"));
    bench.come_in(&bob, &room, None).await.unwrap();
    let role = RoomSetRole { room: room.clone(), user: bob.id.clone(), role: RoomRole::Moderator, client_id: id("g1"), after: None };
    bench.write(&ada, EntryRequest::Role(role)).await.unwrap();
    assert_eq!(bench.state_of(&bob, &room).await.unwrap().role, RoomRole::Moderator);
    // The name that was given up is free for a listed room.
    let taken = EntryRequest::Create(RoomCreate::public(id("o2"), RoomName::parse("plans").unwrap()));
    assert_eq!(bench.write(&bob, taken.clone()).await, Err(Code::NameTaken));
    let close = RoomChanges { visibility: Some(Visibility::Private), ..RoomChanges::default() };
    bench.write(&ada, change("c4", close)).await.unwrap();
    bench.write(&bob, taken).await.unwrap();
    assert!(bench.store.list_rooms(&bob, &RoomList::default()).await.unwrap().rooms.iter().all(|listed| listed.room.id != room));
    let archive = RoomChanges { archived: Some(true), ..RoomChanges::default() };
    bench.write(&ada, change("c5", archive)).await.unwrap();
    assert_eq!(bench.write(&ada, say(&room, "m", None, "hello?")).await, Err(Code::Forbidden));
    assert!(bench.in_room(&bob, &room).await.is_ok());
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn a_conversation_is_its_people(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (ada, bob) = (bench.ada.clone(), bench.bob.clone());
    let open = |client_id: &str, users: &[&User]| {
        let users = users.iter().map(|user| user.id.clone()).collect();
        EntryRequest::Direct(DirectOpen { client_id: id(client_id), users })
    };
    // Both open it in one batch: it is one conversation.
    let committed =
        bench.commit(vec![Write::new(ada.clone(), open("d1", &[&bob, &ada])), Write::new(bob.clone(), open("d2", &[&ada]))]).await;
    assert_eq!(codes(&committed), [None, None]);
    assert_eq!(committed.entries.len(), 1);
    let room = committed.entries[0].room.clone();
    assert_eq!(committed.entries[0].moves.joins.len(), 2);
    bench.one(&ada, say(&room, "m1", None, "psst")).await.unwrap();
    let state = bench.state_of(&bob, &room).await.unwrap();
    assert_eq!((state.room.kind, state.read.unread), (RoomKind::Direct, 1));
    assert_eq!(state.people.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(), ["ada"]);
    let again = bench.one(&bob, open("d3", &[&ada])).await.unwrap();
    assert_eq!(again.seq, 2, "opened again, it is where it stands");
    assert_eq!(bench.write(&ada, open("d4", &[&ada])).await, Err(Code::Invalid), "nobody talks with themself alone");
    let eve = bench.store.guest(&[3; 32], &new_user("eve"), 1_000).await.unwrap();
    assert_eq!(bench.in_room(&eve, &room).await, Err(Code::NotFound));
    let three = bench.commit(vec![Write::new(eve.clone(), open("d5", &[&ada, &bob]))]).await;
    assert_ne!(three.entries[0].room, room, "three are another conversation than two of them");
    let nobody = User { id: UserId::parse("nobody").unwrap(), ..eve.clone() };
    assert_eq!(bench.write(&ada, open("d6", &[&nobody])).await, Err(Code::NotFound));
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn a_server_has_one_first_owner(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (ada, bob) = (bench.ada.clone(), bench.bob.clone());
    let refused = bench.store.set_server_role(&ada.id, ServerRole::Owner, true).await.unwrap().unwrap_err();
    assert_eq!(refused.code, Code::NotFound, "a guest has no role");
    let (ada, bob) = (bench.account(&ada).await, bench.account(&bob).await);
    assert!(!bench.store.has_owner().await.unwrap());
    let owner = bench.store.set_server_role(&ada.id, ServerRole::Owner, true).await.unwrap().unwrap();
    assert_eq!((owner.role, bench.store.has_owner().await.unwrap()), (ServerRole::Owner, true));
    assert_eq!(bench.store.set_server_role(&bob.id, ServerRole::Owner, true).await.unwrap().unwrap_err().code, Code::Forbidden);
    bench.store.set_server_role(&bob.id, ServerRole::Moderator, false).await.unwrap().unwrap();
    let found = bench.store.find_users("BO", 10).await.unwrap();
    assert_eq!(found.iter().map(|user| (user.name.as_str(), user.role)).collect::<Vec<_>>(), [("bob", ServerRole::Moderator)]);
    let known = bench.store.known(&ada, &bob.id).await.unwrap().unwrap();
    assert_eq!((known.user.id, known.since, known.rooms.len()), (bob.id.clone(), 1_000, 0));
    // He keeps order in the lobby, where he has no other role.
    let said = bench.say(&ada, "m1", "hello").await;
    let bob = found.into_iter().next().unwrap();
    let target = bench.place(&said).await;
    let delete = MessageDelete { room: bench.lobby.clone(), client_id: id("d"), after: None, target };
    bench.write(&bob, EntryRequest::Delete(delete)).await.unwrap();
}
