//! A throw-away cluster: made in a temporary folder from the binaries somebody points at, gone when dropped.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;
use crate::wire::Session;

/// How long a server may take to start or stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the facts were measured with: nothing happens in the background, nothing is parallel, nothing is safe.
const SETTINGS: &[&str] = &[
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "jit=off",
    "max_parallel_workers=0",
    "max_parallel_workers_per_gather=0",
    "max_parallel_maintenance_workers=0",
    "max_prepared_transactions=2",
    "shared_buffers=128MB",
    "checkpoint_timeout=1h",
    "max_wal_size=4GB",
    // A time zone with summer time: nothing that is only free under UTC may look free.
    "timezone=Europe/London",
    // An hour of waiting is a bug in a case; it shall fail instead.
    "lock_timeout=20s",
];

/// A running server of its own.
pub(crate) struct Cluster {
    pub(crate) folder: PathBuf,
    server: Child,
    port: u16,
    /// `15.18 (Debian …)`
    pub(crate) version: String,
    postgres: PathBuf,
    user: ServerUser,
}

impl Cluster {
    /// Starts a server from the binaries in `bin`. `number` tells clusters of one run apart.
    pub(crate) fn start(bin: &Path, number: usize) -> Result<Self, Failure> {
        Self::start_with(bin, number, 5432, &[])
    }

    /// Starts one that has `settings` of its own, and this port.
    pub(crate) fn start_with(bin: &Path, number: usize, port: u16, settings: &[&str]) -> Result<Self, Failure> {
        let postgres = bin.join("postgres");
        let version = version(&postgres)?;
        let user = ServerUser::find()?;
        let folder = place().join(format!("switchback-oracle-{}-{number}", std::process::id()));
        fs::create_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755))?;
        user.own(&folder)?;
        let data = folder.join("data");
        let init = user
            .command(&bin.join("initdb"))
            .args(["--auth=trust", "--username=postgres", "--locale=C", "--encoding=UTF8", "--no-sync", "-D"])
            .arg(&data)
            .output()
            .map_err(|error| format!("{}: {error}", bin.join("initdb").display()))?;
        if !init.status.success() {
            return Err(format!("initdb fails:\n{}", String::from_utf8_lossy(&init.stderr)).into());
        }
        let log = fs::File::create(folder.join("log"))?;
        let mut server = user.command(&postgres);
        server.arg("-D").arg(&data).arg("-k").arg(&folder);
        for setting in SETTINGS.iter().chain(settings) {
            server.args(["-c", setting]);
        }
        server.args(["-p", &port.to_string()]);
        let server = server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn()?;
        let mut cluster = Self { folder, server, port, version, postgres, user };
        cluster.wait_until_up()?;
        Ok(cluster)
    }

    /// Opens a session in `database`.
    pub(crate) fn connect(&self, database: &str) -> Result<Session, Failure> {
        Session::open(&self.socket(), database)
    }

    /// The program that runs, for the debugger.
    pub(crate) fn program(&self) -> &Path {
        &self.postgres
    }

    /// An empty folder that the server may write to.
    pub(crate) fn new_folder(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.folder.join(name);
        fs::create_dir(&folder)?;
        self.user.own(&folder)?;
        Ok(folder)
    }

    fn socket(&self) -> PathBuf {
        self.folder.join(format!(".s.PGSQL.{}", self.port))
    }

    fn wait_until_up(&mut self) -> Result<(), Failure> {
        let start = Instant::now();
        loop {
            let Err(failure) = self.connect("postgres") else { return Ok(()) };
            if start.elapsed() > PATIENCE || self.server.try_wait()?.is_some() {
                let log = fs::read(self.folder.join("log")).unwrap_or_default();
                return Err(format!("the server does not start: {failure}\n{}", String::from_utf8_lossy(&log)).into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Nobody needs the data: as fast as possible. What is left after that is a folder in the temporary one.
        let stopped = Command::new("kill").arg("-QUIT").arg(self.server.id().to_string()).status();
        if stopped.is_ok_and(|status| status.success()) {
            let _ = self.server.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Where clusters are made. A database is hundreds of small files: making and dropping them is most of the work, and so
/// `.ci/run` names a folder in memory.
fn place() -> PathBuf {
    std::env::var_os("SWITCHBACK_CLUSTERS").map_or_else(std::env::temp_dir, PathBuf::from)
}

/// 15 for `15.18 (Debian …)`, 19 for `19beta1`.
pub(crate) fn major(version: &str) -> Result<u16, Failure> {
    let digits = version.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    Ok(digits.parse().map_err(|_| format!("no version of a server: `{version}`"))?)
}

fn version(postgres: &Path) -> Result<String, Failure> {
    let missing =
        |error| format!("{}: {error}; --pg-bin is a folder such as /usr/lib/postgresql/15/bin", postgres.display());
    let output = Command::new(postgres).arg("--version").output().map_err(missing)?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.trim().trim_start_matches("postgres (PostgreSQL) ").to_owned())
}

/// Who runs the server. It refuses to run as root.
enum ServerUser {
    Ourselves,
    Other { uid: u32, gid: u32 },
}

impl ServerUser {
    fn find() -> Result<Self, Failure> {
        if fs::metadata("/proc/self")?.uid() != 0 {
            return Ok(Self::Ourselves);
        }
        let users = String::from_utf8_lossy(&fs::read("/etc/passwd")?).into_owned();
        let ids = |name: &str| {
            let line = users.split('\n').find(|line| line.split(':').next() == Some(name))?;
            let mut fields = line.split(':').skip(2).map(str::parse);
            Some(Self::Other { uid: fields.next()?.ok()?, gid: fields.next()?.ok()? })
        };
        let found = ids("postgres").or_else(|| ids("nobody"));
        found.ok_or_else(|| "PostgreSQL does not run as root, and there is neither a user postgres nor nobody".into())
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        // The folder we are in may be closed to that user.
        command.current_dir("/");
        if let Self::Other { uid, gid } = self {
            command.uid(*uid).gid(*gid);
        }
        command
    }

    fn own(&self, folder: &Path) -> Result<(), Failure> {
        if let Self::Other { uid, gid } = self {
            chown(folder, Some(*uid), Some(*gid))?;
        }
        Ok(())
    }
}
