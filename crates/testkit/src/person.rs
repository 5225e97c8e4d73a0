//! The test language: what a person does, as one sentence.
//!
//! ```text
//! person.opens(&link).types("gina@guest.test").reads_code().enters_code().sees("G15").presses("Accept").await;
//! ```
//!
//! The verbs collect steps; `.await` takes them one by one and gives the [`PageView`] at the end. A step that cannot
//! be taken fails the test with the whole sentence, the place in it, and what stands on the page.

use std::fmt::Write as _;
use std::future::IntoFuture;
use std::sync::Arc;

use crate::browser::{Act, Browser, Exchange, HttpBrowser, Stuck, stuck};
use crate::mailbox::{Answer, Mailbox};
use crate::page::PageView;
use crate::smtp::Mail;

/// Someone at a browser, with a mailbox.
#[derive(Debug)]
pub struct Person {
    browser: Browser,
    mailbox: Arc<dyn Mailbox>,
    address: String,
    seen: usize,
    code: String,
    mail: Mail,
}

/// A sentence that is being said; `.await` makes it happen.
#[must_use = "nothing happens before `.await`"]
#[derive(Debug)]
pub struct Steps<'a> {
    person: &'a mut Person,
    steps: Vec<Step>,
}

#[derive(Debug, Clone)]
enum Step {
    Does(Act),
    ReadsCode,
    ReadsMail,
    EntersCode,
    OpensMailed(String),
    Sees(String),
    Reads(String),
    DoesNotRead(String),
    IsAt(String),
}

