//! Configs that are taken: the one here and those of the workspace.

use std::fs;
use std::path::{Path, PathBuf};

use spec::training::BatchSize;
use spec::{Config, ImplementationName, Overrides};

use crate::support::{good, parse};

#[test]
fn the_good_config_is_taken() {
    let experiment = good(&[]).experiment;
    assert_eq!(experiment.name, "good");
    assert_eq!(
        experiment.network().unwrap().training.batch_size,
        BatchSize::Samples(8)
    );
    assert_eq!(experiment.network().unwrap().gradient_check.steps, 10);
    let who = [ImplementationName::Backprop, ImplementationName::BurnFlex];
    assert_eq!(experiment.network().unwrap().implementations, who);
}

/// The configs of the workspace.
fn configs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs");
    let entries = fs::read_dir(folder).unwrap();
    let files = entries.map(|entry| entry.unwrap().path());
    let mut configs: Vec<_> = files
        .filter(|file| {
            file.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    configs.sort();
    configs
}

#[test]
fn every_config_of_the_workspace_survives_being_written_out() {
    let configs = configs();
    assert!(!configs.is_empty());
    for file in configs {
        let config = Config::read(&file, &Overrides::default()).unwrap();
        let resolved = config.resolved();
        let again = parse(&resolved, &[]).unwrap();
        assert_eq!(again.experiment, config.experiment, "{resolved}");
    }
}

#[test]
fn every_config_of_the_workspace_is_named_after_its_file_and_says_what_it_shows() {
    for file in configs() {
        let config = Config::read(&file, &Overrides::default()).unwrap();
        assert_eq!(
            file.file_stem().unwrap().to_str(),
            Some(&*config.experiment.name)
        );
        let first = config.text().lines().next().unwrap();
        assert!(first.starts_with("# "), "{}: {first}", file.display());
    }
}

/// The paper counts 9,760 parameters.
#[test]
fn the_network_of_1989_has_its_parameters() {
    let configs = configs();
    let file = configs.iter().find(|file| file.ends_with("lecun1989.toml"));
    let config = Config::read(file.unwrap(), &Overrides::default()).unwrap();
    let plan = config
        .experiment
        .network()
        .unwrap()
        .model
        .plan(&[1, 16, 16])
        .unwrap();
    let counts: Vec<usize> = plan.iter().map(|layer| layer.parameter_count()).collect();
    assert_eq!(counts, [1068, 0, 2592, 0, 0, 5790, 0, 310, 0]);
    assert_eq!(counts.iter().sum::<usize>(), 9760);
}

#[test]
fn a_resolved_config_has_its_overrides_and_defaults() {
    let resolved = good(&["training.epochs=9"]).resolved();
    for part in ["epochs = 9", "shuffle = true", "shuffled", "noise = 0.1"] {
        assert!(resolved.contains(part), "{part} is not in\n{resolved}");
    }
}

#[test]
fn a_config_that_is_not_there_is_told() {
    let error = Config::read(Path::new("no/such.toml"), &Overrides::default())
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("no/such.toml: cannot read the config: "),
        "{error}"
    );
    assert!(
        error.ends_with("; `runner list` shows the configs there are"),
        "{error}"
    );
}
