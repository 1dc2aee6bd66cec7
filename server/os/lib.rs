//! Everything that differs between operating systems, and nothing else.
//!
//! No other file checks the platform (`tests/architecture.rs` enforces this). Where a system lacks a concept, the functions
//! return what requires nothing of the user: on Windows, for example, files in the user's own directory are private without a
//! mode.

use std::{
    fs::{self, DirBuilder, File, Metadata, OpenOptions},
    io::{self, Read},
    path::Path,
    process::Command,
};

/// The environment variable for the user's home directory.
pub const USER_DIRECTORY: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };

/// Whether `TERM` and the locale show what a terminal supports. Windows consoles support colours and Unicode regardless.
pub const TERMINALS_DIFFER: bool = cfg!(not(windows));

/// Makes the options create files that are private to the user from the start.
pub fn private_file(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Makes the builder create folders that are private to the user.
pub fn private_folder(builder: &mut DirBuilder) -> &mut DirBuilder {
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(builder, 0o700);
    builder
}

/// Opens a regular file for reading. Anything else is refused without blocking: opening a pipe would wait for a writer, and a
/// device has no end.
pub fn open_regular(path: &Path) -> io::Result<File> {
    regular(&fs::metadata(path)?)?;
    // The name may be replaced between the check and the opening.
    let file = without_waiting(OpenOptions::new().read(true)).open(path)?;
    regular(&file.metadata()?)?;
    Ok(file)
}

/// Reads a regular file of at most `most` bytes.
pub fn read_regular(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    read_bounded(open_regular(path)?, most)
}

/// Reads an open file of at most `most` bytes.
pub fn read_bounded(file: File, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 <= most {
        return Ok(bytes);
    }
    let message = format!("it is larger than {most} bytes");
    Err(io::Error::new(io::ErrorKind::FileTooLarge, message))
}

/// Makes opening a pipe succeed or fail immediately, instead of waiting for its other end.
fn without_waiting(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        options,
        open_flags(rustix::fs::OFlags::NONBLOCK),
    );
    options
}

/// Refuses a symbolic link as the last path component when opening a file.
pub fn without_links(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        options,
        open_flags(rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOFOLLOW),
    );
    options
}

/// Opens one of the program's own files: a regular file and no link.
pub fn open_own(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let file = without_links(options).open(path)?;
    regular(&file.metadata()?)?;
    Ok(file)
}

#[cfg(unix)]
fn open_flags(flags: rustix::fs::OFlags) -> i32 {
    i32::try_from(flags.bits()).unwrap_or_default()
}

fn regular(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_file() {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        "is not a regular file",
    ))
}

/// Makes a file writable for the user, and inaccessible to others.
pub fn make_writable(path: &Path) -> io::Result<()> {
    let mut permissions = fs::metadata(path)?.permissions();
    #[cfg(unix)]
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o600);
    #[cfg(not(unix))]
    permissions.set_readonly(false);
    fs::set_permissions(path, permissions)
}

/// Whether others may read, write or execute it.
pub fn is_open_to_others(metadata: &Metadata) -> bool {
    has_mode(metadata, 0o077)
}

/// Whether others may write it.
pub fn is_writable_by_others(metadata: &Metadata) -> bool {
    has_mode(metadata, 0o022)
}

#[cfg(unix)]
fn has_mode(metadata: &Metadata, bits: u32) -> bool {
    std::os::unix::fs::MetadataExt::mode(metadata) & bits != 0
}

#[cfg(not(unix))]
fn has_mode(_: &Metadata, _: u32) -> bool {
    false
}

/// The owner of a file or folder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Owner {
    Me,
    /// The superuser, who can read and write everything anyway.
    Root,
    Other {
        owner: u32,
        me: u32,
    },
}

/// Whether anyone other than the user and root controls the contents.
pub fn is_in_others_hands(metadata: &Metadata) -> bool {
    matches!(owner(metadata), Owner::Other { .. }) || is_writable_by_others(metadata)
}

#[cfg(unix)]
pub fn owner(metadata: &Metadata) -> Owner {
    let owner = std::os::unix::fs::MetadataExt::uid(metadata);
    let me = rustix::process::getuid().as_raw();
    match owner {
        _ if owner == me => Owner::Me,
        0 => Owner::Root,
        _ => Owner::Other { owner, me },
    }
}

/// Systems that hide the owner keep others out by themselves.
#[cfg(not(unix))]
pub fn owner(_: &Metadata) -> Owner {
    Owner::Me
}

/// Gives a new file the owner of another, as far as the system permits.
#[cfg(unix)]
pub fn keep_owner(file: &File, of: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let own = file.metadata()?;
    if (own.uid(), own.gid()) == (of.uid(), of.gid()) {
        return Ok(());
    }
    std::os::unix::fs::fchown(file, Some(of.uid()), Some(of.gid()))
}

