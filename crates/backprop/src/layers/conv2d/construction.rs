//! A convolution as planned: its sizes and buffers.

use contract::{Real, aligned_zeros};
use spec::model::{Conv2dSpec, Pair, PlannedLayer};

use super::{Buffers, Conv2d, Sizes};
use crate::layers::Linear;
use kernels::matmul::shifted::{Panels, SLACK};
use kernels::phase_layout::{PhaseLayout, Side};

/// Numbers of x and dy that a chunk of samples may have: dw goes over them once for each tile, so
/// they should stay in the second cache.
const CHUNK: usize = 1 << 15;

impl<T: Real> Conv2d<T> {
    /// The planned layer.
    pub fn new(planned: &PlannedLayer, spec: &Conv2dSpec) -> Self {
        let [channels, height, width] = planned.image();
        let groups = spec.groups;
        let sizes = Sizes {
            groups,
            maps_in: channels / groups,
            maps_out: spec.channels / groups,
            kernel: spec.kernel.height * spec.kernel.width,
            outputs: planned.outputs() / spec.channels,
            biases: planned.parameters.get(1).map_or(0, |bias| bias.len()) / spec.channels,
        };
        let whole = [spec.kernel.height, spec.kernel.width] == [height, width];
        let plain = spec.padding == Pair::default() && spec.dilation == Pair::from(1);
        let linear = whole && plain && groups == 1;
        let layout = layout(planned, spec);
        let input_gathers = layout.input_gathers(sizes.maps_out);
        let most = input_gathers
            .iter()
            .map(|gather| gather.places)
            .max()
            .unwrap_or(0);
        let wide_rows = spec.channels * layout.wide_row();
        let chunk = (CHUNK / (layout.image() + wide_rows)).clamp(1, 8);
        let buffers = Buffers {
            forward: vec![Panels::default(); groups],
            backward: vec![Panels::default(); groups * input_gathers.len()],
            x: aligned_zeros(chunk * layout.image()),
            y: aligned_zeros(spec.channels * (layout.wide() + SLACK)),
            dy: aligned_zeros(chunk * wide_rows),
            dx: aligned_zeros(sizes.maps_in * (most + SLACK)),
        };
        Self {
            sizes,
            offsets: layout.offsets(sizes.maps_in),
            input_gathers,
            layout,
            buffers,
            chunk,
            padding_value: T::of(spec.padding_value),
            linear: linear.then(|| Linear::new(planned.inputs(), spec.channels, spec.bias)),
        }
    }
}

/// The layout of the images of a planned convolution.
fn layout(planned: &PlannedLayer, spec: &Conv2dSpec) -> PhaseLayout {
    let [maps, height, width] = planned.image();
    let &[_, h_out, w_out] = planned.output.as_slice() else {
        panic!("{}: a convolution gives images", planned.name);
    };
    let down = Side {
        size: height,
        stride: spec.stride.height,
        padding: spec.padding.height,
        dilation: spec.dilation.height,
        kernel: spec.kernel.height,
        out: h_out,
    };
    let across = Side {
        size: width,
        stride: spec.stride.width,
        padding: spec.padding.width,
        dilation: spec.dilation.width,
        kernel: spec.kernel.width,
        out: w_out,
    };
    PhaseLayout::new(maps, down, across)
}
