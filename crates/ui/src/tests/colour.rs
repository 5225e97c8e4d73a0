//! The contrast of the tokens, by the formula of WCAG.

#![expect(clippy::string_slice, reason = "a style sheet of ours")]

use std::collections::BTreeMap;

use crate::Assets;

type Tokens = BTreeMap<String, [f64; 3]>;

/// The colours of a block of custom properties.
fn tokens(css: &str) -> Tokens {
    let end = css.find('}').expect("the block ends");
    css[..end]
        .split(['{', ';'])
        .filter_map(|declaration| declaration.trim().strip_prefix("--")?.split_once(":#"))
        .map(|(name, hex)| {
            let digits: Vec<char> = hex.chars().collect();
            let full: String = if digits.len() == 3 {
                digits.iter().flat_map(|c| [*c, *c]).collect()
            } else {
                hex.to_owned()
            };
            let part =
                |at: usize| f64::from(u8::from_str_radix(&full[at..at + 2], 16).expect("a colour")) / 255.0;
            (name.to_owned(), [part(0), part(2), part(4)])
        })
        .collect()
}

fn luminance(colour: [f64; 3]) -> f64 {
    let linear = colour.map(|c| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
    linear[0] * 0.2126 + linear[1] * 0.7152 + linear[2] * 0.0722
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Text stands at 4.5 : 1 or more on each of its grounds, controls and focus rings at 3 : 1, light and dark.
#[test]
fn tokens_have_enough_contrast() {
    let css = std::str::from_utf8(Assets::new().guest_css.bytes).expect("it is text");
    let light = tokens(&css[css.find(":root{").expect("light")..]);
    let dark = tokens(&css[css.find("(prefers-color-scheme:dark){:root{").expect("dark")..]);
    for (theme, tokens) in [("light", light), ("dark", dark)] {
        let get = |name: &str| *tokens.get(name).unwrap_or_else(|| panic!("{theme} {name}"));
        let check = |over: &str, under: &str, least: f64| {
            let found = contrast(get(over), get(under));
            assert!(found >= least, "{theme}: {over} on {under} is {found:.2}");
        };
        for ground in ["surface", "bg", "sunken"] {
            for text in ["text", "muted", "link"] {
                check(text, ground, 4.5);
            }
            check("control", ground, 3.0);
            check("focus", ground, 3.0);
        }
        for tone in ["danger", "success", "warning", "info"] {
            check(tone, "surface", 4.5);
            check(tone, &format!("{tone}-bg"), 4.5);
            check("text", &format!("{tone}-bg"), 4.5);
        }
        check("on-accent", "accent", 4.5);
        check("on-accent", "accent-hover", 4.5);
        check("accent", "surface", 3.0);
    }
}
