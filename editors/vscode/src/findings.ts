// The findings that stand in the editor, as the server published them.

import * as vscode from "vscode";

/** What was found in a document, in a range of it. */
export function findingsIn(uri: vscode.Uri, range?: vscode.Range): vscode.Diagnostic[] {
  const ours = vscode.languages.getDiagnostics(uri).filter((one) => one.source === "rustassistant");
  return range === undefined ? ours : ours.filter((one) => one.range.intersection(range) !== undefined);
}

/** The ids of smells, each once. */
export function idsOf(findings: readonly vscode.Diagnostic[]): string[] {
  const ids = findings.map((finding) => (typeof finding.code === "object" ? finding.code.value : finding.code));
  return [...new Set(ids.filter((id) => id !== undefined).map(String))];
}

/** The places of findings, and those that add to them. */
export function placesOf(uri: vscode.Uri, findings: readonly vscode.Diagnostic[]): vscode.Location[] {
  return findings.flatMap((finding) => [
    new vscode.Location(uri, finding.range),
    ...(finding.relatedInformation ?? []).map((related) => related.location),
  ]);
}
