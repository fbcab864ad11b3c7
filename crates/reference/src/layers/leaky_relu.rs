//! y = x where x > 0, else slope · x. Burn's own has derivative 1 at 0.

use spec::model::LeakyReluSpec;

use super::pointwise;
use crate::layer::Layer;

pub(super) fn layer(leaky: &LeakyReluSpec) -> Box<dyn Layer> {
    let slope = leaky.slope;
    pointwise::layer(move |x| {
        let scaled = x.clone().mul_scalar(slope);
        x.clone().mask_where(x.lower_equal_scalar(0.0), scaled)
    })
}
