//! Reads the URL of a database. It may hold a password with any character in it, so no piece of it is ever shown but the
//! host, a port that is a number, and the name of the database.

use postgres::Config;

use super::{DatabaseError, Variables};

/// Parameters of other clients, which change nothing about how a session is opened here.
const OTHERS: &[&str] = &[
    "application_name",
    "connect_timeout",
    "connection_limit",
    "fallback_application_name",
    "max_pool_size",
    "pgbouncer",
    "pool_timeout",
    "pool_size",
    "schema",
    "statement_cache_size",
];

/// Parameters that are heeded.
const KNOWN: &[&str] =
    &["channel_binding", "dbname", "host", "options", "password", "port", "sslmode", "sslrootcert", "user"];

/// What an URL says.
pub(super) struct Target {
    pub(super) config: Config,
    /// `db.example.org:5432/shop`
    pub(super) server: String,
    pub(super) password: Option<String>,
    pub(super) ssl_mode: Option<String>,
    pub(super) ssl_root_certificate: Option<String>,
}

/// The pieces of an URL.
#[derive(Default)]
struct Parts {
    hosts: Vec<String>,
    ports: Vec<u16>,
    user: Option<String>,
    password: Option<String>,
    database: Option<String>,
    options: Option<String>,
    channel_binding: Option<String>,
    ssl_mode: Option<String>,
    ssl_root_certificate: Option<String>,
}

/// Reads `postgres://user:password@host:port/database?sslmode=…`.
pub(super) fn read(url: &str, variables: &Variables) -> Result<Target, DatabaseError> {
    let mut parts = parts(url)?;
    if parts.hosts.iter().all(String::is_empty) {
        parts.hosts = vec![default_host()];
    }
    let password = parts.password.or_else(|| variables.password.clone());
    let mut config = Config::new();
    for host in &parts.hosts {
        config.host(host);
    }
    for port in &parts.ports {
        config.port(*port);
    }
    if let Some(user) = &parts.user {
        config.user(user);
    }
    if let Some(database) = &parts.database {
        config.dbname(database);
    }
    if let Some(options) = &parts.options {
        config.options(options);
    }
    if let Some(password) = &password {
        config.password(password);
    }
    match parts.channel_binding.as_deref() {
        None | Some("prefer") => {}
        Some("require") => {
            config.channel_binding(postgres::config::ChannelBinding::Require);
        }
        Some("disable") => {
            config.channel_binding(postgres::config::ChannelBinding::Disable);
        }
        Some(_) => return Err(wrong("`channel_binding` is none of `disable`, `prefer` and `require`")),
    }
    let port = parts.ports.first().map(|port| format!(":{port}")).unwrap_or_default();
    let database = parts.database.map(|database| format!("/{database}")).unwrap_or_default();
    Ok(Target {
        config,
        server: format!("{}{port}{database}", parts.hosts.join(",")),
        password,
        ssl_mode: parts.ssl_mode,
        ssl_root_certificate: parts.ssl_root_certificate,
    })
}

fn parts(url: &str) -> Result<Parts, DatabaseError> {
    let rest = ["postgres://", "postgresql://"].into_iter().find_map(|scheme| url.trim().strip_prefix(scheme));
    let rest = rest.ok_or_else(|| wrong("the URL does not begin with `postgres://`"))?;
    let mut parts = Parts::default();
    let (credentials, rest) = match rest.split_once('@') {
        // Behind an `@` that is not encoded everything is shifted: pieces of the password would be taken for the host.
        Some((_, rest)) if rest.contains('@') => {
            return Err(wrong("there is more than one `@` in the URL: one in the password has to be written `%40`"));
        }
        Some((credentials, rest)) => (credentials, rest),
        None => ("", rest),
    };
    if !credentials.is_empty() {
        let (user, password) =
            credentials.split_once(':').map_or((credentials, None), |(user, word)| (user, Some(word)));
        parts.user = Some(decoded(user)?).filter(|user| !user.is_empty());
        parts.password = password.map(decoded).transpose()?;
    }
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (hosts, database) = rest.split_once('/').unwrap_or((rest, ""));
    for host in hosts.split(',') {
        read_host(host, &mut parts)?;
    }
    parts.database = Some(decoded(database)?).filter(|database| !database.is_empty());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or_else(|| wrong("a parameter of the URL has no value"))?;
        read_parameter(name, decoded(value)?, &mut parts)?;
    }
    Ok(parts)
}

