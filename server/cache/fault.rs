//! Faults of caches, with messages that say how to fix them.

use std::fmt;
use std::path::Path;

/// Kind of a fault. `Display` says what the user can do about it.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// Another process holds the lock.
    Busy,
    /// No response within the time limit.
    Timeout,
    /// The file is damaged, or isn't a database.
    Corrupt,
    /// An entry doesn't match its checksum.
    Checksum,
    /// The file or its folder can't be written.
    ReadOnly,
    /// The disk is full.
    Full,
    /// The operating system reported an error.
    Io,
    /// The parent of the cache's folder doesn't exist.
    NoHome,
    /// The cache's folder is a file.
    NotAFolder,
    /// The cache's file is a folder or a device.
    NotAFile,
    /// The file or its folder belongs to another user.
    Owner,
    /// The file is another program's database.
    Foreign,
    /// The file was written by a newer version.
    Newer,
    /// The file doesn't exist.
    Absent,
    /// A file exists that must not be replaced.
    Exists,
    /// A file to read entries from is damaged, or isn't a cache.
    Unusable,
    /// The entry exceeds the maximum size.
    TooLarge,
    /// A setting of the team's cache is missing or invalid.
    Setting,
    /// Nothing responds at the address.
    Unreachable,
    /// The server doesn't know this client, or denies the operation.
    Denied,
    /// The server's certificate isn't trusted.
    Certificate,
    /// The server asked for fewer requests.
    Throttled,
    /// The server failed.
    Server,
    /// The server's response doesn't follow the protocol.
    Malformed,
    /// The server redirects elsewhere, which isn't followed.
    Redirected,
    /// The database has not been set up for the cache.
    NoTable,
    /// The ledger's file is damaged.
    LedgerDamaged,
    /// No budget is set.
    NoBudget,
    /// The tokens to reserve are held by another request, or no longer held.
    HoldOver,
    /// More tokens than any request can have.
    TooManyTokens,
    /// This kind of cache doesn't support the operation.
    Unsupported,
    /// An entry of the team's cache isn't signed.
    Unsigned,
    /// An entry is signed with an untrusted key.
    UnknownSigner,
    /// An entry's signature doesn't match its content and key.
    BadSignature,
    /// An entry is signed with a key that has signed a wrong entry before.
    Quarantined,
}

/// How to handle a fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Remedy {
    /// Affects only one entry.
    Entry,
    /// The next write moves the file aside and starts a new one.
    Recreate,
    /// Transient, unless several occur in a row.
    Wait,
    /// Opens the circuit breaker: the server isn't contacted for a while.
    Break,
    /// May be fixed by the user.
    Rest,
    /// Permanent for the lifetime of this process.
    Stop,
}

impl FaultKind {
    /// Whether other entries are unaffected.
    pub fn concerns_one_entry(self) -> bool {
        self.remedy() == Remedy::Entry
    }

