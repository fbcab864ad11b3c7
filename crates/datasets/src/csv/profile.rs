//! A table that nobody has said anything of: how its fields are told apart, and what its columns hold.
//!
//! The same readers look at it that will load it, so that what is wrong with the file is told in the
//! same words.

use std::collections::BTreeMap;
use std::path::Path;

use spec::datasets::{Column, CsvSpec};

use super::dressed::is_date;
use super::encoding::decode;
use super::keys::{DELIMITER, HEADER};
use super::meaning::{looks_missing, number};
use super::roles;
use super::stats::sorted_names;
use super::table::Table;
use super::{PATH, TABLES};
use crate::error::DataError;
use crate::locate::{locate, stem};
use crate::{files, gzip};

/// What can be seen of a table.
#[derive(Clone, Debug)]
pub struct TableProfile {
    /// The file's name without its ending.
    pub name: String,
    /// The character between fields.
    pub delimiter: char,
    /// The decimal mark.
    pub decimal: char,
    /// Whether the first line names the columns.
    pub header: bool,
    /// Texts that stand for missing values.
    pub markers: Vec<String>,
    /// Number of rows, without the header.
    pub rows: usize,
    /// In the order of the file.
    pub columns: Vec<ColumnProfile>,
}

/// What can be seen of a column.
#[derive(Clone, Debug)]
pub struct ColumnProfile {
    /// Its name, or its index where it has none.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// Rows without a value.
    pub missing: usize,
    /// The different values in order, each with the number of its rows.
    pub values: Vec<(String, usize)>,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Numbers, perhaps all of them whole.
    Numbers {
        /// Whether all are.
        whole: bool,
    },
    /// A few texts.
    Categories,
    /// Nothing.
    Empty,
    /// The same in every row.
    Constant,
    /// What names or counts the rows.
    Identifier,
    /// Dates or times.
    Dates,
    /// Texts that hardly ever come twice.
    Texts,
    /// Numbers, and texts between them.
    Mixed,
}

/// Looks at a table: here, or among those that ship.
///
/// # Errors
///
/// When it is no table: with the file, the place, what was found and what to do.
pub fn profile(path: &Path) -> Result<TableProfile, DataError> {
    look(path).map_err(DataError::without_key)
}

/// The column of that name or index.
///
/// # Errors
///
/// When there is none: with the nearest name.
pub fn named<'a>(
    profile: &'a TableProfile,
    name: &str,
    file: &Path,
) -> Result<&'a ColumnProfile, DataError> {
    let columns = &profile.columns;
    let by_name = columns.iter().find(|column| column.name == name.trim());
    let by_index = || columns.get(name.trim().parse::<usize>().ok()?);
    by_name.or_else(by_index).ok_or_else(|| {
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let problem = format!("--target: {} has no column {name:?}", file.display());
        DataError::unfit(problem, roles::by_likeness(name, &names))
    })
}

fn look(path: &Path) -> Result<TableProfile, DataError> {
    let file = locate(path, Path::new(""), PATH, TABLES)?;
    let (bytes, _) = files::read(&file, Some(PATH))?;
    let text = decode(gzip::unpack(bytes, &file.name)?, &file.name)?;
    let mut spec = CsvSpec::new(path, &Column::Index(0));
    spec.delimiter = delimiter(&text);
    let table = match Table::read(&file, &spec, PATH) {
        Err(error) if error.key() == Some(HEADER) => {
            spec.header = Some(false);
            Table::read(&file, &spec, PATH)?
        }
        Err(DataError::Setting { key, problem, .. }) if key == DELIMITER => {
            let remedy = "a table has a column to predict and others to predict it by, with commas, \
                          semicolons, tabs, | or spaces between them";
            return Err(DataError::unfit(problem, remedy));
        }
        read => read?,
    }
    .0;
    let columns = 0..table.names.len();
    let texts = |column: usize| (0..table.height()).map(move |row| (row, column));
    let fields = || columns.clone().flat_map(texts);
    let numbers = |mark| {
        let is_number = |&(row, column): &(usize, usize)| number(table.text(row, column), mark);
        fields().filter_map(|place| is_number(&place)).count()
    };
    spec.decimal = match spec.delimiter != ',' && numbers(',') > numbers('.') {
        true => ',',
        false => '.',
    };
    let missing = fields().map(|(row, column)| table.text(row, column));
    let markers = sorted_names(missing.filter(|text| looks_missing(text)));
    let look = Look {
        table: &table,
        decimal: spec.decimal,
        markers: &markers,
    };
    Ok(TableProfile {
        name: stem(path),
        delimiter: spec.delimiter,
        decimal: spec.decimal,
        header: spec.header.is_none(),
        rows: table.height(),
        columns: columns.clone().map(|column| look.at(column)).collect(),
        markers: markers.clone(),
    })
}

