mod names;

use super::*;
use crate::gzip::tests::gzip;
use crate::idx::tests::encode;
use crate::samples::Features;
use ndarray::Array2;
use spec::datasets::Pixels;
use std::fs;
use tempfile::TempDir;

/// A folder with three training and two test images of 2 x 2 pixels; `change` spoils a file.
fn folder(change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>) -> TempDir {
    let images = |n: u8| encode(&[n.into(), 2, 2], &(0..n * 4).collect::<Vec<_>>());
    let files = [
        ("train-images-idx3-ubyte", images(3)),
        ("train-labels-idx1-ubyte", encode(&[3], &[0, 1, 2])),
        ("t10k-images-idx3-ubyte", images(2)),
        ("t10k-labels-idx1-ubyte", encode(&[2], &[2, 0])),
    ];
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        if let Some(bytes) = change(name, bytes) {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
    }
    folder
}

fn spec() -> MnistSpec {
    MnistSpec {
        path: Some(".".into()),
        ..MnistSpec::default()
    }
}

/// The error when the file of that name holds these bytes.
fn error(name: &str, bytes: &[u8]) -> DataError {
    let folder = folder(|file, good| Some(if file == name { bytes.to_vec() } else { good }));
    load(&spec(), folder.path()).unwrap_err()
}

#[test]
fn row_by_row_an_image_is_a_sequence_of_the_same_numbers() {
    let folder = folder(|_, good| Some(good));
    let rows = MnistSpec {
        rows: true,
        pad: 1,
        ..spec()
    };
    let whole = MnistSpec { pad: 1, ..spec() };
    let [rows, whole] = [rows, whole].map(|spec| load(&spec, folder.path()).unwrap());
    assert_eq!(whole.sample_shape, [1, 4, 4]);
    assert_eq!(rows.sample_shape, [4, 4]);
    assert_eq!((&rows.train, &rows.test), (&whole.train, &whole.test));
    assert!(
        rows.notes
            .contains(&"row by row: an image is a sequence of its rows".into())
    );
}

#[test]
fn the_shipped_files_are_the_original_mnist() {
    let data = load(&MnistSpec::default(), Path::new(".")).unwrap();
    assert_eq!((data.train.len(), data.test.len()), (60_000, 10_000));
    assert_eq!(data.sample_shape, [1, 28, 28]);
    let (train, test) = (data.train.labels().unwrap(), data.test.labels().unwrap());
    assert_eq!((train[0], test[0]), (5, 7));
    let mut counts = [0; 10];
    train.iter().for_each(|&label| counts[label] += 1);
    let known = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];
    assert_eq!(counts, known);
    let sha256 = "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609";
    assert_eq!(data.sources[0].sha256, sha256);
    assert_eq!(data.sources[0].name, "mnist/train-images-idx3-ubyte.gz");
    assert_eq!((data.name.as_str(), data.test_is_train), ("mnist", false));
}

#[test]
fn standardized_pixels_have_the_known_mean_and_deviation() {
    let spec = MnistSpec {
        pixels: Pixels::Standardize,
        ..MnistSpec::default()
    };
    let data = load(&spec, Path::new(".")).unwrap();
    let Features::Bytes { scale, offset, .. } = data.train.features() else {
        panic!("images are bytes");
    };
    // Known for pixels in [0, 1]: mean 0.1307, deviation 0.3081.
    assert!((1.0 / scale / 255.0 - 0.3081).abs() < 5e-5);
    assert!((-offset / scale / 255.0 - 0.1307).abs() < 5e-5);
}

#[test]
fn pixels_map_as_asked() {
    let folder = folder(|_, bytes| Some(bytes));
    let first = |pixels| {
        let data = load(&MnistSpec { pixels, ..spec() }, folder.path()).unwrap();
        let mut x = Array2::<f64>::zeros((3, 4));
        data.train.gather(&[0, 1, 2], x.view_mut());
        x
    };
    assert!((first(Pixels::Unit)[[2, 3]] - 11.0 / 255.0).abs() < 1e-15);
    assert_eq!(first(Pixels::Binary).sum(), 0.0);
    assert!((first(Pixels::Signed)[[2, 3]] - (22.0 / 255.0 - 1.0)).abs() < 1e-15);
    // Bytes 0..=11: mean 5.5, variance (12^2 - 1) / 12.
    let wanted = 5.5 / (143.0_f64 / 12.0).sqrt();
    assert!((first(Pixels::Standardize)[[2, 3]] - wanted).abs() < 1e-12);
}

