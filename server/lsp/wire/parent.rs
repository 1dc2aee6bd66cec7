//! The process that started the session. Where it is gone, nobody will ever say `exit`.

use std::time::Duration;

use crate::os;

const INTERVAL: Duration = Duration::from_secs(10);

/// Returns when the process is gone; never where that can't be told.
pub(crate) async fn gone(process: u32) {
    while os::is_alive(process) {
        tokio::time::sleep(INTERVAL).await;
    }
}
