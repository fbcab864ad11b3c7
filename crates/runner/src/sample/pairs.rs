//! Targets of sources, symbol by symbol.
//!
//! A sample `[2, L]` has the source and the target up to now; the output behind its last symbol
//! says how likely each next one is. A step of the decoder sees nothing that comes later, so that
//! these are the numbers of training, where the target is known.

use backprop::Probe;
use datasets::{Dataset, Target};
use ndarray::{Array2, s};
use spec::model::LayerSpec;

use super::COUNT;
use super::beam::{Beginning, END, search};
use super::model::probe;
use crate::cli::SampleArguments;
use crate::prepare::{Prepared, PreparedNetwork};
use crate::recorded::Learned;
use crate::sheet::Sheet;
use crate::{Failure, interrupt, output};

/// Writes the targets of some sources, and prints them.
///
/// # Errors
/// [`Failure::Input`] when a source cannot be read, or what was learned is no encoder-decoder.
pub fn write(arguments: &SampleArguments, learned: &Learned) -> Result<(), Failure> {
    let network = network(learned)?;
    let dataset = &network.dataset;
    let Target::Classes { names } = &dataset.target else {
        return Ok(()); // The targets of pairs are symbols.
    };
    let (read, written) = (Symbols(&dataset.source_symbols), Symbols(names));
    let mut writer = Writer {
        probe: probe(network, &learned.weights, &learned.folder)?,
        layers: network.plan.len(),
        steps: dataset.test.positions(),
    };
    let beam = arguments.beam.unwrap_or(1);
    interrupt::install();
    if !arguments.source.is_empty() {
        let mut sheet = Sheet::new(["source", "written"], 2);
        for text in &arguments.source {
            let symbols = read.parse(text, writer.steps - 1);
            let symbols =
                symbols.map_err(|why| Failure::Input(format!("--source {text:?}: {why}")))?;
            let target = writer.write(&symbols, beam)?;
            sheet.add([read.join(&symbols), written.join(&target.symbols)]);
        }
        output::line(sheet.terminal());
        return Ok(());
    }
    let mut sheet = Sheet::new(["source", "written", "target"], 3);
    let (samples, mut exact) = (arguments.count.unwrap_or(COUNT).min(dataset.test.len()), 0);
    for row in 0..samples {
        let [source, wanted] = pair(dataset, row);
        let target = writer.write(&source, beam)?;
        exact += usize::from(target.ended && target.symbols == wanted);
        let [target, wanted] = [&target.symbols, &wanted].map(|symbols| written.join(symbols));
        sheet.add([read.join(&source), target, wanted]);
    }
    output::line(sheet.terminal());
    output::line(format!("{exact} of {samples} exact"));
    Ok(())
}

/// The encoder-decoder of a run.
fn network(learned: &Learned) -> Result<&PreparedNetwork, Failure> {
    let refuse = |why: &str| {
        let folder = learned.folder.display();
        let hint = "name a run such as of configs/dates.toml";
        Err(Failure::Input(format!("{folder}: {why}; {hint}")))
    };
    let Prepared::Network(network) = &learned.prepared else {
        return refuse("this run is of a learner, which writes no targets");
    };
    if !matches!(network.plan[0].spec, LayerSpec::EncoderDecoder(_)) {
        return refuse("this run does not begin with an encoder_decoder, which writes targets");
    }
    match network.plan.iter().find(|l| l.spec.layer().reads_ahead()) {
        Some(layer) => refuse(&format!(
            "layer {} of this run reads ahead, in a target that is not yet written",
            layer.name
        )),
        None => Ok(network),
    }
}

/// Source and target of a test sample, without what ends them.
fn pair(dataset: &Dataset, row: usize) -> [Vec<usize>; 2] {
    let test = &dataset.test;
    let mut x = Array2::<f64>::zeros((1, test.width()));
    test.gather(&[row], x.view_mut());
    let source = x
        .iter()
        .take(test.positions())
        .map(|&symbol| symbol as usize);
    let labels = test.labels().unwrap_or_default().iter().copied();
    let target = labels
        .skip(row * test.positions())
        .take(test.true_positions(row));
    [
        source.take_while(|&symbol| symbol != END).collect(),
        target.take_while(|&symbol| symbol != END).collect(),
    ]
}

