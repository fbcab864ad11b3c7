//! How a table may be written: what is read all the same.

use super::*;
use crate::dataset::Target;
use crate::gzip::tests::gzip;
use proptest::prelude::*;

const PLAIN: &str = "a,b,y\n1,2,u\n3.5,4,v\n";

/// Loads a table that is written like this, and expects what [`PLAIN`] says.
#[track_caller]
fn same_as_plain(text: impl AsRef<[u8]>, spec: &CsvSpec) -> Dataset {
    let data = load_texts(text, None, spec).unwrap();
    assert_eq!(data.feature_names, ["a", "b"]);
    assert_eq!(rows(&data.train), [[1.0, 2.0], [3.5, 4.0]]);
    assert_eq!(data.train.labels(), Some([0, 1].as_slice()));
    data
}

fn class_names(data: &Dataset) -> &[String] {
    match &data.target {
        Target::Classes { names } => names,
        _ => panic!("classes expected"),
    }
}

#[test]
fn any_line_ends() {
    for end in ["\n", "\r\n", "\r", "\r\r\n"] {
        same_as_plain(PLAIN.replace('\n', end), &spec());
    }
    same_as_plain("a,b,y\r1,2,u\r\n\n3.5,4,v", &spec());
}

#[test]
fn packed_and_in_utf_16() {
    same_as_plain(gzip(PLAIN.as_bytes()), &spec());
    same_as_plain(gzip(&gzip(PLAIN.as_bytes())), &spec());
    let units = PLAIN.encode_utf16();
    let bytes: Vec<u8> = units.flat_map(u16::to_le_bytes).collect();
    same_as_plain(bytes, &spec());
}

#[test]
fn a_delimiter_behind_each_line() {
    let data = same_as_plain("a,b,y,,\n1,2,u,,\n3.5,4,v,,\n", &spec());
    let notes = [
        "column 3, which has no name, is empty: left out",
        "column 4, which has no name, is empty: left out",
    ];
    assert_eq!(data.notes, notes);
    for ignore in [column(""), Column::Index(3)] {
        let ignore = CsvSpec {
            ignore: vec![ignore],
            ..spec()
        };
        let data = same_as_plain("a,b,y,\n1,2,u,\n3.5,4,v,\n", &ignore);
        assert!(data.notes.is_empty());
    }
    let without = CsvSpec {
        header: Some(false),
        target: TableTarget::Column(Column::Index(1)),
        ..spec()
    };
    let data = load_text("1,u,\n2,v,\n", &without).unwrap();
    assert_eq!((data.train.width(), data.notes.len()), (1, 1));
}

#[test]
fn columns_without_a_name_may_be_ignored() {
    for ignore in [vec![column("")], vec![Column::Index(1), Column::Index(4)]] {
        let ignore = CsvSpec { ignore, ..spec() };
        same_as_plain("a,,b,y,\n1,x,2,u,5\n3.5,z,4,v,6\n", &ignore);
    }
}

#[test]
fn row_numbers_of_other_tools_are_left_out() {
    for (header, from) in [("", 0), ("\"\"", 1), ("Unnamed: 0", 0)] {
        let text = format!("{header},a,b,y\n{from},1,2,u\n{},3.5,4,v\n", from + 1);
        let data = same_as_plain(text, &spec());
        assert!(
            data.notes[0].ends_with("only counts the rows: left out"),
            "{:?}",
            data.notes
        );
    }
    let text = "Unnamed: 0.1,Unnamed: 0,a,b,y\n0,0,1,2,u\n1,1,3.5,4,v\n";
    assert_eq!(same_as_plain(text, &spec()).notes.len(), 2);
    // Each file counts for itself.
    let data = load_texts(",a,y\n0,1,u\n1,2,v\n", Some(",a,y\n0,3,u\n"), &spec()).unwrap();
    assert_eq!(rows(&data.test), [[3.0]]);
}

#[test]
fn a_column_that_may_be_a_row_number_is_told() {
    let data = load_text("id,a,y\n1,5,u\n2,6,v\n", &spec()).unwrap();
    assert_eq!(data.feature_names, ["id", "a"]);
    let note = "column \"id\" counts the rows and is taken for a feature; list it in \
                dataset.csv.ignore if it is none";
    assert_eq!(data.notes, [note]);
    // A target is no row number, nor is what counts otherwise.
    let target = CsvSpec {
        target: TableTarget::Column(Column::Index(0)),
        ..spec()
    };
    assert!(
        load_text("id,a\n1,5\n2,6\n", &target)
            .unwrap()
            .notes
            .is_empty()
    );
    assert!(
        load_text("id,y\n2,u\n1,v\n", &spec())
            .unwrap()
            .notes
            .is_empty()
    );
}

#[test]
fn names_that_are_numbers() {
    let third = CsvSpec {
        target: TableTarget::Column(Column::Index(2)),
        ..spec()
    };
    let text = "0,1,2\n5,6,u\n7,8,v\n";
    let data = load_text(text, &third).unwrap();
    assert_eq!(
        data.notes,
        ["line 1 of t.csv names the columns: \"0\", \"1\", \"2\""]
    );
    assert_eq!(data.train.len(), 2);
    let told = CsvSpec {
        header: Some(true),
        ..third
    };
    let data = load_text(&text.replace('0', "2019"), &told).unwrap();
    assert_eq!(data.feature_names, ["2019", "1"]);
}

#[test]
fn columns_set_apart_by_spaces() {
    let spaces = CsvSpec {
        delimiter: ' ',
        ..spec()
    };
    same_as_plain("  a   b  y \n\n 1.0 2\tu\n   3.5 4   v\t \n", &spaces);
    let data = load_text("a y\n1  \"two  words\" \n2 x\n", &spaces).unwrap();
    assert_eq!(class_names(&data), ["two  words", "x"]);
}