#[test]
fn a_range_maps_byte_0_and_byte_255_to_its_ends() {
    let folder = folder(|_, bytes| Some(bytes));
    let ranged = MnistSpec {
        pixels: Pixels::Range([-0.1, 1.175]),
        ..spec()
    };
    let data = load(&ranged, folder.path()).unwrap();
    let mut x = Array2::<f64>::zeros((1, 4));
    data.train.gather(&[0], x.view_mut());
    assert!((x[[0, 0]] + 0.1).abs() < 1e-15);
    assert!((x[[0, 3]] - (-0.1 + 3.0 * 1.275 / 255.0)).abs() < 1e-15);
    assert_eq!(data.train.background(), -0.1);
    assert_eq!(data.notes, ["pixels: 0 becomes -0.1, 255 becomes 1.175"]);
}

#[test]
fn padding_puts_background_around_each_image() {
    let folder = folder(|_, bytes| Some(bytes));
    let padded = MnistSpec {
        pad: 1,
        pixels: Pixels::Signed,
        ..spec()
    };
    let data = load(&padded, folder.path()).unwrap();
    assert_eq!(data.sample_shape, [1, 4, 4]);
    assert!(data.notes[0].starts_with("padded: 1 pixels of background"));
    let Features::Bytes { bytes, width, .. } = data.test.features() else {
        panic!("images are bytes");
    };
    let second = [0, 0, 0, 0, 0, 4, 5, 0, 0, 6, 7, 0, 0, 0, 0, 0];
    assert_eq!((*width, &bytes[16..]), (16, second.as_slice()));
    assert_eq!(data.train.background(), -1.0);
}

#[test]
fn images_are_resized_before_they_are_padded() {
    let folder = folder(|_, bytes| Some(bytes));
    let spec = MnistSpec {
        size: Some(1.into()),
        pad: 1,
        ..spec()
    };
    let data = load(&spec, folder.path()).unwrap();
    assert_eq!(data.sample_shape, [1, 3, 3]);
    assert_eq!(data.notes[0], "resized to 1 x 1, bilinear");
    let Features::Bytes { bytes, .. } = data.test.features() else {
        panic!("images are bytes");
    };
    // Bytes 4, 5, 6 and 7 of the second image.
    assert_eq!(bytes[9..], [0, 0, 0, 0, 6, 0, 0, 0, 0]);
}

#[test]
fn the_pixel_map_is_fitted_to_what_the_network_sees() {
    let folder = folder(|_, bytes| Some(bytes));
    let padded = MnistSpec {
        pad: 2,
        deskew: true,
        pixels: Pixels::Standardize,
        ..spec()
    };
    let data = load(&padded, folder.path()).unwrap();
    let mut x = Array2::<f64>::zeros((3, 36));
    data.train.gather(&[0, 1, 2], x.view_mut());
    assert!(x.mean().unwrap().abs() < 1e-12);
    assert!((x.mapv(|x| x * x).mean().unwrap() - 1.0).abs() < 1e-12);
    assert!(data.notes[0].starts_with("deskewed: "), "{:?}", data.notes);
    assert!(data.notes[1].starts_with("padded: "), "{:?}", data.notes);
}

#[test]
fn deskewing_changes_training_and_test_images_alike() {
    // One slanted stroke in 3 x 3 for both parts.
    let slanted = [0, 0, 9, 0, 9, 0, 9, 0, 0];
    let folder = folder(|name, bytes| match name.contains("images") {
        true => {
            let count = if name.starts_with("train") { 3 } else { 2 };
            Some(encode(&[count, 3, 3], &slanted.repeat(count as usize)))
        }
        false => Some(bytes),
    });
    let deskewed = MnistSpec {
        deskew: true,
        ..spec()
    };
    let data = load(&deskewed, folder.path()).unwrap();
    for part in [&data.train, &data.test] {
        let Features::Bytes { bytes, .. } = part.features() else {
            panic!("images are bytes");
        };
        assert_eq!(bytes[..9], [0, 9, 0, 0, 9, 0, 0, 9, 0]);
    }
}

#[test]
fn padding_beyond_memory_is_refused() {
    let folder = folder(|_, bytes| Some(bytes));
    for pad in [1 << 20, usize::MAX / 2, usize::MAX] {
        let error = load(&MnistSpec { pad, ..spec() }, folder.path()).unwrap_err();
        assert_eq!(error.key(), Some(PAD), "{error}");
    }
}

