//! One test sequence, and what a network made of it.

use backprop::Probe;
use datasets::Target;
use ndarray::{Array2, Array3, ArrayView1, s};
use spec::datasets::{DatasetSpec, LetterCode};
use spec::model::PlannedLayer;

use crate::batches::BatchBuffer;
use crate::prepare::PreparedNetwork;

/// More steps than this do not fit into a picture.
const MOST_STEPS: usize = 200;

/// A sequence without its padding: at most its first steps that fit into a picture.
pub struct Sequence {
    /// `names, test sample 3`.
    pub title: String,
    /// What stands below each step: its symbol, or its number from 1; of words the letter that is
    /// to be predicted, as in Elman's figures.
    pub labels: Vec<String>,
    /// Steps that the data mark.
    pub marked: Vec<usize>,
    /// Of each recurrent layer, in order, each by a name.
    pub states: Vec<State>,
    /// Of each layer of attention its name, and the weights of its heads, `[H, T, T]`.
    pub heads: Vec<(String, Array3<f64>)>,
    /// Outputs `[P, K]`: at each step, or one behind the last.
    pub outputs: Array2<f64>,
    /// Targets `[P, K]`.
    pub targets: Array2<f64>,
}

/// Some numbers of a layer at each step.
pub struct State {
    /// `1 lstm, forget gate f`.
    pub name: String,
    /// `[T, H]`
    pub values: Array2<f64>,
}

impl Sequence {
    /// A test sample, and what comes out of every layer.
    pub fn of(network: &PreparedNetwork, row: usize, probe: &mut Probe<f64>) -> Self {
        let (dataset, plan) = (&network.dataset, &network.plan);
        let data = network.config.experiment.dataset.dataset();
        let mut batch = BatchBuffer::<f64>::new(1, network.inputs(), network.outputs());
        let batch = batch.fill(&dataset.test, &dataset.target, &[row]);
        let all = dataset.sample_shape.first().copied().unwrap_or(1);
        let length = dataset.test.lengths().map_or(all, |lengths| lengths[row]);
        let length = length.min(MOST_STEPS);
        let x = batch.x.into_shape_with_order((all, network.inputs() / all));
        let x = x.expect("a sample lies in one piece");
        let x = x.slice(s![..length, ..]);
        probe.set_lengths(batch.lengths);
        probe.forward(batch.x);
        let mut states = Vec::new();
        for (index, layer) in plan.iter().enumerate() {
            for (name, values) in probe.states(index) {
                states.push(State {
                    name: format!("{} {}, {name}", layer.name, layer.spec.kind()),
                    values: values.slice(s![..length, ..]).to_owned(),
                });
            }
        }
        let mut attending = Vec::new();
        names_of_attention(plan, &mut attending);
        let weights = probe.attention(0).into_iter();
        let weights = weights.map(|all| all.slice_move(s![.., ..length, ..length]));
        let at_positions = |of: ArrayView1<f64>| {
            let (positions, numbers) = (batch.positions, of.len() / batch.positions);
            let of = of.to_owned().into_shape_with_order((positions, numbers));
            let of = of.expect("as many numbers at each position");
            of.slice(s![..length.min(positions), ..]).to_owned()
        };
        let targets = at_positions(batch.t.row(0));
        Self {
            title: format!(
                "{}, test sample {}",
                network.config.experiment.name,
                row + 1
            ),
            labels: match &network.config.experiment.dataset {
                DatasetSpec::Letters(spec) => letters(spec.code, targets.rows()),
                _ => labels(&dataset.target, x.rows()),
            },
            marked: (0..length)
                .filter(|&step| data.is_marked(&x.row(step).to_vec()))
                .collect(),
            states,
            heads: attending.into_iter().zip(weights).collect(),
            outputs: at_positions(probe.output(plan.len() - 1).row(0)),
            targets,
        }
    }
}

/// The names of all layers of attention, in the order in which a probe shows them.
fn names_of_attention(plan: &[PlannedLayer], names: &mut Vec<String>) {
    for layer in plan {
        if layer.spec.layer().attends() {
            names.push(layer.name.clone());
        }
        for chain in &layer.chains {
            names_of_attention(chain, names);
        }
    }
}

