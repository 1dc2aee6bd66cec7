//! A test server with scripted responses that records its requests.

use std::{sync::Arc, time::Duration};

use serde_json::Value as Json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Mutex,
};

use crate::config::{ModelBudget, ModelOptions, ModelProvider};

/// The response to one connection.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// A status with additional headers, and a body.
    Say(&'static str, String),
    /// Waits without responding.
    Wait(Duration),
    /// The beginning of a response.
    BreakOff,
    /// A response larger than the limit.
    Flood,
}

#[derive(Clone)]
pub(crate) struct Scripted {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Request>>>,
}

/// A received request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) body: Json,
}

impl Scripted {
    /// Performs one act per request; the last one is repeated for all further requests.
    pub(crate) async fn start(acts: impl IntoIterator<Item = Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let acts: Vec<Act> = acts.into_iter().collect();
        let kept = Arc::clone(&asked);
        tokio::spawn(async move {
            let mut at = 0;
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(request) = read(&mut stream).await else {
                    continue;
                };
                kept.lock().await.push(request);
                let act = acts[at.min(acts.len() - 1)].clone();
                at += 1;
                tokio::spawn(async move { act.carry_out(&mut stream).await });
            }
        });
        Self { url, asked }
    }

    pub(crate) async fn asked(&self) -> Vec<Request> {
        self.asked.lock().await.clone()
    }
}

impl Act {
    async fn carry_out(self, stream: &mut TcpStream) {
        let written = match self {
            Self::Say(status, body) => {
                let head = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                stream.write_all((head + &body).as_bytes()).await
            }
            Self::Wait(time) => {
                tokio::time::sleep(time).await;
                Ok(())
            }
            Self::BreakOff => {
                let half = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"choices\":";
                stream.write_all(half.as_bytes()).await
            }
            Self::Flood => flood(stream).await,
        };
        // A client that has read enough closes the connection.
        drop(written);
        let _ = stream.shutdown().await;
    }
}

async fn flood(stream: &mut TcpStream) -> std::io::Result<()> {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 200000000\r\n\r\n";
    stream.write_all(head.as_bytes()).await?;
    let block = vec![b' '; 1 << 16];
    for _ in 0..200_000_000 / block.len() {
        stream.write_all(&block).await?;
    }
    Ok(())
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let mut block = [0; 4096];
    loop {
        let count = stream.read(&mut block).await.ok().filter(|it| *it > 0)?;
        bytes.extend_from_slice(&block[..count]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let head = head.to_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length?.parse().ok()? {
            let body = serde_json::from_str(body).ok()?;
            return Some(Request { head, body });
        }
    }
}

/// A model on this machine.
pub(crate) fn options(url: &str) -> ModelOptions {
    ModelOptions {
        provider: ModelProvider::OpenAi,
        model: "small".to_owned(),
        url: url.into(),
        api_key: None,
        budget: ModelBudget {
            day: 100_000,
            month: 100_000,
            request: 20_000,
        },
        tasks: vec!["choose"],
        plans: 2,
        effort: None,
        context: 16_384,
        timeout: Duration::from_secs(5),
        test: false,
    }
}
