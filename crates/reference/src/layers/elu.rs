//! y = x where x > 0, else α (eˣ − 1). Burn's own takes eˣ of every x, and where it overflows the
//! gradient is ∞ · 0.

use spec::model::EluSpec;

use super::pointwise;
use crate::layer::Layer;

pub(super) fn layer(elu: &EluSpec) -> Box<dyn Layer> {
    let alpha = elu.alpha;
    pointwise::layer(move |x| {
        let positive = x.clone().greater_scalar(0.0);
        let negative = x.clone().mask_fill(positive.clone(), 0.0);
        let exponential = negative.exp().sub_scalar(1.0).mul_scalar(alpha);
        exponential.mask_where(positive, x)
    })
}
