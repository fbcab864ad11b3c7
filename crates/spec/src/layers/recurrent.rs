//! What recurrent layers have in common: most of their settings and their parameters, how they are
//! stacked, what they give and keep, and how far their gradient goes back.

use serde::{Deserialize, Serialize};

use super::{Checker, Layer};
use crate::Problem;
use crate::initializer::Initializer;
use crate::plan::{PlannedLayer, PlannedParameter, Planner};

/// How many steps the gradient of a recurrent layer goes back through time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GradientSpec {
    /// To the first step: backpropagation through time (Werbos 1990).
    #[default]
    Full,
    /// Nowhere: the state of the step before is an input like any other (Elman 1990).
    OneStep,
    /// Within spans of so many steps, counted from the first: at the beginning of each the state is
    /// an input like any other. 1 is `one_step`.
    Truncated(usize),
}

impl GradientSpec {
    /// Steps of a span.
    pub fn span(self) -> usize {
        match self {
            Self::Full => usize::MAX,
            Self::OneStep => 1,
            Self::Truncated(steps) => steps,
        }
    }

    fn check(self, checker: &Checker<'_>) -> Result<(), Problem> {
        if self.span() > 0 {
            return Ok(());
        }
        let reason = "a gradient that goes through 0 steps reaches no weight";
        Err(Problem::new(checker.field("gradient.truncated"), reason)
            .hint("1 or more; 1 is \"one_step\""))
    }
}

/// What a recurrent layer gives of a sequence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepsSpec {
    /// Its output at every step, `[T, W]`.
    #[default]
    Every,
    /// The output where it has read the whole sequence, `[W]`: forward at the true end, reverse at
    /// the first step.
    Last,
}

/// What the state of a recurrent layer is before the first step of a sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateSpec {
    /// 0.
    #[default]
    Reset,
    /// The state behind the last step of the sample before: the samples are one stream, cut into
    /// pieces. Each pass over the samples begins at 0. The gradient does not leave the batch.
    Carried,
}

/// How a recurrent layer goes through a sequence, whatever its cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recurrence {
    /// H, the units of a cell.
    pub units: usize,
    /// Layers of cells, each of which reads what the one below gives.
    pub layers: usize,
    /// Whether each has cells that read from the true end to the first step, beside the others.
    pub bidirectional: bool,
    /// What it gives.
    pub steps: StepsSpec,
    /// What it begins with.
    pub state: StateSpec,
    /// How far its gradient goes back.
    pub gradient: GradientSpec,
}

impl Recurrence {
    /// 1, or 2 where it reads in both directions.
    pub fn directions(&self) -> usize {
        1 + usize::from(self.bidirectional)
    }

    /// W, the numbers that it gives of a step: forward, then reverse.
    pub fn width(&self) -> usize {
        self.directions() * self.units
    }

    /// Whether it is one layer of cells that reads forward from 0 and gives every step.
    pub fn is_plain(&self) -> bool {
        self.layers == 1
            && !self.bidirectional
            && self.steps == StepsSpec::Every
            && self.state == StateSpec::Reset
    }
}

