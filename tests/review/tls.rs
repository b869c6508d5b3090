//! The token goes to whom the system trusts, and to nobody else.

#![allow(clippy::print_stdout, reason = "a test that is skipped says so")]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::hub::{INDEX, PullRequest, TOKEN, all, output};

/// An authority, a certificate of it for `localhost`, and an authority that nobody knows.
fn certificates(folder: &Path) -> bool {
    let run = |args: &str| {
        let command = Command::new("openssl").args(args.split(' ')).current_dir(folder).output();
        command.is_ok_and(|output| output.status.success())
    };
    std::fs::write(folder.join("names"), "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n").unwrap();
    ["ca", "other"].iter().all(|name| {
        run(&format!("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={name} -keyout {name}.key -out {name}.crt"))
    }) && run("req -newkey rsa:2048 -nodes -subj /CN=server -keyout server.key -out server.csr")
        && run(
            "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.crt",
        )
}

/// A host that refuses every token, and what it was told in clear.
fn host(folder: &Path) -> (String, Arc<Mutex<String>>) {
    let chain = vec![CertificateDer::from_pem_file(folder.join("server.crt")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let config = Arc::new(config.with_single_cert(chain, key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let told = Arc::new(Mutex::new(String::new()));
    let heard = Arc::clone(&told);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream.unwrap());
            let mut bytes = [0; 4096];
            let Ok(length) = stream.read(&mut bytes) else { continue };
            heard.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..length]));
            let _ = stream.write_all(b"HTTP/1.1 401 x\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}");
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    (address, told)
}

#[test]
fn who_answers_has_to_prove_who_it_is() {
    let pull = PullRequest::new("tls", &[("db/0002_index.sql", INDEX)]);
    let folder = pull.repository.0.parent().unwrap().to_owned();
    if !certificates(&folder) {
        assert_ne!(std::env::var("SWITCHBACK_REQUIRE_POSTGRES").as_deref(), Ok("1"), "no openssl found");
        println!("skipped: no openssl to make certificates with");
        return;
    }
    let (address, told) = host(&folder);
    let review = |authority: &str| {
        let mut command = pull.command(&["db"]);
        command.env("GITHUB_API_URL", &address).env("SSL_CERT_FILE", folder.join(authority));
        all(&output(command))
    };
    let text = review("other.crt");
    assert!(text.contains("UnknownIssuer") || text.contains("invalid peer certificate"), "{text}");
    assert_eq!(*told.lock().unwrap(), "");
    let text = review("ca.crt");
    assert!(text.contains("does not know the token"), "{text}");
    assert!(told.lock().unwrap().contains(TOKEN));
}
