//! The server of this program, where it does more than a plain store.

use rustassistant::cache::Shelf as _;

use super::*;
use crate::service::server::Server;

#[tokio::test]
async fn a_list_longer_than_one_page_is_whole() {
    let server = Server::start(&[]);
    let remote = Remote {
        secret: Some(Secret::text(&server.keys.write)),
        access: Access::Write(Secret::text(&server.keys.signing)),
        patience: Patience::Pipeline,
        ..Remote::at(server.url.as_str())
    };
    let cache = open(&remote).await;
    let key = |number: u32| Key::new("test", &[0; 32], &[], &number.to_le_bytes());
    let mut entries: Vec<(Key, Entry)> = (0..1200_u32)
        .map(|number| (key(number), Entry::from(&number.to_le_bytes()[..])))
        .collect();
    cache.put_many(&entries).await.unwrap();
    entries.sort_by_key(|(key, _)| *key);
    assert_eq!(cache.entries(None, 5000).await.unwrap(), entries);
    let rows = cache.shelf().list(Some(entries[99].0), 1050).await.unwrap();
    let keys: Vec<Key> = rows.into_iter().map(|(key, _)| key).collect();
    let expected: Vec<Key> = entries[100..1150].iter().map(|(key, _)| *key).collect();
    assert_eq!(keys, expected);
}
