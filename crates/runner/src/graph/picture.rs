//! The graph as a picture: on the line out of each node the value that goes forward above, the
//! gradient that comes back below. Where several nodes read it, the gradient is the sum of what
//! stands on their edges.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use learners::graph::Operation;

use super::layout::{Edge, Layout, Point};
use super::{Drawing, shown};

const VALUE: RGBColor = RGBColor(0, 130, 60);
const GRADIENT: RGBColor = RGBColor(220, 50, 32);
const COLUMN: f64 = 180.0;
const ROW: f64 = 60.0;
/// From the middle of a node to the end of the line that leads out of it.
const STUB: i32 = 100;
/// Around the picture.
const MARGIN: f64 = 60.0;
/// Half the height of a node.
const HALF: i32 = 17;
/// Half the width of a letter.
const LETTER: i32 = 5;

type Error = Box<dyn std::error::Error>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Pixel = (i32, i32);

/// The SVG.
///
/// # Errors
/// When it cannot be drawn.
pub fn svg(drawing: &Drawing<'_>) -> Result<String, Error> {
    let layout = Layout::of(drawing.graph);
    let ends = layout
        .nodes
        .iter()
        .chain(layout.edges.iter().flat_map(|edge| &edge.path));
    let rows = ends.map(|point| point.1).fold(0.0, f64::max);
    let columns = layout.nodes.iter().map(|point| point.0).max().unwrap_or(0);
    let width = 2.0 * MARGIN + (columns + 1) as f64 * COLUMN;
    let height = 2.0 * MARGIN + rows * ROW;
    let mut text = String::new();
    {
        let size = (width as u32, height as u32);
        let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
        area.fill(&WHITE)?;
        for edge in &layout.edges {
            let mut others = layout.edges.iter().filter(|other| other.from == edge.from);
            draw_edge(&area, drawing, edge, others.nth(1).is_none())?;
        }
        for (node, place) in layout.nodes.iter().enumerate() {
            draw_stub(&area, drawing, node, pixel(*place))?;
            draw_node(&area, drawing, node, pixel(*place))?;
        }
        area.present()?;
    }
    Ok(text)
}

fn pixel((column, row): Point) -> Pixel {
    let x = MARGIN + column as f64 * COLUMN;
    (x as i32, (MARGIN + row * ROW) as i32)
}

/// What stands in a node.
fn symbol(drawing: &Drawing<'_>, node: usize) -> String {
    match &drawing.graph.nodes()[node].operation {
        Operation::Infix(operator) => operator.to_string(),
        Operation::Negative => "-".into(),
        Operation::Call(function) => (*function).into(),
        Operation::Number(number) => shown(*number, 4),
        Operation::Name(name) => name.clone(),
    }
}

/// Half its width.
fn half(drawing: &Drawing<'_>, node: usize) -> i32 {
    let letters = symbol(drawing, node).chars().count() as i32;
    HALF.max(8 + LETTER * letters)
}

fn draw_node(
    area: &Area<'_>,
    drawing: &Drawing<'_>,
    node: usize,
    (x, y): Pixel,
) -> Result<(), Error> {
    let line = BLACK.stroke_width(1);
    match &drawing.graph.nodes()[node].operation {
        Operation::Infix(_) | Operation::Negative => {
            area.draw(&Circle::new((x, y), HALF, line))?;
        }
        Operation::Call(_) => {
            let half = half(drawing, node);
            area.draw(&Rectangle::new(
                [(x - half, y - HALF), (x + half, y + HALF)],
                line,
            ))?;
        }
        Operation::Number(_) | Operation::Name(_) => {}
    }
    write(area, &symbol(drawing, node), (x, y), VPos::Center, BLACK)
}

/// An edge; where its node has several readers, with what comes back along this one.
fn draw_edge(
    area: &Area<'_>,
    drawing: &Drawing<'_>,
    edge: &Edge,
    alone: bool,
) -> Result<(), Error> {
    let mut path: Vec<Pixel> = edge.path.iter().copied().map(pixel).collect();
    let end = path.len() - 1;
    path[0].0 += STUB;
    path[end].0 -= half(drawing, edge.to);
    let part = drawing.gradients.along(edge.to, edge.input);
    if let Some(part) = part.filter(|_| !alone) {
        let (from, to) = (path[end - 1], path[end]);
        let (width, height) = (to.0 - from.0, to.1 - from.1);
        let middle = (from.0 + width * 3 / 5, from.1 + height * 3 / 5);
        // A steep line is as wide as a text is high.
        let slope = f64::from(height.abs()) / f64::from(width.max(1));
        let away = 3 + (slope * 12.0).min(16.0) as i32;
        let (y, side) = match edge.input {
            0 => (middle.1 - away, VPos::Bottom),
            _ => (middle.1 + away, VPos::Top),
        };
        write(area, &shown(part, 4), (middle.0, y), side, GRADIENT)?;
    }
    area.draw(&PathElement::new(path, BLACK.stroke_width(1)))?;
    Ok(())
}

/// What leads out of a node: its value above, the gradient that arrived at it below.
fn draw_stub(
    area: &Area<'_>,
    drawing: &Drawing<'_>,
    node: usize,
    (x, y): Pixel,
) -> Result<(), Error> {
    let (from, to) = (x + half(drawing, node), x + STUB);
    let middle = from.midpoint(to);
    let value = shown(drawing.values.of(node), 4);
    write(area, &value, (middle, y - 3), VPos::Bottom, VALUE)?;
    if !drawing.graph.nodes()[node].constant {
        let gradient = shown(drawing.gradients.of(node), 4);
        write(area, &gradient, (middle, y + 3), VPos::Top, GRADIENT)?;
    }
    area.draw(&PathElement::new(
        [(from, y), (to, y)],
        BLACK.stroke_width(1),
    ))?;
    Ok(())
}

fn write(
    area: &Area<'_>,
    text: &str,
    at: Pixel,
    vertical: VPos,
    colour: RGBColor,
) -> Result<(), Error> {
    let place = Pos::new(HPos::Center, vertical);
    let style = ("sans-serif", 15).into_font().color(&colour).pos(place);
    area.draw_text(text, &style, at)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use learners::graph::Graph;

    #[test]
    fn each_node_shows_its_value_and_its_gradient() {
        let graph = Graph::parse("sigmoid(w*x)").unwrap();
        let values = graph.forward(&[("w", 2.0), ("x", 0.5)]).unwrap();
        let drawing = Drawing {
            graph: &graph,
            gradients: graph.backward(&values).unwrap(),
            values,
        };
        let svg = svg(&drawing).unwrap();
        // w, x, the product, f; then the gradients of w, x, the product.
        for text in [
            ">\n2\n<", "0.5", "sigmoid", "0.7311", "0.0983", "0.3932", "0.1966",
        ] {
            assert!(svg.contains(text), "{text} is not in {svg}");
        }
    }
}
