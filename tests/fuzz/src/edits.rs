//! Text, an edit, text: incremental results equal those of analysing the new text from scratch, and offers are correct.

use rustassistant::{
    analysis::{Memo, Only, OpenFile, apply_safe, judge, measure, offers_at},
    config::Rules,
    refactorings, smells,
    syntax::{FileContext, Source, Unparsable},
    text::{TextRange, TextSize},
};

use crate::owned;

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    owned(&[
        "9\0if a {\0fn f(a: bool, b: bool) {\n    if a {\n        if b {\n            g();\n        }\n    }\n}\n",
        "40\0}\0impl S {\n    fn f(&self, x: Option<u8>) -> u8 {\n        let y = match x {\n            Some(y) => y,\n            None => return 0,\n        };\n        y\n    }\n}\n",
        "60\0\"\0mod m {\n    fn f() {\n        for a in b {\n            if c {\n                d();\n                e();\n                g();\n                h();\n                i();\n            }\n        }\n    }\n}\n",
        "3\0\0#[cfg(test)]\nmod tests { #[test] fn a() { match b { C | D if e => {} 'f' => r#\"\"#, _ => return } } }\n",
    ])
}

/// The bytes encode an offset, an insertion, and a text.
pub(crate) fn type_in(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut parts = text.splitn(3, '\0');
    let place = parts.next().and_then(|place| place.parse::<usize>().ok());
    let (insert, text) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    let start = (0..=place.unwrap_or_default().min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or_default();
    let end = (start + insert.len() / 2..=text.len()).find(|at| text.is_char_boundary(*at));
    let size = |at: usize| TextSize::try_from(at).expect("it is short");
    let range = TextRange::new(size(start), size(end.unwrap_or(text.len())));
    let file = OpenFile::new(text, FileContext::default());
    file.report();
    let file = file
        .changed(range, insert)
        .expect("the range is in the text");
    assert_is_fresh(&file);
    if let Ok(source) = file.source() {
        offers_at(source, TextRange::empty(range.start()), &[]);
        carry_out(source);
    }
    assert_eq!(refactorings::panics() + smells::panics(), 0);
}

fn assert_is_fresh(file: &OpenFile) {
    let fresh = Source::parse(&**file.text(), FileContext::default());
    match (file.source(), &fresh) {
        (Ok(edited), Ok(fresh)) => {
            assert_eq!(edited.root().text(), fresh.root().text());
            let report = measure(fresh, &Memo::default());
            assert_eq!(**file.report(), report);
        }
        // A block that is parsed alone may be slightly deeper.
        (edited, fresh) => assert!(
            edited.is_ok() == fresh.is_ok() || matches!(fresh, Err(Unparsable::TooDeep)),
            "{fresh:?}"
        ),
    }
}

/// The result of applying offers parses as well as before, and applying again changes nothing.
fn carry_out(source: &Source) {
    let rules = Rules::default();
    let context = source.context;
    let applied = apply_safe(&source.text, context, &rules, Only::All).expect("it was parsed");
    let after = Source::parse(&*applied.text, context).expect("it is no deeper");
    assert!(after.tree.errors().len() <= source.tree.errors().len());
    judge(&measure(&after, &Memo::default()), &after.text, &rules);
    let again = apply_safe(&applied.text, context, &rules, Only::All).expect("it was parsed");
    assert_eq!(again.text, applied.text);
}