/// The system determines the owner of new files.
#[cfg(not(unix))]
pub fn keep_owner(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Whether replacing the file would lose something: another hard link, or extended attributes.
#[cfg(unix)]
pub fn is_more_than_text(path: &Path, metadata: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(metadata) > 1 || has_attributes(path)
}

#[cfg(not(unix))]
pub fn is_more_than_text(_: &Path, _: &Metadata) -> bool {
    false
}

/// Ignores attributes that the system gives every new file.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn has_attributes(path: &Path) -> bool {
    const GIVEN: [&[u8]; 3] = [
        b"security.selinux",
        b"com.apple.provenance",
        b"com.apple.lastuseddate#PS",
    ];
    let mut names = vec![0_u8; 64 << 10];
    match rustix::fs::listxattr(path, &mut names[..]) {
        Ok(length) => {
            let mut names = names[..length].split(|byte| *byte == 0);
            names.any(|name| !name.is_empty() && !GIVEN.contains(&name))
        }
        // If the list doesn't fit the buffer, there are some.
        Err(error) => error == rustix::io::Errno::RANGE,
    }
}

#[cfg(all(
    unix,
    not(any(target_os = "linux", target_os = "android", target_vendor = "apple"))
))]
fn has_attributes(_: &Path) -> bool {
    false
}

/// The time at which a file's metadata last changed, regardless of its modification time.
#[cfg(unix)]
pub fn changed(metadata: &Metadata) -> Option<std::time::SystemTime> {
    let seconds = u64::try_from(std::os::unix::fs::MetadataExt::ctime(metadata)).ok()?;
    std::time::UNIX_EPOCH.checked_add(std::time::Duration::from_secs(seconds))
}

#[cfg(not(unix))]
pub fn changed(metadata: &Metadata) -> Option<std::time::SystemTime> {
    metadata.created().ok().max(metadata.modified().ok())
}

/// Identifies a file among others with the same name: device and inode.
#[cfg(unix)]
pub fn identity(metadata: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

/// Falls back to the creation time, in seconds and nanoseconds.
#[cfg(not(unix))]
pub fn identity(metadata: &Metadata) -> (u64, u64) {
    let created = metadata.created().ok();
    let since = created.and_then(|moment| moment.duration_since(std::time::UNIX_EPOCH).ok());
    since.map_or((0, 0), |since| {
        (since.as_secs(), u64::from(since.subsec_nanos()))
    })
}

/// Identifies a folder, regardless of the path used to reach it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FolderId(
    #[cfg(unix)] (u64, u64),
    #[cfg(not(unix))] std::path::PathBuf,
);

impl FolderId {
    #[cfg(unix)]
    pub fn of(path: &Path) -> io::Result<Self> {
        Ok(Self(identity(&fs::metadata(path)?)))
    }

    /// Creation times can collide, so folders are identified by path.
    #[cfg(not(unix))]
    pub fn of(path: &Path) -> io::Result<Self> {
        Ok(Self(fs::canonicalize(path)?))
    }
}

/// Makes newly created names in a folder survive a power failure.
#[cfg(unix)]
pub fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// A folder can't be opened, and its names are written together with the file's data.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Standard output without line buffering, which would write a message in two pieces and wake its reader twice.
pub fn standard_output() -> io::Result<File> {
    let output = io::stdout();
    #[cfg(unix)]
    let own = std::os::fd::AsFd::as_fd(&output).try_clone_to_owned()?;
    #[cfg(windows)]
    let own = std::os::windows::io::AsHandle::as_handle(&output).try_clone_to_owned()?;
    Ok(File::from(own))
}

/// Whether a process with this id exists; `true` if unknown.
#[cfg(unix)]
pub fn is_alive(process: u32) -> bool {
    let Some(process) = i32::try_from(process)
        .ok()
        .and_then(rustix::process::Pid::from_raw)
    else {
        return true;
    };
    // A process of another user is alive even if signalling it isn't permitted.
    rustix::process::test_kill_process(process) != Err(rustix::io::Errno::SRCH)
}

#[cfg(not(unix))]
pub fn is_alive(_: u32) -> bool {
    true
}

/// Lowers the priority of the current thread, if threads have individual priorities.
#[cfg(target_os = "linux")]
pub fn step_back() -> io::Result<()> {
    rustix::process::nice(10)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub fn step_back() -> io::Result<()> {
    Ok(())
}

/// The number of bytes available to the user on a folder's file system.
#[cfg(unix)]
pub fn free_bytes(folder: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
pub fn free_bytes(_: &Path) -> io::Result<u64> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}

/// Makes a program start in its own process group, together with its children.
pub fn own_group(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(not(unix))]
    let _ = command;
}

