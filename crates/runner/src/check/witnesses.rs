//! Who bears witness of a network's gradients: differences, burn, and burn's trajectories.
//!
//! One pass of one implementation is held at a time: of a network with 61 million parameters each
//! takes half a gigabyte.

use contract::{Implementation, Mode, NamedTensors};
use spec::ImplementationName;

use super::comparison::{Bound, Comparison, Context};
use super::differences::{Point, Sampling, compare_with_differences};
use super::passes::{compare_backward, compare_evaluations, compare_parameters};
use super::penalties::Penalties;
use super::rounding::{self, Computation, Noise, of_backward, of_evaluation, of_tensors};
use super::stop_if_interrupted;
use super::subject::{Pass, Probe, Subject};
use super::verdict::Verdict;
use crate::Failure;
use crate::activity::Activity;
use crate::implementations::{Number, witness};

/// Name of the witness that takes central differences.
pub const DIFFERENCES: &str = "central differences f64";

/// Holds the hand-written gradients against central differences. Returns how many entries of each
/// tensor there was time for, too, if not for all.
///
/// # Errors
/// When the parameters are not taken, or on Ctrl-C.
pub fn differences(
    subject: Subject<'_>,
    probe: &Probe<f64>,
    tolerance: f64,
    sampling: Sampling<'_>,
) -> Result<(Vec<Comparison>, Option<usize>), Failure> {
    if !subject.has_gradients() || subject.truncates_gradient() {
        return Ok((Vec::new(), None));
    }
    let mut model = subject.loaded::<f64>(ImplementationName::Backprop)?;
    let mut parameters = subject.moved_from_constants();
    let vanishing = subject.vanishing_gradients();
    let penalties = Penalties::new(subject.plan, subject.training.regularization);
    let (mut comparisons, mut cut) = (Vec::new(), None);
    for (pass, share) in Pass::ALL.into_iter().zip([0.5, 1.0]) {
        stop_if_interrupted()?;
        let stage = format!("{DIFFERENCES}, {}", pass.name());
        sampling.activity.begin(stage, sampling.entries);
        let sampling = Sampling {
            deadline: sampling.deadline.share(share),
            ..sampling
        };
        model.load(&parameters)?;
        let backward = pass.run(&mut *model, probe);
        let context = Context {
            witness: DIFFERENCES,
            pass: pass.name(),
            bound: Bound::Relative(tolerance),
            zero_is_no_proof: true,
            input: subject.has_input_gradient(),
            vanishing: &vanishing,
        };
        let mut point = Point {
            model: &mut *model,
            parameters,
            x: probe.x.clone(),
            function: pass.function(&penalties, probe),
        };
        let streams = &subject.streams;
        let (compared, fewer) =
            compare_with_differences(context, &backward, &mut point, sampling, streams)?;
        comparisons.extend(compared);
        cut = [cut, fewer].into_iter().flatten().min();
        parameters = point.parameters;
    }
    Ok((comparisons, cut))
}

/// Holds the hand-written passes against these references'.
///
/// # Errors
/// When the parameters are not taken, or on Ctrl-C.
pub fn references<T: Number>(
    subject: Subject<'_>,
    probe: &Probe<f64>,
    names: &[ImplementationName],
    tolerance: f64,
    activity: &Activity,
) -> Result<Vec<Comparison>, Failure> {
    activity.begin(format!("passes in {}", T::NAME), 2 * names.len());
    let mut by_hand = subject.loaded::<T>(ImplementationName::Backprop)?;
    let vanishing = subject.vanishing_gradients();
    let mut comparisons = Vec::new();
    for &name in names {
        activity.at(name.as_str());
        let mut reference = subject.loaded::<T>(name)?;
        let mut sides = Sides {
            subject,
            exact: probe,
            probe: probe.cast(),
            ours: &mut *by_hand,
            theirs: &mut *reference,
        };
        let context = Context {
            witness: &witness(name, T::NAME),
            pass: "forward",
            bound: Bound::Relative(tolerance),
            zero_is_no_proof: subject.has_gradients(),
            input: subject.has_input_gradient(),
            vanishing: &vanishing,
        };
        if !subject.has_gradients() {
            comparisons.extend(sides.forward(context)?);
            continue;
        }
        for pass in Pass::ALL {
            let context = Context {
                pass: pass.name(),
                ..context
            };
            comparisons.extend(sides.backward(context, pass)?);
            activity.step();
        }
    }
    Ok(comparisons)
}

/// The hand-written model and one of burn's, at the same parameters.
struct Sides<'a, T> {
    subject: Subject<'a>,
    /// The batch, and the same in the precision of the models.
    exact: &'a Probe<f64>,
    probe: Probe<T>,
    ours: &'a mut dyn Implementation<T>,
    theirs: &'a mut dyn Implementation<T>,
}

