//! A learner that can begin.

use std::borrow::Cow;
use std::ops::Deref;

use contract::{NamedTensors, TensorError};
use datasets::{Dataset, Samples, Target};
use learners::{Data, Learner, Sequences};
use ndarray::Array2;
use spec::experiment::resolve_path;
use spec::learners::{Coding, LearnerSpec};
use spec::{Config, Problem};

use super::Common;
use crate::Failure;

/// A learner that can begin; what it has in common with every experiment is [`Common`].
pub struct PreparedLearner {
    common: Common,
    /// What the config says of it.
    pub learner: LearnerSpec,
    /// How it gets targets as numbers.
    pub coding: Coding,
    /// The training samples.
    pub train: Data,
    /// The samples held back for validation.
    pub validation: Data,
    /// The test samples; the training samples where `test_is_train`.
    pub test: Data,
}

impl Deref for PreparedLearner {
    type Target = Common;

    fn deref(&self) -> &Common {
        &self.common
    }
}

impl PreparedLearner {
    /// Loads the data of a learner's config, in the numbers that it takes.
    ///
    /// # Errors
    /// What is wrong with them, with its place.
    pub fn of(config: Config, learner: LearnerSpec) -> Result<Self, Failure> {
        let common = Common::of(config)?;
        let refused = |problem: Problem| common.config.locate(problem);
        let coding = learner.coding(&common.shape).map_err(refused)?;
        if common.dataset.train.weights().is_some() {
            let reason = "to a learner all samples count alike, and these data give them weights";
            let key = format!("dataset.{}", common.config.experiment.dataset.kind());
            let hint = "leave the weights out";
            return Err(refused(Problem::new(key, reason).hint(hint)).into());
        }
        expect_no_fresh_samples(&common, &learner).map_err(refused)?;
        let (samples, test) = (&common.dataset.train, &common.dataset.test);
        let train = data(&common, coding, samples, &common.train_rows);
        let validation = data(&common, coding, samples, &common.validation_rows);
        let test = data(&common, coding, test, &all(test));
        Ok(Self {
            learner,
            coding,
            train,
            validation,
            test,
            common,
        })
    }

    /// The samples to learn from in a pass, counted from 1: new ones, where the config asks for
    /// that.
    pub fn samples_of_pass(&self, pass: usize) -> Cow<'_, Data> {
        let dataset = &self.config.experiment.dataset;
        let fresh = datasets::fresh(dataset, self.train.len(), &self.streams(), pass);
        match fresh {
            None => Cow::Borrowed(&self.train),
            Some(samples) => Cow::Owned(data(self, self.coding, &samples, &all(&samples))),
        }
    }
    /// The learner before its first pass, with the weights that the config names.
    ///
    /// # Errors
    /// When it cannot learn from the data, or such weights are not those of it, with the place in
    /// the config.
    pub fn learner(&self) -> Result<Box<dyn Learner>, Failure> {
        let refused = |problem: Problem| self.config.locate(problem);
        let mut learner = learners::build(&self.learner, &self.train).map_err(refused)?;
        let Some((key, file)) = self.config.experiment.initial_parameters() else {
            return Ok(learner);
        };
        let wrong = |error: TensorError| {
            let hint =
                "name the safetensors of a record of this learner, on data with these inputs";
            refused(Problem::new(&*key, error.to_string()).hint(hint))
        };
        let file = resolve_path(file, self.config.folder());
        let read = NamedTensors::<f64>::read_safetensors(&file).map_err(wrong)?;
        // All else is as before the first pass.
        let mut state = learner.state();
        for (name, weights) in learner.weights().iter() {
            let read = read.expect(name, weights.shape()).map_err(wrong)?;
            if read.iter().any(|value| !value.is_finite()) {
                let reason = format!("{}: a value of {name} is infinite or NaN", file.display());
                return Err(refused(Problem::new(&*key, reason)).into());
            }
            state.insert(name, read.clone());
        }
        learner.restore(&state).map_err(wrong)?;
        Ok(learner)
    }
}

