//! Empty: this package only lists dependencies.
