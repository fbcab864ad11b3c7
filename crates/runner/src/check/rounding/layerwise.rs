//! A pass by hand, layer by layer, in which all that goes from one layer to the next is moved by
//! its rounding.
//!
//! What is added to parameters and inputs does not reach everything. The output of a saturated
//! sigmoid stays 1 whatever the last digit of its input, while the rounding of that 1 is all there
//! is in y (1 − y); a batch normalisation behind it takes numbers from each other that are equal
//! but for their last digit.
//!
//! Equal numbers are moved alike, and 0 stays 0: what is a tie in the window of a pool, or lies at
//! the kink of a ReLU, does so afterwards. So noise does not hide a wrong gradient behind a winner
//! that changed.

use std::collections::BTreeMap;

use backprop::engine::objective;
use backprop::layers::{self, Layer, Mode};
use contract::{Backward, NamedTensors, Real};
use ndarray::{Array2, ArrayD, ArrayView2, IxDyn};
use spec::model::PlannedLayer;

use super::{Computed, Noise, of_backward};
use crate::check::penalties::Penalties;
use crate::check::subject::{Pass, Probe, Subject};
use crate::implementations::Number;

/// How often everything is moved: relative to each number, and of numbers below 1 to 1, in turn.
const DRAWS: usize = 8;

/// How far such noise moves each tensor of a pass.
pub fn changes<T: Number>(
    subject: Subject<'_>,
    probe: &Probe<f64>,
    pass: Pass,
) -> BTreeMap<String, f64> {
    let probe = probe.cast::<T>();
    let here = computed(subject, &probe, pass, None);
    let mut changes = BTreeMap::new();
    for draw in 0..DRAWS {
        let there = computed(subject, &probe, pass, Some(draw));
        for ((name, a), (_, b)) in here.iter().zip(&there) {
            let moved = a.iter().zip(b).map(|(a, b)| (a.f64() - b.f64()).abs());
            let finite = moved.filter(|change| change.is_finite());
            let largest = changes.entry(name.clone()).or_insert(0.0f64);
            *largest = finite.fold(*largest, f64::max);
        }
    }
    changes
}

/// Outputs, loss and gradients of a pass; those of penalties, which no activation enters, are left
/// out.
fn computed<T: Number>(
    subject: Subject<'_>,
    probe: &Probe<T>,
    pass: Pass,
    draw: Option<usize>,
) -> Computed<T> {
    let noise = |name: &str, mut values: Array2<T>| {
        if let Some(draw) = draw {
            values.mapv_inplace(digits(draw, name));
        }
        values
    };
    let parameters = match draw {
        Some(draw) => moved_parameters(subject, draw),
        None => subject.parameters.cast::<T>(),
    };
    let mut layers: Vec<LayerOf<'_, T>> = subject
        .plan
        .iter()
        .map(|planned| LayerOf::new(planned, &parameters, subject))
        .collect();
    // Integers that choose from a table have no rounding.
    let mut passed = vec![match subject.has_input_gradient() {
        true => noise("x", probe.x.clone()),
        false => probe.x.clone(),
    }];
    let mut backward = Backward {
        loss: 0.0,
        outputs: NamedTensors::default(),
        gradients: NamedTensors::default(),
    };
    let lengths = probe.lengths.as_deref().filter(|_| pass == Pass::Loss);
    for (index, layer) in layers.iter_mut().enumerate() {
        layer.layer.set_lengths(lengths);
        let y = noise(&layer.planned.name, layer.forward(passed[index].view()));
        let name = format!("{}.output", layer.planned.name);
        backward.outputs.insert(name, y.clone().into_dyn());
        passed.push(y);
    }
    let (loss, mut dy) = upstream(subject, probe, pass, passed[layers.len()].view());
    backward.loss = loss;
    for (index, layer) in layers.iter_mut().enumerate().rev() {
        let around = layers::Pass {
            x: passed[index].view(),
            y: passed[index + 1].view(),
            dy: dy.view(),
        };
        let dx = layer.backward(around, &mut backward.gradients);
        dy = noise(&format!("d{}", layer.planned.name), dx);
    }
    backward.gradients.insert("x", dy.into_dyn());
    of_backward(&backward)
}

/// What is differentiated, and its gradient by the last layer's output.
fn upstream<T: Number>(
    subject: Subject<'_>,
    probe: &Probe<T>,
    pass: Pass,
    y: ArrayView2<'_, T>,
) -> (f64, Array2<T>) {
    if pass == Pass::Upstream {
        let products = y.iter().zip(&probe.dy).map(|(y, dy)| y.f64() * dy.f64());
        return (products.sum(), probe.dy.clone());
    }
    let loss = T::loss(subject.training.loss);
    let lambda = Penalties::new(subject.plan, subject.training.regularization).lambda();
    let batch = probe.batch();
    let scale = lambda / batch.losses() as f64;
    let mut dy = Array2::zeros(y.raw_dim());
    objective::gradient(&*loss, y, batch, T::of(scale), dy.view_mut());
    (scale * objective::forward(&*loss, y, batch), dy)
}

