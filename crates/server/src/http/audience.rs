//! Who a route is for: the name of its resource, so that it can be asked before the route is taken.

use actix_web::{HttpRequest, Resource};

/// Who asks a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RouteAudience {
    /// People, and whatever is asked that is no route: answered by pages.
    People,
    /// Programs: answered by JSON.
    Programs,
    /// Programs of any site, without authentication: answered by JSON that any script may read.
    Everybody,
}

impl RouteAudience {
    const fn name(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Programs => "programs",
            Self::Everybody => "everybody",
        }
    }

    /// The resource, for this audience.
    pub(crate) fn of_resource(self, resource: Resource) -> Resource {
        resource.name(self.name())
    }

    /// Who the route of a request is for.
    pub(crate) fn of(req: &HttpRequest) -> Self {
        let name = req.match_name();
        let named = |audience: &Self| name == Some(audience.name());
        [Self::Programs, Self::Everybody].into_iter().find(named).unwrap_or(Self::People)
    }
}
