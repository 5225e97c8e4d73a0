//! The release before: the binary that was built without the toy, on the same data.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use vestibule_testkit::{HttpOptions, Person, World};

/// A running node of the older release; ends with the value.
pub(crate) struct Older {
    child: Child,
    listen: SocketAddr,
    base: String,
    _data: std::path::PathBuf,
}

impl Older {
    /// Starts it; ready when this returns.
    pub(crate) fn start(world: &World) -> Self {
        let binary = std::env::var("VESTIBULE_OLDER").expect("the stage names the older binary");
        let data = std::env::temp_dir().join(format!("vestibule-older-{}-{:?}", std::process::id(), std::thread::current().id()));
        std::fs::create_dir_all(&data).unwrap();
        let key = data.join("root.key");
        std::fs::write(&key, format!("{}\n", world.server.root_key().expose())).unwrap();
        std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let base = world.server.base_url().to_owned();
        let log = std::fs::File::create(data.join("log")).unwrap();
        let mut child = Command::new(binary)
            .args(["serve", "--json", "--management-listen", "127.0.0.1:0", "--log", "warn"])
            .args(["--database-url", world.server.database_url(), "--listen", &free.to_string()])
            .arg("--data").arg(&data)
            .args(["--base-url", &base, "--smtp-url", &world.mail.url()])
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with('{'), "{line}{}", std::fs::read_to_string(data.join("log")).unwrap());
        Self { child, listen: free, base, _data: data }
    }

    /// Somebody whose requests go there.
    pub(crate) fn person(&self, world: &World) -> Person {
        world.person_with(&HttpOptions { via: Some((self.base.clone(), self.listen)), ..HttpOptions::default() })
    }
}

impl Older {
    /// Stops it as an operator does, so that it says good-bye.
    pub(crate) fn stop(mut self) {
        Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        self.child.wait().unwrap();
    }

    /// Where it listens, which its name tells.
    pub(crate) fn listen(&self) -> SocketAddr {
        self.listen
    }
}

impl Drop for Older {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
