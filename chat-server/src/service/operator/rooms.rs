//! Rooms, as the server's operator lists and deletes them.

use chat_proto::error::{Code, Error};
use chat_proto::request::stored::Done;
use chat_proto::room::RoomKind;
use tokio::sync::oneshot;

use crate::domain::access::What;
use crate::service::operator::{RoomDelete, RoomLine, RoomListAll, RoomListAllReply};
use crate::service::{Service, unavailable};
use crate::storage::RoomFacts;

impl Service {
    pub(super) async fn list_all_rooms(&self, _: RoomListAll) -> Result<RoomListAllReply, Error> {
        let (rooms, conversations) = self.store.all_rooms().await.map_err(|error| unavailable(&error))?;
        let line = |RoomFacts { room, members, messages }| RoomLine { room, members, messages };
        Ok(RoomListAllReply { rooms: rooms.into_iter().map(line).collect(), conversations })
    }

    pub(super) async fn delete_room(&self, request: RoomDelete) -> Result<Done, Error> {
        let room = self.may(&self.own_caller(), What::Rule, &request.room).await?;
        if !matches!(room.kind, RoomKind::Public | RoomKind::Private) {
            return Err(Error::new(Code::Forbidden, "Conversations and inboxes are their people's: only rooms are deleted."));
        }
        let (responder, answer) = oneshot::channel();
        self.enqueue_deletion(request.room, Box::new(move |result| drop(responder.send(result))));
        answer.await.unwrap_or_else(|_| Err(Error::new(Code::Unavailable, "The server is stopping."))).map(|()| Done {})
    }
}
