//! When training ends, and ways out of a local minimum.

use crate::support::{GOOD, changed, parse, refuse};

#[test]
fn impossible_ends_are_refused() {
    refuse(&[
        (
            "epochs = 3",
            "epochs = 3\nstopping = { patience = { epochs = 0 } }",
            "a.toml:19:36: training.stopping.patience.epochs: 0 epochs end every training at once; 1 or more",
        ),
        (
            "epochs = 3",
            "epochs = 3\nvalidation = { samples = 0.0 }",
            "a.toml:19:26: training.validation.samples: 0 is neither a share nor a number of samples; above 0 and below 1, or a whole number",
        ),
        (
            "epochs = 3",
            "epochs = 3\nvalidation = { samples = 1.5 }",
            "a.toml:19:26: training.validation.samples: 1.5 is neither a share nor a number of samples; above 0 and below 1, or a whole number",
        ),
        (
            "epochs = 3",
            "epochs = 3\nstopping = { plateau = { epochs = 0, change = 0.1 } }",
            "a.toml:19:35: training.stopping.plateau.epochs: 0 epochs end every training at once; 1 or more",
        ),
        (
            "epochs = 3",
            "epochs = 3\nstopping = { plateau = { epochs = 1, change = 0.0 } }",
            "a.toml:19:47: training.stopping.plateau.change: 0 is not a possible change; above 0",
        ),
        (
            "epochs = 3",
            "epochs = 3\nstopping = { plateau = { epochs = 1 } }",
            "a.toml:19:24: missing key `change`; add `change = ...` here, or give it: --set training.stopping.plateau.change=...",
        ),
    ]);
}

#[test]
fn impossible_escapes_are_refused() {
    refuse(&[
        (
            "epochs = 3",
            "epochs = 3\nescapes = [\"plain\", { restarts = { runs = 0 } }]",
            "a.toml:19:43: training.escapes.1.restarts.runs: 0 is not a possible number of runs; 1 to 100000",
        ),
        (
            "epochs = 3",
            "epochs = 3\nescapes = [\"plain\", { annealing = { temperature = 0.0, cooling = 0.9, std = 0.1 } }]",
            "a.toml:19:51: training.escapes.1.annealing.temperature: 0 is not a possible temperature; above 0",
        ),
        (
            "epochs = 3",
            "epochs = 3\nescapes = [\"plain\", { annealing = { temperature = 1.0, cooling = 1.1, std = 0.1 } }]",
            "a.toml:19:66: training.escapes.1.annealing.cooling: 1.1 is not a possible cooling; above 0 and at most 1",
        ),
        (
            "epochs = 3",
            "epochs = 3\nescapes = [\"plain\", { annealing = { temperature = 1.0, cooling = 0.9, std = inf } }]",
            "a.toml:19:77: training.escapes.1.annealing.std: inf is not a possible std; above 0",
        ),
        (
            "epochs = 3",
            "epochs = 3\nescapes = [\"plain\", { perturbation = { epochs = 0, change = 0.1, std = 0.1 } }]",
            "a.toml:19:49: training.escapes.1.perturbation.epochs: 0 is not a possible number of epochs; 1 to 100000",
        ),
        (
            "epochs = 3",
            "epochs = 3\nescapes = [\"plain\", { perturbation = { epochs = 1, change = 0.0, std = 0.1 } }]",
            "a.toml:19:61: training.escapes.1.perturbation.change: 0 is not a possible change; above 0",
        ),
        (
            "epochs = 3",
            "epochs = 3\nescapes = [\"plain\", { perturbation = { epochs = 1, change = 0.1, std = -1.0 } }]",
            "a.toml:19:72: training.escapes.1.perturbation.std: -1 is not a possible std; above 0",
        ),
        (
            "epochs = 3",
            "epochs = 3\nescapes = [\"plain\", { evolution = { population = 0, parents = 1, std = 0.1 } }]",
            "a.toml:19:50: training.escapes.1.evolution.population: 0 is not a possible number of children; 1 to 100000",
        ),
        (
            "epochs = 3",
            "epochs = 3\nescapes = [\"plain\", { evolution = { population = 5, parents = 0, std = 0.1 } }]",
            "a.toml:19:63: training.escapes.1.evolution.parents: 0 is not a possible number of parents; 1 to 100000",
        ),
        (
            "epochs = 3",
            "epochs = 3\nescapes = [\"plain\", { evolution = { population = 5, parents = 6, std = 0.1 } }]",
            "a.toml:19:63: training.escapes.1.evolution.parents: 6 parents of 5 children; at most population",
        ),
        (
            "epochs = 3",
            "epochs = 3\nescapes = [\"plain\", { evolution = { population = 5, parents = 5, std = 0.0 } }]",
            "a.toml:19:72: training.escapes.1.evolution.std: 0 is not a possible std; above 0",
        ),
        (
            "epochs = 3",
            "epochs = 3\nescapes = \"plain\"",
            "a.toml:19:11: training.escapes: expected a list, found \"plain\"; in brackets: [\"plain\"]",
        ),
    ]);
}

