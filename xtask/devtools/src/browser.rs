//! A headless Chromium under ChromeDriver: starts it, opens pages, and tells what happened in them.
//! Knows nothing of what the pages are.

use std::{path::Path, process::Stdio, time::Duration};

use base64::Engine;
use fantoccini::{Client, ClientBuilder, Locator, elements::Element, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::{Instant, sleep, timeout},
};
use xtask::failure::{Failure, OrFail, Result};

mod memory;
mod requests;
mod tab;

pub use crate::look::{Look, Theme};
pub use requests::Sent;
use requests::sent;
pub use tab::LongTasks;

/// The arguments that Chromium is started with. They switch off the browser's own network traffic: on
/// a machine without a network it would only cost time.
pub const ARGUMENTS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
];

const INSTALL: &str = "install it: apt-get install chromium chromium-driver";
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs in each page before the page's own scripts: remembers what the policy refused.
const WITNESS: &str = "window.__violations = []; document.addEventListener(\
    'securitypolicyviolation', e => window.__violations.push(\
    `${e.violatedDirective}: ${e.blockedURI} ${e.sourceFile ?? ''}:${e.lineNumber}`));";

/// A running ChromeDriver; it ends when this is dropped.
pub struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    /// Starts ChromeDriver on a free port. It takes one that is free for IPv4, wants the same for
    /// IPv6, and ends where another program has that one: then it chooses anew.
    ///
    /// # Errors
    /// When it is not installed or does not start.
    pub async fn start() -> Result<Self> {
        let mut tries_left = 3;
        loop {
            tries_left -= 1;
            match Self::start_once().await {
                Err(_) if tries_left > 0 => {}
                ended => return ended,
            }
        }
    }

    async fn start_once() -> Result<Self> {
        let program = std::env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".to_owned());
        let mut process = Command::new(&program)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .or_fail(format!("could not start {program}"), INSTALL)?;
        let stdout = process.stdout.take().or_fail("chromedriver has no output", INSTALL)?;
        let port = timeout(PATIENCE, read_port(stdout))
            .await
            .or_fail(format!("{program} did not start in time"), INSTALL)??;
        Ok(Self { process, port })
    }

    /// Returns the most memory in bytes that a process of its browsers held which draws pages, as far as the
    /// system tells.
    pub fn renderer_peak(&self) -> Option<u64> {
        memory::renderer_peak(self.process.id()?)
    }

    /// Opens a browser window of exactly this size of page, in CSS pixels.
    ///
    /// # Errors
    /// When Chromium does not start.
    pub async fn open(&self, look: Look) -> Result<Page> {
        self.open_with(look, None).await
    }

    /// Opens a window whose browser keeps what it stores in this folder, beyond its end.
    ///
    /// # Errors
    /// When Chromium does not start.
    pub async fn open_in(&self, profile: &Path, look: Look) -> Result<Page> {
        self.open_with(look, Some(format!("--user-data-dir={}", profile.display()))).await
    }

    async fn open_with(&self, look: Look, argument: Option<String>) -> Result<Page> {
        let arguments = ARGUMENTS.into_iter().map(str::to_owned).chain(argument);
        let arguments: Vec<String> = arguments.collect();
        let mut capabilities = Capabilities::new();
        capabilities.insert(
            "goog:chromeOptions".to_owned(),
            json!({ "args": arguments, "excludeSwitches": ["enable-logging"] }),
        );
        capabilities.insert(
            "goog:loggingPrefs".to_owned(),
            json!({ "browser": "ALL", "performance": "ALL" }),
        );
        let address = format!("http://127.0.0.1:{}", self.port);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&address)
            .await
            .or_fail("Chromium did not start", INSTALL)?;
        let page = Page { client };
        page.look(look).await?;
        page.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WITNESS })).await?;
        Ok(page)
    }
}