#[test]
fn limits_keep_the_first_samples() {
    let folder = folder(|_, bytes| Some(bytes));
    let limited = MnistSpec {
        train_limit: Some(2),
        test_limit: Some(9),
        ..spec()
    };
    let data = load(&limited, folder.path()).unwrap();
    assert_eq!((data.train.len(), data.test.len()), (2, 2));
    assert!(data.notes[0].starts_with("the first 2 of 3 images of"));
    let none = MnistSpec {
        test_limit: Some(0),
        ..spec()
    };
    let error = load(&none, folder.path()).unwrap_err();
    assert_eq!(error.key(), Some("dataset.mnist.test_limit"));
}

#[test]
fn different_counts_are_refused() {
    let text = error("train-labels-idx1-ubyte", &encode(&[2], &[0, 1])).to_string();
    let wanted = "./train-labels-idx1-ubyte, byte 4: found 2 labels, expected 3, one for each image \
                  of ./train-images-idx3-ubyte; use two files that belong together";
    assert_eq!(text, wanted);
}

#[test]
fn wrong_ranks_are_refused() {
    let text = error("train-images-idx3-ubyte", &encode(&[3, 4], &[0; 12])).to_string();
    assert!(
        text.contains("found 2 dimensions [3, 4], expected 3 dimensions"),
        "{text}"
    );
    let colour = encode(&[3, 3, 2, 2], &[0; 36]);
    let text = error("train-images-idx3-ubyte", &colour).to_string();
    assert!(text.contains("found 4 dimensions [3, 3, 2, 2]"), "{text}");
    assert!(
        text.contains("; images in colour are read by [dataset.images]"),
        "{text}"
    );
    let text = error("t10k-labels-idx1-ubyte", &encode(&[2, 1], &[0, 1])).to_string();
    assert!(text.contains("expected 1 dimension [labels]"), "{text}");
    assert!(
        text.ends_with("check that images and labels were not exchanged"),
        "{text}"
    );
}

#[test]
fn different_image_sizes_are_refused() {
    let text = error("t10k-images-idx3-ubyte", &encode(&[2, 1, 4], &[0; 8])).to_string();
    assert!(
        text.contains("byte 8: found images of 1 x 4 pixels, expected 2 x 2"),
        "{text}"
    );
}

#[test]
fn labels_must_be_below_the_number_of_classes() {
    let folder = folder(|_, bytes| Some(bytes));
    let two = MnistSpec {
        classes: Some(2),
        ..spec()
    };
    let error = load(&two, folder.path()).unwrap_err();
    let text = "dataset.mnist.classes: 2 classes, but ./train-labels-idx1-ubyte, byte 10, holds \
                label 2; set classes to 3, or leave it out";
    assert_eq!(
        (error.to_string().as_str(), error.key()),
        (text, Some(CLASSES))
    );
}

#[test]
fn a_single_class_is_refused() {
    let folder = folder(|name, bytes| match name {
        "train-labels-idx1-ubyte" => Some(encode(&[3], &[0; 3])),
        "t10k-labels-idx1-ubyte" => Some(encode(&[2], &[0; 2])),
        _ => Some(bytes),
    });
    let text = load(&spec(), folder.path()).unwrap_err().to_string();
    assert!(text.contains("a single class"), "{text}");
}

#[test]
fn transposing_exchanges_rows_and_columns() {
    // Two rows of three pixels.
    let images = |count: u8| encode(&[count.into(), 2, 3], &(0..count * 6).collect::<Vec<_>>());
    let folder = folder(|name, bytes| match name {
        "train-images-idx3-ubyte" => Some(images(3)),
        "t10k-images-idx3-ubyte" => Some(images(2)),
        _ => Some(bytes),
    });
    let transposed = MnistSpec {
        transpose: true,
        ..spec()
    };
    let data = load(&transposed, folder.path()).unwrap();
    assert_eq!(data.sample_shape, [1, 3, 2]);
    let Features::Bytes { bytes, .. } = data.test.features() else {
        panic!("images are bytes");
    };
    assert_eq!(bytes[..6], [0, 3, 1, 4, 2, 5]);
    assert_eq!(bytes[6..], [6, 9, 7, 10, 8, 11]);
    assert!(
        data.notes[0].starts_with("transposed: "),
        "{:?}",
        data.notes
    );

    // Padding comes after it.
    let padded = MnistSpec {
        pad: 1,
        ..transposed
    };
    assert_eq!(
        load(&padded, folder.path()).unwrap().sample_shape,
        [1, 5, 4]
    );
}
