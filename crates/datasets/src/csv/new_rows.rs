//! Rows of another table, prepared as those that were learned from.
//!
//! Categories, replacements and scales are those of the training part: nothing is learned from new
//! rows. Their columns are found by name, in any order; what was no feature may be absent, and what
//! else there is besides is passed over and told.

use std::path::Path;

use contract::streams::Streams;
use spec::datasets::{CsvSpec, MissingPolicy};
use spec::error::nearest;

use super::cells::Cells;
use super::encode::{Encoder, fits_f32, too_large_for_f32};
use super::keys::NEW_ROWS;
use super::meaning::number;
use super::roles::{Role, Roles, likely};
use super::table::Table;
use super::{Fitted, SCALE, TARGET_SCALE, encode, fit};
use crate::dataset::{Dataset, Target};
use crate::error::{DataError, counted, quoted};
use crate::files::Located;
use crate::new_samples::{NewSamples, Targeted};
use crate::samples::{Features, Samples, Targets};

/// Rows of a file for a table that was learned from.
pub(crate) fn new_rows(
    spec: &CsvSpec,
    base: &Path,
    streams: &Streams,
    file: &Located,
    targeted: Targeted,
) -> Result<NewSamples, DataError> {
    let (_, fitted) = fit(spec, base, streams)?;
    read(spec, &fitted, file, targeted).map_err(DataError::without_key)
}

/// Rows of a file for generated points, whose columns are their features and perhaps the target.
pub(crate) fn new_points(
    dataset: &Dataset,
    file: &Located,
    targeted: Targeted,
) -> Result<NewSamples, DataError> {
    let features = &dataset.feature_names;
    let targets = match &dataset.target {
        Target::Classes { .. } => vec!["class".to_string()],
        Target::Real(quantities) => quantities.iter().map(|q| q.name.clone()).collect(),
        Target::Input => Vec::new(),
    };
    let spec = CsvSpec::new(&file.path, &spec::datasets::Column::Index(0));
    let roles = Roles {
        targets: (features.len()..features.len() + targets.len()).collect(),
        weight: None,
        features: (0..features.len())
            .map(|column| Role {
                column,
                categorical: false,
            })
            .collect(),
    };
    let fitted = Fitted {
        names: [&features[..], &targets].concat(),
        roles,
        encoders: features.iter().map(|name| Encoder::plain(name)).collect(),
        target: dataset.target.clone(),
    };
    read(&spec, &fitted, file, targeted).map_err(DataError::without_key)
}

fn read(
    spec: &CsvSpec,
    fitted: &Fitted,
    file: &Located,
    targeted: Targeted,
) -> Result<NewSamples, DataError> {
    let (table, source) = Table::read(file, spec, NEW_ROWS)?;
    let mut notes = table.notes.clone();
    let mut table = fitted.arrange(table, spec, targeted, &mut notes)?;
    let features = fitted.features(&table, spec)?;
    let targets = match targeted {
        Targeted::Yes => fitted.targets(&mut table, spec)?,
        Targeted::No => vec![Some(Vec::new()); table.height()],
    };
    let drop = spec.missing.policy == MissingPolicy::DropRows;
    let whole = |row: &usize| !drop || features.iter().all(|cells| cells.is_present(*row));
    let mut rows: Vec<usize> = (0..table.height()).collect();
    leave_out(&mut rows, &table, &mut notes, "a missing target", &|row| {
        targets[*row].is_some()
    });
    leave_out(&mut rows, &table, &mut notes, "missing values", &whole);
    if rows.is_empty() {
        let problem = format!("no row of {} is left", file.name);
        return Err(DataError::unfit(problem, "fill in what is missing"));
    }
    let x = encode(&features, &fitted.encoders, &rows)?;
    if let Some((row, column, value)) = super::first_too_large(&x, &fitted.encoders) {
        let place = (rows[row], fitted.roles.features[column].column);
        return Err(too_large_for_f32(&table, place, value, (SCALE, spec.scale)));
    }
    fitted.tell_unseen(&features, &rows, &mut notes);
    let values = rows.iter().flat_map(|&row| targets[row].iter().flatten());
    let targets = fitted.as_targets(values.copied().collect(), rows.len());
    Ok(NewSamples {
        samples: Samples::new(Features::Values(x), targets),
        names: rows
            .iter()
            .map(|&row| format!("line {}", table.line(row)))
            .collect(),
        sources: vec![source],
        notes,
    })
}

