//! What a provider's protocol says, without a connection: the body of a request, and what an answer means.

use reqwest::header::{HeaderMap, HeaderValue, InvalidHeaderValue};
use serde_json::Value as Json;

use super::{anthropic::Anthropic, openai::OpenAi};
use crate::config::{ModelOptions, ModelProvider};

/// Bytes of a request for one token of it, so that an estimate is seldom too small.
const BYTES_OF_A_TOKEN: u64 = 3;

/// What a model is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Our own words, the same for every question of a kind.
    pub task: String,
    /// What it is about.
    pub subject: String,
    /// The form of the answer, as a JSON schema.
    pub schema: Json,
    /// Tokens that the answer may take, reasoning included.
    pub reply: u64,
}

/// How many times as long an answer may be where a model is told to reason: that counts as answered.
pub(super) fn room_to_reason(effort: Option<&str>) -> u64 {
    match effort {
        None => 1,
        Some("low") => 2,
        Some("medium") => 4,
        Some(_) => 8,
    }
}

/// What an answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    /// The text, or why it is none.
    pub(super) text: Result<String, String>,
    /// Tokens in and out, as the provider bills them.
    pub(super) cost: Option<u64>,
    /// Tokens of the request, as the provider has read it.
    pub(super) read: Option<u64>,
}

/// How a provider is spoken to.
pub(super) trait Protocol: Sync {
    /// Behind the address.
    fn path(&self) -> &'static str;

    fn headers(&self, key: Option<&str>) -> Result<HeaderMap, InvalidHeaderValue>;

    /// The request, without the fields that a server has said it doesn't know.
    fn body(&self, options: &ModelOptions, question: &Question, unknown: &[&str]) -> Json;

    /// Fields that a server may not know, and that a request does without.
    fn dispensable(&self) -> &'static [&'static str];

    /// Reads a whole answer; nothing where it is none.
    fn read(&self, answer: &Json) -> Option<Told>;
}

pub(super) fn protocol(provider: ModelProvider) -> &'static dyn Protocol {
    match provider {
        ModelProvider::Anthropic => &Anthropic,
        ModelProvider::OpenAi => &OpenAi,
    }
}

impl Question {
    /// Tokens that a request costs at most, as far as can be told before it is sent.
    pub fn estimate(&self, options: &ModelOptions) -> u64 {
        let body = protocol(options.provider)
            .body(options, self, &[])
            .to_string();
        (body.len() as u64).div_ceil(BYTES_OF_A_TOKEN) + self.reply
    }

    /// Runs of letters, each of which is a token at least; a quarter less, as some read several as one.
    pub(super) fn least_tokens(&self) -> u64 {
        let runs = |text: &str| {
            text.split(|c: char| !c.is_alphabetic())
                .filter(|run| !run.is_empty())
                .count()
        };
        (runs(&self.task) + runs(&self.subject)) as u64 * 3 / 4
    }

    /// The request as it would be sent, without the key.
    pub fn shown(&self, options: &ModelOptions) -> String {
        let protocol = protocol(options.provider);
        let body = protocol.body(options, self, &[]);
        let url = options.url.to_string();
        format!(
            "POST {}{}\n{}\n\n{body:#}\n",
            url.trim_end_matches('/'),
            protocol.path(),
            shown_headers(protocol, options),
        )
    }
}

fn shown_headers(protocol: &dyn Protocol, options: &ModelOptions) -> String {
    let key = options.api_key.as_ref().map(|_| "hidden");
    let headers = protocol.headers(key).unwrap_or_default();
    let mut lines = vec!["content-type: application/json".to_owned()];
    lines.extend(headers.iter().map(|(name, value)| match value.to_str() {
        Ok(text) if !value.is_sensitive() => format!("{name}: {text}"),
        _ => format!("{name}: (the key)"),
    }));
    lines.join("\n")
}

/// A header that no log shows.
pub(super) fn secret_header(text: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut value = HeaderValue::from_str(text)?;
    value.set_sensitive(true);
    Ok(value)
}

/// What a server says of a request that it refuses.
pub(super) fn complaint(answer: &Json) -> Option<&str> {
    let error = answer.get("error")?;
    error.get("message").unwrap_or(error).as_str()
}

/// The parameter that it names.
pub(super) fn parameter(answer: &Json) -> Option<&str> {
    answer.get("error")?.get("param")?.as_str()
}