/// The character that stands equally often, once or more, in all of the first lines: a comma where
/// none does, or where the first line says which it is.
fn delimiter(text: &str) -> char {
    const LOOKED_AT: usize = 100;
    const ALL: [char; 5] = ['\t', ';', '|', ',', ' '];
    if text
        .trim_start_matches('"')
        .to_ascii_lowercase()
        .starts_with("sep=")
    {
        return ',';
    }
    let fields = |delimiter: char| {
        let mut reader = ::csv::ReaderBuilder::new()
            .delimiter(delimiter as u8)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let records = reader.records().take(LOOKED_AT);
        let lengths: Option<Vec<usize>> = records.map(|r| Some(r.ok()?.len())).collect();
        lengths.unwrap_or_default()
    };
    let divides = |delimiter: &char| {
        let lengths = fields(*delimiter);
        lengths
            .first()
            .is_some_and(|&first| first > 1 && lengths.iter().all(|n| *n == first))
    };
    ALL.into_iter().find(divides).unwrap_or(',')
}

/// A table, and how its texts are read.
struct Look<'a> {
    table: &'a Table,
    decimal: char,
    markers: &'a [String],
}

impl Look<'_> {
    fn at(&self, column: usize) -> ColumnProfile {
        let table = self.table;
        let known = |row: usize| {
            let text = table.text(row, column);
            let missing = text.is_empty() || self.markers.iter().any(|marker| marker == text);
            (!missing).then_some(text)
        };
        let texts: Vec<&str> = (0..table.height()).filter_map(known).collect();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for text in &texts {
            *counts.entry(text).or_default() += 1;
        }
        let names = sorted_names(counts.keys().copied()).into_iter();
        ColumnProfile {
            name: table.names[column].clone(),
            kind: self.kind(&table.names[column], &texts, &counts),
            missing: table.height() - texts.len(),
            values: names
                .map(|name| (name.clone(), counts[name.as_str()]))
                .collect(),
        }
    }

    fn kind(&self, name: &str, texts: &[&str], counts: &BTreeMap<&str, usize>) -> ColumnKind {
        const FEW: usize = 20;
        const MANY: usize = 50;
        let numbers: Vec<f64> = texts
            .iter()
            .filter_map(|t| number(t, self.decimal))
            .collect();
        let whole = numbers.iter().all(|value| value.fract() == 0.0);
        let all_different = texts.len() > 2 && counts.len() == texts.len();
        let is_date = |text: &&&str| is_date(text) || is_month(text);
        let dates = texts.iter().filter(is_date).count();
        match (counts.len(), numbers.len()) {
            (0, _) => ColumnKind::Empty,
            (1, _) => ColumnKind::Constant,
            (_, count) if count == texts.len() => {
                let steps = numbers.windows(2).all(|pair| pair[1] - pair[0] == 1.0);
                let counts_rows = steps && (numbers[0] == 0.0 || numbers[0] == 1.0);
                match whole && all_different && (counts_rows || is_of_identifier(name)) {
                    true => ColumnKind::Identifier,
                    false => ColumnKind::Numbers { whole },
                }
            }
            _ if 10 * dates > 9 * texts.len() => ColumnKind::Dates,
            (different, _) if different <= FEW && !all_different => ColumnKind::Categories,
            (_, count) if 2 * count > texts.len() => ColumnKind::Mixed,
            _ if all_different => ColumnKind::Identifier,
            (different, _) if different > MANY && 2 * different > texts.len() => ColumnKind::Texts,
            _ => ColumnKind::Categories,
        }
    }
}

