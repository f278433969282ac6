//! `chat-tui login`: signs in without the screen, and keeps the session's token.

use std::time::Duration;

use chat_proto::PROTOCOL;
use chat_proto::event::{Answer, AnyEvent, Outcome};
use chat_proto::handshake::{Auth, Versions};
use chat_proto::id::{Rid, ServerId};
use chat_proto::name::{DisplayName, Identity};
use chat_proto::request::AccountLogin;
use chat_proto::request::account_login::SignedIn;
use chat_proto::secret::Password;
use chat_proto::text::ClientName;
use tokio::sync::mpsc::unbounded_channel;

use crate::credentials::{File, Known};
use crate::effect::Emit;
use crate::event::Link;
use crate::network::Network;

/// How long the server may take for each step.
const PATIENCE: Duration = Duration::from_secs(20);

/// Signs in at the server and keeps the token; gives the name that one has there.
///
/// # Errors
/// A sentence for people.
pub fn login(url: &str, identity: Identity, password: Password, file: &File) -> Result<DisplayName, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    let name = DisplayName::parse(identity.as_str())?;
    let (server, SignedIn { token, user }) = runtime.block_on(ask(url, AccountLogin { identity, password }))?;
    let pair = Some((server, user.id.clone()));
    file.change(url, |kept| kept.account = Some(Known { name, token, pair }))?;
    Ok(user.name)
}

async fn ask(url: &str, request: AccountLogin) -> Result<(ServerId, SignedIn), String> {
    let (report, mut reports) = unbounded_channel();
    let mut network = Network::new(url.to_owned(), report);
    let auth = Auth { client: ClientName::parse(crate::CLIENT).ok(), protocol: Some(Versions::One(PROTOCOL)), ..Auth::default() };
    network.connect(1, &auth);
    let rid = Rid::parse("1")?;
    let mut server = None;
    loop {
        let next = tokio::time::timeout(PATIENCE, reports.recv()).await;
        let Ok(Some((_, link))) = next else { return Err(format!("{url} does not answer.")) };
        match link {
            Link::Refused(error) => return Err(error.message),
            Link::Down(reason) => return Err(format!("{url} cannot be reached: {reason}.")),
            Link::Unreadable(what) => return Err(format!("The server said something that this program cannot read: {what}")),
            Link::Wire(AnyEvent::Welcome(welcome)) => {
                server = Some(welcome.server.id);
                network.emit(Emit::new(rid.clone(), &request));
            }
            Link::Wire(AnyEvent::Answer(answer)) if answer.rid.as_ref() == Some(&rid) => {
                network.finish();
                let Answer { outcome, .. } = *answer;
                return match outcome {
                    Outcome::Ok(value) => {
                        let signed_in =
                            serde_json::from_value(value).map_err(|error| format!("The server's answer cannot be read: {error}."))?;
                        server.map(|server| (server, signed_in)).ok_or_else(|| "The server has not said which one it is.".to_owned())
                    }
                    Outcome::Error(error) => Err(error.message),
                };
            }
            Link::Wire(_) => {}
        }
    }
}
