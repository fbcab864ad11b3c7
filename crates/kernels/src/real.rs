//! The float types that everything is generic over.

use ndarray::NdFloat;

/// A float type: `f32` trains, `f64` proves.
pub trait Real: NdFloat + bytemuck::Pod + std::iter::Sum {
    /// Its name in Rust.
    const NAME: &'static str;
    /// The nearest value of this type.
    fn of(value: f64) -> Self;
    /// The same value as f64.
    fn f64(self) -> f64;
}

impl Real for f32 {
    const NAME: &'static str = "f32";

    fn of(value: f64) -> Self {
        value as f32
    }

    fn f64(self) -> f64 {
        f64::from(self)
    }
}

impl Real for f64 {
    const NAME: &'static str = "f64";

    fn of(value: f64) -> Self {
        value
    }

    fn f64(self) -> f64 {
        self
    }
}
