//! A browser without a screen: real HTTP over real sockets, own cookies, no script.
//!
//! It does what matters of a browser for a sign-in: cookies, redirects, `Origin` and `Sec-Fetch-*` headers, forms,
//! tabs, *Back* and reload. And it keeps every exchange, so that two people's answers can be compared byte by byte.

use std::net::{IpAddr, SocketAddr};

use http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, ORIGIN, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method};
use url::Url;

use crate::browser::cookies::{Jar, Relation};
use crate::browser::exchange::Exchange;
use crate::browser::wire::{Request, Wire};
use crate::browser::{Stuck, stuck};
use crate::page::{Button, Form, PageView};
use crate::witness::Witness;

/// How an HTTP browser differs from the usual one.
#[derive(Debug, Clone, Default)]
pub struct HttpOptions {
    /// Trusted for `https`, PEM; without one only `http` works.
    pub ca_pem: Option<String>,
    /// Host names that lead to a socket of the test.
    pub hosts: Vec<(String, SocketAddr)>,
    /// The address that it connects from, e.g. `127.0.0.7`: another source for the limits per source (N-09).
    pub from: Option<IpAddr>,
    /// A base URL, and the node that its requests go to whatever port it says; `Host` stays.
    pub via: Option<(String, SocketAddr)>,
    /// `Accept-Language`; English where nothing is said.
    pub language: Option<String>,
    /// Who sees what it gets; people of a world have the world's.
    pub witness: Witness,
}

/// The browser; see the module.
#[derive(Debug)]
pub struct HttpBrowser {
    wire: Wire,
    pub jar: Jar,
    /// Headers that are sent with every request besides.
    pub extra: HeaderMap,
    tabs: Vec<Tab>,
    tab: usize,
    exchanges: Vec<Exchange>,
}

#[derive(Debug, Default)]
struct Tab {
    entries: Vec<Entry>,
    at: usize,
    typed: Vec<(String, String)>,
}

#[derive(Debug)]
struct Entry {
    request: Request,
    no_referrer: bool,
    page: PageView,
}

impl HttpBrowser {
    /// A browser that nobody used yet.
    pub fn new(options: &HttpOptions) -> Self {
        let mut extra = HeaderMap::new();
        let language = options.language.as_deref().unwrap_or("en-GB,en;q=0.9");
        extra.insert(ACCEPT_LANGUAGE, HeaderValue::from_str(language).expect("a language is ASCII"));
        extra.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        Self {
            wire: Wire::new(options),
            jar: Jar::default(),
            extra,
            tabs: vec![Tab::default()],
            tab: 0,
            exchanges: Vec::new(),
        }
    }

    /// Everything that went over the wire, oldest first.
    pub fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    /// The page of the current tab.
    pub fn page(&self) -> Result<&PageView, Stuck> {
        self.entry().map(|entry| &entry.page)
    }

    /// Types an address into the address bar.
    pub async fn open(&mut self, url: &str) -> Result<(), Stuck> {
        let url = Url::parse(url).map_err(|error| stuck(format!("{url} is no URL: {error}")))?;
        self.navigate(Request::get(url), None, History::Adds).await
    }

    /// Fills a field in; a box is ticked by this too.
    pub fn fill(&mut self, field: &str, value: &str) -> Result<(), Stuck> {
        let page = self.page()?;
        let missing = || stuck(format!("no field {field:?} on {}", page.summary()));
        page.form_with(field).ok_or_else(missing)?;
        self.current_mut().typed.push((field.to_owned(), value.to_owned()));
        Ok(())
    }

    /// Presses Enter in a field: the form's first button.
    pub async fn press_enter(&mut self, field: &str) -> Result<(), Stuck> {
        let page = self.page()?;
        let form = page.form_with(field).ok_or_else(|| stuck(format!("no field {field:?}")))?;
        let request = self.submission(form, form.buttons.first());
        self.leave(request).await
    }

    /// Presses a button.
    pub async fn press(&mut self, what: &str) -> Result<(), Stuck> {
        let request = self.pressed(what)?;
        self.leave(request).await
    }

