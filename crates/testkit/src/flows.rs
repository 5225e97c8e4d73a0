//! Flows, written once and played on every stage that they have to hold on.
//!
//! ```text
//! vestibule_testkit::flows! {
//!     /// OTP-14: the second use of a code is refused.
//!     async fn otp_14_a_code_works_once(world) { … }
//!
//!     /// …in Chromium too, with and without script.
//!     pages async fn ses_05_back_to_the_deep_link(world) { … }
//!
//!     /// …and in Chromium on PostgreSQL besides.
//!     pages_everywhere async fn a_whole_sign_in(world) { … }
//! }
//! ```
//!
//! Each flow becomes a module with the tests `sqlite` and `postgres` (and `chromium`, `chromium_noscript`,
//! `chromium_postgres`), so that the database and the browser stand in the name of what fails. A [`World`] can be had
//! only through a [`Flow`], and a `Flow` names its two tests: one that runs on a single database does not compile.
//!
//! ```compile_fail,E0046
//! struct Told;
//! impl vestibule_testkit::flows::Flow for Told {
//!     const SQLITE: fn() = || {};
//!     async fn play(_world: &mut vestibule_testkit::World) {}
//! }
//! ```

use std::future::Future;

use crate::browser::Exchange;
use crate::smtp::{Mail, Received};
use crate::witness::Witness;
use crate::world::{Database, Driver, World};

/// A flow and the tests that play it. Implemented by [`flows!`](crate::flows!) alone.
pub trait Flow {
    /// The test on `SQLite`.
    const SQLITE: fn();
    /// The test on PostgreSQL.
    const POSTGRES: fn();
    /// What happens.
    fn play(world: &mut World) -> impl Future<Output = ()>;
}

/// Plays a flow once, on a fresh deployment.
pub fn run<F: Flow>(database: Database, driver: Driver) {
    drop(play::<F>(database, driver));
}

/// Plays a flow over HTTP on `SQLite`, and tells what its people were shown and every mail that was taken.
pub fn watch<F: Flow>() -> (Vec<Exchange>, Vec<Mail>) {
    play::<F>(Database::Sqlite, Driver::Http)
}

fn play<F: Flow>(database: Database, driver: Driver) -> (Vec<Exchange>, Vec<Mail>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("the system gives threads");
    runtime.block_on(async {
        let mut world = World::start(database, driver, crate::Setup::default(), Witness::default()).await;
        F::play(&mut world).await;
        let seen = world.witness.exchanges();
        let mails = world.mail.everything().iter().map(Received::parse).collect();
        world.stop().await;
        (seen, mails)
    })
}

/// Flows, see [the module](mod@crate::flows).
#[macro_export]
macro_rules! flows {
    () => {};
    ($(#[$doc:meta])* async fn $name:ident($world:ident) $body:block $($rest:tt)*) => {
        $crate::flows!(@flow [$(#[$doc])*] $name $world $body []);
        $crate::flows! { $($rest)* }
    };
    ($(#[$doc:meta])* pages async fn $name:ident($world:ident) $body:block $($rest:tt)*) => {
        $crate::flows!(@flow [$(#[$doc])*] $name $world $body [
            chromium Sqlite Chromium, chromium_noscript Sqlite ChromiumWithoutScript,
        ]);
        $crate::flows! { $($rest)* }
    };
    ($(#[$doc:meta])* pages_everywhere async fn $name:ident($world:ident) $body:block $($rest:tt)*) => {
        $crate::flows!(@flow [$(#[$doc])*] $name $world $body [
            chromium Sqlite Chromium, chromium_noscript Sqlite ChromiumWithoutScript,
            chromium_postgres Postgres Chromium,
        ]);
        $crate::flows! { $($rest)* }
    };
    (@flow [$(#[$doc:meta])*] $name:ident $world:ident $body:block
        [$($test:ident $database:ident $driver:ident,)*]) => {
        $(#[$doc])*
        #[cfg(test)] // tells clippy that a flow may unwrap
        pub(crate) mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "a flow may use nothing of its file")]
            use super::*;

            /// The flow, for a test that plays it once more.
            pub(crate) struct Told;

            impl $crate::flows::Flow for Told {
                const SQLITE: fn() = sqlite;
                const POSTGRES: fn() = postgres;
                async fn play($world: &mut $crate::World) $body
            }

            #[test]
            fn sqlite() {
                $crate::flows::run::<Told>($crate::Database::Sqlite, $crate::world::Driver::Http);
            }

            #[test]
            fn postgres() {
                $crate::flows::run::<Told>($crate::Database::Postgres, $crate::world::Driver::Http);
            }

            $(#[test]
            fn $test() {
                $crate::flows::run::<Told>($crate::Database::$database, $crate::world::Driver::$driver);
            })*
        }
    };
}
