//! Tables as spreadsheets, databases and other programs write them.

use super::bad_input::{GOOD, message};
use super::*;

#[test]
fn numbers_with_something_around_them_are_told_apart_from_texts() {
    for (cells, remedy) in [
        (["5%", "7%"], "write plain numbers, without \"%\""),
        (["$1,200.00", "$3"], "write plain numbers, without \"$\""),
        (["12 kg", "7 kg"], "write plain numbers, without \"kg\""),
        (["<0.1", "7"], "write plain numbers, without \"<\""),
        (["(3.5)", "7"], "write a minus sign in place of parentheses"),
        (
            ["2020-01-31", "2020-02-01"],
            "turn dates and times into numbers, such as days since the first, or list \"a\" in \
             dataset.csv.ignore",
        ),
        (["1a", "2b"], "list \"a\" in dataset.csv.categorical or"),
    ] {
        let [first, second] = cells;
        let text = message(&format!("a;y\n{first};u\n{second};v\n"), &semicolon());
        assert!(
            text.contains(&format!("expected a number; {remedy}")),
            "{text}"
        );
    }
    let data = load_text("a,y\n\u{2212}1.5,u\n2,v\n", &spec()).unwrap();
    assert_eq!(rows(&data.train), [[-1.5], [2.0]]);
    let sparse = CsvSpec {
        header: Some(false),
        delimiter: ' ',
        target: TableTarget::Column(Column::Index(0)),
        ..spec()
    };
    let text = message("1 1:0.5\n0 1:2\n", &sparse);
    assert!(
        text.contains("as LIBSVM's sparse files have them"),
        "{text}"
    );
}

fn semicolon() -> CsvSpec {
    CsvSpec {
        delimiter: ';',
        ..spec()
    }
}

#[test]
fn one_text_among_numbers_is_a_mistake_or_a_missing_value() {
    let text = message("a,y\n1,u\n2,v\nTotal,u\n", &spec());
    let wanted = "t.csv, line 4, column \"a\": found \"Total\", expected a number; correct it, or \
                  remove the row; if it stands for a missing value, set dataset.csv.missing.markers \
                  = [\"NA\", \"?\", \"Total\"]";
    assert_eq!(text, wanted);
    for marker in ["\\N", "..", "#NULL!"] {
        let text = message(&format!("a,y\n1,u\n2,v\n3,{marker}\n"), &spec());
        assert!(
            text.contains("expected a class; if it stands for a missing"),
            "{text}"
        );
    }
}

#[test]
fn names_that_stand_below_the_first_line() {
    let text = message("My table,\na,y\n1,u\n2,v\n", &spec());
    let wanted = "t.csv has no column \"y\"; \"y\" stands on line 2: if that line names the columns, \
                  remove what stands above it. Now they are \"My table\", \"1\"";
    assert!(text.ends_with(wanted), "{text}");
    let text = message("a,y\n1,u\n2,v\na,y\n3,u\n", &spec());
    let wanted = "t.csv, line 4: found the names of the columns again: \"a\", \"y\", expected a row; \
                  remove the line, and all others like it";
    assert_eq!(text, wanted);
    let text = message("'a','y'\n1,u\n2,v\n", &spec());
    assert!(text.contains("did you mean \"'y'\"?"), "{text}");
}

#[test]
fn quotation_marks_of_other_kinds() {
    let backslash = message("a,y\nx\\,1,u\nz\\,2,v\n", &spec());
    assert!(
        backslash.contains("; a backslash protects nothing: put"),
        "{backslash}"
    );
    let single = message("a,y\n'x, 1',u\n'z, 2',v\n", &spec());
    assert!(
        single.contains("; quotation marks are \" on both sides: write"),
        "{single}"
    );
    let whole = message("\"a,y\"\n\"1,u\"\n\"2,v\"\n", &spec());
    let wanted = "t.csv, line 1: found a whole line in quotation marks, \"a,y\", expected marks \
                  around single fields; remove those around the lines, and write \" for each \"\" \
                  inside";
    assert_eq!(whole, wanted);
}

#[test]
fn spellings_of_a_class_differ_in_more_than_letters() {
    for (one, other) in [("a-b", "a b"), ("a_b", "A b"), ("'u'", "u")] {
        let text = message(&format!("a,y\n1,{one}\n2,{other}\n"), &spec());
        assert!(
            text.contains("seems to spell a class in several ways"),
            "{text}"
        );
    }
    for (one, other) in [("A-", "A"), ("A+", "A-"), ("<=1", ">1"), ("-1", "1")] {
        assert!(load_text(&format!("a,y\n1,{one}\n2,{other}\n"), &spec()).is_ok());
    }
    let data = load_text("a,y\n1,u\n2,v\n3,u\u{200b}\n", &spec()).unwrap();
    assert_eq!(data.train.labels(), Some([0, 1, 0].as_slice()));
    assert!(load_text("a,y\n1,u\n2,v\n\u{1a}", &spec()).is_ok());
}

#[test]
fn the_columns_of_a_test_file() {
    let data = load_texts(GOOD, Some("y,b,a\nu,2,1\n"), &spec()).unwrap();
    assert_eq!(rows(&data.test), [[1.0, 2.0]]);
    let error = load_texts(GOOD, Some("id,a,b\n1,2,3\n"), &spec()).unwrap_err();
    let wanted = "test.csv, line 1: found the columns \"id\", \"a\", \"b\", without \"y\", besides \
                  \"id\", expected those of t.csv: \"a\", \"b\", \"y\"; give both files the same columns";
    assert_eq!(error.to_string(), wanted);
}
