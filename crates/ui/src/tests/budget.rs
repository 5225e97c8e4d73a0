//! Sizes (ux 6.3). Brotli is not at hand in tests; its figures were 15 % below those of gzip when measured.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::ui;
use crate::Lang;
use crate::samples::{all_mail_samples, all_samples};

fn gzip(bytes: &[u8]) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("it compresses");
    encoder.finish().expect("it compresses").len()
}

/// HTML, style and script of a cold page stay within 13 KB together, and each within its own share.
#[test]
fn a_cold_page_stays_within_its_budget() {
    let ui = ui();
    let [css, js] = [&ui.assets.guest_css, &ui.assets.enhance_js].map(|asset| gzip(asset.bytes));
    assert!(css <= 5 * 1024, "style: {css}");
    assert!(js <= 3 * 1024, "script: {js}");
    let icon = gzip(ui.assets.icon_svg.bytes);
    for lang in Lang::ALL {
        for (name, html) in all_samples(&ui, *lang).expect("renders") {
            let page = gzip(html.as_bytes());
            assert!(page <= 4 * 1024, "{lang} {name}: {page}");
            assert!(page + css + js + icon <= 13 * 1024, "{lang} {name}");
        }
    }
}

/// A mail's HTML stays within 20 KB as it is.
#[test]
fn a_mail_stays_within_its_budget() {
    let ui = ui();
    for lang in Lang::ALL {
        for (name, mail) in all_mail_samples(&ui, *lang).expect("renders") {
            assert!(mail.html.len() <= 20 * 1024, "{lang} {name}: {}", mail.html.len());
        }
    }
}
