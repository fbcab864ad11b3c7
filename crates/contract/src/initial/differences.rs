//! How the tensors of a file differ from the parameters of a model, all at once.

use std::path::Path;

use super::foreign::refused;
use crate::NamedTensors;
use spec::Problem;
use spec::plan::{PlannedLayer, PlannedParameter};

/// Of each kind of difference so many are named.
const NAMED: usize = 10;

/// What was found to differ.
pub struct Differences<'a> {
    plan: &'a [PlannedLayer],
    read: &'a NamedTensors<f64>,
    prefix: &'a str,
    missing: Vec<String>,
    shapes: Vec<String>,
    transposed: bool,
}

impl<'a> Differences<'a> {
    /// Nothing yet.
    pub fn new(plan: &'a [PlannedLayer], read: &'a NamedTensors<f64>, prefix: &'a str) -> Self {
        Self {
            plan,
            read,
            prefix,
            missing: Vec::new(),
            shapes: Vec::new(),
            transposed: false,
        }
    }

    /// A parameter that the file does not have.
    pub fn missing(&mut self, parameter: &PlannedParameter) {
        let PlannedParameter { name, shape, .. } = parameter;
        self.missing.push(format!("\"{name}\" {shape:?}"));
    }

    /// A tensor of another shape.
    pub fn shape(&mut self, name: &str, found: &[usize], expected: &[usize]) {
        self.transposed |= is_transposed(found, expected);
        self.shapes.push(format!(
            "tensor \"{name}\" has shape {found:?}, expected {expected:?}"
        ));
    }

    /// Tensors of the file that belong to no parameter.
    fn unexpected(&self) -> Vec<String> {
        let known = |name: &str| {
            let name = name.strip_prefix(self.prefix);
            name.is_some_and(|name| super::all(self.plan).any(|p| p.name == name))
        };
        let strangers = self.read.iter().filter(|(name, _)| !known(name));
        strangers
            .map(|(name, tensor)| format!("\"{name}\" {:?}", tensor.shape()))
            .collect()
    }

    /// All of it in one message; none: the file fits.
    pub fn problem(self, file: &Path) -> Option<Problem> {
        let unexpected = self.unexpected();
        let mut counts = Vec::new();
        let mut count = |number: usize, one: &str, more: &str| match number {
            0 => {}
            1 => counts.push(one.to_string()),
            number => counts.push(format!("{number} {more}")),
        };
        count(
            self.missing.len(),
            "a tensor is missing",
            "tensors are missing",
        );
        count(
            unexpected.len(),
            "a tensor belongs to no parameter",
            "tensors belong to no parameter",
        );
        count(
            self.shapes.len(),
            "a tensor has another shape",
            "tensors have other shapes",
        );
        if counts.is_empty() {
            return None;
        }
        let mut problem = refused(file, counts.join(", "));
        for (what, names) in [
            ("missing: ", &self.missing),
            ("no parameter: ", &unexpected),
            ("", &self.shapes),
        ] {
            if !names.is_empty() {
                problem = problem.note(format!("{what}{}", first(names)));
            }
        }
        let hint = self.names().or_else(|| self.other_hint(&unexpected));
        Some(match hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        })
    }

    /// What to do where the names alone do not help.
    fn other_hint(&self, unexpected: &[String]) -> Option<String> {
        let only_biases = || self.missing.iter().all(|name| name.contains("bias\" ["));
        let only = (
            !self.missing.is_empty(),
            !unexpected.is_empty(),
            !self.shapes.is_empty(),
        );
        let of_keras = unexpected.iter().any(|name| name.contains("kernel"));
        match only {
            (true, true, _) if of_keras => Some(OF_KERAS.into()),
            _ if self.transposed => Some(TRANSPOSED.into()),
            (true, false, false) if only_biases() => {
                Some("layers without one say so: bias = false".into())
            }
            (false, true, false) => {
                Some("leave them out of the file, or add their layers to the model".into())
            }
            _ => None,
        }
    }

    /// How to name the layers if the shapes of the file fit in their order.
    fn names(&self) -> Option<String> {
        if self.missing.is_empty() || !self.shapes.is_empty() {
            return None;
        }
        let given = groups(
            self.read
                .iter()
                .map(|(name, tensor)| (name, tensor.shape())),
        );
        let mut left: Vec<&Group<'_>> = given.iter().collect();
        let mut pairs = Vec::new();
        for (index, layer) in self.plan.iter().enumerate() {
            let tensors = layer.parameters.iter().chain(&layer.buffers);
            let wanted = groups(tensors.map(|p| (p.name.as_str(), p.shape.as_slice())));
            let [wanted] = wanted.as_slice() else {
                match wanted.is_empty() {
                    true => continue,
                    // The layers inside a block have no setting that names them from outside.
                    false => return None,
                }
            };
            let fits = left
                .iter()
                .position(|group| group.tensors == wanted.tensors)?;
            pairs.push((index, layer, left.remove(fits).name));
        }
        (left.is_empty() && !pairs.is_empty()).then(|| advice(&pairs))
    }
}

