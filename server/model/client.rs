//! The connection to a model's server: a single request, bounded in time and size, and its cost.

use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

use reqwest::{
    Client as HttpClient, Response, StatusCode, Url,
    header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER},
    redirect,
};
use rustls::crypto::ring;
use serde_json::Value as Json;

use super::protocol::{Protocol, Question, Told, complaint, parameter, protocol};
use crate::{
    cache::{ExposeSecret, SecretString},
    config::{ModelOptions, is_local},
    text::{printable, shortened},
};

/// Maximum size of an answer in bytes; a few thousand tokens are far less.
const LARGEST_ANSWER: usize = 1 << 20;
/// Maximum characters displayed of a server's message.
const LONGEST_COMPLAINT: usize = 200;
/// Connection timeout.
const CONNECT: Duration = Duration::from_secs(10);
/// Delay before a retry if a busy server doesn't specify one.
const PAUSE: Duration = Duration::from_secs(1);

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    #[error("{0}")]
    Setting(String),
    /// The budget is exhausted; nothing was sent.
    #[error("{0}")]
    OverBudget(String),
    #[error("the model's server can't be reached: {0}")]
    Unreachable(String),
    #[error("the model did not answer within {} s", .0.as_secs())]
    Late(Duration),
    #[error("{}", denied(*.0))]
    Denied(u16),
    /// The server is rate limiting requests.
    #[error("the model's server limits requests ({0}): wait, or check the limits of your account")]
    Throttled(String),
    #[error("the model's server is busy ({0})")]
    Busy(String),
    #[error("the model's server refuses the request ({0})")]
    Refused(String),
    /// The response isn't a valid answer.
    #[error("the model's answer can't be used: {0}")]
    Useless(String),
    #[error("stopped; nothing was changed")]
    Stopped,
}

fn denied(status: u16) -> String {
    match status {
        403 => "the model's server doesn't allow this with the key (403): check that it may use the model in \
                `model.model`".to_owned(),
        407 => "a proxy requires authentication (407)".to_owned(),
        _ => format!("the model's server refuses the key ({status}): check `model.api_key`"),
    }
}

/// The cost of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cost {
    Nothing,
    /// Unknown, so the estimate is charged.
    Unknown,
    Tokens(u64),
}

/// The outcome of a request.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) text: Result<String, NoAnswer>,
    pub(super) cost: Cost,
}

/// A model's server and its key. Reads and connects lazily, on the first request.
pub(super) struct Client {
    options: ModelOptions,
}

/// What is needed to send a request.
struct Line {
    http: HttpClient,
    url: Url,
    headers: HeaderMap,
    key: Option<SecretString>,
}

/// An error reported by the server, with its status.
struct Objection {
    status: StatusCode,
    wait: Option<Duration>,
    answer: Json,
}

enum Heard {
    Answer(Json),
    Objection(Objection),
}

impl Client {
    pub(super) fn new(options: ModelOptions) -> Self {
        Self { options }
    }

    pub(super) fn options(&self) -> &ModelOptions {
        &self.options
    }

    /// Sends a question and waits for the answer.
    pub(super) async fn exchange(&self, question: &Question) -> Exchange {
        let line = match self.line().await {
            Ok(line) => line,
            Err(why) => return Exchange::failed(why, Cost::Nothing),
        };
        let limit = self.options.timeout;
        let deadline = Instant::now() + limit;
        let heard = tokio::time::timeout(limit, self.heard(&line, question, deadline)).await;
        match heard {
            Ok(Ok(answer)) => self.read(question, &answer),
            Ok(Err(exchange)) => exchange,
            Err(_) => Exchange::failed(NoAnswer::Late(limit), Cost::Unknown),
        }
    }

