//! Runs `rustassistant …`, installed next to this program, for `cargo rustassistant …`.

use std::{
    env, io,
    process::{Command, ExitCode},
};

fn main() -> io::Result<ExitCode> {
    let name = format!("rustassistant{}", env::consts::EXE_SUFFIX);
    let program = env::current_exe()?.with_file_name(name);
    // Cargo passes the subcommand's name as the first argument.
    let told = env::args_os().skip(1);
    let told = told
        .enumerate()
        .filter(|(at, word)| *at > 0 || word != "rustassistant");
    let status = Command::new(program)
        .args(told.map(|(_, word)| word))
        .status()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
