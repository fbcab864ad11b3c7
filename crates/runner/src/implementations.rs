//! The registry of implementations: who trains, and who bears witness of the gradients.
//!
//! The hand-written implementation is always there. The references are features of this crate, each
//! with its name. What is built in, what is not, and what would build it in is asked here.

#[cfg(any(feature = "burn-ndarray", feature = "burn-flex"))]
mod burn;
#[cfg(not(any(feature = "burn-ndarray", feature = "burn-flex")))]
#[path = "implementations/no_burn.rs"]
mod burn;

pub use burn::gradient;
use contract::{Implementation, Streams};
use spec::model::PlannedLayer;
use spec::training::TrainingSpec;
use spec::{Config, ImplementationName, Problem};

use crate::Failure;

/// burn on both of its devices: what gradients are held against, whoever trains.
pub const REFERENCES: [ImplementationName; 2] = [
    ImplementationName::BurnNdarray,
    ImplementationName::BurnFlex,
];

/// Precisions in which the references bear witness, the exact one first.
pub const PRECISIONS: [&str; 2] = ["f64", "f32"];

/// A number type that every implementation computes in: f32 and f64.
pub trait Number: burn::Element + backprop::Compute {}

impl<T: burn::Element + backprop::Compute> Number for T {}

/// The implementation of that name, every parameter still to be loaded.
///
/// # Errors
/// When it is not built in.
pub fn build<T: Number>(
    name: ImplementationName,
    plan: &[PlannedLayer],
    training: &TrainingSpec,
    streams: Streams,
) -> Result<Box<dyn Implementation<T>>, Failure> {
    let built = match name {
        ImplementationName::Backprop => Some(T::model(plan, training, streams)),
        _ => burn::build(name, plan, training, streams),
    };
    let missing = || {
        let (reason, remedy) = (not_built_in(&[name]), remedy(&[name]));
        Failure::Input(format!("{reason}; {remedy}"))
    };
    built.ok_or_else(missing)
}

/// The references that are built in.
pub fn references() -> Vec<ImplementationName> {
    let mut references = REFERENCES.to_vec();
    references.retain(|&name| burn::is_built_in(name));
    references
}

/// Name of a reference as a witness, with its precision: `burn-flex f64`.
pub fn witness(name: ImplementationName, precision: &str) -> String {
    format!("{} {precision}", name.as_str())
}

/// Finds an implementation of a config that is not built in.
///
/// # Errors
/// [`Failure::Input`] with its place, and with what would build it in.
pub fn expect_built_in(config: &Config) -> Result<(), Failure> {
    // A learner names none.
    let Some(network) = config.experiment.network() else {
        return Ok(());
    };
    let names = &network.implementations;
    let is_missing = |name: &ImplementationName| missing().contains(name);
    let Some(first) = names.iter().position(is_missing) else {
        return Ok(());
    };
    let all: Vec<_> = names.iter().copied().filter(is_missing).collect();
    let key = format!("implementations.{first}");
    let hint = format!("{}, or leave it out", remedy(&all));
    let problem = Problem::new(key, not_built_in(&all)).hint(hint);
    Err(config.locate(problem).into())
}

/// What is to be known of the references that are not built in: they bear no witness. None if all
/// are built in.
pub fn missing_witnesses() -> Option<String> {
    let missing = missing();
    let (reason, remedy) = (not_built_in(&missing), remedy(&missing));
    (!missing.is_empty()).then(|| format!("{reason} and cannot bear witness; {remedy}"))
}

/// The references that are not built in.
fn missing() -> Vec<ImplementationName> {
    let mut missing = REFERENCES.to_vec();
    missing.retain(|&name| !burn::is_built_in(name));
    missing
}

/// At least one implementation.
fn not_built_in(names: &[ImplementationName]) -> String {
    let listed: Vec<_> = names.iter().map(|name| name.as_str()).collect();
    let are = if names.len() == 1 { "is" } else { "are" };
    format!("{} {are} not built into this program", listed.join(" and "))
}

/// What builds these in.
fn remedy(names: &[ImplementationName]) -> String {
    let features: Vec<_> = names.iter().map(|name| name.as_str()).collect();
    format!("build with `--features {}`", features.join(","))
}