/// The verbs, on a person and on a sentence alike.
macro_rules! verbs {
    ($($(#[$doc:meta])* $verb:ident($($argument:ident: $type:ty),*) => $step:expr;)*) => {
        impl Person {
            $($(#[$doc])* pub fn $verb(&mut self, $($argument: $type),*) -> Steps<'_> {
                Steps { person: self, steps: Vec::new() }.$verb($($argument),*)
            })*
        }
        impl Steps<'_> {
            $($(#[$doc])* pub fn $verb(mut self, $($argument: $type),*) -> Self {
                self.steps.push($step);
                self
            })*
        }
    };
}

verbs! {
    /// Opens an address.
    opens(url: &str) => Step::Does(Act::Open(url.to_owned()));
    /// Types a mail address into the field `email` and presses Enter.
    types(address: &str) => Step::Does(Act::Submit("email".to_owned(), address.to_owned()));
    /// Types a code into the field `code` and presses Enter.
    enters(code: &str) => Step::Does(Act::Submit("code".to_owned(), code.to_owned()));
    /// Waits for the next mail with a code and remembers the code.
    reads_code() => Step::ReadsCode;
    /// Waits for the next mail and remembers it, whatever is in it.
    reads_mail() => Step::ReadsMail;
    /// Enters the code that was read last.
    enters_code() => Step::EntersCode;
    /// Opens the link of the mail that was read last whose address contains `part`, e.g. `/report/`.
    opens_mailed(part: &str) => Step::OpensMailed(part.to_owned());
    /// Fills a field in, and does no more.
    fills(field: &str, value: &str) => Step::Does(Act::Fill(field.to_owned(), value.to_owned()));
    /// Ticks a box.
    ticks(field: &str) => Step::Does(Act::Tick(field.to_owned()));
    /// Presses a button: by its words, `name=value`, `primary`, or `/end-of-the-path`.
    presses(what: &str) => Step::Does(Act::Press(what.to_owned()));
    /// Double-clicks a button; the browser throws the first answer away.
    double_presses(what: &str) => Step::Does(Act::DoublePress(what.to_owned()));
    /// Presses a button, never gets the answer, and presses it again.
    presses_and_loses(what: &str) => Step::Does(Act::PressAndLose(what.to_owned()));
    /// Follows a link: by its words, its label, or `/end-of-the-path`.
    follows(what: &str) => Step::Does(Act::Follow(what.to_owned()));
    /// Goes back.
    back() => Step::Does(Act::Back);
    /// Reloads.
    reloads() => Step::Does(Act::Reload);
    /// Opens an empty tab and goes to it.
    new_tab() => Step::Does(Act::NewTab);
    /// Goes to a tab, counted from 0.
    to_tab(tab: usize) => Step::Does(Act::ToTab(tab));
    /// Is on the page of that id; where script moves a page by itself, this waits for it.
    sees(test_id: &str) => Step::Sees(test_id.to_owned());
    /// Finds these words on the page.
    reads(words: &str) => Step::Reads(words.to_owned());
    /// Does not find these words on the page.
    does_not_read(words: &str) => Step::DoesNotRead(words.to_owned());
    /// Has these words in the address bar.
    is_at(part: &str) => Step::IsAt(part.to_owned());
}

impl Person {
    /// Sits someone down at a browser. Mail that came before is not theirs to read.
    pub fn new(browser: Browser, mailbox: Arc<dyn Mailbox>) -> Self {
        let (address, code, mail) = (String::new(), String::new(), Mail::default());
        Self { browser, mailbox, address, seen: 0, code, mail }
    }

    /// Says whose mailbox is read; `types` does so by itself.
    pub fn is_called(&mut self, address: &str) -> &mut Self {
        address.clone_into(&mut self.address);
        self.seen = 0;
        self
    }

    /// The page that is shown.
    pub async fn page(&self) -> PageView {
        self.browser.page().await.unwrap_or_else(|why| fail(&why.to_string()))
    }

    /// The code that was read last.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The mail that was read last.
    pub fn mail(&self) -> &Mail {
        &self.mail
    }

    /// The browser.
    pub fn browser(&mut self) -> &mut Browser {
        &mut self.browser
    }

    /// The HTTP browser, for tests that look at bytes.
    pub fn http(&mut self) -> &mut HttpBrowser {
        self.browser.http().expect("this test asked for an HTTP browser")
    }

    /// The last exchange over HTTP.
    pub fn last(&mut self) -> Exchange {
        self.http().exchanges().last().expect("something was opened").clone()
    }

    async fn take(&mut self, step: &Step) -> Result<(), Stuck> {
        match step {
            Step::Does(act) => {
                if let Act::Submit(field, value) = act
                    && field == "email"
                {
                    self.is_called(value.trim());
                    self.seen = self.mailbox.count(&self.address);
                }
                self.browser.act(act).await
            }
            Step::ReadsMail => self.read().await,
            Step::ReadsCode => {
                self.read().await?;
                let no_code = || stuck(format!("no code in the mail {:?}", self.mail.text));
                self.code = self.mail.code().ok_or_else(no_code)?;
                Ok(())
            }
            Step::EntersCode => {
                let act = Act::Submit("code".to_owned(), self.code.clone());
                self.browser.act(&act).await
            }
            Step::OpensMailed(part) => {
                let links = self.mail.links();
                let link = links.iter().find(|link| link.contains(part));
                let link = link.ok_or_else(|| stuck(format!("{part:?} is in none of {links:?}")))?;
                self.browser.act(&Act::Open(link.clone())).await
            }
            Step::Sees(test_id) => self.browser.arrives_at(test_id).await.map(drop),
            Step::Reads(words) => self.check(|page| page.text.contains(words), words).await,
            Step::DoesNotRead(words) => self.check(|page| !page.text.contains(words), words).await,
            Step::IsAt(part) => self.check(|page| page.url.as_str().contains(part), part).await,
        }
    }

    async fn read(&mut self) -> Result<(), Stuck> {
        let newest = self.mailbox.newest(&self.address, self.seen).await;
        self.mail = newest.ok_or_else(|| stuck(format!("no new mail for {:?} arrived", self.address)))?;
        self.seen = self.mailbox.count(&self.address);
        Ok(())
    }

    async fn check(&self, holds: impl Fn(&PageView) -> bool + Send, what: &str) -> Result<(), Stuck> {
        let page = self.browser.page().await?;
        if holds(&page) {
            Ok(())
        } else {
            Err(stuck(format!("{what:?} does not hold on {}", page.summary())))
        }
    }
}

impl<'a> IntoFuture for Steps<'a> {
    type Output = PageView;
    type IntoFuture = Answer<'a, PageView>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            for (at, step) in self.steps.iter().enumerate() {
                if let Err(why) = self.person.take(step).await {
                    fail(&sentence(&self.steps, at, &why));
                }
            }
            self.person.page().await
        })
    }
}

fn sentence(steps: &[Step], at: usize, why: &Stuck) -> String {
    let mut text = format!("a person got stuck at step {}:\n", at + 1);
    for (number, step) in steps.iter().enumerate() {
        let mark = if number == at { "→" } else { " " };
        writeln!(text, "{mark} {}. {step:?}", number + 1).expect("a string takes what is written");
    }
    text.push_str(&why.0);
    text
}

/// Fails the test that runs.
#[expect(clippy::panic, reason = "this is how a test fails")]
fn fail(message: &str) -> ! {
    panic!("{message}")
}

#[cfg(test)]
mod tests;
