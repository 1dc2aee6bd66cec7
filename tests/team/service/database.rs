//! The same with Postgres, and situations specific to databases: being down, hanging, or serving two servers.

use std::fs;
use std::path::Path;

use rustassistant::cache::Remote;

use super::protocol;
use super::server::{Server, eventually, path, program, seal_with};
use crate::postgres::fixture::{Database, PASSWORD, Postgres};

/// The arguments for using a database, with the password in a file.
pub(super) fn arguments(folder: &Path, remote: &Remote, password: &str) -> Vec<String> {
    let file = folder.join("password");
    fs::write(&file, format!("{password}\n")).unwrap();
    let url = remote.address.resolve().unwrap().to_string();
    let authority = remote.ca_file.clone().unwrap();
    [
        "--storage",
        &url,
        "--storage-password-file",
        file.to_str().unwrap(),
        "--storage-ca-file",
        authority.to_str().unwrap(),
    ]
    .map(str::to_owned)
    .to_vec()
}

fn over(database: &Database) -> Server {
    over_with(database, &[])
}

pub(super) fn over_with(database: &Database, more: &[&str]) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let arguments = arguments(folder.path(), &database.with_tls("server"), PASSWORD);
    let mut arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    arguments.extend(more);
    Server::start(&arguments)
}

#[tokio::test]
async fn it_answers_as_over_files() {
    let server = over(&Postgres::database().await);
    protocol::stores_once(&server).await;
    protocol::lets_one_win(&server).await;
    let server = over(&Postgres::database().await);
    protocol::answers_queries(&server).await;
    let server = over(&Postgres::database().await);
    protocol::lists(&server).await;
    let server = over(&Postgres::database().await);
    protocol::prunes(&server).await;
    let status = server.get("/v1/status?ns=main", &server.keys.read).await;
    let status: serde_json::Value = status.json().await.unwrap();
    assert_eq!(status["storage"], "postgres");
    assert_eq!(status["works"], true);
    protocol::speaks_with_our_client(&server).await;
}

#[tokio::test]
async fn of_two_servers_the_first_to_store_wins() {
    let database = Postgres::database().await;
    let servers = [over(&database), over(&database)];
    let signers = servers.each_ref().map(Server::signer);
    for number in 0..30 {
        let bodies = signers
            .each_ref()
            .map(|signer| seal_with(signer, "main", number, b"the same"));
        let at = path("main", number);
        let [one, other] = &servers;
        let statuses = futures::join!(
            one.put(&at, &one.keys.write, bodies[0].clone()),
            other.put(&at, &other.keys.write, bodies[1].clone()),
        );
        let winner = match statuses {
            (201, 409) => 0,
            (409, 201) => 1,
            other => panic!("{other:?}"),
        };
        for server in &servers {
            let found = server.get(&at, &server.keys.read).await;
            assert_eq!(found.bytes().await.unwrap(), bodies[winner]);
        }
    }
}

#[tokio::test]
async fn a_database_that_is_away_is_503_until_it_is_back() {
    let (mut database, ready) = Postgres::own(&[]).await;
    let server = over(&ready);
    assert_eq!(server.put_ours(1).await, 201);
    let get = async || {
        let answer = server.get(&path("main", 1), &server.keys.read).await;
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    database.freeze();
    let (status, text) = get().await;
    assert_eq!(status, 503);
    assert!(
        text.contains("storage failed") && !text.contains("postgres"),
        "{text}"
    );
    database.thaw();
    eventually("it does not come back from frost", async || {
        get().await.0 == 200
    })
    .await;
    database.halt();
    assert_eq!(get().await.0, 503);
    assert_eq!(server.put_ours(2).await, 503);
    let status = server.get("/v1/status?ns=main", &server.keys.read).await;
    assert_eq!(status.status(), 503);
    assert!(database.resume(), "{}", database.log());
    eventually("it does not come back", async || get().await.0 == 200).await;
    assert_eq!(server.put_ours(2).await, 201);
    let metrics = server.get("/metrics", "").await.text().await.unwrap();
    assert!(metrics.contains("storage_faults_total{kind="), "{metrics}");
    assert!(!server.log().contains(PASSWORD));
}

#[tokio::test]
async fn a_database_that_is_not_ready_is_refused() {
    let ready = Postgres::database().await.with_tls("server");
    let bare = Postgres::bare_database().await.with_tls("server");
    let home = tempfile::tempdir().unwrap();
    for (remote, password, said) in [
        (&bare, PASSWORD, "cache setup"),
        (&ready, "wrong-s3cret", "denied access"),
    ] {
        let output = program(home.path())
            .args(["cache", "serve", "--listen", "127.0.0.1:0"])
            .args(arguments(home.path(), remote, password))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(said) && !error.contains("s3cret"), "{error}");
    }
}
