//! A page as a person finds it: what it is called, what it says, what can be filled in and pressed.
//!
//! Both browsers give the same [`PageView`]: the HTTP one parses what the server sent, Chromium's is parsed from the
//! document that it shows. So a flow asserts once for both.

mod dom;

use markup5ever_rcdom::Handle;
use url::Url;

/// One page in front of a person.
#[derive(Debug, Clone)]
pub struct PageView {
    /// The address bar.
    pub url: Url,
    /// The HTTP status that brought it; 0 where the browser does not tell.
    pub status: u16,
    /// `data-testid` of `main`: the page's id in `ux.md`, e.g. `G06`. Empty where there is none.
    pub test_id: String,
    /// `title`.
    pub title: String,
    /// The first `h1`.
    pub h1: String,
    /// All visible text of the body, white space collapsed.
    pub text: String,
    /// `lang` of the document.
    pub lang: String,
    /// The texts of `.error`, `.errors` and `.notice--danger`.
    pub errors: Vec<String>,
    /// The texts of `.notice`.
    pub notices: Vec<String>,
    /// The forms, in the order of the document.
    pub forms: Vec<Form>,
    /// The links, in the order of the document.
    pub links: Vec<Link>,
    /// What was parsed.
    pub html: String,
}

/// A form with what it would send.
#[derive(Debug, Clone)]
pub struct Form {
    /// Where it is sent, absolute.
    pub action: Url,
    /// Whether it is a POST.
    pub post: bool,
    pub fields: Vec<Field>,
    /// Its submit buttons; the first is the one that Enter presses.
    pub buttons: Vec<Button>,
}

/// A field that has a name.
#[derive(Debug, Clone)]
pub struct Field {
    /// `name`.
    pub name: String,
    /// `type` (`textarea` and `select` for those elements).
    pub kind: String,
    /// The value that stands in it.
    pub value: String,
    /// For boxes and radio buttons: whether it is ticked. Others are always sent.
    pub sent: bool,
}

/// A submit button.
#[derive(Debug, Clone)]
pub struct Button {
    /// The words on it, or its `aria-label` where it has none.
    pub text: String,
    /// `name=value` where it has a name.
    pub pair: Option<(String, String)>,
    /// Where it sends the form instead (`formaction`).
    pub action: Option<Url>,
    /// Whether it is the page's primary button (`btn--primary`).
    pub primary: bool,
    /// Its place among all `button` and `input[type=submit]` elements of the document.
    pub place: usize,
}

/// A link that leads somewhere.
#[derive(Debug, Clone)]
pub struct Link {
    /// The words of the link.
    pub text: String,
    /// `aria-label`, empty where there is none.
    pub label: String,
    /// Where it leads, absolute.
    pub href: Url,
    /// Its place among all `a[href]` elements of the document.
    pub place: usize,
}

impl PageView {
    /// Reads a document. With `scripting`, `noscript` counts as not shown.
    pub fn parse(url: &Url, status: u16, html: &str, scripting: bool) -> Self {
        let document = dom::parse(html, scripting);
        let all = dom::elements(&document.document);
        let first = |wanted: &str| all.iter().find(|node| dom::name(node) == wanted);
        let text_of = |wanted: &str| first(wanted).map(dom::visible_text).unwrap_or_default();
        let classed = |classes: &[&str]| {
            all.iter()
                .filter(|node| classes.iter().any(|class| dom::has_class(node, class)))
                .map(dom::visible_text)
                .collect()
        };
        let test_id = |node: &Handle| dom::attribute(node, "data-testid");
        Self {
            url: url.clone(),
            status,
            test_id: first("main").and_then(test_id).unwrap_or_default(),
            title: first("title").map(title_text).unwrap_or_default(),
            h1: text_of("h1"),
            text: text_of("body"),
            lang: first("html").and_then(|node| dom::attribute(node, "lang")).unwrap_or_default(),
            errors: classed(&["error", "errors", "notice--danger"]),
            notices: classed(&["notice"]),
            forms: forms(&all, url),
            links: links(&all, url),
            html: html.to_owned(),
        }
    }

