//! Who is whose friend: the question, the answer and the end, and the room in which an account speaks to
//! its friends.

use chat_proto::entry::{Add, Body, FriendChange, FriendNews, FriendNote, Join, Leave, Remove};
use chat_proto::error::{Code, Error};
use chat_proto::id::UserId;
use chat_proto::limits;
use chat_proto::place::Millis;
use chat_proto::request::friend_list::Friendship;
use chat_proto::request::room_create::RoomCreated;
use chat_proto::request::stored::Stored;
use chat_proto::room::{History, Inviters, Post, RoomKind, RoomRole, RoomSettings};
use chat_proto::user::{User, UserKind};

use crate::domain::decide::people::nobody;
use crate::domain::decide::{Desk, Draft, FriendshipChange, Moves, Visits, field, repeat};
use crate::domain::facts::{RoomFacts, friends_key, mirrored};
use crate::domain::write::{Write, Written};

/// What somebody wants of a friendship.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Ask,
    Accept,
    Refuse,
    Remove,
}

impl Desk<'_, '_> {
    /// Somebody asks, answers, or ends it.
    ///
    /// What it comes to stands in two inboxes, and where friends are won or lost in the rooms of both: the
    /// entry in the doer's own inbox has the request's client id, by which a repeat is found.
    pub(super) fn befriend(&mut self, write: &Write, step: Step, user: &UserId) -> Result<Written, Error> {
        let me = &write.author;
        if let Some(inbox) = self.facts.inboxes.get(&me.id)
            && let Some(known) = self.facts.known.get(&(inbox.clone(), me.id.clone(), write.request.client_id().clone()))
        {
            return repeat(known.digest, write.digest).map(|()| Written::Stored(known.stored.clone()));
        }
        self.has_account(me)?;
        let other = self.account_meant(me, user)?;
        let change = change(step, self.friendship(me, &other), &other)?;
        self.has_room_for(change, me, &other)?;
        self.charge(write)?;
        self.charge_question(write, change)?;
        match change {
            FriendChange::Accepted => self.open_rooms(me, &other),
            FriendChange::Ended => self.close_rooms(me, &other),
            FriendChange::Asked | FriendChange::Refused | FriendChange::Withdrawn | FriendChange::Unknown => {}
        }
        let news = self.client_id();
        self.tell(&other, Draft::by(me, &news, Body::FriendNews(FriendNews { change }), Moves::default()));
        let note = Body::FriendNote(FriendNote { user: other.author(), change });
        let stored = self.tell(me, Draft::of(write, note, Moves::default()));
        self.stand(me, &other, change, stored.time);
        Ok(Written::Stored(stored))
    }

    /// Somebody wants the room in which they speak to their friends, who may still have none.
    pub(super) fn open_friends(&mut self, write: &Write) -> Result<Written, Error> {
        self.has_account(&write.author)?;
        let RoomFacts { room, head, head_id, time, n, .. } = self.friends_room(&write.author);
        let id = head_id.ok_or_else(nobody)?;
        Ok(Written::Created(RoomCreated { room, stored: Stored { seq: head, id, time, n } }))
    }

    /// By what is stored of them at this moment, not by what was known when they asked.
    fn has_account(&self, user: &User) -> Result<(), Error> {
        match self.facts.people.get(&user.id).map(|known| known.kind) {
            Some(UserKind::Account) => Ok(()),
            _ => Err(Error::new(Code::Forbidden, "Only accounts have friends. Make one first: /register NAME.")),
        }
    }

    fn account_meant(&self, me: &User, user: &UserId) -> Result<User, Error> {
        if *user == me.id {
            return Err(Error::invalid("user", "is yourself"));
        }
        match self.facts.people.get(user) {
            Some(other) if other.kind == UserKind::Account => Ok(other.clone()),
            Some(other) if other.kind == UserKind::Guest => {
                let message = format!("{} is a guest, and only accounts have friends.", other.name);
                Err(field(Error::new(Code::Forbidden, message), "user"))
            }
            _ => Err(field(nobody(), "user")),
        }
    }

    /// Whether there is still room for what would be.
    fn has_room_for(&self, change: FriendChange, me: &User, other: &User) -> Result<(), Error> {
        let count = |user: &User, state| self.facts.friend_counts.get(&(user.id.clone(), state)).copied().unwrap_or(0);
        let (friends, questions) = (limits::FRIENDS, limits::FRIEND_QUESTIONS);
        let full = match change {
            FriendChange::Asked if count(me, Friendship::YouAsked) >= questions => {
                format!("{questions} people have not answered you yet, which is the most. Take a question back first.")
            }
            FriendChange::Asked if count(other, Friendship::AsksYou) >= questions => {
                format!("{} is asked by too many people already. Try it again another day.", other.name)
            }
            FriendChange::Asked | FriendChange::Accepted if count(me, Friendship::Friends) >= friends => {
                format!("You have {friends} friends, which is the most.")
            }
            FriendChange::Accepted if count(other, Friendship::Friends) >= friends => {
                format!("{} has {friends} friends, which is the most.", other.name)
            }
            FriendChange::Asked
            | FriendChange::Accepted
            | FriendChange::Refused
            | FriendChange::Withdrawn
            | FriendChange::Ended
            | FriendChange::Unknown => return Ok(()),
        };
        Err(field(Error::new(Code::Forbidden, full), "user"))
    }