impl<T: Number> Sides<'_, T> {
    /// A backward pass of both.
    fn backward(&mut self, context: Context<'_>, pass: Pass) -> Result<Vec<Comparison>, Failure> {
        stop_if_interrupted()?;
        let ours = pass.run(self.ours, &self.probe);
        let theirs = pass.run(self.theirs, &self.probe);
        let mut compared = compare_backward(context, &ours, &theirs);
        let run = |model: &mut dyn Implementation<T>, probe: &Probe<T>, _: Option<Noise>| {
            Ok(of_backward(&pass.run(model, probe)))
        };
        let computation = Computation::Pass(Some(pass));
        rounding::discount_rounding(&mut compared, self.subject, self.exact, computation, &run)?;
        Ok(compared)
    }

    /// A forward pass of both, in training mode.
    fn forward(&mut self, context: Context<'_>) -> Result<Vec<Comparison>, Failure> {
        stop_if_interrupted()?;
        let evaluate = |model: &mut dyn Implementation<T>, probe: &Probe<T>| {
            model.evaluate(Mode::Training, probe.batch())
        };
        let ours = evaluate(self.ours, &self.probe);
        let theirs = evaluate(self.theirs, &self.probe);
        let output = self.subject.output();
        let mut compared = compare_evaluations(context, &output, &ours, &theirs);
        let run = |model: &mut dyn Implementation<T>, probe: &Probe<T>, _: Option<Noise>| {
            Ok(of_evaluation(&output, &evaluate(model, probe)))
        };
        let computation = Computation::Pass(None);
        rounding::discount_rounding(&mut compared, self.subject, self.exact, computation, &run)?;
        Ok(compared)
    }
}

/// Some updates of a model, and its parameters and running statistics after them; its batches are
/// moved by the noise, if there is some.
pub type Trajectory<'a, T> =
    dyn Fn(&mut dyn Implementation<T>, Option<Noise>) -> Result<NamedTensors<T>, Failure> + 'a;

/// Holds the same updates by hand and in burn against each other: parameters, running statistics,
/// and what the trained network then says in evaluation mode. With 0 steps, or where there is no
/// gradient, only the last, at the initial parameters.
///
/// # Errors
/// Those of the trajectory, or when the parameters are not taken.
pub fn trajectories<T: Number>(
    subject: Subject<'_>,
    probe: &Probe<f64>,
    names: &[ImplementationName],
    steps: usize,
    tolerance: f64,
    trajectory: &Trajectory<'_, T>,
    activity: &Activity,
) -> Result<Vec<Comparison>, Failure> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let trained = steps > 0 && subject.has_gradients();
    let [after, evaluation] = match trained {
        true => ["after", "evaluation after"].map(|what| format!("{what} {steps} steps")),
        false => ["", "evaluation"].map(String::from),
    };
    let exact = probe;
    let probe = exact.cast::<T>();
    let train = |model: &mut dyn Implementation<T>, probe: &Probe<T>, noise: Option<Noise>| {
        let parameters = match trained {
            true => trajectory(model, noise)?,
            false => NamedTensors::default(),
        };
        let said = model.evaluate(Mode::Evaluation, probe.batch());
        Ok::<_, Failure>((parameters, said))
    };
    let output = subject.output();
    let computed = |model: &mut dyn Implementation<T>, probe: &Probe<T>, noise: Option<Noise>| {
        let (parameters, said) = train(model, probe, noise)?;
        let mut computed = of_tensors(parameters.iter());
        computed.extend(of_evaluation(&output, &said));
        Ok(computed)
    };
    let stage = || activity.begin(format!("updates in {}", T::NAME), steps);
    stage();
    activity.at(ImplementationName::Backprop.as_str());
    let (ours, our_evaluation) = train(
        &mut *subject.loaded(ImplementationName::Backprop)?,
        &probe,
        None,
    )?;
    let mut comparisons = Vec::new();
    for &name in names {
        stop_if_interrupted()?;
        stage();
        activity.at(name.as_str());
        let (theirs, their_evaluation) = train(&mut *subject.loaded(name)?, &probe, None)?;
        let context = Context {
            witness: &witness(name, T::NAME),
            pass: &after,
            bound: Bound::Absolute(tolerance),
            zero_is_no_proof: false,
            input: true,
            vanishing: &[],
        };
        let mut compared = compare_parameters(context, &ours, &theirs);
        let context = Context {
            pass: &evaluation,
            ..context
        };
        compared.extend(compare_evaluations(
            context,
            &output,
            &our_evaluation,
            &their_evaluation,
        ));
        rounding::discount_rounding(
            &mut compared,
            subject,
            exact,
            Computation::Trajectory,
            &computed,
        )?;
        // The passes were finite: it is the updates that lead out of the range.
        for comparison in &mut compared {
            if comparison.verdict == Verdict::NotFinite {
                comparison.verdict = Verdict::Unproved;
                comparison.remark = Some("the updates diverge at this learning rate".into());
            }
        }
        comparisons.extend(compared);
    }
    Ok(comparisons)
}
