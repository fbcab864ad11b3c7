//! The second witness: central differences in f64.
//!
//! ```math
//! \frac{\partial f}{\partial w} \approx D(h) = \frac{f(w + h) - f(w - h)}{2h}
//! ```
//!
//! with an error of order `$h^2$`; `$\frac{4 D(h) - D(2h)}{3}$` has one of order `$h^4$`.
//!
//! # Kinks
//!
//! Where a kink (of a ReLU, a maximum of a pool or of maxout, a hinge) lies between the points, the
//! differences mix the slopes on both sides and prove nothing: such an entry is left out. Two tests
//! find it. On a smooth function `$D(h)$` and `$D(2h)$` agree to order `$h^2$`. A kink at `$w$`
//! itself passes that test, for both are then the mean of the two slopes; but with `$S(h) = f(w +
//! h) - 2 f(w) + f(w - h)$`
//!
//! ```math
//! J = \frac{2 S(h)}{h} - \frac{S(2h)}{2h}
//! ```
//!
//! is the jump of the slope there, and of order `$h^3$` on a smooth function. Both tests look at
//! the function only, never at the gradient that is to be proved, so they cannot hide an error.

use contract::{Backward, Batch, Implementation, Mode, NamedTensors, Streams, TensorError};
use ndarray::{Array2, ArrayD};
use rand::seq::index::sample;

use super::comparison::{Comparison, Context, INPUT, compare_entries, floor};
use super::deadline::Deadline;
pub use super::function::Function;
use super::rounding::{MOVED, Noise};
use super::stop_if_interrupted;
use super::verdict::Verdict;
use crate::Failure;
use crate::activity::Activity;

/// h: small enough for kinks to be rare and for `$h^2$` to vanish, large enough for rounding to be
/// about `$10^{-11}$`. Where the function bends too much for one, as by a weight of an input that
/// is in the thousands, or a kink is near, the next is tried.
const STEPS: [f64; 4] = [1e-5, 1e-6, 1e-7, 1e-8];
/// Largest |D(h) − D(2h)| on a smooth function, relative to the largest entry of the gradient.
const SMOOTH: f64 = 1e-7;
/// Largest |J| on a smooth function, relative to the same. Half of it is the error of an entry that
/// passes.
const JUMP: f64 = 1e-6;
/// Rounding of f, relative to it, that neither test may take for a kink.
const ROUNDING: f64 = 16.0 * f64::EPSILON;
/// Rounding of D(h), relative to the largest entry of the gradient, that leaves nothing to compare.
const HIDDEN: f64 = 1e-5;
/// How much of the rounding of f, over h, the extrapolated slope carries: 3/2, and a little more.
const CARRIED: f64 = 2.0;

/// A model at some parameters and inputs.
pub struct Point<'m, 'f> {
    /// The model, with those parameters loaded; only its forward pass is used.
    pub model: &'m mut dyn Implementation<f64>,
    /// Its parameters.
    pub parameters: NamedTensors<f64>,
    /// Its input, `[N, D_in]`.
    pub x: Array2<f64>,
    /// What is differentiated.
    pub function: Function<'f>,
}

impl Point<'_, '_> {
    /// The function but for penalties.
    fn value(&mut self) -> f64 {
        let x = self.x.view();
        match self.function {
            Function::Objective(batch, penalties) => {
                let batch = Batch { x, ..batch };
                penalties.lambda() * self.model.evaluate(Mode::Training, batch).loss
            }
            Function::Upstream(dy) => {
                let output = self
                    .model
                    .evaluate(Mode::Training, Batch::new(x, dy))
                    .output;
                (&output * &dy).sum()
            }
        }
    }

    /// The penalty of one entry: those of the others stay what they are while it is moved.
    fn penalty(&self, name: &str, value: f64) -> f64 {
        match self.function {
            Function::Objective(_, penalties) => penalties.of(name, value),
            Function::Upstream(_) => 0.0,
        }
    }

    /// The entry of a tensor at a position in standard layout.
    fn entry(&mut self, name: &str, position: usize) -> Option<&mut f64> {
        match name {
            INPUT => self.x.as_slice_mut()?.get_mut(position),
            _ => {
                let tensor = self.parameters.get_mut(name)?;
                tensor.as_slice_mut()?.get_mut(position)
            }
        }
    }

    /// How far rounding moves the function here, at least by that of its own value and of 1: ln(1 +
    /// eˣ) has nothing left of a small eˣ.
    fn rounding(&mut self, here: f64, streams: Streams) -> Result<f64, TensorError> {
        let (parameters, x) = (self.parameters.clone(), self.x.clone());
        let mut rounding = ROUNDING * here.abs().max(1.0);
        for noise in Noise::draws(streams) {
            let mut moved = NamedTensors::default();
            for (name, tensor) in parameters.iter() {
                moved.insert(name, noise.moved::<f64, _, _>(name, tensor));
            }
            self.model.load(&moved)?;
            self.x = noise.moved::<f64, _, _>(INPUT, &x);
            rounding = rounding.max((self.value() - here).abs());
        }
        self.x = x;
        self.model.load(&parameters)?;
        Ok(rounding)
    }

