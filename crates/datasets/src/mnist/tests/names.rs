//! How the four files may be called, and what is told where one is missing.

use super::*;

#[test]
fn raw_packed_and_prefixed_files_are_found() {
    let folder = folder(|_, bytes| Some(bytes));
    for name in ["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"] {
        let bytes = fs::read(folder.path().join(name)).unwrap();
        fs::remove_file(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(format!("{name}.gz")), gzip(&bytes)).unwrap();
    }
    let data = load(&spec(), folder.path()).unwrap();
    assert_eq!(data.sample_shape, [1, 2, 2]);
    assert_eq!(data.test.labels(), Some([2, 0].as_slice()));

    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .replace("t10k", "test");
        fs::rename(&path, folder.path().join(format!("kmnist-{name}"))).unwrap();
    }
    let text = load(&spec(), folder.path()).unwrap_err().to_string();
    assert!(
        text.ends_with("files there begin with \"kmnist-\": set dataset.mnist.prefix"),
        "{text}"
    );
    let prefixed = MnistSpec {
        prefix: "kmnist-".into(),
        ..spec()
    };
    let again = load(&prefixed, folder.path()).unwrap();
    assert_eq!(
        (again.name.as_str(), &again.checksum),
        ("kmnist", &data.checksum)
    );
}

/// The error when the four good files lie in a folder under these names.
fn misnamed(name: impl Fn(&str) -> String) -> String {
    let folder = renamed(name);
    load(&spec(), folder.path()).unwrap_err().to_string()
}

/// The four good files under other names, which may hold folders.
fn renamed(name: impl Fn(&str) -> String) -> TempDir {
    let good = folder(|_, bytes| Some(bytes));
    let folder = TempDir::new().unwrap();
    for entry in fs::read_dir(good.path()).unwrap() {
        let entry = entry.unwrap();
        let file = folder
            .path()
            .join(name(entry.file_name().to_str().unwrap()));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::copy(entry.path(), file).unwrap();
    }
    folder
}

#[test]
fn other_ways_to_write_the_names_are_found() {
    let checksum = load(&spec(), folder(|_, bytes| Some(bytes)).path())
        .unwrap()
        .checksum;
    let ways: [fn(&str) -> String; 5] = [
        |name| name.replace("-idx", ".idx"),
        |name| name.to_uppercase(),
        |name| format!("{name}/{name}"),
        |name| format!("{name}/{}", name.replace("-idx", ".idx")),
        |name| name.replace("-idx", ".IDX").replace("t10k", "Test"),
    ];
    for way in ways {
        let folder = renamed(way);
        let data = load(&spec(), folder.path()).unwrap();
        assert_eq!(
            data.checksum,
            checksum,
            "{}",
            way("train-images-idx3-ubyte")
        );
        // Kaggle ships both, the files and the folders.
        fs::create_dir_all(folder.path().join("train-images-idx3-ubyte/x")).unwrap();
    }
    let kaggle = renamed(|name| name.replace("-idx", ".idx"));
    fs::create_dir(kaggle.path().join("train-images-idx3-ubyte")).unwrap();
    let data = load(&spec(), kaggle.path()).unwrap();
    assert_eq!(data.sources[0].name, "./train-images.idx3-ubyte");
}

#[test]
fn missing_files_and_folders_say_where_was_looked() {
    let part = folder(|name, bytes| name.starts_with("train").then_some(bytes));
    let error = load(&spec(), part.path()).unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("t10k-images-idx3-ubyte in folder "),
        "{text}"
    );
    assert!(
        text.ends_with(
            "test-images-idx3-ubyte.gz); \"train-images-idx3-ubyte\", \"train-labels-idx1-ubyte\" \
             are there: put the missing ones of the four files beside"
        ),
        "{text}"
    );
    assert_eq!(error.key(), Some(PATH));

    let nowhere = MnistSpec {
        path: Some("no-such-folder".into()),
        ..spec()
    };
    let text = load(&nowhere, Path::new("configs"))
        .unwrap_err()
        .to_string();
    let start = "folder no-such-folder not found (looked for configs/no-such-folder, \
                 no-such-folder); name the folder";
    assert!(text.starts_with(start), "{text}");
}

