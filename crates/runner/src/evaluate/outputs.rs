//! What a run puts out for samples.

use std::path::Path;

use contract::{Batch, Mode, NamedTensors, TensorError};
use datasets::{NewFiles, NewSamples, Samples, Target};
use ndarray::{Array2, s};
use spec::ImplementationName;
use spec::measures::Part;

use crate::batches::BatchBuffer;
use crate::implementations::build;
use crate::prepare::{Common, Prepared, PreparedLearner, PreparedNetwork, tokens};
use crate::{Failure, interrupt};

/// Samples computed at a time.
const AT_A_TIME: usize = 1000;

/// Some samples.
pub struct Chosen<'a> {
    /// All that they are among.
    pub samples: &'a Samples,
    /// Which of them.
    pub rows: Vec<usize>,
}

impl<'a> Chosen<'a> {
    /// All of some new samples.
    pub fn all(samples: &'a Samples) -> Self {
        let rows = (0..samples.len()).collect();
        Self { samples, rows }
    }

    /// A part of the data of a run.
    ///
    /// # Errors
    /// When it held no samples back.
    pub fn part(of: &'a Common, part: Part) -> Result<Self, Failure> {
        let (train, test) = (&of.dataset.train, &of.dataset.test);
        let (samples, rows) = match part {
            Part::Train => (train, of.train_rows.clone()),
            Part::Validation => (train, of.validation_rows.clone()),
            Part::Test => (test, (0..test.len()).collect()),
        };
        if rows.is_empty() {
            let (key, _) = of.config.experiment.held_back();
            return Err(Failure::Input(format!(
                "--part: the run held no samples back for validation; take train or test, or run \
                 its config with {key}"
            )));
        }
        Ok(Self { samples, rows })
    }
}

/// Samples of other files, prepared as those of a run.
///
/// # Errors
/// When they are of another form, or cannot be read.
pub fn read_new(of: &Prepared, files: &NewFiles) -> Result<NewSamples, Failure> {
    let (config, streams) = (&of.config, of.streams());
    let data = (&config.experiment.dataset, &of.dataset);
    let new = datasets::load_new(data, config.folder(), &streams, files)?;
    if let Prepared::Network(network) = of {
        let checked = tokens::check_part(&network.plan, "new", &new.samples);
        checked.map_err(|problem| {
            let reason = problem.reason;
            Failure::Input(format!(
                "{}: {reason}; correct it",
                files.files[0].display()
            ))
        })?;
    }
    Ok(new)
}

/// The outputs `[N, D_out]` of a run with these weights.
///
/// # Errors
/// When the weights, which are those of a file, are of another model.
pub fn outputs(
    prepared: &Prepared,
    (weights, file): (&NamedTensors<f64>, &Path),
    of: &Chosen,
) -> Result<Array2<f64>, Failure> {
    let wrong = |error: TensorError| {
        Failure::Input(format!(
            "{}: {error}; these are weights of another model: name those of a run of this config",
            file.display()
        ))
    };
    match prepared {
        Prepared::Network(network) => of_network(network, weights, of, &wrong),
        Prepared::Learner(learner) => of_learner(learner, weights, of, &wrong),
    }
}

/// By hand in f32, as the run was measured.
fn of_network(
    prepared: &PreparedNetwork,
    weights: &NamedTensors<f64>,
    of: &Chosen,
    wrong: &dyn Fn(TensorError) -> Failure,
) -> Result<Array2<f64>, Failure> {
    let (training, streams) = (&prepared.network.training, prepared.streams());
    let mut model = build::<f32>(
        ImplementationName::Backprop,
        &prepared.plan,
        training,
        streams,
    )?;
    model.load(&weights.cast()).map_err(wrong)?;
    let (inputs, outputs) = (prepared.inputs(), prepared.outputs());
    let mut batch = BatchBuffer::<f32>::new(AT_A_TIME.min(of.rows.len()), inputs, outputs);
    let mut y = Array2::zeros((of.rows.len(), outputs));
    for (index, rows) in of.rows.chunks(AT_A_TIME).enumerate() {
        expect_time()?;
        let batch = Batch {
            continues: index > 0,
            ..batch.fill(of.samples, &prepared.dataset.target, rows)
        };
        let evaluation = model.evaluate(Mode::Evaluation, batch);
        let mut chunk = y.slice_mut(s![index * AT_A_TIME.., ..]);
        let mut chunk = chunk.slice_mut(s![..rows.len(), ..]);
        chunk.zip_mut_with(&evaluation.output, |y, output| *y = f64::from(*output));
    }
    Ok(y)
}

/// After its last pass.
fn of_learner(
    prepared: &PreparedLearner,
    weights: &NamedTensors<f64>,
    of: &Chosen,
    wrong: &dyn Fn(TensorError) -> Failure,
) -> Result<Array2<f64>, Failure> {
    let learner = learners::build(&prepared.learner, &prepared.train);
    let mut learner = learner.map_err(|problem| prepared.config.locate(problem))?;
    learner.load_weights(weights).map_err(wrong)?;
    let mut y = Vec::new();
    for rows in of.rows.chunks(AT_A_TIME) {
        expect_time()?;
        let mut x = Array2::zeros((rows.len(), of.samples.width()));
        of.samples.gather(rows, x.view_mut());
        y.extend(learner.predict(x.view()));
    }
    let outputs = y.len() / of.rows.len();
    let y = Array2::from_shape_vec((of.rows.len(), outputs), y);
    Ok(y.expect("as many outputs for every sample"))
}

fn expect_time() -> Result<(), Failure> {
    match interrupt::requested() {
        true => Err(Failure::Interrupted(interrupt::cause().into())),
        false => Ok(()),
    }
}

/// Finds an output of a network that is no number.
///
/// # Errors
/// When there is one: after a divergence, say.
pub fn expect_finite(y: &Array2<f64>, file: &Path) -> Result<(), Failure> {
    let wrong = y.indexed_iter().find(|(_, y)| !y.is_finite());
    let Some(((sample, _), value)) = wrong else {
        return Ok(());
    };
    Err(Failure::Input(format!(
        "{}: an output for sample {} is {value}, so nothing can be measured: the weights are \
         those of a run that diverged, or its numbers became too large; train with a smaller \
         learning rate",
        file.display(),
        sample + 1
    )))
}

/// Names of the numbers of a target, and what makes real ones of them: real y = stored · scale +
/// mean.
pub fn quantities(of: &Common, numbers: usize) -> Vec<(String, f64, f64)> {
    match &of.dataset.target {
        Target::Real(quantities) if quantities.len() == numbers => {
            let parts = quantities.iter().map(|q| (q.name.clone(), q.scale, q.mean));
            parts.collect()
        }
        _ => {
            let names = &of.dataset.feature_names;
            let name = |i: usize| names.get(i).cloned().unwrap_or_else(|| format!("x{i}"));
            (0..numbers).map(|i| (name(i), 1.0, 0.0)).collect()
        }
    }
}
