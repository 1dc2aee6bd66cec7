//! Converts errors of the database and its connection to faults.
//!
//! Only the primary message of a database error is kept, because its detail may quote a row.

use std::io;

use crate::{Fault, FaultKind};

pub(super) fn of(error: &sqlx::Error) -> Fault {
    match error {
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            of_code(&code, database.message())
        }
        sqlx::Error::Io(error) => of_io(error),
        sqlx::Error::Tls(error) => Fault::new(FaultKind::Certificate).because(error),
        // The error's message may quote the address.
        sqlx::Error::Configuration(_) => {
            Fault::new(FaultKind::Setting).because("`cache.url` is not the address of a database")
        }
        sqlx::Error::ColumnDecode { .. }
        | sqlx::Error::ColumnNotFound(_)
        | sqlx::Error::ColumnIndexOutOfBounds { .. } => {
            Fault::new(FaultKind::NoTable).because("the table has unexpected columns")
        }
        error => Fault::new(FaultKind::Malformed).because(error),
    }
}

/// Whether an idle connection may fail like this, so that a new one may work.
pub(super) fn is_of_connection(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            // A plan made stale by a migration is prepared again on another connection.
            code.starts_with("57P") || code.starts_with("08") || code == "0A000"
        }
        _ => false,
    }
}

/// Maps the codes in the appendix of PostgreSQL's manual.
fn of_code(code: &str, message: &str) -> Fault {
    let fault = |kind| Fault::new(kind).because(message);
    match code {
        // Missing tables, columns, functions or schema: the database was set up by an older version, or not at all.
        "42P01" | "42703" | "42883" | "3F000" => fault(FaultKind::NoTable),
        // Raised by the ledger's functions if the row is missing.
        "P0002" => fault(FaultKind::NoBudget),
        "3D000" | "57P04" => Fault::new(FaultKind::Setting).because(format_args!(
            "{message}; set another one in `cache.url`, or create it and run `rustassistant cache setup`"
        )),
        "25006" => Fault::new(FaultKind::ReadOnly).because(format_args!(
            "{message}; check whether it is a standby, or `default_transaction_read_only` is set"
        )),
        "42501" => fault(FaultKind::Denied),
        "57014" | "25P03" => fault(FaultKind::Timeout),
        "53300" => fault(FaultKind::Throttled),
        "53100" => fault(FaultKind::Full),
        "55P03" | "40001" | "40P01" => fault(FaultKind::Busy),
        // A CHECK constraint that every envelope of this program satisfies.
        "23514" => fault(FaultKind::Malformed),
        _ => match code.get(..2) {
            Some("28") => fault(FaultKind::Denied),
            // Class 57 means that the server shuts down, starts up, or closed this connection.
            Some("08" | "57") => fault(FaultKind::Unreachable),
            _ => Fault::new(FaultKind::Server).because(format_args!("{message}, code {code}")),
        },
    }
}

fn of_io(error: &io::Error) -> Fault {
    let inner = error.get_ref();
    let tls = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>());
    if let Some(error) = tls {
        return Fault::new(FaultKind::Certificate).because(error);
    }
    let kind = match error.kind() {
        io::ErrorKind::TimedOut => FaultKind::Timeout,
        io::ErrorKind::PermissionDenied => FaultKind::Denied,
        _ => FaultKind::Unreachable,
    };
    Fault::new(kind).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_kind() {
        for (code, kind) in [
            ("28P01", FaultKind::Denied),
            ("28000", FaultKind::Denied),
            ("42501", FaultKind::Denied),
            ("3D000", FaultKind::Setting),
            ("42P01", FaultKind::NoTable),
            ("42703", FaultKind::NoTable),
            ("42883", FaultKind::NoTable),
            ("3F000", FaultKind::NoTable),
            ("P0002", FaultKind::NoBudget),
            ("53300", FaultKind::Throttled),
            ("57014", FaultKind::Timeout),
            ("57P01", FaultKind::Unreachable),
            ("57P03", FaultKind::Unreachable),
            ("08006", FaultKind::Unreachable),
            ("25006", FaultKind::ReadOnly),
            ("53100", FaultKind::Full),
            ("40P01", FaultKind::Busy),
            ("XX000", FaultKind::Server),
            ("", FaultKind::Server),
        ] {
            assert_eq!(of_code(code, "").kind(), kind, "{code}");
        }
    }

    #[test]
    fn what_was_configured_is_not_quoted() {
        let error = sqlx::Error::Configuration("postgres://ada:s3cret@db".into());
        let fault = of(&error);
        assert_eq!(fault.kind(), FaultKind::Setting);
        assert!(!fault.to_string().contains("s3cret"), "{fault}");
    }

    #[test]
    fn a_refused_connection_is_not_a_slow_one() {
        let refused = sqlx::Error::Io(io::ErrorKind::ConnectionRefused.into());
        assert_eq!(of(&refused).kind(), FaultKind::Unreachable);
        let missing = sqlx::Error::Io(io::ErrorKind::NotFound.into());
        assert_eq!(of(&missing).kind(), FaultKind::Unreachable);
    }
}
