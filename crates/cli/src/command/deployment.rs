//! `vestibule deployment`.

use clap::Subcommand;
use serde_json::json;
use vestibule_admin::deployment::SetBaseUrl;
use vestibule_core::urls::Urls;

use crate::failure::{Failure, Input};
use crate::output::note;
use crate::terminal::Terminal;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Change the public address; applications must be told the new issuer
    SetBaseUrl {
        #[arg(help = "https://host")]
        url: String,
    },
}

impl Command {
    pub(super) async fn run(self, terminal: Terminal<'_>) -> Result<(), Failure> {
        let Self::SetBaseUrl { url } = self;
        let urls = Urls::parse(&url).map_err(|e| Failure::invalid(Input::BaseUrl, e))?;
        let urls = terminal.desk.perform(SetBaseUrl(urls)).await?;
        if !terminal.out.json {
            note("every issuer is another one now: restart the servers, give applications the new issuer,");
            note("and invite again whoever has a link of before");
        }
        terminal.out.one(&json!({ "baseUrl": urls.base(), "loopback": urls.loopback() }))
    }
}
