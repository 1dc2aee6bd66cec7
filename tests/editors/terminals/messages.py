"""Reads the log of the proxy."""

import json
from pathlib import Path


class Messages:
    def __init__(self, path):
        lines = Path(path).read_text(encoding="utf-8").splitlines()
        self.entries = [json.loads(line) for line in lines]

    def first(self, side, method):
        for entry in self.entries:
            if entry["side"] == side and entry["method"] == method:
                return entry["message"]
        raise AssertionError(f"the {side} never sent {method}")

    def answer_ms(self, name):
        """The time from the client's didOpen of a file to the server's first findings for it, pushed or pulled."""
        opened, asked = None, set()
        for entry in self.entries:
            message = entry["message"]
            document = (message.get("params") or {}).get("textDocument") or {}
            is_it = document.get("uri", "").endswith(name)
            if entry["method"] == "textDocument/didOpen" and is_it:
                opened = entry["at"]
            elif entry["side"] == "client" and is_it:
                asked.add(message.get("id"))
            elif opened and entry["side"] == "server" and self.has_findings(message, name, asked):
                return (entry["at"] - opened) / 1e6
        raise AssertionError(f"no findings came for {name}")

    @staticmethod
    def has_findings(message, name, asked):
        if message.get("method") == "textDocument/publishDiagnostics":
            params = message["params"]
            return params["uri"].endswith(name) and bool(params["diagnostics"])
        return message.get("id") in asked and bool((message.get("result") or {}).get("items"))
