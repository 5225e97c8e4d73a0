//! The pseudo-locales: English made strange, to show texts that are glued, hard-coded, or given too little room.

use crate::kit::lang::Lang;

/// Changes the words of a formatted message in place; the values between them stay as they are.
pub(crate) fn transform(lang: Lang, words: &mut [String]) {
    match lang {
        Lang::En | Lang::De => {}
        Lang::EnXa => lengthen(words),
        Lang::ArXb => words.iter_mut().for_each(|text| *text = mirror(text)),
    }
}

/// Accents on every letter, brackets around the whole, and 40 % more of it.
fn lengthen(words: &mut [String]) {
    let letters: usize = words.iter().map(|text| text.chars().count()).sum();
    for text in words.iter_mut() {
        *text = text.chars().map(accent).collect();
    }
    if letters == 0 {
        return;
    }
    let mut padding = String::new();
    for word in ["one", "two", "three", "four", "five", "six", "seven", "eight"].into_iter().cycle() {
        if padding.chars().count() * 10 >= letters * 4 {
            break;
        }
        padding.push(' ');
        padding.extend(word.chars().map(accent));
    }
    if let Some(first) = words.first_mut() {
        first.insert(0, '[');
    }
    if let Some(last) = words.last_mut() {
        last.push_str(&padding);
        last.push(']');
    }
}

/// Each word that begins with a letter is read backwards, as a right-to-left script would be.
fn mirror(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut inside = false;
    for c in text.chars() {
        if inside && !c.is_alphanumeric() {
            out.push_str("\u{202c}\u{200f}");
            inside = false;
        } else if !inside && c.is_alphabetic() {
            out.push_str("\u{200f}\u{202e}");
            inside = true;
        }
        out.push(c);
    }
    if inside {
        out.push_str("\u{202c}\u{200f}");
    }
    out
}

const fn accent(c: char) -> char {
    match c {
        'a' => 'å',
        'e' => 'é',
        'i' => 'î',
        'o' => 'ö',
        'u' => 'û',
        'y' => 'ý',
        'n' => 'ñ',
        'c' => 'ç',
        's' => 'š',
        't' => 'ţ',
        'd' => 'ð',
        'A' => 'Å',
        'E' => 'É',
        'I' => 'Î',
        'O' => 'Ö',
        'U' => 'Û',
        'Y' => 'Ý',
        'C' => 'Ç',
        'S' => 'Š',
        'T' => 'Ţ',
        'D' => 'Ð',
        other => other,
    }
}
