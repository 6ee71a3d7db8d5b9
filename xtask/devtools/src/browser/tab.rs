//! Fresh tabs of one browser, and what they cost: elements, long tasks, memory.

use serde_json::json;
use xtask::failure::{OrFail, Result};

use super::{Look, Page, WITNESS};

/// Runs in each tab before the page's own scripts: remembers tasks of more than 50 ms (Long Tasks API).
const LONG_TASKS: &str = "window.__long = []; new PerformanceObserver(list => window.__long.push(\
    ...list.getEntries().map(entry => entry.duration))).observe({ type: 'longtask', buffered: true });";

/// The tasks of a page's thread that took more than 50 ms.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LongTasks(pub Vec<f64>);

impl LongTasks {
    /// The longest, in milliseconds.
    pub fn longest(&self) -> f64 {
        self.0.iter().copied().fold(0.0, f64::max)
    }

    /// All together, in milliseconds.
    pub fn sum(&self) -> f64 {
        self.0.iter().sum()
    }
}

impl Page {
    /// Opens another tab of the same browser, and closes the one before.
    ///
    /// # Errors
    /// When the browser cannot.
    pub async fn fresh_tab(&self, look: Look) -> Result<()> {
        let next = "is Chromium still running?";
        let before = self.client.window().await.or_fail("no window", next)?;
        let tab = self.client.new_window(true).await.or_fail("no new tab", next)?;
        self.client.switch_to_window(before).await.or_fail("no window", next)?;
        self.client.close_window().await.or_fail("the tab did not close", next)?;
        self.client.switch_to_window(tab.handle).await.or_fail("no new tab", next)?;
        self.look(look).await?;
        for source in [WITNESS, LONG_TASKS] {
            let parameters = json!({ "source": source });
            self.cdp("Page.addScriptToEvaluateOnNewDocument", parameters).await?;
        }
        Ok(())
    }

    /// Returns the long tasks since the document of a fresh tab was loaded.
    ///
    /// # Errors
    /// When the browser cannot tell.
    pub async fn long_tasks(&self) -> Result<LongTasks> {
        self.script("return window.__long ?? []").await.map(LongTasks)
    }

    /// Returns the number of elements of the document.
    ///
    /// # Errors
    /// When the browser cannot tell.
    pub async fn elements(&self) -> Result<usize> {
        self.script("return document.querySelectorAll('*').length").await
    }

    /// Presses a key on what has the focus, as a keyboard does.
    ///
    /// # Errors
    /// When the browser cannot.
    pub async fn key(&self, key: &str) -> Result<()> {
        let mut down = json!({ "type": "keyDown", "key": key });
        if let (1, Some(event)) = (key.chars().count(), down.as_object_mut()) {
            event.insert("text".into(), key.into());
        }
        self.cdp("Input.dispatchKeyEvent", down).await?;
        self.cdp("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": key })).await?;
        Ok(())
    }
}
