//! Answers on the screen.

use std::io::{self, Write};

use super::answers::{Answer, Answers, Scored, What};
use crate::numbers::{number, significant};
use crate::output;
use crate::sheet::Sheet;

/// Answers that are shown.
const ROWS: usize = 20;
/// Numbers of an answer that are shown.
const NUMBERS: usize = 8;

/// Prints the first answers, and what is to be known of all.
pub fn show(answers: &Answers) {
    let (run, weights, samples) = (&answers.run, &answers.weights, answers.answers.len());
    let of = match &answers.data[..] {
        [file] => file.clone(),
        files => format!("{} files", files.len()),
    };
    let plural = if samples == 1 { "" } else { "s" };
    output::line(format!(
        "{run}, {weights}: {samples} sample{plural} of {of}"
    ));
    let shown = answers.answers.iter().take(ROWS);
    let sheet = match answers.targets.is_empty() {
        true => classes(answers, shown),
        false => numbers(answers, shown),
    };
    output::line(sheet.terminal());
    if samples > ROWS {
        let more = samples - ROWS;
        output::line(format!(
            "and {more} more: --csv FILE or --json FILE writes all"
        ));
    }
    if answers.targets.len() > NUMBERS {
        let (shown, all) = (NUMBERS, answers.targets.len());
        output::line(format!(
            "the first {shown} of {all} numbers: --csv FILE or --json FILE writes all"
        ));
    }
    for note in &answers.notes {
        output::line(format!("note: {note}"));
    }
}

/// Prints what is to be known on standard error, where standard output has the answers alone.
pub fn notes_aside(answers: &Answers) {
    for note in &answers.notes {
        // Where it is closed, nobody wants to know.
        let _ = writeln!(io::stderr(), "note: {note}");
    }
}

fn classes<'a>(answers: &Answers, shown: impl Iterator<Item = &'a Answer>) -> Sheet {
    let mut titles = vec!["sample", "class"];
    if answers.most_told() > 0 {
        titles.push(answers.score());
    }
    if answers.most_told() > 1 {
        titles.push("then");
    }
    let texts = titles.len();
    let mut sheet = Sheet::new(titles, texts);
    for answer in shown {
        let What::Class { class, top } = &answer.what else {
            continue;
        };
        let class = class.clone().unwrap_or_else(|| "rejected".into());
        let score = |scored: &Scored| number(scored.score, 4);
        let others = top.iter().skip(1);
        let others = others.map(|scored| format!("{} {}", scored.class, score(scored)));
        let others: Vec<String> = others.collect();
        let first = top.first().map(score).unwrap_or_default();
        let cells = [answer.sample.clone(), class, first, others.join(", ")];
        sheet.add(cells.into_iter().take(texts));
    }
    sheet
}

fn numbers<'a>(answers: &Answers, shown: impl Iterator<Item = &'a Answer>) -> Sheet {
    let targets = answers.targets.iter().take(NUMBERS);
    let mut sheet = Sheet::new(
        ["sample".to_string()].into_iter().chain(targets.cloned()),
        1,
    );
    for answer in shown {
        let What::Numbers { values } = &answer.what else {
            continue;
        };
        let values = values.iter().take(NUMBERS);
        let values = values.map(|value| significant(*value, 6));
        sheet.add([answer.sample.clone()].into_iter().chain(values));
    }
    sheet
}
