//! What a logistic regression has found: coefficients with standard errors, and deviances.

use faer::Mat;

use super::{Likelihood, Newton};
use crate::{Data, Findings};

impl Newton {
    /// Coefficients, of two classes with their standard errors, and the deviances.
    pub(super) fn found(&self, data: &Data) -> Vec<Findings> {
        let mut names = vec!["bias".to_string()];
        names.extend(data.inputs.iter().cloned());
        let of_bias = self
            .each(data)
            .map(|(likelihood, _)| likelihood.null_deviance());
        let (deviances, of_bias) = (self.deviances(data), of_bias.collect::<Vec<_>>());
        if let ([deviance], [of_bias]) = (&deviances[..], &of_bias[..]) {
            let deviances = Findings::new("model", &["deviance"])
                .row("this one", &[*deviance])
                .row("bias alone", &[*of_bias]);
            return vec![self.with_errors(data, &names), deviances];
        }
        let classes: Vec<&str> = data.outputs.iter().map(String::as_str).collect();
        let rows = names.iter().zip(self.beta.rows());
        let coefficients = rows.fold(
            Findings::new("coefficient", &classes),
            |found, (name, row)| found.row(name, &row.to_vec()),
        );
        let deviances = Findings::new("deviance", &classes)
            .row("this model", &deviances)
            .row("bias alone", &of_bias);
        vec![coefficients, deviances]
    }

    /// The coefficients of the only output with their standard errors.
    fn with_errors(&self, data: &Data, names: &[String]) -> Findings {
        let (likelihood, beta) = (
            Likelihood::of(data, 0, self.spec.ridge),
            self.beta.column(0),
        );
        let (_, hessian) = likelihood.gradient_and_hessian(beta);
        let identity = Mat::identity(beta.len(), beta.len());
        let covariance = Self::solve(&hessian, &identity);
        let error = |i: usize| covariance.as_ref().map_or(f64::NAN, |c| c[(i, i)].sqrt());
        let titles = ["estimate", "standard error", "z"];
        let rows = names.iter().zip(beta).enumerate();
        rows.fold(
            Findings::new("coefficient", &titles),
            |found, (i, (name, &beta))| found.row(name, &[beta, error(i), beta / error(i)]),
        )
    }
}
