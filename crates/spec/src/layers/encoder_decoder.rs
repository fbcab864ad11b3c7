//! `encoder_decoder`: one network reads a sequence, another writes one.

use serde::{Deserialize, Serialize};

use super::recurrent::is_default;
use super::{Checker, Layer, LayerSpec, check_layers};
use crate::Problem;
use crate::initializer::Initializer;
use crate::plan::{PlannedLayer, PlannedParameter, Planner};

/// An encoder, a decoder, and what the decoder sees of the encoder: its last output alone, or by
/// attention all of them.
///
/// A sample `[2, L]` is a source and, shifted by one, its target, as the data sets of pairs give
/// them: symbols, of which 0 ends a sequence. The output is `[L, H]`, the states of the decoder, or
/// with attention `[L, H + W]`, the states and the contexts; layers behind it make symbols of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderDecoderSpec {
    /// What reads the source: an embedding first, W numbers a step at the end. Named
    /// `name.encoder.0` and so on.
    pub encoder: Vec<LayerSpec>,
    /// What reads the target's symbols up to now: an embedding first. Named `name.decoder.0` and so
    /// on.
    pub decoder: Vec<LayerSpec>,
    /// The decoder's cells, of H units: a recurrent layer. Named `name.cell.0`.
    pub cell: Box<LayerSpec>,
    /// How the decoder finds its context among the encoder's outputs.
    #[serde(default)]
    pub attention: AttentionSpec,
    /// Whether the source is read from its end to its beginning (Sutskever et al. 2014).
    #[serde(default, skip_serializing_if = "is_default")]
    pub reverse_source: bool,
    /// Name in parameter paths; none: the layer's index in the list.
    #[serde(default)]
    pub name: Option<String>,
    /// Initial weights of the bridge and of the attention; none: `[model] weights`.
    #[serde(default)]
    pub weights: Option<Initializer>,
}

/// How well a state of the decoder and an output k of the encoder fit: their score.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttentionSpec {
    /// No attention: the encoder's last output is all that the decoder gets.
    #[default]
    None,
    /// v · tanh(W s + U k), with the state before the step, which then reads the context (Bahdanau
    /// et al. 2015).
    Additive(AdditiveSpec),
    /// h · k, with the state behind the step (Luong et al. 2015).
    Dot,
    /// h · k / √H.
    ScaledDot,
    /// h · W k (Luong et al. 2015).
    General,
}

/// What attention costs of one sample.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    multiply_adds: usize,
    /// Numbers that are kept for the backward pass.
    kept: usize,
}

/// The hidden layer of additive attention.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdditiveSpec {
    /// Units of the hidden layer, A.
    pub units: usize,
}

impl AttentionSpec {
    /// Its name in a config.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Additive(_) => "additive",
            Self::Dot => "dot",
            Self::ScaledDot => "scaled_dot",
            Self::General => "general",
        }
    }

    /// Whether the cells read the context as well as the symbol.
    pub fn feeds_cells(&self) -> bool {
        matches!(self, Self::Additive(_))
    }

    /// What it costs, where source and target have L steps, a state has H numbers, and an output W:
    /// projections of all outputs, then at each step scores of all of them and their weighted mean.
    fn cost(&self, [steps, states, outputs]: [usize; 3]) -> Cost {
        let pairs = steps * steps;
        let (projected, scores, hidden) = match *self {
            Self::None => return Cost::default(),
            Self::Dot | Self::ScaledDot => (0, pairs * outputs, 0),
            Self::General => (states, pairs * states, 0),
            // W q of each step; then v with a hidden layer of each pair.
            Self::Additive(AdditiveSpec { units }) => {
                (units, steps * units * states + pairs * units, pairs * units)
            }
        };
        Cost {
            multiply_adds: steps * projected * outputs + scores + pairs * outputs,
            kept: steps * projected + hidden + pairs,
        }
    }

    /// What it learns, for states of H numbers and outputs of W: names, shapes `[out, in]`.
    fn parameters(&self, states: usize, outputs: usize) -> Vec<(&'static str, [usize; 2])> {
        match *self {
            Self::None | Self::Dot | Self::ScaledDot => Vec::new(),
            Self::General => vec![("weight", [states, outputs])],
            Self::Additive(AdditiveSpec { units }) => vec![
                ("query.weight", [units, states]),
                ("key.weight", [units, outputs]),
                ("score.weight", [1, units]),
            ],
        }
    }
}

