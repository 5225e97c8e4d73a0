//! The two browsers that a person may use, behind one face.
//!
//! [`HttpBrowser`] speaks HTTP alone and is fast; [`ChromiumBrowser`] is a real one. A closed set, hence an enum.

pub mod chromedriver;
pub mod chromium;
pub mod cookies;
pub mod exchange;
pub mod http_browser;
mod wire;

pub use chromium::{ChromiumBrowser, ChromiumOptions};
pub use exchange::Exchange;
pub use http_browser::{HttpBrowser, HttpOptions};
pub use wire::Request;

use crate::page::PageView;

/// Why a person could not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stuck(pub String);

impl std::fmt::Display for Stuck {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<thirtyfour::error::WebDriverError> for Stuck {
    fn from(error: thirtyfour::error::WebDriverError) -> Self {
        Self(format!("Chromium: {error}"))
    }
}

pub(crate) fn stuck(reason: impl Into<String>) -> Stuck {
    Stuck(reason.into())
}

/// What a person sits at.
#[derive(Debug)]
pub enum Browser {
    /// No screen, no script.
    Http(Box<HttpBrowser>),
    /// Debian's Chromium, headless.
    Chromium(Box<ChromiumBrowser>),
}

/// One thing that a person does with a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Types an address into the address bar.
    Open(String),
    /// Fills a field in, and does no more.
    Fill(String, String),
    Tick(String),
    /// Fills a field in and presses Enter.
    Submit(String, String),
    /// Presses a button and arrives somewhere.
    Press(String),
    /// Double-clicks a button: the browser throws the answer to the first submission away.
    DoublePress(String),
    /// Presses a button, loses the answer, presses again.
    PressAndLose(String),
    Follow(String),
    /// Goes back one page.
    Back,
    /// Loads the page again.
    Reload,
    /// Opens an empty tab and goes to it.
    NewTab,
    /// Goes to a tab, counted from 0.
    ToTab(usize),
}

impl Browser {
    /// Does one thing.
    pub async fn act(&mut self, act: &Act) -> Result<(), Stuck> {
        match self {
            Self::Http(browser) => on_http(browser, act).await,
            Self::Chromium(browser) => on_chromium(browser, act).await,
        }
    }

    /// The page that is shown now.
    pub async fn page(&self) -> Result<PageView, Stuck> {
        match self {
            Self::Http(browser) => browser.page().cloned(),
            Self::Chromium(browser) => browser.page().await,
        }
    }

    /// Waits until the page of that id is shown. Only a real browser moves by itself (scripts, slow redirects).
    pub async fn arrives_at(&self, test_id: &str) -> Result<PageView, Stuck> {
        let page = match self {
            Self::Http(browser) => browser.page()?.clone(),
            Self::Chromium(browser) => browser.arrives_at(test_id).await?,
        };
        if page.test_id == test_id {
            return Ok(page);
        }
        Err(stuck(format!("page {test_id} was expected, this one is shown: {}", page.summary())))
    }

    /// The HTTP browser, for tests that look at bytes; none in Chromium.
    pub fn http(&mut self) -> Option<&mut HttpBrowser> {
        match self {
            Self::Http(browser) => Some(browser),
            Self::Chromium(_) => None,
        }
    }

    /// Chromium, for tests of what only a real browser does.
    pub fn chromium(&mut self) -> Option<&mut ChromiumBrowser> {
        match self {
            Self::Http(_) => None,
            Self::Chromium(browser) => Some(browser),
        }
    }
}

async fn on_http(browser: &mut HttpBrowser, act: &Act) -> Result<(), Stuck> {
    match act {
        Act::Open(url) => browser.open(url).await,
        Act::Fill(field, value) => browser.fill(field, value),
        Act::Tick(field) => browser.fill(field, "on"),
        Act::Submit(field, value) => {
            browser.fill(field, value)?;
            browser.press_enter(field).await
        }
        Act::Press(what) => browser.press(what).await,
        Act::DoublePress(what) => browser.double_press(what).await,
        Act::PressAndLose(what) => browser.press_and_lose(what).await,
        Act::Follow(what) => browser.follow(what).await,
        Act::Back => browser.back().await,
        Act::Reload => browser.reload().await,
        Act::NewTab => {
            browser.new_tab();
            Ok(())
        }
        Act::ToTab(tab) => browser.to_tab(*tab),
    }
}

async fn on_chromium(browser: &mut ChromiumBrowser, act: &Act) -> Result<(), Stuck> {
    match act {
        Act::Open(url) => browser.open(url).await,
        Act::Fill(field, value) => browser.fill(field, value).await,
        Act::Tick(field) => browser.tick(field).await,
        Act::Submit(field, value) => browser.submit(field, value).await,
        Act::Press(what) => browser.press(what).await,
        Act::DoublePress(what) => browser.double_press(what).await,
        Act::PressAndLose(what) => browser.press_and_lose(what).await,
        Act::Follow(what) => browser.follow(what).await,
        Act::Back => browser.back().await,
        Act::Reload => browser.reload().await,
        Act::NewTab => browser.new_tab().await,
        Act::ToTab(tab) => browser.to_tab(*tab).await,
    }
}
