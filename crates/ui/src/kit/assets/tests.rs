use super::Assets;

#[test]
fn an_asset_is_found_by_its_whole_name_only() {
    let assets = Assets::new();
    for asset in assets.all() {
        assert_eq!(asset.hash.len(), 12);
        assert_eq!(assets.url(asset.name), Some(asset.url.as_str()));
        assert_eq!(assets.get(&asset.url), Some(asset));
        assert_eq!(assets.get(asset.url.trim_start_matches("/static/")), Some(asset));
        assert_eq!(assets.get(&format!("/static/{}", asset.name)), None);
        assert!(asset.url.contains(&format!(".{}.", asset.hash)));
    }
    assert_eq!(assets.get("guest.000000000000.css"), None);
    assert_eq!(assets.get(""), None);
    assert_eq!(assets.url("nothing.css"), None);
}
