//! Configuration of a team's cache: its address, and what this machine may do there.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::secret::{ExposeSecret, Secret, expand};
use super::trust::{Namespace, PublicKey};
use super::{Fault, FaultKind, SecretString};

/// A team's cache. Nothing is read, connected to or checked before it is needed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Remote {
    pub address: Address,
    /// The password of a database, or the bearer token of a server.
    pub secret: Option<Secret>,
    pub namespace: Namespace,
    pub access: Access,
    pub trusted: Vec<PublicKey>,
    /// Certificate authorities in PEM format that are trusted in addition to the system's.
    pub ca_file: Option<PathBuf>,
    pub patience: Patience,
    /// One in this many hits is computed again and compared.
    pub sample_one_in: u32,
}

/// Access to a team's cache.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Access {
    Read,
    /// Also writes computed entries, signed with this key.
    Write(Secret),
}

/// Who waits for a team's cache.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Patience {
    /// An interactive user: slow responses are skipped.
    #[default]
    Person,
    /// A pipeline that fills the cache.
    Pipeline,
}

impl Patience {
    /// Timeout for connecting.
    pub fn connect(self) -> Duration {
        match self {
            Patience::Person => Duration::from_millis(250),
            Patience::Pipeline => Duration::from_secs(2),
        }
    }

    /// Timeout for a call, including connecting.
    pub fn call(self) -> Duration {
        match self {
            Patience::Person => Duration::from_secs(1),
            Patience::Pipeline => Duration::from_secs(5),
        }
    }
}

impl Remote {
    /// Reads from the address, without any trusted signers yet.
    pub fn at(address: impl Into<Address>) -> Remote {
        Remote {
            address: address.into(),
            secret: None,
            namespace: Namespace::default(),
            access: Access::Read,
            trusted: Vec::new(),
            ca_file: None,
            patience: Patience::Person,
            sample_one_in: 100,
        }
    }

    /// Reads the password or bearer token, if one is configured.
    pub async fn secret(&self) -> Result<Option<SecretString>, Fault> {
        match &self.secret {
            Some(secret) => secret.read().await.map(Some),
            None => Ok(None),
        }
    }
}

/// The address of a team's cache, which may contain a password or variables. `Display` hides passwords.
#[derive(Clone)]
pub struct Address(SecretString);

/// Protocol of a team's cache.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scheme {
    Postgres,
    Http,
}

impl Address {
    /// Parses the protocol from the address.
    pub fn scheme(&self) -> Option<Scheme> {
        let (scheme, _) = self.0.expose_secret().split_once("://")?;
        match scheme {
            "postgres" | "postgresql" => Some(Scheme::Postgres),
            "http" | "https" => Some(Scheme::Http),
            _ => None,
        }
    }

    /// Resolves the variables in the address. The result must not be displayed.
    pub fn resolve(&self) -> Result<Url, Fault> {
        let setting = |detail: String| Fault::new(FaultKind::Setting).of(self).because(detail);
        let text = expand(self.0.expose_secret()).map_err(|fault| fault.of(self))?;
        Url::parse(text.expose_secret())
            .map_err(|error| setting(format!("invalid address: {error}")))
    }
}

impl From<&str> for Address {
    fn from(text: &str) -> Address {
        Address(SecretString::from(text))
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Address) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl Eq for Address {}

/// Omits the password, query and fragment, any of which may be secret, and for a web server also the user.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.expose_secret();
        let Some((scheme, rest)) = text.split_once("://") else {
            return f.write_str("(no address)");
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        if rest[end..].contains('@') {
            // An unescaped password may begin or end anywhere.
            return write!(f, "{scheme}://(hidden)");
        }
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        // The password may contain an unescaped `@`.
        let Some((user, host)) = authority.rsplit_once('@') else {
            return write!(f, "{scheme}://{authority}{path}");
        };
        if self.scheme() != Some(Scheme::Postgres) {
            // For a web server, the user is often a token.
            return write!(f, "{scheme}://{host}{path}");
        }
        let user = user.split(':').next().unwrap_or_default();
        write!(f, "{scheme}://{user}@{host}{path}")
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_is_shown() {
        for (address, shown) in [
            ("https://a.b/api", "https://a.b/api"),
            (
                "https://k:s3cret@a.b:8/api?token=s3cret#s3cret",
                "https://a.b:8/api",
            ),
            (
                "postgresql://ada:s3@cret@db/x?password=s3cret",
                "postgresql://ada@db/x",
            ),
            ("postgresql://ada:s3/cret@db/x", "postgresql://(hidden)"),
            ("postgresql://ada:s3?cret@db/x", "postgresql://(hidden)"),
            ("postgresql:///db?host=/run", "postgresql:///db"),
            ("${TEAM_URL}", "(no address)"),
            ("https://s3cret@a.b", "https://a.b"),
        ] {
            assert_eq!(Address::from(address).to_string(), shown);
            assert!(format!("{:?}", Address::from(address)).contains(shown));
        }
    }

    #[test]
    fn the_scheme_says_how_to_speak() {
        let scheme = |text: &str| Address::from(text).scheme();
        assert_eq!(scheme("postgres://a/b"), Some(Scheme::Postgres));
        assert_eq!(scheme("https://a/b"), Some(Scheme::Http));
        assert_eq!(scheme("ftp://a"), None);
        assert_eq!(scheme("cache.db"), None);
    }

    #[test]
    fn an_address_that_is_none_is_said_without_it() {
        let fault = Address::from("https://k:s3cret@[").resolve().unwrap_err();
        assert_eq!(fault.kind(), FaultKind::Setting);
        assert!(!fault.to_string().contains("s3cret"), "{fault}");
    }
}