/// Keeps the rows that are so; tells of the others by their lines.
fn leave_out(
    rows: &mut Vec<usize>,
    table: &Table,
    notes: &mut Vec<String>,
    why: &str,
    keep: &dyn Fn(&usize) -> bool,
) {
    const SHOWN: usize = 10;
    let left_out: Vec<usize> = rows.iter().copied().filter(|row| !keep(row)).collect();
    if left_out.is_empty() {
        return;
    }
    let lines = left_out.iter().take(SHOWN);
    let mut lines: Vec<String> = lines.map(|&row| table.line(row).to_string()).collect();
    if left_out.len() > SHOWN {
        lines.push("...".into());
    }
    let (rows_left_out, lines) = (counted(left_out.len(), "row"), lines.join(", "));
    notes.push(format!("{rows_left_out} left out for {why}: line {lines}"));
    rows.retain(keep);
}

impl Fitted {
    /// The table with the columns that were learned from, in their order.
    fn arrange(
        &self,
        table: Table,
        spec: &CsvSpec,
        targeted: Targeted,
        notes: &mut Vec<String>,
    ) -> Result<Table, DataError> {
        let mut places = match spec.header {
            Some(false) => self.by_position(&table, targeted)?,
            _ => {
                let place = |name: &String| table.names.iter().position(|other| other == name);
                self.names.iter().map(place).collect()
            }
        };
        let is_target = |column: &usize| self.roles.targets.contains(column);
        let needed = self.roles.features.iter().map(|role| role.column);
        let needed = needed
            .chain((self.roles.targets.iter().copied()).filter(|_| targeted == Targeted::Yes));
        let absent: Vec<usize> = needed.filter(|&column| places[column].is_none()).collect();
        if !absent.is_empty() {
            return Err(self.lacks(&table, &absent));
        }
        let extra = table.names.iter().filter(|name| !self.names.contains(name));
        let extra: Vec<&String> = extra.collect();
        if !extra.is_empty() {
            let extra = quoted(&extra);
            notes.push(format!(
                "passed over, since nothing was learned from it: {extra}"
            ));
        }
        if targeted == Targeted::No {
            for column in (0..places.len()).filter(is_target) {
                if places[column].take().is_some() {
                    let name = &self.names[column];
                    notes.push(format!(
                        "passed over: {name:?}, which is what is predicted; runner evaluate --data \
                         holds both against each other"
                    ));
                }
            }
        }
        Ok(table.arranged(&self.names, &places))
    }

    /// Columns without names: all of them, or all but the target.
    fn by_position(
        &self,
        table: &Table,
        targeted: Targeted,
    ) -> Result<Vec<Option<usize>>, DataError> {
        let (found, all) = (table.names.len(), self.names.len());
        let targets = &self.roles.targets;
        if found == all {
            return Ok((0..all).map(Some).collect());
        }
        if targeted == Targeted::No && found + targets.len() == all {
            let place = |column: usize| {
                let before = targets.iter().filter(|&&target| target < column).count();
                (!targets.contains(&column)).then_some(column - before)
            };
            return Ok((0..all).map(place).collect());
        }
        let problem = format!(
            "{} has {}, and the table that was learned from {all}",
            table.files[0],
            counted(found, "column")
        );
        Err(DataError::unfit(problem, "give the file the same columns"))
    }

    /// An error about columns that a file does not have.
    fn lacks(&self, table: &Table, absent: &[usize]) -> DataError {
        let names: Vec<&String> = absent.iter().map(|&column| &self.names[column]).collect();
        let plural = if names.len() == 1 { "" } else { "s" };
        let problem = format!(
            "{} has no column{plural} {}, which the run learned from",
            table.files[0],
            quoted(&names)
        );
        let others: Vec<String> = (table.names.iter())
            .filter(|name| !self.names.contains(name))
            .cloned()
            .collect();
        let remedy = match likely(names[0], &others) {
            Some(near) => format!(
                "is {near:?} the same? Rename it. It has {}",
                quoted(&table.names)
            ),
            None => format!("it has {}", quoted(&table.names)),
        };
        DataError::unfit(problem, remedy)
    }

    /// The features of all rows, each text looked at.
    fn features(&self, table: &Table, spec: &CsvSpec) -> Result<Vec<Cells>, DataError> {
        let cells = |role: &Role| {
            let (name, column) = (table.names[role.column].clone(), role.column);
            let rows = 0..table.height();
            if role.categorical {
                let text = |row| table.known(row, column).map(str::to_string);
                let values = rows.map(text).collect();
                return Ok(Cells::Categories { name, values });
            }
            let values = rows.map(|row| as_number(table, (row, column), spec));
            let values = values.collect::<Result<_, _>>()?;
            Ok(Cells::Numbers { name, values })
        };
        self.roles.features.iter().map(cells).collect()
    }