impl Layer for EncoderDecoderSpec {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        for (part, layers) in [("encoder", &self.encoder), ("decoder", &self.decoder)] {
            let key = checker.field(part);
            if layers
                .first()
                .is_none_or(|first| first.layer().tokens().is_empty())
            {
                let reason = format!("the {part} does not begin with an embedding of its symbols");
                let hint = "put { embedding = { tokens = ..., dimension = ... } } first";
                return Err(Problem::new(key, reason).hint(hint));
            }
            check_layers(&key, layers)?;
        }
        if let Some(at) = self.decoder.iter().position(|l| l.layer().reads_ahead()) {
            let key = format!("{}.{at}", checker.field("decoder"));
            let reason = "the decoder would read the symbols that it is to write";
            let hint = "a layer that reads forward: bidirectional = false, causal = true";
            return Err(Problem::new(key, reason).hint(hint));
        }
        check_layers(&checker.field("cell"), std::slice::from_ref(&self.cell))?;
        let recurrence = self.cell.layer().recurrence();
        if !recurrence.is_some_and(|r| r.is_plain() && r.gradient == Default::default()) {
            let reason = "the decoder's cells are one recurrent layer that reads forward";
            let hint = "use rnn, lstm, lstm_peephole or gru, with no other setting than units, \
                        weights, biases and learning_rate";
            return Err(Problem::new(checker.field("cell"), reason).hint(hint));
        }
        if let AttentionSpec::Additive(additive) = &self.attention {
            Checker::new(&checker.field("attention.additive")).units("units", additive.units)?;
        }
        checker.initializers(&self.weights, &None)
    }

    fn plan(&self, planner: &Planner<'_>, layer: &mut PlannedLayer) -> Result<(), Problem> {
        let steps = self.steps(planner, layer)?;
        let encoder = planner.inside("encoder", &self.encoder, &[steps])?;
        let decoder = planner.inside("decoder", &self.decoder, &[steps])?;
        let [outputs, symbols] = [("encoder", &encoder), ("decoder", &decoder)]
            .map(|(part, chain)| self.features(planner, part, chain, steps));
        let (outputs, symbols) = (outputs?, symbols?);
        let inputs = symbols
            + if self.attention.feeds_cells() {
                outputs
            } else {
                0
            };
        let cell = planner.inside("cell", std::slice::from_ref(&*self.cell), &[steps, inputs])?;
        let states = cell[0].positions_out()[1];
        self.check_dot(planner, states, outputs)?;
        let width = match self.attention {
            AttentionSpec::None => states,
            _ => states + outputs,
        };
        layer.output = vec![steps, width];
        layer.chains = vec![encoder, decoder, cell];
        let inside = || layer.chains.iter().flatten();
        layer.parameters = inside().flat_map(|l| l.parameters.clone()).collect();
        layer.buffers = inside().flat_map(|l| l.buffers.clone()).collect();
        let of_chains: usize = inside().map(PlannedLayer::multiplications).sum();
        let of_attention = match self.attention {
            AttentionSpec::None => 0,
            _ => 2 * steps * steps * outputs,
        };
        layer.multiplications = Some(of_chains + of_attention);
        let of_inside: usize = inside().map(|l| l.multiply_adds).sum();
        let attention = self.attention.cost([steps, states, outputs]);
        // The bridge makes the first state.
        layer.multiply_adds = of_inside + states * outputs + attention.multiply_adds;
        layer.kept = attention.kept;
        layer.parameters.extend(self.own(planner, states, outputs));
        Ok(())
    }

    fn learns(&self) -> bool {
        true
    }

    fn is_recurrent(&self) -> bool {
        true
    }

    /// The decoder does not, and the source is known as a whole.
    fn reads_ahead(&self) -> bool {
        false
    }

    fn tokens(&self) -> Vec<usize> {
        let parts = [&self.encoder, &self.decoder];
        let tokens = parts.map(|layers| layers.first().map(|first| first.layer().tokens()));
        tokens.into_iter().flatten().flatten().collect()
    }

    fn inside(&self) -> Vec<(&'static str, &[LayerSpec])> {
        vec![
            ("encoder", &self.encoder),
            ("decoder", &self.decoder),
            ("cell", std::slice::from_ref(&*self.cell)),
        ]
    }
}

