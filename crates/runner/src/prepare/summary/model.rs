//! The layers of a model as a table: shapes, parameters, multiply-adds, memory.
//!
//! Layers inside a block stand below it, indented, by their places in it; what stands in the line
//! of a block is that of all its layers together.

use spec::model::PlannedLayer;

use crate::memory;
use crate::prepare::Count;

/// A line of the table: what stands on the left, and five columns of figures.
type Row = [String; 6];

/// The titles of the columns.
const TITLES: [&str; 6] = [
    "layer",
    "output",
    "parameters",
    "mult-adds",
    "memory",
    "batch",
];

/// The table, for batches of so many samples, and what its columns mean.
pub(super) fn lines(plan: &[PlannedLayer], batch: usize) -> Vec<String> {
    let mut rows = vec![TITLES.map(String::from)];
    for layer in plan {
        add(layer, &layer.name, 0, batch, &mut rows);
    }
    rows.push(total(plan, batch));
    let mut lines = aligned(&rows);
    let samples = match batch {
        1 => "1 sample".into(),
        samples => format!("{samples} samples"),
    };
    let fixed = match plan.iter().map(Count::of).sum::<Count>().fixed {
        0 => String::new(),
        fixed => format!("{fixed} more parameters are fixed; "),
    };
    lines.push(format!(
        "  {fixed}mult-adds of 1 sample, memory of parameters and of a batch of {samples}"
    ));
    lines
}

/// A row for a layer; those inside it follow. `name` is that of its place in the block around it.
fn add(layer: &PlannedLayer, name: &str, depth: usize, batch: usize, rows: &mut Vec<Row>) {
    rows.push([
        format!("{}{name}  {}", "  ".repeat(depth), layer.spec.kind()),
        shape(&layer.output),
        parameters(Count::of(layer)),
        unless_none(layer.multiply_adds, layer.multiply_adds.to_string()),
        bytes(memory::of_values(layer)),
        bytes(memory::of_activations(layer, batch)),
    ]);
    for inside in layer.chains.iter().flatten() {
        let place = inside
            .name
            .strip_prefix(&layer.name)
            .unwrap_or(&inside.name);
        let place = place.trim_start_matches('.');
        let place = place.strip_prefix("layers.").unwrap_or(place);
        add(inside, place, depth + 1, batch, rows);
    }
}

fn total(plan: &[PlannedLayer], batch: usize) -> Row {
    let multiply_adds: usize = plan.iter().map(|layer| layer.multiply_adds).sum();
    let values = plan.iter().map(memory::of_values).sum();
    let activations = plan
        .iter()
        .map(|layer| memory::of_activations(layer, batch));
    [
        "in all".into(),
        String::new(),
        plan.iter()
            .map(Count::of)
            .sum::<Count>()
            .learned
            .to_string(),
        multiply_adds.to_string(),
        bytes(values),
        bytes(activations.sum()),
    ]
}

/// `6x28x28`.
fn shape(shape: &[usize]) -> String {
    let sides: Vec<String> = shape.iter().map(usize::to_string).collect();
    sides.join("x")
}

fn parameters(count: Count) -> String {
    match count {
        Count { learned, fixed: 0 } => unless_none(learned, learned.to_string()),
        Count { learned: 0, fixed } => format!("{fixed} fixed"),
        Count { learned, fixed } => format!("{learned}+{fixed} fixed"),
    }
}

fn bytes(bytes: f64) -> String {
    unless_none(bytes as usize, memory::size(bytes))
}

fn unless_none(count: usize, text: String) -> String {
    match count {
        0 => String::new(),
        _ => text,
    }
}

/// Columns side by side: the first to the left, all others to the right.
fn aligned(rows: &[Row]) -> Vec<String> {
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max();
    let widths: Vec<usize> = (0..TITLES.len()).filter_map(width).collect();
    let line = |row: &Row| {
        let mut line = format!("  {:<width$}", row[0], width = widths[0]);
        for (text, width) in row.iter().zip(&widths).skip(1) {
            line += &format!("  {text:>width$}");
        }
        line.trim_end().to_string()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use spec::initializer::Initializer;
    use spec::model::{LayerSpec, LinearSpec, ModelSpec, ResidualSpec, SquaredDistanceSpec};

    #[test]
    fn layers_of_a_block_are_indented_and_fixed_parameters_counted_apart() {
        let block = ResidualSpec {
            layers: vec![LayerSpec::Linear(LinearSpec::new(4)), LayerSpec::Tanh],
            shortcut: Vec::new(),
            name: None,
        };
        let squared_distance = SquaredDistanceSpec {
            units: 3,
            name: None,
            centers: Initializer::Signs,
            learning_rate: 0.0,
        };
        let layers = vec![
            LayerSpec::Flatten,
            LayerSpec::Residual(block),
            LayerSpec::SquaredDistance(squared_distance),
        ];
        let plan = ModelSpec::new(layers).plan(&[1, 2, 2]).unwrap();
        let wanted = [
            "  layer                output  parameters  mult-adds  memory  batch",
            "  0  flatten                4                                 160 B",
            "  1  residual               4          20         16    80 B  480 B",
            "    0  linear               4          20         16    80 B  160 B",
            "    1  tanh                 4                                 160 B",
            "  2  squared_distance       3    12 fixed         12    48 B  120 B",
            "  in all                               20         28   128 B  760 B",
            "  12 more parameters are fixed; mult-adds of 1 sample, memory of parameters and of a \
             batch of 10 samples",
        ];
        assert_eq!(lines(&plan, 10), wanted);
    }
}
