//! Each value of a config replaced by every other type: taken or refused in plain words, with its
//! place, and never a panic.

use toml::Value;

use crate::everything::{EVERYTHING, OTHERS};
use crate::support::{config, parse};

/// One value of each type that TOML has, and the ends of numbers.
const VALUES: [&str; 21] = [
    "\"text\"",
    "\"\"",
    "\"1\"",
    "\"True\"",
    "1",
    "0",
    "-1",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999999999999999999999999999",
    "0.5",
    "-2.5",
    "1e300",
    "1e999",
    "nan",
    "inf",
    "-inf",
    "2026-01-31",
    "true",
    "[]",
    "{ stranger = 1 }",
];

/// Data of another kind, with all their settings.
const CSV: &str = "dataset={ csv = { path = \"a.csv\", test_path = \"b.csv\", header = true, \
    delimiter = \";\", target = \"y\", ignore = [0, \"a\"], categorical = [\"b\"], \
    missing = { markers = [\"-\"], policy = \"mean\" }, scale = \"min_max\" } }";

/// Words of the parser and of Rust. "unit" is a kind of pixels, and maps are maps of a network.
const FORBIDDEN: [&str; 20] = [
    "untagged",
    "enum",
    "variant",
    "variants",
    "struct",
    "sequence",
    "usize",
    "u64",
    "f64",
    "i64",
    "newtype",
    "serde",
    "boolean",
    "integer",
    "floating",
    "tuple",
    "None",
    "Some",
    "datetime",
    "deserialize",
];

/// The paths of all values, tables and lists among them.
fn paths(value: &Value, path: &str, found: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Table(table) => table.iter().map(|(k, v)| (k.clone(), v)).collect(),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items
                .map(|(index, item)| (index.to_string(), item))
                .collect()
        }
        _ => Vec::new(),
    };
    for (key, child) in children {
        let path = match path {
            "" => key,
            _ => format!("{path}.{key}"),
        };
        paths(child, &path, found);
        found.push(path);
    }
}

#[track_caller]
fn judge(overrides: &[&str]) {
    let error = match config(EVERYTHING, overrides) {
        Ok(config) => {
            // What is taken can be written out and comes back the same.
            let again = parse(&config.resolved(), &[]);
            let again = again.unwrap_or_else(|error| panic!("{overrides:?}: {error}"));
            assert_eq!(again.experiment, config.experiment, "{overrides:?}");
            return;
        }
        Err(error) => error,
    };
    let (short, picture) = (error.short(), error.to_string());
    assert!(!error.marks.is_empty(), "{overrides:?}: {short}");
    assert!(picture.contains('^'), "{overrides:?}:\n{picture}");
    for text in [&short, &picture] {
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        for word in words {
            assert!(
                !FORBIDDEN.contains(&word),
                "{overrides:?}: {word} in {text}"
            );
        }
        for phrase in [
            "invalid type",
            "did not match",
            "a map,",
            "unit v",
            "expected a map",
        ] {
            assert!(!text.contains(phrase), "{overrides:?}: {text}");
        }
    }
    assert!(picture.lines().all(|line| line.len() < 1000), "{picture}");
}

#[test]
fn every_value_may_be_of_any_type_and_the_answer_is_in_plain_words() {
    for other in ["", CSV].iter().chain(&OTHERS) {
        let others: Vec<&str> = [*other].into_iter().filter(|o| !o.is_empty()).collect();
        let whole = config(EVERYTHING, &others).map(|config| config.resolved());
        // Some of the others want another smoothing; the rest of the test does not mind.
        let text = whole.unwrap_or_else(|_| EVERYTHING.into());
        let mut all = Vec::new();
        paths(&Value::Table(text.parse().unwrap()), "", &mut all);
        let changed = other.split('=').next().unwrap_or("");
        // What the others did not change was tried the first time.
        let mut fresh = all.iter().filter(|p| p.starts_with(changed));
        let fresh: Vec<&String> = fresh.by_ref().collect();
        for path in fresh {
            for value in VALUES {
                let set = format!("{path}={value}");
                judge(&[&others[..], &[&set]].concat());
            }
            judge(&[&others[..], &[&format!("--unset {path}")]].concat());
            judge(&[&others[..], &[&format!("{path}+=1")]].concat());
            judge(&[&others[..], &[&format!("{path}.stranger=1")]].concat());
        }
    }
}

/// Numbers that are not finite are good for nothing.
#[test]
fn nothing_is_infinite_or_not_a_number() {
    let mut all = Vec::new();
    paths(&Value::Table(EVERYTHING.parse().unwrap()), "", &mut all);
    for path in &all {
        for value in ["nan", "inf", "-inf", "1e999"] {
            let set = format!("{path}={value}");
            assert!(config(EVERYTHING, &[&set]).is_err(), "{set} is taken");
        }
    }
}
