//! From the tree of a config to its types, each refusal with the place of its value.

mod inside;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::forward_to_deserialize_any;

use super::fault::Fault;
use super::tree::{Entry, Node, Value};
use inside::{Entries, Items, Kind};

/// The type that a tree describes.
pub fn from_tree<'de, T: Deserialize<'de>>(root: &'de Node) -> Result<T, Fault> {
    T::deserialize(Reader(root)).map_err(|fault| fault.at(&root.place))
}

/// A text that is a number elsewhere (`.5`, `0,5`), as TOML writes it.
fn in_toml(text: &str) -> Option<String> {
    let number: f64 = text.replace(',', ".").parse().ok()?;
    Some(match toml::de::DeValue::parse(text) {
        Ok(value) if value.get_ref().is_integer() || value.get_ref().is_float() => text.into(),
        _ => toml::Value::Float(number).to_string(),
    })
}

const WHOLE: &str = "a whole number, 0 or more";

/// Reads one value.
#[derive(Clone, Copy)]
struct Reader<'de>(&'de Node);

impl<'de> Reader<'de> {
    fn wrong<T>(self, expected: &str) -> Result<T, Fault> {
        Err(Fault::wrong(self.0, expected))
    }

    fn whole<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let place = &self.0.place;
        match &self.0.value {
            Value::Integer(number) => match u64::try_from(*number) {
                Ok(number) => visitor
                    .visit_u64(number)
                    .map_err(|_: Fault| Fault::wrong(self.0, "a smaller number"))
                    .map_err(|fault| fault.at(place)),
                Err(_) if *number > 0 => self.wrong("a smaller number"),
                Err(_) => self.wrong(WHOLE),
            },
            Value::Huge(_) => self.wrong("a smaller number"),
            Value::Float(number) if number.fract() == 0.0 && (0.0..1e15).contains(number) => {
                Err(Fault::wrong(self.0, WHOLE).hint(format!("write {number}")))
            }
            _ => Err(self.number(WHOLE)),
        }
    }

    /// A number is expected; one in quotes is perhaps meant to be one.
    fn number(self, expected: &str) -> Fault {
        let fault = Fault::wrong(self.0, expected);
        match &self.0.value {
            Value::Text(text) => match in_toml(text.trim()) {
                Some(number) if number == text.trim() => {
                    fault.hint(format!("write {number}, without quotes"))
                }
                Some(number) => fault.hint(format!("write {number}")),
                None => fault,
            },
            _ => fault,
        }
    }

    fn signed<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.0.value {
            Value::Integer(number) => match i64::try_from(*number) {
                Ok(number) => self.placed(visitor.visit_i64(number)),
                Err(_) => self.wrong("a smaller number"),
            },
            _ => self.wrong("a whole number"),
        }
    }

    /// Adds the place of this value to what a visitor says.
    fn placed<T>(self, outcome: Result<T, Fault>) -> Result<T, Fault> {
        outcome.map_err(|fault| fault.at(&self.0.place))
    }

    fn items<V: Visitor<'de>>(self, items: &'de [Node], visitor: V) -> Result<V::Value, Fault> {
        self.placed(visitor.visit_seq(Items { items, next: 0 }))
    }

    fn entries<V: Visitor<'de>>(self, entries: &'de [Entry], v: V) -> Result<V::Value, Fault> {
        self.placed(v.visit_map(Entries { entries, next: 0 }))
    }

    /// A table with no other keys than these.
    fn settings<V: Visitor<'de>>(
        self,
        valid: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let Value::Table(entries) = &self.0.value else {
            let fault = Fault::wrong(self.0, "a table");
            return Err(match valid {
                [] => fault,
                valid => fault.hint(format!("with {}", valid.join(", "))),
            });
        };
        let stranger = entries.iter().find(|e| !valid.contains(&e.key.as_str()));
        match stranger {
            Some(entry) => Err(Fault::unknown("key", &entry.key, valid, &entry.place)),
            None => self.entries(entries, visitor),
        }
    }
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.0.value {
            Value::Text(text) => self.placed(visitor.visit_borrowed_str(text)),
            Value::Integer(number) => {
                self.placed(match (i64::try_from(*number), u64::try_from(*number)) {
                    (Ok(number), _) => visitor.visit_i64(number),
                    (_, Ok(number)) => visitor.visit_u64(number),
                    _ => Err(Fault::custom(format!("{number} is too large"))),
                })
            }
            Value::Float(number) => self.placed(visitor.visit_f64(*number)),
            Value::Boolean(value) => self.placed(visitor.visit_bool(*value)),
            Value::List(items) => self.items(items, visitor),
            Value::Table(entries) => self.entries(entries, visitor),
            Value::Huge(_) | Value::Date(_) => {
                let found = self.0.in_words();
                Err(Fault::custom(format!("{found} cannot stand here")).at(&self.0.place))
            }
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.0.value {
            Value::Boolean(value) => self.placed(visitor.visit_bool(*value)),
            Value::Text(text) => {
                let fault = Fault::wrong(self.0, "true or false");
                Err(match text.to_ascii_lowercase().as_str() {
                    word @ ("true" | "false") => {
                        fault.hint(format!("write {word}, without quotes"))
                    }
                    _ => fault,
                })
            }
            _ => self.wrong("true or false"),
        }
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.whole(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.whole(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.whole(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.whole(visitor)
    }

    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.signed(visitor)
    }

    fn deserialize_i16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.signed(visitor)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.signed(visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.signed(visitor)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.0.value {
            Value::Float(number) => self.placed(visitor.visit_f64(*number)),
            Value::Integer(number) => self.placed(visitor.visit_f64(*number as f64)),
            _ => Err(self.number("a number")),
        }
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        const EXPECTED: &str = "one character in quotes";
        let Value::Text(text) = &self.0.value else {
            return self.wrong(EXPECTED);
        };
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (Some(c), None) => self.placed(visitor.visit_char(c)),
            _ if text == "\\t" => {
                Err(Fault::wrong(self.0, EXPECTED).hint("a tab is \"\\t\", in double quotes"))
            }
            _ => self.wrong(EXPECTED),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.0.value {
            Value::Text(text) => self.placed(visitor.visit_borrowed_str(text)),
            Value::List(_) | Value::Table(_) => self.wrong("a text in quotes"),
            value => {
                let quoted = toml::Value::String(value.to_string());
                Err(Fault::wrong(self.0, "a text in quotes").hint(format!("write {quoted}")))
            }
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.0.value {
            Value::List(items) => self.items(items, visitor),
            Value::Table(_) => self.wrong("a list"),
            value => Err(Fault::wrong(self.0, "a list").hint(format!("in brackets: [{value}]"))),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, v: V) -> Result<V::Value, Fault> {
        let expected = format!("a list of {len}");
        match &self.0.value {
            Value::List(items) if items.len() == len => self.items(items, v),
            Value::List(items) => {
                let reason = format!("expected {expected}, found a list of {}", items.len());
                Err(Fault::custom(reason).at(&self.0.place))
            }
            _ => self.wrong(&expected),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.0.value {
            Value::Table(entries) => self.entries(entries, visitor),
            _ => self.wrong("a table"),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.settings(fields, visitor)
    }

    /// A kind: its name alone, or a table with its name and its settings.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        valid: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let known = |name: &str| valid.contains(&name);
        let place = &self.0.place;
        let kind = match &self.0.value {
            Value::Text(name) if known(name) => Kind {
                name,
                whole: self.0,
                settings: None,
            },
            Value::Text(name) => return Err(Fault::unknown("name", name, valid, place)),
            Value::Table(entries) => {
                if let Some(entry) = entries.iter().find(|entry| !known(&entry.key)) {
                    return Err(stranger(entry, entries, valid));
                }
                match entries.as_slice() {
                    [entry] => Kind {
                        name: &entry.key,
                        whole: self.0,
                        settings: Some(&entry.node),
                    },
                    [] => {
                        let reason = "expected one kind, found none";
                        let one_of = format!("one of {}", valid.join(", "));
                        return Err(Fault::custom(reason).hint(one_of).at(place));
                    }
                    several => return Err(Fault::kinds(several)),
                }
            }
            _ => {
                let one_of = format!("one of {}", valid.join(", "));
                return Err(Fault::wrong(self.0, "the name of a kind, or a table").hint(one_of));
            }
        };
        self.placed(visitor.visit_enum(kind))
    }

    forward_to_deserialize_any! {
        i128 u128 bytes byte_buf unit unit_struct identifier ignored_any
    }
}

/// A key beside a kind that is the name of none. Often it is a setting that belongs inside.
fn stranger(entry: &Entry, entries: &[Entry], valid: &'static [&'static str]) -> Fault {
    let fault = Fault::unknown("name", &entry.key, valid, &entry.place);
    let kinds: Vec<&Entry> = entries
        .iter()
        .filter(|e| valid.contains(&e.key.as_str()))
        .collect();
    match kinds.as_slice() {
        [kind] if kind.node.child(&entry.key).is_some() => {
            fault.hint(format!(".{}.{} is the setting", kind.key, entry.key))
        }
        _ => fault,
    }
}