/// Names of symbols by their numbers, the one that ends a sequence first. Names of one character
/// stand one behind the other, others with spaces between them.
struct Symbols<'a>(&'a [String]);

impl Symbols<'_> {
    fn are_characters(&self) -> bool {
        self.0[1..].iter().all(|name| name.chars().count() == 1)
    }

    fn join(&self, symbols: &[usize]) -> String {
        let names: Vec<&str> = symbols.iter().map(|&symbol| &*self.0[symbol]).collect();
        names.join(if self.are_characters() { "" } else { " " })
    }

    /// The symbols of a text, `most` at most; or why they are none.
    fn parse(&self, text: &str, most: usize) -> Result<Vec<usize>, String> {
        let names: Vec<String> = match self.are_characters() {
            true => text.chars().map(String::from).collect(),
            false => text.split_whitespace().map(String::from).collect(),
        };
        if names.is_empty() {
            return Err(format!(
                "there is no target of nothing; give 1 to {most} symbols"
            ));
        }
        if names.len() > most {
            return Err(format!(
                "it has {} symbols, and this run reads at most {most}; shorten it, or train with \
                 longer sources",
                names.len()
            ));
        }
        let number = |name: &String| {
            let symbol = self.0.iter().skip(1).position(|known| known == name);
            symbol.map(|at| at + 1).ok_or_else(|| {
                let known: Vec<usize> = (1..self.0.len()).collect();
                format!(
                    "the run knows no symbol {name:?}; those that it learned from are {:?}",
                    self.join(&known)
                )
            })
        };
        names.iter().map(number).collect()
    }
}

/// Writes targets.
struct Writer {
    probe: Probe<f64>,
    layers: usize,
    /// L.
    steps: usize,
}

impl Writer {
    /// The target of a source.
    fn write(&mut self, source: &[usize], beam: usize) -> Result<Beginning, Failure> {
        search(beam, self.steps, |open| {
            if interrupt::requested() {
                return Err(Failure::Interrupted(interrupt::cause().into()));
            }
            Ok(self.next(source, open))
        })
    }

