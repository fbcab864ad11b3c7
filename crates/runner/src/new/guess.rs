//! What is to be predicted of a table, and by what.

use std::path::Path;

use datasets::{ColumnKind, ColumnProfile, TableProfile};

use crate::Failure;

/// What a table is taken for.
pub struct Guess {
    /// Of each column.
    pub uses: Vec<Use>,
    /// The column that is predicted.
    pub target: usize,
    /// Why it is that one.
    pub why: String,
    /// Whether it is a class; else a number.
    pub is_class: bool,
    /// Features of a row, categories counted as 0/1 features.
    pub features: usize,
    /// Whether numbers are missing among the features.
    pub has_gaps: bool,
    /// What should be looked at.
    pub notes: Vec<String>,
}

/// What becomes of a column.
#[derive(Debug, PartialEq, Eq)]
pub enum Use {
    /// It is predicted.
    Target,
    /// It is a feature.
    Number,
    /// It becomes a 0/1 feature for each category.
    Category,
    /// Nothing, and why.
    Ignored(String),
}

/// Names that columns have that are to be predicted.
const TARGETS: [&str; 14] = [
    "target",
    "class",
    "label",
    "y",
    "outcome",
    "response",
    "species",
    "diagnosis",
    "survived",
    "type",
    "category",
    "price",
    "quality",
    "income",
];
/// Names that they hardly ever have.
const NO_TARGETS: [&str; 4] = ["year", "month", "day", "date"];
/// So many different whole numbers may be classes.
const MOST_CLASSES: usize = 20;
/// A class has about so many rows, or it is a number.
const ROWS_OF_A_CLASS: usize = 5;

impl Guess {
    /// Looks for what to predict, unless it is named, and says of each column what becomes of it.
    ///
    /// # Errors
    /// When nothing can be predicted, or nothing is left to predict it by.
    pub fn of(profile: &TableProfile, target: Option<&str>, file: &Path) -> Result<Self, Failure> {
        let (target, why) = match target {
            Some(name) => {
                let column = datasets::named(profile, name, file)?;
                expect_target(column, profile.rows)?;
                (place(profile, column), "as --target says".into())
            }
            None => guessed(profile, file)?,
        };
        let column = &profile.columns[target];
        let is_class = is_class(column);
        let use_of = |(place, column)| match place == target {
            true => Use::Target,
            false => use_of(column),
        };
        let uses: Vec<Use> = profile.columns.iter().enumerate().map(use_of).collect();
        let used = || profile.columns.iter().zip(&uses);
        let features = used().map(|(column, used)| match used {
            Use::Number => 1,
            Use::Category => column.values.len(),
            Use::Target | Use::Ignored(_) => 0,
        });
        let features = features.sum();
        if features == 0 {
            return Err(nothing_to_predict_by(profile, &uses, target, file));
        }
        let has_gaps = used().any(|(column, used)| *used == Use::Number && column.missing > 0);
        Ok(Self {
            notes: notes(profile, target, is_class),
            has_gaps,
            uses,
            target,
            why,
            is_class,
            features,
        })
    }

    /// What is predicted, as what, and why.
    pub fn target_in_words(&self, profile: &TableProfile) -> String {
        const SHOWN: usize = 6;
        let column = &profile.columns[self.target];
        let (name, why) = (&column.name, &self.why);
        if !self.is_class {
            return format!("{name:?}, {why}: a number");
        }
        let counted = column.values.iter().take(SHOWN);
        let mut classes: Vec<String> = counted.map(|(class, n)| format!("{class} ({n})")).collect();
        if column.values.len() > SHOWN {
            classes.push("...".into());
        }
        let (count, classes) = (column.values.len(), classes.join(", "));
        format!("{name:?}, {why}: one of {count} classes, {classes}")
    }
}

fn place(profile: &TableProfile, column: &ColumnProfile) -> usize {
    let columns = profile.columns.iter();
    columns
        .take_while(|other| other.name != column.name)
        .count()
}

/// Whether the values of a target are classes.
fn is_class(column: &ColumnProfile) -> bool {
    let (different, rows) = (column.values.len(), rows_of(column));
    match column.kind {
        ColumnKind::Numbers { whole } => {
            let few = different <= MOST_CLASSES && rows >= ROWS_OF_A_CLASS * different;
            whole && (few || different == 2)
        }
        _ => true,
    }
}

fn rows_of(column: &ColumnProfile) -> usize {
    column.values.iter().map(|(_, rows)| rows).sum()
}

