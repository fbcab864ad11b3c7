mod refused;

use super::*;
use crate::dataset::Target;
use crate::samples::Features;
use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage, Rgba, RgbaImage};
use proptest::prelude::*;
use spec::datasets::{Holdout, Pixels};
use std::fs;
use std::io::Cursor;
use tempfile::TempDir;

fn encode(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Two rows of three grey pixels: `start`, `start + 1` ...
fn grey(start: u8) -> Vec<u8> {
    let image = GrayImage::from_fn(3, 2, |x, y| Luma([start + (3 * y + x) as u8]));
    encode(image, ImageFormat::Png)
}

/// One red, one green and one blue pixel.
fn colour() -> Vec<u8> {
    let image = RgbImage::from_fn(3, 1, |x, _| {
        let mut pixel = [0; 3];
        pixel[x as usize] = 200;
        Rgb(pixel)
    });
    encode(image, ImageFormat::Png)
}

fn jpeg(side: u32) -> Vec<u8> {
    let image = RgbImage::from_fn(side, side, |x, y| Rgb([(x * 7) as u8, (y * 5) as u8, 90]));
    encode(image, ImageFormat::Jpeg)
}

fn folder(files: &[(&str, Vec<u8>)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
    folder
}

/// Four grey pictures of two classes, and what else is asked for.
fn pets(more: &[(&str, Vec<u8>)]) -> TempDir {
    let mut files = vec![
        ("pets/cat/1.png", grey(10)),
        ("pets/cat/2.png", grey(20)),
        ("pets/dog/1.png", grey(30)),
        ("pets/dog/2.PNG", grey(40)),
    ];
    files.extend_from_slice(more);
    folder(&files)
}

fn spec() -> ImagesSpec {
    ImagesSpec {
        path: "pets".into(),
        size: None,
        channels: None,
        pixels: Pixels::Unit,
        split: None,
        target: Default::default(),
    }
}

fn whole() -> ImagesSpec {
    ImagesSpec {
        split: Some(Split::None),
        ..spec()
    }
}

fn read(spec: &ImagesSpec, folder: &TempDir) -> Result<Dataset, DataError> {
    load(spec, folder.path(), &Streams::new(1))
}

fn message(spec: &ImagesSpec, folder: &TempDir) -> String {
    read(spec, folder).unwrap_err().to_string()
}

fn bytes(data: &Dataset) -> &[u8] {
    match data.train.features() {
        Features::Bytes { bytes, .. } => bytes,
        Features::Values(_) => panic!("images are bytes"),
    }
}

fn classes(data: &Dataset) -> &[String] {
    match &data.target {
        Target::Classes { names } => names,
        _ => panic!("the target is a class"),
    }
}

#[test]
fn folders_are_classes_and_their_pictures_are_samples() {
    let data = read(&whole(), &pets(&[])).unwrap();
    assert_eq!((data.name.as_str(), data.test_is_train), ("pets", true));
    assert_eq!(data.sample_shape, [1, 2, 3]);
    assert_eq!(data.train.labels(), Some([0, 0, 1, 1].as_slice()));
    assert_eq!(classes(&data), ["cat", "dog"]);
    assert_eq!(bytes(&data)[..8], [10, 11, 12, 13, 14, 15, 20, 21]);
    assert_eq!(
        data.notes,
        ["grey, as all pictures are", "pixels: byte / 255"]
    );
    assert_eq!(data.sources.len(), 1);
    assert_eq!(data.sources[0].name, "pets (4 pictures)");
}

#[test]
fn the_digest_of_the_files_is_that_of_sha256sum() {
    let data = read(&whole(), &pets(&[])).unwrap();
    let line = |name: &str, start: u8| format!("{}  {name}\n", checksum::of_bytes(&grey(start)));
    let lines = [
        line("cat/1.png", 10),
        line("cat/2.png", 20),
        line("dog/1.png", 30),
        line("dog/2.PNG", 40),
    ];
    assert_eq!(
        data.sources[0].sha256,
        checksum::of_bytes(lines.concat().as_bytes())
    );
}

#[test]
fn parts_are_found_by_their_names() {
    let parts = |test: &str| {
        folder(&[
            ("pets/train/cat/1.png", grey(10)),
            ("pets/train/dog/1.png", grey(20)),
            (&format!("pets/{test}/dog/1.png"), grey(30)),
            ("pets/labels/1.txt", Vec::new()),
        ])
    };
    for test in ["test", "Test", "testing", "val", "validation"] {
        let data = read(&spec(), &parts(test)).unwrap();
        assert_eq!((data.train.len(), data.test.len()), (2, 1), "{test}");
        assert_eq!(data.test.labels(), Some([1].as_slice()));
        assert_eq!(data.notes[0], "not read: \"labels\"");
        assert_eq!(data.sources[1].name, format!("pets/{test} (1 picture)"));
    }
    let split = ImagesSpec {
        split: Some(Split::Shuffled(Holdout { test: 0.5 })),
        ..spec()
    };
    let text = message(&split, &parts("test"));
    let wanted = "dataset.images.split: pets has a folder of test pictures, pets/test; leave split \
                  out, or set path = \"pets/train\" to split these";
    assert_eq!(text, wanted);
}

#[test]
fn a_training_folder_alone_is_split() {
    let files = [
        ("pets/train/cat/1.png", grey(10)),
        ("pets/train/dog/1.png", grey(20)),
    ];
    let half = ImagesSpec {
        split: Some(Split::Shuffled(Holdout { test: 0.5 })),
        ..spec()
    };
    let data = read(&half, &folder(&files)).unwrap();
    assert_eq!((data.train.len(), data.test.len()), (1, 1));
}

#[test]
fn a_class_may_be_called_train() {
    let files = [
        ("pets/car/1.png", grey(1)),
        ("pets/train/1.png", grey(2)),
        ("pets/plane/1.png", grey(3)),
    ];
    let data = read(&whole(), &folder(&files)).unwrap();
    assert_eq!(classes(&data), ["car", "plane", "train"]);
}

#[test]
fn numbers_are_sorted_as_numbers() {
    let files: Vec<(String, Vec<u8>)> = (0..11)
        .map(|class| (format!("pets/{class}/1.png"), grey(class)))
        .collect();
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(n, b)| (n.as_str(), b.clone())).collect();
    let data = read(&whole(), &folder(&files)).unwrap();
    assert_eq!(classes(&data)[9..], ["9", "10"]);
    assert_eq!(bytes(&data)[10 * 6], 10);
}

#[test]
fn a_split_holds_pictures_back() {
    let half = ImagesSpec {
        split: Some(Split::Stratified(Holdout { test: 0.5 })),
        ..spec()
    };
    let data = read(&half, &pets(&[])).unwrap();
    assert_eq!(data.train.labels(), Some([0, 1].as_slice()));
    assert_eq!(data.test.labels(), Some([0, 1].as_slice()));
    let quarter = read(&spec(), &pets(&[])).unwrap();
    assert_eq!((quarter.train.len(), quarter.test.len()), (3, 1));
    assert_eq!(quarter.notes[1], "split: 0.25 held back, shuffled");
}

#[test]
fn colours_are_planes_and_can_be_made_grey() {
    let files = [("pets/a/1.png", colour()), ("pets/b/1.png", colour())];
    let data = read(&whole(), &folder(&files)).unwrap();
    assert_eq!(data.sample_shape, [3, 1, 3]);
    assert_eq!(bytes(&data)[..9], [200, 0, 0, 0, 200, 0, 0, 0, 200]);
    let as_grey = ImagesSpec {
        channels: Some(1),
        ..whole()
    };
    let data = read(&as_grey, &folder(&files)).unwrap();
    assert_eq!(data.sample_shape, [1, 1, 3]);
    // 200 times 0.2126, 0.7152 and 0.0722, rounded.
    assert_eq!(bytes(&data)[..3], [43, 143, 14]);
    let as_colour = ImagesSpec {
        channels: Some(3),
        ..whole()
    };
    let data = read(&as_colour, &pets(&[])).unwrap();
    assert_eq!(data.sample_shape, [3, 2, 3]);
    assert_eq!(
        bytes(&data)[..12],
        [10, 11, 12, 13, 14, 15, 10, 11, 12, 13, 14, 15]
    );
}

#[test]
fn grey_pictures_among_coloured_ones_repeat_their_channel() {
    let one_row = GrayImage::from_fn(3, 1, |x, _| Luma([x as u8]));
    let files = [
        ("pets/a/1.png", colour()),
        ("pets/b/1.png", encode(one_row, ImageFormat::Png)),
    ];
    let data = read(&whole(), &folder(&files)).unwrap();
    assert_eq!(bytes(&data)[9..], [0, 1, 2, 0, 1, 2, 0, 1, 2]);
    let note = "grey, made three equal channels: 1 of 2 pictures";
    assert_eq!(data.notes[0], note);
}

#[test]
fn colours_that_are_all_grey_are_one_channel() {
    let image = || encode(RgbImage::from_pixel(2, 2, Rgb([7; 3])), ImageFormat::Png);
    let files = [("pets/a/1.png", image()), ("pets/b/1.png", image())];
    let data = read(&whole(), &folder(&files)).unwrap();
    assert_eq!(
        (data.sample_shape.as_slice(), bytes(&data)[0]),
        ([1, 2, 2].as_slice(), 7)
    );
}

#[test]
fn parts_are_known_by_the_names_that_archives_give_them() {
    for [train, test] in [
        ["training_set", "test_set"],
        ["seg_train/seg_train", "seg_test/seg_test"],
        ["train-images", "test-images"],
        ["Trainset", "Testset"],
    ] {
        let name = |part: &str, class: &str| format!("pets/{part}/{class}/1.png");
        let names = [train, train, test, test];
        let names: Vec<String> = (names.iter().zip(["cat", "dog", "cat", "dog"]))
            .map(|(part, class)| name(part, class))
            .collect();
        let files: Vec<(&str, Vec<u8>)> = names.iter().map(|n| (n.as_str(), grey(9))).collect();
        let data = load(&spec(), folder(&files).path(), &Streams::new(1)).unwrap();
        assert_eq!((data.train.len(), data.test.len()), (2, 2), "{train}");
    }
    let stations = ["pets/train_station/1.png", "pets/test_tube/1.png"];
    let files = stations.map(|name| (name, grey(9)));
    let data = load(&spec(), folder(&files).path(), &Streams::new(1));
    assert!(data.is_ok_and(|data| data.train.len() == 1));
}

#[test]
fn pictures_of_several_sizes_are_resized_or_refused() {
    let wide = encode(GrayImage::from_pixel(100, 90, Luma([50])), ImageFormat::Png);
    let mixed = pets(&[("pets/dog/3.png", wide)]);
    let error = read(&whole(), &mixed).unwrap_err();
    let wanted = "dataset.images.size: pictures of different sizes: pets/cat/1.png is 2 x 3 \
                  (height x width), pets/dog/3.png is 90 x 100; resize all of them: size = [2, 3], \
                  for example";
    assert_eq!(
        (error.to_string().as_str(), error.key()),
        (wanted, Some(SIZE))
    );
    let resized = ImagesSpec {
        size: Some([4, 5]),
        ..whole()
    };
    let data = read(&resized, &mixed).unwrap();
    assert_eq!(data.sample_shape, [1, 4, 5]);
    assert_eq!(bytes(&data)[4 * 20..], [50; 20]);
    assert_eq!(data.notes[1], "resized to 4 x 5, bilinear: 5 of 5 pictures");
}

#[test]
fn transparency_depth_and_turning_are_told() {
    let clear = RgbaImage::from_fn(3, 2, |x, _| Rgba([0, 0, 0, 127 * x as u8]));
    let deep = image::ImageBuffer::<Luma<u16>, _>::from_pixel(3, 2, Luma([0x8123_u16]));
    let deep = DynamicImage::ImageLuma16(deep);
    let more = pets(&[
        ("pets/dog/3.png", encode(clear, ImageFormat::Png)),
        ("pets/dog/4.png", encode(deep, ImageFormat::Png)),
    ]);
    let data = read(&whole(), &more).unwrap();
    assert_eq!(bytes(&data)[4 * 6..4 * 6 + 3], [255, 128, 1]);
    assert_eq!(bytes(&data)[5 * 6], 0x81);
    assert_eq!(data.notes[1], "transparent, laid on white: 1 of 6 pictures");
    assert_eq!(
        data.notes[2],
        "16 bits a channel, reduced to 8: 1 of 6 pictures"
    );
}

#[test]
fn photographs_are_turned_as_their_exif_data_say() {
    // An application segment behind the start of the image: orientation 6, a quarter to the right.
    let exif =
        b"\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let wide = || {
        encode(
            RgbImage::from_fn(16, 8, |x, _| Rgb([16 * x as u8; 3])),
            ImageFormat::Jpeg,
        )
    };
    let turned = [&wide()[..2], exif, &wide()[2..]].concat();
    let files = [("pets/a/1.jpg", turned.clone()), ("pets/b/1.jpg", turned)];
    let data = read(&whole(), &folder(&files)).unwrap();
    assert_eq!(data.sample_shape, [1, 16, 8]);
    assert!(bytes(&data)[0] < 10 && bytes(&data)[127] > 230);
    assert!(
        data.notes[1].starts_with("turned upright, as their EXIF data say: 2"),
        "{:?}",
        data.notes
    );
}

