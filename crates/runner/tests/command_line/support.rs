//! A folder to work in, the binary, and what a call of it leaves.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use safetensors::{Dtype, SafeTensors};
use serde_json::Value;
use tempfile::TempDir;

/// A config that trains in a blink, with all three implementations.
pub const TINY: &str = r#"# Two moons, the smallest run there is.

name = "tiny"
seed = 1
implementations = ["backprop", "burn-ndarray", "burn-flex"]

[dataset.moons]
samples = 40

[model]
layers = [{ linear = { units = 4 } }, "tanh", { linear = { units = 2 } }]

[training]
epochs = 3
batch_size = 8
loss = "softmax_cross_entropy"
optimizer = { momentum = { learning_rate = 0.1 } }
"#;

/// Parameters of [`TINY`] and their shapes.
pub const TINY_PARAMETERS: [(&str, &[usize]); 4] = [
    ("0.bias", &[4]),
    ("0.weight", &[4, 2]),
    ("2.bias", &[2]),
    ("2.weight", &[2, 4]),
];

/// Overrides: only the hand-written implementation, its gradients not proved before.
pub const BY_HAND: [&str; 2] = [
    "implementations=[\"backprop\"]",
    "gradient_check.before_training=false",
];

/// An empty folder, removed at the end of the test.
pub struct Workspace {
    folder: TempDir,
}

impl Workspace {
    /// With nothing in it.
    pub fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
        }
    }

    /// With [`TINY`] as `tiny.toml`.
    pub fn tiny() -> Self {
        let workspace = Self::new();
        workspace.write("tiny.toml", TINY);
        workspace
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub fn write(&self, file: &str, content: impl AsRef<[u8]>) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    /// A call of the binary in this folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_runner"));
        command.args(arguments).current_dir(self.folder.path());
        command
    }

    /// Carries out a call and waits for its end.
    pub fn call(&self, arguments: &[&str]) -> Finished {
        Finished::new(self.command(arguments).output().unwrap())
    }

    /// A call that must succeed; what it prints.
    #[track_caller]
    pub fn succeed(&self, arguments: &[&str]) -> String {
        let finished = self.call(arguments);
        assert_eq!(finished.code, Some(0), "{finished:?}");
        finished.out
    }

    /// A call whose input is wrong: exit code 2 and one clear message with these parts.
    #[track_caller]
    pub fn refuse(&self, arguments: &[&str], parts: &[&str]) {
        let finished = self.call(arguments);
        assert_eq!(finished.code, Some(2), "{finished:?}");
        finished.assert_one_message(parts);
    }

    /// The same, of the config `tiny.toml`, and nothing is left where results would be.
    #[track_caller]
    pub fn refuse_to_run(&self, overrides: &[&str], parts: &[&str]) {
        let mut arguments = vec!["tiny.toml"];
        arguments.extend(overrides.iter().flat_map(|set| ["--set", set]));
        self.refuse(&arguments, parts);
        assert!(!self.path("results").exists(), "something was left behind");
    }

    /// The folders of an experiment's runs, the oldest first.
    pub fn runs(&self, name: &str) -> Vec<PathBuf> {
        let folder = self.path("results/runs").join(name);
        let entries = fs::read_dir(folder).unwrap();
        let mut runs: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        runs.sort();
        runs
    }

    /// The same with the hand-written implementation alone, its gradients not proved before.
    #[track_caller]
    pub fn train_by_hand(&self, overrides: &[&str]) -> PathBuf {
        self.train(&[&BY_HAND[..], overrides].concat())
    }

    /// Trains `tiny.toml` with these overrides; the folder of its record.
    #[track_caller]
    pub fn train(&self, overrides: &[&str]) -> PathBuf {
        let mut arguments = vec!["tiny.toml"];
        arguments.extend(overrides.iter().flat_map(|set| ["--set", set]));
        let out = self.succeed(&arguments);
        let last = out.lines().last().unwrap();
        self.path(last.strip_prefix("record: ").expect(last))
    }
}

/// A call that ended.
#[derive(Debug)]
pub struct Finished {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Finished {
    pub fn new(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Standard error is one error with these parts: a line, and what may follow it as a picture of
    /// the place; on a slow machine lines of progress before it.
    #[track_caller]
    pub fn assert_one_message(&self, parts: &[&str]) {
        let progress = |line: &&str| line.starts_with("progress: ");
        let mut lines = self.err.lines().filter(|line| !progress(line));
        let first = lines.next().unwrap_or_default();
        assert!(first.starts_with("error: "), "{self:?}");
        let of_picture = |line: &str| {
            let gutter = line.trim_start_matches(|c: char| c == ' ' || c.is_ascii_digit());
            ["|", "--> ", "::: ", "= "]
                .iter()
                .any(|begin| gutter.starts_with(begin))
                || gutter == ":::"
        };
        assert!(lines.all(of_picture), "{self:?}");
        assert!(!self.err.contains("panicked"), "{self:?}");
        for part in parts {
            assert!(self.err.contains(part), "{part:?} is not in {:?}", self.err);
        }
    }
}

/// The names of a folder's files, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A JSON file.
pub fn json(file: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

/// The record in the folder of a run.
pub fn record(run: &Path) -> Value {
    json(&run.join("record.json"))
}

/// The epochs of a row of a record, without what differs from run to run: the seconds.
pub fn epochs(run: &Path, row: usize) -> Vec<Value> {
    let record = record(run);
    let epochs = record["implementations"][row]["epochs"].as_array().unwrap();
    let timeless = |epoch: &Value| {
        let mut epoch = epoch.clone();
        let measures = epoch["measures"].as_object_mut().unwrap();
        measures.remove("seconds").unwrap();
        epoch
    };
    epochs.iter().map(timeless).collect()
}

/// What a safetensors file holds: name, type, shape, sorted by name.
pub fn tensors(file: &Path) -> Vec<(String, Dtype, Vec<usize>)> {
    let bytes = fs::read(file).unwrap();
    let read = SafeTensors::deserialize(&bytes).unwrap();
    let mut tensors: Vec<_> = read
        .iter()
        .map(|(name, view)| (name.to_string(), view.dtype(), view.shape().to_vec()))
        .collect();
    tensors.sort_by(|a, b| a.0.cmp(&b.0));
    tensors
}

/// The same as expected, all of one type.
pub fn expected(dtype: Dtype, tensors: &[(&str, &[usize])]) -> Vec<(String, Dtype, Vec<usize>)> {
    let tensor = |(name, shape): &(&str, &[usize])| (name.to_string(), dtype, shape.to_vec());
    tensors.iter().map(tensor).collect()
}
