use super::*;
use spec::Amount;
use spec::datasets::{Column, Ordered, Split};
use std::fs;
use tempfile::TempDir;

/// The last pair is that of the test.
fn spec() -> PairsSpec {
    PairsSpec {
        path: "t.csv".into(),
        header: None,
        delimiter: ',',
        comment: None,
        source: Column::Name("en".into()),
        target: Column::Name("de".into()),
        longest: None,
        split: Split::Ordered(Ordered { test: Amount(1.0) }),
    }
}

fn load_text(text: &str, spec: &PairsSpec) -> Result<Dataset, DataError> {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("t.csv"), text).unwrap();
    load(spec, folder.path(), &Streams::new(1))
}

fn inputs(samples: &Samples) -> Vec<f64> {
    let rows: Vec<usize> = (0..samples.len()).collect();
    let mut x = Array2::zeros((rows.len(), samples.width()));
    samples.gather(&rows, x.view_mut());
    x.into_raw_vec_and_offset().0
}

#[test]
fn a_row_is_a_source_and_its_shifted_target() {
    let data = load_text("de,n,en\nzu,1, to \nab,2,\"o,t\"\nuz,3,ot\n", &spec()).unwrap();
    let names = |names: &[&str]| Vec::from_iter(names.iter().map(|name| name.to_string()));
    assert_eq!(data.source_symbols, names(&["end", ",", "o", "t"]));
    let targets = names(&["end", "a", "b", "u", "z"]);
    assert_eq!(data.target, Target::Classes { names: targets });
    assert_eq!(data.sample_shape, [2, 4]);
    let sources_and_targets = [
        [3.0, 2.0, 0.0, 0.0, 0.0, 4.0, 3.0, 0.0],
        [2.0, 1.0, 3.0, 0.0, 0.0, 1.0, 2.0, 0.0],
    ];
    assert_eq!(inputs(&data.train), sources_and_targets.concat());
    assert_eq!(data.train.labels(), Some(&[4, 3, 0, 0, 1, 2, 0, 0][..]));
    assert_eq!(data.train.lengths(), Some(&[3, 3][..]));
    assert_eq!(inputs(&data.test)[..3], [2.0, 3.0, 0.0]);
    let note = "symbols with the one that ends a sequence: 4 of sources, 5 of targets";
    assert!(data.notes.contains(&note.into()), "{:?}", data.notes);
    assert_eq!((data.name.as_str(), data.is_of_pairs()), ("t", true));
}

#[test]
fn the_longest_text_may_be_said_and_nothing_held_back() {
    let all = PairsSpec {
        header: Some(false),
        delimiter: ';',
        comment: Some('#'),
        source: Column::Index(0),
        target: Column::Index(1),
        longest: Some(5),
        split: Split::None,
        ..spec()
    };
    let data = load_text("a;b\n# c;d\nä;b\n", &all).unwrap();
    assert_eq!((data.train.len(), data.test_is_train), (2, true));
    assert_eq!(data.sample_shape, [2, 6]);
    assert_eq!(data.source_symbols, ["end", "a", "ä"]);
}

fn message(text: &str, spec: &PairsSpec) -> String {
    load_text(text, spec).unwrap_err().to_string()
}

#[test]
fn pairs_that_nothing_can_be_learned_from_are_refused() {
    for (text, wanted) in [
        (
            "en,de\na,b\n,b\na,b\n",
            "t.csv, line 3, column \"en\": found \"\", expected one character or more; fill in",
        ),
        (
            "en,de\na,b\na,\" \"\na,b\n",
            "t.csv, line 3, column \"de\": found \"\", expected one character or more; fill in",
        ),
        (
            "en,de\na,b\n\na,bz\n",
            "dataset.pairs.split: the character 'z' of the target in line 4 of t.csv is in the test \
             part only: nothing could learn it; use another split, or replace",
        ),
        (
            "en,de\na,b\nä,b\n",
            "dataset.pairs.split: the character 'ä' of the source in line 3 of t.csv",
        ),
        (
            "en,dee\na,b\na,b\n",
            "dataset.pairs.target: t.csv has no column \"de\"; did you mean \"dee\"?",
        ),
        ("en;de\na;b\na;b\n", "dataset.pairs.delimiter: "),
        (
            "en,de\na,b\n",
            "dataset.pairs.split: of 1 samples none is left",
        ),
    ] {
        let message = message(text, &spec());
        assert!(message.starts_with(wanted), "{message}");
    }
    let short = PairsSpec {
        longest: Some(2),
        ..spec()
    };
    let text = message("en,de\na,b\na,bbb\n", &short);
    let wanted = "dataset.pairs.longest: the target in line 3 of t.csv has 3 characters, and longest \
                  = 2; set longest = 3 or more, or shorten the text";
    assert_eq!(text, wanted);
    let one = "a".repeat(99_999) + ",b\n";
    let text = message(&format!("en,de\n{}{one}", "a,b\n".repeat(3000)), &spec());
    let wanted =
        "dataset.pairs.path: 3001 pairs of 99999 characters, as long as the longest, do not";
    assert!(text.starts_with(wanted), "{text}");
}
