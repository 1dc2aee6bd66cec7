/** The server that the tests are run with. */
export function server(): string {
  const named = process.env["RUSTASSISTANT_SERVER"];
  if (named === undefined) {
    throw new Error("RUSTASSISTANT_SERVER is not set; start the tests with tests/editors/vscode/run");
  }
  return named;
}
