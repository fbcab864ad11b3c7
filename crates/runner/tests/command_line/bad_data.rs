//! Data that cannot be used: one message that names the file, exit code 2, nothing left behind.

use std::fs;
use std::path::Path;

use crate::support::{TINY, Workspace};

const TEST_LABELS: &str = "digits/t10k-labels-idx1-ubyte";

/// An IDX file of unsigned bytes.
fn idx(shape: &[u32], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, shape.len() as u8];
    bytes.extend(shape.iter().flat_map(|size| size.to_be_bytes()));
    bytes.extend(values);
    bytes
}

/// `tiny.toml` on eight training and four test images of 2 x 2 pixels in `digits/`.
fn images() -> Workspace {
    let workspace = Workspace::new();
    let mnist = "[dataset.mnist]\npath = \"digits\"";
    workspace.write(
        "tiny.toml",
        TINY.replace("[dataset.moons]\nsamples = 40", mnist),
    );
    for (part, count) in [("train", 8u8), ("t10k", 4)] {
        let n = u32::from(count);
        let pixels: Vec<u8> = (0..4 * count)
            .map(|index| index.wrapping_mul(index))
            .collect();
        let labels: Vec<u8> = (0..count).map(|index| index % 2).collect();
        workspace.write(
            &format!("digits/{part}-images-idx3-ubyte"),
            idx(&[n, 2, 2], &pixels),
        );
        workspace.write(
            &format!("digits/{part}-labels-idx1-ubyte"),
            idx(&[n], &labels),
        );
    }
    workspace
}

/// The same, but the test labels are a gzip file, spoiled.
fn packed(spoil: impl FnOnce(&mut Vec<u8>)) -> Workspace {
    let workspace = images();
    let shipped = "../datasets/data/mnist/t10k-labels-idx1-ubyte.gz";
    let mut bytes = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(shipped)).unwrap();
    spoil(&mut bytes);
    fs::remove_file(workspace.path(TEST_LABELS)).unwrap();
    workspace.write(&format!("{TEST_LABELS}.gz"), bytes);
    workspace
}

/// `tiny.toml` on the table `table.csv` with the target `y`.
fn table(text: &str) -> Workspace {
    let workspace = Workspace::new();
    let csv = "[dataset.csv]\npath = \"table.csv\"\ntarget = \"y\"";
    workspace.write(
        "tiny.toml",
        TINY.replace("[dataset.moons]\nsamples = 40", csv),
    );
    workspace.write("table.csv", text);
    workspace
}

#[test]
fn the_images_are_fine_unless_spoiled() {
    images().train(&[]);
}

#[test]
fn a_truncated_gzip() {
    let workspace = packed(|bytes| bytes.truncate(bytes.len() / 2));
    workspace.refuse_to_run(&[], &[TEST_LABELS, "truncated: download it again"]);
}

#[test]
fn a_corrupt_gzip() {
    let checksum = |bytes: &mut Vec<u8>| {
        let place = bytes.len() - 8;
        bytes[place] ^= 1;
    };
    let workspace = packed(checksum);
    workspace.refuse_to_run(
        &[],
        &[TEST_LABELS, "corrupt gzip data", "download the file again"],
    );
    let middle = |bytes: &mut Vec<u8>| {
        let place = bytes.len() / 2;
        bytes[place..place + 8].fill(0xff);
    };
    packed(middle).refuse_to_run(&[], &[TEST_LABELS, "download the file again"]);
}

#[test]
fn a_wrong_magic_number() {
    let workspace = images();
    workspace.write(TEST_LABELS, "PK, surely a zip file");
    workspace.refuse_to_run(&[], &[TEST_LABELS, "magic number", "check that the path"]);
}

#[test]
fn images_and_labels_of_different_counts() {
    let workspace = images();
    workspace.write(TEST_LABELS, idx(&[3], &[0, 1, 0]));
    workspace.refuse_to_run(&[], &[TEST_LABELS, "3 labels", "4"]);
}

#[test]
fn a_header_that_claims_terabytes() {
    let workspace = images();
    let claim = idx(&[60_000, 10_000, 10_000], &[0; 64]);
    workspace.write("digits/train-images-idx3-ubyte", claim);
    let parts = [
        "train-images-idx3-ubyte",
        "a header that claims",
        "download it again",
    ];
    workspace.refuse_to_run(&[], &parts);
}

#[test]
fn an_empty_file() {
    let workspace = images();
    workspace.write(TEST_LABELS, "");
    workspace.refuse_to_run(
        &[],
        &[TEST_LABELS, "an empty file", "download the file again"],
    );
    table("").refuse_to_run(&[], &["table.csv", "an empty file", "check the path"]);
}

#[test]
fn files_that_are_not_there() {
    let workspace = images();
    fs::remove_file(workspace.path(TEST_LABELS)).unwrap();
    workspace.refuse_to_run(&[], &["t10k-labels-idx1-ubyte", "not found"]);
    let elsewhere = "dataset.mnist.path=elsewhere";
    workspace.refuse_to_run(&[elsewhere], &["dataset.mnist.path", "elsewhere not found"]);
    let other = table("a,y\n1,u\n2,v\n");
    other.refuse_to_run(
        &["dataset.csv.path=other.csv"],
        &["other.csv not found", "correct the path"],
    );
}

#[test]
fn a_ragged_row() {
    let workspace = table("a,b,y\n1,2,u\n3,4\n");
    workspace.refuse_to_run(&[], &["table.csv, line 3", "found 2 fields, expected 3"]);
}

#[test]
fn text_in_a_numeric_column() {
    let workspace = table("a,b,y\n1,2,u\n3,male,v\n");
    let parts = [
        "table.csv, line 3, column \"b\"",
        "\"male\"",
        "dataset.csv.categorical",
    ];
    workspace.refuse_to_run(&[], &parts);
}

#[test]
fn a_target_column_that_is_not_there() {
    let workspace = table("a,b,class\n1,2,u\n3,4,v\n");
    let parts = [
        "--> tiny.toml:9:10\n",
        "table.csv has no column \"y\"",
        "\"class\"",
    ];
    workspace.refuse_to_run(&[], &parts);
}

#[test]
fn a_single_class() {
    let workspace = table("a,y\n1,u\n2,u\n");
    let parts = [
        "--> tiny.toml:9:10\n",
        "a single class, \"u\"",
        "at least two classes",
    ];
    workspace.refuse_to_run(&[], &parts);
}
