//! What is fitted to the training data before anything learns: the centres and widths of `rbf`
//! layers, and the weights of a last linear layer in closed form.

use backprop::Probe;
use learners::ridge::{Block, Ridge};
use learners::{Data, Stop, rbf};
use ndarray::{Array1, Array2, s};
use rayon::prelude::*;
use spec::Problem;
use spec::learners::Coding;
use spec::losses::LossSpec;
use spec::model::{Initializer, LayerSpec, LinearSpec, PlannedLayer, RbfSpec};

use super::learner::{coded, features};
use super::{PreparedNetwork, finite};
use crate::activity::Activity;
use crate::{Failure, interrupt, machine};

/// Samples that go through the layers before at a time.
const ROWS: usize = 256;

/// Puts what is fitted in place of the initial parameters that were not drawn. What is read from a
/// file stays as it is.
///
/// # Errors
/// When the data do not determine it, with the place in the config; [`Failure::Interrupted`] on
/// Ctrl-C.
pub(super) fn fit(prepared: &mut PreparedNetwork) -> Result<(), Failure> {
    let mut parameters = prepared.plan.iter().flat_map(|layer| &layer.parameters);
    let fitted = parameters.any(|parameter| parameter.initializer.is_fitted());
    if !fitted || prepared.network.model.initial_parameters.is_some() {
        return Ok(());
    }
    let threads = machine::threads(&prepared.network.training);
    machine::in_pool(threads, || fit_all(prepared))??;
    let outcome = finite(&prepared.plan, &prepared.initial);
    outcome.map_err(|problem| prepared.config.locate(problem).into())
}

/// Layer by layer, each by what those before it answer.
fn fit_all(prepared: &mut PreparedNetwork) -> Result<(), Failure> {
    let activity = Activity::new("fit");
    for index in 0..prepared.plan.len() {
        let outcome = match prepared.plan[index].spec.clone() {
            LayerSpec::Rbf(rbf) => units(prepared, index, &rbf, &activity),
            LayerSpec::Linear(linear) => weights(prepared, index, &linear, &activity),
            _ => Ok(()),
        };
        outcome.map_err(|stop| stopped(prepared, index, stop))?;
    }
    Ok(())
}

fn stopped(prepared: &PreparedNetwork, index: usize, stop: Stop) -> Failure {
    match stop {
        Stop::Interrupted => Failure::Interrupted(interrupt::cause().to_string()),
        Stop::Refused(problem) => {
            let layer = &prepared.plan[index].spec;
            let key = format!("model.layers.{index}.{}.{}", layer.kind(), problem.key);
            prepared.config.locate(Problem { key, ..problem }).into()
        }
    }
}

/// Centres and widths of Gaussian units.
fn units(
    prepared: &mut PreparedNetwork,
    index: usize,
    rbf: &RbfSpec,
    activity: &Activity,
) -> Result<(), Stop> {
    let [centers, beta] = &prepared.plan[index].parameters[..] else {
        return Ok(());
    };
    let (centers, beta) = (centers.name.clone(), beta.clone());
    if rbf.centers.is_fitted() {
        activity.begin(format!("centres of layer {index}"), 0);
        let (data, classes) = (inputs_of(prepared, index), classes(prepared));
        let stream = format!("initial/{centers}");
        let tick = || interrupted(activity);
        let found = rbf::centers(rbf, &data, classes.as_deref(), &stream, &tick)?;
        if let Some(found) = found {
            prepared.common.notes.extend(found.notes);
            prepared.initial.insert(&*centers, found.centers.into_dyn());
        }
    }
    if beta.initializer == Initializer::Width
        && let Some(centers) = prepared.initial.get(&centers)
        && let Ok(centers) = centers.view().into_dimensionality()
        && let Some(betas) = rbf::betas(rbf.width, centers)?
    {
        let least = betas.iter().copied().fold(f64::INFINITY, f64::min);
        let most = betas.iter().copied().fold(0.0, f64::max);
        let width = |beta: f64| (0.5 / beta).sqrt();
        prepared.common.notes.push(match least == most {
            true => format!("width: {:.4}", width(most)),
            false => format!("widths: {:.4} to {:.4}", width(most), width(least)),
        });
        prepared
            .initial
            .insert(&*beta.name, Array1::from(betas).into_dyn());
    }
    Ok(())
}

