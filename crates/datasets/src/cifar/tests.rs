use super::*;
use crate::dataset::Target;
use crate::samples::Features;
use spec::datasets::Pixels;
use std::fs;
use tempfile::TempDir;

/// A record whose pixels are all of one byte.
fn record(label: u8, pixel: u8) -> Vec<u8> {
    let mut record = vec![label];
    record.resize(RECORD, pixel);
    record
}

/// A folder with six files of two records each; `change` spoils a file.
fn folder(change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (index, name) in (0..).zip(FILES) {
        let good = [record(index, 10 * index), record(9 - index, 10 * index + 1)].concat();
        if let Some(bytes) = change(name, good) {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
    }
    folder
}

fn spec() -> Cifar10Spec {
    Cifar10Spec {
        path: ".".into(),
        pixels: Pixels::Unit,
        train_limit: None,
        test_limit: None,
        target: Default::default(),
    }
}

fn message(folder: &TempDir) -> String {
    load(&spec(), folder.path()).unwrap_err().to_string()
}

/// The error when the third file holds these bytes.
fn error(bytes: &[u8]) -> String {
    message(&folder(|name, good| {
        let third = name == "data_batch_3.bin";
        Some(if third { bytes.to_vec() } else { good })
    }))
}

#[test]
fn files_become_images_in_their_order() {
    let folder = folder(|_, bytes| Some(bytes));
    let data = load(&spec(), folder.path()).unwrap();
    assert_eq!(data.sample_shape, [3, 32, 32]);
    let train = [0, 9, 1, 8, 2, 7, 3, 6, 4, 5];
    assert_eq!(data.train.labels(), Some(train.as_slice()));
    assert_eq!(data.test.labels(), Some([5, 4].as_slice()));
    let Features::Bytes { bytes, width, .. } = data.train.features() else {
        panic!("images are bytes");
    };
    assert_eq!((*width, bytes[PIXELS - 1], bytes[PIXELS]), (PIXELS, 0, 1));
    let Target::Classes { names } = &data.target else {
        panic!("the target is a class");
    };
    assert_eq!(names[..2], ["airplane", "automobile"]);
    assert_eq!((data.name.as_str(), data.sources.len()), ("cifar10", 6));
}

#[test]
fn limits_classes_and_standardized_pixels() {
    let folder = folder(|_, bytes| Some(bytes));
    let names: Vec<String> = (0..10).map(|class| format!("c{class}\n")).collect();
    fs::write(folder.path().join(META), names.concat() + "\n").unwrap();
    let limited = Cifar10Spec {
        train_limit: Some(2),
        test_limit: Some(1),
        pixels: Pixels::Standardize,
        ..spec()
    };
    let data = load(&limited, folder.path()).unwrap();
    assert_eq!((data.train.len(), data.test.len()), (2, 1));
    let Target::Classes { names } = &data.target else {
        panic!("the target is a class");
    };
    assert_eq!(names[9], "c9");
    // Bytes 0 and 1, half of each.
    let Features::Bytes { scale, offset, .. } = data.train.features() else {
        panic!("images are bytes");
    };
    assert_eq!((*scale, *offset), (2.0, -1.0));

    fs::write(folder.path().join(META), "one\ntwo\n").unwrap();
    let notes = load(&spec(), folder.path()).unwrap().notes;
    assert!(
        notes[0].starts_with("batches.meta.txt names 2 classes"),
        "{notes:?}"
    );
}

#[test]
fn the_folder_that_the_archive_unpacks_is_found() {
    let inner = folder(|_, bytes| Some(bytes));
    let outer = TempDir::new().unwrap();
    fs::rename(inner.path(), outer.path().join(UNPACKED)).unwrap();
    let data = load(&spec(), outer.path()).unwrap();
    assert_eq!(
        data.sources[0].name,
        "./cifar-10-batches-bin/data_batch_1.bin"
    );
    let deeper = TempDir::new().unwrap();
    fs::rename(outer.path(), deeper.path().join("data")).unwrap();
    let text = message(&deeper);
    let end = "; the files lie in \"./data/cifar-10-batches-bin\": set dataset.cifar10.path = \
               \"./data/cifar-10-batches-bin\"";
    assert!(text.ends_with(end), "{text}");
}

#[test]
fn wrong_sizes_and_labels_say_where() {
    let mut bytes = [record(0, 0), record(3, 0)].concat();
    bytes.push(7);
    let text = error(&bytes);
    let wanted = "./data_batch_3.bin, byte 6146: found 1 byte after 2 whole records, expected \
                  records of 3073 bytes: a label and 3 x 32 x 32 pixels; download \
                  cifar-10-binary.tar.gz again, and unpack it with `tar xf`";
    assert_eq!(text, wanted);
    let text = error(&[record(0, 0), record(10, 0)].concat());
    let wanted = "./data_batch_3.bin, byte 3073: found label 10 of record 1, expected a label of \
                  0 to 9; ";
    assert!(text.starts_with(wanted), "{text}");
    assert!(error(&[]).contains("found an empty file"));
    assert!(error(b"<html>").contains("found an HTML page"));
    assert!(error(&[0; 2 * RECORD_100]).contains("as CIFAR-100 has them"));
}

#[test]
fn what_lies_there_instead_tells_what_to_do() {
    let alone = |name: &str| {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join(name), "").unwrap();
        message(&folder)
    };
    assert!(alone("data_batch_1").contains("the files of the Python version (pickles): download"));
    let text = alone("cifar-10-binary.tar.gz");
    let end = "; cifar-10-binary.tar.gz lies there: unpack it with `tar xf \
               ./cifar-10-binary.tar.gz -C .`";
    assert!(text.ends_with(end), "{text}");
    let hundred = TempDir::new().unwrap();
    for name in ["train.bin", "test.bin"] {
        fs::write(hundred.path().join(name), "").unwrap();
    }
    assert!(message(&hundred).contains("the files of CIFAR-100, of 100 classes"));
    let part = folder(|name, bytes| (name == FILES[0]).then_some(bytes));
    let text = message(&part);
    let start = "data_batch_2.bin in folder . not found";
    assert!(text.starts_with(start), "{text}");
    let end = "; of the six files there are only data_batch_1.bin: unpack the archive again";
    assert!(text.ends_with(end), "{text}");
}
