//! What a run prints of itself first: data, model, and what is special about its training.

mod model;

use toml::Value;

use super::{Common, PreparedLearner, PreparedNetwork};

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
        lines.extend(model::lines(&self.plan, self.batch_size()));
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

#[cfg(test)]
mod tests {
    use super::*;

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
