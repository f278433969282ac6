//! What somebody is called.

use std::sync::Arc;

use chat_proto::error::{Code, Error};
use chat_proto::event::UserChanged;
use chat_proto::name::{DisplayName, confusable_key};
use chat_proto::user::User;

use crate::fanout::{Audience, Notice};
use crate::service::{Caller, Service, lock, unavailable};

impl Service {
    /// Changes the caller's display name, on all of their connections.
    pub(super) async fn rename(&self, caller: &Caller, name: &DisplayName) -> Result<User, Error> {
        lock(&self.rename_rates).take(&caller.user.id, self.now()).map_err(|wait| {
            Error::new(Code::SlowDown, format!("Too many new names. Try again in {} s.", wait.div_ceil(1_000))).after(wait)
        })?;
        let mine = caller.passing && confusable_key(name.as_str()) == confusable_key(caller.user.name.as_str());
        if self.passing.contains(&confusable_key(name.as_str())) && !mine {
            let mut error = Error::new(Code::NameTaken, format!("The name {name} is taken, or looks like one that is. Choose another."));
            error.field = Some("name".to_owned());
            return Err(error);
        }
        let user = self.store.rename(&caller.user, name, self.now()).await.map_err(|error| unavailable(&error))??;
        if caller.passing {
            self.passing.release(&caller.user.name, &caller.user.id);
            self.passing.take(name, &caller.user.id);
        }
        self.tell_who(&user);
        Ok(user)
    }

    /// Lets all connections and all rooms of a user know who they are now.
    pub(super) fn tell_who(&self, user: &User) {
        self.change_user(&user.id, |caller| caller.user = user.clone());
        let rooms = {
            let mut presence = lock(&self.presence);
            presence.renamed(user);
            presence.rooms_of(&user.id)
        };
        let notice = Arc::new(Notice::User(UserChanged { user: user.clone() }));
        self.fanout.notify(Audience::User(user.id.clone()), notice.clone());
        for room in rooms {
            self.fanout.notify(Audience::Room(room), notice.clone());
        }
    }
}
