//! From the tree of a config to its types, each refusal with the place of its value.

use std::iter::Empty;

use serde::de::value::{MapDeserializer, StrDeserializer};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer, MapAccess,
    SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::fault::Fault;
use super::tree::{Entry, Node, Value};

/// The type that a tree describes.
pub fn from_tree<'de, T: Deserialize<'de>>(root: &'de Node) -> Result<T, Fault> {
    T::deserialize(Reader(root))
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
                Err(_) => self.wrong(WHOLE),
            },
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
            Value::Text(text) if text.trim().parse::<f64>().is_ok() => {
                fault.hint(format!("write {}, without quotes", text.trim()))
            }
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
            return self.wrong("a table");
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

type NoSettings = MapDeserializer<'static, Empty<(&'static str, &'static str)>, Fault>;

fn no_settings() -> NoSettings {
    MapDeserializer::new(std::iter::empty())
}

struct Items<'de> {
    items: &'de [Node],
    next: usize,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let index = self.next;
        let Some(item) = self.items.get(index) else {
            return Ok(None);
        };
        self.next += 1;
        let read = seed.deserialize(Reader(item)).map(Some);
        read.map_err(|fault| fault.at(&item.place).under(&index.to_string()))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len() - self.next)
    }
}

struct Entries<'de> {
    entries: &'de [Entry],
    next: usize,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some(entry) = self.entries.get(self.next) else {
            return Ok(None);
        };
        self.next += 1;
        let key: StrDeserializer<'_, Fault> = entry.key.as_str().into_deserializer();
        let key = seed.deserialize(key);
        key.map(Some).map_err(|fault| fault.at(&entry.place))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let entry = &self.entries[self.next - 1];
        let value = seed.deserialize(Reader(&entry.node));
        value.map_err(|fault| fault.at(&entry.node.place).under(&entry.key))
    }
}

/// A kind that was chosen.
struct Kind<'de> {
    name: &'de str,
    /// The name alone, or the table around it.
    whole: &'de Node,
    settings: Option<&'de Node>,
}

impl<'de> Kind<'de> {
    /// A name alone where settings are needed; `tried` is what no settings at all lead to.
    fn bare<T>(&self, tried: Result<T, Fault>) -> Fault {
        let name = self.name;
        let example = match tried.map_err(|fault| fault.missing()) {
            Ok(_) => format!("write {{ {name} = {{}} }}"),
            Err(Some(key)) => format!("write {{ {name} = {{ {key} = ... }} }}"),
            Err(None) => format!("write {{ {name} = ... }}"),
        };
        let reason = "a name alone, expected its settings too";
        Fault::custom(reason).hint(example).at(&self.whole.place)
    }

    fn inside<T>(&self, outcome: Result<T, Fault>) -> Result<T, Fault> {
        outcome.map_err(|fault| fault.under(self.name))
    }
}

impl<'de> EnumAccess<'de> for Kind<'de> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        let name: StrDeserializer<'_, Fault> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Kind<'de> {
    type Error = Fault;

    /// A kind without settings.
    fn unit_variant(self) -> Result<(), Fault> {
        match self.settings.map(|settings| (settings, &settings.value)) {
            None => Ok(()),
            Some((_, Value::Table(entries))) if entries.is_empty() => Ok(()),
            Some((settings, _)) => {
                let fault = Fault::custom("expected no settings, { }").at(&settings.place);
                Err(fault
                    .hint(format!("write \"{}\"", self.name))
                    .under(self.name))
            }
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        match self.settings {
            Some(settings) => self.inside(seed.deserialize(Reader(settings))),
            None => Err(self.bare(seed.deserialize(no_settings()))),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Fault> {
        match self.settings {
            Some(settings) => self.inside(Reader(settings).deserialize_tuple(len, visitor)),
            None => Err(self.bare(no_settings().deserialize_tuple(len, visitor))),
        }
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.settings {
            Some(settings) => self.inside(Reader(settings).settings(fields, visitor)),
            None => Err(self.bare(visitor.visit_map(no_settings()))),
        }
    }
}
