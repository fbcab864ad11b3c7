//! Inputs that choose from a table are its rows: integers from 0 on.

use datasets::{Dataset, Samples};
use ndarray::Array2;
use spec::Problem;
use spec::model::PlannedLayer;

/// Samples looked at at a time.
const AT_A_TIME: usize = 1000;

/// Finds an input that is no row of the table, where the first layer has one.
pub fn check(plan: &[PlannedLayer], dataset: &Dataset) -> Result<(), Problem> {
    let first = plan.first().map(|layer| &layer.spec);
    let Some((spec, tokens)) = first.and_then(|spec| Some((spec, spec.layer().tokens()?))) else {
        return Ok(());
    };
    let kind = spec.kind();
    for (part, samples) in [("training", &dataset.train), ("test", &dataset.test)] {
        if let Some((sample, feature, value)) = first_wrong(samples, tokens) {
            let reason = format!(
                "feature {feature} of {part} sample {sample} is {value}, but the inputs of an {kind} \
                 of {tokens} tokens are integers from 0 to {}",
                tokens - 1
            );
            let key = format!("model.layers.0.{kind}.tokens");
            let hint = "more tokens, data without scaling, or another first layer";
            return Err(Problem::new(key, reason).hint(hint));
        }
    }
    Ok(())
}

/// Sample, feature and value of the first input that is no integer below `tokens`.
fn first_wrong(samples: &Samples, tokens: usize) -> Option<(usize, usize, f64)> {
    let all: Vec<usize> = (0..samples.len()).collect();
    for rows in all.chunks(AT_A_TIME) {
        let mut x = Array2::<f64>::zeros((rows.len(), samples.width()));
        samples.gather(rows, x.view_mut());
        let is_token = |value: f64| value.fract() == 0.0 && (0.0..tokens as f64).contains(&value);
        let mut values = x.indexed_iter();
        if let Some(((row, feature), value)) = values.find(|(_, value)| !is_token(**value)) {
            return Some((rows[row], feature, *value));
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
        let wrong = |value: f64| {
            let features = Features::Values(array![[0.0, 1.0], [4.0, value]]);
            let samples = Samples::new(features, Targets::Classes(vec![0, 1]));
            first_wrong(&samples, 5)
        };
        assert_eq!(wrong(4.0), None);
        assert_eq!(wrong(5.0), Some((1, 1, 5.0)));
        assert_eq!(wrong(0.5), Some((1, 1, 0.5)));
        assert_eq!(wrong(-1.0), Some((1, 1, -1.0)));
        assert!(wrong(f64::NAN).is_some());
    }
}