    /// The derivative by one entry of a gradient whose largest entry is `scale`, and its h; none
    /// across a kink, or where rounding would hide it. `here` is [`Point::value`] at the point. A
    /// parameter is put back but not loaded: the model takes all of them at once, which is slow for
    /// a large one.
    fn derivative(
        &mut self,
        name: &str,
        position: usize,
        here: f64,
        scale: f64,
    ) -> Result<Option<(f64, f64)>, TensorError> {
        let Some(before) = self.entry(name, position).copied() else {
            return Ok(Some((f64::NAN, f64::NAN)));
        };
        let here = here + self.penalty(name, before);
        let mut derivative = None;
        for (tried, step) in STEPS.into_iter().enumerate() {
            // With a shorter step a small kink could hide in the rounding.
            if tried > 0 && ROUNDING * here.abs() / step > JUMP * scale {
                break;
            }
            let mut values = [0.0; 4];
            for (value, steps) in values.iter_mut().zip([1.0, -1.0, 2.0, -2.0]) {
                let moved = before + steps * step;
                self.put(name, position, moved);
                if name != INPUT {
                    self.model.load(&self.parameters)?;
                }
                *value = self.value() + self.penalty(name, moved);
            }
            derivative = extrapolate(step, here, values, scale).map(|slope| (slope, step));
            if derivative.is_some() {
                break;
            }
        }
        self.put(name, position, before);
        Ok(derivative)
    }

    fn put(&mut self, name: &str, position: usize, value: f64) {
        if let Some(entry) = self.entry(name, position) {
            *entry = value;
        }
    }
}

/// The derivative from f(w) and f(w + h), f(w − h), f(w + 2h), f(w − 2h); none across a kink, or
/// where the rounding of f hides it.
fn extrapolate(
    step: f64,
    here: f64,
    [up, down, up_twice, down_twice]: [f64; 4],
    scale: f64,
) -> Option<f64> {
    let near = (up - down) / (2.0 * step);
    let far = (up_twice - down_twice) / (4.0 * step);
    let (bend, bend_twice) = (up - 2.0 * here + down, up_twice - 2.0 * here + down_twice);
    let jump = (2.0 * bend - bend_twice / 2.0) / step;
    let (scale, rounding) = (scale.max(near.abs()), ROUNDING * here.abs() / step);
    let smooth =
        (near - far).abs() <= SMOOTH * scale + rounding && jump.abs() <= JUMP * scale + rounding;
    let hidden = rounding > HIDDEN * scale;
    // A NaN must be seen.
    let usable = (smooth && !hidden) || near.is_nan() || far.is_nan();
    usable.then_some((4.0 * near - far) / 3.0)
}

/// How many entries of each tensor are compared.
#[derive(Clone, Copy)]
pub struct Sampling<'a> {
    /// At most so many; a smaller tensor is compared whole.
    pub entries: usize,
    /// Once it has passed, no more are begun; the first of each tensor is compared in any case.
    pub deadline: Deadline,
    /// Is told of each.
    pub activity: &'a Activity,
}

/// The entries of one gradient that are compared.
struct Sampled<'a> {
    name: &'a str,
    gradient: &'a ArrayD<f64>,
    context: Context<'a>,
    floor: f64,
    scale: f64,
    /// Positions of entries, the largest first.
    chosen: Vec<usize>,
    /// Position, value by hand, and derivative of those that were compared.
    compared: Vec<(usize, f64, f64)>,
    /// The h of each.
    steps: Vec<f64>,
}

