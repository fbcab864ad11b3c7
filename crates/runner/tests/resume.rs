//! A training that goes on from a checkpoint is the training that was never cut off: the same
//! weights and the same record, bit by bit, wherever it was cut.

#[path = "resume/learners.rs"]
mod every_learner;

use std::path::Path;

use runner::machine;
use runner::memory::Purpose;
use runner::prepare::{PreparedLearner, PreparedNetwork};
use runner::record::Trained;
use runner::training::checkpoint;
use runner::training::learner::{Learning, trained};
use runner::training::network::{Network, entries};
use runner::training::trainee::Trainee;
use runner::training::trainer::Resources;
use spec::{Config, Overrides};

/// Images of waves: every kind of layer and augmentation has something to do.
const CONFIG: &str = r#"
name = "waves"
seed = 3
implementations = ["backprop"]

[dataset.waves]
samples = 48
size = 8
classes = 2

[model]
layers = ["flatten", { linear = { units = 12 } }, "tanh", { linear = { units = 2 } }]

[training]
epochs = 5
batch_size = 8
loss = "softmax_cross_entropy"
optimizer = { momentum = { learning_rate = 0.05 } }
"#;

struct Case {
    prepared: PreparedNetwork,
}

/// What is left of a training: the weights, and its record without the seconds, with the
/// histograms.
type Outcome = (Vec<u8>, String);

impl Case {
    fn new(overrides: &[&str]) -> Self {
        let set = overrides.iter().map(ToString::to_string).collect();
        let unset = Vec::new();
        let overrides = Overrides { set, unset };
        let config = Config::parse(Path::new("waves.toml"), CONFIG.into(), &overrides);
        let prepared = PreparedNetwork::of(
            config.unwrap_or_else(|error| panic!("{error}")),
            Purpose::Training,
        );
        let prepared = prepared.unwrap_or_else(|failure| panic!("{failure}"));
        Self { prepared }
    }

    fn start(&self) -> (Network<'_>, Trained) {
        let entries = entries(&self.prepared.network);
        let network = Network::new(&entries[0], &Resources::new(&self.prepared));
        (network.unwrap(), entries[0].trained())
    }

