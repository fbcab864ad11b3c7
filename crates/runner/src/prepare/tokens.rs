//! Inputs that choose from a table are its rows: integers from 0 on.

use datasets::{Dataset, Samples};
use ndarray::Array2;
use spec::Problem;
use spec::model::PlannedLayer;

/// Samples looked at at a time.
const AT_A_TIME: usize = 1000;

/// Finds an input that is no row of its table, where the first layer has tables: of each equal part
/// of a sample its own.
pub fn check(plan: &[PlannedLayer], dataset: &Dataset) -> Result<(), Problem> {
    check_part(plan, "training", &dataset.train)?;
    check_part(plan, "test", &dataset.test)
}

/// The same of samples that are called by this name.
pub fn check_part(plan: &[PlannedLayer], part: &str, samples: &Samples) -> Result<(), Problem> {
    let Some(spec) = plan.first().map(|layer| &layer.spec) else {
        return Ok(());
    };
    let (kind, tokens) = (spec.kind(), spec.layer().tokens());
    let Some(wrong) = first_wrong(samples, &tokens) else {
        return Ok(());
    };
    let Wrong {
        sample,
        feature,
        value,
        tokens,
        ..
    } = wrong;
    let reason = format!(
        "feature {feature} of {part} sample {sample} is {value}, but the inputs of an embedding of \
         {tokens} tokens are integers from 0 to {}",
        tokens - 1
    );
    let key = match spec.layer().inside().get(wrong.part) {
        None => format!("model.layers.0.{kind}.tokens"),
        Some((name, _)) => format!("model.layers.0.{kind}.{name}.0.embedding.tokens"),
    };
    let hint = "more tokens, data without scaling, or another first layer";
    Err(Problem::new(key, reason).hint(hint))
}

/// An input that is no row of its table.
#[derive(Debug, PartialEq)]
struct Wrong {
    sample: usize,
    feature: usize,
    /// The part of the sample that the feature is in.
    part: usize,
    value: f64,
    /// Rows of the table.
    tokens: usize,
}

/// The first input that is no integer below the `tokens` of its part of the sample.
fn first_wrong(samples: &Samples, tokens: &[usize]) -> Option<Wrong> {
    let all: Vec<usize> = (0..samples.len()).collect();
    let of_part = samples.width().div_ceil(tokens.len().max(1));
    for rows in all.chunks(AT_A_TIME).filter(|_| !tokens.is_empty()) {
        let mut x = Array2::<f64>::zeros((rows.len(), samples.width()));
        samples.gather(rows, x.view_mut());
        let wrong = |((row, feature), &value): ((usize, usize), &f64)| {
            let part = feature / of_part;
            let fine = value.fract() == 0.0 && (0.0..tokens[part] as f64).contains(&value);
            (!fine).then(|| Wrong {
                sample: rows[row],
                feature,
                part,
                value,
                tokens: tokens[part],
            })
        };
        if let Some(wrong) = x.indexed_iter().find_map(wrong) {
            return Some(wrong);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use datasets::{Features, Targets};
    use ndarray::array;

    #[test]
    fn only_integers_of_the_table_are_tokens() {
        let wrong = |value: f64, tokens: &[usize]| {
            let features = Features::Values(array![[0.0, 1.0], [4.0, value]]);
            let samples = Samples::new(features, Targets::Classes(vec![0, 1]));
            let wrong = first_wrong(&samples, tokens)?;
            Some((wrong.sample, wrong.feature, wrong.part, wrong.tokens))
        };
        assert_eq!(wrong(4.0, &[5]), None);
        assert_eq!(wrong(5.0, &[5]), Some((1, 1, 0, 5)));
        assert_eq!(wrong(0.5, &[5]), Some((1, 1, 0, 5)));
        assert_eq!(wrong(-1.0, &[5]), Some((1, 1, 0, 5)));
        assert!(wrong(f64::NAN, &[5]).is_some());
        assert_eq!(wrong(9.0, &[]), None, "inputs are numbers");
        assert_eq!(wrong(6.0, &[5, 7]), None);
        assert_eq!(wrong(3.0, &[5, 3]), Some((1, 1, 1, 3)));
        assert_eq!(wrong(1.0, &[4, 2]), Some((1, 0, 0, 4)));
    }
}
