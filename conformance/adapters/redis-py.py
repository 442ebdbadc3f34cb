"""redis-py: its parser in pure Python, as the distribution packages it."""

import redis
from adapter import EndOfStream, say_value, serve

try:
    from redis._parsers import _RESP2Parser, _RESP3Parser
except ImportError:
    from redis.connection import PythonParser as _RESP2Parser

    _RESP3Parser = None


class FakeSocket:
    """Gives the chunks one by one, as a socket would."""

    def __init__(self, chunks):
        self.chunks = iter(chunks)

    def recv(self, size):
        chunk = next(self.chunks, None)
        if chunk is None:
            raise EndOfStream()
        return chunk

    def settimeout(self, timeout):
        pass


class FakeEncoder:
    decode_responses = False

    def decode(self, value, force=False):
        return value


class FakeConnection:
    def __init__(self, chunks):
        self._sock = FakeSocket(chunks)
        self.socket_timeout = None
        self.encoder = FakeEncoder()


def read_stream(chunks, say):
    parser = (_RESP3Parser or _RESP2Parser)(socket_read_size=65536)
    parser.on_connect(FakeConnection(chunks))
    if _RESP3Parser is not None:
        parser.set_pubsub_push_handler(lambda push: say([">", say_value(push)[1]]))
        parser.set_invalidation_push_handler(lambda push: say([">", say_value(push)[1]]))
    while True:
        try:
            reply = parser.read_response()
        except redis.exceptions.ResponseError as error:
            reply = error
        except redis.exceptions.InvalidResponse:
            raise
        say(say_value(reply))


protocols = [2] if _RESP3Parser is None else [2, 3]
serve({"name": "redis-py", "version": redis.__version__, "protocols": protocols}, read_stream)
