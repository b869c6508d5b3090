//! Sees every lock a session asks for, those it gives back early included: a debugger stops the server's process for a
//! moment at `LockAcquireExtended`, through which all of them go, and prints what is asked for.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use crate::Failure;

/// Relations below this number are the server's own.
pub(crate) const FIRST_NORMAL_OID: u32 = 16384;

/// Where the arguments are at the first instruction of a function: the lock's tag, its mode, whether not to wait.
const REGISTERS: Option<[&str; 3]> = if cfg!(target_arch = "x86_64") {
    Some(["$rdi", "(int)$esi", "(int)$ecx"])
} else if cfg!(target_arch = "aarch64") {
    Some(["$x0", "(int)$w1", "(int)$w3"])
} else {
    None
};

/// How the debugger is to behave: quiet, fast, and letting every signal through, since the server lives on them.
const PREPARATION: &str = "set pagination off
set confirm off
set prompt
set width 0
set auto-solib-add off
set sysroot /nonexistent
set print thread-events off
set print inferior-events off
set breakpoint pending off
handle all nostop noprint pass
handle SIGTRAP SIGINT stop nopass
echo PREPARED\\n
";

/// A lock on a relation that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) database: u32,
    pub(crate) relation: u32,
    /// 1 to 8.
    pub(crate) mode: u8,
    /// Rather not at all than wait.
    pub(crate) conditional: bool,
}

/// The debugger, kept running: it takes longest to start.
pub(crate) struct Tracer {
    gdb: Child,
    input: ChildStdin,
    /// What it says, line by line. A thread takes it from the pipe: a full one would stop the debugger, and with it the
    /// server, while we wait for the server's answer.
    output: Receiver<String>,
}

impl Tracer {
    /// Starts the debugger for processes of `program`.
    pub(crate) fn start(program: &Path) -> Result<Self, Failure> {
        if REGISTERS.is_none() {
            return Err("locks can only be traced on x86-64 and aarch64".into());
        }
        // The shell is there to send complaints the way of the answers.
        let mut gdb = Command::new("sh")
            .args(["-c", "exec gdb -q -nx \"$0\" 2>&1"])
            .arg(program)
            .env("DEBUGINFOD_URLS", "")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(input), Some(output)) = (gdb.stdin.take(), gdb.stdout.take()) else {
            return Err("gdb: no pipes".into());
        };
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut tracer = Self { gdb, input, output: receiver };
        let prepared = tracer.tell(PREPARATION).and_then(|()| tracer.until("PREPARED"));
        prepared.map_err(|failure| format!("{failure}\nlocks are traced with gdb: apt-get install gdb"))?;
        Ok(tracer)
    }

    /// Watches the process `pid`, which has to be idle, until it ends.
    pub(crate) fn attach(&mut self, pid: u32) -> Result<(), Failure> {
        let Some([tag, mode, no_wait]) = REGISTERS else { return Ok(()) };
        // Fields of the tag: three numbers, a short one, then its type, 0 for a relation. The server's own
        // relations are left out here, where it costs least.
        let kind = format!("*(unsigned char*)({tag}+14)");
        let second = format!("*(unsigned*)({tag}+4)");
        self.tell(&format!(
            "attach {pid}\n\
            delete\n\
            dprintf *LockAcquireExtended,\"L %u %u %d %d\\n\", *(unsigned*)({tag}), {second}, {mode}, {no_wait}&1\n\
            condition $bpnum {kind} == 0 && {second} >= {FIRST_NORMAL_OID}\n\
            dprintf *ReadyForQuery,\"R\\n\"\n\
            info inferiors\n\
            echo ATTACHED\\n\n\
            continue\n\
            echo OVER\\n\n"
        ))?;
        let said = self.until("ATTACHED")?;
        let attached = said.iter().any(|line| line.contains(&format!("process {pid}")) && line.starts_with('*'));
        if !attached || said.iter().filter(|line| line.starts_with("Dprintf ")).count() != 2 {
            return Err(format!(
                "gdb cannot watch the server; it needs the right to (root, or sysctl kernel.yama.ptrace_scope=0):\n{}",
                said.join("\n")
            )
            .into());
        }
        Ok(())
    }

    /// What was asked for since `attach`, one list for each string of SQL. The session has to be closed.
    pub(crate) fn finish(&mut self) -> Result<Vec<Vec<Request>>, Failure> {
        let mut strings = vec![Vec::new()];
        for line in self.until("OVER")? {
            if line == "R" {
                strings.push(Vec::new());
            } else if let (Some(request), Some(last)) = (request(&line), strings.last_mut()) {
                last.push(request);
            }
        }
        // What comes after the last string belongs to the end of the session.
        strings.pop();
        Ok(strings)
    }

    fn tell(&mut self, commands: &str) -> Result<(), Failure> {
        self.input.write_all(commands.as_bytes())?;
        Ok(self.input.flush()?)
    }

    fn until(&mut self, last: &str) -> Result<Vec<String>, Failure> {
        let mut lines = Vec::new();
        for line in &self.output {
            if line.starts_with(last) {
                return Ok(lines);
            }
            lines.push(line);
        }
        Err(format!("gdb gave up:\n{}", lines.join("\n")).into())
    }
}

impl Drop for Tracer {
    fn drop(&mut self) {
        // Without input it ends by itself, and lets go of the process if it watches one.
        let _ = self.gdb.kill();
        let _ = self.gdb.wait();
    }
}

fn request(line: &str) -> Option<Request> {
    let mut fields = line.strip_prefix("L ")?.split(' ').map(|field| field.parse::<u32>().ok());
    let mut next = || fields.next().flatten();
    Some(Request { database: next()?, relation: next()?, mode: u8::try_from(next()?).ok()?, conditional: next()? != 0 })
}