    /// The targets of each row as they are stored, a class as its number; none where one is missing.
    fn targets(
        &self,
        table: &mut Table,
        spec: &CsvSpec,
    ) -> Result<Vec<Option<Vec<f64>>>, DataError> {
        let columns = &self.roles.targets;
        let all = 0..table.height();
        match &self.target {
            Target::Input => Ok(all.map(|_| Some(Vec::new())).collect()),
            Target::Classes { names } => {
                for row in 0..table.height() {
                    let renamed = spec.rename.iter();
                    let mut renamed =
                        renamed.filter(|(from, _)| from.trim() == table.text(row, columns[0]));
                    if let Some((_, to)) = renamed.next() {
                        table.rename(row, columns[0], to.trim());
                    }
                }
                all.map(|row| class(table, (row, columns[0]), names))
                    .collect()
            }
            Target::Real(quantities) => {
                let value = |row: usize, (column, quantity): (&usize, &crate::Quantity)| {
                    let value = as_number(table, (row, *column), spec)?;
                    let stored = value.map(|value| (value - quantity.mean) / quantity.scale);
                    match stored.filter(|stored| !fits_f32(*stored)) {
                        None => Ok(stored),
                        Some(stored) => {
                            let scale = (TARGET_SCALE, spec.target_scale);
                            Err(too_large_for_f32(table, (row, *column), stored, scale))
                        }
                    }
                };
                let row = |row| {
                    let pairs = columns.iter().zip(quantities);
                    pairs.map(|pair| value(row, pair)).collect::<Result<_, _>>()
                };
                all.map(row).collect()
            }
        }
    }

    /// Targets of so many rows as samples have them; 0 where there are none.
    fn as_targets(&self, values: Vec<f64>, rows: usize) -> Targets {
        match &self.target {
            Target::Input => Targets::Input,
            Target::Classes { .. } if values.is_empty() => Targets::Classes(vec![0; rows]),
            Target::Classes { .. } => {
                Targets::Classes(values.into_iter().map(|class| class as usize).collect())
            }
            Target::Real(quantities) if values.is_empty() => {
                Targets::Values(vec![0.0; rows * quantities.len()])
            }
            Target::Real(_) => Targets::Values(values),
        }
    }

    /// Tells of categories that the training part does not have.
    fn tell_unseen(&self, features: &[Cells], rows: &[usize], notes: &mut Vec<String>) {
        for (cells, encoder) in features.iter().zip(&self.encoders) {
            let unseen = encoder.unseen(cells, rows.iter().copied());
            if !unseen.is_empty() {
                let (name, unseen) = (cells.name(), quoted(&unseen));
                notes.push(format!(
                    "{name}: {unseen} not seen in training, all zeros in its place"
                ));
            }
        }
    }
}

/// The number in a field; none where it is missing.
fn as_number(
    table: &Table,
    place: (usize, usize),
    spec: &CsvSpec,
) -> Result<Option<f64>, DataError> {
    let Some(text) = table.known(place.0, place.1) else {
        return Ok(None);
    };
    match number(text, spec.decimal) {
        None => {
            let missing = spec.missing.trimmed().map(|marker| format!(", {marker:?}"));
            let missing = missing.collect::<String>();
            let remedy = format!(
                "correct it; a missing value is an empty field{missing}, and numbers have the \
                 decimal mark {:?}",
                spec.decimal
            );
            Err(table.wrong(place, text, "a number, as in training", remedy))
        }
        number => Ok(number),
    }
}

/// The number of the class in a field; none where it is missing.
fn class(
    table: &Table,
    place: (usize, usize),
    names: &[String],
) -> Result<Option<Vec<f64>>, DataError> {
    let Some(text) = table.known(place.0, place.1) else {
        return Ok(None);
    };
    if let Some(class) = names.iter().position(|name| name == text) {
        return Ok(Some(vec![class as f64]));
    }
    let remedy = match nearest(text, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near:?}? Otherwise remove the row"),
        None => "remove the row, or train on rows of this class, too".into(),
    };
    let expected = format!("a class that was trained on: {}", quoted(names));
    Err(table.wrong(place, text, &expected, remedy))
}
