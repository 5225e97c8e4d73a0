//! The deployment itself.

use vestibule_core::access::{Action, Object};
use vestibule_core::urls::Urls;
use vestibule_store as store;

use crate::door::{At, Done, UseCase};
use crate::effect;
use crate::error::AdminError;

/// Changes the base URL; issuers change with it, so applications must be told.
#[derive(Debug)]
pub struct SetBaseUrl(pub Urls);

impl UseCase for SetBaseUrl {
    const NAME: &'static str = "deployment.set-base-url";
    const ACTION: Action = Action::ManageDeployment;
    type Effect = effect::Deployment;
    type Output = Urls;

    fn object(&self) -> Object {
        Object::Deployment
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let base = self.0.base().to_owned();
        let set = move |c: &mut store::Conn| Ok(store::deployment::set_base_url(c, &base)?);
        let changed = at.change((), serde_json::json!({}), set).await?;
        tracing::warn!(base_url = self.0.base(), "base URL changed");
        Ok(Done::after(changed, self.0))
    }
}
