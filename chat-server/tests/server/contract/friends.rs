//! Friends: questions and answers, what is told of them, and which part of what a friend says is read.

use chat_proto::entry::{Entry, FriendChange};
use chat_proto::limits;
use chat_proto::place::Mark;
use chat_proto::request::friend_list::Friendship;
use chat_proto::request::{FriendAccept, FriendAsk, FriendRefuse, FriendRemove};
use chat_proto::room::{History, Inviters, Post, RoomKind, RoomRole, RoomSettings};
use chat_proto::text::SearchText;
use chat_proto::user::ServerRole;
use chat_server::domain::search::parse;
use chat_server::domain::write::OpenFriends;
use chat_server::storage::Search;

use super::*;

fn ask(client_id: &str, user: &User) -> EntryRequest {
    EntryRequest::FriendAsk(FriendAsk { client_id: id(client_id), user: user.id.clone() })
}

fn accept(client_id: &str, user: &User) -> EntryRequest {
    EntryRequest::FriendAccept(FriendAccept { client_id: id(client_id), user: user.id.clone() })
}

fn refuse(client_id: &str, user: &User) -> EntryRequest {
    EntryRequest::FriendRefuse(FriendRefuse { client_id: id(client_id), user: user.id.clone() })
}

fn end(client_id: &str, user: &User) -> EntryRequest {
    EntryRequest::FriendRemove(FriendRemove { client_id: id(client_id), user: user.id.clone() })
}

impl Bench {
    /// Ada and Bob, who have accounts.
    async fn accounts(kind: Kind) -> (Self, User, User) {
        let mut bench = Self::new(kind).await;
        let (ada, bob) = (bench.ada.clone(), bench.bob.clone());
        let (ada, bob) = (bench.account(&ada).await, bench.account(&bob).await);
        (bench, ada, bob)
    }

    async fn somebody(&mut self, name: &str) -> User {
        let NewUser { id, name, color, .. } = new_user(name);
        let identity = Some(Identity::parse(name.as_str()).unwrap());
        let user = User { id, name, color, kind: UserKind::Account, identity, role: ServerRole::Member };
        self.store.add_account(&user, "hash", self.now).await.unwrap().unwrap()
    }

    /// What becomes of it, as a word.
    async fn comes_to(&mut self, author: &User, request: EntryRequest) -> Result<Stored, (Code, Option<String>)> {
        self.one(author, request).await.map_err(|error| (error.code, error.field))
    }

    async fn befriend(&mut self, ada: &User, bob: &User) {
        let (asks, accepts) = (format!("ask{}", self.now), format!("accept{}", self.now));
        self.one(ada, ask(&asks, bob)).await.unwrap();
        self.one(bob, accept(&accepts, ada)).await.unwrap();
    }

    async fn room_of(&self, reader: &User, kind: RoomKind, owner: Option<&User>) -> Option<RoomState> {
        let rooms = self.store.rooms_of(reader, &[]).await.unwrap().into_iter();
        let owners = owner.map(|owner| vec![owner.id.clone()]).unwrap_or_default();
        rooms
            .filter(|state| state.room.kind == kind)
            .find(|state| state.people.iter().map(|user| user.id.clone()).collect::<Vec<_>>() == owners)
    }

    /// The room in which somebody speaks to their friends, as they see it.
    async fn own(&self, user: &User) -> RoomState {
        self.room_of(user, RoomKind::Friends, None).await.unwrap()
    }

    async fn states(&self, user: &User) -> Vec<(String, Friendship)> {
        let friends = self.store.friends(user).await.unwrap();
        friends.into_iter().map(|friend| (friend.user.name.to_string(), friend.state)).collect()
    }

    /// What somebody's inbox tells of friends: who did what, and whether to its reader.
    async fn told(&self, user: &User) -> Vec<(String, FriendChange, bool)> {
        let inbox = self.room_of(user, RoomKind::Inbox, None).await.unwrap().room.id;
        let page = self.page(user, |request| request.room = inbox).await.unwrap();
        page.entries
            .iter()
            .filter_map(|entry| told_by(entry).map(|(change, to_me)| (entry.author.name.to_string(), change, to_me)))
            .collect()
    }

    async fn hits(&self, reader: &User, query: &str) -> Vec<u64> {
        let asked = parse(&SearchText::parse(query).unwrap()).unwrap();
        let search = Search { asked, room: None, before: None, limit: 20 };
        self.store.search(reader, &search).await.unwrap().unwrap().hits.iter().map(|hit| hit.entry.seq).collect()
    }
}