    /// A question is a line in somebody's inbox who did not ask for it.
    fn charge_question(&mut self, write: &Write, change: FriendChange) -> Result<(), Error> {
        if change != FriendChange::Asked {
            return Ok(());
        }
        self.context.questions.take(&write.author.id, self.context.now).map_err(|wait| {
            let seconds = wait.div_ceil(1_000);
            Error::new(Code::SlowDown, format!("Too many people asked to be friends. Ask again in {seconds} s.")).after(wait)
        })
    }

    /// The two are friends from here on: each reads what the other says to their friends.
    fn open_rooms(&mut self, me: &User, other: &User) {
        let join = self.client_id();
        let theirs = self.friends_room(other);
        self.push(&theirs, Draft::by(me, &join, Body::Join(Join {}), Moves::joins(&me.id, RoomRole::Member)));
        let add = self.client_id();
        let mine = self.friends_room(me);
        self.push(&mine, Draft::by(me, &add, Body::Add(Add { user: other.author() }), Moves::joins(&other.id, RoomRole::Member)));
    }

    /// The two are friends up to here. The own room goes first: nothing that is said from now on is heard.
    fn close_rooms(&mut self, me: &User, other: &User) {
        let remove = self.client_id();
        let mine = self.friends_room(me);
        let body = Body::Remove(Remove { user: other.author() });
        self.push(&mine, Draft::by(me, &remove, body, Moves::leaves(&other.id, Visits::OfLeaving)));
        let leave = self.client_id();
        let theirs = self.friends_room(other);
        self.push(&theirs, Draft::by(me, &leave, Body::Leave(Leave {}), Moves::leaves(&me.id, Visits::OfLeaving)));
    }

    /// The room in which that account speaks to its friends as it stands now; it is made when it is first needed.
    fn friends_room(&mut self, user: &User) -> RoomFacts {
        let known = self.facts.friends_rooms.get(&user.id).and_then(|id| self.facts.rooms.get(id)).cloned();
        known.unwrap_or_else(|| {
            let settings =
                RoomSettings { post: Post::Moderators, invite: Inviters::Moderators, history: History::Joined, ..RoomSettings::default() };
            let room = self.make_own(user, RoomKind::Friends, settings, friends_key(&user.id), RoomRole::Owner);
            self.facts.friends_rooms.insert(user.id.clone(), room.room.id.clone());
            room
        })
    }

    fn friendship(&self, me: &User, other: &User) -> Friendship {
        self.facts.friendships.get(&(me.id.clone(), other.id.clone())).copied().unwrap_or_default()
    }

    /// Notes how the two stand to one another from here on.
    fn stand(&mut self, me: &User, other: &User, change: FriendChange, since: Millis) {
        let state = match change {
            FriendChange::Asked => Friendship::YouAsked,
            FriendChange::Accepted => Friendship::Friends,
            FriendChange::Refused | FriendChange::Withdrawn | FriendChange::Ended | FriendChange::Unknown => Friendship::None,
        };
        for (user, other, state) in [(me, other, state), (other, me, mirrored(state))] {
            let before = self.facts.friendships.insert((user.id.clone(), other.id.clone()), state).unwrap_or_default();
            let count = self.facts.friend_counts.entry((user.id.clone(), before)).or_default();
            *count = count.saturating_sub(1);
            *self.facts.friend_counts.entry((user.id.clone(), state)).or_default() += 1;
        }
        self.decision.friendships.push(FriendshipChange { user: me.id.clone(), other: other.id.clone(), state, since });
    }
}

/// What the step comes to, by how the two stand to one another; `state` is how the one who takes it sees it.
fn change(step: Step, state: Friendship, other: &User) -> Result<FriendChange, Error> {
    let name = &other.name;
    let not_found = |message: String| field(Error::new(Code::NotFound, message), "user");
    match (step, state) {
        (Step::Ask, Friendship::None | Friendship::Unknown) => Ok(FriendChange::Asked),
        // Both want it: nobody has to answer any more.
        (Step::Ask | Step::Accept, Friendship::AsksYou) => Ok(FriendChange::Accepted),
        (Step::Ask, Friendship::YouAsked) => Err(Error::invalid("user", "was asked already, and has not answered yet")),
        (Step::Ask | Step::Accept, Friendship::Friends) => Err(Error::invalid("user", "is your friend already")),
        (Step::Refuse, Friendship::AsksYou) => Ok(FriendChange::Refused),
        (Step::Refuse, Friendship::Friends) => Err(Error::invalid("user", "is your friend already: `friend:remove` ends that")),
        (Step::Accept | Step::Refuse, Friendship::None | Friendship::YouAsked | Friendship::Unknown) => {
            Err(not_found(format!("{name} does not ask to be your friend.")))
        }
        (Step::Remove, Friendship::Friends) => Ok(FriendChange::Ended),
        (Step::Remove, Friendship::YouAsked) => Ok(FriendChange::Withdrawn),
        (Step::Remove, Friendship::AsksYou) => Err(Error::invalid("user", "asks to be your friend: `friend:refuse` says no")),
        (Step::Remove, Friendship::None | Friendship::Unknown) => Err(not_found(format!("{name} is not your friend, and was not asked."))),
    }
}
