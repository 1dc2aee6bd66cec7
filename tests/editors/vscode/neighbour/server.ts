// Reports every function named `neighbour`, and offers to rename it to `friend`.

import {
  CodeActionRequest,
  createProtocolConnection,
  type Diagnostic,
  DiagnosticSeverity,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  HoverRequest,
  InitializeRequest,
  PublishDiagnosticsNotification,
  type Range,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  TextDocumentSyncKind,
} from "vscode-languageserver-protocol/node";

const connection = createProtocolConnection(
  new StreamMessageReader(process.stdin),
  new StreamMessageWriter(process.stdout),
);

function look(uri: string, text: string): void {
  const diagnostics: Diagnostic[] = [];
  for (const [line, content] of text.split("\n").entries()) {
    const start = content.indexOf("neighbour");
    if (start >= 0) {
      const range: Range = { start: { line, character: start }, end: { line, character: start + 9 } };
      diagnostics.push({ range, message: "This is a neighbour", severity: DiagnosticSeverity.Warning, source: "neighbour" });
    }
  }
  void connection.sendNotification(PublishDiagnosticsNotification.type, { uri, diagnostics });
}

connection.onRequest(InitializeRequest.method, () => ({
  capabilities: {
    textDocumentSync: TextDocumentSyncKind.Full,
    codeActionProvider: { codeActionKinds: ["quickfix"] },
    hoverProvider: true,
  },
}));
connection.onNotification(DidOpenTextDocumentNotification.type, ({ textDocument }) => look(textDocument.uri, textDocument.text));
connection.onNotification(DidChangeTextDocumentNotification.type, ({ textDocument, contentChanges }) =>
  look(textDocument.uri, contentChanges.at(-1)?.text ?? ""),
);
connection.onRequest(HoverRequest.type, () => ({ contents: "The neighbour's hover" }));
connection.onRequest(CodeActionRequest.type, ({ context, textDocument }) =>
  context.diagnostics
    .filter(({ source }) => source === "neighbour")
    .map((diagnostic) => ({
      title: "Call it a friend",
      kind: "quickfix",
      diagnostics: [diagnostic],
      edit: { changes: { [textDocument.uri]: [{ range: diagnostic.range, newText: "friend" }] } },
    })),
);
connection.onRequest(ShutdownRequest.type, () => undefined);
connection.onNotification(ExitNotification.type, () => process.exit(0));
connection.listen();
