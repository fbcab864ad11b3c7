//! What a run prints of itself first: data, model, and what is special about its training.

use spec::model::PlannedLayer;
use toml::Value;

use super::{Common, Count, PreparedLearner, PreparedNetwork};

impl Common {
    /// The data, a line each.
    fn data(&self) -> Vec<String> {
        let mut lines = vec!["Data".to_string()];
        let indented = |line: &String| format!("  {line}");
        lines.extend(self.dataset.summary().iter().map(indented));
        if let (_, Some(validation)) = self.config.experiment.held_back() {
            let (held, all) = (self.validation_rows.len(), self.dataset.train.len());
            let the_last = if validation.shuffle { "" } else { "the last " };
            lines.push(format!(
                "  held back for validation: {the_last}{held} of the {all} training samples"
            ));
        }
        lines
    }
}

impl PreparedLearner {
    /// Data and learner in a few lines.
    pub(super) fn summary(&self) -> String {
        let mut lines = self.data();
        lines.push("Learner".into());
        let settings = Value::try_from(&self.learner).ok();
        lines.extend(
            settings
                .as_ref()
                .map(|settings| format!("  {}", text(settings))),
        );
        lines.extend(self.notes.iter().map(|note| format!("  note: {note}")));
        lines.join("\n")
    }
}

impl PreparedNetwork {
    /// Data, model and training in a few lines.
    pub fn summary(&self) -> String {
        let mut lines = self.data();
        lines.push("Model".into());
        let mut rows = Vec::new();
        model_rows(&self.plan, 0, &mut rows);
        lines.extend(aligned(&rows));
        let Count { learned, fixed } = self.parameters();
        let fixed = match fixed {
            0 => String::new(),
            fixed => format!(", {fixed} more fixed"),
        };
        lines.push(format!("  {learned} parameters in all{fixed}"));
        lines.extend(self.notes.iter().map(|note| format!("  note: {note}")));
        lines.extend(self.special().map(|special| format!("Training: {special}")));
        lines.join("\n")
    }

