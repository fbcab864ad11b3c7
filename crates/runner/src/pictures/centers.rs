//! The centres of Gaussian units as images.

use contract::NamedTensors;
use learners::rbf;
use spec::model::LayerSpec;

use super::kind::{Drawn, Kind};
use super::subject::Subject;
use crate::prepare::PreparedNetwork;

/// Of Gaussian units on images.
pub const KIND: Kind = Kind {
    name: "centers",
    title: "Centres",
    shows: "the centres of an `rbf` layer that sees images",
    draw,
};

fn draw(subject: &Subject<'_>) -> Drawn {
    let (Some(network), Some(weights)) = (subject.network(), subject.weights) else {
        return Ok(None);
    };
    let caption = format!(
        "{}: the centres of its Gaussian units as images.",
        subject.name()
    );
    Ok(svg(network, weights).map(|svg| KIND.picture(caption, svg)))
}

/// A sheet of the centres of an `rbf` layer that sees the pixels of images; none of any other
/// network.
fn svg(network: &PreparedNetwork, weights: &NamedTensors<f64>) -> Option<String> {
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
