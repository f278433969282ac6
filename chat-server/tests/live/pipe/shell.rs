//! The examples of docs/pipe.md, in a shell.

use crate::pipe::{Scene, end};

/// `make 2>&1 | chat-tui send build --code`, where what make prints would end a fence, is longer than a
/// message, and is no text in places.
#[test]
fn what_make_prints_is_code_that_nothing_in_it_can_end() {
    let scene = Scene::start_fast();
    scene.operate(&["room", "create", "build"], "");
    // As make is not everywhere, something that prints like it.
    let script = r"
        make() {
            echo 'cc -o chat main.c'
            printf '```\n/quit\n~~~\n'
            printf 'main.c:1: \377 error\n' >&2
            seq 1 3000 | sed 's/^/object-/'
            echo 'make: *** [all] Error 1' >&2
        }
        make 2>&1 | chat-tui send build --code --name ci
        echo ${PIPESTATUS[1]}";
    let output = scene.shell(script).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "0\n");
    assert!(end(&output).1.contains("U+FFFD"), "that something was no text is told: {}", end(&output).1);
    let messages = scene.said("build");
    assert!(messages.len() > 1 && messages.iter().all(|message| message.len() <= 16_384 && message.split('\n').count() <= 500));
    let mut lines = Vec::new();
    for message in &messages {
        let inside: Vec<&str> = message.split('\n').collect();
        let [fence, code @ .., end] = &inside[..] else { panic!("{message}") };
        assert!(fence == end && fence.len() >= 3 && fence.chars().all(|c| c == '`'), "{message}");
        assert!(code.iter().all(|line| !line.contains(fence)), "{message}");
        lines.extend(code.iter().map(|line| (*line).to_owned()));
    }
    assert_eq!(lines.len(), 3_006);
    assert_eq!(lines[..6], ["cc -o chat main.c", "```", "/quit", "~~~", "main.c:1: \u{fffd} error", "object-1"]);
    assert_eq!(lines.last().unwrap(), "make: *** [all] Error 1");
}

/// `chat-tui wait deploy --match 'ok|failed' --timeout 5m` in a script that deploys.
#[test]
fn a_script_goes_by_what_it_waits_for() {
    let deploy = r#"
        set -e
        export CHAT_NAME=deployer
        chat-tui send deploy 'v1.4 goes out'
        answer=$(chat-tui wait deploy --match '^(ok|failed)' --since 1m --timeout 5m)
        case $answer in
            ok*) chat-tui send deploy "v1.4 is out ($answer)" ;;
            *) exit 9 ;;
        esac"#;
    for (answer, code, last) in [("ok, 3 hosts", 0, "v1.4 is out (ok, 3 hosts)"), ("failed: disk full", 9, "v1.4 goes out")] {
        let scene = Scene::start();
        scene.operate(&["room", "create", "deploy"], "");
        scene.run(&["send", "deploy", answer, "--name", "robot"]);
        assert_eq!(end(&scene.shell(deploy).output().unwrap()), (Some(code), String::new()));
        assert_eq!(scene.said("deploy").last().unwrap(), last);
    }
}

/// A line of a crontab: no HOME, no TERM, no terminal, and /bin/sh.
#[test]
fn cron_has_next_to_nothing() {
    let scene = Scene::start();
    let mut command = std::process::Command::new("/bin/sh");
    command.env_clear().env("PATH", crate::terminal::client().parent().unwrap()).current_dir("/");
    let line = format!("chat-tui send lobby 'The backup is done.' --timeout 1m --url {} <&-", scene.server.url());
    let output = command.args(["-c", &line]).output().unwrap();
    assert_eq!((end(&output), output.stdout.len()), ((Some(0), String::new()), 0), "cron mails whatever is printed");
    assert_eq!(scene.said("lobby"), ["The backup is done."]);
    // Nothing to say, and standard input and output closed.
    let line = format!("chat-tui send lobby --url {0} <&- >&- 2>&-; chat-tui tail lobby --url {0} <&- >&-", scene.server.url());
    let output = command.args(["-c", &line]).output().unwrap();
    assert_eq!(end(&output), (Some(0), String::new()));
}