impl<'a> Sampled<'a> {
    fn new(
        context: Context<'a>,
        floor: f64,
        (name, gradient): (&'a str, &'a ArrayD<f64>),
        entries: usize,
        streams: &Streams,
    ) -> Self {
        let (context, floor) = context.of_gradient(name, floor);
        let mut rng = streams.stream(&format!("check/entries/{name}"));
        Self {
            name,
            gradient,
            context,
            floor,
            scale: gradient.fold(floor, |largest: f64, g| largest.max(g.abs())),
            chosen: choose(gradient, entries, &mut rng),
            compared: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// Differentiates by one more entry, if there is one.
    fn compare_next(
        &mut self,
        round: usize,
        point: &mut Point<'_, '_>,
        here: f64,
    ) -> Result<(), TensorError> {
        let Some(&position) = self.chosen.get(round) else {
            return Ok(());
        };
        if self.name == INPUT {
            point.model.load(&point.parameters)?;
        }
        let derivative = point.derivative(self.name, position, here, self.scale)?;
        if let Some((derivative, step)) = derivative {
            let value = match self.gradient.as_slice() {
                Some(values) => values.get(position),
                None => self.gradient.iter().nth(position),
            };
            let value = value.copied().unwrap_or(f64::NAN);
            self.compared.push((position, value, derivative));
            self.steps.push(step);
        }
        Ok(())
    }

    /// What the entries say. Where they differ, rounding is asked how far it moves the function.
    fn comparison(
        &self,
        point: &mut Point<'_, '_>,
        here: f64,
        streams: Streams,
    ) -> Result<Comparison, TensorError> {
        let entries = self.compared.iter().copied();
        let (context, shape) = (self.context, self.gradient.shape());
        let mut comparison = compare_entries(context, self.floor, self.name, shape, entries);
        if comparison.verdict == Verdict::Differs {
            let rounding = CARRIED * point.rounding(here, streams)?;
            let errors = self.compared.iter().map(|(_, a, b)| (a - b).abs());
            let mut bounds = errors.zip(self.steps.iter().map(|step| rounding / step));
            if bounds.all(|(error, bound)| error <= bound) {
                comparison.verdict = Verdict::Unproved;
                comparison.remark = Some(MOVED.into());
            }
        }
        Ok(comparison)
    }
}

/// Holds the gradients of a backward pass against central differences, from the loss back to the
/// input. Returns how many entries of each tensor there was time for, too, if not for all.
///
/// # Errors
/// When the model does not take its own parameters, or on Ctrl-C.
pub fn compare_with_differences(
    context: Context<'_>,
    by_hand: &Backward<f64>,
    point: &mut Point<'_, '_>,
    sampling: Sampling<'_>,
    streams: &Streams,
) -> Result<(Vec<Comparison>, Option<usize>), Failure> {
    let here = point.value();
    let floor = floor(&by_hand.gradients);
    let gradients = context.gradients(by_hand);
    let mut tensors: Vec<Sampled<'_>> = gradients
        .map(|gradient| Sampled::new(context, floor, gradient, sampling.entries, streams))
        .collect();
    let rounds = tensors.iter().map(|tensor| tensor.chosen.len()).max();
    let mut cut = None;
    // An entry of each tensor in turn, so that a cut leaves about as many of each; of a tensor that
    // has none yet, since they all were too near a kink, another is tried in any case.
    for round in 0..rounds.unwrap_or(0) {
        if round > 0 && cut.is_none() && sampling.deadline.passed() {
            cut = Some(round);
        }
        for tensor in &mut tensors {
            if cut.is_some() && !tensor.compared.is_empty() {
                continue;
            }
            stop_if_interrupted()?;
            sampling.activity.at(tensor.name);
            tensor.compare_next(round, point, here)?;
        }
        sampling.activity.step();
    }
    point.model.load(&point.parameters)?;
    let comparisons = tensors.iter().map(|t| t.comparison(point, here, *streams));
    let comparisons: Result<_, TensorError> = comparisons.collect();
    Ok((comparisons?, cut))
}

/// Entries to try: the largest first, where an error shows best, then all others, or some at
/// random.
fn choose(gradient: &ArrayD<f64>, entries: usize, rng: &mut impl rand::Rng) -> Vec<usize> {
    let magnitudes = gradient.iter().map(|g| g.abs()).enumerate();
    let largest = magnitudes
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(i, _)| i);
    let mut chosen: Vec<usize> = largest.into_iter().collect();
    match gradient.len() <= entries {
        true => chosen.extend((0..gradient.len()).filter(|i| Some(*i) != largest)),
        false => chosen.extend(sample(rng, gradient.len(), entries - 1)),
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: f64 = STEPS[0];

    /// The derivative at w as the differences see it.
    fn differences(f: impl Fn(f64) -> f64, w: f64) -> Option<f64> {
        let values = [1.0, -1.0, 2.0, -2.0].map(|steps| f(w + steps * STEP));
        extrapolate(STEP, f(w), values, 1.0)
    }

    #[test]
    fn smooth_functions_are_differentiated() {
        type Scalar = fn(f64) -> f64;
        let smooth: [(Scalar, Scalar); 3] = [
            (f64::tanh, |w| 1.0 - w.tanh().powi(2)),
            (f64::exp, f64::exp),
            (|w| 2.3 + w.powi(3), |w| 3.0 * w.powi(2)),
        ];
        for (f, derivative) in smooth {
            for w in [-1.5, -0.3, 0.0, 0.7] {
                let difference = differences(f, w).expect("nothing is left out");
                assert!((difference - derivative(w)).abs() < 1e-9, "{w}");
            }
        }
    }

    #[test]
    fn what_lies_across_a_kink_is_left_out_wherever_the_kink_lies() {
        let kinked: [fn(f64) -> f64; 3] = [|w| w.max(0.0), |w| w.max(0.25 * w), |w| 1.0 + w.abs()];
        for f in kinked {
            for at in [-1.7, -1.0, -0.4, 0.0, 0.3, 1.0, 1.6] {
                assert_eq!(differences(f, at * STEP), None, "{at} h");
            }
            assert!(differences(f, 3.0 * STEP).is_some(), "beside it");
        }
    }

    #[test]
    fn a_slope_that_rounding_hides_is_left_out() {
        assert!(differences(|w| 1e2 + w, 0.5).is_some());
        assert_eq!(differences(|w| 1e5 + w, 0.5), None);
    }

    #[test]
    fn a_nan_is_not_left_out() {
        assert!(differences(|_| f64::NAN, 0.5).unwrap().is_nan());
    }
}
