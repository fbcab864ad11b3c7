//! How large the derivatives of the layers are before anything is learned (Glorot & Bengio 2010).
//!
//! A stage is a layer with parameters and all that stands behind it up to the next one, as a linear
//! layer with its tanh. `$J = \partial y / \partial x$` is its Jacobian at one test sample; the
//! mean of its singular values says by how much the stage, on average over directions, stretches
//! what goes through it, forward and backward. Near 1 gradients keep their size from layer to
//! layer.

use std::ops::Range;

use backprop::Probe;
use contract::TensorError;
use datasets::statistics::mean;

use crate::activity::Activity;
use crate::batches::BatchBuffer;
use crate::prepare::PreparedNetwork;
use crate::record::Values;

/// `jacobian_singular_value_<layer>` of each stage with the initial parameters: the mean over the
/// singular values of `training.jacobian_samples` test samples.
///
/// # Errors
/// When the parameters are not those of the plan.
pub fn mean_singular_values(prepared: &PreparedNetwork) -> Result<Values, TensorError> {
    let samples = prepared.network.training.jacobian_samples;
    let rows: Vec<usize> = (0..samples.min(prepared.dataset.test.len())).collect();
    if rows.is_empty() {
        return Ok(Values::new());
    }
    let (plan, dataset) = (&prepared.plan, &prepared.dataset);
    let mut batch = BatchBuffer::<f64>::new(rows.len(), prepared.inputs(), prepared.outputs());
    let x = batch.fill(&dataset.test, &dataset.target, &rows).x;
    let mut network = Probe::new(plan);
    network.load(&prepared.initial)?;
    network.forward(x);
    let stages = prepared.network.stages(plan);
    let activity = Activity::new("jacobians");
    activity.begin("singular values", stages.len() * rows.len());
    let of_stage = |stage: Range<usize>| {
        let name = &plan[stage.start].name;
        activity.at(name);
        let x = match stage.start {
            0 => x.to_owned(),
            first => network.output(first - 1).to_owned(),
        };
        let mut layers = Probe::new(&plan[stage]);
        layers.load(&prepared.initial)?;
        let of_sample = |x| {
            let values = layers.singular_values(x);
            activity.step();
            mean(&values)
        };
        let means: Vec<f64> = x.rows().into_iter().map(of_sample).collect();
        Ok((format!("jacobian_singular_value_{name}"), mean(&means)))
    };
    stages.into_iter().map(of_stage).collect()
}
