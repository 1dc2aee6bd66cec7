//! Cache entries: envelopes, sealed or not, and the reports in them.

use std::sync::LazyLock;

use rustassistant::{
    analysis::{Memo, decode, encode, judge, measure},
    cache::{
        Entry, Key, Seal, SigningKey,
        envelope::{Decoder, Encoder},
    },
    config::Rules,
    syntax::{FileContext, Source},
    text::slice,
};

const TEXT: &str =
    "fn f(a: bool, b: bool) {\n    if a {\n        if b {\n            g();\n        }\n    }\n}\n";

static KEY: LazyLock<Key> = LazyLock::new(|| Key::new("fuzz", &[0; 32], &[], TEXT.as_bytes()));

static SEAL: LazyLock<Seal> = LazyLock::new(|| {
    let signer = SigningKey::generate().expect("the system has randomness");
    let trusted = [signer.public()];
    Seal::new("main".parse().expect("a namespace"), Some(signer), &trusted)
});

fn report() -> Entry {
    let source = Source::parse(TEXT, FileContext::default()).expect("it is small");
    encode(&measure(&source, &Memo::default()))
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let report = report();
    let long = Entry::from(&*report.repeat(100));
    let envelope = |entry| Encoder::default().encode(&KEY, entry).expect("it is small");
    let sealed = SEAL.close(&mut Encoder::default(), &KEY, &report);
    vec![
        report.to_vec(),
        envelope(&report),
        envelope(&long),
        sealed.expect("there is a signer"),
    ]
}

/// Anything that decodes was encoded or matches the text; nothing else is produced.
pub(crate) fn decode_all(bytes: &[u8]) {
    let mut decoder = Decoder::default();
    if let Ok(entry) = decoder.decode(&KEY, bytes) {
        let again = Encoder::default().encode(&KEY, &entry).expect("it was one");
        assert_eq!(decoder.decode(&KEY, &again), Ok(entry));
    }
    let _ = SEAL.open(&mut decoder, &KEY, bytes);
    if let Some(report) = decode(&Entry::from(bytes), TEXT) {
        for finding in judge(&report, TEXT, &Rules::default()) {
            assert!(slice(TEXT, finding.at).is_some());
            assert!(finding.message.len() < 64 << 10);
        }
    }
}
