// The findings shown in the editor, as published by the server.

import * as vscode from "vscode";

/** The findings in a document, optionally limited to a range. */
export function findingsIn(uri: vscode.Uri, range?: vscode.Range): vscode.Diagnostic[] {
  const ours = vscode.languages.getDiagnostics(uri).filter((one) => one.source === "rustassistant");
  return range === undefined ? ours : ours.filter((one) => one.range.intersection(range) !== undefined);
}

/** The ids of smells without duplicates. */
export function idsOf(findings: readonly vscode.Diagnostic[]): string[] {
  const ids = findings.map((finding) => (typeof finding.code === "object" ? finding.code.value : finding.code));
  return [...new Set(ids.filter((id) => id !== undefined).map(String))];
}

/** The locations of findings and of their related information. */
export function placesOf(uri: vscode.Uri, findings: readonly vscode.Diagnostic[]): vscode.Location[] {
  return findings.flatMap((finding) => [
    new vscode.Location(uri, finding.range),
    ...(finding.relatedInformation ?? []).map((related) => related.location),
  ]);
}
