//! As who the tools come, and that nobody learns a secret from them.

use std::os::unix::fs::PermissionsExt;

use chat_proto::name::Identity;
use chat_proto::request::AccountRegister;
use chat_proto::secret::Password;

use crate::pipe::{Person, Running, Scene, end};

/// An account, and the token of a session of it.
fn account(scene: &Scene, name: &str) -> String {
    let mut person = Person::guest(scene, name);
    let password = Password::parse("a long password").unwrap();
    let signed_in = person.request(&AccountRegister { identity: Identity::parse(name).unwrap(), password });
    signed_in.token.as_str().to_owned()
}

fn authors(scene: &Scene) -> Vec<String> {
    let messages = scene.log("lobby").into_iter().filter(|entry| entry["kind"] == "message");
    messages.map(|entry| entry["author"]["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_token_comes_from_a_file_or_the_environment() {
    let scene = Scene::start();
    let token = account(&scene, "ada");
    let file = scene.path("token");
    std::fs::write(&file, format!("{token}\n")).unwrap();
    let mode = |mode: u32| std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
    mode(0o600);
    let path = file.to_str().unwrap();
    scene.run(&["send", "lobby", "by file", "--token-file", path]);
    let output = scene.tool(&["send", "lobby", "by environment"]).env("CHAT_TOKEN", &token).output().unwrap();
    assert_eq!(end(&output), (Some(0), String::new()));
    mode(0o644);
    let output = scene.tool(&["send", "lobby", "seen by others", "--token-file", path]).output().unwrap();
    let (code, told) = end(&output);
    assert!(code == Some(0) && told.contains("Others on this machine can read the token") && told.contains("chmod 600"), "{told}");
    assert!(!told.contains(&token));
    assert_eq!(authors(&scene), ["ada", "ada", "ada"]);
    // What is no token is not shown either.
    std::fs::write(&file, "hunter2").unwrap();
    let (code, told) = end(&scene.tool(&["send", "lobby", "x", "--token-file", path]).output().unwrap());
    assert!(code == Some(1) && !told.contains("hunter2") && told.lines().count() == 1, "{told}");
    let (code, told) = end(&scene.tool(&["tail", "lobby", "--token-file", "/nowhere"]).output().unwrap());
    assert!(code == Some(1) && told.contains("/nowhere"), "{told}");
    // One that holds no more.
    let output = scene.tool(&["tail", "lobby"]).env("CHAT_TOKEN", "x".repeat(43)).output().unwrap();
    let (code, told) = end(&output);
    assert!(code == Some(4) && told.contains("chat-tui login"), "{told}");
}

#[test]
fn no_secret_is_in_the_list_of_processes() {
    let scene = Scene::start();
    let token = account(&scene, "ada");
    let file = scene.path("token");
    std::fs::write(&file, &token).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let tools = [
        Running::start(&mut scene.tool(&["tail", "lobby", "--follow", "--token-file", file.to_str().unwrap()])),
        Running::start(scene.tool(&["tail", "lobby", "--follow"]).env("CHAT_TOKEN", &token)),
        Running::start(&mut scene.tool(&["tail", "lobby", "--follow", "--name", "bob"])),
    ];
    let kept = scene.kept();
    for mut tool in tools {
        tool.until("it is there", |lines| !lines.is_empty());
        // What `ps` shows to everybody.
        let shown = std::fs::read(format!("/proc/{}/cmdline", tool.child.id())).unwrap();
        let shown = String::from_utf8(shown).unwrap().replace('\0', " ");
        assert!(shown.contains("tail lobby") && !shown.contains(&token), "{shown}");
        tool.signal(rustix::process::Signal::TERM);
        let (code, _, told) = tool.end();
        assert_eq!((code, told.contains(&token)), (Some(143), false), "{told}");
    }
    assert!(kept.iter().all(|path| std::fs::metadata(path).unwrap().permissions().mode() & 0o077 == 0), "{kept:?}");
}

/// A name is kept, and is the same person the next time; who gives none is nobody in particular.
#[test]
fn a_name_is_the_same_person_the_next_time() {
    let scene = Scene::start();
    for _ in 0..2 {
        scene.run(&["send", "lobby", "x", "--name", "bob"]);
    }
    let output = scene.tool(&["send", "lobby", "x"]).env("CHAT_NAME", "bob").output().unwrap();
    assert_eq!(end(&output), (Some(0), String::new()));
    let log = scene.log("lobby");
    let ids: std::collections::BTreeSet<String> = log[1..].iter().map(|entry| entry["author"]["id"].to_string()).collect();
    assert_eq!((ids.len(), authors(&scene)), (1, vec!["bob".to_owned(); 3]));
    let nobody = Scene::start();
    for _ in 0..2 {
        nobody.run(&["send", "lobby", "x"]);
    }
    assert_eq!(authors(&nobody)[0], "guest");
    assert_eq!(nobody.kept(), Vec::<std::path::PathBuf>::new(), "nothing is kept");
}

#[test]
fn an_account_is_not_told_over_a_line_that_others_read() {
    let scene = Scene::start();
    let token = account(&scene, "ada");
    let afar = scene.server.url_from_afar();
    if afar.contains("127.0.0.1") {
        // A machine without a network has no such line.
        return;
    }
    let send = |more: &[&str]| {
        scene.tool(&[&["send", "lobby", "x", "--url", &afar][..], more].concat()).env("CHAT_TOKEN", &token).output().unwrap()
    };
    let (code, told) = end(&send(&[]));
    assert!(code == Some(1) && told.contains("--insecure"), "{told}");
    assert_eq!(authors(&scene), Vec::<String>::new());
    assert_eq!(end(&send(&["--insecure"])), (Some(0), String::new()));
    let output = scene.tool(&["send", "lobby", "x", "--url", &afar]).output().unwrap();
    let (code, told) = end(&output);
    assert!(code == Some(0) && told.lines().count() == 1 && told.contains("not encrypted"), "a guest goes, with a word: {told}");
}
