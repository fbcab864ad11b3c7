//! Answers to samples, as JSON and as CSV.

use std::io;

use ndarray::{Array2, ArrayView1};
use serde::Serialize;

use crate::evaluate::cases::Subject;
use crate::evaluate::classification;
use crate::evaluate::regression::Regression;

/// What a run answers.
#[derive(Debug, Default, Serialize)]
pub struct Answers {
    /// The folder of the record, or the config.
    pub run: String,
    /// The file of the weights.
    pub weights: String,
    /// The files of the samples.
    pub data: Vec<String>,
    /// What is to be known of the samples.
    pub notes: Vec<String>,
    /// Whether scores of classes are probabilities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub are_probabilities: Option<bool>,
    /// Names of the numbers of an answer; none of classes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<String>,
    /// An answer for each sample.
    pub answers: Vec<Answer>,
}

/// The answer to a sample.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// Where the sample is from.
    pub sample: String,
    /// What is answered.
    #[serde(flatten)]
    pub what: What,
}

/// An answer.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum What {
    /// A class.
    Class {
        /// Its name; none: the sample is rejected.
        class: Option<String>,
        /// The likeliest classes with their scores; none where there are no scores.
        top: Vec<Scored>,
    },
    /// Numbers, in the unit of the target.
    Numbers {
        /// As many as there are targets.
        values: Vec<f64>,
    },
}

/// A class with its score.
#[derive(Debug, Serialize)]
pub struct Scored {
    /// Its name.
    pub class: String,
    /// Its probability, or else the output that stands for it.
    pub score: f64,
}

impl Answers {
    /// Those of some samples, with so many classes each.
    pub fn of(subject: &Subject, names: Vec<String>, top: usize) -> Self {
        let what: Vec<What> = match subject {
            Subject::Classes(classes) => of_classes(classes.about(), top),
            Subject::Real(Regression { y, .. }) => of_numbers(y),
        };
        let (are_probabilities, targets) = match subject {
            Subject::Classes(classes) => (Some(classes.about().are_probabilities), Vec::new()),
            Subject::Real(real) => (None, real.targets.clone()),
        };
        let answers = names.into_iter().zip(what);
        let answers = answers.map(|(sample, what)| Answer { sample, what });
        Self {
            are_probabilities,
            targets,
            answers: answers.collect(),
            ..Self::default()
        }
    }

    /// Classes that are told of an answer, at most.
    pub fn most_told(&self) -> usize {
        let told = self.answers.iter().map(|answer| match &answer.what {
            What::Class { top, .. } => top.len(),
            What::Numbers { .. } => 0,
        });
        told.max().unwrap_or(0)
    }

    /// What the score of a class is called.
    pub fn score(&self) -> &'static str {
        match self.are_probabilities {
            Some(true) => "probability",
            _ => "score",
        }
    }

    /// A line for each sample, numbers with all their digits.
    ///
    /// # Errors
    /// When a line cannot be written.
    pub fn csv(&self) -> io::Result<Vec<u8>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let mut titles = vec!["sample".to_string()];
        if self.targets.is_empty() {
            titles.push("class".into());
            let of = |place: usize| {
                [
                    format!("class_{place}"),
                    format!("{}_{place}", self.score()),
                ]
            };
            titles.extend((1..=self.most_told()).flat_map(of));
        }
        titles.extend(self.targets.iter().cloned());
        writer.write_record(&titles)?;
        for answer in &self.answers {
            let mut cells = vec![answer.sample.clone()];
            match &answer.what {
                What::Class { class, top } => {
                    cells.push(class.clone().unwrap_or_default());
                    let scored = |scored: &Scored| [scored.class.clone(), scored.score.to_string()];
                    cells.extend(top.iter().flat_map(scored));
                }
                What::Numbers { values } => cells.extend(values.iter().map(f64::to_string)),
            }
            cells.resize(titles.len(), String::new());
            writer.write_record(&cells)?;
        }
        writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

fn of_classes(about: &classification::Answers, most: usize) -> Vec<What> {
    let answer = |(row, class): (usize, &Option<usize>)| {
        let scores = about.scores.as_ref().map(|scores| scores.row(row));
        What::Class {
            class: class.map(|class| about.classes[class].clone()),
            top: scores.map_or_else(Vec::new, |scores| likeliest(scores, &about.classes, most)),
        }
    };
    about.answers.iter().enumerate().map(answer).collect()
}

/// The classes with the largest scores, of equal ones the first.
fn likeliest(scores: ArrayView1<f64>, classes: &[String], most: usize) -> Vec<Scored> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let scored = |&class: &usize| Scored {
        class: classes[class].clone(),
        score: scores[class],
    };
    order.iter().take(most).map(scored).collect()
}

fn of_numbers(y: &Array2<f64>) -> Vec<What> {
    let numbers = |row: ArrayView1<f64>| What::Numbers {
        values: row.to_vec(),
    };
    y.rows().into_iter().map(numbers).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_likeliest_classes_come_first_and_a_rejected_sample_has_none() {
        let about = classification::Answers {
            classes: ["a", "b", "c"].map(String::from).into(),
            truth: vec![0, 0],
            answers: vec![Some(1), None],
            scores: Some(array![[0.2, 0.5, 0.3], [0.4, 0.4, 0.2]]),
            are_probabilities: true,
        };
        let subject = Subject::Classes(classification::Classification::new(about));
        let answers = Answers::of(&subject, vec!["line 2".into(), "line 3".into()], 2);
        let csv = String::from_utf8(answers.csv().unwrap()).unwrap();
        let wanted = "sample,class,class_1,probability_1,class_2,probability_2\n\
                      line 2,b,b,0.5,c,0.3\nline 3,,a,0.4,b,0.4\n";
        assert_eq!(csv, wanted);
    }
}
