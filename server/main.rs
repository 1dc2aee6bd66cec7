fn main() -> std::process::ExitCode {
    rustassistant::cli::run(rustassistant::lsp::serve)
}