const OF_KERAS: &str = "these are the names of Keras or JAX; call a kernel weight and transpose it to \
                        [out, in], and name the layers as the parameters that are missing";
const TRANSPOSED: &str =
    "these are [in, out], the layout of Keras and JAX; transpose them to [out, in]";

/// Whether the numbers of a shape stand in the order of Keras and JAX.
fn is_transposed(found: &[usize], expected: &[usize]) -> bool {
    match (found, expected) {
        ([a, b], [c, d]) => (a, b) == (d, c),
        // A kernel: [height, width, in, out].
        ([h, w, i, o], [out, inputs, height, width]) => {
            (h, w, i, o) == (height, width, inputs, out)
        }
        _ => false,
    }
}

/// The tensors of a layer, by what stands behind its name.
struct Group<'a> {
    name: &'a str,
    tensors: Vec<(&'a str, &'a [usize])>,
}

/// Tensors by layer, layers in the order of their names, numbers in them as numbers.
fn groups<'a>(tensors: impl Iterator<Item = (&'a str, &'a [usize])>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for (name, shape) in tensors {
        let (layer, suffix) = name.rsplit_once('.').unwrap_or(("", name));
        match groups.iter_mut().find(|group| group.name == layer) {
            Some(group) => group.tensors.push((suffix, shape)),
            None => groups.push(Group {
                name: layer,
                tensors: vec![(suffix, shape)],
            }),
        }
    }
    for group in &mut groups {
        group.tensors.sort();
    }
    groups.sort_by_cached_key(|group| natural(group.name));
    groups
}

/// A name cut into texts and numbers, so that fc2 comes before fc10.
fn natural(name: &str) -> Vec<(String, u64)> {
    let mut parts = vec![(String::new(), 0u64)];
    let mut digits = false;
    for c in name.chars() {
        if digits && !c.is_ascii_digit() {
            parts.push((String::new(), 0));
        }
        digits = c.is_ascii_digit();
        if let Some((text, number)) = parts.last_mut() {
            match c.to_digit(10) {
                Some(digit) => *number = number.saturating_mul(10).saturating_add(digit.into()),
                None => text.push(c),
            }
        }
    }
    parts
}

/// Names of layers as settings, or, where a layer cannot be named so, the pairs.
fn advice(pairs: &[(usize, &PlannedLayer, &str)]) -> String {
    let nameable = |name: &str| {
        let letters = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        letters && name.starts_with(|c: char| c.is_ascii_alphabetic()) && name != "x"
    };
    let settings = pairs.iter().map(|(index, layer, name)| {
        let kind = layer.spec.kind();
        format!("--set model.layers.{index}.{kind}.name={name}")
    });
    match pairs.iter().all(|(_, _, name)| nameable(name)) {
        true => format!(
            "the shapes fit in this order; name the layers: {}",
            settings.collect::<Vec<_>>().join(" ")
        ),
        false => {
            let pairs: Vec<String> = pairs
                .iter()
                .map(|(_, layer, name)| format!("\"{name}\" to \"{}\"", layer.name))
                .collect();
            format!(
                "the shapes fit in this order; rename in the file {}",
                first(&pairs)
            )
        }
    }
}

/// The first few, and how many more there are.
fn first(names: &[String]) -> String {
    let shown = names
        .iter()
        .take(NAMED)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