#[test]
fn a_step_learns_by_evolution_alone() {
    let evolution = "{ evolution = { population = 9, parents = 3, std = 0.1 } }";
    let block = "{ residual = { layers = [\"step\"] } }";
    for layer in ["\"step\"", block] {
        let text = changed("{ leaky_relu = { slope = 0.1 } }", layer);
        for escapes in ["", "\"plain\"", &format!("{evolution}, \"plain\"")] {
            let set = format!("training.escapes=[{escapes}]");
            let error = parse(&text, &[&set]).map(|config| config.experiment);
            assert_eq!(
                error.unwrap_err(),
                "a.toml:13:5: model.layers.1: a step has no derivative to learn by; use sigmoid, or train without gradients: training.escapes = [{ evolution = { ... } }]",
                "{set}"
            );
        }
        assert!(parse(&text, &[&format!("training.escapes=[{evolution}]")]).is_ok());
    }
}

#[test]
fn a_step_may_stand_behind_layers_that_stay_as_they_are() {
    let fixed = "units = 4, learning_rate = 0.0, ";
    let text = changed("units = 4, ", fixed);
    let behind = text.replace("{ leaky_relu = { slope = 0.1 } }", "\"step\"");
    assert!(parse(&behind, &[]).is_ok());
    // Nothing learns, and that is as it was asked for.
    assert!(parse(&behind, &["model.layers.2.linear.learning_rate=0.0"]).is_ok());
    let error = parse(&behind, &["model.layers+=step"]);
    let error = error.map(|config| config.experiment).unwrap_err();
    assert!(
        error.contains("model.layers.3: a step has no derivative"),
        "{error}"
    );
}

#[test]
fn averaged_weights_come_back_where_no_others_do() {
    let averaging = "training.averaging=true";
    assert!(parse(GOOD, &[averaging]).is_ok());
    let batch_norm = changed("{ leaky_relu = { slope = 0.1 } }", "{ batch_norm = {} }");
    for (text, set, reason) in [
        (
            GOOD,
            "training.escapes=[\"plain\"]",
            "training.escapes end with the best weights, not with their mean; leave one of them out",
        ),
        (
            GOOD,
            "training.stopping.patience.epochs=2",
            "training.stopping.patience ends with the best weights, not their mean; leave one of \
             them out",
        ),
        (
            &batch_norm,
            "seed=2",
            "the running statistics of layer 1 (batch_norm) are those of the last weights, not of \
             their mean; leave it out, or use layer_norm",
        ),
    ] {
        let refused = parse(text, &[averaging, set]).map(|config| config.experiment);
        let message = format!("--set {averaging}: training.averaging: {reason}");
        assert_eq!(refused.unwrap_err(), message);
    }
}

#[test]
fn the_pocket_comes_back_where_no_other_weights_do() {
    let pocket = "training.pocket=true";
    assert!(parse(GOOD, &[pocket]).is_ok());
    for (other, set) in [
        ("averaging", "training.averaging=true"),
        ("escapes", "training.escapes=[\"plain\"]"),
        (
            "stopping.patience",
            "training.stopping.patience={ epochs = 2, measure = \"test_loss\" }",
        ),
    ] {
        let refused = parse(GOOD, &[pocket, set]).map(|config| config.experiment);
        let message = format!(
            "--set {pocket}: training.pocket: training.{other} brings other weights back than those \
             in the pocket; leave one of them out"
        );
        assert_eq!(refused.unwrap_err(), message);
    }
}

#[test]
fn without_epochs_it_is_only_measured_and_nothing_may_learn() {
    let none = "training.epochs=0";
    let fixed = [
        none,
        "model.layers.0.linear.learning_rate=0.0",
        "model.layers.2.linear.learning_rate=0.0",
    ];
    assert!(parse(GOOD, &fixed).is_ok());
    let refused = parse(GOOD, &fixed[..2]).map(|config| config.experiment);
    let message = "--set training.epochs=0: training.epochs: 0 epochs train nothing; 1 or more";
    assert_eq!(refused.unwrap_err(), message);
    for (key, set) in [
        ("averaging", "training.averaging=true"),
        ("pocket", "training.pocket=true"),
        ("escapes", "training.escapes=[\"plain\"]"),
        (
            "stopping",
            "training.stopping.plateau={ epochs = 2, change = 0.1 }",
        ),
    ] {
        let sets = [&fixed[..], &[set]].concat();
        let refused = parse(GOOD, &sets).map(|config| config.experiment);
        let reason = format!(
            "training.{key}: with 0 epochs there are no updates that it could be about; leave it out"
        );
        let found = refused.unwrap_err();
        assert!(found.ends_with(&reason), "{found}");
    }
}
