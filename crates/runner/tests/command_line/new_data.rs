//! `evaluate --data` and `predict`: a run and samples that it never saw.

use std::path::Path;

use image::{GrayImage, Luma, RgbImage};

use crate::support::{BY_HAND, Workspace};

/// Two kinds of points, told apart by `a`.
const TABLE: &str = r#"name = "table"
seed = 1
implementations = ["backprop"]
gradient_check = { before_training = false }

[dataset.csv]
path = "t.csv"
target = "y"
scale = "standardize"
split = { stratified = { test = 0.25 } }

[model]
layers = [{ linear = { units = 4 } }, "tanh", { linear = { units = 2 } }]

[training]
epochs = 30
batch_size = 4
loss = "softmax_cross_entropy"
optimizer = { adam = { learning_rate = 0.05 } }
"#;

fn table() -> Workspace {
    let workspace = Workspace::new();
    let row = |row: usize| match row % 2 {
        0 => format!("{},{},low\n", row % 7, row % 5),
        _ => format!("{},{},high\n", 20 + row % 7, row % 5),
    };
    let rows: String = (0..40).map(row).collect();
    workspace.write("t.csv", format!("a,b,y\n{rows}"));
    workspace.write("table.toml", TABLE);
    workspace.succeed(&["table.toml"]);
    workspace
}

#[test]
fn another_table_is_evaluated_and_predicted_as_its_test_rows_are() {
    let workspace = table();
    workspace.write("new.csv", "b,y,a\n1,low,3\n2,high,22\n3,high,2\n");
    let out = workspace.succeed(&["evaluate", "table", "--data", "new.csv", "--csv", "e.csv"]);
    assert!(out.contains("3 new samples of new.csv"), "{out}");
    assert!(workspace.read("e.csv").contains("\naccuracy,,,0.66666"));
    let out = workspace.succeed(&["predict", "table", "new.csv", "--json", "p.json"]);
    for part in [
        "3 samples of new.csv",
        "line 2",
        "line 4",
        "\"y\", which is what is predicted",
    ] {
        assert!(out.contains(part), "{part:?} is not in {out}");
    }
    let json: serde_json::Value = serde_json::from_str(&workspace.read("p.json")).unwrap();
    let classes = json["answers"].as_array().unwrap().iter();
    let classes: Vec<&str> = classes
        .map(|answer| answer["class"].as_str().unwrap())
        .collect();
    assert_eq!(classes, ["low", "high", "low"]);
    let sum: f64 = (0..2)
        .map(|k| json["answers"][0]["top"][k]["score"].as_f64().unwrap())
        .sum();
    assert!((sum - 1.0).abs() < 1e-12, "{sum}");
    // Nothing else stands on standard output.
    let csv = workspace.succeed(&["predict", "table", "new.csv", "--top", "1", "--csv", "-"]);
    assert!(
        csv.starts_with("sample,class,class_1,probability_1\nline 2,low,low,0."),
        "{csv}"
    );
    assert_eq!(csv.lines().count(), 4);
}

#[test]
fn a_config_with_weights_stands_for_a_run() {
    let workspace = table();
    let weights = workspace.runs("table")[0].join("backprop.safetensors");
    let weights = weights.to_str().unwrap();
    let of_run = workspace.succeed(&["evaluate", "table", "--json", "-"]);
    let of_config = [
        "evaluate",
        "table.toml",
        "--weights",
        weights,
        "--json",
        "-",
    ];
    let of_config = workspace.succeed(&of_config);
    let confusion = |out: &str| {
        let json: serde_json::Value =
            serde_json::from_str(&out[out.find("\n{").unwrap()..]).unwrap();
        json["confusion"].clone()
    };
    assert_eq!(confusion(&of_run), confusion(&of_config));
    workspace.refuse(
        &["evaluate", "table.toml"],
        &["table.toml is a config", "--weights FILE"],
    );
}

