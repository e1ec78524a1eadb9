//! Listening, the limits of a connection, and an orderly end.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, Sleep};

use super::guard::{Arrived, Guard};
use super::{App, assets, live, metrics, router, work};
use crate::search;

/// Longest wait for the head of a request, from its first byte or, on a kept connection, from the end of the last
/// answer. Ends slow and idle connections alike.
const HEADER_TIME: Duration = Duration::from_secs(10);
/// Longest time in which a client takes nothing of what is sent to it.
const WRITE_TIME: Duration = Duration::from_secs(20);
/// Most headers of a request.
const MAX_HEADERS: usize = 64;
/// Largest head of a request, in bytes.
const MAX_HEAD: usize = 32 * 1024;
/// Pause after a connection could not be accepted: the process is out of file descriptors, and needs some to be closed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How long requests under way may take when the server is asked to stop.
const FAREWELL: Duration = Duration::from_secs(10);
/// Connections that wait to be accepted; those beyond have to ask again, a second later at the earliest.
#[cfg(unix)]
const WAITING: i32 = 1024;
/// Exports at once.
const EXPORTS: usize = 4;
/// Shortest token, in bytes: shorter ones can be guessed over a network.
const MIN_TOKEN: usize = 16;

/// What to serve, and to whom.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Folder of the index.
    pub index: PathBuf,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What a client must present. Needed for an address that others can reach.
    pub token: Option<String>,
    /// Names that this server goes by besides its address and `localhost`, without port.
    pub hosts: Vec<String>,
    /// Most connections at once.
    pub connections: usize,
    /// Searches at once; 0: one for each processor.
    pub threads: usize,
}

impl Settings {
    /// Serves the index at `listen`, with the usual limits and without a token.
    #[must_use]
    pub fn new(index: PathBuf, listen: SocketAddr) -> Self {
        Self {
            index,
            listen,
            token: None,
            hosts: Vec::new(),
            connections: 2048,
            threads: 0,
        }
    }
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The index cannot be read.
    #[error(transparent)]
    Index(#[from] search::Error),
    /// Others could reach it, and nothing would keep them out.
    #[error("{0} can be reached from other machines: give a --token, or listen on 127.0.0.1")]
    TokenNeeded(SocketAddr),
    /// The token can be guessed.
    #[error("the token is too short: it needs at least {MIN_TOKEN} characters")]
    WeakToken,
    /// The address cannot be had.
    #[error("cannot listen on {address}: {cause}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system says.
        cause: io::Error,
    },
    /// Threads, timers or signals cannot be had.
    #[error("cannot start the server: {0}")]
    Runtime(#[source] io::Error),
}

/// A server that has its address and its index, and has not answered anything yet.
pub struct Server {
    app: Arc<App>,
    listener: TcpListener,
    address: SocketAddr,
    connections: usize,
    threads: usize,
    stop: watch::Sender<bool>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// Stops a server from another thread.
#[derive(Clone, Debug)]
pub struct Stopper(watch::Sender<bool>);

impl Stopper {
    /// Lets requests under way finish, and takes no more.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Server {
    /// Opens the index and takes the address.
    ///
    /// # Errors
    /// If the index cannot be read, the address cannot be had, or others could reach it without a token.
    pub fn bind(settings: &Settings) -> Result<Self, Error> {
        let listen = settings.listen;
        match &settings.token {
            None if !listen.ip().to_canonical().is_loopback() => {
                return Err(Error::TokenNeeded(listen));
            }
            Some(token) if token.len() < MIN_TOKEN => return Err(Error::WeakToken),
            _ => {}
        }
        let live = live::Live::open(&settings.index)?;
        let failed = |cause| Error::Listen {
            address: listen,
            cause,
        };
        let listener = TcpListener::bind(listen).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        #[cfg(unix)]
        rustix::net::listen(&listener, WAITING).map_err(|e| failed(e.into()))?;
        let address = listener.local_addr().map_err(failed)?;
        let threads = match settings.threads {
            0 => std::thread::available_parallelism().map_or(2, usize::from),
            n => n,
        };
        let app = App {
            live,
            work: work::Work::new(threads),
            exports: work::Work::new(EXPORTS),
            metrics: metrics::Metrics::default(),
            assets: assets::Assets::new(),
            guard: Guard::new(&settings.hosts, settings.token.as_deref()),
        };
        Ok(Self {
            app: Arc::new(app),
            listener,
            address,
            connections: settings.connections.max(1),
            threads,
            stop: watch::Sender::new(false),
        })
    }

    /// The address, with the port that was taken.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A way to stop it.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        Stopper(self.stop.clone())
    }

