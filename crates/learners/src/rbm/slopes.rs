//! What the parameters gain, as a gradient: of free energies, with the ends of the chains given, and
//! of the likelihood, over all states.

use std::slice::from_mut;

use contract::{Criterion, NamedTensors, Streams};
use kernels::Real;
use ndarray::{Array2, ArrayView2};
use spec::learners::{RbmSpec, Reconstruction, Rule, Visible};

use super::Rbm;
use super::gradient::Gradient;
use super::machine::{Machine, sample};
use super::proofs::{bars_and_stripes, drawn};
use super::update::Batch;
use crate::{Data, Learner, Slope};

/// Units whose states are all differentiated.
const FEW_UNITS: usize = 16;

impl Machine<f64> {
    /// A slope of this machine; rules go up, and witnesses down.
    fn slope<T: Real>(
        &self,
        on: &str,
        quantity: &str,
        criterion: Criterion,
        gain: &Gradient<T>,
    ) -> Slope {
        let tensors = |w: Array2<f64>, b: ndarray::Array1<f64>, c: ndarray::Array1<f64>| {
            let mut named = NamedTensors::default();
            named.insert("weight", w.into_dyn());
            named.insert("visible_bias", b.into_dyn());
            named.insert("bias", c.into_dyn());
            named
        };
        let Gradient { w, b, c } = gain.cast::<f64>();
        Slope {
            on: on.into(),
            quantity: quantity.into(),
            criterion,
            at: tensors(self.w.clone(), self.b.clone(), self.c.clone()),
            gradient: tensors(-w, -b, -c),
            tolerance: 1e-12,
        }
    }

    /// Of ⟨v h⟩ of the data less that of the ends of the chains, h being probabilities.
    fn slope_of_contrast(&self, on: &str, data: &Array2<f64>, model: &Array2<f64>) -> Slope {
        let mut gain = Gradient::zeros(self.w.dim());
        for (v, sign) in [(data, 1.0), (model, -1.0)] {
            let mut h = Array2::zeros((v.nrows(), self.c.len()));
            self.hidden(v.view(), h.view_mut());
            gain.add(v.view(), h.view(), sign);
        }
        let criterion = Criterion::Contrast {
            visible: self.visible,
            data: data.clone(),
            model: model.clone(),
        };
        self.slope(
            on,
            "contrastive divergence, ends of the chains given",
            criterion,
            &gain,
        )
    }

    /// Of the exact gradient of the mean of ln P, where there are few states.
    fn slope_of_likelihood(&self, on: &str, data: ArrayView2<'_, f64>) -> Option<Slope> {
        let criterion = Criterion::Likelihood {
            visible: self.visible,
            data: data.to_owned(),
            states: self.all_states()?,
        };
        self.enumerated()?;
        let gain = self.exact_gradient(data);
        Some(self.slope(on, "exact gradient of ln P", criterion, &gain))
    }

    /// All states of the visible units, or of the hidden ones where those are Gaussian.
    fn all_states(&self) -> Option<Array2<f64>> {
        let (inputs, hidden) = self.w.dim();
        match self.visible {
            Visible::Bernoulli if inputs <= FEW_UNITS => Some(Self::visible_states(inputs)),
            Visible::Gaussian if hidden <= FEW_UNITS => Some(Self::visible_states(hidden)),
            Visible::Softmax(size) => {
                let groups = inputs / size;
                let states = size
                    .checked_pow(groups as u32)
                    .filter(|&s| s <= 1 << FEW_UNITS)?;
                // Which of its units is on, a digit for each group.
                let on = |state: usize, group: usize| state / size.pow(group as u32) % size;
                Some(Array2::from_shape_fn((states, inputs), |(state, i)| {
                    f64::from(u8::from(on(state, i / size) == i % size))
                }))
            }
            Visible::Bernoulli | Visible::Gaussian => None,
        }
    }
}

impl Rbm {
    /// Of the first batch: by the rule in f64, and as it learns, in f32; and of the likelihood.
    pub(super) fn slopes_on(&self, on: &str) -> Vec<Slope> {
        let rows: Vec<usize> = (0..self.settings.batch_size.min(self.x.nrows())).collect();
        let machine = self.machine.cast::<f64>();
        let mut batch = Batch::default();
        self.gain(&rows, &mut batch);
        let [data, model] = batch.ends().map(|v| v.mapv(f64::from));
        let mut slopes = Vec::new();
        if self.settings.rule != Rule::Exact {
            let in_f64 = machine.slope_of_contrast(on, &data, &model);
            let in_f32 = Slope {
                tolerance: 1e-5,
                ..machine.slope(
                    on,
                    "the same as it learns, in f32",
                    in_f64.criterion.clone(),
                    &batch.gain,
                )
            };
            slopes.extend([in_f64, in_f32]);
        }
        let some = super::machine::first_rows(&self.x, rows.len()).mapv(f64::from);
        slopes.extend(machine.slope_of_likelihood(on, some.view()));
        slopes
    }
}

/// Drawn machines of each kind of unit; and machines that learn bars and stripes, by each rule.
pub fn slopes() -> Vec<Slope> {
    let mut slopes = Vec::new();
    for (name, visible) in [
        ("Bernoulli", Visible::Bernoulli),
        ("Gaussian", Visible::Gaussian),
        ("softmax", Visible::Softmax(3)),
    ] {
        let on = format!("drawn, 6 {name} and 4 hidden units");
        let (machine, mut rng) = (drawn(visible, 6, 4), Streams::new(1).stream("chain"));
        let mut data = Array2::zeros((20, 6));
        machine.means(Array2::zeros((20, 4)).view(), data.view_mut());
        machine.sample_visible(&mut data.view_mut(), &mut rng);
        let (mut model, mut h) = (data.clone(), Array2::zeros((20, 4)));
        machine.hidden(data.view(), h.view_mut());
        sample(&mut h.view_mut(), &mut rng);
        let ends = (&mut model.view_mut(), &mut h.view_mut());
        machine.gibbs(
            2,
            Reconstruction::Sample,
            ends.0,
            ends.1,
            from_mut(&mut rng),
        );
        slopes.push(machine.slope_of_contrast(&on, &data, &model));
        slopes.extend(machine.slope_of_likelihood(&on, data.view()));
    }
    let x = bars_and_stripes(3);
    let data = Data::new(x.clone(), x);
    for rule in [Rule::Cd(1), Rule::Pcd(1)] {
        let settings = RbmSpec {
            rule,
            hidden: 6,
            batch_size: 7,
            epochs: 20,
            report: 20,
            ..RbmSpec::default()
        };
        let mut rbm = Rbm::new(&settings, &data).expect("bits");
        // Nobody asks to stop.
        let _ = rbm.pass(&data, &|| Ok(()));
        let on = format!(
            "bars and stripes, {}",
            if rule == Rule::Cd(1) { "CD-1" } else { "PCD-1" }
        );
        slopes.extend(rbm.slopes_on(&on));
    }
    slopes
}