fn read_host(text: &str, parts: &mut Parts) -> Result<(), DatabaseError> {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, "")) => (address, None),
        Some((address, rest)) => (address, rest.strip_prefix(':')),
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    parts.hosts.push(decoded(host)?);
    if let Some(port) = port.filter(|port| !port.is_empty()) {
        parts.ports.push(number(port)?);
    }
    Ok(())
}

fn read_parameter(name: &str, value: String, parts: &mut Parts) -> Result<(), DatabaseError> {
    match name {
        "host" => parts.hosts = value.split(',').map(str::to_owned).collect(),
        "port" => parts.ports = value.split(',').map(number).collect::<Result<_, _>>()?,
        "user" => parts.user = Some(value),
        "password" => parts.password = Some(value),
        "dbname" => parts.database = Some(value),
        "options" => parts.options = Some(value),
        "channel_binding" => parts.channel_binding = Some(value),
        "sslmode" => parts.ssl_mode = Some(value),
        "sslrootcert" => parts.ssl_root_certificate = Some(value),
        _ if OTHERS.contains(&name) => {}
        // Its name may be the rest of a password.
        _ => {
            return Err(wrong(&format!(
                "the URL has a parameter that is not known; known are `{}`",
                KNOWN.join("`, `")
            )));
        }
    }
    Ok(())
}

fn number(port: &str) -> Result<u16, DatabaseError> {
    port.parse().map_err(|_| wrong("the port in the URL is not a number; is there an `@` after the password?"))
}

/// Undoes percent-encoding.
fn decoded(text: &str) -> Result<String, DatabaseError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
        let value = digit().zip(digit()).and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        bytes.push(
            value.ok_or_else(|| wrong("a `%` in the URL is not followed by two hexadecimal digits: write `%25`"))?,
        );
    }
    String::from_utf8(bytes).map_err(|_| wrong("the URL is not UTF-8 once it is decoded"))
}

/// Where a server listens that was not named: the socket of most distributions, else this machine.
fn default_host() -> String {
    let socket = "/var/run/postgresql";
    let host = if std::path::Path::new(socket).is_dir() { socket } else { "localhost" };
    host.to_owned()
}

fn wrong(message: &str) -> DatabaseError {
    DatabaseError {
        message: message.to_owned(),
        help: Some(
            "write `postgres://user@host:5432/database?sslmode=verify-full`, and the password in PGPASSWORD".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn server(url: &str) -> Result<String, String> {
        read(url, &Variables::default()).map(|target| target.server).map_err(|error| error.message)
    }

    #[test]
    fn urls_are_taken_apart() {
        let url =
            "postgresql://me:p%40ss%2Fword@db.example.org:6432/shop?sslmode=require&schema=public&options=-c%20a%3Db";
        let target = read(url, &Variables::default()).unwrap();
        assert_eq!(target.server, "db.example.org:6432/shop");
        assert_eq!(target.password.as_deref(), Some("p@ss/word"));
        assert_eq!((target.config.get_user(), target.config.get_options()), (Some("me"), Some("-c a=b")));
        assert_eq!(target.ssl_mode.as_deref(), Some("require"));
        assert_eq!(server("postgres://[::1]:5433/a"), Ok("::1:5433/a".to_owned()));
        assert_eq!(server("postgres://a:1,b:2/c"), Ok("a,b:1/c".to_owned()));
        assert_eq!(server("postgres:///shop?host=%2Ftmp&port=5433"), Ok("/tmp:5433/shop".to_owned()));
    }

    #[test]
    fn the_password_of_the_environment_is_used_where_the_url_has_none() {
        let variables = Variables { password: Some("p".to_owned()), ..Variables::default() };
        assert_eq!(read("postgres://a@b/c", &variables).unwrap().password.as_deref(), Some("p"));
        assert_eq!(read("postgres://a:q@b/c", &variables).unwrap().password.as_deref(), Some("q"));
    }

    #[test]
    fn mistakes_give_nothing_away() {
        for url in [
            "mysql://me:s3cret@host/db",
            "postgres://me:s3cret/db",
            "postgres://me:s3c@s3cret@host/db",
            "postgres://me:s3cret@host:s3cret/db",
            "postgres://me:%s3cret@host/db",
            "postgres://host/db?s3cret=1",
            "postgres://host/db?s3cret",
            "postgres://host/db?channel_binding=s3cret",
        ] {
            let error = read(url, &Variables::default()).err().unwrap();
            assert!(!format!("{error:?}").contains("s3c"), "{url}: {error:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in any::<String>()) {
            let _ = server(&text).is_ok() || server(&format!("postgres://{text}")).is_ok();
        }
    }
}
