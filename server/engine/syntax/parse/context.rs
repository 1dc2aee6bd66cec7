//! What a file's manifest and rustfmt's options say that matters to what may be written in the file.

use ra_ap_syntax::Edition;

/// The part of a file's surroundings that its analysis depends on, beside its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileContext {
    pub edition: Edition,
    /// The oldest compiler that the package promises to build with, if it promises one.
    pub rust_version: Option<RustVersion>,
    pub role: Role,
    pub width: LineWidth,
}

/// The minor version of a Rust 1.x release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RustVersion(pub u32);

impl RustVersion {
    /// Every compiler has what came with it.
    pub const FIRST: Self = Self(0);
}

/// How long rustfmt lets lines become in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LineWidth {
    /// The longest line, in columns: rustfmt's `max_width`.
    pub columns: u16,
    pub shares: Shares,
}

/// How much of a line some things may take that could stand on one line: rustfmt's `use_small_heuristics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shares {
    Scaled,
    Whole,
    Nothing,
}

impl LineWidth {
    /// What it is where nobody says otherwise.
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

    /// How long rustfmt lets become on one line what it gives `columns` of 100. Wider lines give more, in tenths; narrower ones
    /// give as much.
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

/// What a file is for in its package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Library,
    Test,
    Example,
    Bench,
    BuildScript,
}

impl Default for FileContext {
    /// A file without a manifest.
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
    /// Whether `let … else` may be written; Rust 1.65 brought it. A package of the first edition that promises nothing is
    /// older than such promises, and so are the tools that read it.
    pub fn allows_let_else(&self) -> bool {
        let is_old = self.edition == Edition::Edition2015 && self.rust_version.is_none();
        !is_old && self.supports(RustVersion(65))
    }

    /// Whether `let` may stand in a chain of `&&`; Rust 1.88 brought it to edition 2024 alone.
    pub fn allows_let_chains(&self) -> bool {
        self.edition.at_least_2024() && self.supports(RustVersion(88))
    }

    /// Whether the package's promised compiler knows what `version` brought. Without a promise, it does.
    pub fn supports(&self, version: RustVersion) -> bool {
        self.rust_version.is_none_or(|promised| promised >= version)
    }

    /// The fields as bytes, for keys and memos: equal contexts give equal bytes on every platform.
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