/// A layer with its parameters in one flat vector, as layers want them.
struct LayerOf<'a, T: Real> {
    planned: &'a PlannedLayer,
    layer: Box<dyn Layer<T>>,
    w: Vec<T>,
}

impl<'a, T: Number> LayerOf<'a, T> {
    fn new(planned: &'a PlannedLayer, parameters: &NamedTensors<T>, subject: Subject<'_>) -> Self {
        let tensors = planned.parameters.iter();
        let tensors = tensors.filter_map(|parameter| parameters.get(&parameter.name));
        Self {
            planned,
            layer: T::layer(planned, subject.streams),
            w: tensors.flat_map(|tensor| tensor.iter().copied()).collect(),
        }
    }

    fn forward(&mut self, x: ArrayView2<'_, T>) -> Array2<T> {
        let mut y = Array2::zeros((x.nrows(), self.planned.outputs()));
        let mode = Mode::Training {
            step: 0,
            first_row: 0,
        };
        self.layer.forward(&self.w, x, y.view_mut(), mode);
        y
    }

    /// Gives the gradient of the input; those of the parameters go where they are wanted.
    fn backward(
        &mut self,
        pass: layers::Pass<'_, T>,
        gradients: &mut NamedTensors<T>,
    ) -> Array2<T> {
        let mut dw = vec![T::of(0.0); self.w.len()];
        let mut dx = Array2::zeros(pass.x.raw_dim());
        self.layer
            .backward(&self.w, pass, Some(dx.view_mut()), &mut dw);
        let mut rest = dw.as_slice();
        for parameter in &self.planned.parameters {
            let (values, behind) = rest.split_at(parameter.len().min(rest.len()));
            let shape = IxDyn(&parameter.shape);
            if let Ok(gradient) = ArrayD::from_shape_vec(shape, values.to_vec()) {
                gradients.insert(&*parameter.name, gradient);
            }
            rest = behind;
        }
        dx
    }
}

/// The parameters, each moved by its rounding in `T`.
fn moved_parameters<T: Number>(subject: Subject<'_>, draw: usize) -> NamedTensors<T> {
    let noise = Noise {
        streams: subject.streams,
        draw,
    };
    let mut parameters = NamedTensors::default();
    for (name, tensor) in subject.parameters.iter() {
        parameters.insert(name, noise.moved::<T, _, _>(name, tensor));
    }
    parameters.cast()
}

/// Moves a number by one or two of its last digits, or of those of 1, up or down: by chance, but
/// the same number always to the same.
fn digits<T: Real>(draw: usize, name: &str) -> impl Fn(T) -> T {
    let seed = name
        .bytes()
        .fold(draw as u64, |seed, byte| mixed(seed ^ u64::from(byte)));
    move |value| {
        let number = value.f64();
        let chance = mixed(seed ^ number.to_bits());
        let digits = [-2.0, -1.0, 1.0, 2.0][(chance >> 62) as usize] * T::epsilon().f64();
        match draw.is_multiple_of(2) || number == 0.0 {
            true => T::of(number + number * digits),
            false => T::of(number + number.abs().max(1.0) * digits),
        }
    }
}