async fn read_port(stdout: tokio::process::ChildStdout) -> Result<u16> {
    let mut lines = BufReader::new(stdout).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let port = line.rsplit_once("on port ").and_then(|(_, rest)| {
            rest.trim_end_matches('.').parse().ok().filter(|_| line.contains("successfully"))
        });
        if let Some(port) = port {
            return Ok(port);
        }
    }
    Err(Failure::new("chromedriver ended before it listened", INSTALL))
}

/// A browser window.
pub struct Page {
    client: Client,
}

impl Page {
    /// The WebDriver client, for what this type does not offer.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Goes to an address. A change of the fragment alone does not load the page again.
    ///
    /// # Errors
    /// When the browser cannot.
    pub async fn goto(&self, url: &str) -> Result<()> {
        self.client.goto(url).await.or_fail(url, "is the site being served?")
    }

    /// Changes size and theme of the window.
    ///
    /// # Errors
    /// When the browser cannot.
    pub async fn look(&self, look: Look) -> Result<()> {
        let metrics = json!({
            "width": look.width, "height": look.height, "deviceScaleFactor": 1, "mobile": false
        });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await?;
        let feature = json!({ "name": "prefers-color-scheme", "value": look.theme.name() });
        self.cdp("Emulation.setEmulatedMedia", json!({ "features": [feature] })).await?;
        Ok(())
    }

