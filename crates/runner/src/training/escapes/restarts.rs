//! Random restarts: several trainings from different initial parameters, of which the one with the
//! lowest training loss is kept.
//!
//! ```math
//! w^{(r)}_0 \sim p_0, \qquad \hat r = \arg\min_r E\left(w^{(r)}_{\mathrm{end}}\right)
//! ```
//!
//! Run 0 begins at the config's own initial parameters; run r > 0 draws them as the config says,
//! but with a seed of its own: the first word of the stream `escape/<name>/<r>`. What is fixed
//! (learning rate 0) or fitted to the training data is the same in all runs, and so are batches,
//! schedule and dropout masks: a run is what training with other initial weights would have been. A
//! run whose loss becomes infinite or NaN has lost. The loss after the run is compared, with early
//! stopping that of the weights it brought back.

use contract::{NamedTensors, Streams, initial};
use rand::Rng;
use spec::model::PlannedParameter;

use crate::prepare::PreparedNetwork;

/// The parameters that a run (from 0) begins with.
pub fn initial_of_run(prepared: &PreparedNetwork, name: &str, run: usize) -> NamedTensors<f32> {
    if run == 0 {
        return prepared.initial.cast();
    }
    let streams = prepared.streams();
    let seed = streams.stream(&format!("escape/{name}/{run}")).next_u64();
    let mut drawn = initial::draw_parameters(&prepared.plan, &Streams::new(seed));
    let parameters = prepared.plan.iter().flat_map(|layer| &layer.parameters);
    let stays = |parameter: &&PlannedParameter| {
        parameter.learning_rate == 0.0 || parameter.initializer.is_fitted()
    };
    for same in parameters.filter(stays) {
        if let Some(own) = prepared.initial.get(&same.name) {
            drawn.insert(&*same.name, own.clone());
        }
    }
    drawn.cast()
}
