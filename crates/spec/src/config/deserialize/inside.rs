//! What is inside a list, a table, or a kind with its settings.

use std::iter::Empty;

use serde::de::value::{MapDeserializer, StrDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

use super::Reader;
use crate::config::fault::Fault;
use crate::config::tree::{Entry, Node, Value};

type NoSettings = MapDeserializer<'static, Empty<(&'static str, &'static str)>, Fault>;

fn no_settings() -> NoSettings {
    MapDeserializer::new(std::iter::empty())
}

/// The elements of a list.
pub struct Items<'de> {
    pub items: &'de [Node],
    pub next: usize,
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

/// The keys and values of a table.
pub struct Entries<'de> {
    pub entries: &'de [Entry],
    pub next: usize,
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
pub struct Kind<'de> {
    /// Its name.
    pub name: &'de str,
    /// The name alone, or the table around it.
    pub whole: &'de Node,
    /// What stands behind the name in the table.
    pub settings: Option<&'de Node>,
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
