//! The centres of Gaussian units as images.

use contract::NamedTensors;
use learners::rbf;
use spec::model::LayerSpec;

use crate::prepare::PreparedNetwork;

/// A sheet of the centres of an `rbf` layer that sees the pixels of images; none of any other
/// network.
pub fn svg(network: &PreparedNetwork, weights: &NamedTensors<f64>) -> Option<String> {
    let &[_, rows, columns] = &network.dataset.sample_shape[..] else {
        return None;
    };
    let changes = |spec: &LayerSpec| !matches!(spec, LayerSpec::Flatten);
    let first = network.plan.iter().find(|layer| changes(&layer.spec))?;
    let LayerSpec::Rbf(_) = first.spec else {
        return None;
    };
    let centers = weights.get(&first.parameters[0].name)?;
    let centers = centers.view().into_dimensionality().ok()?;
    Some(rbf::picture(centers, [rows, columns]))
}
