//! The few questions that are asked of a parsed document.

use html5ever::driver::ParseOpts;
use html5ever::tendril::TendrilSink;
use html5ever::tree_builder::TreeBuilderOpts;
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// Parses as a browser does; with `scripting`, what stands in `noscript` is not there.
pub(super) fn parse(html: &str, scripting: bool) -> RcDom {
    let tree_builder = TreeBuilderOpts { scripting_enabled: scripting, ..TreeBuilderOpts::default() };
    let options = ParseOpts { tree_builder, ..ParseOpts::default() };
    let document = html5ever::parse_document(RcDom::default(), options).one(html);
    for unseen in elements(&document.document).iter().filter(|node| scripting && name(node) == "noscript") {
        unseen.children.borrow_mut().clear();
    }
    document
}

/// All elements below `root`, in tree order.
pub(super) fn elements(root: &Handle) -> Vec<Handle> {
    let mut found = Vec::new();
    walk(root, &mut |node| {
        if matches!(node.data, NodeData::Element { .. }) {
            found.push(node.clone());
        }
    });
    found
}

/// The element's name, empty for other nodes.
pub(super) fn name(node: &Handle) -> &str {
    match &node.data {
        NodeData::Element { name, .. } => &name.local,
        _ => "",
    }
}

/// The value of an attribute, empty for one without value.
pub(super) fn attribute(node: &Handle, wanted: &str) -> Option<String> {
    let NodeData::Element { attrs, .. } = &node.data else { return None };
    attrs.borrow().iter().find(|attr| &*attr.name.local == wanted).map(|attr| attr.value.to_string())
}

/// Whether `class` stands in the element's list of classes.
pub(super) fn has_class(node: &Handle, class: &str) -> bool {
    attribute(node, "class").is_some_and(|list| list.split_ascii_whitespace().any(|item| item == class))
}

/// The text that a person sees, white space collapsed: no scripts, styles, or what is `hidden`.
pub(super) fn visible_text(node: &Handle) -> String {
    let mut text = String::new();
    gather(node, &mut text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The nearest ancestor of that name, the node itself excluded.
pub(super) fn ancestor(node: &Handle, wanted: &str) -> Option<Handle> {
    let parent = parent(node)?;
    if name(&parent) == wanted { Some(parent) } else { ancestor(&parent, wanted) }
}

fn parent(node: &Handle) -> Option<Handle> {
    let weak = node.parent.take();
    let parent = weak.as_ref().and_then(std::rc::Weak::upgrade);
    node.parent.set(weak);
    parent
}

fn walk(node: &Handle, visit: &mut dyn FnMut(&Handle)) {
    visit(node);
    for child in node.children.borrow().iter() {
        walk(child, visit);
    }
}

fn gather(node: &Handle, out: &mut String) {
    match &node.data {
        NodeData::Text { contents } => out.push_str(&contents.borrow()),
        NodeData::Element { .. } if UNSEEN.contains(&name(node)) || attribute(node, "hidden").is_some() => {}
        _ => {
            let block = !INLINE.contains(&name(node));
            if block {
                out.push(' ');
            }
            for child in node.children.borrow().iter() {
                gather(child, out);
            }
            if block {
                out.push(' ');
            }
        }
    }
}

const UNSEEN: [&str; 5] = ["head", "script", "style", "template", "svg"];
const INLINE: [&str; 11] = ["a", "abbr", "b", "bdi", "code", "em", "i", "small", "span", "strong", "time"];