    /// The logits `[N, K]` of the next symbol behind each of N beginnings of one length.
    fn next(&mut self, source: &[usize], beginnings: &[Beginning]) -> Array2<f64> {
        let mut x = Array2::zeros((beginnings.len(), 2 * self.steps));
        for (mut x, beginning) in x.rows_mut().into_iter().zip(beginnings) {
            let mut put = |first: usize, symbols: &[usize]| {
                let symbols = symbols.iter().enumerate();
                symbols.for_each(|(at, &symbol)| x[first + at] = symbol as f64);
            };
            put(0, source);
            put(self.steps + 1, &beginning.symbols);
        }
        self.probe.forward(x.view());
        let y = self.probe.output(self.layers - 1);
        let (at, symbols) = (beginnings[0].symbols.len(), y.ncols() / self.steps);
        y.slice(s![.., at * symbols..(at + 1) * symbols]).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::initial::draw_parameters;
    use contract::{NamedTensors, Streams};
    use spec::model::{
        AdditiveSpec, AttentionSpec, EmbeddingSpec, EncoderDecoderSpec, GruSpec, LinearSpec,
        ModelSpec,
    };

    const L: usize = 6;
    const K: usize = 4;

    /// With random weights, large enough that it has opinions.
    fn writer(attention: AttentionSpec, seed: u64) -> Writer {
        let embedding = || {
            LayerSpec::Embedding(EmbeddingSpec {
                tokens: K,
                dimension: 3,
                name: None,
                weights: None,
            })
        };
        let gru = || LayerSpec::Gru(GruSpec::new(5));
        let layer = LayerSpec::EncoderDecoder(EncoderDecoderSpec {
            encoder: vec![embedding(), gru()],
            decoder: vec![embedding()],
            cell: Box::new(gru()),
            attention,
            reverse_source: false,
            name: None,
            weights: None,
        });
        let layers = vec![layer, LayerSpec::Linear(LinearSpec::new(K))];
        let plan = ModelSpec::new(layers).plan(&[2, L]).unwrap();
        let drawn = draw_parameters(&plan, &Streams::new(seed));
        let mut parameters = NamedTensors::default();
        for (name, tensor) in drawn.iter() {
            parameters.insert(name, tensor * 4.0);
        }
        let mut probe = Probe::new(&plan);
        probe.load(&parameters).unwrap();
        let (layers, steps) = (plan.len(), L);
        Writer {
            probe,
            layers,
            steps,
        }
    }

    /// What was written, given as the target: the outputs of all its steps are those that it was
    /// written by, bit for bit.
    #[test]
    fn writing_alone_is_teacher_forcing_with_what_was_written() {
        let additive = AttentionSpec::Additive(AdditiveSpec { units: 4 });
        let mut lengths = Vec::new();
        for (seed, attention) in [AttentionSpec::None, additive, AttentionSpec::Dot]
            .into_iter()
            .cycle()
            .take(60)
            .enumerate()
        {
            let mut writer = writer(attention, seed as u64);
            let source = [1, 3, 2];
            let written = writer.write(&source, 1).unwrap();
            lengths.push(written.symbols.len());
            let symbols = [&written.symbols[..], &[END]].concat();
            let mut x = vec![0.0; 2 * L];
            let put = |x: &mut [f64], symbols: &[usize]| {
                x.iter_mut().zip(symbols).for_each(|(x, &s)| *x = s as f64);
            };
            put(&mut x, &source);
            put(&mut x[L + 1..], &written.symbols);
            writer
                .probe
                .forward(Array2::from_shape_vec((1, 2 * L), x).unwrap().view());
            let y = writer.probe.output(1).to_owned();
            for (at, symbol) in symbols.iter().enumerate().take(L) {
                let of_step = y.slice(s![.., at * K..(at + 1) * K]);
                let beginning = Beginning {
                    symbols: written.symbols[..at].to_vec(),
                    ..Beginning::default()
                };
                assert_eq!(writer.next(&source, &[beginning]), of_step, "step {at}");
                let best = (0..K).max_by(|&a, &b| of_step[[0, a]].total_cmp(&of_step[[0, b]]));
                assert_eq!(best, Some(*symbol), "step {at}");
            }
        }
        let ended = lengths.iter().filter(|&&length| (1..L).contains(&length));
        assert!(ended.count() > 2, "some end on their way: {lengths:?}");
    }

    #[test]
    fn beginnings_are_continued_together_as_one_by_one() {
        let mut writer = writer(AttentionSpec::General, 1);
        let beginning = |symbols: [usize; 2]| Beginning {
            symbols: symbols.into(),
            ..Beginning::default()
        };
        let all = [[1, 2], [3, 3], [2, 1]].map(beginning);
        let together = writer.next(&[2, 2, 1, 3], &all);
        for (row, one) in all.into_iter().enumerate() {
            let alone = writer.next(&[2, 2, 1, 3], &[one]);
            assert_eq!(together.row(row), alone.row(0));
        }
    }

    #[test]
    fn symbols_are_characters_or_words() {
        let names = |names: &[&str]| names.iter().map(|n| n.to_string()).collect::<Vec<_>>();
        let letters = names(&["end", "a", " ", "c"]);
        let letters = Symbols(&letters);
        assert_eq!(letters.parse("c a", 3), Ok(vec![3, 2, 1]));
        assert_eq!(letters.join(&[3, 2, 1]), "c a");
        let words = names(&["end", "a", "27"]);
        let words = Symbols(&words);
        assert_eq!(words.parse(" 27 a  a", 3), Ok(vec![2, 1, 1]));
        assert_eq!(words.join(&[2, 1, 1]), "27 a a");
        let refused = |text, most| letters.parse(text, most).unwrap_err();
        assert!(refused("", 3).contains("give 1 to 3 symbols"));
        assert!(refused("acac", 3).contains("it has 4 symbols, and this run reads at most 3"));
        assert!(
            refused("ab", 3)
                .contains("knows no symbol \"b\"; those that it learned from are \"a c\"")
        );
    }
}
