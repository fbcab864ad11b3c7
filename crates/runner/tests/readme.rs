//! What the README says is so: its commands run, what it shows of their output is what they print,
//! its lists of configs and of tables and its rows of proofs are those of the workspace.
//!
//! `SNAPSHOTS=overwrite cargo test -p runner --test readme` writes the rows and the lists anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

use regex::Regex;
use runner::proofs::{row, view};
use runner::table::overview;

/// Held by the test that looks at a part of the README that may be written anew.
static README: Mutex<()> = Mutex::new(());

/// What begins every command.
const RUNNER: &str = "cargo run -p runner -- ";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn readme() -> String {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    text.replace("\r\n", "\n")
}

/// A call of the program in a folder that has the workspace's configs.
fn call(command: &str, folder: &Path) -> Output {
    let configs = folder.join("configs");
    if !configs.exists() {
        fs::create_dir(&configs).unwrap();
        for entry in fs::read_dir(root().join("configs")).unwrap() {
            let file = entry.unwrap().path();
            fs::copy(&file, configs.join(file.file_name().unwrap())).unwrap();
        }
    }
    let arguments = command.strip_prefix(RUNNER);
    let arguments = arguments.unwrap_or_else(|| panic!("`{command}` does not begin with {RUNNER}"));
    let mut program = Command::new(env!("CARGO_BIN_EXE_runner"));
    program.args(arguments.split_whitespace());
    program.current_dir(folder).output().unwrap()
}

fn printed(output: &Output) -> String {
    [&output.stdout, &output.stderr]
        .map(|bytes| String::from_utf8_lossy(bytes))
        .concat()
}

/// What stands between two marks, each on a line of its own.
fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let rest = text.split_once(&format!("{begin}\n"));
    let (_, rest) = rest.unwrap_or_else(|| panic!("there is no {begin}"));
    let inside = rest.split_once(end);
    inside
        .unwrap_or_else(|| panic!("there is no {end} behind {begin}"))
        .0
}

/// A part of the README, and of the Chinese one if it has it, is as expected, or is written anew.
fn expect(mark: &str, expected: &str) {
    let _held = README.lock().unwrap();
    let (begin, end) = (format!("<!-- {mark} -->"), format!("<!-- /{mark} -->"));
    for page in ["README.md", "README.zh.md"] {
        let file = root().join(page);
        let text = fs::read_to_string(&file).unwrap().replace("\r\n", "\n");
        if page != "README.md" && !text.contains(&begin) {
            continue;
        }
        let found = between(&text, &begin, &end);
        if overwrites() && found != expected {
            let whole = |inside: &str| format!("{begin}\n{inside}{end}");
            fs::write(&file, text.replace(&whole(found), &whole(expected))).unwrap();
            continue;
        }
        let remedy = "SNAPSHOTS=overwrite cargo test -p runner --test readme";
        assert_eq!(found, expected, "{page}, {mark}: `{remedy}` writes it anew");
    }
}

/// Whether what is shown is to be written anew.
fn overwrites() -> bool {
    std::env::var("SNAPSHOTS").is_ok_and(|action| action == "overwrite")
}

/// Every picture of the page is made by the commands on it; that of whole steps in f64 to the byte.
#[test]
fn the_pictures_of_docs_are_made_by_the_commands_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    let docs = root().join("docs");
    let page = fs::read_to_string(docs.join("pictures.md")).unwrap();
    let page = page.replace("\r\n", "\n");
    for command in between(&page, "<!-- ci -->\n```sh", "```").lines() {
        let output = call(&command.replace('"', ""), folder.path());
        assert!(output.status.success(), "{command}\n{}", printed(&output));
    }
    let shown = Regex::new(r"!\[[^]]+\]\(pictures/([^)]+)\)").unwrap();
    let mut size = 0;
    for found in shown.captures_iter(&page) {
        let (drawn, kept) = (
            folder.path().join(&found[1]),
            docs.join("pictures").join(&found[1]),
        );
        if overwrites() {
            fs::create_dir_all(kept.parent().unwrap()).unwrap();
            fs::copy(&drawn, &kept).unwrap();
        }
        let [drawn, kept] = [drawn, kept].map(|file| {
            fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
        });
        if &found[1] == "surface.svg" {
            assert!(drawn == kept.replace("\r\n", "\n"), "{}", &found[1]);
        }
        size += kept.len();
    }
    assert!((200_000..1_000_000).contains(&size), "{size} bytes");
}