    /// Sends the request and retries it without fields that the server doesn't know, and once if the server is busy.
    async fn heard(
        &self,
        line: &Line,
        question: &Question,
        deadline: Instant,
    ) -> Result<Json, Exchange> {
        let protocol = protocol(self.options.provider);
        let mut unknown = Vec::new();
        let mut has_waited = false;
        loop {
            let body = protocol.body(&self.options, question, &unknown);
            let objection = match line.send(&body).await? {
                Heard::Answer(answer) => return Ok(answer),
                Heard::Objection(objection) => objection,
            };
            if let Some(field) = objection.unknown_field(protocol, &unknown) {
                unknown.push(field);
                continue;
            }
            let wait = objection.wait.unwrap_or(PAUSE);
            let is_in_time = Instant::now() + wait < deadline;
            if objection.is_of_the_moment() && !has_waited && is_in_time {
                has_waited = true;
                tokio::time::sleep(wait).await;
                continue;
            }
            return Err(Exchange::failed(line.no_answer(&objection), Cost::Nothing));
        }
    }

    fn read(&self, question: &Question, answer: &Json) -> Exchange {
        let Some(Told { text, cost, read }) = protocol(self.options.provider).read(answer) else {
            let why = "it doesn't follow the protocol; check `model.url` and `model.provider`";
            return Exchange::failed(NoAnswer::Useless(why.to_owned()), Cost::Unknown);
        };
        let cost = cost.map_or(Cost::Unknown, Cost::Tokens);
        if read.is_some_and(|read| read < question.least_tokens()) {
            let why = "the server truncated the request; give it a longer context, and set `model.context` to it";
            return Exchange::failed(NoAnswer::Useless(why.to_owned()), cost);
        }
        Exchange {
            text: text.map_err(NoAnswer::Useless),
            cost,
        }
    }

    async fn line(&self) -> Result<Line, NoAnswer> {
        let setting = |why: &str| NoAnswer::Setting(why.to_owned());
        let base = self.options.url.resolve().map_err(|fault| {
            let why = fault.detail().unwrap_or("it is not a valid address");
            NoAnswer::Setting(format!("`model.url`: {why}"))
        })?;
        check(&base).map_err(setting)?;
        let key = match &self.options.api_key {
            None if !is_local(&base) => {
                return Err(setting("there is no key; set `model.api_key`"));
            }
            None => None,
            Some(secret) => Some(secret.read().await.map_err(|fault| {
                let why = fault.detail().unwrap_or("it can't be read");
                NoAnswer::Setting(format!("`model.api_key`: {why}"))
            })?),
        };
        let protocol = protocol(self.options.provider);
        let exposed = key.as_ref().map(ExposeSecret::expose_secret);
        let mut headers = protocol
            .headers(exposed)
            .map_err(|_| setting("`model.api_key` contains invalid characters"))?;
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let path = format!("{}{}", base.as_str().trim_end_matches('/'), protocol.path());
        let url = Url::parse(&path).map_err(|_| setting("`model.url` is not a valid address"))?;
        let http = http(base).await?;
        Ok(Line {
            http,
            url,
            headers,
            key,
        })
    }
}

/// Refuses addresses that would expose the key, with a suggestion.
fn check(base: &Url) -> Result<(), &'static str> {
    if !matches!(base.scheme(), "http" | "https") {
        return Err("`model.url` has to start with https://");
    }
    if !base.username().is_empty() || base.password().is_some() || base.query().is_some() {
        return Err("put the key in `model.api_key`, not in the address");
    }
    if base.scheme() == "http" && !is_local(base) {
        return Err(
            "plain http is allowed only for this machine, because others on the network could read what is sent",
        );
    }
    Ok(())
}

