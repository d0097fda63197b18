//! Open files: each connection is one, and most systems let a program have a thousand until it asks for more.

/// Asks for as many as the system may give, and tells how many those are. `None` for as many as anybody likes, and where it cannot
/// be known.
#[must_use]
pub fn raise() -> Option<u64> {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
        if raised.is_ok() { maximum } else { current }
    }
    #[cfg(not(target_os = "linux"))]
    None
}
