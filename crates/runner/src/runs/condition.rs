//! A condition on runs: `training.optimizer=adam`, `test_accuracy>0.98`, `status!=finished`.

use std::cmp::Ordering;

use super::cell::Cell;
use crate::Failure;

/// Those that are longer come first, since they begin with the shorter ones.
const RELATIONS: [(&str, Relation); 7] = [
    ("!=", Relation::Differs),
    (">=", Relation::AtLeast),
    ("<=", Relation::AtMost),
    ("==", Relation::Equals),
    ("=", Relation::Equals),
    (">", Relation::More),
    ("<", Relation::Less),
];

/// Values that a note lists.
const LISTED: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Equals,
    Differs,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Relation {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equals => order.is_eq(),
            Self::Differs => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }

    fn is_order(self) -> bool {
        !matches!(self, Self::Equals | Self::Differs)
    }
}

/// What a value must be.
#[derive(Debug)]
pub struct Condition {
    /// What the value is of.
    pub key: String,
    relation: Relation,
    value: String,
    /// As it was typed.
    text: String,
}

impl Condition {
    /// Reads an argument.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let begins = |at: usize| {
            let mut relations = RELATIONS.into_iter();
            relations.find(|(sign, _)| text[at..].starts_with(sign))
        };
        let found = unquoted(text).find_map(|at| Some((at, begins(at)?)));
        let parts = found.map(|(at, (sign, relation))| {
            let (key, value) = (text[..at].trim(), text[at + sign.len()..].trim());
            (key.to_string(), relation, without_quotes(value).to_string())
        });
        match parts {
            Some((key, relation, value)) if !key.is_empty() && !value.is_empty() => Ok(Self {
                key,
                relation,
                value,
                text: text.into(),
            }),
            _ => Err(Failure::Input(format!(
                "--where '{text}': expected a key, one of = != < <= > >=, and a value, all in \
                 quotes, since a shell takes < and > for itself: --where 'test_accuracy>0.98'"
            ))),
        }
    }

    /// Whether a value meets it. What a run does not have differs from everything, and meets
    /// nothing else.
    pub fn is_met(&self, cell: Option<&Cell>) -> bool {
        let Some(cell) = cell else {
            return self.relation == Relation::Differs;
        };
        let is_kind = cell.kind.as_ref() == Some(&self.value);
        match self.order(cell) {
            Some(_) if is_kind => self.relation.holds(Ordering::Equal),
            Some(order) => self.relation.holds(order),
            None => self.relation == Relation::Differs,
        }
    }

    /// How a cell stands to the value: numbers by size, texts by the alphabet, so that a date can
    /// be compared; none: a number and a text.
    fn order(&self, cell: &Cell) -> Option<Ordering> {
        match (cell.number, self.value.parse::<f64>()) {
            (Some(number), Ok(value)) => number.partial_cmp(&value),
            (Some(_), Err(_)) => None,
            (None, _) => Some(cell.raw.as_str().cmp(&self.value)),
        }
    }

    /// Finds that numbers are to be compared with a text.
    ///
    /// # Errors
    /// When no value can be larger or smaller than the one in the condition.
    pub fn expect_comparable(&self, cells: &[Option<Cell>]) -> Result<(), Failure> {
        let mut cells = cells.iter().flatten().peekable();
        let (text, key, value) = (&self.text, &self.key, &self.value);
        let fine = !self.relation.is_order()
            || cells.peek().is_none()
            || cells.any(|cell| self.order(cell).is_some());
        match fine {
            true => Ok(()),
            false => Err(Failure::Input(format!(
                "--where '{text}': {key} is a number, and `{value}` is none"
            ))),
        }
    }

    /// Where nothing meets it: the values that there are.
    pub fn says_what_is_there(&self, cells: &[Option<Cell>]) -> String {
        let mut cells: Vec<&Cell> = cells.iter().flatten().collect();
        cells.sort_by(|a, b| a.order(b));
        let name = |cell: &&Cell| cell.kind.clone().unwrap_or_else(|| cell.raw.clone());
        let mut values: Vec<String> = cells.iter().map(name).collect();
        values.dedup();
        let (text, key) = (&self.text, &self.key);
        let there = match &values[..] {
            [] => "none of them has it".into(),
            [smallest, .., largest] if values.len() > LISTED => {
                format!("{key} lies between {smallest} and {largest}")
            }
            values => format!("{key} is {}", values.join(", ")),
        };
        format!("no run meets '{text}': {there}")
    }
}

/// The places in a text that are not within quotes.
fn unquoted(text: &str) -> impl Iterator<Item = usize> {
    let mut quote = None;
    text.char_indices().filter_map(move |(at, c)| {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None => return Some(at),
        }
        None
    })
}

fn without_quotes(text: &str) -> &str {
    let inside = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use toml::Value;

    fn met(condition: &str, cell: Option<Cell>) -> bool {
        Condition::parse(condition).unwrap().is_met(cell.as_ref())
    }

    fn number(value: f64) -> Option<Cell> {
        Some(Cell::setting(&Value::Float(value)))
    }

    #[test]
    fn numbers_are_compared_by_size() {
        assert!(met("a>9", number(10.0)) && !met("a>9", number(9.0)));
        assert!(met("a >= 9", number(9.0)) && met("a<=9.0", number(9.0)));
        assert!(met("a<1e3", number(999.0)) && !met("a<1e3", number(1000.0)));
        assert!(met("a=0.10", number(0.1)) && met("a==0.10", number(0.1)));
        assert!(!met("a!=0.1", number(0.1)) && met("a!=0.2", number(0.1)));
        assert!(!met("a=x", number(0.1)) && met("a!=x", number(0.1)));
    }

    #[test]
    fn a_kind_is_named_without_its_settings() {
        let adam: Value = "a = { adam = { learning_rate = 0.1 } }"
            .parse::<toml::Table>()
            .unwrap()["a"]
            .clone();
        let adam = || Some(Cell::setting(&adam));
        assert!(met("a=adam", adam()) && !met("a!=adam", adam()));
        assert!(met("a!=sgd", adam()) && !met("a=sgd", adam()));
        let all = Some(Cell::setting(&Value::String("all".into())));
        assert!(met("a=all", all.clone()) && met("a=\"all\"", all));
    }

    #[test]
    fn what_is_not_there_only_differs() {
        assert!(met("a!=1", None));
        assert!(!met("a=1", None) && !met("a<1", None) && !met("a>=1", None));
    }

    #[test]
    fn dates_are_compared_as_texts() {
        let started = || Some(Cell::text("2026-11-26T05:07:40Z"));
        assert!(met("started>2026-11", started()) && !met("started<2026-11-26", started()));
    }

    #[test]
    fn signs_in_quotes_belong_to_the_key() {
        let condition = Condition::parse("rename.\">50K\"='a=b'").unwrap();
        assert_eq!(condition.key, "rename.\">50K\"");
        assert_eq!(condition.value, "a=b");
        for wrong in ["", "a", "=", "a=", "=1", "a ! 1"] {
            let refused = Condition::parse(wrong).unwrap_err().to_string();
            assert!(refused.contains("in quotes"), "{refused}");
        }
    }

    #[test]
    fn a_text_cannot_be_larger_than_a_number() {
        let cells = [None, number(1.0)];
        let refused = |text: &str| Condition::parse(text).unwrap().expect_comparable(&cells);
        assert!(refused("a>x").is_err());
        assert!(refused("a>0").is_ok() && refused("a=x").is_ok());
    }
}
