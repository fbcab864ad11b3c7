//! Height and width of a window.

use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// Height and width; in a config one number for both, or `[height, width]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pair {
    /// Down.
    pub height: usize,
    /// Across.
    pub width: usize,
}

impl Pair {
    /// 1 x 1.
    pub fn one() -> Self {
        1.into()
    }
}

impl From<usize> for Pair {
    fn from(both: usize) -> Self {
        Self {
            height: both,
            width: both,
        }
    }
}

impl From<[usize; 2]> for Pair {
    fn from([height, width]: [usize; 2]) -> Self {
        Self { height, width }
    }
}

impl From<Pair> for [usize; 2] {
    fn from(pair: Pair) -> Self {
        [pair.height, pair.width]
    }
}

impl Serialize for Pair {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.height == self.width {
            true => serializer.serialize_u64(self.height as u64),
            false => [self.height, self.width].serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Pair {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairVisitor;

        impl<'de> Visitor<'de> for PairVisitor {
            type Value = Pair;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number, or [height, width]")
            }

            fn visit_i64<E: serde::de::Error>(self, both: i64) -> Result<Pair, E> {
                let both = usize::try_from(both);
                both.map(Pair::from)
                    .map_err(|_| E::custom("a size cannot be negative"))
            }

            fn visit_u64<E: serde::de::Error>(self, both: u64) -> Result<Pair, E> {
                self.visit_i64(i64::try_from(both).map_err(E::custom)?)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut sides: A) -> Result<Pair, A::Error> {
                let mut side = || sides.next_element::<usize>();
                match (side()?, side()?, side()?) {
                    (Some(height), Some(width), None) => Ok([height, width].into()),
                    _ => Err(A::Error::custom("expected two numbers, [height, width]")),
                }
            }
        }

        deserializer.deserialize_any(PairVisitor)
    }
}