#[test]
fn a_path_to_one_of_the_files_is_led_to_their_folder() {
    let all = folder(|_, bytes| Some(bytes));
    let at = |path: &str| {
        let spec = MnistSpec {
            path: Some(path.into()),
            ..spec()
        };
        load(&spec, all.path()).unwrap_err().to_string()
    };
    let text = at("train-images-idx3-ubyte");
    let wanted = "dataset.mnist.path: train-images-idx3-ubyte is a file; name the folder that \
                  holds the four IDX files: \".\"";
    assert_eq!(text, wanted);

    let kaggle = renamed(|name| format!("m/{name}/{name}"));
    let one = MnistSpec {
        path: Some("m/train-images-idx3-ubyte".into()),
        ..spec()
    };
    let text = load(&one, kaggle.path()).unwrap_err().to_string();
    let end = "; the files lie in \"m\": set dataset.mnist.path = \"m\"";
    assert!(text.ends_with(end), "{text}");
    let followed = MnistSpec {
        path: Some("m".into()),
        ..spec()
    };
    assert!(load(&followed, kaggle.path()).is_ok());
}

#[test]
fn what_lies_there_tells_what_to_do() {
    let text = misnamed(|name| format!("MNIST/raw/{name}"));
    let end = "; the files lie in \"./MNIST/raw\": set dataset.mnist.path = \"./MNIST/raw\"";
    assert!(text.ends_with(end), "{text}");
    let text = misnamed(|name| name.replace("train-labels", "emnist-letters-train-labels"));
    let end = "; files there begin with \"emnist-letters-\": set dataset.mnist.prefix";
    assert!(text.ends_with(end), "{text}");
    let text = misnamed(|name| name.replace("train-images-idx3-ubyte", "train-images.gz.part"));
    let end = "; the download of train-images.gz.part is not finished: wait, or download it again";
    assert!(text.ends_with(end), "{text}");
    let text = misnamed(|name| name.replace("images-idx3-ubyte", "images"));
    let end = "; t10k-images lies there: if it is that IDX file, name it t10k-images-idx3-ubyte";
    assert!(
        text.contains("train-images lies there") || text.ends_with(end),
        "{text}"
    );

    let alone = |file: &str, bytes: &[u8]| {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join(file), bytes).unwrap();
        load(&spec(), folder.path()).unwrap_err().to_string()
    };
    let text = alone("archive.zip", b"PK");
    let end = "; archive.zip lies there: unpack it with `unzip ./archive.zip -d .`";
    assert!(text.ends_with(end), "{text}");
    let text = alone("mnist_train.csv", b"label,1x1\n5,0\n");
    let end = "; mnist_train.csv is a table: [dataset.csv] reads it, with path = \
               \"./mnist_train.csv\" and target = \"label\"";
    assert!(text.ends_with(end), "{text}");
    let text = alone("mnist.npz", b"PK\x03\x04");
    assert!(
        text.contains("; mnist.npz lies there, a zip archive: "),
        "{text}"
    );
    let empty = TempDir::new().unwrap();
    let text = load(&spec(), empty.path()).unwrap_err().to_string();
    assert!(
        text.ends_with("; the folder is empty: put the files there"),
        "{text}"
    );
}

#[test]
fn a_prefix_that_the_files_have_not_is_told() {
    let folder = folder(|_, bytes| Some(bytes));
    let prefixed = MnistSpec {
        prefix: "emnist-".into(),
        ..spec()
    };
    let text = load(&prefixed, folder.path()).unwrap_err().to_string();
    let end = "; files there have no prefix: leave dataset.mnist.prefix out";
    assert!(text.ends_with(end), "{text}");
}

#[test]
fn a_folder_in_place_of_a_file_is_refused() {
    let folder = folder(|name, bytes| (!name.starts_with("t10k-l")).then_some(bytes));
    fs::create_dir(folder.path().join("t10k-labels-idx1-ubyte")).unwrap();
    let text = load(&spec(), folder.path()).unwrap_err().to_string();
    let wanted = "./t10k-labels-idx1-ubyte: is a folder, and no file of that name lies in it; put \
                  the IDX file into it, or in its place";
    assert_eq!(text, wanted);
}

#[test]
fn images_of_emnist_that_are_not_transposed_are_told() {
    let prefixed = renamed(|name| format!("emnist-letters-{name}"));
    let mut emnist = MnistSpec {
        prefix: "emnist-letters-".into(),
        ..spec()
    };
    let notes = load(&emnist, prefixed.path()).unwrap().notes;
    assert!(
        notes[0].contains("dataset.mnist.transpose = true"),
        "{notes:?}"
    );
    emnist.transpose = true;
    let notes = load(&emnist, prefixed.path()).unwrap().notes;
    assert!(notes[0].starts_with("transposed: "), "{notes:?}");
}
