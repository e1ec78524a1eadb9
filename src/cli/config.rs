//! Where options come from besides the command line: `whosaid.toml`, and the index found from a folder below it.
//!
//! A configuration names options by their long names, those of one command in a table of its own:
//!
//! ```toml
//! index = "archive/index"   # relative to this file
//!
//! [search]
//! limit = 20
//! facet = ["speaker", "place"]
//! ```
//!
//! The command line wins over `WHOSAID_…` variables, those over the nearest `whosaid.toml` of the working folder and the
//! folders above it, and that over the user's own `whosaid/config.toml`.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result, bail};
use clap::{Arg, ArgAction, Command};
use toml::{Table, Value};

use crate::search::distance;

/// Name of the file looked for from the working folder upwards.
const FILE: &str = "whosaid.toml";
/// Where an index is made, and looked for from the working folder upwards.
pub(super) const INDEX: &str = "index";

/// Options from one file.
pub(super) struct Config {
    path: PathBuf,
    options: Table,
}

impl Config {
    /// The configurations that apply here, the strongest last.
    ///
    /// # Errors
    /// If one cannot be read or is not TOML.
    pub(super) fn load() -> Result<Vec<Self>> {
        let user = match env::var_os("XDG_CONFIG_HOME") {
            Some(dir) => Some(PathBuf::from(dir)),
            None => env::home_dir().map(|home| home.join(".config")),
        };
        let user = user.map(|dir| dir.join("whosaid").join("config.toml"));
        let near = upwards(|dir| Some(dir.join(FILE)).filter(|path| path.is_file()));
        user.filter(|path| path.is_file())
            .into_iter()
            .chain(near)
            .map(Self::read)
            .collect()
    }

    fn read(path: PathBuf) -> Result<Self> {
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut options: Table =
            toml::from_str(&text).with_context(|| format!("in {}", path.display()))?;
        if let (Some(Value::String(index)), Some(dir)) = (options.get_mut("index"), path.parent()) {
            *index = dir.join(&*index).display().to_string();
        }
        Ok(Self { path, options })
    }

    /// `command` with these options as its defaults.
    ///
    /// # Errors
    /// If there is no such command or option, or it cannot have such a value.
    pub(super) fn apply(&self, mut command: Command) -> Result<Command> {
        for (name, value) in &self.options {
            command = match value {
                Value::Table(options) => {
                    let Some(mut of) = command.find_subcommand(name).cloned() else {
                        let names = command.get_subcommands().map(Command::get_name);
                        bail!(self.unknown("command", name, names));
                    };
                    for (name, value) in options {
                        of = self.set(of, name, value)?;
                    }
                    command.mut_subcommand(name, |_| of)
                }
                value => self.set(command, name, value)?,
            };
        }
        Ok(command)
    }

    fn set(&self, command: Command, name: &str, value: &Value) -> Result<Command> {
        let Some(arg) = command.get_arguments().find(|a| a.get_long() == Some(name)) else {
            let names = command.get_arguments().filter_map(Arg::get_long);
            bail!(self.unknown("option", name, names));
        };
        let id = arg.get_id().clone();
        let values: Option<Vec<String>> = match (value, arg.get_action()) {
            (Value::Array(all), ArgAction::Append) => all.iter().map(text).collect(),
            (one, _) => text(one).map(|one| vec![one]),
        };
        let Some(values) = values else {
            bail!("in {}: `{name}` cannot be {value}", self.path.display());
        };
        Ok(command.mut_arg(id, |arg| arg.default_values(values)))
    }

    fn unknown<'a>(&self, what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
        let path = self.path.display();
        match distance::nearest(name, known) {
            Some(near) => format!("in {path}: no {what} `{name}`; did you mean `{near}`?"),
            None => format!("in {path}: no {what} `{name}`"),
        }
    }
}

/// The nearest index of the working folder and the folders above it, [`INDEX`] if there is none.
pub(super) fn index() -> PathBuf {
    upwards(|dir| Some(dir.join(INDEX)).filter(|index| index.join("manifest.json").is_file()))
        .and_then(|found| {
            // As short as a user would type it.
            let here = env::current_dir().ok()?;
            Some(
                found
                    .strip_prefix(here)
                    .map(Path::to_owned)
                    .unwrap_or(found),
            )
        })
        .unwrap_or_else(|| INDEX.into())
}

/// What `find` finds in the nearest of the working folder and the folders above it.
fn upwards<T>(find: impl Fn(&Path) -> Option<T>) -> Option<T> {
    env::current_dir().ok()?.ancestors().find_map(find)
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => {
            Some(value.to_string())
        }
        Value::Array(_) | Value::Table(_) => None,
    }
}
