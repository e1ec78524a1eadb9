//! `whosaid serve`: the web page and the JSON API.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Result;

use super::{DONE, report};
use crate::http::{Server, Settings};

/// Serve the web page and the JSON API
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  whosaid serve --open
  whosaid serve --port 9000
  WHOSAID_TOKEN=… whosaid serve --listen 0.0.0.0 --host archive.example

Answers this machine alone unless told otherwise. For an address that others can reach a token is needed, which a browser \
asks for as a password (any user name) and a program sends as `Authorization: Bearer …`. There is no TLS: put a proxy that \
has it in front. Runs until Ctrl-C; what `whosaid index` commits meanwhile is picked up.")]
pub(super) struct Args {
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,
    /// Port to listen on; 0 takes a free one
    #[arg(short, long, default_value_t = 8017)]
    port: u16,
    /// What clients must present; at least 16 characters
    #[arg(long, env = "WHOSAID_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Answer to this host name too (repeatable)
    #[arg(long = "host", value_name = "NAME")]
    hosts: Vec<String>,
    /// Most connections at once
    #[arg(long, value_name = "N", default_value_t = 2048, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    connections: u32,
    /// Searches at once [default: all cores]
    #[arg(short, long, value_name = "N")]
    jobs: Option<std::num::NonZeroUsize>,
    /// Open the page in a browser
    #[arg(long)]
    open: bool,
}

pub(super) fn run(args: &Args, index: &Path) -> Result<u8> {
    let server = Server::bind(&Settings {
        token: args.token.clone(),
        hosts: args.hosts.clone(),
        connections: args.connections as usize,
        threads: args.jobs.map_or(0, usize::from),
        ..Settings::new(index.to_owned(), SocketAddr::new(args.listen, args.port))
    })?;
    let address = format!("http://{}/", server.address());
    report::line(&format!("whosaid: {address} (Ctrl-C to stop)"));
    if args.open {
        open(&address);
    }
    server.run()?;
    Ok(DONE)
}

/// Asks the desktop to show the page. Without one there is nothing to do: the address is printed.
fn open(address: &str) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let started = Command::new(program)
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if started.is_err() {
        report::hint("no browser could be opened");
    }
}