    /// A double click: the second submission leaves with the cookies of before the first, whose answer is thrown away. The
    /// server answers a press before a person clicks again; what overlapping presses do is for tests that send many at once.
    pub async fn double_press(&mut self, what: &str) -> Result<(), Stuck> {
        let request = self.pressed(what)?;
        let from = self.page()?.url.clone();
        let first = self.send(&request, Some(&from)).await?;
        let second = self.send(&request, Some(&from)).await?;
        self.exchanges.push(first);
        self.arrive(request, second, Some(from), History::Adds).await
    }

    /// Presses a button, loses the whole answer, and presses it again.
    pub async fn press_and_lose(&mut self, what: &str) -> Result<(), Stuck> {
        let request = self.pressed(what)?;
        let from = self.page()?.url.clone();
        let lost = self.send(&request, Some(&from)).await?;
        self.exchanges.push(lost);
        self.leave(request).await
    }

    /// Follows a link.
    pub async fn follow(&mut self, what: &str) -> Result<(), Stuck> {
        let page = self.page()?;
        let missing = || stuck(format!("no link {what:?} on {}", page.summary()));
        let href = page.link(what).ok_or_else(missing)?.href.clone();
        self.leave(Request::get(href)).await
    }

    /// *Back*. Every page of ours is `no-store`, so a page that came by GET is asked for again; the answer to a POST
    /// is shown as it was.
    pub async fn back(&mut self) -> Result<(), Stuck> {
        let tab = self.current_mut();
        tab.at = tab.at.checked_sub(1).ok_or_else(|| stuck("there is no page to go back to".to_owned()))?;
        tab.typed.clear();
        if self.entry()?.request.method == Method::GET { self.reload().await } else { Ok(()) }
    }

    /// Repeats the request that brought the page, a POST too (as a person does who confirms that).
    pub async fn reload(&mut self) -> Result<(), Stuck> {
        let request = self.entry()?.request.clone();
        let from = (request.method != Method::GET).then(|| request.url.clone());
        self.navigate(request, from, History::Stays).await
    }

    /// Opens an empty tab, with the same cookies, and goes to it.
    pub fn new_tab(&mut self) {
        self.tabs.push(Tab::default());
        self.tab = self.tabs.len() - 1;
    }

    /// Goes to the tab of that number, counted from 0.
    pub fn to_tab(&mut self, tab: usize) -> Result<(), Stuck> {
        if tab >= self.tabs.len() {
            return Err(stuck(format!("there is no tab {tab}")));
        }
        self.tab = tab;
        Ok(())
    }

    /// Sends one request with this browser's cookies and headers, follows nothing, keeps no cookie.
    pub async fn send(&self, request: &Request, from: Option<&Url>) -> Result<Exchange, Stuck> {
        let relation = Relation::between(from, &request.url);
        let no_referrer = self.entry().is_ok_and(|entry| entry.no_referrer);
        let headers = self.headers(request, from, relation, no_referrer);
        self.wire.send(request, headers).await
    }

    /// The request that a button would send now.
    pub fn pressed(&self, what: &str) -> Result<Request, Stuck> {
        let page = self.page()?;
        let missing = || stuck(format!("no button {what:?} on {}", page.summary()));
        let (form, button) = page.button(what).ok_or_else(missing)?;
        Ok(self.submission(form, Some(button)))
    }

    fn submission(&self, form: &Form, button: Option<&Button>) -> Request {
        let typed = self.tabs.get(self.tab).map(|tab| tab.typed.as_slice()).unwrap_or_default();
        let target = button.and_then(|one| one.action.clone()).unwrap_or_else(|| form.action.clone());
        let mut encoded = url::form_urlencoded::Serializer::new(String::new());
        let body = encoded.extend_pairs(form.data(typed, button)).finish();
        if form.post {
            return Request::post(target, body);
        }
        let mut url = target;
        url.set_query(Some(&body));
        Request::get(url)
    }

    async fn leave(&mut self, request: Request) -> Result<(), Stuck> {
        let from = self.page()?.url.clone();
        self.navigate(request, Some(from), History::Adds).await
    }

