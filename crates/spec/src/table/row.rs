//! A row, or several that differ in some keys.

use std::path::PathBuf;

use serde::Deserialize;

use super::{Axis, Published, TableSpec, check_minutes, check_seeds, expect};
use crate::error::nearest;
use crate::{ImplementationName, Problem};

/// A config and what is changed in it; with `product` or `zip` several rows.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowSpec {
    /// What it is called in the table. Several rows: what their names begin with.
    pub name: String,
    /// The config that it runs. Looked up beside the experiment, then in the current folder.
    pub config: Option<PathBuf>,
    /// In place of a config: the row before whose config, changes and seeds it begins with.
    pub extends: Option<String>,
    /// What is changed, as with `--set`: `training.epochs=30`.
    #[serde(default)]
    pub set: Vec<String>,
    /// What is taken away before, as with `--unset`.
    #[serde(default)]
    pub unset: Vec<String>,
    /// A row for each combination of the values of these keys.
    #[serde(default)]
    pub product: Vec<Axis>,
    /// A row for the first values of these keys, one for the second, and so on.
    #[serde(default)]
    pub zip: Vec<Axis>,
    /// Who trains; none: the hand-written implementation.
    pub implementation: Option<ImplementationName>,
    /// Its own seeds.
    pub seeds: Option<Vec<u64>>,
    /// How long a run may take, in minutes.
    pub minutes: Option<f64>,
    /// What was published of it, at most once a measure.
    #[serde(default)]
    pub published: Vec<Published>,
    /// What was done otherwise in this row, and why it falls short if it does.
    pub deviations: Option<String>,
}

impl RowSpec {
    /// Whether it stands for one row.
    pub(super) fn is_single(&self) -> bool {
        self.product.is_empty() && self.zip.is_empty()
    }

    fn check_axes(&self, key: &str) -> Result<(), Problem> {
        for (of, axes) in [("product", &self.product), ("zip", &self.zip)] {
            for (index, axis) in axes.iter().enumerate() {
                axis.check(&format!("{key}.{of}.{index}"))?;
            }
        }
        let length = self.zip.first().map_or(0, |axis| axis.values.len());
        let other = self.zip.iter().position(|axis| axis.values.len() != length);
        expect(other.is_none(), || {
            let index = other.unwrap_or_default();
            let reason = format!("{} values beside {length}", self.zip[index].values.len());
            Problem::new(format!("{key}.zip.{index}.values"), reason)
                .hint("keys that are zipped have as many values each; or make it a product")
        })?;
        let both = !self.product.is_empty() && !self.zip.is_empty();
        expect(!both, || {
            Problem::new(format!("{key}.zip"), "there is a product, too")
                .hint("make two entries of it, one with each")
        })?;
        expect(self.is_single() || self.published.is_empty(), || {
            let reason = "one published figure for several rows";
            Problem::new(format!("{key}.published"), reason)
                .hint("list the rows one by one, with `extends`, to give each its figure")
        })
    }
}

impl TableSpec {
    /// Finds what cannot be in a row.
    pub(super) fn check_row(&self, index: usize) -> Result<(), Problem> {
        let (row, key) = (&self.rows[index], format!("rows.{index}"));
        let field = |name: &str| format!("{key}.{name}");
        let plain = !row.name.trim().is_empty() && !row.name.contains(['|', '\n', '\r']);
        expect(plain, || {
            Problem::new(field("name"), format!("{:?} cannot name a row", row.name))
                .hint("a text on one line, without |")
        })?;
        self.check_origin(row, index)?;
        if let Some(seeds) = &row.seeds {
            expect(self.folds.is_none(), || {
                Problem::new(
                    field("seeds"),
                    "the runs of this table differ by their fold",
                )
                .hint("leave the seeds out")
            })?;
            check_seeds(&field("seeds"), seeds)?;
        }
        check_minutes(&field("minutes"), row.minutes)?;
        row.check_axes(&key)?;
        for (number, published) in row.published.iter().enumerate() {
            let before = &row.published[..number];
            self.check_published(published, before, &field(&format!("published.{number}")))?;
        }
        Ok(())
    }

    /// A row has a config, or begins with a row before.
    fn check_origin(&self, row: &RowSpec, index: usize) -> Result<(), Problem> {
        let key = format!("rows.{index}");
        let Some(other) = &row.extends else {
            return expect(row.config.is_some(), || {
                Problem::new(key, "this row has no config")
                    .hint("config = \"configs/mnist.toml\", or extends = the name of a row before")
            });
        };
        let key = format!("{key}.extends");
        expect(row.config.is_none(), || {
            Problem::new(key.clone(), "this row has a config, too").hint("leave one of them out")
        })?;
        let before = || self.rows[..index].iter().filter(|row| row.is_single());
        expect(before().any(|row| row.name == *other), || {
            let reason = format!("no row before this one is called \"{other}\"");
            let problem = Problem::new(key, reason);
            match nearest(other, before().map(|row| row.name.as_str())) {
                Some(near) => problem.hint(format!("did you mean \"{near}\"?")),
                None => problem.hint("the name of a row above, which is no product"),
            }
        })
    }
}
