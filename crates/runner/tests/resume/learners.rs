//! Every learner, by the configs that ship, made short.

use std::collections::BTreeSet;
use std::path::Path;

use runner::machine;
use runner::prepare::PreparedLearner;
use runner::record::Trained;
use runner::training::checkpoint;
use runner::training::learner::{Learning, trained};
use runner::training::trainee::Trainee;
use spec::{Config, Overrides};

/// Configs of learners, each with what makes it short, or another way through its rule. Those of
/// MNIST are the same learners as others.
const CONFIGS: &[(&str, &[&str])] = &[
    ("art1", &[]),
    ("bars-and-stripes", &SHORT_RBM),
    (
        "bars-and-stripes",
        &[
            SHORT_RBM[0],
            SHORT_RBM[1],
            "learner.rbm.rule={ pcd = 1 }",
            "learner.rbm.momentum=[0.5, 0.9]",
        ],
    ),
    (
        "bars-and-stripes",
        &[SHORT_RBM[0], SHORT_RBM[1], "learner.rbm.rule=\"exact\""],
    ),
    ("bells", &[]),
    (
        "boltzmann",
        &[
            "learner.boltzmann.cycles=6",
            "learner.boltzmann.differ_for=0",
        ],
    ),
    ("cascade-spirals", &["learner.cascade_correlation.units=3"]),
    ("challenger", &[]),
    ("diabetes-least-squares", &[]),
    ("fuzzy-art", &[]),
    ("hebb", &[]),
    ("hopfield", &["learner.hopfield.trials=5"]),
    ("longley", &[]),
    (
        "lstm-1997",
        &[
            "dataset.temporal_order.samples=60",
            "dataset.temporal_order.split={ ordered = { test = 20 } }",
            "learner.lstm_1997.most_sequences=150",
        ],
    ),
    ("names-counts", &[]),
    ("polynomial", &[]),
    (
        "rbm",
        &[
            "dataset.csv.path=digits.csv",
            "learner.rbm.epochs=3",
            "learner.rbm.hidden=130",
            "learner.rbm.batch_size=64",
            "learner.rbm.ais={ runs = 20, temperatures = 10 }",
            "learner.rbm.classifier.iterations=5",
        ],
    ),
    ("som", &["learner.som.passes=6"]),
    (
        "som",
        &["learner.som.passes=3", "learner.som.rule=\"online\""],
    ),
    ("som-square", &["learner.som.passes=3"]),
];

const SHORT_RBM: [&str; 2] = ["learner.rbm.epochs=60", "learner.rbm.report=20"];

/// Cut off after each of so many first passes.
const CUTS: usize = 3;

fn prepared(name: &str, overrides: &[&str]) -> PreparedLearner {
    let file = format!("{}/../../configs/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&file).unwrap();
    let overrides = Overrides {
        set: overrides.iter().map(ToString::to_string).collect(),
        unset: Vec::new(),
    };
    let config = Config::parse(Path::new(&file), text, &overrides);
    let config = config.unwrap_or_else(|error| panic!("{error}"));
    let learner = config.experiment.learner().expect("a learner").clone();
    let prepared = PreparedLearner::of(config, learner);
    prepared.unwrap_or_else(|failure| panic!("{failure}"))
}

/// Weights and record after the last pass, without the seconds; and the number of passes.
fn learned(prepared: &PreparedLearner, cut: Option<usize>) -> (Vec<u8>, String, usize) {
    let start = || Learning::new(prepared).unwrap_or_else(|failure| panic!("{failure}"));
    let (mut learning, mut record) = (start(), trained(&prepared.learner));
    let mut passes = 0;
    while !learning.is_done() {
        let passed = learning.pass(&mut record, &|| ());
        passed.unwrap_or_else(|stop| panic!("{stop:?}"));
        passes += 1;
        if cut == Some(passes) {
            let bytes = checkpoint::bytes(&learning, &record).unwrap();
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("learner.checkpoint");
            std::fs::write(&file, bytes.expect("every learner can be saved")).unwrap();
            learning = start();
            let read = checkpoint::read(&file, &mut learning);
            record = read.unwrap_or_else(|failure| panic!("{failure}")).unwrap();
        }
    }
    (learning.safetensors().unwrap(), text(&mut record), passes)
}

fn text(record: &mut Trained) -> String {
    for epoch in &mut record.epochs {
        epoch.measures.remove("seconds").unwrap();
    }
    serde_json::to_string_pretty(&record).unwrap()
}

#[test]
fn every_learner_goes_on_to_the_same_bits_on_any_number_of_threads() {
    let mut proved = BTreeSet::new();
    for &(name, overrides) in CONFIGS {
        let prepared = prepared(name, overrides);
        proved.insert(prepared.learner.kind());
        let on = |threads, cut| {
            let run = machine::in_pool(threads, || learned(&prepared, cut));
            run.unwrap_or_else(|failure| panic!("{failure}"))
        };
        let whole = on(1, None);
        let place = format!("{name} {overrides:?}");
        assert!(on(2, None) == whole, "{place}: 2 threads change the bits");
        assert!(on(3, None) == whole, "{place}: 3 threads change the bits");
        for cut in 1..=whole.2.min(CUTS) {
            let (weights, record, _) = on(1 + cut, Some(cut));
            assert_eq!(record, whole.1, "{place}, cut after pass {cut}");
            assert!(weights == whole.0, "{place}, cut after pass {cut}");
        }
    }
    // What layer `rbf` takes from its data is proved there too, and is no learner.
    let kinds = learners::proofs().into_iter().map(|(kind, _)| kind);
    let all: BTreeSet<_> = kinds.filter(|kind| *kind != "rbf").collect();
    assert_eq!(proved, all, "a learner without a config here");
}
