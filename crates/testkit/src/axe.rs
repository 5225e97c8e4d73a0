//! The accessibility check: axe-core, run in the page that Chromium shows.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::json;

use crate::browser::{ChromiumBrowser, Stuck, stuck};

/// The source of axe-core, which npm installs into `tests-js/node_modules`.
#[derive(Debug, Clone)]
pub struct Axe(String);

/// One rule that a page breaks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Violation {
    /// The rule, e.g. `color-contrast`.
    pub id: String,
    /// `minor`, `moderate`, `serious` or `critical`.
    pub impact: Option<String>,
    /// What the rule asks.
    pub help: String,
    /// The elements that break it, as selectors with axe's explanation.
    pub nodes: Vec<String>,
}

impl Axe {
    /// Reads the source: from the path in `VESTIBULE_AXE`, else from `tests-js/node_modules` of this checkout.
    #[expect(clippy::disallowed_methods, reason = "./test hands its paths to the tests by environment")]
    pub fn load() -> Result<Self, Stuck> {
        let path = std::env::var("VESTIBULE_AXE").map_or_else(|_| default_path(), PathBuf::from);
        let source = std::fs::read_to_string(&path);
        source.map(Self).map_err(|error| stuck(format!("{}: {error}; ./test installs it", path.display())))
    }

    /// Checks the page that is shown by WCAG 2.0 to 2.2, A and AA, and axe's best practices. The browser must run
    /// scripts.
    pub async fn check(&self, browser: &ChromiumBrowser) -> Result<Vec<Violation>, Stuck> {
        browser.run(&format!("{};", self.0), Vec::new()).await?;
        let found = browser.run(CHECK, vec![json!(TAGS)]).await?;
        serde_json::from_value(found).map_err(|error| stuck(format!("axe's answer: {error}")))
    }
}

fn default_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests-js/node_modules/axe-core/axe.min.js")
}

const TAGS: [&str; 7] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];
const CHECK: &str = "return axe.run(document, {runOnly: arguments[0]}).then(found => found.violations.map(one => ({\
    id: one.id, impact: one.impact, help: one.help, \
    nodes: one.nodes.map(node => `${node.target.join(' ')}: ${node.failureSummary}`)})))";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::browser::ChromiumOptions;

    #[tokio::test(flavor = "multi_thread")]
    async fn it_finds_what_is_wrong_and_nothing_else() {
        let browser = ChromiumBrowser::start(ChromiumOptions::default()).await.unwrap();
        let axe = Axe::load().unwrap();
        let page = |inner: &str| {
            format!("data:text/html,<html lang=en><title>x</title><main><h1>Words</h1>{inner}</main></html>")
        };
        browser.open(&page("<p>Fine</p>")).await.unwrap();
        assert_eq!(axe.check(&browser).await.unwrap(), []);
        browser.open(&page("<input name=email>")).await.unwrap();
        let found = axe.check(&browser).await.unwrap();
        assert_eq!(found.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["label"], "{found:?}");
        browser.close().await.unwrap();
    }
}
