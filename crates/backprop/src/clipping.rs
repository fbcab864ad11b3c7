//! Bounds of the gradients. To be written.

use spec::Real;
use spec::training::ClipSpec;

/// Bounds the gradients of all parameters.
pub fn clip<T: Real>(_: ClipSpec, _: &mut [T]) {
    todo!()
}