    /// The form that has a field of that name, with its place.
    pub fn form_with(&self, field: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.fields.iter().any(|one| one.name == field))
    }

    /// The form and button that `what` names: the words on it, its `name=value`, its value alone, `primary`, or by
    /// `/resend` the button of the form whose path ends so.
    pub fn button(&self, what: &str) -> Option<(&Form, &Button)> {
        let pairs =
            || self.forms.iter().flat_map(|form| form.buttons.iter().map(move |button| (form, button)));
        let target =
            |form: &Form, button: &Button| button.action.clone().unwrap_or_else(|| form.action.clone());
        pairs()
            .find(|(_, button)| button.text == what)
            .or_else(|| pairs().find(|(_, button)| button.is_pair(what)))
            .or_else(|| pairs().find(|(_, button)| what == "primary" && button.primary))
            .or_else(|| {
                pairs().find(|(form, button)| {
                    what.starts_with('/') && target(form, button).path().ends_with(what)
                })
            })
    }

    /// The link with these words, this label, or to a path that ends so.
    pub fn link(&self, what: &str) -> Option<&Link> {
        self.links.iter().find(|link| link.text == what).or_else(|| {
            self.links.iter().find(|link| {
                link.label == what || (what.starts_with('/') && link.href.path().ends_with(what))
            })
        })
    }

    /// What stands on the page, for the message of a failed test.
    pub fn summary(&self) -> String {
        let buttons: Vec<_> =
            self.forms.iter().flat_map(|form| &form.buttons).map(|button| button.text.as_str()).collect();
        let links: Vec<_> = self.links.iter().map(|link| link.text.as_str()).collect();
        format!(
            "{} {} {:?} (h1 {:?})\n  errors {:?}\n  buttons {buttons:?}\n  links {links:?}\n  text: {}",
            self.status, self.url, self.test_id, self.h1, self.errors, self.text
        )
    }
}

impl Form {
    /// What is sent when `button` is pressed after `typed` was filled in, in the order of the document.
    pub fn data(&self, typed: &[(String, String)], button: Option<&Button>) -> Vec<(String, String)> {
        let value = |field: &Field| {
            let replaced = typed.iter().rev().find(|(name, _)| *name == field.name);
            replaced.map_or_else(|| field.value.clone(), |(_, value)| value.clone())
        };
        let is_ticked = |field: &Field| field.sent || typed.iter().any(|(name, _)| *name == field.name);
        let mut pairs: Vec<_> = self
            .fields
            .iter()
            .filter(|field| is_ticked(field))
            .map(|field| {
                let keeps = matches!(field.kind.as_str(), "checkbox" | "radio");
                (field.name.clone(), if keeps { field.value.clone() } else { value(field) })
            })
            .collect();
        pairs.extend(button.and_then(|one| one.pair.clone()));
        pairs
    }
}

impl Button {
    fn is_pair(&self, what: &str) -> bool {
        self.pair.as_ref().is_some_and(|(name, value)| value == what || format!("{name}={value}") == what)
    }
}

fn title_text(node: &Handle) -> String {
    let text: String = node.children.borrow().iter().map(dom::visible_text).collect();
    text.trim().to_owned()
}

fn forms(all: &[Handle], base: &Url) -> Vec<Form> {
    let form_nodes: Vec<&Handle> = all.iter().filter(|node| dom::name(node) == "form").collect();
    let mut forms: Vec<Form> = form_nodes.iter().map(|node| empty_form(node, base)).collect();
    let mut place = 0;
    for node in all {
        let owner = owner(node, &form_nodes);
        if is_button(node) {
            if let (Some(form), true) = (owner.and_then(|at| forms.get_mut(at)), submits(node)) {
                form.buttons.push(button(node, base, place));
            }
            place += 1;
        } else if let (Some(form), Some(field)) = (owner.and_then(|at| forms.get_mut(at)), field(node)) {
            form.fields.push(field);
        }
    }
    forms
}

