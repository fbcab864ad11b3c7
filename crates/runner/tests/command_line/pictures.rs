//! A folder of pictures, from its files to a trained network.

use std::io::Cursor;

use image::{GrayImage, ImageFormat, Luma};

use crate::support::{Workspace, record};

/// Stripes 8 x 8, lying or standing, moved by some pixels.
fn stripes(lying: bool, by: u32) -> Vec<u8> {
    let image = GrayImage::from_fn(8, 8, |x, y| {
        let across = if lying { y } else { x };
        Luma([if (across + by) % 4 < 2 { 230 } else { 20 }])
    });
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[test]
fn a_network_learns_a_folder_of_pictures() {
    let workspace = Workspace::tiny();
    for (part, shifts) in [("train", 0..4), ("test", 1..3)] {
        for by in shifts {
            for (class, lying) in [("lying", true), ("standing", false)] {
                let file = format!("stripes/{part}/{class}/{by}.png");
                workspace.write(&file, stripes(lying, by));
            }
        }
    }
    let config = workspace.read("tiny.toml").replace(
        "[dataset.moons]\nsamples = 40",
        "[dataset.images]\npath = \"stripes\"\npixels = \"signed\"",
    );
    workspace.write("tiny.toml", config);
    let run = workspace.train(&["training.epochs=30", "model.layers.0.linear.units=8"]);
    let record = record(&run);
    assert_eq!(record["status"], "finished");
    assert_eq!(record["gradients_agree"], true);
    assert_eq!(record["data"]["train_samples"], 8);
    assert_eq!(record["data"]["test_samples"], 4);
    let files = record["data"]["files"].as_object().unwrap();
    let names: Vec<&String> = files.keys().collect();
    assert_eq!(
        names,
        ["stripes/test (4 pictures)", "stripes/train (8 pictures)"]
    );
    for trained in record["implementations"].as_array().unwrap() {
        assert_eq!(trained["epochs"][29]["measures"]["test_accuracy"], 1.0);
    }
}
