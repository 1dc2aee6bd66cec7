//! The message of a build without model support.

use crate::harness::Place;

#[test]
fn it_is_known_and_says_so() {
    let place = Place::new();
    place.write("a.rs", "fn a() {}\n");
    for arguments in [
        &["refactor", "plan", "a.rs:1"][..],
        &["refactor", "rewrite", "a.rs:1"],
        &["model", "check"],
        &["model", "status"],
    ] {
        let run = place.run(arguments).expect(2);
        let words = "error: this build doesn't support language models; install it with the feature `model`\n";
        assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", words));
    }
    let help = place.run(["--help"]).expect(0);
    assert!(
        help.stdout
            .contains("Inspect the configured language model (not in this build)"),
        "{help:#?}"
    );
}
