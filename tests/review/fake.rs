//! A small HTTP server for one test. It holds each request against the host's API, and remembers it.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

use crate::api::Api;

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Without the query; percent-encoding stays.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    /// Null where there is none.
    pub(crate) body: Value,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    pub(crate) fn number(&self, name: &str, default: usize) -> usize {
        self.query.iter().find(|(known, _)| known == name).map_or(default, |(_, value)| value.parse().unwrap())
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        Self { status, headers: Vec::new(), body }
    }

    pub(crate) fn error(status: u16, message: &str) -> Self {
        Self::json(status, &json!({ "message": message }))
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// What a host keeps, and how it answers.
pub(crate) trait World: Send + 'static {
    fn answer(&mut self, request: &Request, address: &str) -> Reply;
}

/// A running server.
pub(crate) struct Fake<W> {
    pub(crate) address: String,
    state: Arc<Mutex<State<W>>>,
}

struct State<W> {
    world: W,
    api: Api,
    seen: Vec<Request>,
    violations: Vec<String>,
    /// Answers that come before those of the world: method, a part of the path, how often.
    planned: Vec<(String, String, usize, Reply)>,
}

impl<W: World> Fake<W> {
    pub(crate) fn start(host: &str, world: W) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let state = State { world, api: Api::of(host), seen: Vec::new(), violations: Vec::new(), planned: Vec::new() };
        let state = Arc::new(Mutex::new(state));
        let (shared, own) = (Arc::clone(&state), address.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &shared, &own);
            }
        });
        Self { address, state }
    }

    /// Answers so the next `times` times that `method` is asked for a path with `part`.
    pub(crate) fn plan(&self, method: &str, part: &str, times: usize, reply: Reply) {
        self.state.lock().unwrap().planned.push((method.to_owned(), part.to_owned(), times, reply));
    }

    pub(crate) fn world<T>(&self, look: impl FnOnce(&mut W) -> T) -> T {
        look(&mut self.state.lock().unwrap().world)
    }

    /// The requests since the last look, none of which may be wrong.
    pub(crate) fn requests(&self) -> Vec<Request> {
        let mut state = self.state.lock().unwrap();
        assert!(state.violations.is_empty(), "{:#?}", state.violations);
        std::mem::take(&mut state.seen)
    }

    /// `POST /path` of those that change something.
    pub(crate) fn changes(&self) -> Vec<String> {
        let requests = self.requests();
        let changes = requests.iter().filter(|request| request.method != "GET");
        changes.map(|request| format!("{} {}", request.method, request.path)).collect()
    }
}

/// Connections are kept, as hosts keep them.
fn serve<W: World>(stream: TcpStream, state: &Mutex<State<W>>, address: &str) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    while let Some(request) = read(&mut reader) {
        let reply = state.lock().unwrap().answer(&request, address);
        let mut head = format!("HTTP/1.1 {} x\r\ncontent-length: {}\r\n", reply.status, reply.body.len());
        for (name, value) in &reply.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        if stream.write_all(format!("{head}\r\n{}", reply.body).as_bytes()).is_err() {
            return;
        }
    }
}

impl<W: World> State<W> {
    fn answer(&mut self, request: &Request, address: &str) -> Reply {
        self.violations.extend(self.api.violations(request));
        self.seen.push(request.clone());
        let fits = |(method, part, times, _): &&mut (String, String, usize, Reply)| {
            *times > 0 && *method == request.method && request.path.contains(&**part)
        };
        if let Some((_, _, times, reply)) = self.planned.iter_mut().find(fits) {
            *times -= 1;
            return reply.clone();
        }
        let reply = self.world.answer(request, address);
        if !self.api.answers(request, reply.status) {
            self.violations.push(format!("{} {} never has status {}", request.method, request.path, reply.status));
        }
        reply
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|&read| read > 0)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length =
        headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let query = query.split('&').filter_map(|pair| pair.split_once('=')).map(|(a, b)| (a.to_owned(), b.to_owned()));
    Some(Request { method, path: path.to_owned(), query: query.collect(), headers, body })
}

/// One page of a list, with the link to the next.
pub(crate) fn page(items: &[Value], request: &Request, address: &str) -> Reply {
    let (size, number) = (request.number("per_page", 30), request.number("page", 1));
    assert!(size <= 100, "hosts give a hundred at most");
    let from = ((number - 1) * size).min(items.len());
    let to = (from + size).min(items.len());
    let reply = Reply::json(200, &json!(items[from..to]));
    if to == items.len() {
        return reply;
    }
    let path = &request.path;
    reply.with("link", &format!("<{address}{path}?per_page={size}&page={}>; rel=\"next\"", number + 1))
}
