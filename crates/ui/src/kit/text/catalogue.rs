//! All messages of all languages, parsed once; and the choice of a language for a request.

use std::borrow::Cow;
use std::fmt;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use crate::kit::error::UiError;
use crate::kit::lang::Lang;

type Bundle = FluentBundle<FluentResource>;

/// A surface: it has words of its own, and a way to write values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Surface {
    /// Pages that guests read.
    Guest,
    /// Mails: names are kept from becoming links (MAIL-02), styles are inline.
    Mail,
}

/// The files of a language, by surface: those of one load nothing of another, but what the kit has for both.
macro_rules! files {
    ($lang:literal) => {
        Files {
            guest: &[
                include_str!(concat!("../../../../../web/locales/", $lang, "/kit.ftl")),
                include_str!(concat!("../../../../../web/locales/", $lang, "/guest.ftl")),
                include_str!(concat!("../../../../../web/locales/", $lang, "/errors.ftl")),
                include_str!(concat!("../../../../../web/locales/", $lang, "/demo.ftl")),
            ],
            mail: &[
                include_str!(concat!("../../../../../web/locales/", $lang, "/kit.ftl")),
                include_str!(concat!("../../../../../web/locales/", $lang, "/mail.ftl")),
            ],
        }
    };
}

struct Files {
    guest: &'static [&'static str],
    mail: &'static [&'static str],
}

const EN: Files = files!("en");
const DE: Files = files!("de");

/// The words of a language.
struct Words {
    guest: Bundle,
    mail: Bundle,
}

impl Words {
    fn parse(lang: &'static str, files: &Files) -> Result<Self, UiError> {
        Ok(Self { guest: bundle(lang, files.guest)?, mail: bundle(lang, files.mail)? })
    }

    const fn of(&self, surface: Surface) -> &Bundle {
        match surface {
            Surface::Guest => &self.guest,
            Surface::Mail => &self.mail,
        }
    }
}

/// Every message in every language. `Send` and `Sync`; built once.
pub struct Catalogue {
    en: Words,
    de: Words,
    pseudo: bool,
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalogue").field("offered", &self.offered()).finish_non_exhaustive()
    }
}

impl Catalogue {
    /// Parses the messages of the languages that are offered.
    pub fn new() -> Result<Self, UiError> {
        Ok(Self { en: Words::parse("en", &EN)?, de: Words::parse("de", &DE)?, pseudo: false })
    }

    /// Offers the pseudo-locales besides. They are made from English when a message is formatted.
    pub fn with_pseudo() -> Result<Self, UiError> {
        Ok(Self { pseudo: true, ..Self::new()? })
    }

    /// The languages that people may choose from.
    pub fn offered(&self) -> &'static [Lang] {
        if self.pseudo { Lang::ALL } else { Lang::OFFERED }
    }

    /// Chooses the language of a page (ux 1.10): what the request asks for, the cookie, the browser's list, the
    /// tenant's default, English. `de-AT` finds `de`; what is not offered is passed over.
    pub fn negotiate(
        &self,
        ui_locales: &[String],
        cookie: Option<&str>,
        accept_language: Option<&str>,
        tenant_default: Option<&str>,
    ) -> Lang {
        let asked = ui_locales.iter().map(String::as_str);
        let browser = by_weight(accept_language.unwrap_or_default());
        asked
            .chain(cookie)
            .chain(browser)
            .chain(tenant_default)
            .find_map(|tag| self.closest(tag))
            .unwrap_or(Lang::En)
    }

    /// The offered language of a tag or, failing that, of the tag's language alone.
    fn closest(&self, tag: &str) -> Option<Lang> {
        let offered = |tag: &str| Lang::parse(tag).filter(|lang| self.offered().contains(lang));
        let tag = tag.trim();
        offered(tag).or_else(|| offered(tag.split(['-', '_']).next().unwrap_or_default()))
    }

    /// The text of a message. What is missing in a language is said in English.
    pub(crate) fn format(
        &self,
        surface: Surface,
        lang: Lang,
        key: &'static str,
        args: &FluentArgs<'_>,
    ) -> Result<String, UiError> {
        let (en, de) = (self.en.of(surface), self.de.of(surface));
        let bundle = match lang {
            Lang::De if de.has_message(key) => de,
            Lang::De | Lang::En | Lang::EnXa | Lang::ArXb => en,
        };
        let message =
            bundle.get_message(key).and_then(|message| message.value()).ok_or(UiError::NoMessage(key))?;
        let mut faults = Vec::new();
        let text: Cow<'_, str> = bundle.format_pattern(message, Some(args), &mut faults);
        match faults.first() {
            None => Ok(text.into_owned()),
            Some(fault) => Err(UiError::Format { key, reason: fault.to_string() }),
        }
    }
}

fn bundle(lang: &'static str, sources: &[&str]) -> Result<Bundle, UiError> {
    let fault = |reason: String| UiError::Catalogue { lang, reason };
    let id: LanguageIdentifier = lang.parse().map_err(|_| fault("no language tag".to_owned()))?;
    let mut bundle = Bundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(false); // a value is isolated where it is put in, by `Slot`
    for source in sources {
        let resource = FluentResource::try_new((*source).to_owned())
            .map_err(|(_, errors)| fault(format!("{errors:?}")))?;
        bundle.add_resource(resource).map_err(|errors| fault(format!("{errors:?}")))?;
    }
    Ok(bundle)
}

/// The tags of an `Accept-Language` header, heaviest first; a header of a stranger, so it is read leniently and short.
fn by_weight(header: &str) -> Vec<&str> {
    let mut tags: Vec<(&str, f32)> = header
        .split(',')
        .take(20)
        .filter_map(|item| {
            let (tag, rest) = item.split_once(';').unwrap_or((item, ""));
            let weight = rest.trim().strip_prefix("q=").map_or(1.0, |q| q.trim().parse().unwrap_or(0.0));
            (weight > 0.0 && !tag.trim().is_empty()).then_some((tag.trim(), weight))
        })
        .collect();
    tags.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    tags.into_iter().map(|(tag, _)| tag).collect()
}

#[cfg(test)]
mod tests;
