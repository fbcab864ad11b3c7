//! The message as it stands on the screen.

use std::path::Path;
use std::time::Instant;

use spec::{Config, Overrides};

use crate::support::{GOOD, changed, config};

fn picture(text: &str, overrides: &[&str]) -> String {
    config(text, overrides).unwrap_err().to_string()
}

#[test]
fn the_place_is_shown_with_the_value_marked() {
    let text = changed("units = 4", "units = \"4\"");
    let expected = "\
model.layers.0.linear.units: expected a whole number, 0 or more, found \"4\"
  --> a.toml:12:26
   |
12 |     { linear = { units = \"4\", name = \"hidden\" } },
   |                          ^^^ write 4, without quotes";
    assert_eq!(picture(&text, &[]), expected);
    let expected = "\
training.epochs: 0 epochs train nothing
 |
 | --set training.epochs=0
 |                       ^ 1 or more";
    assert_eq!(picture(GOOD, &["training.epochs=0"]), expected);
}

#[test]
fn both_places_of_two_kinds_are_shown() {
    let expected = "\
training.optimizer: two kinds are given, momentum and sgd
  --> a.toml:21:15
   |
21 | optimizer = { momentum = { learning_rate = 0.1, momentum = 0.9 } }
   |               ^^^^^^^^ momentum here
   |
  :::
   | --set training.optimizer.sgd.learning_rate=0.05
   |                          --- sgd on the command line
   |
   = help: to replace the whole: --set 'training.optimizer={ sgd = { learning_rate = 0.05 } }'";
    let set = "training.optimizer.sgd.learning_rate=0.05";
    assert_eq!(picture(GOOD, &[set]), expected);
}

#[test]
fn texts_of_every_shape_are_shown() {
    for text in [
        "",
        "\n",
        "a",
        "é = 1",
        "\u{feff}",
        "\t\t= 1",
        "[",
        "\"",
        "a = \u{202e}b",
    ] {
        let shown = picture(text, &[]);
        assert!(shown.contains('^'), "{text:?}:\n{shown}");
    }
    let windows = GOOD
        .replace('\n', "\r\n")
        .replace("epochs = 3", "epochs\t=\t\"drei ü\" # ü");
    let shown = picture(&windows, &[]);
    assert!(
        shown.contains("a.toml:18:10\n") && !shown.contains('\r'),
        "{shown}"
    );
    // What a terminal would obey is written as an escape.
    let shown = picture(GOOD, &["name=a\u{1b}[31m\nb"]);
    assert!(shown.contains("\"a\\u{1b}[31m\\nb\""), "{shown}");
    assert!(!shown.contains('\u{1b}'), "{shown}");
    // Columns count characters, carets stand below what is seen.
    let wide = GOOD.replace("epochs = 3", "\"日本\" = 3");
    let shown = picture(&wide, &[]);
    assert!(
        shown.contains("18 | \"日本\" = 3\n   | ^^^^^^\n"),
        "{shown}"
    );
}

#[test]
fn a_line_of_a_megabyte_is_shown_in_part_and_soon() {
    let layers = "\"tanh\", ".repeat(130_000);
    let text = changed(
        "    { leaky_relu",
        &format!("    {layers}\"tan\", {layers}{{ leaky_relu"),
    );
    let start = Instant::now();
    let shown = picture(&text, &[]);
    assert!(start.elapsed().as_secs() < 10);
    assert!(shown.contains("a.toml:13:1040005\n"), "{shown}");
    assert!(shown.contains("^^^^^ did you mean `tanh`?"), "{shown}");
    assert!(shown.len() < 2000, "{}", shown.len());
}

#[test]
fn values_nested_without_end_are_refused() {
    for deep in [
        format!("a = {}1{}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("a = {}", "{ b = ".repeat(100_000)),
        format!("{} = 1", vec!["a"; 100_000].join(".")),
    ] {
        picture(&deep, &[]);
    }
    let path = vec!["a"; 100_000].join(".");
    picture(GOOD, &[&format!("{path}=1")]);
    picture(GOOD, &[&format!("--unset {path}")]);
    picture(GOOD, &[&format!("seed={}", "[".repeat(100_000))]);
}

#[test]
fn what_is_no_config_is_told_by_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let utf_16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(GOOD.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let cases: [(&str, &[u8], &str); 11] = [
        (
            "a.yaml",
            b"name: a\nseed: 1\ntraining:\n  epochs: 3\n",
            "this is YAML",
        ),
        ("a.json", b"{\"name\": \"a\"}", "this is JSON"),
        ("a.csv", b"a,b,c\n1,2,3\n4,5,6\n", "this is a table of data"),
        (
            "a.toml",
            b"<!DOCTYPE html>\n<html></html>",
            "this is a web page",
        ),
        (
            "a.toml",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n",
            "a pointer of Git LFS",
        ),
        ("a.toml", &utf_16, "UTF-16"),
        (
            "a.toml",
            b"name = \"caf\xE9\"",
            "a.toml:1:12: the text is not UTF-8 (byte 0xE9)",
        ),
        ("a.toml", b"name = \"a\0\"", "a NUL stands in the config"),
        ("a.toml", &[0x1F, 0x8B, 8, 0], "packed by gzip"),
        ("a.zip", b"PK\x03\x04....", "packed by zip"),
        (
            "b",
            b"<<<<<<< HEAD\nname = \"a\"\n",
            "a merge conflict of Git is not settled",
        ),
    ];
    for (name, bytes, message) in cases {
        let file = folder.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        let error = Config::read(&file, &Overrides::default())
            .unwrap_err()
            .to_string();
        assert!(error.contains(message), "{name}: {error}");
    }
    let error = |file: &Path| {
        Config::read(file, &Overrides::default())
            .unwrap_err()
            .short()
    };
    std::fs::write(folder.path().join("mnist.toml"), GOOD).unwrap();
    let folder_named = error(folder.path());
    assert!(
        folder_named.contains("it is a folder; name a config in it"),
        "{folder_named}"
    );
    let misspelt = error(&folder.path().join("mnits.toml"));
    assert!(misspelt.contains("mnist.toml?"), "{misspelt}");
    // A byte order mark is no part of the text.
    let marked = folder.path().join("marked.toml");
    std::fs::write(&marked, format!("\u{feff}{GOOD}")).unwrap();
    assert!(Config::read(&marked, &Overrides::default()).is_ok());
}
