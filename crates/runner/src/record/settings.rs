//! The config of a record, key by key: what a key holds, and in what two configs differ.

use spec::config::path;
use toml::{Table, Value};

use super::Record;
use crate::Failure;

/// The key in which runs of one config may differ.
const SEED: &str = "seed";

/// A config as it ran.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings(Table);

/// A key that two configs give different values; none: it is not there.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Its path.
    pub key: String,
    /// Its value in either of them.
    pub values: [Option<Value>; 2],
}

impl Settings {
    /// The config of a record.
    ///
    /// # Errors
    /// When it is no TOML.
    pub fn of(record: &Record) -> Result<Self, Failure> {
        let table = record.config.parse().map_err(|error: toml::de::Error| {
            let (name, id) = (&record.name, &record.run_id);
            let why = error.message();
            Failure::Input(format!(
                "{name}/{id}: the config in the record is damaged ({why}); leave the run out"
            ))
        })?;
        Ok(Self(table))
    }

    /// What the path of a key leads to: `training.batch_size`, `model.layers.0.linear.units`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let mut segments = path::segments(key).into_iter();
        let first = self.0.get(&segments.next()?)?;
        segments.try_fold(first, |at, segment| match at {
            Value::Table(table) => table.get(&segment),
            Value::Array(items) => items.get(segment.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// The paths of all keys, those of tables and lists too.
    pub fn keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        for (key, value) in &self.0 {
            list(path::join([key.as_str()]), value, &mut keys);
        }
        keys
    }

    /// The same config, whatever its seed.
    pub fn without_seed(mut self) -> Self {
        self.0.remove(SEED);
        self
    }

    /// In what another config differs, key by key.
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        let mut found = Vec::new();
        compare_tables("", [&self.0, &other.0], &mut found);
        found
    }
}

/// A value as it is written on one line; a text without its quotes.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What a value names, if it is a kind: `adam` in `{ adam = { learning_rate = 0.001 } }`.
pub fn kind(value: &Value) -> Option<&str> {
    let table = value.as_table().filter(|table| table.len() == 1)?;
    table.keys().next().map(String::as_str)
}

fn list(key: String, value: &Value, keys: &mut Vec<String>) {
    keys.push(key.clone());
    match value {
        Value::Table(table) => {
            for (inside, value) in table {
                list(joined(&key, inside), value, keys);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                list(format!("{key}.{index}"), value, keys);
            }
        }
        _ => {}
    }
}

fn joined(above: &str, key: &str) -> String {
    match above.is_empty() {
        true => path::join([key]),
        false => format!("{above}.{}", path::join([key])),
    }
}

fn compare_tables(above: &str, [one, two]: [&Table; 2], found: &mut Vec<Difference>) {
    let only_two = two.keys().filter(|key| !one.contains_key(*key));
    for key in one.keys().chain(only_two) {
        compare(joined(above, key), [one.get(key), two.get(key)], found);
    }
}

/// Goes into tables that have a key in common and into lists: two kinds differ as a whole.
fn compare(key: String, values: [Option<&Value>; 2], found: &mut Vec<Difference>) {
    match values {
        [one, two] if one == two => {}
        [Some(Value::Table(one)), Some(Value::Table(two))]
            if one.keys().any(|key| two.contains_key(key)) =>
        {
            compare_tables(&key, [one, two], found);
        }
        [Some(Value::Array(one)), Some(Value::Array(two))] => {
            for index in 0..one.len().max(two.len()) {
                let items = [one.get(index), two.get(index)];
                compare(format!("{key}.{index}"), items, found);
            }
        }
        values => found.push(Difference {
            key,
            values: values.map(|value| value.cloned()),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Settings {
        Settings(text.parse().unwrap())
    }

    /// Key by key, as text; `-`: not there.
    fn differences(one: &str, two: &str) -> Vec<[String; 3]> {
        let found = settings(one).differences(&settings(two)).into_iter();
        let shown = |value: &Option<Value>| value.as_ref().map_or("-".into(), text);
        let row = |d: Difference| [d.key.clone(), shown(&d.values[0]), shown(&d.values[1])];
        found.map(row).collect()
    }

    #[test]
    fn a_path_leads_through_tables_and_lists() {
        let settings = settings("a = { b = [1, { c = 'd' }] }\n'e.f' = 2");
        assert_eq!(settings.get("a.b.1.c"), Some(&Value::String("d".into())));
        assert_eq!(settings.get("'e.f'"), Some(&Value::Integer(2)));
        for nothing in ["a.b.2", "a.b.c", "a.b.0.c", "e", "", "a.b.-1"] {
            assert_eq!(settings.get(nothing), None, "{nothing}");
        }
        let keys = settings.keys();
        assert_eq!(keys, ["a", "a.b", "a.b.0", "a.b.1", "a.b.1.c", "\"e.f\""]);
        assert!(keys.iter().all(|key| settings.get(key).is_some()));
    }

    #[test]
    fn configs_differ_key_by_key_and_kinds_as_a_whole() {
        let one = "seed = 1\nrule = { sgd = { rate = 0.1 } }\nlayers = ['tanh', { linear = { units = 3 } }]";
        assert!(differences(one, one).is_empty());
        let two = one
            .replace("seed = 1", "seed = 2")
            .replace("units = 3", "units = 4");
        assert_eq!(
            differences(one, &two),
            [["seed", "1", "2"], ["layers.1.linear.units", "3", "4"]]
        );
        let two = one.replace("sgd", "adam").replace("'tanh'", "{ elu = {} }");
        let [rule, layer] = &differences(one, &two)[..] else {
            panic!("two differences");
        };
        assert_eq!(rule[0], "rule");
        assert!(
            rule[1].contains("sgd") && rule[2].contains("adam"),
            "{rule:?}"
        );
        assert_eq!(layer[..2], ["layers.0", "tanh"]);
    }

    #[test]
    fn what_is_only_in_one_of_them_differs() {
        assert_eq!(
            differences("a = [1]\nb = 2", "a = [1, 5]\nc = true"),
            [["a.1", "-", "5"], ["b", "2", "-"], ["c", "-", "true"]]
        );
    }

    #[test]
    fn a_seed_makes_no_other_config() {
        let (one, two) = (settings("seed = 1\na = 1"), settings("seed = 2\na = 1"));
        assert_ne!(one, two);
        assert_eq!(one.without_seed(), two.without_seed());
    }
}