    /// The first element that a CSS selector finds, once there is one.
    ///
    /// # Errors
    /// When there is none in time; the page's text is in the message.
    pub async fn find(&self, selector: &str) -> Result<Element> {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(selector)).await;
        match found {
            Ok(element) => Ok(element),
            Err(error) => Err(self.lost(&format!("no {selector} ({error})")).await),
        }
    }

    /// The visible text of the page.
    ///
    /// # Errors
    /// When the browser cannot.
    pub async fn text(&self) -> Result<String> {
        self.script("return document.body?.innerText ?? ''").await
    }

    /// Waits until the visible text contains something.
    ///
    /// # Errors
    /// When it does not in time; what was there instead is in the message.
    pub async fn wait_for_text(&self, wanted: &str) -> Result<()> {
        let condition =
            format!("return (document.body?.innerText ?? '').includes({})", json!(wanted));
        self.wait_until(&condition, &format!("no text {wanted:?}")).await
    }

    /// Waits until a script returns true.
    ///
    /// # Errors
    /// When it does not in time; `otherwise` and the page's text are in the message.
    pub async fn wait_until(&self, script: &str, otherwise: &str) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if self.script::<bool>(script).await? {
                return Ok(());
            }
            sleep(Duration::from_millis(50)).await;
        }
        Err(self.lost(otherwise).await)
    }

    /// Waits until the page has been the same for a while: nothing is busy and no text changes.
    ///
    /// # Errors
    /// When the browser cannot. A page that never rests is not an error: the wait ends.
    pub async fn settle(&self) -> Result<()> {
        let state = "return (document.querySelector('[aria-busy=true]') ? 'busy' : '') \
                     + location.href + document.body?.innerHTML";
        let end = Instant::now() + PATIENCE;
        let (mut last, mut since) = (String::new(), Instant::now());
        while Instant::now() < end {
            let now: String = self.script(state).await?;
            if now != last || now.starts_with("busy") {
                (last, since) = (now, Instant::now());
            } else if since.elapsed() > Duration::from_millis(800) {
                break;
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Runs a script and returns what it returns.
    ///
    /// # Errors
    /// When it throws or returns something else than expected.
    pub async fn script<T: serde::de::DeserializeOwned>(&self, script: &str) -> Result<T> {
        let next = "look at the script in the test";
        let value =
            self.client.execute(script, Vec::new()).await.or_fail("a script failed", next)?;
        serde_json::from_value(value).or_fail("a script returned something else", next)
    }

    /// Runs a script that returns a promise, and returns what that resolves to.
    ///
    /// # Errors
    /// When it throws or returns something else than expected.
    pub async fn script_async<T: serde::de::DeserializeOwned>(&self, script: &str) -> Result<T> {
        let next = "look at the script in the test";
        let wrapped = format!(
            "const done = arguments[arguments.length - 1]; (async () => {{ {script} }})()\
             .then(value => done({{ value }}), error => done({{ error: String(error) }}))"
        );
        let answer = self.client.execute_async(&wrapped, Vec::new()).await;
        let answer = answer.or_fail("a script failed", next)?;
        if let Some(error) = answer.get("error") {
            return Err(Failure::new(format!("a script failed: {error}"), next));
        }
        let value = answer.get("value").cloned().unwrap_or(Value::Null);
        serde_json::from_value(value).or_fail("a script returned something else", next)
    }

    /// The violations of the policy since the document was loaded.
    ///
    /// # Errors
    /// When the browser cannot tell.
    pub async fn violations(&self) -> Result<Vec<String>> {
        self.script("return window.__violations ?? []").await
    }

    /// Errors on the console since the last call. What the network did is not among them: an
    /// explorer asks for things that need not exist, and the browser notes each 404.
    ///
    /// # Errors
    /// When the browser cannot tell.
    pub async fn console_errors(&self) -> Result<Vec<String>> {
        let entries = self.log("browser").await?;
        let errors = entries.into_iter().filter(|entry| {
            word(entry, "/level") == "SEVERE" && word(entry, "/source") != "network"
        });
        Ok(errors.map(|entry| word(&entry, "/message").to_owned()).collect())
    }

    /// The requests that the page has made since the last call.
    ///
    /// # Errors
    /// When the browser cannot tell.
    pub async fn requests(&self) -> Result<Vec<Sent>> {
        let entries = self.log("performance").await?;
        Ok(entries.iter().filter_map(sent).collect())
    }

    async fn log(&self, kind: &str) -> Result<Vec<Value>> {
        let body = json!({ "type": kind });
        let answer = self.chrome("se/log", body).await?;
        Ok(answer.as_array().cloned().unwrap_or_default())
    }

    /// A picture of the window, as PNG.
    ///
    /// # Errors
    /// When the browser cannot.
    pub async fn screenshot(&self, whole: bool) -> Result<Vec<u8>> {
        let parameters = json!({ "format": "png", "captureBeyondViewport": whole });
        let answer = self.cdp("Page.captureScreenshot", parameters).await?;
        base64::engine::general_purpose::STANDARD
            .decode(word(&answer, "/data"))
            .or_fail("the picture is not base64", "run it again")
    }

    /// A command of the DevTools protocol.
    ///
    /// # Errors
    /// When the browser refuses it.
    pub async fn cdp(&self, method: &str, parameters: Value) -> Result<Value> {
        self.chrome("goog/cdp/execute", json!({ "cmd": method, "params": parameters })).await
    }

    async fn chrome(&self, path: &'static str, body: Value) -> Result<Value> {
        let command = ChromeCommand { path, body: body.to_string() };
        self.client.issue_cmd(command).await.or_fail(path, "is Chromium still running?")
    }

    async fn lost(&self, what: &str) -> Failure {
        let place = self.client.current_url().await.map(String::from).unwrap_or_default();
        let text = self.text().await.unwrap_or_default();
        let errors = self.console_errors().await.unwrap_or_default();
        Failure::new(
            format!("{what} at {place}; console: {errors:?}; the page says:\n{text}"),
            "compare with what the page should show",
        )
    }

    /// Closes the window.
    ///
    /// # Errors
    /// When the browser is already gone.
    pub async fn close(self) -> Result<()> {
        self.client.close().await.or_fail("the browser did not close", "look for what ended it")
    }
}

/// A text inside a JSON document; empty when it is not there.
fn word<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// A command that only ChromeDriver knows.
#[derive(Debug)]
struct ChromeCommand {
    path: &'static str,
    body: String,
}

impl fantoccini::wd::WebDriverCompatibleCommand for ChromeCommand {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> std::result::Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.clone()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn the_browser_of_the_web_tests_is_started_the_same_way() {
        let file = xtask::steps::root().join("webdriver.json");
        let read: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        assert_eq!(read["goog:chromeOptions"]["args"], json!(ARGUMENTS));
    }
}
