//! The settings from a file's manifest and rustfmt configuration that affect what may be written in the file.

use ra_ap_syntax::Edition;

/// The context that a file's analysis depends on besides its source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileContext {
    pub edition: Edition,
    /// The package's minimum supported Rust version, if declared.
    pub rust_version: Option<RustVersion>,
    pub role: Role,
    pub width: LineWidth,
}

/// The minor version of a Rust 1.x release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RustVersion(pub u32);

impl RustVersion {
    /// For features that every compiler supports.
    pub const FIRST: Self = Self(0);
}

/// The line widths that rustfmt allows in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LineWidth {
    /// The maximum line width in columns: rustfmt's `max_width`.
    pub columns: u16,
    pub shares: Shares,
}

/// The share of the line width that some constructs may take on one line: rustfmt's `use_small_heuristics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shares {
    Scaled,
    Whole,
    Nothing,
}

impl LineWidth {
    /// rustfmt's default.
    pub const DEFAULT: Self = Self::of(100);

    pub const fn of(columns: u16) -> Self {
        Self {
            columns,
            shares: Shares::Scaled,
        }
    }

    pub fn max(self) -> usize {
        self.columns.into()
    }

    /// Scales a limit of `columns` out of 100 to this line width. Wider lines scale it in tenths; narrower ones keep it.
    pub fn share(self, columns: usize) -> usize {
        match self.shares {
            Shares::Scaled => {
                let tenths = (self.max().max(100) + 5) / 10;
                ((columns * tenths + 5) / 10).min(self.max())
            }
            Shares::Whole => self.max(),
            Shares::Nothing => 0,
        }
    }
}

/// The role of a file in its package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Library,
    Test,
    Example,
    Bench,
    BuildScript,
}

impl Default for FileContext {
    /// The context of a file without a manifest.
    fn default() -> Self {
        Self {
            edition: Edition::Edition2021,
            rust_version: None,
            role: Role::Library,
            width: LineWidth::DEFAULT,
        }
    }
}

impl FileContext {
    /// Whether `let … else` is allowed; it requires Rust 1.65. A package of the first edition without a declared Rust version
    /// predates such declarations, and so do the tools that read it.
    pub fn allows_let_else(&self) -> bool {
        let is_old = self.edition == Edition::Edition2015 && self.rust_version.is_none();
        !is_old && self.supports(RustVersion(65))
    }

    /// Whether `let` is allowed in `&&` chains; this requires Rust 1.88 and edition 2024.
    pub fn allows_let_chains(&self) -> bool {
        self.edition.at_least_2024() && self.supports(RustVersion(88))
    }

    /// Whether the declared minimum compiler supports the features of `version`. Without a declaration, it does.
    pub fn supports(&self, version: RustVersion) -> bool {
        self.rust_version.is_none_or(|promised| promised >= version)
    }

    /// Serializes the fields for keys and memos: equal contexts yield equal bytes on every platform.
    pub fn to_bytes(self) -> [u8; 12] {
        let mut bytes = [0; 12];
        bytes[..4].copy_from_slice(&self.edition_number().to_le_bytes());
        let version = self.rust_version.map_or(u32::MAX, |version| version.0);
        bytes[4..8].copy_from_slice(&version.to_le_bytes());
        bytes[8] = self.role as u8;
        bytes[9..11].copy_from_slice(&self.width.columns.to_le_bytes());
        bytes[11] = self.width.shares as u8;
        bytes
    }

    fn edition_number(self) -> u32 {
        u32::try_from(self.edition.number()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(edition: Edition, rust_version: Option<u32>) -> FileContext {
        FileContext {
            edition,
            rust_version: rust_version.map(RustVersion),
            role: Role::Library,
            width: LineWidth::DEFAULT,
        }
    }

    #[test]
    fn shares_grow_with_the_line_in_tenths() {
        for (width, columns, expected) in [
            (100, 50, 50),
            (80, 50, 50),
            (40, 50, 40),
            (120, 50, 60),
            (124, 60, 72),
            (125, 60, 78),
        ] {
            assert_eq!(LineWidth::of(width).share(columns), expected, "{width}");
        }
        let share = |shares| {
            let width = LineWidth {
                columns: 80,
                shares,
            };
            width.share(50)
        };
        assert_eq!((share(Shares::Whole), share(Shares::Nothing)), (80, 0));
    }

    #[test]
    fn let_chains_want_the_edition_and_the_compiler() {
        assert!(context(Edition::Edition2024, None).allows_let_chains());
        assert!(context(Edition::Edition2024, Some(88)).allows_let_chains());
        assert!(!context(Edition::Edition2024, Some(85)).allows_let_chains());
        assert!(!context(Edition::Edition2021, None).allows_let_chains());
    }

    #[test]
    fn let_else_wants_the_compiler_alone() {
        assert!(context(Edition::Edition2018, None).allows_let_else());
        assert!(context(Edition::Edition2015, Some(65)).allows_let_else());
        assert!(!context(Edition::Edition2015, None).allows_let_else());
        assert!(!context(Edition::Edition2021, Some(64)).allows_let_else());
    }

    #[test]
    fn contexts_that_differ_have_bytes_that_differ() {
        let one = context(Edition::Edition2021, None);
        let other = FileContext {
            role: Role::Test,
            ..one
        };
        assert_ne!(one.to_bytes(), other.to_bytes());
        assert_ne!(
            one.to_bytes(),
            context(Edition::Edition2021, Some(70)).to_bytes()
        );
    }
}
