//! Writes every state of every page and mail, in every language, into a directory that any static server can show:
//! `cargo run -p vestibule-ui --example gallery -- /tmp/gallery`.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use vestibule_ui::samples::{all_mail_samples, all_samples};
use vestibule_ui::{Lang, Ui};

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(std::env::args().nth(1).ok_or("usage: gallery DIRECTORY")?);
    let ui = Ui::with_pseudo()?;
    for asset in ui.assets.all() {
        let path = out.join(asset.url.trim_start_matches('/'));
        fs::create_dir_all(path.parent().ok_or("no parent")?)?;
        fs::write(path, asset.bytes)?;
    }
    let mut index =
        String::from("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Gallery</title>\n");
    for lang in Lang::ALL {
        let dir = out.join(lang.tag());
        fs::create_dir_all(&dir)?;
        writeln!(index, "<h1>{lang}</h1>")?;
        let mut files = Vec::new();
        for (name, html) in all_samples(&ui, *lang)? {
            files.push((format!("{name}.html"), html));
        }
        for (name, mail) in all_mail_samples(&ui, *lang)? {
            files.push((format!("{name}.html"), mail.html));
            files.push((format!("{name}.txt"), format!("Subject: {}\n\n{}", mail.subject, mail.text)));
        }
        for (name, content) in files {
            fs::write(dir.join(&name), content)?;
            writeln!(index, "<a href=\"{lang}/{name}\">{name}</a>")?;
        }
    }
    fs::write(out.join("index.html"), index)?;
    Ok(())
}