/// Bits that look like chance: the finalizer of SplitMix64 (Steele, Lea & Flood 2014).
fn mixed(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::comparison::{Bound, Context, compare};
    use crate::check::rounding::{Computation, discount_rounding};
    use crate::check::verdict::Verdict;
    use contract::Batch;
    use contract::{Implementation, Streams, initial};
    use rand::RngExt;
    use spec::ImplementationName;
    use spec::model::{BatchNormSpec, EluSpec, Initializer, LayerSpec, LinearSpec, ModelSpec};
    use spec::optimizers::SgdSpec;
    use spec::training::{LossSpec, OptimizerSpec, TrainingSpec};

    const CONTEXT: Context<'static> = Context {
        witness: "burn",
        pass: "loss",
        bound: Bound::Relative(1e-11),
        zero_is_no_proof: true,
        input: true,
        vanishing: &[],
    };

    /// Tensors in which a witness that is off by a factor is found to differ, in a network whose
    /// first weights have this deviation and whose first biases are constant.
    fn found(first: LayerSpec, std: f64, bias: f64, samples: usize, factor: f64) -> Vec<String> {
        let linear = |units| LayerSpec::Linear(LinearSpec::new(units));
        let model = ModelSpec {
            weights: Initializer::Normal { mean: 0.0, std },
            biases: Initializer::Constant(bias),
            ..ModelSpec::new(vec![linear(6), first, linear(3)])
        };
        let plan = model.plan(&[4]).unwrap();
        let streams = Streams::new(1);
        let parameters: NamedTensors<f64> = initial::draw_parameters(&plan, &streams);
        let optimizer = OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.1 });
        let training = TrainingSpec::new(LossSpec::SoftmaxCrossEntropy, optimizer);
        let subject = Subject {
            plan: &plan,
            training: &training,
            streams,
            parameters: &parameters,
        };
        let mut rng = streams.stream("batch");
        let x = Array2::from_shape_simple_fn((samples, 4), || rng.random_range(-1.0..1.0));
        let t = Array2::from_shape_fn((samples, 3), |(n, k)| f64::from(u8::from(n % 3 == k)));
        let probe = Probe::new(Batch::new(x.view(), t.view()), streams);
        let run = |model: &mut dyn Implementation<f64>, probe: &Probe<f64>, _: Option<Noise>| {
            Ok(of_backward(&Pass::Loss.run(model, probe)))
        };
        let mut model = subject.loaded(ImplementationName::Backprop).unwrap();
        let gradients = Pass::Loss.run(&mut *model, &probe).gradients;
        let mut compared: Vec<_> = gradients
            .iter()
            .map(|(name, g)| compare(CONTEXT, 0.0, name, g, Some(&g.mapv(|g| factor * g))))
            .collect();
        let computation = Computation::Pass(Some(Pass::Loss));
        discount_rounding(&mut compared, subject, &probe, computation, &run).unwrap();
        let differ = compared.iter().filter(|c| c.verdict == Verdict::Differs);
        differ.map(|c| c.tensor.clone()).collect()
    }

    /// Where rounding is large, a bug of one percent is larger.
    #[test]
    fn a_gradient_that_is_off_by_a_percent_is_found_where_rounding_is_large() {
        let elu = LayerSpec::Elu(EluSpec { alpha: 1.0 });
        let norm = LayerSpec::BatchNorm(BatchNormSpec::default());
        let all = ["x", "0.weight", "0.bias", "2.weight", "2.bias"];
        for (first, std, bias, samples) in [
            (LayerSpec::Sigmoid, 10.0, 0.0, 16),
            (LayerSpec::Tanh, 10.0, 0.0, 16),
            (elu, 1e-8, 0.0, 16),
            (norm, 1.0, -100.0, 16),
        ] {
            let kind = first.kind();
            let names = found(first.clone(), std, bias, samples, 1.01);
            let expected: Vec<&str> = match kind {
                // Of the order of 1e-16, through both weights.
                "elu" => all[1..].to_vec(),
                // The normalisation takes the first bias away: its gradient is rounding.
                "batch_norm" => vec!["x", "0.weight", "1.weight", "1.bias", "2.weight", "2.bias"],
                _ => all.to_vec(),
            };
            assert_eq!(names, expected, "{kind}");
        }
    }

    /// Nothing is left of the gradient before statistics of two samples but rounding; behind them a
    /// bug is found.
    #[test]
    fn behind_statistics_of_two_samples_a_bug_is_found() {
        let norm = LayerSpec::BatchNorm(BatchNormSpec::default());
        let names = found(norm, 1.0, -100.0, 2, 1.01);
        for name in ["1.weight", "1.bias", "2.weight", "2.bias"] {
            assert!(names.contains(&name.to_string()), "{name}: {names:?}");
        }
    }

    /// σ(40) is 1 in f64, whatever the last digit of 40; in y (1 − y) the last digit of 1 is seen.
    #[test]
    fn the_rounding_of_a_saturated_unit_is_seen() {
        let linear = LayerSpec::Linear(LinearSpec::new(1));
        let plan = ModelSpec::new(vec![linear, LayerSpec::Sigmoid]);
        let plan = plan.plan(&[1]).unwrap();
        let streams = Streams::new(1);
        let mut parameters: NamedTensors<f64> = initial::draw_parameters(&plan, &streams);
        parameters.get_mut("0.weight").unwrap().fill(40.0);
        let optimizer = OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.1 });
        let training = TrainingSpec::new(LossSpec::SquaredError, optimizer);
        let subject = Subject {
            plan: &plan,
            training: &training,
            streams,
            parameters: &parameters,
        };
        let (x, t) = (Array2::ones((1, 1)), Array2::zeros((1, 1)));
        let changes = changes::<f64>(
            subject,
            &Probe::new(Batch::new(x.view(), t.view()), streams),
            Pass::Loss,
        );
        let digits = changes["0.weight"] / f64::EPSILON;
        assert!(
            (0.5..10.0).contains(&digits),
            "{digits} of the last digit of 1"
        );
    }

    #[test]
    fn equal_numbers_are_moved_alike_by_their_last_digits_and_zero_stays() {
        for draw in 0..DRAWS {
            let digits = digits::<f64>(draw, "0.output");
            assert_eq!(digits(0.0), 0.0);
            for value in [1.0, -3.0, 0.3, 1e-9, 1e9] {
                assert_eq!(digits(value), digits(value));
                let scale = match draw.is_multiple_of(2) {
                    true => f64::abs(value),
                    false => f64::abs(value).max(1.0),
                };
                let moved = (digits(value) - value).abs() / (scale * f64::EPSILON);
                assert!((0.5..=3.0).contains(&moved), "{value}: {moved}");
            }
        }
    }
}
