"""A replacement for rust-analyzer: one finding on the first line, one action for it, positions in UTF-16."""

import json
import sys


def read():
    length = None
    while True:
        line = sys.stdin.buffer.readline()
        if not line:
            return None
        if line == b"\r\n":
            return json.loads(sys.stdin.buffer.read(length))
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)


def send(message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    sys.stdout.buffer.flush()


START = {"line": 0, "character": 0}
FINDING = {
    "range": {"start": START, "end": {"line": 0, "character": 3}},
    "severity": 2,
    "source": "second",
    "message": "The second server has something to say",
}
CAPABILITIES = {
    "positionEncoding": "utf-16",
    "textDocumentSync": 1,
    "hoverProvider": True,
    "codeActionProvider": {"codeActionKinds": ["quickfix"]},
}


def actions(params):
    uri = params["textDocument"]["uri"]
    edit = {"range": {"start": START, "end": START}, "newText": "// second\n"}
    return [{"title": "Second: greet", "kind": "quickfix", "edit": {"changes": {uri: [edit]}}}]


def answer(method, params):
    if method == "initialize":
        return {"capabilities": CAPABILITIES, "serverInfo": {"name": "second"}}
    if method == "textDocument/codeAction":
        return actions(params)
    if method == "textDocument/hover":
        return {"contents": "the second server's hover"}
    return None


def main():
    while (message := read()) is not None:
        method, params = message.get("method"), message.get("params")
        if method == "exit":
            return
        if method == "textDocument/didOpen":
            uri = params["textDocument"]["uri"]
            send({"method": "textDocument/publishDiagnostics", "params": {"uri": uri, "diagnostics": [FINDING]}})
        if "id" in message and method:
            send({"id": message["id"], "result": answer(method, params)})


main()
