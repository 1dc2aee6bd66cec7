//! Watches the process that started the session. Once it has exited, `exit` will never arrive.

use std::time::Duration;

use crate::os;

const INTERVAL: Duration = Duration::from_secs(10);

/// Returns when the process has exited; never if that can't be determined.
pub(crate) async fn gone(process: u32) {
    while os::is_alive(process) {
        tokio::time::sleep(INTERVAL).await;
    }
}