fn told_by(entry: &Entry) -> Option<(FriendChange, bool)> {
    match &entry.body {
        Body::FriendNews(news) => Some((news.change, true)),
        Body::FriendNote(note) => Some((note.change, false)),
        _ => None,
    }
}

fn kinds(page: &Page) -> Vec<(&str, &str)> {
    let kind = |body: &Body| match body {
        Body::Create(_) => "create",
        Body::Join(_) => "join",
        Body::Leave(_) => "leave",
        Body::Add(_) => "add",
        Body::Remove(_) => "remove",
        Body::Message(_) => "message",
        other => panic!("{other:?}"),
    };
    page.entries.iter().map(|entry| (entry.author.name.as_str(), kind(&entry.body))).collect()
}

fn named(field: &str) -> Option<String> {
    Some(field.to_owned())
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn who_is_asked_and_says_yes_is_a_friend(#[case] kind: Kind) {
    let (mut bench, ada, bob) = Bench::accounts(kind).await;
    assert_eq!(bench.states(&ada).await, []);
    bench.one(&ada, ask("a1", &bob)).await.unwrap();
    assert_eq!(bench.states(&ada).await, [("bob".to_owned(), Friendship::YouAsked)]);
    assert_eq!(bench.states(&bob).await, [("ada".to_owned(), Friendship::AsksYou)]);
    let known = bench.store.known(&bob, &ada.id).await.unwrap().unwrap();
    assert_eq!(known.friendship, Friendship::AsksYou);
    assert!(bench.room_of(&ada, RoomKind::Friends, None).await.is_none(), "a question makes no room");
    assert_eq!(bench.room_of(&bob, RoomKind::Inbox, None).await.unwrap().read.unread, 1);
    let own_inbox = bench.room_of(&ada, RoomKind::Inbox, None).await.unwrap();
    assert_eq!((own_inbox.n, own_inbox.read.unread), (0, 0), "what one did oneself is nothing to read");

    bench.one(&bob, accept("b1", &ada)).await.unwrap();
    assert_eq!(bench.states(&ada).await, [("bob".to_owned(), Friendship::Friends)]);
    assert_eq!(bench.states(&bob).await, [("ada".to_owned(), Friendship::Friends)]);
    assert_eq!(bench.store.friends(&ada).await.unwrap()[0].since, bench.now);
    use FriendChange::{Accepted, Asked};
    let name = |name: &str| name.to_owned();
    assert_eq!(bench.told(&ada).await, [(name("ada"), Asked, false), (name("bob"), Accepted, true)]);
    assert_eq!(bench.told(&bob).await, [(name("ada"), Asked, true), (name("bob"), Accepted, false)]);
    assert_eq!(bench.room_of(&ada, RoomKind::Inbox, None).await.unwrap().read.unread, 1);

    // Each has a room in which they speak, and is in the other's.
    for (me, other, entries) in [(&ada, &bob, [("ada", "create"), ("bob", "join")]), (&bob, &ada, [("bob", "create"), ("bob", "add")])] {
        let mine = bench.own(me).await;
        assert_eq!((mine.role, mine.n, mine.read.unread), (RoomRole::Owner, 0, 0));
        let rules = RoomSettings { post: Post::Moderators, invite: Inviters::Moderators, history: History::Joined, archived: false };
        assert_eq!(mine.room.settings, rules);
        assert_eq!(kinds(&bench.in_room(me, &mine.room.id).await.unwrap()), entries);
        let theirs = bench.room_of(other, RoomKind::Friends, Some(me)).await.unwrap();
        assert_eq!((theirs.room.id, theirs.role), (mine.room.id.clone(), RoomRole::Member));
        let members = bench.store.members(other, &mine.room.id).await.unwrap().unwrap();
        assert_eq!(members.len(), 2);
        let own = bench.store.room_ids_of(me).await.unwrap().into_iter().find(|room| room.id == mine.room.id).unwrap();
        assert_eq!((own.kind, own.members), (RoomKind::Friends, 2));
    }
    let (rooms, conversations) = bench.store.all_rooms().await.unwrap();
    assert_eq!((rooms.len(), conversations), (1, 0), "what friends say is listed to nobody");
    let find = RoomFind { name: RoomName::parse("friends").unwrap() };
    assert_eq!(bench.store.find_room(&ada, &find).await.unwrap().unwrap_err().code, Code::NotFound);
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn every_step_has_its_place(#[case] kind: Kind) {
    let (mut bench, ada, bob) = Bench::accounts(kind).await;
    let guest = bench.store.guest(&[9; 32], &new_user("gast"), 1_000).await.unwrap();
    let nobody = User { id: UserId::parse("nobody").unwrap(), ..guest.clone() };
    let user = || named("user");
    assert_eq!(bench.comes_to(&guest, ask("g1", &ada)).await, Err((Code::Forbidden, None)), "a guest asks");
    assert_eq!(bench.comes_to(&ada, ask("1", &guest)).await, Err((Code::Forbidden, user())), "a guest is asked");
    assert_eq!(bench.comes_to(&ada, ask("2", &ada)).await, Err((Code::Invalid, user())), "oneself");
    assert_eq!(bench.comes_to(&ada, ask("3", &nobody)).await, Err((Code::NotFound, user())));
    for (client_id, request) in [("4", accept as fn(&str, &User) -> EntryRequest), ("5", refuse), ("6", end)] {
        assert_eq!(bench.comes_to(&ada, request(client_id, &bob)).await, Err((Code::NotFound, user())), "{client_id}: nobody has asked");
    }
    bench.one(&ada, ask("7", &bob)).await.unwrap();
    assert_eq!(bench.comes_to(&ada, ask("8", &bob)).await, Err((Code::Invalid, user())), "asked twice");
    assert_eq!(bench.comes_to(&ada, accept("9", &bob)).await, Err((Code::NotFound, user())), "an own question");
    assert_eq!(bench.comes_to(&ada, refuse("10", &bob)).await, Err((Code::NotFound, user())));
    assert_eq!(bench.comes_to(&bob, end("b1", &ada)).await, Err((Code::Invalid, user())), "a question is refused, not removed");
    assert_eq!(bench.room_of(&guest, RoomKind::Inbox, None).await.map(|state| state.n), None);

    // Refused, asked again, withdrawn, asked by the other, and both at once.
    bench.one(&bob, refuse("b2", &ada)).await.unwrap();
    assert_eq!((bench.states(&ada).await, bench.states(&bob).await), (vec![], vec![]));
    assert_eq!(bench.comes_to(&bob, accept("b3", &ada)).await, Err((Code::NotFound, user())));
    bench.one(&ada, ask("11", &bob)).await.unwrap();
    bench.one(&ada, end("12", &bob)).await.unwrap();
    assert_eq!((bench.states(&ada).await, bench.states(&bob).await), (vec![], vec![]));
    bench.one(&bob, ask("b4", &ada)).await.unwrap();
    bench.one(&ada, ask("13", &bob)).await.unwrap();
    assert_eq!(bench.states(&bob).await, [("ada".to_owned(), Friendship::Friends)]);
    for request in [ask as fn(&str, &User) -> EntryRequest, accept, refuse] {
        assert_eq!(bench.comes_to(&bob, request("b5", &ada)).await, Err((Code::Invalid, user())), "friends already");
    }
    bench.one(&bob, end("b6", &ada)).await.unwrap();
    assert_eq!((bench.states(&ada).await, bench.states(&bob).await), (vec![], vec![]));

    // Only what somebody likes to read is a line that counts; what one did oneself is one that does not.
    use FriendChange::{Accepted, Asked, Ended, Refused, Withdrawn};
    let of = |told: Vec<(String, FriendChange, bool)>, to_me: bool| -> Vec<FriendChange> {
        told.into_iter().filter(|(_, _, told)| *told == to_me).map(|(_, change, _)| change).collect()
    };
    assert_eq!(of(bench.told(&ada).await, true), [Asked]);
    assert_eq!(of(bench.told(&ada).await, false), [Asked, Asked, Withdrawn, Accepted]);
    assert_eq!(of(bench.told(&bob).await, true), [Asked, Asked, Accepted]);
    assert_eq!(of(bench.told(&bob).await, false), [Refused, Asked, Ended]);
    assert_eq!(bench.room_of(&bob, RoomKind::Inbox, None).await.unwrap().n, 3);
    // In silence, but live: these stand in the log.
    let inbox = bench.room_of(&ada, RoomKind::Inbox, None).await.unwrap();
    assert_eq!((inbox.n, inbox.head.seq), (1, 1 + 4 + 1 + 2), "created, four notes, one line, refused and ended");
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn pages_of_an_inbox_hold_lines_alone(#[case] kind: Kind) {
    let (mut bench, ada, bob) = Bench::accounts(kind).await;
    bench.one(&ada, ask("a", &bob)).await.unwrap();
    for number in 0..20 {
        bench.one(&bob, refuse(&format!("b{number}"), &ada)).await.unwrap();
        bench.one(&ada, ask(&format!("a{number}"), &bob)).await.unwrap();
    }
    let inbox = bench.room_of(&ada, RoomKind::Inbox, None).await.unwrap();
    let (epoch, head) = (inbox.epoch.clone(), inbox.head.clone());
    assert_eq!(head.seq, 1 + 21 + 20);
    let mut covered = Vec::new();
    let mut before = None;
    loop {
        let page = bench
            .page(&ada, |request| {
                request.room = inbox.room.id.clone();
                (request.before, request.limit) = (before, Some(5));
            })
            .await
            .unwrap();
        assert!(page.entries.len() <= 5 && page.entries.iter().all(|entry| entry.body.draws_line()) && page.amendments.is_empty());
        covered.extend(page.entries.iter().rev().map(|entry| entry.seq));
        if page.from == 1 {
            break;
        }
        before = Some(page.from);
    }
    assert_eq!(covered.len(), 22, "the beginning and 21 questions, each once: {covered:?}");
    let after = bench
        .page(&ada, |request| {
            request.room = inbox.room.id.clone();
            (request.after, request.place) = (Some(head.seq), Some(Mark::at(&head, &epoch)));
        })
        .await;
    assert_eq!(after.unwrap().head, head);
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn a_repeat_gets_the_first_answer_whatever_has_become_of_it(#[case] kind: Kind) {
    let (mut bench, ada, bob) = Bench::accounts(kind).await;
    let cyd = bench.somebody("cyd").await;
    let twice = vec![Write::new(ada.clone(), ask("same", &bob)), Write::new(ada.clone(), ask("same", &bob))];
    let committed = bench.commit(twice).await;
    assert_eq!(committed.outcomes[0].as_ref().unwrap(), committed.outcomes[1].as_ref().unwrap());
    let asked = bench.one(&ada, ask("same", &bob)).await.unwrap();
    assert_eq!(committed.outcomes[0].as_ref().unwrap(), &Written::Stored(asked.clone()));
    for other in [ask("same", &cyd), end("same", &bob)] {
        assert_eq!(bench.comes_to(&ada, other).await, Err((Code::Conflict, named("client_id"))));
    }
    let accepted = bench.one(&bob, accept("same", &ada)).await.unwrap();
    bench.one(&ada, end("gone", &bob)).await.unwrap();
    let before: Vec<Mark> = [bench.own(&ada).await.head, bench.own(&bob).await.head].into();
    assert_eq!(bench.one(&bob, accept("same", &ada)).await.unwrap(), accepted);
    assert_eq!(bench.one(&ada, ask("same", &bob)).await.unwrap(), asked);
    assert_eq!((bench.states(&ada).await, before), (vec![], [bench.own(&ada).await.head, bench.own(&bob).await.head].into()));
    // The answer tells where the entry stands in the own inbox.
    let inbox = bench.room_of(&bob, RoomKind::Inbox, None).await.unwrap().room.id;
    let page = bench.in_room(&bob, &inbox).await.unwrap();
    let own = page.entries.iter().find(|entry| entry.id == accepted.id).unwrap();
    assert_eq!((own.seq, own.author.id.clone(), own.client_id.as_str()), (accepted.seq, bob.id.clone(), "same"));
}

/// A client id is one request's in one room. What a request brings along in other rooms has ids of its own, so
/// that nobody makes a batch fail by an id that stands there already.
#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn one_client_id_for_everything_breaks_nothing(#[case] kind: Kind) {
    let (mut bench, ada, bob) = Bench::accounts(kind).await;
    let room = bench.private_room(&ada, History::All).await;
    bench.one(&ada, ask("x", &bob)).await.unwrap();
    bench.one(&bob, accept("x", &ada)).await.unwrap();
    let own = bench.own(&ada).await.room.id;
    let said = bench.one(&ada, say(&own, "x", None, "hello")).await.unwrap();
    let place = Place { epoch: bench.own(&ada).await.epoch, seq: said.seq, id: said.id };
    bench.one(&bob, react(&own, "x", place, true)).await.unwrap();
    let invite = chat_proto::request::RoomInvite { room, user: bob.id.clone(), client_id: id("x"), after: None };
    bench.one(&ada, EntryRequest::Invite(invite)).await.unwrap();
    assert_eq!(bench.comes_to(&bob, end("x", &ada)).await, Err((Code::Conflict, named("client_id"))));
    let batch = vec![Write::new(bob.clone(), end("y", &ada)), Write::new(bob.clone(), ask("z", &ada)), Write::new(ada, accept("y", &bob))];
    assert_eq!(codes(&bench.commit(batch).await), [None, None, None]);
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn one_reads_what_a_friend_says_while_it_is_one(#[case] kind: Kind) {
    let (mut bench, ada, bob) = Bench::accounts(kind).await;
    let cyd = bench.somebody("cyd").await;
    bench.befriend(&ada, &cyd).await;
    let own = bench.own(&ada).await;
    let (own, epoch) = (own.room.id, own.epoch);
    let place = |stored: &Stored| Place { epoch: epoch.clone(), seq: stored.seq, id: stored.id.clone() };
    let early = bench.one(&ada, say(&own, "m1", None, "before bob came")).await.unwrap();
    assert_eq!(bench.in_room(&bob, &own).await, Err(Code::NotFound), "of a stranger's room nothing is known");
    bench.befriend(&ada, &bob).await;
    let middle = bench.one(&ada, say(&own, "m2", None, "while bob is here")).await.unwrap();
    let page = bench.in_room(&bob, &own).await.unwrap();
    assert_eq!((texts(&page), page.hidden.clone()), (vec!["while bob is here"], vec![(1, early.seq)]));
    assert_eq!(bench.state_of(&bob, &own).await.unwrap().read.unread, 1);
    for (author, code) in [(&bob, Code::Forbidden), (&cyd, Code::Forbidden)] {
        assert_eq!(bench.one(author, say(&own, "no", None, "mine")).await.unwrap_err().code, code, "only whose room it is");
    }
    bench.one(&bob, react(&own, "r1", place(&middle), true)).await.unwrap();

    // The end and a secret in one batch; then changes of what was said before, and one thing taken back.
    let committed =
        bench.commit(vec![Write::new(ada.clone(), end("e1", &bob)), Write::new(ada.clone(), say(&own, "m3", None, "a secret"))]).await;
    assert_eq!(codes(&committed), [None, None]);
    let in_own: Vec<_> = committed.entries.iter().filter(|entry| entry.room == own).collect();
    assert!(matches!(in_own[0].entry.body, Body::Remove(_)) && in_own[0].moves.leaves == [bob.id.clone()]);
    assert!(in_own.iter().all(|entry| entry.kind == RoomKind::Friends));
    let ended = in_own[0].entry.seq;
    let edit = MessageEdit {
        room: own.clone(),
        client_id: id("e2"),
        after: None,
        target: place(&middle),
        content: content("edited after"),
        mentions: vec![],
    };
    bench.one(&ada, EntryRequest::Edit(edit)).await.unwrap();
    assert_eq!(bench.state_of(&bob, &own).await, None);
    let page = bench.in_room(&bob, &own).await.unwrap();
    assert_eq!((texts(&page), page.head.seq, page.to.as_ref().unwrap().seq), (vec!["while bob is here"], ended, ended));
    assert_eq!((page.hidden, page.amendments), (vec![(1, early.seq)], vec![]), "the log ends there for him");
    let beyond = bench.page(&bob, |request| (request.room, request.after) = (own.clone(), Some(ended))).await.unwrap();
    assert_eq!((beyond.entries, beyond.to, beyond.head.seq), (vec![], None, ended));
    let around = bench.page(&bob, |request| (request.room, request.around) = (own.clone(), Some(ended + 1))).await.unwrap();
    assert_eq!((around.head.seq, around.to.unwrap().seq), (ended, ended));
    let forward =
        bench.page(&bob, |request| (request.room, request.after, request.limit) = (own.clone(), Some(1), Some(50))).await.unwrap();
    assert_eq!((texts(&forward), forward.to.as_ref().unwrap().seq), (vec!["while bob is here"], ended));
    let delete = MessageDelete { room: own.clone(), client_id: id("d1"), after: None, target: place(&middle) };
    bench.one(&ada, EntryRequest::Delete(delete)).await.unwrap();
    let page = bench.in_room(&bob, &own).await.unwrap();
    assert_eq!((texts(&page), page.amendments.len(), page.head.seq), (vec![""], 1, ended), "what is taken back is gone for him, too");
    for request in [react(&own, "r2", place(&early), true), say(&own, "m4", None, "x")] {
        assert_eq!(bench.one(&bob, request).await.unwrap_err().code, Code::Forbidden);
    }
    assert_eq!(bench.store.members(&bob, &own).await.unwrap().unwrap_err().code, Code::Forbidden);

    // Friends again: what was said between stays hidden.
    bench.befriend(&bob, &ada).await;
    let again = bench.one(&ada, say(&own, "m5", None, "welcome back")).await.unwrap();
    let page = bench.in_room(&bob, &own).await.unwrap();
    assert_eq!((texts(&page), page.head.seq), (vec!["", "welcome back"], again.seq));
    assert_eq!(page.hidden.len(), 2, "{:?}", page.hidden);
    assert_eq!(bench.state_of(&bob, &own).await.unwrap().read.unread, 1);
    let whole = bench.in_room(&cyd, &own).await.unwrap();
    assert_eq!((texts(&whole).len(), whole.hidden.len()), (4, 1), "another friend was there all along");
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn search_finds_what_a_friend_said_while_it_was_one(#[case] kind: Kind) {
    let (mut bench, ada, bob) = Bench::accounts(kind).await;
    let cyd = bench.somebody("cyd").await;
    bench.befriend(&ada, &cyd).await;
    let own = bench.own(&ada).await.room.id;
    bench.one(&ada, say(&own, "m1", None, "harbour one")).await.unwrap();
    bench.befriend(&ada, &bob).await;
    let heard = bench.one(&ada, say(&own, "m2", None, "harbour two")).await.unwrap();
    assert_eq!(bench.hits(&bob, "harbour").await, [heard.seq]);
    assert_eq!(bench.hits(&bob, "harbour in:friends from:ada").await, [heard.seq]);
    bench.one(&bob, end("e1", &ada)).await.unwrap();
    bench.one(&ada, say(&own, "m3", None, "harbour three")).await.unwrap();
    assert_eq!(bench.hits(&bob, "harbour").await, [heard.seq]);
    assert_eq!(bench.hits(&cyd, "harbour").await.len(), 3);
    let stranger = bench.somebody("eve").await;
    assert_eq!(bench.hits(&stranger, "harbour").await, [] as [u64; 0]);
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn questions_have_a_limit(#[case] kind: Kind) {
    let (mut bench, ada, bob) = Bench::accounts(kind).await;
    let most = limits::FRIEND_QUESTIONS as usize;
    let mut people = Vec::new();
    for number in 0..=most {
        people.push(bench.somebody(&format!("person-{number}")).await);
    }
    let writes = people[..most].iter().enumerate().map(|(number, person)| Write::new(ada.clone(), ask(&format!("a{number}"), person)));
    assert!(codes(&bench.commit(writes.collect()).await).iter().all(Option::is_none));
    assert_eq!(bench.comes_to(&ada, ask("more", &people[most])).await, Err((Code::Forbidden, named("user"))));
    // One is taken back, one is answered: there is room for two.
    bench.one(&ada, end("back", &people[0])).await.unwrap();
    bench.one(&people[1], accept("yes", &ada)).await.unwrap();
    for (client_id, person) in [("again", &people[0]), ("more", &people[most])] {
        bench.one(&ada, ask(client_id, person)).await.unwrap();
    }
    assert_eq!(bench.comes_to(&ada, ask("one-more", &bob)).await, Err((Code::Forbidden, named("user"))));
    // So many ask one person, and no more, within one batch too.
    let writes = people.iter().enumerate().map(|(number, person)| Write::new(person.clone(), ask(&format!("b{number}"), &bob)));
    let refused = codes(&bench.commit(writes.collect()).await);
    assert_eq!((refused.iter().flatten().collect::<Vec<_>>(), refused[most]), (vec![&Code::Forbidden], Some(Code::Forbidden)));
    assert_eq!(bench.store.friends(&bob).await.unwrap().len(), most);
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn a_room_for_friends_is_made_once(#[case] kind: Kind) {
    let (mut bench, ada, bob) = Bench::accounts(kind).await;
    let open = |client_id: &str| EntryRequest::OpenFriends(OpenFriends { client_id: id(client_id) });
    let made = bench.one(&ada, open("o1")).await.unwrap();
    let own = bench.own(&ada).await;
    assert_eq!((own.head.seq, own.role), (made.seq, RoomRole::Owner));
    bench.one(&ada, say(&own.room.id, "m1", None, "to myself")).await.unwrap();
    let both = vec![Write::new(bob.clone(), open("o1")), Write::new(bob.clone(), open("o2")), Write::new(ada.clone(), open("o2"))];
    let committed = bench.commit(both).await;
    let room = |index: usize| match committed.outcomes[index].as_ref().unwrap() {
        Written::Created(created) => created.room.id.clone(),
        Written::Stored(stored) => panic!("{stored:?}"),
    };
    assert_eq!((room(0) == room(1), room(2)), (true, own.room.id.clone()));
    assert_eq!(committed.entries.len(), 1, "one room was made");
    bench.befriend(&bob, &ada).await;
    assert_eq!(bench.own(&ada).await.room.id, own.room.id);
    let page = bench.in_room(&bob, &own.room.id).await.unwrap();
    assert_eq!((texts(&page), page.hidden.clone()), (vec![], vec![(1, 2)]), "what was said before there were friends");
    let guest = bench.store.guest(&[9; 32], &new_user("gast"), 1_000).await.unwrap();
    assert_eq!(bench.comes_to(&guest, open("o3")).await, Err((Code::Forbidden, None)));
}

/// Not even the server itself, by its admin socket, changes anything about what friends say.
#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn the_server_keeps_out_of_it(#[case] kind: Kind) {
    use chat_proto::request::{RoomAdd, RoomConfigure, RoomRemove, RoomSetRole};
    use chat_proto::room::RoomChanges;
    let (mut bench, ada, bob) = Bench::accounts(kind).await;
    let cyd = bench.somebody("cyd").await;
    bench.befriend(&ada, &bob).await;
    let room = bench.own(&ada).await.room.id;
    let server = User { kind: UserKind::Server, identity: None, role: ServerRole::Owner, ..ada.clone() };
    let (client_id, after) = (id("s"), None);
    let changes = RoomChanges { archived: Some(true), ..RoomChanges::default() };
    let requests = [
        EntryRequest::Add(RoomAdd { room: room.clone(), user: cyd.id.clone(), client_id: client_id.clone(), after: after.clone() }),
        EntryRequest::Remove(RoomRemove { room: room.clone(), user: bob.id.clone(), client_id: client_id.clone(), after: after.clone() }),
        EntryRequest::Configure(RoomConfigure { room: room.clone(), client_id: client_id.clone(), after: after.clone(), changes }),
        EntryRequest::Topic(RoomSetTopic {
            room: room.clone(),
            client_id: client_id.clone(),
            after: after.clone(),
            topic: TopicText::parse("x").unwrap(),
        }),
        EntryRequest::Role(RoomSetRole { room: room.clone(), user: bob.id.clone(), role: RoomRole::Owner, client_id, after }),
        say(&room, "s2", None, "hear, hear"),
    ];
    for request in requests {
        let name = request.name();
        assert_eq!(bench.one(&server, request).await.unwrap_err().code, Code::Forbidden, "{name}");
    }
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn a_deleted_account_is_nobodys_friend(#[case] kind: Kind) {
    let (mut bench, ada, bob) = Bench::accounts(kind).await;
    let cyd = bench.somebody("cyd").await;
    bench.befriend(&ada, &bob).await;
    bench.one(&ada, ask("a1", &cyd)).await.unwrap();
    assert!(bench.store.delete_account(&ada.id, bench.now).await.unwrap());
    assert_eq!((bench.states(&bob).await, bench.states(&cyd).await), (vec![], vec![]));
    assert_eq!(bench.comes_to(&ada, ask("a2", &bob)).await, Err((Code::Forbidden, None)), "what it still asks for is refused");
    assert_eq!(bench.comes_to(&bob, ask("b9", &ada)).await, Err((Code::NotFound, named("user"))));
    assert_eq!(bench.comes_to(&cyd, accept("c9", &ada)).await, Err((Code::NotFound, named("user"))));
}
