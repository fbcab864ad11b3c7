//! AdamW: Adam with decoupled weight decay.

use burn::optim::AdamWConfig;
use burn::tensor::Tensor;
use spec::optimizers::{AdamWSpec, Decays};

use super::adam::Adam;
use crate::optimizer::{Forms, Rule};
use crate::parameters::Place;

pub(super) fn forms(rule: &AdamWSpec, places: &[Place]) -> Forms {
    let (beta, epsilon) = ([rule.beta1, rule.beta2], rule.epsilon);
    let weight_decay = rule.weight_decay;
    let [beta1, beta2] = beta;
    let burns = AdamWConfig::new()
        .with_beta_1(beta1 as f32)
        .with_beta_2(beta2 as f32)
        .with_epsilon(epsilon as f32)
        .with_weight_decay(weight_decay as f32)
        .init();
    let dimensions = places.iter().map(|place| place.planned.shape.len());
    let ours = Forms::ours(AdamW {
        weight_decay,
        decays: dimensions.map(|count| rule.decays.takes(count)).collect(),
        adam: Adam::new(beta, epsilon, places.len()),
    });
    match rule.decays {
        Decays::All => ours.beside(burns),
        // burn's has one decay for all.
        Decays::Matrices => ours,
    }
}

/// w ← w − η λ w, then Adam.
struct AdamW {
    weight_decay: f64,
    /// Which parameters do.
    decays: Vec<bool>,
    adam: Adam,
}

impl Rule for AdamW {
    fn step(&mut self, index: usize, learning_rate: f64, w: Tensor<1>, g: Tensor<1>) -> Tensor<1> {
        let w = match self.weight_decay {
            _ if !self.decays[index] => w,
            0.0 => w,
            decay => w.clone() - w.mul_scalar(learning_rate * decay),
        };
        self.adam.step(index, learning_rate, w, g)
    }
}
