//! Debian's Chromium, headless, through chromedriver: what a person's browser really does with our pages.

use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::common::capabilities::desiredcapabilities::CapabilitiesHelper;
use thirtyfour::prelude::{By, DesiredCapabilities, WebDriver, WebElement};
use thirtyfour::{BrowserCapabilitiesHelper, ChromiumLikeCapabilities, Key};

use crate::browser::chromedriver::Chromedriver;
use crate::browser::{Stuck, stuck};
use crate::page::PageView;

/// How a Chromium is started.
#[derive(Debug, Clone)]
pub struct ChromiumOptions {
    /// Whether pages may run scripts.
    pub javascript: bool,
    /// Width of the page in CSS pixels: 390 is a phone, 1280 a desktop.
    pub width: u32,
    /// Whether the device prefers a dark theme.
    pub dark: bool,
    /// `Accept-Language` and the language of the browser.
    pub language: String,
}

impl Default for ChromiumOptions {
    fn default() -> Self {
        Self { javascript: true, width: 390, dark: false, language: "en-GB".to_owned() }
    }
}

/// The browser; see the module. Close it with [`ChromiumBrowser::close`] where speed matters; dropping it kills it.
#[derive(Debug)]
pub struct ChromiumBrowser {
    driver: Option<WebDriver>,
    options: ChromiumOptions,
    #[expect(dead_code, reason = "dropped last; that ends the processes")]
    process: Chromedriver,
}

impl ChromiumBrowser {
    /// Starts driver and browser.
    pub async fn start(options: ChromiumOptions) -> Result<Self, Stuck> {
        crate::install_crypto();
        let process = Chromedriver::start()?;
        let driver = WebDriver::new(process.url(), capabilities(&options, &process)?).await?;
        let browser = Self { driver: Some(driver), options, process };
        browser.emulate().await?;
        Ok(browser)
    }

    /// Ends the browser in an orderly way.
    pub async fn close(mut self) -> Result<(), Stuck> {
        match self.driver.take() {
            Some(driver) => driver.quit().await.map_err(Stuck::from),
            None => Ok(()),
        }
    }

    /// The `WebDriver` session, for what is not offered here.
    pub fn driver(&self) -> Result<&WebDriver, Stuck> {
        self.driver.as_ref().ok_or_else(|| stuck("the browser was closed"))
    }

