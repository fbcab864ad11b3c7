//! Where the nodes of a graph stand: columns from left to right by the longest path, each input
//! left of what reads it; in a column nothing stands closer than a row.
//!
//! An edge that leads over several columns has a place of its own in each of them, so that it goes
//! through no node (Sugiyama, Tagawa, Toda 1981). Of an expression that is a tree no edges cross.

use learners::graph::Graph;

/// A column, and a row that may be a broken number.
pub type Point = (usize, f64);

/// The places.
pub struct Layout {
    /// Of each node.
    pub nodes: Vec<Point>,
    /// Of each edge, in the order of the nodes and of their inputs.
    pub edges: Vec<Edge>,
}

/// From a node to one that reads it.
pub struct Edge {
    /// The node whose value goes forward.
    pub from: usize,
    /// The node that reads it.
    pub to: usize,
    /// As which of its inputs.
    pub input: usize,
    /// From place to place.
    pub path: Vec<Point>,
}

impl Layout {
    /// Of a graph.
    pub fn of(graph: &Graph) -> Self {
        let mut nodes: Vec<Point> = columns(graph).into_iter().zip(rows(graph)).collect();
        let mut edges = Vec::new();
        for (to, node) in graph.nodes().iter().enumerate() {
            for (input, &from) in node.inputs.iter().enumerate() {
                let doubled = gap(&node.inputs) > 1;
                let aside = if doubled { input as f64 - 0.5 } else { 0.0 };
                let path = line(nodes[from], nodes[to], aside);
                edges.push(Edge {
                    from,
                    to,
                    input,
                    path,
                });
            }
        }
        keep_apart(&mut nodes, &mut edges);
        for edge in &mut edges {
            edge.path[0] = nodes[edge.from];
            let end = edge.path.len() - 1;
            edge.path[end] = nodes[edge.to];
        }
        Self { nodes, edges }
    }
}

/// Columns between a node and its inputs; two edges from the same node need a column to part.
fn gap(inputs: &[usize]) -> usize {
    match inputs {
        [a, b] if a == b => 2,
        _ => 1,
    }
}

/// As far to the left as what it reads allows, then as far to the right as its readers do.
fn columns(graph: &Graph) -> Vec<usize> {
    let nodes = graph.nodes();
    let mut columns: Vec<usize> = Vec::with_capacity(nodes.len());
    for node in nodes {
        let inputs = node.inputs.iter().map(|&input| columns[input]);
        columns.push(inputs.max().map_or(0, |last| last + gap(&node.inputs)));
    }
    for input in (0..nodes.len()).rev() {
        let readers = nodes.iter().zip(&columns);
        let readers = readers.filter(|(node, _)| node.inputs.contains(&input));
        let places = readers.map(|(node, column)| column - gap(&node.inputs));
        columns[input] = places.min().unwrap_or(columns[input]);
    }
    columns
}

/// Names and numbers below each other in their order, every other node between those it reads.
fn rows(graph: &Graph) -> Vec<f64> {
    let mut rows: Vec<f64> = Vec::new();
    let mut next = 0.0;
    for node in graph.nodes() {
        if node.inputs.is_empty() {
            rows.push(next);
            next += 1.0;
        } else {
            let sum: f64 = node.inputs.iter().map(|&input| rows[input]).sum();
            rows.push(sum / node.inputs.len() as f64);
        }
    }
    rows
}

/// A place in each column from one node to another; those between them may lie to one side.
fn line(from: Point, to: Point, aside: f64) -> Vec<Point> {
    let columns = (to.0 - from.0) as f64;
    let place = |column: usize| {
        let row = from.1 + (to.1 - from.1) * (column - from.0) as f64 / columns;
        (column, row + aside)
    };
    (from.0..=to.0).map(place).collect()
}

/// Moves what stands too close down.
fn keep_apart(nodes: &mut [Point], edges: &mut [Edge]) {
    let bends = edges.iter_mut().flat_map(|edge| {
        let end = edge.path.len() - 1;
        edge.path[1..end].iter_mut()
    });
    let mut all: Vec<&mut Point> = nodes.iter_mut().chain(bends).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let top = all.iter().map(|point| point.1).fold(0.0, f64::min);
    let mut before: Option<Point> = None;
    for point in all {
        point.1 -= top;
        if let Some((column, row)) = before
            && column == point.0
        {
            point.1 = point.1.max(row + 1.0);
        }
        before = Some(*point);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPRESSIONS: [&str; 7] = [
        "x",
        "2",
        "sigmoid(w0*x0 + w1*x1 + w2)",
        "1/(1 + exp(-(w0*x0 + w1*x1 + w2)))",
        "x*x + x - x^3/(y + x) + y",
        "max(a*b, b*a) + tanh(a) * tanh(b) - a",
        "(a + b) * (a - b) * (a + b) / b",
    ];

    #[test]
    fn edges_lead_to_the_right_from_column_to_column() {
        for text in EXPRESSIONS {
            let layout = Layout::of(&Graph::parse(text).unwrap());
            for edge in &layout.edges {
                assert_eq!(edge.path[0], layout.nodes[edge.from]);
                assert_eq!(edge.path.last(), Some(&layout.nodes[edge.to]));
                let steps = edge.path.windows(2);
                assert!(
                    steps
                        .map(|pair| pair[1].0 - pair[0].0)
                        .all(|step| step == 1)
                );
            }
        }
    }

    #[test]
    fn nothing_in_a_column_is_closer_than_a_row() {
        for text in EXPRESSIONS {
            let layout = Layout::of(&Graph::parse(text).unwrap());
            let bends = layout.edges.iter().flat_map(|edge| {
                let end = edge.path.len() - 1;
                &edge.path[1..end]
            });
            let all: Vec<&Point> = layout.nodes.iter().chain(bends).collect();
            for (index, a) in all.iter().enumerate() {
                assert!(a.1 >= 0.0);
                let close = |b: &&&Point| a.0 == b.0 && (a.1 - b.1).abs() < 1.0 - 1e-9;
                assert_eq!(all[index + 1..].iter().find(close), None, "{text}: {a:?}");
            }
        }
    }

    #[test]
    fn a_tree_is_drawn_as_one() {
        let layout = Layout::of(&Graph::parse("a*b + c").unwrap());
        // a, b, a*b, c, the sum
        let expected = [(0, 0.0), (0, 1.0), (1, 0.5), (1, 2.0), (2, 1.25)];
        assert_eq!(layout.nodes, expected);
    }
}