#[test]
fn numbers_are_answered_in_the_unit_of_the_target() {
    let workspace = Workspace::new();
    let rows: String = (0..40)
        .map(|x| format!("{x},{}\n", 1000 + 10 * x))
        .collect();
    workspace.write("t.csv", format!("x,price\n{rows}"));
    let config = r#"name = "line"
seed = 1
[dataset.csv]
path = "t.csv"
target = "price"
task = "regression"
scale = "standardize"
target_scale = "standardize"
split = "none"
[learner.least_squares]
"#;
    workspace.write("line.toml", config);
    workspace.succeed(&["line.toml"]);
    // A straight line is found, and goes on.
    workspace.write("new.csv", "x\n7\n100\n");
    let csv = workspace.succeed(&["predict", "line", "new.csv", "--csv", "-"]);
    let values: Vec<f64> = (csv.lines().skip(1))
        .map(|line| line.split(',').nth(1).unwrap().parse().unwrap())
        .collect();
    assert!(
        (values[0] - 1070.0).abs() < 1e-6 && (values[1] - 2000.0).abs() < 1e-6,
        "{csv}"
    );
    workspace.write("more.csv", "x,price\n7,1071\n100,2001\n");
    let out = workspace.succeed(&["evaluate", "line", "--data", "more.csv"]);
    assert!(out.contains("MAE") && out.contains("1.0000"), "{out}");
}

#[test]
fn data_of_another_shape_are_refused() {
    let workspace = table();
    workspace.write("new.csv", "a,c,y\n1,2,low\n2,3,high\n");
    let refused = |arguments: &[&str], parts: &[&str]| workspace.refuse(arguments, parts);
    refused(
        &["evaluate", "table", "--data", "new.csv"],
        &["new.csv has no column \"b\", which the run learned from"],
    );
    refused(
        &["predict", "table", "nwe.csv"],
        &["nwe.csv not found", "correct the path"],
    );
    refused(
        &["predict", "table", "new.csv", "t.csv"],
        &["2 files", "one table"],
    );
    refused(
        &["predict", "table", "new.csv", "--invert"],
        &["only pictures"],
    );
    workspace.write("unseen.csv", "a,b,y\n1,2,low\n2,3,hihg\n");
    refused(
        &["evaluate", "table", "--data", "unseen.csv"],
        &[
            "unseen.csv, line 3, column \"y\"",
            "found \"hihg\"",
            "did you mean \"high\"?",
        ],
    );
}

/// 8 x 8 pictures, dark, with a light upper or lower half.
fn picture(upper: bool, shift: u8) -> GrayImage {
    GrayImage::from_fn(8, 8, |x, y| {
        let inside = (1..7).contains(&x)
            && if upper {
                (1..4).contains(&y)
            } else {
                (4..7).contains(&y)
            };
        Luma([if inside { 200 + shift } else { shift }])
    })
}

fn save(image: &GrayImage, file: &Path) {
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    image.save(file).unwrap();
}

fn pictures() -> Workspace {
    let workspace = Workspace::new();
    for shift in 0..12 {
        save(
            &picture(true, shift),
            &workspace.path(&format!("p/up/{shift}.png")),
        );
        save(
            &picture(false, shift),
            &workspace.path(&format!("p/down/{shift}.png")),
        );
    }
    let config = TABLE
        .replace("name = \"table\"", "name = \"pictures\"")
        .replace(
            "[dataset.csv]\npath = \"t.csv\"\ntarget = \"y\"\nscale = \"standardize\"\n",
            "[dataset.images]\npath = \"p\"\n",
        );
    workspace.write("pictures.toml", config);
    workspace.succeed(&["pictures.toml", "--set", BY_HAND[0]]);
    workspace
}