fn empty_form(node: &Handle, base: &Url) -> Form {
    let action = dom::attribute(node, "action").filter(|text| !text.is_empty());
    let action = action.and_then(|text| base.join(&text).ok()).unwrap_or_else(|| base.clone());
    let post = dom::attribute(node, "method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
    Form { action, post, fields: Vec::new(), buttons: Vec::new() }
}

/// The index of the form that a control belongs to: by its `form` attribute, else the one around it.
fn owner(node: &Handle, forms: &[&Handle]) -> Option<usize> {
    if let Some(id) = dom::attribute(node, "form") {
        return forms.iter().position(|form| dom::attribute(form, "id").as_deref() == Some(id.as_str()));
    }
    let around = dom::ancestor(node, "form")?;
    forms.iter().position(|form| std::rc::Rc::ptr_eq(form, &around))
}

fn is_button(node: &Handle) -> bool {
    let kind = dom::attribute(node, "type").unwrap_or_default();
    dom::name(node) == "button" || (dom::name(node) == "input" && kind == "submit")
}

fn submits(node: &Handle) -> bool {
    let kind = dom::attribute(node, "type").unwrap_or_else(|| "submit".to_owned());
    kind == "submit" && dom::attribute(node, "disabled").is_none()
}

fn button(node: &Handle, base: &Url, place: usize) -> Button {
    let value = dom::attribute(node, "value").unwrap_or_default();
    let words = if dom::name(node) == "input" { value.clone() } else { dom::visible_text(node) };
    let label = || dom::attribute(node, "aria-label").unwrap_or_default();
    Button {
        text: if words.is_empty() { label() } else { words },
        pair: dom::attribute(node, "name").filter(|name| !name.is_empty()).map(|name| (name, value)),
        action: dom::attribute(node, "formaction").and_then(|text| base.join(&text).ok()),
        primary: dom::has_class(node, "btn--primary"),
        place,
    }
}

fn field(node: &Handle) -> Option<Field> {
    let name = dom::attribute(node, "name").filter(|name| !name.is_empty())?;
    if dom::attribute(node, "disabled").is_some() {
        return None;
    }
    let (kind, value) = match dom::name(node) {
        "input" => {
            let kind = dom::attribute(node, "type").unwrap_or_else(|| "text".to_owned());
            let default = if kind == "checkbox" { "on" } else { "" };
            (kind, dom::attribute(node, "value").unwrap_or_else(|| default.to_owned()))
        }
        "textarea" => ("textarea".to_owned(), dom::visible_text(node)),
        "select" => ("select".to_owned(), chosen(node)),
        _ => return None,
    };
    let sent = !matches!(kind.as_str(), "checkbox" | "radio") || dom::attribute(node, "checked").is_some();
    Some(Field { name, kind, value, sent })
}

fn chosen(select: &Handle) -> String {
    let options: Vec<Handle> =
        dom::elements(select).into_iter().filter(|node| dom::name(node) == "option").collect();
    let chosen = options.iter().find(|node| dom::attribute(node, "selected").is_some()).or(options.first());
    chosen
        .map(|node| dom::attribute(node, "value").unwrap_or_else(|| dom::visible_text(node)))
        .unwrap_or_default()
}

fn links(all: &[Handle], base: &Url) -> Vec<Link> {
    let anchors = all.iter().filter(|node| dom::name(node) == "a");
    let with_href = anchors.filter_map(|node| Some((node, dom::attribute(node, "href")?)));
    with_href
        .enumerate()
        .filter_map(|(place, (node, href))| {
            let label = dom::attribute(node, "aria-label").unwrap_or_default();
            Some(Link { text: dom::visible_text(node), label, href: base.join(&href).ok()?, place })
        })
        .collect()
}

#[cfg(test)]
mod tests;