    pub(super) fn remedy(self) -> Remedy {
        match self {
            FaultKind::Checksum
            | FaultKind::TooLarge
            | FaultKind::Unsupported
            | FaultKind::HoldOver
            | FaultKind::TooManyTokens
            | FaultKind::Unsigned
            | FaultKind::UnknownSigner
            | FaultKind::BadSignature
            | FaultKind::Quarantined => Remedy::Entry,
            FaultKind::Corrupt => Remedy::Recreate,
            FaultKind::Busy | FaultKind::Timeout => Remedy::Wait,
            FaultKind::ReadOnly
            | FaultKind::Full
            | FaultKind::Io
            | FaultKind::NoHome
            | FaultKind::NotAFolder
            | FaultKind::NotAFile
            | FaultKind::Absent
            | FaultKind::Exists => Remedy::Rest,
            FaultKind::Unreachable
            | FaultKind::Throttled
            | FaultKind::Server
            | FaultKind::Malformed => Remedy::Break,
            FaultKind::Owner
            | FaultKind::Foreign
            | FaultKind::Newer
            | FaultKind::Unusable
            | FaultKind::Setting
            | FaultKind::Denied
            | FaultKind::Certificate
            | FaultKind::Redirected
            | FaultKind::NoTable
            | FaultKind::LedgerDamaged
            | FaultKind::NoBudget => Remedy::Stop,
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FaultKind::Busy => "another process has locked the cache; wait for it, or stop it",
            FaultKind::Timeout => "the cache did not answer in time; its disk or the network may be slow",
            FaultKind::Corrupt => "the cache file is damaged; the next write moves it aside and starts a new one",
            FaultKind::Checksum => "an entry was damaged and is computed again",
            FaultKind::ReadOnly => "the cache can't be written; make the file and its directory writable, or choose \
                                    another path",
            FaultKind::Full => "the disk is full; free some space, or choose another path",
            FaultKind::Io => "the cache can't be read or written; check the disk, or choose another path",
            FaultKind::NoHome => "the parent of the cache's directory does not exist; create it, or set \
                                  RUSTASSISTANT_HOME",
            FaultKind::NotAFolder => "the cache's directory is a file; move that file away, or set \
                                      RUSTASSISTANT_HOME to a directory",
            FaultKind::NotAFile => "the cache's path is not a file; move it away, or choose another path",
            FaultKind::Owner => "the cache belongs to another user; choose a path of your own, or set RUSTASSISTANT_HOME",
            FaultKind::Foreign => "the file is a database of another program and is not used; choose another path",
            FaultKind::Newer => "the cache was written by a newer version; update this one, or choose another path",
            FaultKind::Absent => "there is no such file; check the path",
            FaultKind::Exists => "the file already exists and is not replaced; choose another path, or remove it",
            FaultKind::Unusable => "the file is damaged or not a cache; use another one",
            FaultKind::TooLarge => "the entry is too large",
            FaultKind::Setting => "a setting of the team's cache is missing or invalid",
            FaultKind::Unreachable => "the server can't be reached; check `cache.url` and the network, or \
                                       contact its administrator",
            FaultKind::Denied => "the server denied access; check `cache.api_key` and `cache.team.namespace`",
            FaultKind::Certificate => "the server's certificate is not trusted; check `cache.url`, or set \
                                       `cache.team.ca_file` to the authority's file",
            FaultKind::Throttled => "the server limits the number of requests",
            FaultKind::Server => "the server failed; contact the administrator of the team's cache",
            FaultKind::Malformed => "the server is not a cache, or is broken; check `cache.url`",
            FaultKind::Redirected => "the server redirects, which is not followed; check `cache.url`",
            FaultKind::NoTable => "the database is not set up for the cache; run `rustassistant cache setup`",
            FaultKind::LedgerDamaged => "the token ledger can't be read, so nothing is spent; remove the file to \
                                         start at zero",
            FaultKind::NoBudget => "no token budget is set, so nothing is spent; the administrator of the team's \
                                    cache sets one with `--budget-day` and `--budget-month`",
            FaultKind::HoldOver => "these tokens are reserved by another request, or no longer reserved; nothing is \
                                    spent",
            FaultKind::TooManyTokens => "the number of tokens is too large for a request; nothing is spent",
            FaultKind::Unsupported => "this kind of cache can't do that",
            FaultKind::Unsigned => "an entry of the team's cache is not signed",
            FaultKind::UnknownSigner => "an entry of the team's cache is signed with a key that is not in \
                                         `cache.team.trusted_keys`",
            FaultKind::BadSignature => "an entry of the team's cache has an invalid signature",
            FaultKind::Quarantined => "an entry of the team's cache is signed with a key that has signed a wrong entry",
        })
    }
}

/// A fault with its location and, if available, the system's message.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub struct Fault {
    kind: FaultKind,
    /// Contains no secrets.
    place: Option<String>,
    detail: Option<String>,
}

impl Fault {
    pub(super) fn new(kind: FaultKind) -> Fault {
        Fault {
            kind,
            place: None,
            detail: None,
        }
    }

    pub(super) fn at(self, path: &Path) -> Fault {
        self.of(path.display())
    }

    /// Sets the location unless there is one. It must contain no secrets.
    pub(super) fn of(mut self, place: impl fmt::Display) -> Fault {
        self.place.get_or_insert_with(|| place.to_string());
        self
    }

    pub(super) fn because(mut self, detail: impl fmt::Display) -> Fault {
        self.detail = Some(detail.to_string());
        self
    }

    /// Returns the fault with another kind.
    pub(super) fn with_kind(self, kind: FaultKind) -> Fault {
        Fault { kind, ..self }
    }

    /// Describes the fault as one of a ledger. Contains no secrets.
    pub fn of_ledger(&self) -> String {
        let words = self.kind.to_string().replace("the cache", "the ledger");
        let place = self.place.as_ref();
        let place = place.map(|place| format!("{place}: ")).unwrap_or_default();
        match &self.detail {
            Some(detail) => format!("{place}{words} ({detail})"),
            None => format!("{place}{words}"),
        }
    }

    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    pub fn kind(&self) -> FaultKind {
        self.kind
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        write!(f, "{}", self.kind)?;
        match &self.detail {
            Some(detail) => write!(f, " ({detail})"),
            None => Ok(()),
        }
    }
}

impl From<FaultKind> for Fault {
    fn from(kind: FaultKind) -> Fault {
        Fault::new(kind)
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Fault {
        use std::io::ErrorKind;
        let kind = match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => FaultKind::ReadOnly,
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => FaultKind::Full,
            ErrorKind::NotADirectory => FaultKind::NotAFolder,
            ErrorKind::IsADirectory => FaultKind::NotAFile,
            ErrorKind::WouldBlock | ErrorKind::ResourceBusy => FaultKind::Busy,
            ErrorKind::TimedOut => FaultKind::Timeout,
            _ => FaultKind::Io,
        };
        Fault::new(kind).because(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_says_where_what_and_why() {
        let fault = Fault::new(FaultKind::Full)
            .at(Path::new("/home/a/cache.db"))
            .because("No space left on device");
        assert_eq!(
            fault.to_string(),
            "/home/a/cache.db: the disk is full; free some space, or choose another path (No space left on device)"
        );
    }

    #[test]
    fn the_first_place_stays() {
        let fault = Fault::new(FaultKind::NotAFolder)
            .at(Path::new("a"))
            .at(Path::new("b"));
        assert!(fault.to_string().starts_with("a: "));
    }
}
