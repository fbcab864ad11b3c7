//! A learner that can begin.

use std::ops::Deref;

use contract::{NamedTensors, TensorError};
use datasets::{Dataset, Samples, Target};
use learners::{Data, Learner};
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
    /// The inputs of the samples held back for validation `[N, D]`.
    pub validation: Array2<f64>,
    /// The inputs of the test samples `[N, D]`; those of the training samples where `test_is_train`.
    pub test: Array2<f64>,
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
        let (train, test) = (&common.dataset.train, &common.dataset.test);
        let validation = features(train, &common.validation_rows);
        let (inputs, outputs) = (names(&common.dataset), targets(&common.dataset, coding));
        let train = Data {
            t: coded(train, &common.train_rows, coding, outputs.len()),
            x: features(train, &common.train_rows),
            inputs,
            outputs,
            streams: common.streams(),
        };
        let test = features(test, &Vec::from_iter(0..test.len()));
        Ok(Self {
            learner,
            coding,
            train,
            validation,
            test,
            common,
        })
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

/// The inputs of these samples.
fn features(samples: &Samples, rows: &[usize]) -> Array2<f64> {
    let mut x = Array2::zeros((rows.len(), samples.width()));
    samples.gather(rows, x.view_mut());
    x
}

/// The targets of these samples.
fn coded(samples: &Samples, rows: &[usize], coding: Coding, width: usize) -> Array2<f64> {
    let mut t = Array2::zeros((rows.len(), width));
    let Some(labels) = samples.labels() else {
        samples.gather_targets(rows, t.view_mut());
        return t;
    };
    for (mut t, &row) in t.rows_mut().into_iter().zip(rows) {
        let label = labels[row];
        match coding {
            Coding::OneHot => t[label] = 1.0,
            Coding::Signs => t[0] = 2.0 * label as f64 - 1.0,
            Coding::Bits | Coding::Real => t[0] = label as f64,
        }
    }
    t
}

/// A name for each input; of a picture the pixels by their numbers.
fn names(dataset: &Dataset) -> Vec<String> {
    match dataset.feature_names.is_empty() {
        true => (0..dataset.train.width())
            .map(|i| format!("x{i}"))
            .collect(),
        false => dataset.feature_names.clone(),
    }
}

/// A name for each number of the target.
fn targets(dataset: &Dataset, coding: Coding) -> Vec<String> {
    match (&dataset.target, coding) {
        (Target::Classes { names }, Coding::OneHot) => names.clone(),
        // The class that is 1.
        (Target::Classes { names }, _) => names.last().cloned().into_iter().collect(),
        (Target::Real(quantities), _) => quantities.iter().map(|q| q.name.clone()).collect(),
        (Target::Input, _) => names(dataset),
    }
}