/// The rows of all samples.
fn all(samples: &Samples) -> Vec<usize> {
    (0..samples.len()).collect()
}

/// Only who learns from sequences takes new ones in each pass.
fn expect_no_fresh_samples(common: &Common, learner: &LearnerSpec) -> Result<(), Problem> {
    let dataset = &common.config.experiment.dataset;
    if !dataset.dataset().is_fresh() || learner.learner().learns_sequences() {
        return Ok(());
    }
    let (key, kind) = (dataset.kind(), learner.kind());
    let reason = format!("{kind} learns from the same samples in every pass");
    Err(Problem::new(format!("dataset.{key}.fresh"), reason).hint("leave it out"))
}

/// These samples in the numbers that a learner takes.
fn data(common: &Common, coding: Coding, samples: &Samples, rows: &[usize]) -> Data {
    let outputs = targets(&common.dataset, coding);
    let sequences = sequences(common, samples, rows);
    let inputs = match &sequences {
        // Those of a step.
        Some(sequences) => numbered(sequences.width),
        None => names(&common.dataset),
    };
    Data {
        t: coded(samples, rows, coding, outputs.len() * samples.positions()),
        x: features(samples, rows),
        inputs,
        outputs,
        sequences,
        streams: common.streams(),
    }
}

/// The inputs of these samples.
pub(super) fn features(samples: &Samples, rows: &[usize]) -> Array2<f64> {
    let mut x = Array2::zeros((rows.len(), samples.width()));
    samples.gather(rows, x.view_mut());
    x
}

/// How these samples are divided into steps.
fn sequences(common: &Common, samples: &Samples, rows: &[usize]) -> Option<Sequences> {
    let lengths = samples.lengths()?;
    let width = match common.dataset.sample_shape[..] {
        [_, width] => width,
        _ => 1,
    };
    let first = features(samples, &rows[..rows.len().min(1)])
        .into_raw_vec_and_offset()
        .0;
    let data = common.config.experiment.dataset.dataset();
    let steps = first.chunks_exact(width).enumerate();
    let marked = steps.filter(|(_, step)| data.is_marked(step));
    Some(Sequences {
        width,
        lengths: rows.iter().map(|&row| lengths[row]).collect(),
        positions: samples.positions(),
        marked: marked.map(|(step, _)| step).collect(),
    })
}

/// The targets of these samples.
pub(super) fn coded(
    samples: &Samples,
    rows: &[usize],
    coding: Coding,
    width: usize,
) -> Array2<f64> {
    let width = match coding {
        Coding::Tokens => samples.positions(),
        _ => width,
    };
    let mut t = Array2::zeros((rows.len(), width));
    let Some(labels) = samples.labels().filter(|_| coding != Coding::Tokens) else {
        samples.gather_targets(rows, t.view_mut());
        return t;
    };
    for (mut t, &row) in t.rows_mut().into_iter().zip(rows) {
        let label = labels[row];
        match coding {
            Coding::OneHot => t[label] = 1.0,
            Coding::Signs => t[0] = 2.0 * label as f64 - 1.0,
            Coding::Bits | Coding::Real | Coding::Tokens => t[0] = label as f64,
        }
    }
    t
}

/// A name for each input; of a picture the pixels by their numbers.
fn names(dataset: &Dataset) -> Vec<String> {
    match dataset.feature_names.is_empty() {
        true => numbered(dataset.train.width()),
        false => dataset.feature_names.clone(),
    }
}

/// So many inputs by their numbers.
fn numbered(inputs: usize) -> Vec<String> {
    (0..inputs).map(|i| format!("x{i}")).collect()
}

/// A name for each number of the target.
fn targets(dataset: &Dataset, coding: Coding) -> Vec<String> {
    match (&dataset.target, coding) {
        (Target::Classes { names }, Coding::OneHot | Coding::Tokens) => names.clone(),
        // The class that is 1.
        (Target::Classes { names }, _) => names.last().cloned().into_iter().collect(),
        (Target::Real(quantities), _) => quantities.iter().map(|q| q.name.clone()).collect(),
        (Target::Input, _) => names(dataset),
    }
}
