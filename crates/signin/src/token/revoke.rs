//! Revocation (RFC 7009): an access token, or a refresh token with its whole family. Unknown tokens are answered alike.

use std::sync::Arc;

use vestibule_app::snapshot::ApplicationSnapshot;
use vestibule_app::{App, Context, vault};
use vestibule_oidc::params::Params;
use vestibule_oidc::token::RevocationRequest;
use vestibule_store as store;

use super::{Refused, authenticate, oauth};

/// Revokes; the application comes back for CORS.
pub async fn revoke(
    app: &App,
    ctx: &Context,
    segment: &str,
    authorization: &[&str],
    form: &Params,
) -> Result<Arc<ApplicationSnapshot>, Refused> {
    let caller = authenticate(app, ctx, segment, authorization, form).await?;
    let request = RevocationRequest::parse(form).map_err(oauth)?;
    let (tenant, epoch, now) = (caller.live.tenant.id, caller.live.epoch, caller.live.now);
    let client = caller.application.application.client_id.clone();
    let access = vault::hash("access token", epoch, request.token.expose());
    let family = super::refresh::family_of(&request.token);
    let row = family.map(|f| super::refresh::ended(app, ctx, &caller, f, "revoked")).transpose()?;
    app.db
        .write(move |c| {
            match family {
                Some(family) => {
                    let owned =
                        store::tokens::find_family(c, tenant, family)?.is_some_and(|f| f.client_id == client);
                    let ended = owned && store::tokens::revoke_family(c, tenant, family, "revoked", now)?;
                    if let Some(row) = row.as_ref().filter(|_| ended) {
                        store::logs::insert_audit(c, row)?;
                    }
                }
                None => {
                    let owned = store::tokens::find_access(c, tenant, &access, now)?
                        .is_some_and(|t| t.token.client_id == client);
                    if owned {
                        store::tokens::revoke_access(c, tenant, &access, now)?;
                    }
                }
            }
            Ok::<_, store::QueryError>(())
        })
        .await??;
    Ok(caller.application)
}
