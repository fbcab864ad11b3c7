//! How much each sample counts, where not all count alike.

use std::collections::BTreeMap;

use spec::datasets::ClassWeights;

use crate::dataset::{Dataset, Target};
use crate::error::{DataError, quoted};

/// Multiplies the weight of each sample by that of its class; `key` is the config key.
///
/// "balanced" gives class k the weight `$N / (K N_k)$`, with `$N_k$` of N training samples in it:
/// each of the K classes then counts alike, and all weights together are N.
///
/// # Errors
///
/// When the target is no class, or a class has no weight of its own.
pub(crate) fn weigh_classes(
    dataset: Dataset,
    weights: &ClassWeights,
    key: &'static str,
) -> Result<Dataset, DataError> {
    let Target::Classes { names } = &dataset.target else {
        let remedy = "leave it out, or predict classes";
        return Err(DataError::setting(key, "the target is no class", remedy));
    };
    let of_class = match weights {
        ClassWeights::Balanced => balanced(dataset.train.labels().unwrap_or_default(), names.len()),
        ClassWeights::Each(weights) => each(weights, names, key)?,
    };
    let weigh = |samples: crate::Samples| {
        let labels = samples.labels().unwrap_or_default();
        let weights = labels.iter().map(|&label| of_class[label]).collect();
        samples.weighed(weights)
    };
    let (train, test) = (weigh(dataset.train.clone()), weigh(dataset.test.clone()));
    Ok(dataset.with_parts(train, test))
}

fn balanced(labels: &[usize], classes: usize) -> Vec<f64> {
    let mut counts = vec![0_usize; classes];
    labels.iter().for_each(|&label| counts[label] += 1);
    let weight = |count| labels.len() as f64 / (classes * count) as f64;
    // A class that no training sample shows weighs nothing.
    let weight = |count| if count == 0 { 0.0 } else { weight(count) };
    counts.into_iter().map(weight).collect()
}

fn each(
    weights: &BTreeMap<String, f64>,
    names: &[String],
    key: &'static str,
) -> Result<Vec<f64>, DataError> {
    let differ = |problem: String| {
        let remedy = format!("give each class a weight: {}", quoted(names));
        DataError::setting(key, problem, remedy)
    };
    if let Some(unknown) = weights.keys().find(|name| !names.contains(name)) {
        return Err(differ(format!("there is no class {unknown:?}")));
    }
    let weight = |name: &String| {
        let weight = weights.get(name).copied();
        weight.ok_or_else(|| differ(format!("class {name:?} has no weight")))
    };
    names.iter().map(weight).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{About, Parts};
    use crate::samples::{Features, Samples, Targets};
    use ndarray::Array2;

    const KEY: &str = "dataset.csv.class_weights";

    fn dataset(target: Target, targets: Targets) -> Dataset {
        let samples = Samples::new(Features::Values(Array2::zeros((4, 1))), targets);
        let about = About {
            name: "toy".into(),
            sample_shape: vec![1],
            feature_names: Vec::new(),
            target,
            sources: Vec::new(),
            notes: Vec::new(),
        };
        let (train, test) = (samples.weighed(vec![1.0, 1.0, 1.0, 2.0]), None);
        Dataset::assemble(Parts { train, test }, about)
    }

    fn weighed(weights: &ClassWeights) -> Result<Dataset, String> {
        let names = vec!["no".into(), "yes".into()];
        let data = dataset(
            Target::Classes { names },
            Targets::Classes(vec![0, 0, 0, 1]),
        );
        weigh_classes(data, weights, KEY).map_err(|error| error.to_string())
    }

    fn given(weights: &[(&str, f64)]) -> ClassWeights {
        let named = weights
            .iter()
            .map(|(name, weight)| (name.to_string(), *weight));
        ClassWeights::Each(named.collect())
    }

    #[test]
    fn balanced_classes_count_alike() {
        let data = weighed(&ClassWeights::Balanced).unwrap();
        let two_thirds = 4.0 / 6.0;
        let wanted = [two_thirds, two_thirds, two_thirds, 4.0];
        assert_eq!(data.train.weights(), Some(wanted.as_slice()));
        assert_eq!(data.test.weights(), data.train.weights());
    }

    #[test]
    fn weights_by_name_multiply_those_of_the_samples() {
        let data = weighed(&given(&[("yes", 3.0), ("no", 0.5)])).unwrap();
        assert_eq!(data.train.weights(), Some([0.5, 0.5, 0.5, 6.0].as_slice()));
        let other = weighed(&given(&[("yes", 3.0), ("no", 1.0)])).unwrap();
        assert_ne!(data.checksum, other.checksum);
    }

    #[test]
    fn every_class_and_no_other_needs_a_weight() {
        let remedy = "give each class a weight: \"no\", \"yes\"";
        let wanted = format!("{KEY}: class \"no\" has no weight; {remedy}");
        assert_eq!(weighed(&given(&[("yes", 3.0)])).unwrap_err(), wanted);
        let wanted = format!("{KEY}: there is no class \"maybe\"; {remedy}");
        let three = [("yes", 3.0), ("no", 1.0), ("maybe", 1.0)];
        assert_eq!(weighed(&given(&three)).unwrap_err(), wanted);
        let data = dataset(Target::Real(Vec::new()), Targets::Values(vec![0.0; 4]));
        let error = weigh_classes(data, &ClassWeights::Balanced, KEY).unwrap_err();
        let wanted = format!("{KEY}: the target is no class; leave it out, or predict classes");
        assert_eq!(error.to_string(), wanted);
    }
}