    /// Runs a script in the page and gives back what it returns, also where pages may run none.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Result<Value, Stuck> {
        Ok(self.driver()?.execute(script, arguments).await?.json().clone())
    }

    /// The page, as the browser holds it now.
    pub async fn page(&self) -> Result<PageView, Stuck> {
        let driver = self.driver()?;
        let url = driver.current_url().await?;
        let html = driver.source().await?;
        let entry = self.run(STATUS, Vec::new()).await.unwrap_or_default();
        let status = entry.as_u64().and_then(|number| u16::try_from(number).ok()).unwrap_or_default();
        Ok(PageView::parse(&url, status, &html, self.options.javascript))
    }

    /// What the page wrote to its console, violations of the content security policy among it (WEB-03).
    pub async fn console(&self) -> Result<Vec<String>, Stuck> {
        let entries = self.driver()?.browser_log().await?;
        Ok(entries.iter().map(|entry| format!("{entry:?}")).collect())
    }

    /// Polls until the page of that id is shown, for some seconds.
    pub async fn arrives_at(&self, test_id: &str) -> Result<PageView, Stuck> {
        for _ in 0..PATIENCE {
            match self.page().await {
                Ok(page) if page.test_id == test_id => return Ok(page),
                _ => tokio::time::sleep(BLINK).await,
            }
        }
        self.page().await
    }

    /// Types an address into the address bar.
    pub async fn open(&self, url: &str) -> Result<(), Stuck> {
        self.driver()?.goto(url).await?;
        self.settle(None).await
    }

    /// Replaces what stands in a field.
    pub async fn fill(&self, field: &str, value: &str) -> Result<(), Stuck> {
        let element = self.field(field).await?;
        element.clear().await?;
        Ok(element.send_keys(value).await?)
    }

    /// Ticks a box that is not ticked.
    pub async fn tick(&self, field: &str) -> Result<(), Stuck> {
        let element = self.field(field).await?;
        if !element.is_selected().await? {
            element.click().await?;
        }
        Ok(())
    }

    /// Types into a field and presses Enter at once, before any script submits by itself.
    pub async fn submit(&self, field: &str, value: &str) -> Result<(), Stuck> {
        let before = self.root().await?;
        let element = self.field(field).await?;
        element.clear().await?;
        element.send_keys(format!("{value}{}", Key::Enter.value())).await?;
        self.settle(Some(before)).await
    }

    /// Clicks a button and waits for the next page.
    pub async fn press(&self, what: &str) -> Result<(), Stuck> {
        let before = self.root().await?;
        self.button(what).await?.click().await?;
        self.settle(Some(before)).await
    }

    /// Clicks something that leads nowhere (*Copy*, a `summary`), by a CSS selector.
    pub async fn click(&self, selector: &str) -> Result<(), Stuck> {
        Ok(self.driver()?.find(By::Css(selector)).await?.click().await?)
    }

    /// A real double click, over a slow line: both submissions reach the server, and the browser throws the answer to
    /// the first one away, its cookies included.
    pub async fn double_press(&self, what: &str) -> Result<(), Stuck> {
        let before = self.root().await?;
        let button = self.button(what).await?;
        self.slow_line(LATENCY).await?;
        let clicks = self.driver()?.action_chain_with_delay(Some(Duration::ZERO), Some(BLINK * 3));
        clicks.move_to_element_center(&button).click().move_by_offset(0, 0).click().perform().await?;
        self.settle(Some(before)).await?;
        self.slow_line(Duration::ZERO).await
    }

    /// Delays every answer to this tab; zero ends that.
    pub async fn slow_line(&self, latency: Duration) -> Result<(), Stuck> {
        let cdp = self.driver()?.cdp();
        let millis = u64::try_from(latency.as_millis()).unwrap_or_default();
        let line =
            json!({"offline": false, "latency": millis, "downloadThroughput": -1, "uploadThroughput": -1});
        cdp.send_raw("Network.enable", json!({})).await?;
        cdp.send_raw("Network.emulateNetworkConditions", line).await?;
        Ok(())
    }

    /// Sends the button's form, loses the answer, and presses the button as a person then does. Its cookies are kept,
    /// as the network layer of a browser does when the page that asked is gone.
    pub async fn press_and_lose(&self, what: &str) -> Result<(), Stuck> {
        let button = self.button(what).await?;
        self.run(LOSE, vec![button.to_json()?]).await?;
        self.press(what).await
    }

    /// Follows a link.
    pub async fn follow(&self, what: &str) -> Result<(), Stuck> {
        let page = self.page().await?;
        let link = page.link(what).ok_or_else(|| stuck(format!("no link {what:?} on {}", page.summary())))?;
        let before = self.root().await?;
        self.nth("a[href]", link.place).await?.click().await?;
        self.settle(Some(before)).await
    }

    /// *Back*.
    pub async fn back(&self) -> Result<(), Stuck> {
        self.driver()?.back().await?;
        self.settle(None).await
    }

    /// Reload.
    pub async fn reload(&self) -> Result<(), Stuck> {
        self.driver()?.refresh().await?;
        self.settle(None).await
    }

    /// Opens an empty tab and goes to it.
    pub async fn new_tab(&self) -> Result<(), Stuck> {
        let driver = self.driver()?;
        let tab = driver.new_tab().await?;
        driver.switch_to_window(tab).await?;
        self.emulate().await
    }

    /// Goes to a tab, counted from 0 in the order of opening.
    pub async fn to_tab(&self, tab: usize) -> Result<(), Stuck> {
        let driver = self.driver()?;
        let tabs = driver.windows().await?;
        let wanted = tabs.get(tab).ok_or_else(|| stuck(format!("there is no tab {tab}")))?;
        Ok(driver.switch_to_window(wanted.clone()).await?)
    }

    /// Size and theme, which belong to a tab.
    async fn emulate(&self) -> Result<(), Stuck> {
        let cdp = self.driver()?.cdp();
        let metrics =
            json!({"width": self.options.width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        cdp.send_raw("Emulation.setDeviceMetricsOverride", metrics).await?;
        let scheme = if self.options.dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        cdp.send_raw("Emulation.setEmulatedMedia", media).await?;
        Ok(())
    }

    /// Waits until `before` is gone, if there was one, and the page is whole.
    async fn settle(&self, before: Option<WebElement>) -> Result<(), Stuck> {
        for _ in 0..PATIENCE {
            let left = match &before {
                Some(old) => old.tag_name().await.is_err(),
                None => true,
            };
            let whole = || async { self.run("return document.readyState", Vec::new()).await };
            if left && whole().await.is_ok_and(|state| state == "complete") {
                return Ok(());
            }
            tokio::time::sleep(BLINK).await;
        }
        Err(stuck(format!("the page did not change: {}", self.page().await?.summary())))
    }

    async fn root(&self) -> Result<WebElement, Stuck> {
        Ok(self.driver()?.find(By::Css("html")).await?)
    }

    async fn field(&self, name: &str) -> Result<WebElement, Stuck> {
        let found = self.driver()?.find(By::Css(format!("[name=\"{name}\"]"))).await;
        match found {
            Ok(element) => Ok(element),
            Err(_) => Err(stuck(format!("no field {name:?} on {}", self.page().await?.summary()))),
        }
    }

    async fn button(&self, what: &str) -> Result<WebElement, Stuck> {
        let page = self.page().await?;
        let (_, button) =
            page.button(what).ok_or_else(|| stuck(format!("no button {what:?} on {}", page.summary())))?;
        self.nth("button, input[type=submit]", button.place).await
    }

    async fn nth(&self, selector: &str, place: usize) -> Result<WebElement, Stuck> {
        let all = self.driver()?.find_all(By::Css(selector)).await?;
        all.into_iter().nth(place).ok_or_else(|| stuck(format!("{selector} number {place} is gone")))
    }
}

impl Drop for ChromiumBrowser {
    fn drop(&mut self) {
        if let Some(driver) = self.driver.take() {
            drop(driver.leak()); // `Chromedriver` ends the processes; a blocking farewell would stop the runtime
        }
    }
}

fn capabilities(
    options: &ChromiumOptions,
    process: &Chromedriver,
) -> Result<thirtyfour::Capabilities, Stuck> {
    let mut wanted = DesiredCapabilities::chrome();
    let profile = format!("--user-data-dir={}", process.profile().display());
    let language = format!("--lang={}", options.language);
    let size = format!("--window-size={},900", options.width);
    for argument in ARGUMENTS.into_iter().chain([profile.as_str(), &language, &size]) {
        wanted.add_arg(argument)?;
    }
    let scripts = if options.javascript { 1 } else { 2 };
    let preferences = json!({
        "profile.managed_default_content_settings.javascript": scripts,
        "intl.accept_languages": options.language,
    });
    wanted.set_browser_option("prefs", preferences)?;
    wanted.accept_insecure_certs(true)?; // tests make their own certificates
    wanted.set("goog:loggingPrefs", json!({"browser": "ALL"}))?;
    Ok(wanted.into())
}

const BLINK: Duration = Duration::from_millis(25);
const PATIENCE: usize = 320;
const LATENCY: Duration = Duration::from_millis(300);
const STATUS: &str = "return performance.getEntriesByType('navigation')[0]?.responseStatus ?? 0";
const LOSE: &str = "const [button] = arguments, form = button.form; \
    return fetch(button.hasAttribute('formaction') ? button.formAction : form.action, {method: 'POST', \
    redirect: 'manual', body: new URLSearchParams(new FormData(form, button))}).then(() => true)";
const ARGUMENTS: [&str; 11] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--hide-scrollbars",
];