#[test]
fn what_systems_leave_behind_is_left_out() {
    let more = pets(&[
        ("pets/.DS_Store", vec![1]),
        ("pets/cat/Thumbs.db", vec![1]),
        ("pets/__MACOSX/cat/._1.png", vec![1]),
        ("pets/cat/._1.png", vec![1]),
        ("pets/README.md", vec![1]),
        ("pets/cat/boxes.xml", vec![1]),
    ]);
    let data = read(&whole(), &more).unwrap();
    assert_eq!(data.checksum, read(&whole(), &pets(&[])).unwrap().checksum);
    assert_eq!(data.notes[0], "not read: \"README.md\", \"boxes.xml\"");
    let hidden = "not read, hidden or left by a system: \".DS_Store\", \"._1.png\", \"Thumbs.db\", \
                  \"__MACOSX\"";
    assert_eq!(data.notes[1], hidden);
}

#[test]
fn the_content_tells_the_format_and_not_the_name() {
    let side =
        |bytes: Vec<u8>| folder(&[("pets/a/1.png", bytes.clone()), ("pets/b/1.txt.jpg", bytes)]);
    assert!(read(&whole(), &side(jpeg(8))).is_ok());
    assert!(read(&whole(), &side(grey(1))).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn damage_anywhere_never_panics(at: prop::sample::Index, flip in 1_u8..=255, png: bool) {
        let mut bytes = if png { grey(3) } else { jpeg(9) };
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let wish = Wish { size: [2, 2], given_by: None, channels: None };
        let file = Located { path: "a".into(), name: "a".into() };
        let _ = picture::decode(&bytes, &file, &wish);
    }
}
