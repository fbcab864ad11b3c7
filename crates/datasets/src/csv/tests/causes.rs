//! Tables that are not what they seem: the message tells the cause, and a way on.

use super::bad_input::{GOOD, message};
use super::*;

#[test]
fn a_first_line_that_is_not_what_the_config_says() {
    let index = CsvSpec {
        target: TableTarget::Column(Column::Index(1)),
        ..spec()
    };
    let error = load_text("1,u\n2,v\n3,u\n", &index).unwrap_err();
    assert_eq!(error.key(), Some("dataset.csv.header"));
    let text = "dataset.csv.header: t.csv, line 1 looks like a row, not like the names of the \
                columns: \"1\", \"u\"; set header = false if it is one, or header = true if these \
                are names";
    assert_eq!(error.to_string(), text);
    let without = CsvSpec {
        header: Some(false),
        ..index
    };
    let text = message("a,y\n2,v\n3,u\n", &without);
    let wanted = "t.csv, line 1 names the columns, though header = false: \"a\", \"y\"; set header \
                  = true, or leave it out";
    assert!(text.ends_with(wanted), "{text}");
    let error = load_texts(GOOD, Some("1,2,u\n3,4,v\n"), &spec()).unwrap_err();
    let wanted = "; begin the file with the header of the training file";
    assert!(error.to_string().ends_with(wanted), "{error}");
}

#[test]
fn a_column_without_a_name_that_holds_data() {
    let some = CsvSpec {
        ignore: vec![column("a")],
        ..spec()
    };
    let wanted = "t.csv, line 1: found no name for column 1, which holds \"7\" ..., expected a name \
                  for every column; name it, or leave it out: dataset.csv.ignore = [\"a\", 1]";
    assert_eq!(message("a,,b,y\n1,7,2,u\n3,8,4,v\n", &some), wanted);
    let text = message("Unnamed: 0,a,y\n7,1,u\n3,2,v\n", &spec());
    let wanted =
        "found the name \"Unnamed: 0\", which pandas gives where there is none, for column 0";
    assert!(text.contains(wanted), "{text}");
    let only = message(",y\n0,u\n1,v\n", &spec());
    assert!(
        only.ends_with("name the columns in the header, or ignore fewer"),
        "{only}"
    );
}

#[test]
fn one_class_in_several_spellings() {
    let error = load_text("a,y\n1,Red\n2,red\n3,red\n4,1\n5,1.0\n6,01\n", &spec()).unwrap_err();
    assert_eq!(error.key(), Some("dataset.csv.rename"));
    let text = "dataset.csv.rename: column \"y\" of t.csv seems to spell a class in several ways: \
                \"01\" (1) and \"1\" (1) and \"1.0\" (1); \"Red\" (1) and \"red\" (2); set rename = { \
                \"01\" = \"1\", \"1.0\" = \"1\", \"Red\" = \"red\" }, or rename a text to itself \
                (\"01\" = \"01\") where it is a class of its own";
    assert_eq!(error.to_string(), text);
    let rename = |from: &str, to: &str| CsvSpec {
        rename: [(from.to_string(), to.to_string())].into(),
        ..spec()
    };
    // What is left must still be told, with what was said before.
    let text = message("a,y\n1,0\n2,0.0\n3,00\n4,x\n", &rename("0.0", "0"));
    assert!(
        text.contains("set rename = { \"0.0\" = \"0\", \"00\" = \"0\" }"),
        "{text}"
    );
    let text = message(GOOD, &rename("U", "v"));
    let wanted = "dataset.csv.rename: no row of t.csv has \"U\" in column \"y\"; did you mean \"u\"? It \
                  has \"u\", \"v\"";
    assert_eq!(text, wanted);
}

#[test]
fn texts_that_stand_for_missing_values() {
    let text = message("a,y\n1,u\nNaN,v\n-,v\n", &spec());
    let wanted = "; if it stands for a missing value, set dataset.csv.missing.markers = [\"NA\", \
                  \"?\", \"NaN\", \"-\"]";
    assert!(text.ends_with(wanted), "{text}");
    let text = message("a,y\n1,u\n2,v\n3,null\n", &spec());
    let wanted = "t.csv, line 4, column \"y\": found \"null\", expected a class; if it stands for a \
                  missing value, set dataset.csv.missing.markers = [\"NA\", \"?\", \"null\"]; if it \
                  is a class, set dataset.csv.rename = { \"null\" = \"null\" }";
    assert_eq!(text, wanted);
    let categories = CsvSpec {
        categorical: vec![column("a")],
        ..spec()
    };
    let data = load_text("a,y\nNaN,u\nx,v\n", &categories).unwrap();
    assert!(data.notes[0].starts_with("a: \"NaN\" taken for a category; list it"));
}

