"""Serves a built site as a host of static pages does: compressed, and on this machine alone."""

import gzip
import json
import sys
from contextlib import contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread

SITE = Path(__file__).parent.parent / "_build" / "html"
COMPRESSED = {".html", ".css", ".js", ".svg", ".json"}


def equations():
    """What the site says of its equations; nothing where it is not built."""
    path = SITE / "equations.json"
    return json.loads(path.read_text("utf-8"))["equations"] if path.exists() else []


EQUATIONS = equations()


@cache
def compressed(path):
    return gzip.compress(path.read_bytes(), mtime=0)


class Handler(SimpleHTTPRequestHandler):
    """Static files, text compressed, no log."""

    protocol_version = "HTTP/1.1"

    def send_head(self):
        path = Path(self.translate_path(self.path))
        if not path.is_file() or path.suffix not in COMPRESSED:
            return super().send_head()
        body = compressed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        return BytesIO(body)

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    """A visitor who leaves in the middle of an answer is no error."""

    def handle_error(self, request, client_address):
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def served(folder):
    """The address under which a folder is served."""
    compressed.cache_clear()
    server = Server(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