/// What becomes of a column that is not predicted.
fn use_of(column: &ColumnProfile) -> Use {
    let ignored = |why: &str| Use::Ignored(why.into());
    match column.kind {
        ColumnKind::Numbers { .. } => Use::Number,
        ColumnKind::Categories => Use::Category,
        ColumnKind::Empty => ignored("it is empty"),
        ColumnKind::Constant => ignored("it is the same in every row"),
        ColumnKind::Identifier => {
            ignored("it names or counts the rows, which says nothing of others")
        }
        ColumnKind::Dates => {
            ignored("dates are no numbers: make columns of year, month, day of them")
        }
        ColumnKind::Texts => ignored("hardly any of its texts comes twice"),
        ColumnKind::Mixed => ignored(&mixed(column)),
    }
}

/// A column of numbers with texts between them.
fn mixed(column: &ColumnProfile) -> String {
    let texts = column.values.iter().map(|(text, _)| text);
    let mut texts = texts.filter(|text| text.parse::<f64>().is_err());
    let first = texts.next().map(String::as_str).unwrap_or_default();
    format!("numbers with texts between them, such as {first:?}: correct these")
}

/// Finds that a column cannot be predicted.
fn expect_target(column: &ColumnProfile, rows: usize) -> Result<(), Failure> {
    let name = &column.name;
    let why = match column.kind {
        ColumnKind::Numbers { .. } | ColumnKind::Categories => return Ok(()),
        ColumnKind::Empty => "has no value in any row".into(),
        ColumnKind::Constant => "is the same in every row: there is nothing to learn".to_string(),
        ColumnKind::Identifier => "names or counts the rows: there is nothing to learn".into(),
        _ => {
            let different = column.values.len();
            format!("has {different} different texts in {rows} rows: no classes and no numbers")
        }
    };
    let remedy = "name another column with --target";
    Err(Failure::Input(format!("column {name:?} {why}; {remedy}")))
}

/// The column to predict, and why.
fn guessed(profile: &TableProfile, file: &Path) -> Result<(usize, String), Failure> {
    let columns = || profile.columns.iter().enumerate();
    let lower = |column: &ColumnProfile| column.name.to_lowercase();
    let possible = |column: &ColumnProfile| expect_target(column, profile.rows).is_ok();
    let candidates: Vec<(usize, &ColumnProfile)> = columns()
        .filter(|(_, column)| possible(column) && !NO_TARGETS.contains(&lower(column).as_str()))
        .collect();
    for name in TARGETS {
        if let Some((place, _)) = candidates.iter().find(|(_, column)| lower(column) == name) {
            return Ok((*place, "by its name".into()));
        }
    }
    let texts = candidates
        .iter()
        .filter(|(_, column)| column.kind == ColumnKind::Categories);
    let texts: Vec<usize> = texts.map(|(place, _)| *place).collect();
    if let [only] = texts[..] {
        return Ok((only, "the only column of texts".into()));
    }
    match candidates.last() {
        Some(&(place, _)) if place + 1 == profile.columns.len() => {
            Ok((place, "the last column".into()))
        }
        Some(&(place, _)) => Ok((place, "the last column that can be predicted".into())),
        None => Err(Failure::Input(format!(
            "{}: no column can be predicted: each is empty, the same in every row, or different in \
             every row; add a column with classes or numbers",
            file.display()
        ))),
    }
}

fn nothing_to_predict_by(
    profile: &TableProfile,
    uses: &[Use],
    target: usize,
    file: &Path,
) -> Failure {
    const SHOWN: usize = 5;
    let named = profile.columns.iter().zip(uses);
    let ignored = named.filter_map(|(column, used)| match used {
        Use::Ignored(why) => Some(format!("{:?}: {why}", column.name)),
        _ => None,
    });
    let ignored: Vec<String> = ignored.take(SHOWN).collect();
    let (target, ignored) = (&profile.columns[target].name, ignored.join("; "));
    Failure::Input(format!(
        "{}: nothing is left to predict {target:?} by ({ignored}); add columns of numbers or of \
         categories, or use [dataset.series] where the rows are a series",
        file.display()
    ))
}

/// What should be looked at before the figures are believed.
fn notes(profile: &TableProfile, target: usize, is_class: bool) -> Vec<String> {
    const UNEQUAL: usize = 4;
    let column = &profile.columns[target];
    let mut notes = Vec::new();
    if column.missing > 0 {
        notes.push(format!(
            "{} rows without a target are left out",
            column.missing
        ));
    }
    let sizes = || column.values.iter().map(|(_, rows)| *rows);
    let (most, least) = (sizes().max().unwrap_or(0), sizes().min().unwrap_or(0));
    if is_class && most >= UNEQUAL * least {
        notes.push(format!(
            "the largest class has {most} rows, the smallest {least}: look at the recall of each class \
             (runner evaluate), and see class_weights"
        ));
    }
    if profile
        .columns
        .iter()
        .any(|column| column.kind == ColumnKind::Dates)
    {
        notes.push(
            "there are dates: where the future is to be predicted, hold back the last rows, split = { \
             ordered = { test = 0.25 } }"
                .into(),
        );
    }
    notes
}
