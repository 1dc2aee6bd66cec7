"""Drives the server with the official client: started with the server's program, a folder and the permissions."""

import asyncio
import sys

from mcp import ClientSession, MCPError, StdioServerParameters, stdio_client


def text(result):
    words = "\n".join(block.text for block in result.content)
    assert len(words) <= 4000, len(words)
    return words


async def told(session, name, **arguments):
    result = await session.call_tool(name, arguments)
    assert not result.is_error, text(result)
    return text(result)


async def refused(session, name, **arguments):
    result = await session.call_tool(name, arguments)
    assert result.is_error, text(result)
    return text(result)


async def main(program, folder):
    server = StdioServerParameters(
        command=program, args=["mcp", folder, "--allow-write"]
    )
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        begun = await session.initialize()
        assert begun.server_info.name == "rustassistant", begun
        assert "`preview`" in begun.instructions, begun
        tools = {tool.name: tool for tool in (await session.list_tools()).tools}
        assert set(tools) == {"findings", "offers", "preview", "apply", "verify", "explain"}
        assert "--allow-build" in tools["verify"].description
        assert "--allow-write" not in tools["apply"].description

        found = await told(session, "findings", paths=["src"])
        assert "src/lib.rs:2:5: warn[collapsible-if]" in found, found
        offers = await told(session, "offers", path="src/lib.rs", range="2")
        lines = [line for line in offers.splitlines() if line.startswith("merge-nested-if@")]
        offer = lines[0].split()[0]
        preview = await told(session, "preview", offer=offer)
        assert "+    if a && b {" in preview and "proof: " in preview, preview
        applied = await told(session, "apply", offers=[offer])
        assert applied.startswith("applied 1 refactoring in 1 file"), applied
        assert "stale" in await refused(session, "apply", offers=[offer])
        assert "outside" in await refused(session, "offers", path="../x.rs", range="1")
        assert "--allow-build" in await refused(session, "verify", patch=PATCH)
        explained = await told(session, "explain", id="merge-nested-if")
        assert explained.startswith("merge-nested-if (refactoring)"), explained
        try:
            await session.call_tool("offers", {"path": 1})
            raise AssertionError("arguments of a wrong type were taken")
        except MCPError as error:
            assert error.code == -32602, error


PATCH = "--- a/src/lib.rs\n+++ b/src/lib.rs\n@@ -1 +1,2 @@\n+// A line.\n pub fn f(a: bool, b: bool, out: &mut Vec<u8>) {\n"

asyncio.run(main(*sys.argv[1:]))