    async fn navigate(&mut self, request: Request, from: Option<Url>, history: History) -> Result<(), Stuck> {
        let exchange = self.send(&request, from.as_ref()).await?;
        self.arrive(request, exchange, from, history).await
    }

    /// Takes cookies, follows redirects, and shows the page at the end.
    async fn arrive(
        &mut self,
        mut request: Request,
        mut exchange: Exchange,
        from: Option<Url>,
        history: History,
    ) -> Result<(), Stuck> {
        let mut relation = Relation::between(from.as_ref(), &request.url);
        for _ in 0..MAX_HOPS {
            for header in exchange.set_cookies() {
                self.jar.take(&exchange.url, header);
            }
            let next = if exchange.status.is_redirection() { exchange.location() } else { None };
            self.exchanges.push(exchange.clone());
            let stays = next.is_none();
            if let Some(next) = next {
                request = request.redirected(exchange.status, next);
            }
            // A redirect to com.example.app:/cb leaves the browser: it is shown as the place where the trip ended.
            if stays || !matches!(request.url.scheme(), "http" | "https") {
                self.show(request, &exchange, history);
                return Ok(());
            }
            relation = relation.max(Relation::between(from.as_ref(), &request.url));
            let headers = self.headers(&request, from.as_ref(), relation, false);
            exchange = self.wire.send(&request, headers).await?;
        }
        Err(stuck(format!("more than {MAX_HOPS} redirects, the last to {}", request.url)))
    }

    fn show(&mut self, request: Request, exchange: &Exchange, history: History) {
        let page = PageView::parse(&request.url, exchange.status.as_u16(), &exchange.text(), false);
        let no_referrer = exchange.header("referrer-policy") == "no-referrer";
        let entry = Entry { request, no_referrer, page };
        let tab = self.current_mut();
        let same_url = tab.entries.get(tab.at).is_some_and(|old| old.page.url == entry.page.url);
        tab.typed.clear();
        if !same_url && history == History::Adds && !tab.entries.is_empty() {
            tab.at += 1;
        }
        tab.entries.truncate(if history == History::Adds { tab.at } else { usize::MAX });
        if tab.at < tab.entries.len() {
            tab.entries.splice(tab.at..=tab.at, [entry]).for_each(drop);
        } else {
            tab.entries.push(entry);
        }
    }

    fn headers(&self, request: &Request, from: Option<&Url>, relation: Relation, mute: bool) -> HeaderMap {
        let mut headers = self.extra.clone();
        let post = request.method == Method::POST;
        headers.insert("accept", HeaderValue::from_static("text/html,application/xhtml+xml,*/*;q=0.8"));
        headers.insert("sec-fetch-site", HeaderValue::from_static(relation.header()));
        headers.insert("sec-fetch-mode", HeaderValue::from_static("navigate"));
        headers.insert("sec-fetch-dest", HeaderValue::from_static("document"));
        if post {
            let origin = from.filter(|_| !mute).map(|url| url.origin().ascii_serialization());
            let origin = origin.unwrap_or_else(|| "null".to_owned());
            headers.insert(ORIGIN, HeaderValue::from_str(&origin).expect("an origin is ASCII"));
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        }
        if let Some(cookies) = self.jar.header(&request.url, relation, post) {
            let value = HeaderValue::from_str(&cookies).expect("a cookie came as a header");
            headers.insert(COOKIE, value);
        }
        headers.extend(request.headers.clone());
        headers
    }

    fn entry(&self) -> Result<&Entry, Stuck> {
        let entry = self.tabs.get(self.tab).and_then(|tab| tab.entries.get(tab.at));
        entry.ok_or_else(|| stuck("nothing was opened yet".to_owned()))
    }

    fn current_mut(&mut self) -> &mut Tab {
        self.tabs.get_mut(self.tab).expect("the current tab exists")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum History {
    Adds,
    Stays,
}

const MAX_HOPS: usize = 20;
const AGENT: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

#[cfg(test)]
mod tests;
