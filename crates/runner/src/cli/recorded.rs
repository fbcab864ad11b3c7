//! What can be typed of recorded runs.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use spec::measures::Part;

/// `runner compare`.
#[derive(Debug, Args)]
pub struct CompareArguments {
    /// Runs: a name (its newest run, and those of the same config with other seeds), name/run-id,
    /// or the folder of a record
    #[arg(required = true, value_name = "RUN")]
    pub runs: Vec<String>,
    /// Folder of the records
    #[arg(long, value_name = "DIR", default_value = "results/runs")]
    pub results: PathBuf,
    /// Also draw the table as an SVG picture
    #[arg(long, value_name = "FILE")]
    pub picture: Option<PathBuf>,
    /// Also draw their learning curves as an SVG picture, of several seeds the mean with a band
    #[arg(long, value_name = "FILE")]
    pub curves: Option<PathBuf>,
}

/// `runner runs`.
#[derive(Debug, Args)]
pub struct RunsArguments {
    /// Only the runs of these names
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Only what meets a condition: a key of the config, a measure or a fact of the run (status,
    /// seed, implementation ...), then =, !=, <, <=, > or >=, and a value, all in quotes
    /// (repeatable)
    #[arg(long = "where", value_name = "CONDITION")]
    pub conditions: Vec<String>,
    /// The columns behind the run: keys of the config, measures, facts, with commas between them
    #[arg(long, value_name = "KEYS", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// Sort by a column; with - before it the largest first
    #[arg(long, value_name = "[-]KEY", allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// In what the configs of two runs differ, key by key
    #[arg(long, num_args = 2, value_names = ["RUN", "RUN"])]
    #[arg(conflicts_with_all = ["names", "conditions", "columns", "sort"])]
    pub diff: Option<Vec<String>>,
    /// Print CSV, numbers with all their digits
    #[arg(long)]
    pub csv: bool,
    /// Folder of the records
    #[arg(long, value_name = "DIR", default_value = "results/runs")]
    pub results: PathBuf,
}

/// `runner rerun`.
#[derive(Debug, Args)]
pub struct RerunArguments {
    /// The run: a name (its newest run), name/run-id, or the folder of a record
    #[arg(value_name = "RUN")]
    pub run: String,
    /// Give a key of the config another value, to learn what it changes, or to compute as the
    /// recorded run did: training.instruction_set=avx2 (repeatable)
    #[arg(long, value_name = "KEY.PATH=VALUE")]
    pub set: Vec<String>,
    /// Folder of the records: where RUN is looked for, and where the new one goes
    #[arg(long, value_name = "DIR", default_value = "results/runs")]
    pub results: PathBuf,
}

/// `runner evaluate`.
#[derive(Debug, Args)]
pub struct EvaluateArguments {
    /// The run: a name (its newest run), name/run-id, or the folder of a record; with --weights
    /// also a config
    #[arg(value_name = "RUN")]
    pub run: String,
    /// Which samples of its data
    #[arg(long, value_name = "PART", value_enum, default_value = "test")]
    pub part: PartArgument,
    /// Other samples, with their targets, prepared as those that it learned from: a CSV file with
    /// the same columns, an IDX file of images with that of their labels, or a folder that holds a
    /// folder of pictures for each class
    #[arg(long, value_name = "FILE", conflicts_with = "part")]
    pub data: Option<PathBuf>,
    /// The labels of an IDX file of images [default: beside it, named as MNIST's]
    #[arg(long, value_name = "FILE", requires = "data")]
    pub labels: Option<PathBuf>,
    /// Exchange light and dark of the images of --data
    #[arg(long, requires = "data")]
    pub invert: bool,
    /// Other weights, a safetensors file for the same config [default: those of the record, of
    /// several implementations those of the first]
    #[arg(long, value_name = "FILE")]
    pub weights: Option<PathBuf>,
    /// Also write all measures with their intervals as JSON; - writes it to standard output
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// The same as CSV
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// How often samples are drawn anew for the intervals of what is no share; 0: there are none
    #[arg(long, value_name = "N", default_value = "1000", value_parser = resamples)]
    pub resamples: usize,
    /// Seeds what is drawn
    #[arg(long, value_name = "SEED", default_value = "1")]
    pub seed: u64,
    /// Folder of the records
    #[arg(long, value_name = "DIR", default_value = "results/runs")]
    pub results: PathBuf,
}

/// `runner predict`.
#[derive(Debug, Args)]
pub struct PredictArguments {
    /// The run: a name (its newest run), name/run-id, or the folder of a record; with --weights
    /// also a config
    #[arg(value_name = "RUN")]
    pub run: String,
    /// New samples: a CSV file with the features that it learned from, pictures (PNG, JPEG), a
    /// folder of pictures, or an IDX file of images
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// How many of the likeliest classes are told
    #[arg(long, value_name = "K", default_value = "3", value_parser = one_or_more)]
    pub top: usize,
    /// Exchange light and dark of the images
    #[arg(long)]
    pub invert: bool,
    /// Other weights, a safetensors file for the same config [default: those of the record, of
    /// several implementations those of the first]
    #[arg(long, value_name = "FILE")]
    pub weights: Option<PathBuf>,
    /// Also write all answers as CSV; - writes them to standard output, and nothing else
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// The same as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Folder of the records
    #[arg(long, value_name = "DIR", default_value = "results/runs")]
    pub results: PathBuf,
}

/// Some samples of the data of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PartArgument {
    /// Those that it learned from
    Train,
    /// Those held back from them
    Validation,
    /// Those that nothing was decided by
    Test,
}

