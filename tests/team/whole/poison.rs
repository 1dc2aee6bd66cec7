//! Signed entries with contents that contradict the source texts.

use rustassistant::analysis::key;
use rustassistant::cache::{Access, CacheBackend, Entry, ExposeSecret, Remote, Secret, SigningKey};
use rustassistant::workspace::Manifests;

use super::office::{Machine, Team};
use crate::postgres::fixture::{Database, PASSWORD, Postgres};

/// Stores `entry` for every file of the machine's project, signed by the pipeline's key.
async fn poison(database: &Database, machine: &Machine, signer: &SigningKey, entry: &[u8]) {
    let remote = Remote {
        access: Access::Write(Secret::text(signer.secret_text().expose_secret())),
        secret: Some(Secret::text(PASSWORD)),
        ..database.with_tls("writer")
    };
    let cache = CacheBackend::Postgres(remote)
        .connect(&rustassistant::migrations::SQLITE)
        .await
        .unwrap();
    let files = std::fs::read_dir(machine.project().join("src")).unwrap();
    let entries: Vec<_> = files
        .flatten()
        .map(|file| {
            let text = std::fs::read_to_string(file.path()).unwrap();
            let context = Manifests::new().context_of(&file.path());
            (key(&text, context), Entry::from(entry))
        })
        .collect();
    cache.put_many(&entries).await.unwrap();
}

#[tokio::test]
async fn a_writer_who_lies_changes_no_finding_and_is_believed_no_more() {
    let database = Postgres::database().await;
    let team = Team::over_postgres(&database);
    let signer = SigningKey::generate().unwrap();
    let trusted = team
        .config
        .split('"')
        .find(|word| word.starts_with("ed25519:"))
        .unwrap();
    let config = team.config.replace(trusted, &signer.public().to_string());
    let developer = Machine::new(&config).with(team.variable, &team.key);
    // Not a report, so it is rejected wherever it is read, whether or not it is sampled for verification.
    poison(&database, &developer, &signer, &[0xff; 40]).await;

    let (alone, _) = Machine::new("").analyze();
    let (report, said) = developer.analyze();
    assert_eq!(Machine::findings(&report), Machine::findings(&alone));
    let id = signer.public().id().to_string();
    assert!(
        said.contains(&id) && said.contains("no longer trusted"),
        "{said}"
    );
    assert!(developer.home().join("cache.db.quarantine").exists());

    // Also in the next run, after clearing the cache.
    assert_eq!(developer.run(&["cache", "clear"]).code, Some(0));
    let (report, _) = developer.analyze();
    assert_eq!(Machine::findings(&report), Machine::findings(&alone));
    let faults = developer.stats()["tiers"]["team"]["faults"]["quarantined"].clone();
    assert_eq!(faults, report["summary"]["files"]);
}
