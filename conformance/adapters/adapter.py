"""What the adapters for Python have in common: streams in, JSON lines out. See src/conformance/vectors/README.md."""

import base64
import json
import sys


class EndOfStream(Exception):
    """The parser asks for more than the stream holds."""


def say_bytes(value):
    return {"base64": base64.b64encode(value).decode()}


def say_value(value):
    """A plain Python value; an adapter says other kinds of values itself."""
    if value is None:
        return ["_"]
    if isinstance(value, bool):
        return ["#", value]
    if isinstance(value, int):
        return ["number", str(value)]
    if isinstance(value, float):
        return ["number", repr(value)]
    if isinstance(value, (bytes, bytearray)):
        return ["text", say_bytes(bytes(value))]
    if isinstance(value, str):
        return ["text", value]
    if isinstance(value, Exception):
        return ["error", str(value)]
    if isinstance(value, dict):
        return ["map", [[say_value(key), say_value(each)] for key, each in value.items()]]
    if isinstance(value, (set, frozenset)):
        return ["set", [say_value(each) for each in value]]
    if isinstance(value, (list, tuple)):
        return ["list", [say_value(each) for each in value]]
    return ["unknown", type(value).__name__]


def chunks_of(wire, sizes):
    start = 0
    for index in range(len(wire)):
        if start >= len(wire):
            return
        size = sizes[min(index, len(sizes) - 1)]
        yield wire[start : start + size]
        start += size


def serve(profile, read_stream):
    """Serves streams: read_stream(chunks, say) says values, and raises what the parser raises when it refuses."""
    out = sys.stdout

    def write(line):
        out.write(json.dumps(line, separators=(",", ":")) + "\n")

    write(["parser", profile])
    out.flush()
    while True:
        head = sys.stdin.buffer.readline().split()
        if not head:
            return
        wire = sys.stdin.buffer.read(int(head[0]))
        try:
            read_stream(chunks_of(wire, [int(size) for size in head[1:]]), write)
        except EndOfStream:
            pass
        except Exception as error:  # whatever the parser raises is its refusal
            write(["fail", f"{type(error).__name__}: {error}"[:200]])
        write(["end"])
        out.flush()
