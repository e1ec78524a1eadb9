//! The `whosaid` command. Everything it can do is in the library; here are only exit codes and the error chain.

use std::io::Write;
use std::process::ExitCode;

/// Gives back what is not needed any more, where that of the system keeps the most that every thread ever had.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match whosaid::cli::run(std::env::args_os()) {
        Ok(code) => ExitCode::from(code),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Not eprintln: a full or closed standard error must not become a panic.
            let _ = writeln!(anstream::stderr(), "whosaid: {error:#}");
            ExitCode::from(whosaid::cli::FAILED)
        }
    }
}

/// Did the reader of our output go away, as in `whosaid search … | head`?
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<std::io::Error>();
        let json = cause
            .downcast_ref::<serde_json::Error>()
            .and_then(serde_json::Error::io_error_kind);
        io.map(std::io::Error::kind).or(json) == Some(std::io::ErrorKind::BrokenPipe)
    })
}
