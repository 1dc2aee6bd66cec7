//! TLS: which servers are trusted, and when plaintext is permitted.

use super::*;

#[tokio::test]
async fn only_the_host_in_the_certificate_is_believed() {
    let database = Postgres::database().await;
    let signer = signer();
    let writer = cache(&writing(database.with_tls("writer"), &signer)).await;
    writer.put_many(&entries(1)).await.unwrap();

    let address = format!("127.0.0.1:{}/{}", database.port(), database.name());
    let by_number = Remote {
        ca_file: database.with_tls("reader").ca_file,
        ..remote("reader", &address)
    };
    let text = assert_no_answer(&cache(&by_number).await, FaultKind::Certificate).await;
    assert!(text.contains("127.0.0.1"), "{text}");
}

#[tokio::test]
async fn an_unknown_authority_is_not_believed() {
    let database = Postgres::database().await;
    let stranger = Remote {
        ca_file: None,
        ..database.with_tls("reader")
    };
    assert_no_answer(&cache(&stranger).await, FaultKind::Certificate).await;
}

#[tokio::test]
async fn a_server_without_tls_is_not_talked_to() {
    let (_server, database) = Postgres::own(&["ssl=off"]).await;
    let text = assert_no_answer(
        &cache(&database.with_tls("reader")).await,
        FaultKind::Certificate,
    )
    .await;
    assert!(text.contains("TLS"), "{text}");
}

#[tokio::test]
async fn plaintext_is_asked_for_or_not_used() {
    let database = Postgres::database().await;
    let address = format!(
        "localhost:{}/{}?sslmode=disable",
        database.port(),
        database.name()
    );
    // The server permits this only for `plain`.
    let reader = cache(&remote("reader", &address)).await;
    assert_no_answer(&reader, FaultKind::Denied).await;
    let plain = cache(&remote("plain", &address)).await;
    assert_eq!(plain.get_many(&keys(1)).await, [Lookup::Miss]);
    let plain = cache(&database.with_tls("plain")).await;
    assert_no_answer(&plain, FaultKind::Denied).await;
    for mode in ["allow", "prefer", "require", "verify-ca"] {
        let address = format!("localhost:{}/x?sslmode={mode}", database.port());
        let fault = PostgresCache::new(&remote("plain", &address)).await;
        assert_fault(&fault.err().unwrap(), FaultKind::Setting);
    }
}

#[tokio::test]
async fn something_else_answers() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0; 8];
            stream.read_exact(&mut asked).await.ok();
            stream
                .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                .await
                .ok();
        }
    });
    let remote = remote("reader", &format!("localhost:{port}/x"));
    assert_no_answer(&cache(&remote).await, FaultKind::Malformed).await;
}
