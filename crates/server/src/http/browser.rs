//! The browser as mails and logs name it: family and system, nothing finer. A guess for people, never a decision.

/// `Firefox on Windows`, from a `User-Agent`.
pub(crate) fn name(user_agent: Option<&str>) -> String {
    let Some(text) = user_agent else { return "Unknown browser".into() };
    let has = |word: &str| text.contains(word);
    let family = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Chromium/", "Chromium"),
        ("Safari/", "Safari"),
    ];
    let system = [
        ("Windows", "Windows"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let pick =
        |table: &[(&str, &'static str)]| table.iter().find(|(word, _)| has(word)).map(|(_, name)| *name);
    match (pick(&family), pick(&system)) {
        (Some(family), Some(system)) => format!("{family} on {system}"),
        (Some(family), None) => family.to_owned(),
        (None, Some(system)) => format!("A program on {system}"),
        (None, None) => "A program".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn names_what_people_recognise() {
        let firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 Version/19.0 Safari/604.1";
        let edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0";
        assert_eq!(name(Some(firefox)), "Firefox on Windows");
        assert_eq!(name(Some(safari)), "Safari on iPhone");
        assert_eq!(name(Some(edge)), "Edge on Windows");
        assert_eq!(name(Some("curl/8")), "A program");
        assert_eq!(name(None), "Unknown browser");
    }
}