#[test]
fn pictures_are_answered_whatever_their_size_and_light_ground_is_told() {
    let workspace = pictures();
    save(&picture(true, 5), &workspace.path("new/a.png"));
    let mut large = RgbImage::from_pixel(32, 32, image::Rgb([0, 0, 0]));
    (4..28).for_each(|x| (16..28).for_each(|y| large.put_pixel(x, y, image::Rgb([250, 240, 240]))));
    large.save(workspace.path("new/b.png")).unwrap();
    let mut negative = picture(true, 0);
    image::imageops::invert(&mut negative);
    save(&negative, &workspace.path("c.png"));
    let out = workspace.succeed(&["predict", "pictures", "new", "--json", "p.json"]);
    assert!(
        out.contains("note: new/b.png: made grey, resized to 8 x 8, bilinear"),
        "{out}"
    );
    let json: serde_json::Value = serde_json::from_str(&workspace.read("p.json")).unwrap();
    let class = |k: usize| json["answers"][k]["class"].as_str().unwrap();
    assert_eq!([class(0), class(1)], ["up", "down"]);
    let out = workspace.succeed(&["predict", "pictures", "c.png"]);
    assert!(
        out.contains("c.png: the ground is light") && out.contains("use --invert"),
        "{out}"
    );
    let out = workspace.succeed(&["predict", "pictures", "c.png", "--invert"]);
    assert!(!out.contains("ground") && out.contains(" up "), "{out}");
}

#[test]
fn folders_and_idx_files_of_new_images_are_evaluated() {
    let workspace = pictures();
    for shift in 20..24 {
        save(
            &picture(true, shift),
            &workspace.path(&format!("q/up/{shift}.png")),
        );
        save(
            &picture(false, shift),
            &workspace.path(&format!("q/down/{shift}.png")),
        );
    }
    let out = workspace.succeed(&["evaluate", "pictures", "--data", "q"]);
    assert!(
        out.contains("8 new samples of q") && out.contains("1.0000"),
        "{out}"
    );
    let idx = |shape: &[u32], data: &[u8]| {
        let mut bytes = vec![0, 0, 8, shape.len() as u8];
        shape
            .iter()
            .for_each(|side| bytes.extend(side.to_be_bytes()));
        bytes.extend(data);
        bytes
    };
    let both = [picture(false, 1).into_raw(), picture(true, 1).into_raw()].concat();
    workspace.write("d/x-images-idx3-ubyte", idx(&[2, 8, 8], &both));
    let evaluate = ["evaluate", "pictures", "--data", "d/x-images-idx3-ubyte"];
    workspace.refuse(
        &evaluate,
        &["the labels of d/x-images-idx3-ubyte", "--labels"],
    );
    workspace.write("d/x-labels-idx1-ubyte", idx(&[2], &[0, 1]));
    let out = workspace.succeed(&evaluate);
    assert!(
        out.contains("2 new samples") && out.contains("1.0000"),
        "{out}"
    );
    workspace.write("labels", idx(&[2], &[0, 7]));
    let labels = [&evaluate[..], &["--labels", "labels"]].concat();
    workspace.refuse(&labels, &["labels, byte 9: label 7", "2 classes"]);
    workspace.write("small", idx(&[1, 4, 4], &[0; 16]));
    workspace.refuse(
        &["predict", "pictures", "small"],
        &["grey images of 4 x 4", "grey ones of 8 x 8"],
    );
    save(&picture(true, 1), &workspace.path("r/upp/1.png"));
    workspace.refuse(
        &["evaluate", "pictures", "--data", "r"],
        &[
            "r/upp",
            "no training sample is of class \"upp\"",
            "is it \"up\"?",
        ],
    );
    workspace.refuse(
        &["evaluate", "pictures", "--data", "r/upp/1.png"],
        &["nothing tells the class of a picture"],
    );
}

#[test]
fn points_of_a_generated_set_are_rows_of_a_table() {
    let workspace = Workspace::tiny();
    workspace.train_by_hand(&["training.epochs=30"]);
    workspace.write("new.csv", "x,y\n0,1.1\n1,-0.6\n");
    let names = workspace.succeed(&["predict", "tiny", "new.csv", "--csv", "-"]);
    assert_eq!(names.lines().count(), 3, "{names}");
}
