//! The text of a config, with the reasons beside.

use std::path::Path;

use datasets::TableProfile;
use spec::datasets::Missing;
use toml::Value;

use super::guess::{Guess, Use};

/// The share of rows that is held back.
const HELD_BACK: f64 = 0.25;
/// Of fewer rows none are held back.
const FEWEST: usize = 20;
/// From here on there are two hidden layers.
const MANY: usize = 1000;
/// Updates that a training has, about: of few rows, and of many.
const UPDATES: [usize; 2] = [600, 3000];

/// The config of a table.
pub fn config(name: &str, table: &Path, profile: &TableProfile, guess: &Guess) -> String {
    let size = Size::of(profile, guess);
    let mut text = head(name, table, profile, guess);
    text += &dataset(table, profile, guess);
    text += &model(profile, guess, &size);
    text + &training(guess, &size)
}

/// How large a network is, and how long it learns.
struct Size {
    /// Samples to learn from.
    samples: usize,
    /// Units of the hidden layers.
    hidden: Vec<usize>,
    batch: usize,
    epochs: usize,
}

impl Size {
    fn of(profile: &TableProfile, guess: &Guess) -> Self {
        let target = &profile.columns[guess.target];
        let rows = profile.rows - target.missing;
        let held_back = |rows: usize| (HELD_BACK * rows as f64).round() as usize;
        let samples = match (rows < FEWEST, guess.is_class) {
            (true, _) => rows,
            (false, true) => {
                // A class keeps at least one row to learn from.
                let left = |(_, rows): &(String, usize)| rows - held_back(*rows).min(rows - 1);
                target.values.iter().map(left).sum()
            }
            (false, false) => rows - held_back(rows),
        };
        let (hidden, batch) = match rows {
            0..MANY => (vec![16], 16),
            MANY..10_000 => (vec![64, 32], 32),
            _ => (vec![128, 64], 128),
        };
        // Of very few samples a batch would be nearly all of them.
        let batch = if samples < 2 * batch { samples } else { batch };
        let updates = samples.div_ceil(batch);
        Self {
            samples,
            hidden,
            batch,
            epochs: (UPDATES[usize::from(rows >= MANY)] / updates).clamp(5, 200),
        }
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn head(name: &str, table: &Path, profile: &TableProfile, guess: &Guess) -> String {
    let (rows, features) = (profile.rows, guess.features);
    let target = in_comment(&guess.target_in_words(profile));
    let file = in_comment(&table.display().to_string());
    format!(
        "# {file}: {rows} rows, {features} features.\n\
         #\n\
         # Written by `runner new`; every line is there to be changed (docs/configs.md).\n\
         # Target: {target}.\n\n\
         name = {}\n\
         seed = 1                       # of the split, the first weights and the order of the samples\n\
         implementations = [\"backprop\"] # \"burn-flex\" beside it trains the same in burn\n\n",
        quoted(name)
    )
}

/// A text that stays within a line.
fn in_comment(text: &str) -> String {
    text.replace(char::is_control, " ")
}

fn dataset(table: &Path, profile: &TableProfile, guess: &Guess) -> String {
    let column = &profile.columns[guess.target];
    let mut text = format!(
        "[dataset.csv]\npath = {}\n",
        quoted(&table.display().to_string())
    );
    if profile.delimiter != ',' {
        text += &format!("delimiter = {}\n", quoted(&profile.delimiter.to_string()));
    }
    if profile.decimal != '.' {
        text += &format!("decimal = {}\n", quoted(&profile.decimal.to_string()));
    }
    if !profile.header {
        text += "header = false # columns are called by their index, from \"0\"\n";
    }
    text += &format!("target = {} # {}\n", quoted(&column.name), guess.why);
    if !guess.is_class {
        text += "task = \"regression\" # classes would be a few whole numbers or texts\n";
    }
    text += &columns(profile, guess);
    text += &missing(profile, guess);
    text += "scale = \"standardize\" # mean 0, deviation 1, learned from the training part\n";
    if !guess.is_class {
        text += "target_scale = \"standardize\" # measures and answers are in its own unit\n";
    }
    let rows = profile.rows - column.missing;
    text + &match (rows < FEWEST, guess.is_class) {
        (true, _) => format!("split = \"none\" # {rows} rows are too few to hold some back\n\n"),
        (_, true) => {
            format!("split = {{ stratified = {{ test = {HELD_BACK} }} }} # of every class\n\n")
        }
        (_, false) => format!("split = {{ shuffled = {{ test = {HELD_BACK} }} }}\n\n"),
    }
}

/// Columns that are not used, each with the reason, and those of texts.
fn columns(profile: &TableProfile, guess: &Guess) -> String {
    let used = || profile.columns.iter().zip(&guess.uses);
    let ignored = used().filter_map(|(column, used)| match used {
        Use::Ignored(why) => Some(format!(
            "    {}, # {}\n",
            quoted(&column.name),
            in_comment(why)
        )),
        _ => None,
    });
    let ignored: String = ignored.collect();
    let categories = used().filter(|(_, used)| **used == Use::Category);
    let categories: Vec<String> = categories.map(|(column, _)| quoted(&column.name)).collect();
    let mut text = String::new();
    if !ignored.is_empty() {
        text += &format!("ignore = [\n{ignored}]\n");
    }
    if !categories.is_empty() {
        let list = categories.join(", ");
        text += &format!("categorical = [{list}] # a 0/1 feature for each text\n");
    }
    text
}

fn missing(profile: &TableProfile, guess: &Guess) -> String {
    let usual = Missing::default();
    let others = profile
        .markers
        .iter()
        .any(|marker| !usual.markers.contains(marker));
    let mut settings = Vec::new();
    if others {
        let markers: Vec<String> = profile
            .markers
            .iter()
            .map(|marker| quoted(marker))
            .collect();
        settings.push(format!("markers = [{}]", markers.join(", ")));
    }
    if guess.has_gaps {
        settings.push("policy = \"median\"".into());
    }
    match settings.is_empty() {
        true => String::new(),
        false => format!("missing = {{ {} }}\n", settings.join(", ")),
    }
}

fn model(profile: &TableProfile, guess: &Guess, size: &Size) -> String {
    let (activation, weights) = match size.hidden.len() {
        1 => ("tanh", ""),
        _ => (
            "relu",
            "weights = \"he_normal\" # keeps the variance through relu\n",
        ),
    };
    let hidden = size.hidden.iter();
    let hidden = hidden
        .map(|units| format!("    {{ linear = {{ units = {units} }} }},\n    \"{activation}\",\n"));
    let (outputs, what) = match guess.is_class {
        true => (profile.columns[guess.target].values.len(), "a class each"),
        false => (1, "the number"),
    };
    format!(
        "[model]\n{weights}layers = [\n{}    {{ linear = {{ units = {outputs} }} }}, # {what}\n]\n\n",
        hidden.collect::<String>()
    )
}

fn training(guess: &Guess, size: &Size) -> String {
    let Size {
        samples,
        batch,
        epochs,
        ..
    } = size;
    let (loss, metrics) = match guess.is_class {
        true => ("softmax_cross_entropy", ""),
        false => ("squared_error", "metrics = [\"r2\", \"rmse\"]\n"),
    };
    let updates = epochs * samples.div_ceil(*batch);
    let batch = match batch < samples {
        true => batch.to_string(),
        false => "\"all\"".into(),
    };
    let rate = if size.hidden.len() == 1 {
        "0.01"
    } else {
        "0.001"
    };
    format!(
        "[training]\n\
         epochs = {epochs} # {updates} updates on {samples} samples\n\
         batch_size = {batch}\n\
         loss = \"{loss}\"\n\
         optimizer = {{ adam = {{ learning_rate = {rate} }} }}\n{metrics}"
    )
}
