//! Requests to one code host: with patience where it asks for it, and with its token for nobody else.
//!
//! Redirects are not followed: the token would go where nobody said it should. Without TLS only this machine is spoken to.

mod retry;

use std::cell::Cell;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls_native_certs::load_native_certs;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::http::{HeaderMap, Request, Response};
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Body, Proxy};

use self::retry::{ATTEMPTS, LONGEST, Signs, Verdict};
use super::error::ForgeError;
use super::setup::Secret;
use crate::report::clipped;
use crate::report::text::{one_line, percent_encoded};

/// Bytes of an answer. A page of a hundred comments of 64 KB is 6.5 MB.
const LARGEST: u64 = 32 * 1024 * 1024;

/// Pages of a list. GitHub shows 3,000 files of a change, a hundred a page.
const MOST_PAGES: usize = 100;

/// How long a connection may take, and a whole answer.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(60));

/// What a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// A code host, and who asks.
pub(super) struct Client {
    agent: Agent,
    /// Without a slash at its end.
    base: String,
    host: String,
    headers: Vec<(&'static str, String)>,
    /// What is left of the time to wait.
    patience: Cell<Duration>,
}

/// A page, and the next.
struct Page {
    bytes: Vec<u8>,
    next: Option<String>,
}

impl Client {
    /// A client of the API at `base`. `headers` go with every request, the token among them.
    pub(super) fn new(base: &str, headers: Vec<(&'static str, String)>) -> Result<Self, ForgeError> {
        let base = base.trim_end_matches('/').to_owned();
        let (local, host) = address(&base)?;
        let (connect, whole) = PATIENCE;
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("switchback/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(connect))
            .timeout_global(Some(whole))
            // Nobody between us and this machine.
            .proxy(if local { None } else { Proxy::try_from_env() });
        if !local {
            config = config.tls_config(tls()?);
        }
        Ok(Self { agent: config.build().new_agent(), base, host, headers, patience: Cell::new(LONGEST) })
    }

    /// What is at `path`, as JSON.
    pub(super) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ForgeError> {
        let page = self.request(Method::Get, path, None)?;
        self.read(path, &page.bytes)
    }

    /// All items of a list, page by page.
    pub(super) fn list<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, ForgeError> {
        let mut items = Vec::new();
        let mut next = Some(path.to_owned());
        for _ in 0..MOST_PAGES {
            let Some(path) = next else { return Ok(items) };
            let page = self.request(Method::Get, &path, None)?;
            items.extend(self.read::<Vec<T>>(&path, &page.bytes)?);
            next = page.next;
        }
        Err(self.unreadable(path, format!("more than {MOST_PAGES} pages")))
    }

    /// Asks for a change, and reads what comes back.
    pub(super) fn send(&self, method: Method, path: &str, body: &Value) -> Result<Value, ForgeError> {
        let page = self.request(method, path, Some(body))?;
        self.read(path, &page.bytes)
    }

    /// Deletes what is at `path`. What is not there any more is deleted.
    pub(super) fn delete(&self, path: &str) -> Result<(), ForgeError> {
        match self.request(Method::Delete, path, None) {
            Ok(_) | Err(ForgeError::Denied { status: 404, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn request(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Page, ForgeError> {
        let name = format!("{method} {}", path.split('?').next().unwrap_or_default());
        for attempt in 0..ATTEMPTS {
            let answer = match self.once(method, path, body) {
                Ok(answer) => answer,
                Err(error) => {
                    let passing = method == Method::Get && attempt + 1 < ATTEMPTS && passes(&error);
                    if !passing || self.wait(Duration::from_secs(1 << attempt)).is_err() {
                        return Err(self.interrupted(&name, error.to_string()));
                    }
                    continue;
                }
            };
            let signs = answer.signs();
            match retry::verdict(signs, attempt, now()) {
                Verdict::Answer => return self.judge(&name, answer),
                Verdict::Limited(pause) => self.wait(pause)?,
                // What may have been done must not be done twice.
                Verdict::Trouble(_) if method == Method::Post => {
                    return Err(self.interrupted(&name, format!("status {}", answer.status)));
                }
                Verdict::Trouble(pause) => {
                    let why = format!("status {}", answer.status);
                    self.wait(pause).map_err(|_| self.interrupted(&name, why))?;
                }
            }
        }
        Err(self.interrupted(&name, format!("{ATTEMPTS} attempts were in vain")))
    }

    /// Waits, if that is not longer than all waiting may take.
    fn wait(&self, pause: Duration) -> Result<(), ForgeError> {
        match self.patience.get().checked_sub(pause) {
            Some(left) => self.patience.set(left),
            None => return Err(ForgeError::Limited { host: self.host.clone(), seconds: pause.as_secs() }),
        }
        thread::sleep(pause);
        Ok(())
    }

    fn once(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, ureq::Error> {
        let mut request = Request::builder().method(method.as_str()).uri(format!("{}{path}", self.base));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let written = match body {
            Some(body) => {
                let request = request.header("content-type", "application/json").body(body.to_string());
                self.agent.run(request?)
            }
            None => self.agent.run(request.body(())?),
        };
        Answer::read(written?)
    }

    fn judge(&self, name: &str, answer: Answer) -> Result<Page, ForgeError> {
        let (host, request) = (self.host.clone(), name.to_owned());
        let said = answer.said();
        match answer.status {
            200..=299 => Ok(Page { next: self.next(&answer)?, bytes: answer.bytes }),
            300..=399 => Err(ForgeError::setup(
                format!("{host} says that {request} has moved elsewhere"),
                "name the repository as it is called now; a token does not follow",
            )),
            401 => Err(ForgeError::Unknown { host, request, said }),
            status @ (403 | 404) => Err(ForgeError::Denied { host, request, status, said }),
            status => Err(ForgeError::Refused { host, request, status, said }),
        }
    }

    /// The path of the next page. It has to be on the same host: the token goes there.
    fn next(&self, answer: &Answer) -> Result<Option<String>, ForgeError> {
        let Some(link) = answer.headers.get("link").and_then(|link| link.to_str().ok()) else { return Ok(None) };
        let Some(url) = next_link(link) else { return Ok(None) };
        match url.strip_prefix(&self.base).filter(|path| path.starts_with(['/', '?'])) {
            Some(path) => Ok(Some(path.to_owned())),
            None => Err(self.unreadable("a list", "its next page is on another host".to_owned())),
        }
    }

    fn read<T: DeserializeOwned>(&self, path: &str, bytes: &[u8]) -> Result<T, ForgeError> {
        let bytes: &[u8] = if bytes.is_empty() { b"null" } else { bytes };
        serde_json::from_slice(bytes).map_err(|error| self.unreadable(path, error.to_string()))
    }

    fn unreadable(&self, path: &str, why: String) -> ForgeError {
        let request = path.split('?').next().unwrap_or_default().to_owned();
        ForgeError::Unreadable { host: self.host.clone(), request, why }
    }

    fn interrupted(&self, request: &str, why: String) -> ForgeError {
        ForgeError::Interrupted { host: self.host.clone(), request: request.to_owned(), why }
    }
}

/// What came back.
struct Answer {
    status: u16,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Answer {
    fn read(response: Response<Body>) -> Result<Self, ureq::Error> {
        let (parts, mut body) = response.into_parts();
        let bytes = body.with_config().limit(LARGEST).read_to_vec()?;
        Ok(Self { status: parts.status.as_u16(), headers: parts.headers, bytes })
    }

    fn signs(&self) -> Signs<'_> {
        let header = |name: &str| self.headers.get(name).and_then(|value| value.to_str().ok());
        let message = self.message().unwrap_or_default().to_ascii_lowercase();
        Signs {
            status: self.status,
            retry_after: header("retry-after"),
            remaining: header("x-ratelimit-remaining").or_else(|| header("ratelimit-remaining")),
            reset: header("x-ratelimit-reset").or_else(|| header("ratelimit-reset")),
            secondary: message.contains("secondary rate limit") || message.contains("abuse detection"),
        }
    }

    fn message(&self) -> Option<String> {
        let body: Value = serde_json::from_slice(&self.bytes).ok()?;
        let message =
            body.get("message").or_else(|| body.get("error")?.get("message")).or_else(|| body.get("error"))?;
        Some(message.as_str().map_or_else(|| message.to_string(), str::to_owned))
    }

    /// `: what the host says`, fit for a log.
    fn said(&self) -> String {
        let message = self.message().map(|message| clipped(&one_line(&message).replace("##[", "## ["), 300));
        message.map(|message| format!(": {message}")).unwrap_or_default()
    }
}

impl Method {
    fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The header that carries a token.
pub(super) fn bearer(token: &Secret) -> (&'static str, String) {
    ("authorization", format!("Bearer {}", token.reveal()))
}

/// Text as one segment of a path, or one value of a query.
pub(super) fn segment(text: &str) -> String {
    percent_encoded(text.as_bytes(), b"-._~")
}

/// Whether the address is of this machine, and its host.
fn address(base: &str) -> Result<(bool, String), ForgeError> {
    let wrong = |why: &str| {
        let shown = clipped(&one_line(base), 200);
        ForgeError::setup(format!("the address of the API, {shown}, {why}"), "it looks like https://api.github.com")
    };
    let uri: ureq::http::Uri = base.parse().map_err(|_| wrong("cannot be read"))?;
    let host = uri.host().ok_or_else(|| wrong("has no host"))?;
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    if authority.contains('@') || uri.query().is_some() {
        return Err(wrong("may have neither a user nor a query"));
    }
    let local = matches!(host, "localhost" | "[::1]" | "127.0.0.1");
    match uri.scheme_str() {
        Some("https") => Ok((false, authority.to_owned())),
        Some("http") if local => Ok((true, authority.to_owned())),
        _ => Err(wrong("is not https: a token would be read on its way")),
    }
}

/// TLS by rustls and ring, trusting whom the system trusts.
fn tls() -> Result<TlsConfig, ForgeError> {
    let roots = load_native_certs().certs;
    if roots.is_empty() {
        return Err(ForgeError::setup(
            "the system trusts no authority",
            "install ca-certificates, or set SSL_CERT_FILE",
        ));
    }
    let roots: Vec<_> = roots.iter().map(|root| Certificate::from_der(root.as_ref()).to_owned()).collect();
    Ok(TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::Specific(Arc::new(roots)))
        .build())
}

/// Whether a failure may pass by itself. Who cannot prove who it is cannot do so a second later.
fn passes(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::Io(error) => error.kind() != io::ErrorKind::InvalidData,
        ureq::Error::Timeout(_) | ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => true,
        _ => false,
    }
}

/// The address of `rel="next"` (RFC 8288).
fn next_link(header: &str) -> Option<&str> {
    header.split(',').find_map(|link| {
        let (address, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        let mut parameters = parameters.split(';').map(str::trim);
        parameters.any(|parameter| matches!(parameter, "rel=\"next\"" | "rel=next")).then_some(address)
    })
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_go_over_tls_or_nowhere() {
        assert!(address("https://api.github.com").is_ok());
        assert!(address("http://127.0.0.1:80/api/v3").is_ok_and(|(local, _)| local));
        assert!(address("http://[::1]:80").is_ok());
        for base in [
            "http://gitlab.internal/api/v4",
            "ftp://a",
            "a",
            "",
            "http://127.0.0.1.example.com",
            "https://user@a",
            "http://localhost@example.com",
            "https://a?b",
        ] {
            assert!(address(base).is_err(), "{base}");
        }
    }

    #[test]
    fn links_lead_on() {
        let header = "<https://a/x?page=1>; rel=\"prev\", <https://a/x?page=3&b=c>; rel=\"next\"";
        assert_eq!(next_link(header), Some("https://a/x?page=3&b=c"));
        assert_eq!(next_link("<https://a>; rel=\"last\""), None);
        assert_eq!(next_link("nonsense, <, >"), None);
    }

    #[test]
    fn segments_hold_anything() {
        assert_eq!(segment("group/sub project"), "group%2Fsub%20project");
        assert_eq!(segment("ü?#&"), "%C3%BC%3F%23%26");
    }
}