/// The weights of a last linear layer with the least squared error.
fn weights(
    prepared: &mut PreparedNetwork,
    index: usize,
    linear: &LinearSpec,
    activity: &Activity,
) -> Result<(), Stop> {
    let Some(Initializer::LeastSquares { ridge }) = linear.weights else {
        return Ok(());
    };
    let (inputs, rows) = (prepared.plan[index].inputs(), &prepared.train_rows);
    let columns = inputs + usize::from(linear.bias);
    let blocks: Vec<&[usize]> = rows.chunks((4 * columns).max(ROWS)).collect();
    activity.begin(format!("weights of layer {index}"), blocks.len());
    let block = |rows: &&[usize]| {
        let (phi, t) = weighed(prepared, index, rows);
        interrupted(activity)?;
        Ok(Block::new(phi.view(), t.view(), linear.bias))
    };
    // In the order of the samples, whatever the number of threads.
    let blocks: Vec<Result<Block, Stop>> = blocks.par_iter().map(block).collect();
    let mut fit = Ridge::new(inputs, linear.units, linear.bias, ridge);
    for block in blocks {
        fit.take(&block?);
    }
    let (weight, bias) = fit.solve()?;
    let found = [weight.into_dyn(), bias.into_dyn()];
    for (parameter, value) in prepared.plan[index].parameters.iter().zip(found) {
        prepared.initial.insert(&*parameter.name, value);
    }
    Ok(())
}

/// Inputs of a layer and targets, where samples have weights both times their roots.
fn weighed(prepared: &PreparedNetwork, index: usize, rows: &[usize]) -> (Array2<f64>, Array2<f64>) {
    let (mut phi, mut t) = (inputs(prepared, index, rows), targets(prepared, rows));
    if let Some(weights) = prepared.dataset.train.weights() {
        for ((mut phi, mut t), &row) in phi.rows_mut().into_iter().zip(t.rows_mut()).zip(rows) {
            let root = weights[row].sqrt();
            phi *= root;
            t *= root;
        }
    }
    (phi, t)
}

/// All that a layer learns from.
fn inputs_of(prepared: &PreparedNetwork, index: usize) -> Data {
    let rows = &prepared.train_rows;
    let data = Data::new(inputs(prepared, index, rows), targets(prepared, rows));
    Data {
        streams: prepared.streams(),
        ..data
    }
}

/// What comes into a layer, `[N, D]`.
fn inputs(prepared: &PreparedNetwork, index: usize, rows: &[usize]) -> Array2<f64> {
    let samples = &prepared.dataset.train;
    let before = &prepared.plan[..index];
    let computes = |layer: &PlannedLayer| !matches!(layer.spec, LayerSpec::Flatten);
    let Some(last) = before.iter().rposition(computes) else {
        return features(samples, rows);
    };
    let mut probe = Probe::<f64>::new(before);
    let loaded = probe.load(&prepared.initial);
    loaded.expect("there is a parameter of each name and shape of the plan");
    let mut x = Array2::zeros((rows.len(), before[last].outputs()));
    for (place, rows) in rows.chunks(ROWS).enumerate() {
        probe.forward(features(samples, rows).view());
        let first = place * ROWS;
        let to = s![first..first + rows.len(), ..];
        x.slice_mut(to).assign(&probe.output(last));
    }
    x
}

/// The targets as the loss has them, `[N, K]`.
fn targets(prepared: &PreparedNetwork, rows: &[usize]) -> Array2<f64> {
    let outputs = prepared.outputs();
    let coding = match (prepared.shape.classes, outputs) {
        (None, _) => Coding::Real,
        (Some(_), 1) => Coding::Bits,
        (Some(_), _) => Coding::OneHot,
    };
    let t = coded(&prepared.dataset.train, rows, coding, outputs);
    match prepared.network.training.loss {
        LossSpec::SignedSquaredError => 2.0 * t - 1.0,
        _ => t,
    }
}

/// The class of each sample, where they have one.
fn classes(prepared: &PreparedNetwork) -> Option<Vec<usize>> {
    let labels = prepared.dataset.train.labels()?;
    Some(prepared.train_rows.iter().map(|&row| labels[row]).collect())
}

/// The work goes on, unless somebody asks it to end.
fn interrupted(activity: &Activity) -> Result<(), Stop> {
    match interrupt::requested() {
        true => Err(Stop::Interrupted),
        false => {
            activity.step();
            Ok(())
        }
    }
}
