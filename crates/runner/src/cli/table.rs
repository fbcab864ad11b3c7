//! What can be typed of published tables.

use std::path::PathBuf;

use clap::Args;

/// `runner table`.
#[derive(Debug, Args)]
pub struct TableArguments {
    /// Experiments, TOML files; if none is named, all of experiments/ are listed (with --check,
    /// --dry-run or --no-run: taken)
    #[arg(value_name = "EXPERIMENT")]
    pub experiments: Vec<PathBuf>,
    /// Run nothing; fail if a table does not follow from its raw rows, or these were edited
    #[arg(long, conflicts_with_all = ["dry_run", "rerun", "no_run"])]
    pub check: bool,
    /// Run nothing; show what is missing, and about how much time and memory it takes
    #[arg(long, conflicts_with_all = ["rerun", "no_run"])]
    pub dry_run: bool,
    /// Carry out all runs again, those that are done, too
    #[arg(long, conflicts_with = "no_run", requires = "experiments")]
    pub rerun: bool,
    /// Run nothing; make the table from the raw rows that there are
    #[arg(long)]
    pub no_run: bool,
    /// Folder of the tables; records of their runs go to runs/tables in it
    #[arg(long, value_name = "DIR", default_value = "results")]
    pub results: PathBuf,
    /// Runs at once, each in a process of its own [default: one for each core, fewer where memory
    /// would not do]; a table with the measure `seconds` has one at a time
    #[arg(long, value_name = "N", value_parser = one_or_more)]
    pub jobs: Option<usize>,
    /// Threads of each run [default: as many as the cores, divided by the runs at once]
    #[arg(long, value_name = "N", value_parser = one_or_more)]
    pub threads: Option<usize>,
    /// Take over a run whose process has shown no sign of life for so many seconds
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = above_zero)]
    pub stale: f64,
}

fn one_or_more(text: &str) -> Result<usize, String> {
    let number = text.parse().ok();
    let number = number.filter(|number| (1..=1024).contains(number));
    number.ok_or_else(|| "expected 1 to 1024".into())
}

fn above_zero(text: &str) -> Result<f64, String> {
    let number = text
        .parse()
        .ok()
        .filter(|number: &f64| *number > 0.0 && *number <= 1e6);
    number.ok_or_else(|| "expected seconds, above 0".into())
}
