//! Coefficients that are known beforehand, and how many digits of them were found.

use spec::Problem;

use super::LeastSquares;
use crate::Data;
use crate::linear_algebra::ten;

impl LeastSquares {
    /// The coefficients that the config knows, each with its row of W.
    ///
    /// # Errors
    /// When there is none of such a name.
    pub(super) fn certified(&self, data: &Data) -> Result<Vec<(usize, f64)>, Problem> {
        let names = self.names(data);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let key = "learner.least_squares.certificate";
        if !self.spec.certificate.is_empty() && self.w.ncols() > 1 {
            let reason = format!("it is of one target, and here are {}", self.w.ncols());
            return Err(Problem::new(key, reason).hint("leave it out"));
        }
        let of = |(name, &value): (&String, &f64)| {
            let row = names.iter().position(|known| *known == name);
            row.map(|row| (row, value)).ok_or_else(|| {
                let reason = format!("there is no coefficient of this name: {}", ten(&names));
                Problem::new(format!("{key}.{name}"), reason).hint("use the name of an input")
            })
        };
        self.spec.certificate.iter().map(of).collect()
    }

    /// The digits in which all coefficients agree with the certificate, of the 15 that NIST prints;
    /// NaN without one.
    ///
    /// # Errors
    /// As [`Self::certified`].
    pub(super) fn digits(&self, data: &Data) -> Result<f64, Problem> {
        let of = |(row, wanted): (usize, f64)| {
            let scale = if wanted == 0.0 { 1.0 } else { wanted.abs() };
            let error = (self.w[[row, 0]] - wanted).abs() / scale;
            (-error.log10()).clamp(0.0, 15.0)
        };
        let certified = self.certified(data)?.into_iter();
        Ok(certified.map(of).reduce(f64::min).unwrap_or(f64::NAN))
    }
}
