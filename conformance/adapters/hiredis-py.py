"""hiredis-py: hiredis for Python, as the distribution packages it."""

import hiredis
from adapter import say_value, serve


def read_stream(chunks, say):
    reader = hiredis.Reader()
    for chunk in chunks:
        reader.feed(chunk)
        while True:
            reply = reader.gets()
            # False is what gets() returns when there is nothing yet; it is told apart from #f by where it comes from.
            if reply is False:
                break
            say(say_value(reply))


serve({"name": "hiredis-py", "version": hiredis.__version__, "protocols": [2]}, read_stream)