impl PartArgument {
    /// The part itself.
    pub fn part(self) -> Part {
        match self {
            Self::Train => Part::Train,
            Self::Validation => Part::Validation,
            Self::Test => Part::Test,
        }
    }
}

fn resamples(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number <= 1_000_000);
    number.ok_or_else(|| "expected 0 to 1000000".into())
}

/// `runner report`.
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// The run: a name (its newest run), name/run-id, or the folder of a record; or an experiment,
    /// a TOML file of experiments/
    #[arg(value_name = "RUN|EXPERIMENT")]
    pub of: String,
    /// The page [default: report.html in the folder of the run; of an experiment NAME.html in
    /// results]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Folder of the records
    #[arg(long, value_name = "DIR", default_value = "results/runs")]
    pub results: PathBuf,
}

/// `runner sample`.
#[derive(Debug, Args)]
pub struct SampleArguments {
    /// The run, one that learned from [dataset.text] or from pairs of sequences: a name (its newest
    /// run), name/run-id, or the folder of a record
    #[arg(value_name = "RUN")]
    pub run: String,
    /// Of a text: what each begins with
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub prompt: Option<String>,
    /// Texts to draw, or test samples to write the targets of [default: 10]
    #[arg(long, value_name = "N", conflicts_with = "source")]
    pub count: Option<usize>,
    /// Of a text: characters at most [default: of a line as many as the longest line has, of a
    /// running text 500]
    #[arg(long, value_name = "N")]
    pub length: Option<usize>,
    /// Of a text: below 1 the likely characters come more often than was learned, above 1 less
    /// often; 0: the most likely one always [default: 1]
    #[arg(long, value_name = "NUMBER", value_parser = zero_or_more)]
    pub temperature: Option<f64>,
    /// Of a text: draw from the N most likely characters only
    #[arg(long, value_name = "N", value_parser = one_or_more)]
    pub top_k: Option<usize>,
    /// Of a text: seeds what is drawn [default: 1]
    #[arg(long, value_name = "SEED")]
    pub seed: Option<u64>,
    /// Of pairs: a source to write the target of, in the place of the first test samples
    /// (repeatable)
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub source: Vec<String>,
    /// Of pairs: how many beginnings of a target are followed, the most likely ones by the product
    /// of all their probabilities, however long they are [default: 1, the most likely symbol
    /// always]
    #[arg(long, value_name = "K", value_parser = beam)]
    pub beam: Option<usize>,
    /// Folder of the records
    #[arg(long, value_name = "DIR", default_value = "results/runs")]
    pub results: PathBuf,
}

/// `runner draw`.
#[derive(Debug, Args)]
pub struct DrawArguments {
    /// The run: a name (its newest run), name/run-id, or the folder of a record
    #[arg(value_name = "RUN")]
    pub run: String,
    /// Folder to write the pictures to; made if it is not there
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Only these kinds, with commas between them: curves, confusion, roc, reliability, mistakes,
    /// fit, regions, filters, features, edges, weights, centers, gradients, histograms, states,
    /// heads, errors, next, attention, lengths [default: all that the run has something of]
    #[arg(long, value_name = "KINDS", value_delimiter = ',')]
    pub only: Vec<String>,
    /// As what the pictures are written
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "svg")]
    pub format: FormatArgument,
    /// What one sample is drawn of: which of the test samples, from 1
    #[arg(long, value_name = "N", default_value = "1")]
    pub sample: usize,
    /// Folder of the records
    #[arg(long, value_name = "DIR", default_value = "results/runs")]
    pub results: PathBuf,
}

/// A format of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FormatArgument {
    /// Lines and letters, sharp at any size
    Svg,
    /// Pixels, two for each of the SVG's
    Png,
}

fn one_or_more(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|&number| number > 0);
    number.ok_or_else(|| "expected 1 or more".into())
}

fn beam(text: &str) -> Result<usize, String> {
    let number = text
        .parse()
        .ok()
        .filter(|number| (1..=1000).contains(number));
    number.ok_or_else(|| "expected 1 to 1000".into())
}

fn zero_or_more(text: &str) -> Result<f64, String> {
    let number = text.parse().ok();
    let number = number.filter(|number: &f64| *number >= 0.0 && number.is_finite());
    number.ok_or_else(|| "expected 0 or more".into())
}
