//! Where a team's cache is and what this machine may do there, as the configuration says it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::secret::{ExposeSecret, Secret, expand};
use super::trust::{Namespace, PublicKey};
use super::{Fault, FaultKind, SecretString};

/// A team's cache. Nothing of it is read, connected to or checked before it is needed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Remote {
    pub address: Address,
    /// The password of a database, or the bearer key of a server.
    pub secret: Option<Secret>,
    pub namespace: Namespace,
    pub access: Access,
    pub trusted: Vec<PublicKey>,
    /// Certificates of authorities, in PEM, that are believed beside the system's.
    pub ca_file: Option<PathBuf>,
    pub patience: Patience,
    /// One in so many hits is computed again and compared.
    pub sample_one_in: u32,
}

/// What this machine does to a team's cache.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Access {
    Read,
    /// It also writes what it computes, signed with this key.
    Write(Secret),
}

/// Who waits for a team's cache.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Patience {
    /// Somebody who works: what is slow is done without.
    #[default]
    Person,
    /// A pipeline that fills the cache for others.
    Pipeline,
}

impl Patience {
    /// How long until a server is there.
    pub fn connect(self) -> Duration {
        match self {
            Patience::Person => Duration::from_millis(250),
            Patience::Pipeline => Duration::from_secs(2),
        }
    }

    /// How long one call may take, with everything.
    pub fn call(self) -> Duration {
        match self {
            Patience::Person => Duration::from_secs(1),
            Patience::Pipeline => Duration::from_secs(5),
        }
    }
}

impl Remote {
    /// Reads from the address, believes nobody yet.
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

    /// The password or bearer key, if there is to be one.
    pub async fn secret(&self) -> Result<Option<SecretString>, Fault> {
        match &self.secret {
            Some(secret) => secret.read().await.map(Some),
            None => Ok(None),
        }
    }
}

/// The address of a team's cache, which may hold a password or name variables. What is shown of it holds none.
#[derive(Clone)]
pub struct Address(SecretString);

/// How a team's cache is spoken to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scheme {
    Postgres,
    Http,
}

impl Address {
    /// What the beginning of the address says.
    pub fn scheme(&self) -> Option<Scheme> {
        let (scheme, _) = self.0.expose_secret().split_once("://")?;
        match scheme {
            "postgres" | "postgresql" => Some(Scheme::Postgres),
            "http" | "https" => Some(Scheme::Http),
            _ => None,
        }
    }

    /// The address with the values of its variables. Whoever gets it must not show it.
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

/// Without password, query and fragment, any of which may be secret, and of a web server also without the user.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.expose_secret();
        let Some((scheme, rest)) = text.split_once("://") else {
            return f.write_str("(no address)");
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        if rest[end..].contains('@') {
            // A password that should have been escaped may begin or end anywhere.
            return write!(f, "{scheme}://(hidden)");
        }
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        // The password may hold an `@` that should have been escaped.
        let Some((user, host)) = authority.rsplit_once('@') else {
            return write!(f, "{scheme}://{authority}{path}");
        };
        if self.scheme() != Some(Scheme::Postgres) {
            // What stands there for a web server is often a token.
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
