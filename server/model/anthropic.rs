//! Anthropic's messages API.

use reqwest::header::{HeaderMap, HeaderValue, InvalidHeaderValue};
use serde_json::{Value as Json, json};

use super::protocol::{Protocol, Question, Told, secret_header};
use crate::config::ModelOptions;

/// The protocol version, as used by the official packages of 2026.
const VERSION: &str = "2026-10-21";
const EFFORT: &str = "effort";
const OUTPUT: &str = "output_config";

pub(super) struct Anthropic;

impl Protocol for Anthropic {
    fn path(&self) -> &'static str {
        "/v1/messages"
    }

    fn headers(&self, key: Option<&str>) -> Result<HeaderMap, InvalidHeaderValue> {
        let mut headers = HeaderMap::new();
        headers.insert("anthropic-version", HeaderValue::from_static(VERSION));
        if let Some(key) = key {
            headers.insert("x-api-key", secret_header(key)?);
        }
        Ok(headers)
    }

    fn body(&self, options: &ModelOptions, question: &Question, unknown: &[&str]) -> Json {
        let mut body = json!({
            "model": options.model,
            "max_tokens": question.reply,
            "system": question.task,
            "messages": [{ "role": "user", "content": question.subject }],
        });
        if unknown.contains(&OUTPUT) {
            return body;
        }
        body[OUTPUT] = json!({ "format": { "type": "json_schema", "schema": question.schema } });
        if let Some(effort) = options.effort.filter(|_| !unknown.contains(&EFFORT)) {
            body[OUTPUT][EFFORT] = json!(effort);
        }
        body
    }

    fn dispensable(&self) -> &'static [&'static str] {
        &[EFFORT, OUTPUT]
    }

    fn read(&self, answer: &Json) -> Option<Told> {
        let blocks = answer.get("content")?.as_array()?;
        let is_text = |block: &&Json| block["type"] == "text";
        let texts = blocks.iter().filter(is_text);
        let text: String = texts.filter_map(|block| block["text"].as_str()).collect();
        let text = match answer["stop_reason"].as_str() {
            Some("end_turn") => Ok(text),
            Some("max_tokens") => Err("its answer was cut off at the token limit".to_owned()),
            Some("refusal") => Err("it declined to answer".to_owned()),
            Some("model_context_window_exceeded") => {
                Err("the request is longer than its context".to_owned())
            }
            _ => Err("its answer is incomplete".to_owned()),
        };
        let usage = &answer["usage"];
        let tokens = |name: &str| usage[name].as_u64().unwrap_or_default();
        let written = tokens("cache_creation_input_tokens");
        let remembered = tokens("cache_read_input_tokens");
        let (input, output) = (
            usage["input_tokens"].as_u64(),
            usage["output_tokens"].as_u64(),
        );
        let cost = input.zip(output).map(|(input, output)| {
            let weighed =
                (written.saturating_mul(5).div_ceil(4)).saturating_add(remembered.div_ceil(10));
            input.saturating_add(output).saturating_add(weighed)
        });
        Some(Told {
            text,
            // Writing to the cache costs a quarter more, reading from it a tenth.
            // A cost of 0 is impossible.
            cost: cost.filter(|cost| *cost > 0),
            read: input.map(|it| it.saturating_add(written).saturating_add(remembered)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(stop: &str, usage: &Json) -> Option<Told> {
        Anthropic.read(&json!({
            "content": [{ "type": "thinking", "thinking": "no" }, { "type": "text", "text": "{}" }],
            "stop_reason": stop,
            "usage": usage,
        }))
    }

    #[test]
    fn only_what_ended_by_itself_is_an_answer() {
        let usage = json!({ "input_tokens": 10, "output_tokens": 5 });
        let answer = told("end_turn", &usage).unwrap();
        assert_eq!((answer.text, answer.cost), (Ok("{}".to_owned()), Some(15)));
        for stop in [
            "max_tokens",
            "refusal",
            "pause_turn",
            "tool_use",
            "model_context_window_exceeded",
            "new",
        ] {
            let answer = told(stop, &usage).unwrap();
            assert!(answer.text.is_err() && answer.cost == Some(15), "{stop}");
        }
        assert_eq!(Anthropic.read(&json!({ "choices": [] })), None);
    }

    #[test]
    fn what_is_remembered_is_weighed_as_it_is_billed() {
        let usage = json!({
            "input_tokens": 10, "output_tokens": 5,
            "cache_creation_input_tokens": 8, "cache_read_input_tokens": 100,
        });
        let answer = told("end_turn", &usage).unwrap();
        assert_eq!((answer.cost, answer.read), (Some(35), Some(118)));
        assert_eq!(told("end_turn", &json!(null)).unwrap().cost, None);
    }
}
