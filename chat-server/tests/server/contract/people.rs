//! People: guests, accounts, sessions, names.

use super::*;

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn guests_accounts_and_sessions(#[case] kind: Kind) {
    let mut bench = Bench::new(kind).await;
    let (ada, store) = (bench.ada.clone(), bench.store.clone());
    assert_eq!(store.guest(&[1; 32], &new_user("other"), 1_500).await.unwrap(), ada, "a token is the same person for ever");
    let second = store.guest(&[4; 32], &NewUser { id: UserId::parse("n").unwrap(), ..new_user("Ada") }, 1_500).await.unwrap();
    assert_eq!(second.name.as_str(), "Ada 2", "a name in use becomes the next free one");
    let name = |name: &str| DisplayName::parse(name).unwrap();
    assert_eq!(store.rename(&second, &name("bob"), 1_600).await.unwrap().unwrap_err().code, Code::NameTaken);
    let second = store.rename(&second, &name("eve"), 1_600).await.unwrap().unwrap();
    assert_eq!(second.name.as_str(), "eve");

    bench.say(&ada, "1", "before").await;
    let identity = Identity::parse("ada").unwrap();
    let session = |id: &str, hash: u8| NewSession { id: SessionId::parse(id).unwrap(), hash: [hash; 32], client: None };
    let account = store.register(&ada, &identity, "hash", &session("s1", 10), 2_000).await.unwrap().unwrap();
    assert_eq!((account.id.clone(), account.kind, account.identity.clone()), (ada.id.clone(), UserKind::Account, Some(identity.clone())));
    assert!(matches!(store.token_owner(&[1; 32], 2_000).await.unwrap(), TokenOwner::Ended));
    assert!(matches!(store.token_owner(&[10; 32], 2_000).await.unwrap(), TokenOwner::Session(user, _) if user.id == ada.id));
    assert!(matches!(store.token_owner(&[99; 32], 2_000).await.unwrap(), TokenOwner::Nobody));
    let again = store.register(&account, &Identity::parse("else").unwrap(), "hash", &session("s9", 19), 2_000).await.unwrap();
    assert_eq!(again.unwrap_err().code, Code::Forbidden);
    let taken = store.register(&second, &Identity::parse("аda").unwrap(), "hash", &session("s8", 18), 2_000).await.unwrap();
    assert_eq!(taken.unwrap_err().code, Code::NameTaken, "a look-alike of an account's identity is refused");
    // An account's display name is free, but must not look like another's identity.
    let bob = bench.bob.clone();
    assert_eq!(store.rename(&bob, &name("ADA"), 2_000).await.unwrap().unwrap_err().code, Code::NameTaken);
    store.rename(&account, &name("Ada Lovelace 👩‍💻"), 2_000).await.unwrap().unwrap();

    store.open_session(&account.id, &session("s2", 11), 3_000).await.unwrap();
    store.open_session(&account.id, &session("s3", 12), 3_000).await.unwrap();
    assert_eq!(store.sessions(&account.id).await.unwrap().len(), 3);
    assert!(store.end_session(&account.id, &SessionId::parse("s2").unwrap(), 3_100).await.unwrap());
    assert!(!store.end_session(&account.id, &SessionId::parse("s2").unwrap(), 3_100).await.unwrap());
    assert!(!store.end_session(&bob.id, &SessionId::parse("s3").unwrap(), 3_100).await.unwrap(), "only one's own");
    let ended = store.set_password(&account.id, "hash2", Some(&SessionId::parse("s1").unwrap()), 3_200).await.unwrap();
    assert_eq!(ended, [SessionId::parse("s3").unwrap()]);
    assert_eq!(store.account(&identity).await.unwrap().unwrap().password_hash, "hash2");
    assert!(store.account(&Identity::parse("nobody").unwrap()).await.unwrap().is_none());
}

#[rstest]
#[case(Kind::Memory)]
#[case(Kind::Sqlite)]
#[tokio::test]
async fn a_guests_name_is_free_again_after_a_while(#[case] kind: Kind) {
    const DAY: u64 = 24 * 60 * 60 * 1_000;
    let mut bench = Bench::new(kind).await;
    let (ada, store) = (bench.ada.clone(), bench.store.clone());
    bench.say(&ada, "1", "I wrote something").await;
    let free = |name: &'static str, days: u64| {
        let store = store.clone();
        async move { store.free_name(&new_user(name), 1_000 + days * DAY + 1).await.unwrap().to_string() }
    };
    assert_eq!([free("bob", 0).await, free("ada", 1).await], ["bob 2", "ada 2"]);
    assert_eq!(free("bob", 1).await, "bob", "who wrote nothing keeps a name for a day");
    assert_eq!(free("ada", 30).await, "ada", "who wrote something for thirty");
    store.seen(std::slice::from_ref(&ada.id), 20 * DAY).await.unwrap();
    assert_eq!(free("ada", 31).await, "ada 2");
    // Whose name was given away gets the next free one.
    let thief = store.guest(&[9; 32], &NewUser { id: UserId::parse("t").unwrap(), ..new_user("bob") }, 2 * DAY).await.unwrap();
    assert_eq!(thief.name.as_str(), "bob");
    assert_eq!(store.guest(&[2; 32], &new_user("bob"), 2 * DAY).await.unwrap().name.as_str(), "bob 2");
}
