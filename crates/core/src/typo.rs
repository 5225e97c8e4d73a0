//! "Did you mean …?": a likely slip in the domain of an address. A hint, never a bar (ux G01).

use crate::address::Address;

/// Slips seen at the big providers: what was typed, what was meant.
const SLIPS: &[(&str, &str)] = &[
    ("gmial.com", "gmail.com"),
    ("gmai.com", "gmail.com"),
    ("gmail.co", "gmail.com"),
    ("gmail.con", "gmail.com"),
    ("gamil.com", "gmail.com"),
    ("gnail.com", "gmail.com"),
    ("hotmial.com", "hotmail.com"),
    ("hotmail.co", "hotmail.com"),
    ("hotmail.con", "hotmail.com"),
    ("outlok.com", "outlook.com"),
    ("outlook.co", "outlook.com"),
    ("outlook.con", "outlook.com"),
    ("yahooo.com", "yahoo.com"),
    ("yahoo.con", "yahoo.com"),
    ("iclould.com", "icloud.com"),
    ("icloud.con", "icloud.com"),
    ("web.d", "web.de"),
    ("gmx.d", "gmx.de"),
];

/// The address that was likely meant, if another one.
pub fn suggest(address: &Address) -> Option<String> {
    let domain = address.domain().as_str();
    let meant = SLIPS.iter().find(|(slip, _)| *slip == domain).map(|(_, meant)| *meant)?;
    Some(format!("{}@{meant}", address.local()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_slips_are_mended() {
        let suggest = |text: &str| suggest(&Address::parse(text).unwrap());
        assert_eq!(suggest("Nicole@gmial.com").as_deref(), Some("Nicole@gmail.com"));
        assert_eq!(suggest("nicole@gmail.com"), None);
        assert_eq!(suggest("nicole@riverstone.example"), None);
    }
}