#[test]
fn a_line_that_says_the_delimiter() {
    same_as_plain(format!("sep=;\r\n{}", PLAIN.replace(',', ";")), &spec());
    same_as_plain(format!("sep=,\n{PLAIN}"), &spec());
    let tabs = CsvSpec {
        delimiter: '\t',
        ..spec()
    };
    same_as_plain(format!("\"sep=\t\"\n{}", PLAIN.replace(',', "\t")), &tabs);
}

#[test]
fn lines_of_comment() {
    let comments = CsvSpec {
        comment: Some('#'),
        ..spec()
    };
    let data = same_as_plain("# of 2020, \"1\na,b,y\n#\n1,2,u\n3.5,4,v\n# end", &comments);
    assert!(data.notes.is_empty());
    let error = load_text("#\n\n# x\na,b,y\n#\n1,oops,u\n", &comments).unwrap_err();
    assert!(
        error.to_string().starts_with("t.csv, line 6, column \"b\""),
        "{error}"
    );
}

#[test]
fn decimal_commas() {
    let comma = CsvSpec {
        delimiter: ';',
        decimal: ',',
        ..spec()
    };
    same_as_plain("a;b;y\n1,0;2;u\n3,5;4;v\n", &comma);
    let quoted = CsvSpec {
        delimiter: ',',
        ..comma
    };
    same_as_plain("a,b,y\n\"1,0\",2,u\n\"3,5\",4,v\n", &quoted);
}

#[test]
fn labels_may_be_renamed() {
    let rename = |pairs: &[(&str, &str)]| CsvSpec {
        rename: pairs
            .iter()
            .map(|(from, to)| (from.to_string(), to.to_string()))
            .collect(),
        ..spec()
    };
    let text = "a,y\n1,>50K\n2,<=50K\n";
    let test = "a,y\n1, >50K.\n2, <=50K.\n";
    let pairs = [("<=50K.", "<=50K"), (">50K.", ">50K")];
    let data = load_texts(text, Some(test), &rename(&pairs)).unwrap();
    assert_eq!(class_names(&data), ["<=50K", ">50K"]);
    assert_eq!(data.test.labels(), Some([1, 0].as_slice()));
    // Once only: what has become "b" stays "b".
    let data = load_text("a,y\n1,a\n2,b\n", &rename(&[("a", "b"), ("b", "a")])).unwrap();
    assert_eq!(data.train.labels(), Some([1, 0].as_slice()));
    // Who renames a text to itself has seen it.
    let data = load_text(
        "a,y\n1,A\n2,a\n3,NA\n",
        &rename(&[("a", "a"), ("NA", "NA")]),
    )
    .unwrap();
    assert_eq!(class_names(&data), ["A", "NA", "a"]);
    let real = CsvSpec {
        task: Task::Regression,
        ..rename(&[("low", "1")])
    };
    let data = load_text("a,y\n1,low\n2,3\n", &real).unwrap();
    assert_eq!(data.train.values(), Some([1.0, 3.0].as_slice()));
}

#[test]
fn classes_may_be_plus_and_minus() {
    let data = load_text("a,y\n1,+\n2,-\n", &spec()).unwrap();
    assert_eq!(class_names(&data), ["+", "-"]);
}

#[test]
fn large_numbers_are_fine_as_far_as_f32_can_hold_them() {
    let data = load_text("a,y\n3e38,u\n-3e38,v\n", &spec()).unwrap();
    assert_eq!(rows(&data.train), [[3e38], [-3e38]]);
}

fn any_header() -> impl Strategy<Value = Option<bool>> {
    prop::option::of(any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn structures_never_panic(
        text in "(sep=[;,]\n)?([ab1#,; \t\"\n\r\u{e9}.-]|NaN|,,|\n0,1|\"\"|a,b\n){0,40}",
        delimiter in prop::sample::select(vec![',', ';', ' ', '\t']),
        header in any_header(),
        target in -2_i64..4,
        utf_16: bool,
    ) {
        let any = CsvSpec {
            header,
            delimiter,
            decimal: if utf_16 { ',' } else { '.' },
            comment: Some('#').filter(|_| header.is_none()),
            target: TableTarget::Column(Column::Index(target)),
            ignore: if utf_16 { vec![column("")] } else { Vec::new() },
            ..spec()
        };
        let units = text.encode_utf16().flat_map(u16::to_be_bytes);
        let bytes = if utf_16 { units.collect() } else { text.into_bytes() };
        let _ = load_texts(bytes, None, &any);
    }

    #[test]
    fn rows_are_never_lost_in_silence(
        cells in prop::collection::vec(("[0-9]{1,2}(\\.5)?", "[uv]"), 3..12),
        end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        trailing: bool,
        numbered: bool,
    ) {
        let behind = if trailing { "," } else { "" };
        let mut lines = vec![format!("{}a,b,y{behind}", if numbered { "," } else { "" })];
        for (row, (a, y)) in cells.iter().enumerate() {
            let number = if numbered { format!("{row},") } else { String::new() };
            lines.push(format!("{number}{a},7,{y}{behind}"));
        }
        match load_text(&lines.join(end), &spec()) {
            Ok(data) => {
                prop_assert_eq!(data.train.len(), cells.len());
                prop_assert_eq!(&data.feature_names, &["a", "b"]);
                prop_assert_eq!(data.notes.len(), usize::from(trailing) + usize::from(numbered));
            }
            Err(error) => prop_assert!(error.to_string().contains("a single class"), "{}", error),
        }
    }
}