#[test]
fn its_commands_run() {
    let folder = tempfile::tempdir().unwrap();
    let text = readme();
    let blocks = text.split("<!-- ci -->\n```sh\n").skip(1);
    let blocks = blocks.filter_map(|block| Some(block.split_once("```")?.0));
    let commands: Vec<&str> = blocks.flat_map(str::lines).collect();
    assert!(commands.len() > 6, "{commands:?}");
    for command in commands {
        let output = call(command, folder.path());
        assert!(output.status.success(), "{command}\n{}", printed(&output));
    }
}

/// Numbers and the tensors that are the worst differ from processor to processor.
#[test]
fn the_output_that_is_shown_is_what_the_program_prints() {
    let folder = tempfile::tempdir().unwrap();
    let redacted = |text: &str| {
        let mut text = text.to_string();
        for (pattern, word) in [
            (r"(loss|x|\d\.(weight|bias|output)) \[[^\]]*\]", "[TENSOR]"),
            (r"\b\d\.\de-\d+\b", "[ERROR]"),
            (r"[─═]+", "[LINE]"),
            (r" +", " "),
            (r"(?m) $", ""),
        ] {
            text = Regex::new(pattern)
                .unwrap()
                .replace_all(&text, word)
                .into_owned();
        }
        text
    };
    let pages = ["README.md", "docs/configs.md"];
    let text = pages
        .map(|page| fs::read_to_string(root().join(page)).unwrap())
        .concat();
    let screens: Vec<&str> = text.split("```console\n$ ").skip(1).collect();
    let mut compared = 0;
    for screen in screens {
        let (screen, _) = screen.split_once("```").unwrap();
        let (command, shown) = screen.split_once('\n').unwrap();
        // What takes minutes is not run here.
        if command.ends_with("configs/mnist.toml") {
            continue;
        }
        let output = redacted(&printed(&call(command, folder.path())));
        // `...` stands for lines that are left out.
        for part in shown.split("...\n") {
            let part = redacted(part);
            assert!(
                output.contains(&part),
                "{command}\n{output}\ndoes not have\n{part}"
            );
        }
        compared += 1;
    }
    assert_eq!(compared, 2);
}

#[test]
fn the_config_of_docs_trains() {
    let folder = tempfile::tempdir().unwrap();
    let page = fs::read_to_string(root().join("docs/configs.md")).unwrap();
    let config = between(&page.replace("\r\n", "\n"), "```toml", "```").to_string();
    fs::write(folder.path().join("my-first.toml"), config).unwrap();
    let command = format!("{RUNNER}my-first.toml --set training.epochs=1");
    let output = call(&command, folder.path());
    assert!(output.status.success(), "{}", printed(&output));
}

#[test]
fn it_lists_every_config_as_the_program_does() {
    let folder = tempfile::tempdir().unwrap();
    let list = call(&format!("{RUNNER}list"), folder.path());
    let mut rows = String::from("| config | what it shows |\n|---|---|\n");
    for line in printed(&list).lines() {
        let (file, description) = line.split_once("  ").unwrap();
        let name = file.strip_prefix("configs/").unwrap();
        rows += &format!("| [`{name}`]({file}) | {} |\n", description.trim_start());
    }
    expect("configs", &rows);
}

/// The README chooses the rows by their names; the numbers are those of `results/proofs.json`.
#[test]
fn its_rows_of_proofs_are_those_that_are_kept() {
    let text = readme();
    let shown = between(&text, "<!-- proofs -->", "<!-- /proofs -->");
    let names = shown.lines().skip(2);
    let names: Vec<&str> = names
        .map(|line| line.split(" | ").next().unwrap())
        .collect();
    let names: Vec<&str> = names
        .iter()
        .map(|name| name.trim_start_matches("| "))
        .collect();
    assert!(names.len() >= 10, "{names:?}");
    let rows = row::read(&root().join("results/proofs.json")).unwrap();
    for name in &names {
        assert!(
            rows.iter().any(|row| row.name == *name),
            "{name} is not proved"
        );
    }
    expect("proofs", &view::summary(&rows, &names));
}

#[test]
fn it_lists_every_published_table_with_what_came_out() {
    let folder = root();
    let entries = fs::read_dir(folder.join("experiments")).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "toml"));
    files.sort();
    // Configs are looked up beside the experiments, then in the current folder.
    std::env::set_current_dir(&folder).unwrap();
    let sheet = overview::overview(&files, Path::new("results"), true).unwrap();
    expect("tables", &sheet.markdown());
}
