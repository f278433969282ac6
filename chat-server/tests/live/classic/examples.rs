//! The pages of `docs/examples/classic`, as they are.

use std::path::Path;

use super::old_page::{Kind, OldPage, Spec, host};
use super::scene::Scene;

#[test]
fn the_examples_talk() {
    let scene = Scene::start();
    let home = host(&scene.server.url());
    let files = [("first-steps", Kind::A), ("book", Kind::B), ("social", Kind::C), ("smallest", Kind::D)];
    let pages = files.map(|(name, kind)| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../docs/examples/classic/{name}.html"));
        // The one address that a page names is that of a server at home.
        let page = std::fs::read_to_string(path).unwrap().replace("http://localhost:3000", &scene.server.url());
        scene.folder.put(&format!("{name}.html"), &page);
        let url = format!("{}/pages/{name}.html", scene.server.url());
        OldPage::open_url(&scene, name, &Spec { client: None, ..Spec::new(kind, "").named("Ada") }, &url, &home)
    });
    scene.until_people(2 + pages.len());
    let line = |speaker: &str| format!("{speaker} says <b>hello</b> & good-bye");
    for page in &pages {
        page.say(&line(&page.key));
    }
    scene.tty.say(&line("tty"));
    // Our page reads Markdown in it, and no HTML.
    let log = scene.until_said("<b>hello</b> & good-bye", pages.len() + 1);
    for page in &pages {
        let wanted: Vec<String> = log.iter().map(|said| page.kind.line(&said.author, &said.text, said.text == line(&page.key))).collect();
        page.until_shows_of("good-bye", &wanted);
    }
    let [first_steps, book, social, _] = &pages;
    first_steps.until_shows("hello world!");
    book.until_shows("Currently logged in as Ada");
    social.until("it shows the names in their colours", |shown| !shown.is_empty() && social.colors().len() == shown.len());
    book.say("/j kitchen");
    book.until_shows("joined room success!");
    scene.finish();
}
