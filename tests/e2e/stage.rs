//! The setting of a journey: the built page on a loopback port, a browser and a registry. A violation of the
//! policy or an error on the console fails the journey.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

use devtools::{
    browser::{Driver, Look, Page},
    site::{Hosting, Site},
};
use fantoccini::Locator;
use test_registry::{Switches, TestRegistry};

const AXE: &str = "target/axe/node_modules/axe-core/axe.min.js";

/// Returns the folder of the built page.
pub(crate) fn dist() -> PathBuf {
    let folder = std::env::var_os("PORTHOLE_DIST")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("dist"), PathBuf::from);
    assert!(folder.join("index.html").is_file(), "build the page first: cargo xtask dist");
    folder
}

/// Returns the demo registry, which all journeys share that only read and do not count requests.
pub(crate) fn demo() -> &'static TestRegistry {
    static DEMO: OnceLock<TestRegistry> = OnceLock::new();
    DEMO.get_or_init(|| TestRegistry::start(Switches::demo()).expect("a free port"))
}

/// A browser window on the page.
pub(crate) struct Stage {
    site: Site,
    hosting: Hosting,
    /// The browser window.
    pub(crate) page: Page,
    /// The program that drives the browser.
    pub(crate) driver: Driver,
}

impl Stage {
    /// Serves the page with the recommended headers.
    pub(crate) async fn open(look: Look) -> Self {
        Self::at(&dist(), Hosting::default(), look).await
    }

    /// Serves a folder in a given way.
    pub(crate) async fn at(folder: &Path, hosting: Hosting, look: Look) -> Self {
        let site = Site::start(folder, &hosting).await.expect("the page is served");
        let driver = Driver::start().await.expect("chromedriver");
        let page = driver.open(look).await.expect("chromium");
        Self { site, hosting, page, driver }
    }

    /// Serves the page to a browser that keeps what it stores in a folder, beyond its end. Another window on the same
    /// folder has to be given the same port, for a browser keeps things by origin.
    pub(crate) async fn of_profile(folder: &Path, port: u16) -> Self {
        let hosting = Hosting { port, ..Hosting::default() };
        let site = Site::start(&dist(), &hosting).await.expect("the page is served");
        let driver = Driver::start().await.expect("chromedriver");
        let page = driver.open_in(folder, Look::default()).await.expect("chromium");
        Self { site, hosting, page, driver }
    }

    /// Returns the port of the page.
    pub(crate) fn port(&self) -> u16 {
        let origin = self.site.origin();
        origin.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port")
    }

    /// Returns the address of the page.
    pub(crate) fn address(&self) -> String {
        format!("{}{}/", self.site.origin(), self.hosting.folder)
    }

    /// Goes to a view by its fragment.
    pub(crate) async fn visit(&self, fragment: &str) {
        let address = format!("{}{fragment}", self.address());
        self.page.goto(&address).await.expect("the page answers");
    }

    /// Waits until the page shows a text.
    pub(crate) async fn sees(&self, text: &str) {
        if let Err(failure) = self.page.wait_for_text(text).await {
            panic!("{failure}");
        }
    }

    /// Waits until the main heading contains a reference.
    pub(crate) async fn heading(&self, reference: &str) {
        let script = format!(
            "return document.querySelector('h1')?.textContent.includes({reference:?}) ?? false"
        );
        if let Err(failure) =
            self.page.wait_until(&script, &format!("no heading {reference}")).await
        {
            panic!("{failure}");
        }
    }

    /// Follows the first link with this text.
    pub(crate) async fn choose(&self, link: &str) {
        let found = self.page.client().wait().for_element(Locator::LinkText(link)).await;
        found
            .unwrap_or_else(|error| panic!("no link {link}: {error}"))
            .click()
            .await
            .expect("a click");
    }

    /// Presses the first button whose text begins with this text.
    pub(crate) async fn press(&self, button: &str) {
        let path = format!("//main//button[starts-with(normalize-space(.), '{button}')]");
        let found = self.page.client().wait().for_element(Locator::XPath(&path)).await;
        found
            .unwrap_or_else(|error| panic!("no button {button}: {error}"))
            .click()
            .await
            .expect("a click");
    }

    /// Waits until everything has arrived, and returns the text of the page. A repeated query pauses between
    /// its requests, so a short rest is not enough.
    pub(crate) async fn settled(&self) -> String {
        let answered = "return document.querySelector('.loading, [aria-busy=true]') === null";
        if let Err(failure) = self.page.wait_until(answered, "something is still loading").await {
            panic!("{failure}");
        }
        self.page.settle().await.expect("the page answers");
        self.page.text().await.expect("the page answers")
    }

    /// Returns the problems that axe-core finds in the present page.
    pub(crate) async fn accessibility_faults(&self) -> Vec<String> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(AXE);
        let axe = std::fs::read_to_string(file).expect("cargo xtask test fetches axe-core");
        let there = self.page.script::<bool>(&format!("{axe}; return true")).await;
        assert!(there.expect("axe-core loads"));
        let script = "const { violations } = await axe.run(document, { resultTypes: ['violations'] });\
             return violations.map(v => `${v.id}: ${v.help}: ${v.nodes.map(n => n.html).join(' | ')}`);";
        self.page.script_async(script).await.expect("axe-core runs")
    }

    /// Ends the journey, and checks that the policy refused nothing and the console has no error.
    pub(crate) async fn end(self) {
        assert_eq!(self.page.violations().await.expect("the page answers"), [""; 0]);
        assert_eq!(self.page.console_errors().await.expect("the page answers"), [""; 0]);
        self.page.close().await.expect("the window closes");
    }
}

/// A temporary folder, which is removed at the end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    /// Makes a copy of the built page, which a test may damage.
    pub(crate) fn copy_of_dist(name: &str) -> Self {
        let folder = Self::empty(name);
        for entry in std::fs::read_dir(dist()).expect("the built page") {
            let path = entry.expect("the built page").path();
            if path.is_file() {
                let name = path.file_name().expect("a name");
                std::fs::copy(&path, folder.0.join(name)).expect("a copy");
            }
        }
        folder
    }

    /// Makes an empty folder.
    pub(crate) fn empty(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("porthole-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    /// Returns the only file whose name has this start and this end.
    pub(crate) fn file(&self, start: &str, end: &str) -> PathBuf {
        let mut entries = std::fs::read_dir(&self.0).expect("the folder").filter_map(|e| e.ok());
        let found = entries.find(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            name.starts_with(start) && name.ends_with(end)
        });
        found.unwrap_or_else(|| panic!("no file {start}…{end}")).path()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
