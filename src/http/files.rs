//! Open files: each connection is one, and most systems let a program have a thousand until it asks for more.

/// Has as many open as so many connections need, or says why there will be fewer.
pub fn make_room(connections: usize) {
    let Some(files) = raise() else { return };
    if usize::try_from(files).is_ok_and(|files| files < connections) {
        tracing::warn!(
            files,
            connections,
            "each connection is an open file, and the system lets this process have fewer: give it more (LimitNOFILE, ulimit -n), or have fewer --max-connections"
        );
    }
}

/// Asks for as many as the system may give, and tells how many those are. `None` for as many as anybody likes, and where it cannot
/// be known.
fn raise() -> Option<u64> {
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