async fn http(base: Url) -> Result<HttpClient, NoAnswer> {
    static PROVIDER: OnceLock<()> = OnceLock::new();
    // Loading the system's certificates takes a while, as there are more than a hundred.
    let work = tokio::task::spawn_blocking(move || {
        // Ignores the error: another part of the process may have installed a provider already.
        PROVIDER.get_or_init(|| {
            ring::default_provider().install_default().ok();
        });
        let client = HttpClient::builder()
            .user_agent(concat!("rustassistant/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .redirect(redirect::Policy::none())
            .referer(false);
        let client = if is_local(&base) {
            client.no_proxy()
        } else {
            client
        };
        let client = if base.scheme() == "https" {
            client.https_only(true)
        } else {
            client.tls_certs_only([])
        };
        client.build()
    });
    let failed = |why: String| NoAnswer::Setting(format!("can't connect: {why}"));
    let client = work.await.map_err(|error| failed(error.to_string()))?;
    client.map_err(|error| failed(innermost(&error)))
}

impl Line {
    async fn send(&self, body: &Json) -> Result<Heard, Exchange> {
        let request = self.http.post(self.url.clone());
        let request = request.headers(self.headers.clone()).body(body.to_string());
        let response = request.send().await.map_err(|error| {
            // Without a connection, the request can't have been processed.
            let cost = if error.is_connect() {
                Cost::Nothing
            } else {
                Cost::Unknown
            };
            Exchange::failed(NoAnswer::Unreachable(innermost(&error)), cost)
        })?;
        let status = response.status();
        let wait = wait(&response);
        let bytes = bounded(response).await;
        if status.is_success() {
            let useless =
                |why: &str| Exchange::failed(NoAnswer::Useless(why.to_owned()), Cost::Unknown);
            let bytes = bytes.map_err(|why| useless(&why))?;
            let answer = serde_json::from_slice(&bytes);
            let answer = answer.map_err(|_| useless("it is not JSON; check `model.url`"))?;
            return Ok(Heard::Answer(answer));
        }
        let answer = bytes
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Ok(Heard::Objection(Objection {
            status,
            wait,
            answer: answer.unwrap_or_default(),
        }))
    }

    fn no_answer(&self, objection: &Objection) -> NoAnswer {
        let status = objection.status.as_u16();
        // Messages about a key may repeat part of it.
        if matches!(status, 401 | 403 | 407) {
            return NoAnswer::Denied(status);
        }
        let words = match complaint(&objection.answer) {
            Some(words) => format!("{status}: {}", self.without_key(words)),
            None if objection.status.is_redirection() => {
                format!("{status}: it redirects; set `model.url` to the final address")
            }
            None => status.to_string(),
        };
        if status == 429 {
            return NoAnswer::Throttled(words);
        }
        if objection.is_of_the_moment() {
            return NoAnswer::Busy(words);
        }
        NoAnswer::Refused(words)
    }

    fn without_key(&self, words: &str) -> String {
        let words = match &self.key {
            Some(key) => words.replace(key.expose_secret(), "(the key)"),
            None => words.to_owned(),
        };
        printable(&shortened(&words, LONGEST_COMPLAINT)).into_owned()
    }
}

impl Objection {
    /// An optional field that the server reports as unknown.
    fn unknown_field(&self, protocol: &dyn Protocol, unknown: &[&str]) -> Option<&'static str> {
        if !matches!(self.status.as_u16(), 400 | 422) {
            return None;
        }
        let words = [complaint(&self.answer), parameter(&self.answer)];
        let names = |field: &str| words.iter().flatten().any(|words| words.contains(field));
        let fields = protocol.dispensable().iter().copied();
        let mut left = fields.filter(|field| !unknown.contains(field));
        left.find(|field| names(field))
    }

    /// Whether the same request may succeed a little later.
    fn is_of_the_moment(&self) -> bool {
        self.status.as_u16() == 429 || self.status.is_server_error()
    }
}

impl Exchange {
    fn failed(why: NoAnswer, cost: Cost) -> Self {
        Self {
            text: Err(why),
            cost,
        }
    }
}

/// The delay requested by the server.
fn wait(response: &Response) -> Option<Duration> {
    let value = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    let seconds = value.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

async fn bounded(mut response: Response) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() <= LARGEST_ANSWER => {
                bytes.extend_from_slice(&chunk);
            }
            Ok(Some(_)) => return Err("it is too large".to_owned()),
            Ok(None) => return Ok(bytes),
            Err(error) => return Err(format!("it ends early: {}", innermost(&error))),
        }
    }
}

/// The root cause; only the errors above it contain the address.
fn innermost(error: &reqwest::Error) -> String {
    let mut next = std::error::Error::source(error);
    let mut words = None;
    while let Some(cause) = next {
        if !cause.is::<reqwest::Error>() {
            words = Some(cause.to_string());
        }
        next = cause.source();
    }
    let words = words.unwrap_or_else(|| "the request can't be sent".to_owned());
    printable(&shortened(&words, LONGEST_COMPLAINT)).into_owned()
}

#[cfg(test)]
mod tests;