    /// Augmentation, penalties, schedule and the like: what differs from a plain training.
    fn special(&self) -> Option<String> {
        let training = &self.network.training;
        let mut parts = Vec::new();
        let mut add = |what: &str, settings: Option<Value>| {
            if let Some(settings) = settings.as_ref().map(text).filter(|text| !text.is_empty()) {
                parts.push(format!("{what} {settings}"));
            }
        };
        let of = |value: Result<Value, toml::ser::Error>| value.ok();
        add(
            "augmentation",
            of(Value::try_from(self.network.augmentation)),
        );
        let schedule = of(Value::try_from(&training.schedule));
        let constant = Value::String("constant".into());
        add(
            "schedule",
            schedule.filter(|schedule| *schedule != constant),
        );
        let warmup = Value::Integer(training.warmup as i64);
        add("warm-up", (training.warmup > 0).then_some(warmup));
        add(
            "clip",
            training.clip.and_then(|clip| of(Value::try_from(clip))),
        );
        add("penalties", of(Value::try_from(training.regularization)));
        let smoothing = Value::Float(training.label_smoothing);
        add(
            "label smoothing",
            (training.label_smoothing > 0.0).then_some(smoothing),
        );
        let averaged = Value::String("averaged over all updates".into());
        add("weights", training.averaging.then_some(averaged));
        let pocket = Value::String("the best on the training samples after any update".into());
        add("weights", training.pocket.then_some(pocket));
        add("stopping", of(Value::try_from(&training.stopping)));
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

/// Settings in words; what is 0, false or empty is left out.
fn text(value: &Value) -> String {
    match value {
        Value::Table(table) => {
            let entries = table.iter().filter_map(|(key, value)| {
                let text = text(value);
                let key = key.replace('_', " ");
                match value {
                    Value::Boolean(true) => Some(key),
                    // A kind whose settings are all 0 is still that kind.
                    Value::Table(_) if text.is_empty() => Some(key),
                    _ if text.is_empty() => None,
                    Value::Table(_) => Some(format!("{key} ({text})")),
                    _ => Some(format!("{key} {text}")),
                }
            });
            entries.collect::<Vec<_>>().join(", ")
        }
        Value::Float(0.0) | Value::Integer(0) | Value::Boolean(false) => String::new(),
        Value::Float(number) => number.to_string(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A line of the model: name, kind, shapes, parameters.
struct Row {
    name: String,
    kind: &'static str,
    input: String,
    output: String,
    count: Count,
    /// How many blocks it is in.
    depth: usize,
}

/// A row for each layer; those inside a block follow it.
fn model_rows(plan: &[PlannedLayer], depth: usize, rows: &mut Vec<Row>) {
    for layer in plan {
        rows.push(Row {
            name: layer.name.clone(),
            kind: layer.spec.kind(),
            input: shape(&layer.input),
            output: shape(&layer.output),
            count: Count::of(layer),
            depth,
        });
        for chain in &layer.chains {
            model_rows(chain, depth + 1, rows);
        }
    }
}

/// `6x28x28`.
fn shape(shape: &[usize]) -> String {
    let sides: Vec<String> = shape.iter().map(usize::to_string).collect();
    sides.join("x")
}

fn aligned(rows: &[Row]) -> Vec<String> {
    let widest =
        |of: &dyn Fn(&Row) -> usize, least: usize| rows.iter().map(of).fold(least, usize::max);
    let name = widest(&|row| row.name.len(), 8);
    let kind = widest(&|row| row.kind.len() + 2 * row.depth + 1, 12);
    let input = widest(&|row| row.input.len(), 5);
    let output = widest(&|row| row.output.len(), 5);
    let line = |row: &Row| {
        let indented = format!("{}{}", "  ".repeat(row.depth), row.kind);
        let count = match row.count {
            Count {
                learned: 0,
                fixed: 0,
            } => String::new(),
            count => count.to_string(),
        };
        let line = format!(
            "  {:>name$}  {indented:<kind$} {:>input$} -> {:<output$}  {count}",
            row.name, row.input, row.output
        );
        line.trim_end().to_string()
    };
    rows.iter().map(line).collect()
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Self { learned, fixed: 0 } => write!(f, "{learned} parameters"),
            Self { learned: 0, fixed } => write!(f, "{fixed} fixed parameters"),
            Self { learned, fixed } => write!(f, "{learned} parameters, {fixed} more fixed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
            centers: spec::initializer::Initializer::Signs,
            learning_rate: 0.0,
        };
        let layers = vec![
            LayerSpec::Flatten,
            LayerSpec::Residual(block),
            LayerSpec::SquaredDistance(squared_distance),
        ];
        let plan = ModelSpec::new(layers).plan(&[1, 2, 2]).unwrap();
        let mut rows = Vec::new();
        model_rows(&plan, 0, &mut rows);
        let lines = aligned(&rows);
        let wanted = [
            "           0  flatten           1x2x2 -> 4",
            "           1  residual              4 -> 4      20 parameters",
            "  1.layers.0    linear              4 -> 4      20 parameters",
            "  1.layers.1    tanh                4 -> 4",
            "           2  squared_distance      4 -> 3      12 fixed parameters",
        ];
        assert_eq!(lines, wanted);
        let all: Count = plan.iter().map(Count::of).sum();
        assert_eq!(all.to_string(), "20 parameters, 12 more fixed");
    }

    #[test]
    fn settings_that_say_nothing_are_left_out() {
        let value: Value = toml::from_str(
            "shift = 2.0\nrotation = 0.0\nelastic = { sigma = 4.0 }\nbiases = true\nfew = false",
        )
        .unwrap();
        assert_eq!(text(&value), "shift 2, elastic (sigma 4), biases");
        let cosine: Value = toml::from_str("cosine = { minimum = 0.0 }").unwrap();
        assert_eq!(text(&cosine), "cosine");
    }
}