    /// Answers requests until [`Stopper::stop`], Ctrl-C or SIGTERM; lets those under way finish.
    ///
    /// # Errors
    /// If threads, timers or signals cannot be had.
    pub fn run(self) -> Result<(), Error> {
        let connections = more_files(self.connections);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(self.threads + EXPORTS + 4)
            .enable_all()
            .build()
            .map_err(Error::Runtime)?;
        let done = runtime.block_on(self.answer(connections));
        // Searches end by themselves after their budget; nobody waits for them any more.
        runtime.shutdown_timeout(Duration::from_secs(3));
        done
    }

    async fn answer(self, connections: usize) -> Result<(), Error> {
        let listener = tokio::net::TcpListener::from_std(self.listener).map_err(Error::Runtime)?;
        let app = self.app;
        let router = router(Arc::clone(&app));
        let slots = Arc::new(Semaphore::new(connections));
        let graceful = GracefulShutdown::new();
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIME)
            .max_headers(MAX_HEADERS)
            .max_buf_size(MAX_HEAD);
        let watcher = tokio::spawn(live::watch(Arc::clone(&app)));
        let mut stop = std::pin::pin!(stopped(self.stop.subscribe()));
        loop {
            // With all slots taken, new connections wait in the operating system's queue: a slow one makes room in ten
            // seconds.
            let slot = tokio::select! {
                slot = Arc::clone(&slots).acquire_owned() => slot,
                () = &mut stop => break,
            };
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = &mut stop => break,
            };
            let Ok((stream, _)) = accepted else {
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            };
            let Ok(arrived) = stream.local_addr() else {
                continue;
            };
            // Answers are written at once; waiting for more would only delay them.
            let _ = stream.set_nodelay(true);
            let inner = TowerToHyperService::new(router.clone());
            let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
                request.extensions_mut().insert(Arrived(arrived));
                inner.call(request)
            });
            let connection = graceful
                .watch(http.serve_connection(TokioIo::new(Impatient::new(stream)), service));
            let app = Arc::clone(&app);
            tokio::spawn(async move {
                app.metrics.connections.fetch_add(1, Ordering::Relaxed);
                // What goes wrong on a connection concerns its client, who has hung up or sent nonsense.
                let _ = connection.await;
                app.metrics.connections.fetch_sub(1, Ordering::Relaxed);
                drop(slot);
            });
        }
        drop(listener);
        watcher.abort();
        let _ = tokio::time::timeout(FAREWELL, graceful.shutdown()).await;
        Ok(())
    }
}

/// Ends when the server is asked to stop.
async fn stopped(mut asked: watch::Receiver<bool>) {
    let signal = async {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            // Without the handler the signal still ends the program, only less gently.
            match signal(SignalKind::terminate()) {
                Ok(mut terminate) => {
                    tokio::select! {
                        _ = terminate.recv() => {}
                        _ = tokio::signal::ctrl_c() => {}
                    }
                }
                Err(_) => std::future::pending().await,
            }
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    };
    tokio::select! {
        // An error means that nobody is left who could ask: the sender lives as long as the server.
        _ = asked.wait_for(|stop| *stop) => {}
        () = signal => {}
    }
}

/// Asks for file descriptors for so many connections, and returns how many there can be.
fn more_files(connections: usize) -> usize {
    /// Descriptors for everything else: the index, standard streams, timers.
    const OTHERS: u64 = 256;
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limits = getrlimit(Resource::Nofile);
        let wanted = connections as u64 + OTHERS;
        let have = limits.current.unwrap_or(u64::MAX);
        if have >= wanted {
            return connections;
        }
        let raised = limits.maximum.unwrap_or(u64::MAX).min(wanted);
        let set = setrlimit(
            Resource::Nofile,
            Rlimit {
                current: Some(raised),
                maximum: limits.maximum,
            },
        );
        let have = if set.is_ok() { raised } else { have };
        usize::try_from(have.saturating_sub(OTHERS))
            .unwrap_or(connections)
            .clamp(1, connections)
    }
    #[cfg(not(unix))]
    connections
}

/// A stream that fails when its reader takes nothing for [`WRITE_TIME`]; hyper has no such limit of its own.
struct Impatient {
    stream: tokio::net::TcpStream,
    /// Set while a write waits.
    limit: Option<Pin<Box<Sleep>>>,
}

impl Impatient {
    fn new(stream: tokio::net::TcpStream) -> Self {
        Self {
            stream,
            limit: None,
        }
    }

    /// Passes on what a write came to, unless it has waited for too long.
    fn wait<T>(&mut self, cx: &mut Context<'_>, done: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if done.is_ready() {
            self.limit = None;
            return done;
        }
        let limit = self
            .limit
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + WRITE_TIME)));
        match limit.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Impatient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Impatient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.wait(cx, done)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_flush(cx);
        self.wait(cx, done)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.wait(cx, done)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.wait(cx, done)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
