//! What is wrong with a folder of pictures: one message each, with a remedy that leads on.

use super::*;

#[test]
fn test_pictures_without_classes_lead_to_a_split() {
    let files = [
        ("pets/train/cat/1.png", grey(10)),
        ("pets/train/dog/1.png", grey(20)),
        ("pets/test/1.png", grey(20)),
    ];
    let text = message(&spec(), &folder(&files));
    let end = "as pets/test/CLASS, or set path = \"pets/train\" to hold some of those back";
    assert!(text.ends_with(end), "{text}");
}

#[test]
fn a_file_that_is_no_picture_is_named_as_what_it_is() {
    let cases: [(&[u8], &str); 7] = [
        (
            b"\x89PNG\n\x1a\n\0\0\0\rIHDR",
            "is a PNG picture whose line ends were changed, as in",
        ),
        (
            b"",
            "is an empty file; take it out of the class folder, or put a PNG",
        ),
        (
            b"RIFF\x10\0\0\0WEBPVP8 ",
            "is a WebP picture, neither PNG nor JPEG; convert it",
        ),
        (
            b"GIF89a",
            "is a GIF picture, neither PNG nor JPEG; convert it to PNG or JPEG",
        ),
        (
            b"<!DOCTYPE html>",
            "is an HTML page, neither PNG nor JPEG; take it out",
        ),
        (
            b"404 not found",
            "is text, \"404 not found\", not a picture; take it out",
        ),
        (
            b"\0\x01",
            "is neither PNG nor JPEG, it begins with the bytes [00, 01]; take",
        ),
    ];
    for (bytes, wanted) in cases {
        let text = message(&whole(), &pets(&[("pets/cat/3.jpg", bytes.to_vec())]));
        assert!(
            text.starts_with(&format!("pets/cat/3.jpg: {wanted}")),
            "{text}"
        );
    }
}

#[test]
fn truncated_pictures_are_refused_at_any_length() {
    for (format, whole_file) in [("JPEG", jpeg(40)), ("PNG", grey(10))] {
        // Without its last chunk, of 12 bytes, a PNG still has all its pixels.
        let enough = whole_file.len() - if format == "PNG" { 12 } else { 0 };
        for length in 8..enough {
            let size = Wish {
                size: [1, 1],
                given_by: None,
                channels: None,
            };
            let file = Located {
                path: "a".into(),
                name: "a".into(),
            };
            let text = match picture::decode(&whole_file[..length], &file, &size) {
                Ok(_) => panic!("{format} of {length} bytes"),
                Err(error) => error.to_string(),
            };
            let wanted = format!("a: is a truncated {format} picture; download or export it again");
            assert!(text.starts_with(&wanted), "{length}: {text}");
        }
    }
}

#[test]
fn a_damaged_picture_is_refused() {
    let mut damaged = grey(10);
    let at = damaged.len() - 20;
    damaged[at] ^= 1;
    let text = message(&whole(), &pets(&[("pets/cat/3.png", damaged)]));
    assert!(
        text.starts_with("pets/cat/3.png: is a damaged PNG picture; "),
        "{text}"
    );
}

#[test]
fn folders_without_classes_lead_on() {
    let flat = folder(&[("pets/cat.0.png", grey(1)), ("pets/dog.0.png", grey(2))]);
    let wanted = "dataset.images.path: 2 pictures right in pets: nothing tells their classes; put \
                  those of each class into a folder of its own, as pets/CLASS";
    assert_eq!(message(&spec(), &flat), wanted);
    let unsorted = folder(&[("pets/train/a.png", grey(1)), ("pets/test/b.png", grey(2))]);
    let text = message(&spec(), &unsorted);
    assert!(
        text.contains("1 picture right in pets/train: nothing"),
        "{text}"
    );
    let packed = folder(&[("pets/pets.zip", b"PK".to_vec())]);
    let text = message(&spec(), &packed);
    let wanted = "dataset.images.path: pets holds no folder of pictures; pets.zip lies there: \
                  unpack it with `unzip pets/pets.zip -d pets`";
    assert_eq!(text, wanted);
}

#[test]
fn test_pictures_alone_are_refused() {
    let alone = folder(&[("pets/test/1.png", grey(1)), ("pets/val/1.png", grey(2))]);
    let wanted = "dataset.images.path: pets holds a folder test, but none called train; put the \
                  training pictures into pets/train";
    assert_eq!(message(&spec(), &alone), wanted);
}

#[test]
fn empty_and_single_classes_are_refused() {
    let empty = pets(&[]);
    fs::create_dir(empty.path().join("pets/emu")).unwrap();
    let wanted = "pets/emu: a class folder without pictures; put PNG or JPEG pictures into it, or \
                  remove it";
    assert_eq!(message(&spec(), &empty), wanted);
    let single = folder(&[("pets/cat/1.png", grey(1))]);
    let wanted = "dataset.images.path: a single class, cat: nothing to tell apart; put a folder of \
                  pictures for each class into pets";
    assert_eq!(message(&spec(), &single), wanted);
}

#[test]
fn folders_in_a_class_are_not_taken_for_it() {
    let nested = folder(&[
        ("pets/pets/cat/1.png", grey(1)),
        ("pets/pets/dog/1.png", grey(2)),
    ]);
    let wanted = "dataset.images.path: pets/pets is taken for a class, but holds folders: \"cat\", \
                  \"dog\"; set path = \"pets/pets\", if these are the classes";
    assert_eq!(message(&spec(), &nested), wanted);
    let copied = pets(&[
        ("pets/pets/cat/1.png", grey(1)),
        ("pets/pets/dog/1.png", grey(2)),
    ]);
    let text = message(&spec(), &copied);
    assert!(
        text.contains("pets/pets is taken for a class, but holds folders"),
        "{text}"
    );
    // A folder that holds nothing but another one says nothing else.
    let deeper = folder(&[
        ("pets/cat/images/1.png", grey(1)),
        ("pets/dog/images/1.png", grey(2)),
    ]);
    assert_eq!(classes(&read(&whole(), &deeper).unwrap()), ["cat", "dog"]);
}

#[test]
fn a_test_class_that_training_lacks_is_refused() {
    let parts = |class: &str| {
        folder(&[
            ("pets/train/cat/1.png", grey(10)),
            ("pets/train/dog/1.png", grey(20)),
            (&format!("pets/test/{class}/1.png"), grey(30)),
            ("pets/test/dog/1.png", grey(30)),
        ])
    };
    let wanted = "dataset.images.path: pets/test/Cat has no class of that name in pets/train; is \
                  it \"cat\"? Give both folders the same name";
    assert_eq!(message(&spec(), &parts("Cat")), wanted);
    let text = message(&spec(), &parts("emu"));
    assert!(text.ends_with("; put pictures of it into the training folder too, or remove it"));
}