/// Makes the settings of a recurrent layer: H, its own, and those that all of them have.
macro_rules! recurrent {
    (
        $(#[$about:meta])*
        struct $name:ident of $gates:literal gates {
            $($(#[$attribute:meta])* $own:ident: $type:ty = $default:expr,)*
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// Number of units, H: the outputs of each step and direction.
            pub units: usize,
            $($(#[$attribute])* pub $own: $type,)*
            /// Layers of cells, each of which reads what the one below gives.
            #[serde(
                default = "crate::layers::recurrent::one_layer",
                skip_serializing_if = "crate::layers::recurrent::is_one_layer"
            )]
            pub layers: usize,
            /// Whether each layer has cells that read from the true end to the first step, too.
            #[serde(default, skip_serializing_if = "crate::layers::recurrent::is_default")]
            pub bidirectional: bool,
            /// What it gives of a sequence.
            #[serde(default, skip_serializing_if = "crate::layers::recurrent::is_default")]
            pub steps: $crate::layers::recurrent::StepsSpec,
            /// What its state is before the first step of a sample.
            #[serde(default, skip_serializing_if = "crate::layers::recurrent::is_default")]
            pub state: $crate::layers::recurrent::StateSpec,
            /// How far the gradient goes back through time.
            #[serde(default, skip_serializing_if = "crate::layers::recurrent::is_default")]
            pub gradient: $crate::layers::recurrent::GradientSpec,
            /// Name in parameter paths; none: the layer's index in the list.
            #[serde(default)]
            pub name: Option<String>,
            /// Initial weights; none: `[model] weights`.
            #[serde(default)]
            pub weights: Option<$crate::initializer::Initializer>,
            /// Initial biases; none: `[model] biases`.
            #[serde(default)]
            pub biases: Option<$crate::initializer::Initializer>,
            /// Factor of the learning rate; 0: the layer stays as it is.
            #[serde(default = "crate::layers::one")]
            pub learning_rate: f64,
        }

        impl $name {
            /// A layer of so many units, everything else as in a config that does not say.
            pub fn new(units: usize) -> Self {
                Self {
                    units,
                    $($own: $default,)*
                    layers: 1,
                    bidirectional: false,
                    steps: Default::default(),
                    state: Default::default(),
                    gradient: Default::default(),
                    name: None,
                    weights: None,
                    biases: None,
                    learning_rate: 1.0,
                }
            }

            /// How it goes through a sequence.
            pub fn recurrence(&self) -> $crate::layers::recurrent::Recurrence {
                $crate::layers::recurrent::Recurrence {
                    units: self.units,
                    layers: self.layers,
                    bidirectional: self.bidirectional,
                    steps: self.steps,
                    state: self.state,
                    gradient: self.gradient,
                }
            }
        }

        impl $crate::layers::recurrent::Settings for $name {
            fn shared(&self) -> $crate::layers::recurrent::Shared<'_> {
                $crate::layers::recurrent::Shared {
                    recurrence: self.recurrence(),
                    gates: $gates,
                    name: self.name.as_deref(),
                    weights: &self.weights,
                    biases: &self.biases,
                    learning_rate: self.learning_rate,
                }
            }
        }
    };
}

pub(super) use recurrent;

pub(super) fn one_layer() -> usize {
    1
}

pub(super) fn is_one_layer(layers: &usize) -> bool {
    *layers == 1
}

/// Whether it is the default, which configs need not say.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What the macro knows of a recurrent layer.
pub trait Settings {
    /// The settings that all of them have.
    fn shared(&self) -> Shared<'_>;
}

/// The settings that all recurrent layers have.
pub struct Shared<'a> {
    pub(super) recurrence: Recurrence,
    /// Gates of a unit, G.
    pub(super) gates: usize,
    pub(super) name: Option<&'a str>,
    pub(super) weights: &'a Option<Initializer>,
    pub(super) biases: &'a Option<Initializer>,
    pub(super) learning_rate: f64,
}

/// What a recurrent layer has of its own; with its settings it is a [`Layer`].
pub trait Recurrent: Settings {
    /// Finds values of its own settings that are impossible.
    ///
    /// # Errors
    /// The first of them, with its key.
    fn check_own(&self, _: &Checker<'_>) -> Result<(), Problem> {
        Ok(())
    }

    /// Numbers of a unit that are kept of each step besides its gates and its output.
    fn kept(&self) -> usize {
        0
    }

    /// Changes the parameters of some cells, W, U, b and b', or adds others.
    fn plan_own(&self, _: &Cells<'_>, _: &mut Vec<PlannedParameter>) {}
}

impl<R: Recurrent> Layer for R {
    fn name(&self) -> Option<&str> {
        self.shared().name
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        self.check_own(checker)?;
        self.shared().check(checker)
    }

    /// `[T, D]` to `[T, W]`, with PyTorch's names, shapes and order of parameters: of each layer l
    /// and direction `weight_ih_l0` `[G·H, D]` (`weight_ih_l0_reverse`, `weight_ih_l1` ...),
    /// `weight_hh_l0` `[G·H, H]`, `bias_ih_l0` and `bias_hh_l0` `[G·H]`.
    fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        let [steps, mut inputs] = planner.sequence(&layer.input)?;
        let shared = &self.shared();
        let recurrence = &shared.recurrence;
        let mut multiplications = 0;
        for level in 0..recurrence.layers {
            for direction in &["", "_reverse"][..recurrence.directions()] {
                let place = format!("l{level}{direction}");
                let cells = Cells {
                    shared,
                    planner,
                    place,
                };
                let mut parameters = cells.parameters(inputs);
                self.plan_own(&cells, &mut parameters);
                let weights = shared.gates * recurrence.units * (inputs + recurrence.units);
                multiplications += steps * weights;
                layer.parameters.extend(parameters);
            }
            inputs = recurrence.width();
        }
        layer.multiplications = Some(multiplications);
        layer.multiply_adds = multiplications;
        // Gates and what belongs to them; and outputs that are not those of the whole.
        let of_units = steps * recurrence.layers * recurrence.width();
        let of_all = of_units * (shared.gates + self.kept() + 1);
        layer.output = match recurrence.steps {
            StepsSpec::Every => vec![steps, recurrence.width()],
            StepsSpec::Last => vec![recurrence.width()],
        };
        layer.kept = of_all - layer.outputs();
        Ok(())
    }

    fn width_setting(&self) -> Option<&'static str> {
        Some("units")
    }

    fn learns(&self) -> bool {
        true
    }

    fn truncates_gradient(&self) -> bool {
        self.shared().recurrence.gradient != GradientSpec::Full
    }

    fn is_recurrent(&self) -> bool {
        true
    }

    fn recurrence(&self) -> Option<Recurrence> {
        Some(self.shared().recurrence)
    }

    fn carries_state(&self) -> bool {
        self.shared().recurrence.state == StateSpec::Carried
    }
}

