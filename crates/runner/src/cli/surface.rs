//! What can be typed of surfaces.

use std::path::PathBuf;

use clap::Args;

/// `runner surface`.
#[derive(Debug, Args)]
pub struct SurfaceArguments {
    /// A function of two names: numbers, + - * / ^, parentheses, and sigmoid, tanh, relu, softplus,
    /// exp, log, sqrt, sin, cos, abs, max, min
    #[arg(value_name = "EXPRESSION", allow_hyphen_values = true)]
    pub expression: String,
    /// Where a name begins (both)
    #[arg(long, value_name = "NAME=NUMBER")]
    pub at: Vec<String>,
    /// The learning rate
    #[arg(long, value_name = "NUMBER", default_value = "0.1", value_parser = rate)]
    pub rate: f64,
    /// Steps of gradient descent; 0: the tangent plane alone
    #[arg(long, value_name = "N", default_value = "20", value_parser = steps)]
    pub steps: usize,
    /// The picture
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

fn rate(text: &str) -> Result<f64, String> {
    let number = text.parse().ok();
    let number = number.filter(|number: &f64| *number > 0.0 && number.is_finite());
    number.ok_or_else(|| "expected a number above 0".into())
}

fn steps(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number <= 1000);
    number.ok_or_else(|| "expected 0 to 1000".into())
}
