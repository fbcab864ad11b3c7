//! What can be typed of a new table.

use std::path::PathBuf;

use clap::Args;

/// `runner new`.
#[derive(Debug, Args)]
pub struct NewArguments {
    /// The table, a CSV file; also one that ships, such as iris.csv
    #[arg(value_name = "TABLE")]
    pub table: PathBuf,
    /// The column to predict, by its name or its index from 0 [default: guessed, and said why]
    #[arg(long, value_name = "COLUMN")]
    pub target: Option<String>,
    /// Config to write [default: configs/ and the table's name]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Replace a config that is there
    #[arg(long)]
    pub force: bool,
}