/// More layers of cells are a slip of the pen.
const MOST_LAYERS: usize = 64;

impl Shared<'_> {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        let recurrence = self.recurrence;
        checker.units("units", recurrence.units)?;
        let layers = recurrence.layers;
        if !(1..=MOST_LAYERS).contains(&layers) {
            let reason = format!("{layers} is not a possible number of layers");
            return Err(
                Problem::new(checker.field("layers"), reason).hint(format!("1 to {MOST_LAYERS}"))
            );
        }
        if recurrence.bidirectional && recurrence.state == StateSpec::Carried {
            let reason = "what reads from the end of a stream has no state before it to go on from";
            return Err(Problem::new(checker.field("state"), reason)
                .hint("leave it out, or leave out bidirectional"));
        }
        checker.learning_rate(self.learning_rate)?;
        recurrence.gradient.check(checker)?;
        checker.initializers(self.weights, self.biases)
    }
}

/// The cells of one layer and direction, for their parameters.
pub struct Cells<'a> {
    shared: &'a Shared<'a>,
    planner: &'a Planner<'a>,
    /// Behind the names of their parameters: `l0`, `l1_reverse`.
    place: String,
}

impl Cells<'_> {
    /// W, U, b and b'.
    fn parameters(&self, inputs: usize) -> Vec<PlannedParameter> {
        let units = self.shared.recurrence.units;
        let rows = self.shared.gates * units;
        let biases = self.shared.biases.as_ref();
        let biases = biases.unwrap_or(&self.planner.model.biases);
        let bias = |name| PlannedParameter {
            initializer: biases.clone(),
            ..self.parameter(name, vec![rows], units)
        };
        vec![
            self.weight("weight_ih", vec![rows, inputs], inputs),
            self.weight("weight_hh", vec![rows, units], units),
            bias("bias_ih"),
            bias("bias_hh"),
        ]
    }

    /// A weight with the fans, the initial values and the learning rate of the layer.
    pub(super) fn weight(&self, name: &str, shape: Vec<usize>, fan_in: usize) -> PlannedParameter {
        PlannedParameter {
            initializer: self.planner.weights(self.shared.weights),
            weighs: true,
            ..self.parameter(name, shape, fan_in)
        }
    }

    fn parameter(&self, name: &str, shape: Vec<usize>, fan_in: usize) -> PlannedParameter {
        let name = format!("{name}_{}", self.place);
        PlannedParameter {
            fan_in,
            fan_out: self.shared.recurrence.units,
            learning_rate: self.shared.learning_rate,
            ..self.planner.fixed(&name, shape, 0.0)
        }
    }
}
