//! Trusted and untrusted certificates.

use super::nginx::{Authority, Nginx, Setup};
use super::*;

fn nginx(certificate: (String, String)) -> Nginx {
    Nginx::start(&Setup {
        bearer: Some(SECRET),
        certificate: Some(certificate),
        ..Setup::default()
    })
}

/// A machine that trusts this authority in addition to the system's.
struct Believer(tempfile::TempDir);

impl Believer {
    fn of(authority: &Authority) -> Believer {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
        Believer(folder)
    }

    fn writer(&self, url: &str) -> Remote {
        Remote {
            ca_file: Some(self.0.path().join("ca.pem")),
            ..writer(url)
        }
    }
}

#[tokio::test]
async fn entries_pass_through_tls() {
    let authority = Authority::new();
    let nginx = nginx(authority.issue(&["localhost", "127.0.0.1"]));
    let believer = Believer::of(&authority);
    for url in [nginx.url(), format!("https://localhost:{}", nginx.port())] {
        let cache = open(&believer.writer(&url)).await;
        cache.put_many(&entries(0..20)).await.unwrap();
        let keys: Vec<Key> = (0..21).map(key).collect();
        let lookups = cache.get_many(&keys).await;
        for (seed, lookup) in (0..20).zip(&lookups) {
            assert!(is_hit(lookup, seed), "{seed}: {lookup:?}");
        }
        assert_eq!(lookups[20], Lookup::Miss);
    }
}

#[tokio::test]
async fn an_unknown_authority_is_not_believed() {
    let nginx = nginx(Authority::new().issue(&["127.0.0.1"]));
    let believer = Believer::of(&Authority::new());
    let cache = open(&believer.writer(&nginx.url())).await;
    fails(&cache, FaultKind::Certificate).await;
    fails_for_many(&cache, FaultKind::Certificate).await;
    let fault = cache.put_many(&entries(0..2)).await.unwrap_err();
    let text = shown(&fault, FaultKind::Certificate).to_string();
    assert!(text.contains("invalid peer certificate"), "{text}");
    assert_eq!(nginx.log(0), "");
}

#[tokio::test]
async fn the_system_s_authorities_don_t_know_it_either() {
    let nginx = nginx(Authority::new().issue(&["127.0.0.1"]));
    // A system without any certificates reports that immediately.
    let fault = match HttpCache::new(&writer(&nginx.url())).await {
        Ok(cache) => fails(&cache, FaultKind::Certificate).await,
        Err(fault) => fault,
    };
    shown(&fault, FaultKind::Certificate);
}

#[tokio::test]
async fn the_certificate_of_another_host_is_not_believed() {
    let authority = Authority::new();
    let nginx = nginx(authority.issue(&["cache.example.com"]));
    let cache = open(&Believer::of(&authority).writer(&nginx.url())).await;
    let fault = fails(&cache, FaultKind::Certificate).await;
    assert!(fault.to_string().contains("not valid for name"), "{fault}");
    assert_eq!(nginx.log(0), "");
}

#[tokio::test]
async fn who_does_not_speak_tls_gets_nothing() {
    let nginx = Nginx::start(&Setup::default());
    let url = format!("https://127.0.0.1:{}", nginx.port());
    let cache = open(&Believer::of(&Authority::new()).writer(&url)).await;
    fails(&cache, FaultKind::Malformed).await;
}

#[tokio::test]
async fn a_file_that_names_no_authority_is_a_wrong_setting() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    let remote = Remote {
        ca_file: Some(path.clone()),
        ..reader("https://localhost:1")
    };
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for text in [None, Some(""), Some("no certificate"), Some(broken)] {
        if let Some(text) = text {
            std::fs::write(&path, text).unwrap();
        }
        let fault = HttpCache::new(&remote).await.err().unwrap();
        shown(&fault, FaultKind::Setting);
        assert!(fault.to_string().contains("cache.team.ca_file"), "{fault}");
    }
}
