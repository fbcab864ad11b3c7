//! What the pages of `docs/` point to is there: files, tests, lines of code; and the Chinese README
//! has the commands of the English one.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    text.replace("\r\n", "\n")
}

/// The files that a page links to, relative to it.
fn links(text: &str) -> Vec<String> {
    let link = Regex::new(r"\]\(([^)#]+)(#[^)]*)?\)").unwrap();
    let targets = link.captures_iter(text).map(|found| found[1].to_string());
    targets.filter(|target| !target.contains("://")).collect()
}

#[test]
fn every_link_leads_to_a_file() {
    let mut pages = vec![root().join("README.md"), root().join("README.zh.md")];
    pages.extend(["CONTRIBUTING.md", "experiments/README.md"].map(|page| root().join(page)));
    let docs = fs::read_dir(root().join("docs")).unwrap();
    let docs = docs.map(|entry| entry.unwrap().path());
    pages.extend(docs.filter(|page| page.extension().is_some_and(|ending| ending == "md")));
    for page in pages {
        let found = links(&read(&page));
        let folder = page.parent().unwrap();
        let broken: Vec<_> = found
            .iter()
            .filter(|link| !folder.join(link).exists())
            .collect();
        assert!(broken.is_empty(), "{}: {broken:?}", page.display());
    }
}

/// `name` in [file](path)
#[test]
fn every_test_that_is_named_is_in_its_file() {
    let named = Regex::new(r"`([a-z0-9_]+)` in \[[^]]+\]\(([^)]+)\)").unwrap();
    let mut seen = 0;
    for page in ["lectures.md", "lecture.md", "from-derivation-to-code.md"] {
        for found in named.captures_iter(&read(&root().join("docs").join(page))) {
            let code = read(&root().join("docs").join(&found[2]));
            let test = format!("fn {}(", &found[1]);
            assert!(code.contains(&test), "{page}: {} has no {test}", &found[2]);
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn code_on_a_page_is_that_of_its_file() {
    let block = Regex::new(r"<!-- from (\S+) -->\n```rust\n((?s).*?)```").unwrap();
    let text = read(&root().join("docs/from-derivation-to-code.md"));
    let mut seen = 0;
    for found in block.captures_iter(&text) {
        let code = read(&root().join(&found[1]));
        assert!(
            code.contains(&found[2]),
            "{} has no\n{}",
            &found[1],
            &found[2]
        );
        seen += 1;
    }
    assert_eq!(seen, text.matches("```rust").count());
}

/// What is typed, sorted.
fn commands(text: &str) -> Vec<String> {
    let command = Regex::new(r"cargo [a-z][^`\n]*").unwrap();
    let found = command.find_iter(text);
    let mut commands: Vec<String> = found.map(|found| found.as_str().trim().into()).collect();
    commands.sort();
    commands
}

#[test]
fn the_chinese_readme_has_the_commands_and_links_of_the_english_one() {
    let [english, chinese] = ["README.md", "README.zh.md"].map(|page| read(&root().join(page)));
    assert_eq!(commands(&english), commands(&chinese));
    let all = |text: &str| {
        let mut links = links(text);
        links.retain(|link| !link.starts_with("README"));
        links.sort();
        links
    };
    assert_eq!(all(&english), all(&chinese));
    let blocks = |text: &str| text.matches("```").count();
    assert_eq!(blocks(&english), blocks(&chinese));
}
