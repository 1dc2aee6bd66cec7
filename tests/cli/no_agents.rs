//! The message of a build without the server for agents.

use crate::harness::Place;

#[test]
fn it_is_known_and_says_so() {
    let place = Place::new();
    for arguments in [
        &["mcp"][..],
        &["mcp", "--instructions"],
        &["mcp", ".", "--allow-write", "--allow-build"],
    ] {
        let run = place.run(arguments).expect(2);
        let words =
            "error: this build doesn't support coding agents; install it with the feature `mcp`\n";
        assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", words));
    }
    let help = place.run(["--help"]).expect(0);
    assert!(
        help.stdout
            .contains("Serve a coding agent (not in this build)"),
        "{help:#?}"
    );
}
