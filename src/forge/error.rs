//! Why a code host does not do what it is asked. No text here holds a token.

/// What went wrong.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ForgeError {
    /// Something is not said, or said wrong.
    #[error("{message}")]
    Setup {
        /// What: lower case, no full stop.
        message: String,
        /// What to do.
        #[help]
        help: Option<String>,
    },
    /// There is no token.
    #[error("there is no token")]
    #[diagnostic(help(
        "give the job one, as {variable} or SWITCHBACK_TOKEN; jobs of pull requests from forks get none, and \
         `--findings` is for them"
    ))]
    NoToken {
        /// Where it would stand.
        variable: &'static str,
    },
    /// There is a token, and it may not.
    #[error("{host} does not allow it: {request} is answered with {status}{said}")]
    #[diagnostic(help(
        "the token needs `pull-requests: write` (with --check-run `checks: write`) on GitHub, the scope `api` on GitLab, \
         `repository:write` on Bitbucket; the tokens of fork pull requests have none of these"
    ))]
    Denied {
        /// Who.
        host: String,
        /// Method and path.
        request: String,
        /// 403 or 404.
        status: u16,
        /// What else was said.
        said: String,
    },
    /// The token is none.
    #[error("{host} does not know the token: {request} is answered with 401{said}")]
    #[diagnostic(help("look whether it has expired, and whether it is for this host"))]
    Unknown {
        /// Who.
        host: String,
        /// Method and path.
        request: String,
        /// What else was said.
        said: String,
    },
    /// The request is understood and refused.
    #[error("{host} refuses {request} with {status}{said}")]
    Refused {
        /// Who.
        host: String,
        /// Method and path.
        request: String,
        /// 422, or another one.
        status: u16,
        /// What else was said.
        said: String,
    },
    /// Too many requests, for longer than we wait.
    #[error("{host} takes no more requests for {seconds} s")]
    #[diagnostic(help("run it again then; a token of its own has limits of its own"))]
    Limited {
        /// Who.
        host: String,
        /// For how long.
        seconds: u64,
    },
    /// No answer, or one that tells of trouble at the other end.
    #[error("{host} does not answer {request}: {why}")]
    Interrupted {
        /// Who.
        host: String,
        /// Method and path.
        request: String,
        /// The status, or what the network says.
        why: String,
    },
    /// The answer is not what the host's documentation says.
    #[error("{host} answers {request} with what cannot be read: {why}")]
    Unreadable {
        /// Who.
        host: String,
        /// Method and path.
        request: String,
        /// Why.
        why: String,
    },
}

impl ForgeError {
    /// Whether it only lacks leave, as jobs for strangers do.
    pub fn is_permission(&self) -> bool {
        matches!(self, Self::NoToken { .. } | Self::Denied { .. })
    }

    pub(super) fn setup(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Setup { message: message.into(), help: Some(help.into()) }
    }
}