    /// So many passes, or all that are left.
    fn go_on(&self, (network, trained): (&mut Network<'_>, &mut Trained), passes: usize) {
        for _ in 0..passes {
            if network.is_done() {
                break;
            }
            let passed = network.pass(trained, &|| ());
            passed.unwrap_or_else(|stop| panic!("{stop:?}"));
        }
    }

    /// The training, cut off after so many passes.
    fn train(&self, cut: Option<usize>) -> Outcome {
        let (mut network, mut trained) = self.start();
        if let Some(passes) = cut {
            self.go_on((&mut network, &mut trained), passes);
            let bytes = checkpoint::bytes(&network, &trained).unwrap();
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("backprop.checkpoint");
            std::fs::write(&file, bytes.expect("by hand everything can be saved")).unwrap();
            network = self.start().0;
            let read = checkpoint::read(&file, &mut network);
            trained = read.unwrap_or_else(|failure| panic!("{failure}")).unwrap();
        }
        self.go_on((&mut network, &mut trained), usize::MAX);
        for epoch in &mut trained.epochs {
            epoch.measures.remove("seconds").unwrap();
        }
        let weights = network.safetensors().unwrap();
        let record = serde_json::to_string_pretty(&trained).unwrap();
        let files = network.files().into_iter().map(|(_, text)| text);
        (weights, record + &files.collect::<String>())
    }
}

/// Cut off after any pass, the training ends alike.
#[track_caller]
fn assert_goes_on(overrides: &[&str]) {
    let run = |threads: usize| {
        machine::in_pool(threads, || {
            let case = Case::new(overrides);
            let whole = case.train(None);
            let mut passes = case.start().0.passes();
            assert!(passes > 1, "nothing can be cut");
            passes = passes.min(12);
            for cut in 0..=passes {
                let (weights, record) = case.train(Some(cut));
                assert_eq!(record, whole.1, "{overrides:?}, cut after pass {cut}");
                assert!(weights == whole.0, "{overrides:?}, cut after pass {cut}");
            }
            whole
        })
        .unwrap_or_else(|failure| panic!("{failure}"))
    };
    let (one, two) = (run(1), run(2));
    assert!(one == two, "{overrides:?}: threads change the numbers");
}

#[test]
fn with_every_optimizer() {
    for optimizer in [
        "sgd = { learning_rate = 0.05 }",
        "momentum = { learning_rate = 0.05 }",
        "nesterov = { learning_rate = 0.05 }",
        "adagrad = { learning_rate = 0.05 }",
        "rmsprop = { learning_rate = 0.005 }",
        "adam = { learning_rate = 0.005 }",
        "adamw = { learning_rate = 0.005 }",
        "rprop = { learning_rate = 0.005 }",
        "quickprop = { learning_rate = 0.005 }",
        "diagonal_levenberg_marquardt = { learning_rate = 0.005, samples = 16 }",
    ] {
        let loss = match optimizer.contains("levenberg") {
            true => "training.loss=\"squared_error\"",
            false => "training.loss=\"softmax_cross_entropy\"",
        };
        assert_goes_on(&[&format!("training.optimizer={{ {optimizer} }}"), loss]);
    }
}

#[test]
fn with_dropout_batch_normalisation_and_augmentation() {
    let layers = "model.layers=[{ conv2d = { channels = 3, kernel = 3 } }, { batch_norm = {} }, \
                  \"relu\", \"flatten\", { dropout = { rate = 0.3 } }, \
                  { linear = { units = 2 } }]";
    let adam = "training.optimizer={ adam = { learning_rate = 0.005 } }";
    let rotate = "augmentation.rotation=10.0";
    let schedule = "training.schedule={ cosine = {} }";
    assert_goes_on(&[layers, adam, rotate, schedule, "training.warmup=3"]);
}

/// Many short epochs: few samples are looked at, often enough.
#[test]
fn with_histograms_of_its_layers() {
    let long = "training.epochs=1200";
    let (_, left) = Case::new(&[long]).train(None);
    for epoch in [0, 1, 1024, 1200] {
        assert!(
            left.contains(&format!("{{\"epoch\":{epoch},\"layers\"")),
            "{epoch}: {left}"
        );
    }
    assert_goes_on(&[long]);
}

#[test]
fn with_early_stopping() {
    let (held, patience) = (
        "training.validation.samples=0.25",
        "training.stopping.patience.epochs=2",
    );
    assert_goes_on(&[held, patience, "training.epochs=12"]);
    let measure = "training.stopping.patience.measure=\"validation_accuracy\"";
    assert_goes_on(&[held, patience, measure, "training.epochs=12"]);
    let plateau = "training.stopping.plateau={ epochs = 2, change = 0.1 }";
    assert_goes_on(&[plateau, "training.epochs=12"]);
    assert_goes_on(&[plateau, "training.averaging=true", "training.epochs=12"]);
}

/// A class at each position.
const OF_POSITIONS: &str = "training.loss=softmax_cross_entropy";

#[test]
fn a_transformer_whose_parts_learn_by_rules_of_their_own() {
    let text = "dataset={ text = { path = \"names.txt\", steps = 8, windows = 30, split = { ordered = { test = 0.1 } } } }";
    let layers = "model.layers=[{ tied_embedding = { tokens = 27, dimension = 8, layers = [{ position = { encoding = \"learned\" } }, \
                  { residual = { layers = [{ layer_norm = {} }, { multi_head_attention = { heads = 2, causal = true } }, \
                  { dropout = { rate = 0.1 } }] } }, \"gelu\"] } }]";
    let adamw = "training.optimizer={ adamw = { learning_rate = 0.005, decays = \"matrices\" } }";
    let part =
        "training.part_optimizers={ \"0.layers.1\" = { rprop = { learning_rate = 0.005 } } }";
    assert_goes_on(&[
        text,
        layers,
        adamw,
        part,
        OF_POSITIONS,
        "training.clip={ norm = 1.0 }",
    ]);
}

#[test]
fn encoder_and_decoder() {
    let pairs = "dataset={ reversal = { samples = 40, lengths = [2, 5] } }";
    let layers = "model.layers=[{ encoder_decoder = { encoder = [{ embedding = { tokens = 9, dimension = 4 } }, { gru = { units = 4, bidirectional = true } }], \
                  decoder = [{ embedding = { tokens = 9, dimension = 4 } }], cell = { lstm = { units = 6 } }, attention = { additive = { units = 5 } } } }, { linear = { units = 9 } }]";
    let adam = "training.optimizer={ adam = { learning_rate = 0.005 } }";
    assert_goes_on(&[pairs, layers, adam, OF_POSITIONS]);
}

/// Centres, widths and output weights are fitted anew when a run goes on.
#[test]
fn gaussian_units_fitted_to_the_data() {
    let layers = "model.layers=[\"flatten\", { rbf = { units = 6, centers = { k_means = { per_class = true } }, \
        width = { mean_distance = 2 }, learning_rate = 1e-4 } }, { linear = { units = 2, weights = { least_squares = { ridge = 0.1 } } } }]";
    assert_goes_on(&[layers, "training.loss=squared_error"]);
    let restarts = "training.escapes=[{ restarts = { runs = 2 } }]";
    assert_goes_on(&[layers, "training.loss=squared_error", restarts]);
}

#[test]
fn averaged_weights_go_on() {
    assert_goes_on(&["training.averaging=true"]);
}

#[test]
fn the_pocket_goes_on() {
    assert_goes_on(&["training.pocket=true"]);
}

#[test]
fn with_every_escape() {
    for escape in [
        "\"plain\"",
        "{ restarts = { runs = 3 } }",
        "{ annealing = { temperature = 0.1, cooling = 0.9, std = 0.05 } }",
        "{ perturbation = { epochs = 1, change = 0.5, std = 0.05 } }",
        "{ evolution = { population = 6, parents = 2, std = 0.1 } }",
    ] {
        let adam = "training.optimizer={ adam = { learning_rate = 0.005 } }";
        assert_goes_on(&[&format!("training.escapes=[{escape}]"), adam]);
    }
}

#[test]
fn with_restarts_that_stop_early_or_diverge() {
    let restarts = "training.escapes=[{ restarts = { runs = 3 } }]";
    let held = "training.validation.samples=0.25";
    let patience = "training.stopping.patience.epochs=1";
    assert_goes_on(&[restarts, held, patience]);
}

#[test]
fn a_checkpoint_of_something_else_is_refused() {
    let case = Case::new(&[]);
    let (mut network, mut trained) = case.start();
    case.go_on((&mut network, &mut trained), 2);
    let bytes = checkpoint::bytes(&network, &trained).unwrap().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backprop.checkpoint");
    let refused = |bytes: &[u8], overrides: &[&str], part: &str| {
        std::fs::write(&file, bytes).unwrap();
        let case = Case::new(overrides);
        let mut other = case.start().0;
        let failure = checkpoint::read(&file, &mut other).unwrap_err().to_string();
        let remedy = "remove it to begin again";
        assert!(
            failure.contains(part) && failure.contains(remedy),
            "{failure}"
        );
    };
    for length in [0, 1, 10, bytes.len() / 2, bytes.len() - 1] {
        refused(&bytes[..length], &[], "checkpoint");
    }
    let wider = "model.layers=[\"flatten\", { linear = { units = 13 } }, \"tanh\", { linear = { units = 2 } }]";
    refused(&bytes, &[wider], "shape");
    let adam = "training.optimizer={ adam = { learning_rate = 0.005 } }";
    refused(&bytes, &[adam], "optimizer state");
    let mut none = case.start().0;
    let nothing = checkpoint::read(&folder.path().join("other"), &mut none);
    assert!(
        nothing
            .unwrap_or_else(|failure| panic!("{failure}"))
            .is_none()
    );
}

/// A learner of sequences, which are drawn anew for each pass.
const SEQUENCES: &str = r#"
name = "order"
seed = 3

[dataset.temporal_order]
samples = 30
length = 20
fresh = true
split = { ordered = { test = 10 } }

[learner.lstm_1997]
most_sequences = 100
"#;

#[test]
fn a_learner_goes_on_with_the_sequences_that_it_would_have_had() {
    let config = Config::parse(
        Path::new("order.toml"),
        SEQUENCES.into(),
        &Overrides::default(),
    );
    let config = config.unwrap();
    let learner = config.experiment.learner().unwrap().clone();
    let prepared = PreparedLearner::of(config, learner).unwrap();
    let learn = |learning: &mut Learning, to: &mut Trained, passes: usize| {
        for _ in 0..passes {
            learning.pass(to, &|| ()).unwrap();
        }
    };
    let (mut whole, mut of_whole) = (
        Learning::new(&prepared).unwrap(),
        trained(&prepared.learner),
    );
    learn(&mut whole, &mut of_whole, 5);
    let (mut first, mut record) = (
        Learning::new(&prepared).unwrap(),
        trained(&prepared.learner),
    );
    learn(&mut first, &mut record, 2);
    let mut saved = Vec::new();
    assert!(first.save(&mut saved).unwrap());
    let mut second = Learning::new(&prepared).unwrap();
    second.restore(&saved).unwrap();
    learn(&mut second, &mut record, 3);
    assert!(whole.is_done() && second.is_done());
    assert_eq!(second.safetensors().unwrap(), whole.safetensors().unwrap());
    let errors = |of: &Trained| {
        let epochs = of.epochs.iter();
        epochs
            .map(|epoch| epoch.measures["mean_error"])
            .collect::<Vec<_>>()
    };
    assert_eq!(errors(&record), errors(&of_whole));
    let errors = errors(&record);
    assert!(errors.windows(2).all(|two| two[0] != two[1]), "{errors:?}");
}