/// Whether a text is a year and a month, "1949-01".
fn is_month(text: &str) -> bool {
    let digits =
        |part: &str, count| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
    let parts = text.split_once(['-', '/']);
    parts.is_some_and(|(year, month)| digits(year, 4) && digits(month, 2))
}

/// Whether a name is one that numbers of rows, customers, patients have.
fn is_of_identifier(name: &str) -> bool {
    const NAMES: [&str; 6] = ["id", "index", "idx", "uuid", "key", "nr"];
    let lower = name.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    words.any(|word| NAMES.contains(&word)) || name.ends_with("Id") || name.ends_with("ID")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn kinds(text: &str) -> (TableProfile, Vec<ColumnKind>) {
        let folder = tempfile::TempDir::new().unwrap();
        let file = folder.path().join("t.csv");
        fs::write(&file, text).unwrap();
        let profile = profile(&file).unwrap();
        let kinds = profile.columns.iter().map(|column| column.kind).collect();
        (profile, kinds)
    }

    #[test]
    fn columns_are_told_apart_by_what_they_hold() {
        let mut text = "id,day,size,kind,note,same,gap,name\n".to_string();
        for row in 0..30 {
            let (kind, size) = (["a", "b"][row % 2], row as f64 / 2.0);
            text += &format!(
                "{row},2024-01-{:02},{size},{kind},x{},7,,N{row}\n",
                row % 28 + 1,
                row % 3
            );
        }
        use ColumnKind::*;
        let wanted = [
            Identifier,
            Dates,
            Numbers { whole: false },
            Categories,
            Categories,
            Constant,
            Empty,
            Identifier,
        ];
        let (profile, found) = kinds(&text);
        assert_eq!(found, wanted);
        assert_eq!(
            profile.columns[3].values,
            [("a".into(), 15), ("b".into(), 15)]
        );
        assert_eq!(profile.columns[6].missing, 30);
    }

    #[test]
    fn signs_between_and_within_fields_are_found() {
        let (profile, found) = kinds("a;b;y\n1,5;2;u\n2,5;n/a;v\n0,5;3;u\n");
        assert_eq!((profile.delimiter, profile.decimal), (';', ','));
        assert_eq!(profile.markers, ["n/a"]);
        assert_eq!(
            found[..2],
            [
                ColumnKind::Numbers { whole: false },
                ColumnKind::Numbers { whole: true }
            ]
        );
        assert!(profile.header);
        let (profile, _) = kinds("5.1\t3.5\tu\n4.9\t3.0\tv\n5.1\t3.1\tu\n");
        assert_eq!((profile.delimiter, profile.header), ('\t', false));
        assert_eq!(profile.columns[2].name, "2");
    }

    #[test]
    fn what_is_no_table_is_told_without_a_key_of_a_config() {
        let folder = tempfile::TempDir::new().unwrap();
        let file = folder.path().join("t.csv");
        for (bytes, part) in [
            (&b""[..], "an empty file"),
            (b"a,b\n", "only a header"),
            (b"a\n1\n2\n", "a single column"),
            (b"a,b\n1,\xff\xfe\n", "found"),
        ] {
            fs::write(&file, bytes).unwrap();
            let message = profile(&file).unwrap_err().to_string();
            assert!(!message.contains("dataset.csv.path"), "{message}");
            assert!(message.contains(part), "{message}");
        }
        let message = profile(folder.path()).unwrap_err().to_string();
        assert!(message.contains("is a folder, not a file"), "{message}");
    }
}
