//! The cache of answers, so that the same question is never paid for twice, on one machine or in a team.
//!
//! The key is a hash of the whole question, the model and its provider, so a cached answer is used only for an identical
//! request. Cache contents are untrusted: they are parsed strictly, and their results pass the same checks as a new answer.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use super::protocol::Question;
use crate::{
    cache::{Entry, Key, Lookup, TieredCache},
    config::ModelOptions,
};

/// Maximum size of an entry in bytes.
const LARGEST: usize = 1 << 16;
/// How long a fruitless question is remembered.
const FRUITLESS: Duration = Duration::from_hours(30 * 24);
const ANSWER: &str = "model answer";
const NOTHING: &str = "model answer without use";

/// The cached outcome of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    Answer {
        text: String,
        /// The original cost in tokens.
        tokens: u64,
    },
    /// None of the model's choices passed the checks.
    Fruitless,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptAnswer {
    text: String,
    tokens: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptRefusal {
    /// Seconds since 1970.
    since: u64,
}

/// The cache that contains the answers.
#[derive(Clone)]
pub struct Memory(Arc<TieredCache>);

impl Memory {
    pub fn new(store: Arc<TieredCache>) -> Self {
        Self(store)
    }

    pub async fn find(&self, options: &ModelOptions, question: &Question) -> Option<Kept> {
        let now = now();
        let name = Name::of(options, question);
        // An entry is never replaced, so each time span has its own key.
        let spans = [span(now), span(now).saturating_sub(1)];
        let keys = spans.map(|span| name.key(NOTHING, &span.to_le_bytes()));
        let keys = [name.key(ANSWER, &[]), keys[0], keys[1]];
        let mut found = self.0.get_many(&keys).await.into_iter().map(Lookup::entry);
        let answer = found.next().flatten();
        let is_fruitless = found.flatten().any(|entry| {
            let refusal = parsed::<KeptRefusal>(&entry);
            refusal.is_some_and(|it| it.since <= now && now - it.since <= FRUITLESS.as_secs())
        });
        if is_fruitless {
            return Some(Kept::Fruitless);
        }
        let KeptAnswer { text, tokens } = parsed(&answer?)?;
        Some(Kept::Answer { text, tokens })
    }

    /// Caches an answer that was parsed successfully.
    pub async fn keep(&self, options: &ModelOptions, question: &Question, text: &str, tokens: u64) {
        let key = Name::of(options, question).key(ANSWER, &[]);
        let text = text.to_owned();
        self.put(key, &KeptAnswer { text, tokens }).await;
    }

    /// Records that a question was fruitless.
    pub async fn keep_fruitless(&self, options: &ModelOptions, question: &Question) {
        let since = now();
        let key = Name::of(options, question).key(NOTHING, &span(since).to_le_bytes());
        self.put(key, &KeptRefusal { since }).await;
    }

    async fn put(&self, key: Key, kept: &impl Serialize) {
        let bytes = serde_json::to_vec(kept).unwrap_or_default();
        if (1..=LARGEST).contains(&bytes.len()) {
            self.0.put_many(vec![(key, Entry::from(bytes))]).await;
        }
    }
}

/// The identity of a question.
struct Name<'a> {
    options: &'a ModelOptions,
    subject: &'a str,
    /// Hash of the part that is constant for all questions of a kind.
    task: [u8; 32],
}

impl<'a> Name<'a> {
    fn of(options: &'a ModelOptions, question: &'a Question) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in [&question.task, &question.schema.to_string()] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        Self {
            options,
            subject: &question.subject,
            task: *hasher.finalize().as_bytes(),
        }
    }

    fn key(&self, kind: &str, more: &[u8]) -> Key {
        let ModelOptions {
            provider,
            model,
            effort,
            ..
        } = self.options;
        let effort = effort.unwrap_or_default();
        let context = [provider.name(), model, effort].map(str::as_bytes);
        let context: Vec<&[u8]> = context.into_iter().chain([more]).collect();
        Key::new(kind, &self.task, &context, self.subject.as_bytes())
    }
}

fn parsed<T: for<'a> Deserialize<'a>>(entry: &[u8]) -> Option<T> {
    let bytes = Some(entry).filter(|it| it.len() <= LARGEST)?;
    serde_json::from_slice(bytes).ok()
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}

fn span(now: u64) -> u64 {
    now / FRUITLESS.as_secs()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::scripted::options;

    fn question(subject: &str) -> Question {
        Question {
            task: "Choose.".to_owned(),
            subject: subject.to_owned(),
            schema: json!({}),
            reply: 10,
        }
    }

    fn memory() -> Memory {
        Memory::new(Arc::new(TieredCache::open(
            crate::cache::TieredOptions::default(),
            &crate::migrations::SQLITE,
        )))
    }

    #[tokio::test]
    async fn the_same_question_is_found_and_another_is_not() {
        let (memory, options) = (memory(), options("http://127.0.0.1:1"));
        let asked = question("fn f() {}");
        assert_eq!(memory.find(&options, &asked).await, None);
        memory.keep(&options, &asked, "{}", 7).await;
        let text = "{}".to_owned();
        let kept = Some(Kept::Answer { text, tokens: 7 });
        assert_eq!(memory.find(&options, &asked).await, kept);
        assert_eq!(memory.find(&options, &question("fn g() {}")).await, None);
        let other = ModelOptions {
            model: "another".to_owned(),
            ..options.clone()
        };
        assert_eq!(memory.find(&other, &asked).await, None);
        memory.keep_fruitless(&options, &asked).await;
        assert_eq!(memory.find(&options, &asked).await, Some(Kept::Fruitless));
    }

    #[tokio::test]
    async fn bytes_that_are_no_answer_are_none() {
        let (memory, options) = (memory(), options("http://127.0.0.1:1"));
        let long = format!("{{\"text\":\"{}\",\"tokens\":1}}", "x".repeat(LARGEST));
        for (at, bytes) in [
            "",
            "{}",
            "{\"text\":1,\"tokens\":1}",
            "{\"text\":\"\",\"tokens\":1,\"run\":\"rm\"}",
            &long,
        ]
        .iter()
        .enumerate()
        {
            let asked = question(&format!("fn f{at}() {{}}"));
            let key = Name::of(&options, &asked).key(ANSWER, &[]);
            let entry = Entry::from(bytes.as_bytes());
            memory.0.put_many(vec![(key, entry)]).await;
            assert_eq!(memory.find(&options, &asked).await, None, "{at}");
        }
    }

    #[tokio::test]
    async fn what_had_no_use_is_forgotten_in_time() {
        let (memory, options) = (memory(), options("http://127.0.0.1:1"));
        let asked = question("fn f() {}");
        for (span_before, age) in [(1, FRUITLESS.as_secs() + 60), (0, 0)] {
            let since = now() - age;
            let span = span(now()).saturating_sub(span_before);
            let key = Name::of(&options, &asked).key(NOTHING, &span.to_le_bytes());
            memory.put(key, &KeptRefusal { since }).await;
            let expected = (age == 0).then_some(Kept::Fruitless);
            assert_eq!(memory.find(&options, &asked).await, expected);
        }
    }
}
