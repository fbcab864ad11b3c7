//! What can be typed of recorded runs.

use std::path::PathBuf;

use clap::Args;

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
}

/// `runner runs`.
#[derive(Debug, Args)]
pub struct RunsArguments {
    /// Only the runs of these names
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Only what meets a condition: a key of the config, a measure or a fact of the run (status,
    /// seed, implementation ...), then =, !=, <, <=, > or >=, and a value, all in quotes (repeatable)
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