impl EncoderDecoderSpec {
    /// L of a sample `[2, L]`.
    fn steps(&self, planner: &Planner<'_>, layer: &PlannedLayer) -> Result<usize, Problem> {
        match layer.input[..] {
            [2, steps] => Ok(steps),
            _ => {
                let reason = format!(
                    "this layer takes pairs of sequences [2, L], but gets {:?}",
                    layer.input
                );
                let hint = "put it first, with data of pairs (dataset.reversal, dataset.dates, \
                            dataset.pairs)";
                Err(Problem::new(planner.key.clone(), reason).hint(hint))
            }
        }
    }

    /// Numbers a step at the end of a part.
    fn features(
        &self,
        planner: &Planner<'_>,
        part: &str,
        chain: &[PlannedLayer],
        steps: usize,
    ) -> Result<usize, Problem> {
        match chain.last().map(|last| &last.output[..]) {
            Some(&[of_part, features]) if of_part == steps => Ok(features),
            other => {
                let shape = other.unwrap_or_default();
                let reason = format!("the {part} gives {shape:?}, and not numbers at every step");
                let hint = "leave out what takes a sequence as a whole: last, flatten, \
                            steps = \"last\"";
                Err(Problem::new(format!("{}.{part}", planner.key), reason).hint(hint))
            }
        }
    }

    /// A dot product is of vectors of one length.
    fn check_dot(
        &self,
        planner: &Planner<'_>,
        states: usize,
        outputs: usize,
    ) -> Result<(), Problem> {
        let dots = matches!(
            self.attention,
            AttentionSpec::Dot | AttentionSpec::ScaledDot
        );
        if !dots || states == outputs {
            return Ok(());
        }
        let kind = self.attention.kind();
        let reason = format!(
            "\"{kind}\" multiplies states of {states} numbers with outputs of {outputs} of the \
             encoder"
        );
        let hint = format!("{outputs} units in cell, or attention = \"general\"");
        Err(Problem::new(format!("{}.attention", planner.key), reason).hint(hint))
    }

    /// The bridge, h₀ = tanh(W k + b) of the encoder's last output k, and what the attention learns.
    fn own(&self, planner: &Planner<'_>, states: usize, outputs: usize) -> Vec<PlannedParameter> {
        let weight = |name: &str, [out, inputs]: [usize; 2]| PlannedParameter {
            fan_in: inputs,
            fan_out: out,
            initializer: planner.weights(&self.weights),
            weighs: true,
            ..planner.fixed(name, vec![out, inputs], 0.0)
        };
        let mut own = vec![
            weight("bridge.weight", [states, outputs]),
            planner.fixed("bridge.bias", vec![states], 0.0),
        ];
        let of_attention = self.attention.parameters(states, outputs);
        let of_attention = of_attention.into_iter();
        own.extend(of_attention.map(|(name, shape)| weight(&format!("attention.{name}"), shape)));
        own
    }
}