/// Kills all processes of a group.
pub fn end_group(group: u32) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(group)
        .ok()
        .and_then(rustix::process::Pid::from_raw)
    {
        // The group may have ended by itself.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    #[cfg(not(unix))]
    let _ = group;
}

/// Creates a symbolic link at `at` that points to `to`.
#[cfg(unix)]
pub fn link(to: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(to, at)
}

/// Links to folders require a privilege that users don't have.
#[cfg(not(unix))]
pub fn link(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}

/// The path represented by these bytes, as printed by another program.
#[cfg(unix)]
pub fn path_of(bytes: &[u8]) -> std::path::PathBuf {
    <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes).into()
}

/// The path represented by these bytes, which are UTF-8 on this platform.
#[cfg(not(unix))]
pub fn path_of(bytes: &[u8]) -> std::path::PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// Signals from a user or a service manager to a server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signal {
    End,
    ReadAgain,
}

/// The signals received since this was created; none is lost in between.
pub struct Signals {
    #[cfg(unix)]
    ends: [tokio::signal::unix::Signal; 2],
    #[cfg(unix)]
    hangup: tokio::signal::unix::Signal,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
}

#[cfg(unix)]
impl Signals {
    pub fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            ends: [
                signal(SignalKind::interrupt())?,
                signal(SignalKind::terminate())?,
            ],
            hangup: signal(SignalKind::hangup())?,
        })
    }

    pub async fn next(&mut self) -> Signal {
        let [interrupt, terminate] = &mut self.ends;
        tokio::select! {
            _ = interrupt.recv() => Signal::End,
            _ = terminate.recv() => Signal::End,
            _ = self.hangup.recv() => Signal::ReadAgain,
        }
    }
}

#[cfg(windows)]
impl Signals {
    pub fn new() -> io::Result<Self> {
        let interrupt = tokio::signal::windows::ctrl_c()?;
        Ok(Self { interrupt })
    }

    pub async fn next(&mut self) -> Signal {
        self.interrupt.recv().await;
        Signal::End
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_private_is_closed_to_others() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("own");
        private_folder(&mut DirBuilder::new())
            .create(&folder)
            .unwrap();
        let file = folder.join("file");
        private_file(OpenOptions::new().write(true).create_new(true))
            .open(&file)
            .unwrap();
        assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
        assert!(!is_open_to_others(&fs::metadata(&file).unwrap()));
    }

    #[test]
    fn modes_tell_who_may_what() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("file");
        fs::write(&path, "").unwrap();
        for (mode, is_open, is_writable) in [
            (0o600, false, false),
            (0o640, true, false),
            (0o604, true, false),
            (0o620, true, true),
            (0o602, true, true),
        ] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let metadata = fs::metadata(&path).unwrap();
            assert_eq!(is_open_to_others(&metadata), is_open, "{mode:o}");
            assert_eq!(is_writable_by_others(&metadata), is_writable, "{mode:o}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        make_writable(&path).unwrap();
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn an_owner_is_me_or_root_or_somebody() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(owner(&root.path().metadata().unwrap()), Owner::Me);
        let slash = owner(&Path::new("/").metadata().unwrap());
        let is_root = rustix::process::getuid().is_root();
        assert_eq!(slash, if is_root { Owner::Me } else { Owner::Root });
    }

    #[test]
    fn only_regular_files_are_opened_and_nothing_is_waited_for() {
        let root = tempfile::tempdir().unwrap();
        let pipe = root.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        for path in [pipe.as_path(), root.path(), Path::new("/dev/zero")] {
            let error = read_regular(path, 10).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{error}");
        }
        let file = root.path().join("file");
        fs::write(&file, "12345").unwrap();
        assert_eq!(read_regular(&file, 5).unwrap(), b"12345");
        let error = read_regular(&file, 4).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    }

    #[test]
    fn a_link_is_no_file_of_our_own() {
        let root = tempfile::tempdir().unwrap();
        let (file, link) = (root.path().join("file"), root.path().join("link"));
        fs::write(&file, "").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let open = |path| without_links(OpenOptions::new().append(true)).open(path);
        assert!(open(&file).is_ok());
        assert!(open(&link).is_err());
    }

    #[test]
    fn files_of_one_name_are_told_apart() {
        let root = tempfile::tempdir().unwrap();
        let (path, other) = (root.path().join("a"), root.path().join("b"));
        fs::write(&path, "").unwrap();
        fs::write(&other, "").unwrap();
        let of = |path: &Path| identity(&path.metadata().unwrap());
        let (first, second) = (of(&path), of(&other));
        fs::rename(&other, &path).unwrap();
        assert_ne!(first, second);
        assert_eq!(of(&path), second);
    }

    #[test]
    fn a_process_that_was_waited_for_is_gone() {
        assert!(is_alive(std::process::id()));
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let id = child.id();
        child.wait().unwrap();
        assert!(!is_alive(id));
    }
}