#[test]
fn numbers_that_f32_cannot_hold() {
    let wanted = "t.csv, line 3, column \"a\": found \"-1e39\", expected a number up to 3.4e38, more \
                  is too large for f32; scale the column (dataset.csv.scale = \"standardize\"), use \
                  another unit, or correct it";
    assert_eq!(
        message(
            "c,a,y\nx,1,u\nz,-1e39,v\n",
            &CsvSpec {
                categorical: vec![column("c")],
                ..spec()
            }
        ),
        wanted
    );
    let scaled = CsvSpec {
        scale: Scale::MinMax,
        ..spec()
    };
    let text = load_texts("a,y\n1,u\n2,v\n", Some("a,y\n1,u\n1e39,v\n"), &scaled).unwrap_err();
    let wanted = "test.csv, line 3, column \"a\": found \"1e39\", expected a number up to 3.4e38, \
                  more is too large for f32; scaled it is 1.0e39; use another unit, or correct it";
    assert_eq!(text.to_string(), wanted);
    let real = CsvSpec {
        task: Task::Regression,
        ..spec()
    };
    let text = message("a,y\n1,1e39\n2,3\n", &real);
    assert!(
        text.contains("line 2, column \"y\"") && text.contains("target_scale ="),
        "{text}"
    );
}

#[test]
fn what_stands_above_a_table() {
    for (text, remedy) in [
        (
            "# of 2020, by me\na,b,y\n1,2,u\n",
            "set comment = \"#\" if lines that begin so",
        ),
        (
            "|1x3 Cross\n1,2,u\n3,4,v\n",
            "set comment = \"|\" if lines that begin so",
        ),
        (
            "% a\n% b\na,b,y\n1,2,u\n",
            "set comment = \"%\" if lines that begin so",
        ),
        (
            "My table\nof 2020\na,b,y\n1,2,u\n",
            "remove what stands above the table",
        ),
    ] {
        let found = message(text, &spec());
        assert!(
            found.starts_with("t.csv, line 1: found ") && found.contains(remedy),
            "{found}"
        );
    }
    let comments = CsvSpec {
        comment: Some('#'),
        ..spec()
    };
    assert!(message("# a\n#b\n", &comments).contains("found nothing but comments, expected"));
    let text = message("a,b,y\n1,2,u\n# so\n", &spec());
    assert!(
        text.contains("line 3: found 1 field") && text.contains("set comment"),
        "{text}"
    );
}

#[test]
fn columns_that_are_empty() {
    let text = message("a,b,y\n1,,u\n2,,v\n", &spec());
    assert!(
        text.ends_with("; list what is empty in dataset.csv.ignore: \"b\""),
        "{text}"
    );
    let text = message("a,b,y\n1,2,\n3,4,\n", &spec());
    assert!(
        text.contains("column \"y\" of t.csv has no value in any row"),
        "{text}"
    );
}

#[test]
fn a_delimiter_behind_some_lines_only() {
    let text = message("a,b,y\n1,2,u,\n3,4,v,\n", &spec());
    let wanted = "t.csv, line 2: found 4 fields, expected 3 as in the first row; every row ends with \
                  a delimiter: write one behind the header too, or remove those behind the rows";
    assert_eq!(text, wanted);
    let text = message("a,b,y,\n1,2,u\n3,4,v\n", &spec());
    let wanted = "; the header ends with a delimiter and the rows do not: remove it there";
    assert!(text.ends_with(wanted), "{text}");
    let text = message("a,b,y\n1,2,3,4,u\n5,6,7,8,v\n", &spec());
    let wanted = "; numbers with decimal commas need quotation marks, or another delimiter";
    assert!(text.ends_with(wanted), "{text}");
    let text = message("a,y\nx,1,u\nz,2,v\n", &spec());
    assert!(
        text.contains("where the first is the name of the row, as R writes it"),
        "{text}"
    );
}

#[test]
fn numbers_in_another_notation() {
    let semicolon = CsvSpec {
        delimiter: ';',
        ..spec()
    };
    for (number, remedy) in [
        (
            "3,14",
            "for numbers with decimal commas set decimal = \",\"",
        ),
        (
            "1,234",
            "set decimal = \",\" if \"1,234\" has decimals, or write numbers without signs",
        ),
        (
            "1,234.5",
            "write numbers without signs between the thousands",
        ),
        ("1 234", "write numbers without signs between the thousands"),
        ("1e999", "it is too large: use another unit, or correct it"),
        (
            "-inf",
            "a network cannot learn from it: correct it, or if it stands for a missing",
        ),
        ("3|4", "set delimiter = \"|\""),
        (
            "kg",
            "list \"a\" in dataset.csv.categorical or dataset.csv.ignore, or \"kg\" in",
        ),
    ] {
        let text = message(&format!("a;y\n{number};u\n2;v\n"), &semicolon);
        assert!(
            text.contains(&format!("expected a number; {remedy}")),
            "{text}"
        );
    }
    // What the rest of the column says decides.
    let text = message("a;y\n1,234;u\n2,5;v\n", &semicolon);
    assert!(
        text.ends_with("for numbers with decimal commas set decimal = \",\""),
        "{text}"
    );
    let comma = CsvSpec {
        decimal: ',',
        ..semicolon
    };
    let text = message("a;y\n3.5;u\n2,5;v\n", &comma);
    assert!(
        text.ends_with("for numbers with decimal points set decimal = \".\""),
        "{text}"
    );
}
