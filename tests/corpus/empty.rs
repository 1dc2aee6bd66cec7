//! Nothing: this package only names what it depends on.