/// The names of the symbols of a target: of what may follow, the symbol itself.
pub fn symbols(target: &Target) -> Vec<String> {
    let first_word = |name: &str| name.split(' ').next().unwrap_or_default().to_string();
    let names = match target {
        Target::Classes { names } => names.clone(),
        Target::Real(quantities) => quantities.iter().map(|q| first_word(&q.name)).collect(),
        Target::Input => Vec::new(),
    };
    names.iter().map(|name| shown(name)).collect()
}

/// A symbol as it can be seen.
fn shown(name: &str) -> String {
    match name {
        " " => "␣".into(),
        name => name.escape_debug().to_string(),
    }
}

/// What stands below each step: the symbol where inputs are tokens or one-hot vectors of symbols,
/// otherwise every tenth number.
fn labels<'a>(target: &Target, x: impl IntoIterator<Item = ArrayView1<'a, f64>>) -> Vec<String> {
    let symbols = symbols(target);
    let steps = x.into_iter().enumerate();
    let of_step = |(step, x): (usize, ArrayView1<f64>)| {
        let symbol = match x.len() {
            1 if x[0] >= 0.0 && x[0].fract() == 0.0 => symbols.get(x[0] as usize),
            width if width == symbols.len() => {
                let one = x.iter().position(|x| *x == 1.0);
                one.and_then(|place| symbols.get(place))
            }
            _ => None,
        };
        match symbol.filter(|_| symbols.len() > 1) {
            Some(symbol) => symbol.clone(),
            None if step == 0 || (step + 1).is_multiple_of(10) => (step + 1).to_string(),
            None => String::new(),
        }
    };
    steps.map(of_step).collect()
}

/// The letters that stand for these numbers.
fn letters<'a>(
    code: LetterCode,
    steps: impl IntoIterator<Item = ArrayView1<'a, f64>>,
) -> Vec<String> {
    let is = |letter: char, step: ArrayView1<f64>| {
        let numbers = code.of(letter).unwrap_or_default();
        numbers.iter().eq(step.iter())
    };
    let letter = |step: ArrayView1<f64>| {
        let mut all = code.letters().into_iter();
        all.find(|&letter| is(letter, step)).map(String::from)
    };
    let steps = steps.into_iter();
    steps.map(|step| letter(step).unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use datasets::Quantity;
    use ndarray::array;
    use spec::datasets::{AddingSpec, Dataset as _, TemporalOrderSpec};

    #[test]
    fn steps_are_named_by_their_symbols_where_there_are_some() {
        let names = ["\n", " ", "a"].map(String::from).to_vec();
        let text = Target::Classes { names };
        let tokens = array![[0.0], [1.0], [2.0]];
        assert_eq!(labels(&text, tokens.rows()), ["\\n", "␣", "a"]);
        let one_hot = array![[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]];
        assert_eq!(labels(&text, one_hot.rows()), ["a", "\\n"]);
        let may_follow = |symbol: &str| Quantity {
            name: format!("{symbol} may follow"),
            mean: 0.0,
            scale: 1.0,
        };
        let reber = Target::Real(["B", "T"].map(may_follow).to_vec());
        assert_eq!(labels(&reber, array![[0.0, 1.0]].rows()), ["T"]);
        let numbers = Array2::from_elem((11, 2), 0.5);
        let numbered = labels(&reber, numbers.rows());
        assert_eq!(
            (&*numbered[0], &*numbered[1], &*numbered[9]),
            ("1", "", "10")
        );
    }

    #[test]
    fn what_a_target_depends_on_is_marked() {
        let adding = AddingSpec::default();
        assert!(adding.is_marked(&[0.3, 1.0]) && !adding.is_marked(&[1.0, -1.0]));
        let order = TemporalOrderSpec::default();
        let step = |symbol: usize| Array2::<f64>::eye(8).row(symbol).to_vec();
        assert!(order.is_marked(&step(7)) && !order.is_marked(&step(5)));
    }
}
