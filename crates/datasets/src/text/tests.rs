use super::*;
use ndarray::Array2;
use spec::Amount;
use spec::datasets::{Ordered, Split};
use std::fs;
use tempfile::TempDir;

/// The last sequence is that of the test.
fn spec(lines: bool, steps: Option<usize>) -> TextSpec {
    TextSpec {
        path: "t.txt".into(),
        lines,
        steps,
        windows: None,
        inputs: TextInputs::Tokens,
        split: Split::Ordered(Ordered { test: Amount(1.0) }),
    }
}

fn load_bytes(bytes: &[u8], spec: &TextSpec) -> Result<Dataset, DataError> {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("t.txt"), bytes).unwrap();
    load(spec, folder.path(), &Streams::new(1))
}

fn inputs(samples: &Samples) -> Vec<f64> {
    let rows: Vec<usize> = (0..samples.len()).collect();
    let mut x = Array2::zeros((rows.len(), samples.width()));
    samples.gather(&rows, x.view_mut());
    x.into_raw_vec_and_offset().0
}

#[test]
fn a_line_stands_between_two_breaks_and_is_padded() {
    let data = load_bytes(b"ba\r\n\r\na\nab", &spec(true, None)).unwrap();
    let names = ["\n", "a", "b"].map(String::from).to_vec();
    assert_eq!(data.target, Target::Classes { names });
    assert_eq!(data.sample_shape, [3]);
    assert_eq!(inputs(&data.train), [0.0, 2.0, 1.0, 0.0, 1.0, 0.0]);
    assert_eq!(
        data.train.labels(),
        Some([2, 1, 0, 1, 0, 0].as_slice()),
        "the last one is padding"
    );
    assert_eq!(data.train.lengths(), Some([3, 2].as_slice()));
    assert_eq!(data.train.positions(), 3);
    assert_eq!(inputs(&data.test), [0.0, 1.0, 2.0]);
    assert_eq!(data.test.labels(), Some([1, 2, 0].as_slice()));
    assert_eq!(data.notes[0], "1 empty line left out");
    let sizes = data.class_sizes();
    let sizes: Vec<(&str, usize)> = sizes.iter().map(|(name, n)| (&**name, *n)).collect();
    assert_eq!(
        sizes,
        [("\\n", 3), ("a", 3), ("b", 2)],
        "without the padding"
    );
}

#[test]
fn a_running_text_is_cut_into_pieces_that_meet() {
    let data = load_bytes("abcabca".as_bytes(), &spec(false, Some(2))).unwrap();
    assert_eq!(inputs(&data.train), [0.0, 1.0, 2.0, 0.0]);
    assert_eq!(data.train.labels(), Some([1, 2, 0, 1].as_slice()));
    assert_eq!(inputs(&data.test), [1.0, 2.0]);
    assert_eq!(data.test.labels(), Some([2, 0].as_slice()));
    let data = load_bytes("abcab".as_bytes(), &spec(false, Some(3))).unwrap();
    assert_eq!(data.test.lengths(), Some([1].as_slice()), "the rest");
    assert_eq!(inputs(&data.test), [0.0, 0.0, 0.0]);
    assert_eq!(data.test.labels(), Some([1, 0, 0].as_slice()));
}

#[test]
fn one_hot_inputs_are_zero_on_padding() {
    let spec = TextSpec {
        inputs: TextInputs::OneHot,
        ..spec(true, Some(3))
    };
    let data = load_bytes("ä\nä".as_bytes(), &spec).unwrap();
    assert_eq!(data.sample_shape, [3, 2]);
    assert_eq!(inputs(&data.train), [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
    assert_eq!(data.train.labels(), Some([1, 0, 0].as_slice()));
}

#[test]
fn a_shipped_text_is_found() {
    let spec = TextSpec {
        path: "names.txt".into(),
        ..spec(true, None)
    };
    let data = load(&spec, Path::new("."), &Streams::new(1)).unwrap();
    assert_eq!(data.sources[0].name, "text/names.txt");
    assert_eq!((data.train.len(), data.classes()), (5162, Some(27)));
    assert_eq!(data.sample_shape, [12], "eleven letters and the end");
}

fn message(bytes: &[u8], spec: &TextSpec) -> String {
    load_bytes(bytes, spec).unwrap_err().to_string()
}

#[test]
fn what_cannot_be_learned_from_is_refused() {
    let text = message(b"eva\nmaria\nada\n", &spec(true, Some(5)));
    let wanted = "dataset.text.steps: line 2 of t.txt has 5 characters and ends behind them, which \
                  takes 6 steps, and steps = 5; set steps = 6 or more, leave it out, or shorten";
    assert!(text.starts_with(wanted), "{text}");
    let text = message(b"ab\nba\n\nabz\n", &spec(true, None));
    let wanted =
        "dataset.text.split: the character 'z' in line 4 of t.txt is in the test part only";
    assert!(text.starts_with(wanted), "{text}");
    let text = message(b"ab\n\nbaba\nz", &spec(false, Some(7)));
    assert!(
        text.contains("the character 'z' in line 4 of t.txt"),
        "{text}"
    );
    for (empty, lines) in [
        (&b""[..], true),
        (b"", false),
        (b"\n\n", true),
        (b"x", false),
    ] {
        let text = message(empty, &spec(lines, Some(4)));
        let wanted = "dataset.text.path: t.txt has no text to learn from";
        assert!(text.starts_with(wanted), "{text}");
    }
    let text = message(b"abababab", &spec(false, Some(64)));
    let wanted = "dataset.text.steps: t.txt is one sequence of 7 of at most 64 steps, and no other \
                  is left to be tested on; set steps = 4 or less";
    assert!(text.starts_with(wanted), "{text}");
    let text = message(b"aaaaaaaaa", &spec(false, Some(4)));
    assert!(text.contains("has no character but 'a'"), "{text}");
    let every: String = (0x4e00..0x4e00 + 10_001)
        .filter_map(char::from_u32)
        .collect();
    let text = message(format!("{every}\n{every}").as_bytes(), &spec(true, None));
    assert!(text.contains("has 10002 different characters"), "{text}");
    let text = message(b"\x89PNG\r\n\x1a\n\0\0", &spec(true, None));
    let wanted = "t.txt, byte 0: found a PNG picture, expected a text; ";
    assert!(text.starts_with(wanted), "{text}");
    let text = message(b"caf\xe9\nada\n", &spec(true, None));
    assert!(text.contains("line 1, byte 3"), "{text}");
}

#[test]
fn texts_that_ship_are_named_where_there_is_none() {
    let error = load(&spec(true, None), Path::new("."), &Streams::new(1)).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("use a text that ships: \"names.txt\""),
        "{text}"
    );
}
