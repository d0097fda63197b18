//! What is reckoned before somebody asks: what is usual on a day that has begun, and who leads what. Whoever asks first after a start
//! or after midnight would have to wait for it otherwise.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::house::App;
use crate::domain::time::micros;

/// How often it is looked whether something has moved, and how often whether everything has been read after a start.
const ROUND: Duration = Duration::from_mins(1);
const SOON: Duration = Duration::from_millis(500);

impl App {
    async fn reckon_ahead(&self) {
        let at = micros(self.moment(None).1);
        if self.settings.emergent {
            self.overview(at).await;
        } else {
            self.archive.reckon(at, |_, _| ()).await;
        }
    }
}

/// Reckons ahead until the app is gone. It looks again instead of waiting for the archive, which would keep what it waits for alive.
pub(super) async fn keep(app: Weak<App>) {
    while let Some(app) = Weak::upgrade(&app) {
        let is_read = app.archive.is_read();
        if is_read {
            app.reckon_ahead().await;
        }
        drop::<Arc<App>>(app);
        tokio::time::sleep(if is_read { ROUND } else { SOON }).await;
    }
}
