# SPDX-License-Identifier: Apache-2.0
"""Servers that get TLS or HTTP/2 wrong, and a proxy, each on a port of 127.0.0.1.

usage: faults.py FOLDER PORTS_FILE

FOLDER holds certificates with their keys, server, expired, other-host and self-signed, and their authority's: ca. The
file gets an object that maps each fault's name to its port, and "counts" to a port that answers `GET /` with an object
that maps the name of each fault to its number of connections and requests, and for "proxy" also the heads of the
requests that it has let through. Where it may, it also takes the port of name servers at 127.0.0.9, as "resolver", and
answers nothing there. The servers run until the program is ended.
"""

import ctypes
import json
import socket
import ssl
import struct
import sys
import threading
import warnings
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import proxy
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, RequestReceived, StreamEnded
from h2.settings import SettingCodes

connections = Counter()
requests = Counter()
heads = []
lock = threading.Lock()


def count(counter, name):
    with lock:
        counter[name] += 1
        return counter[name]


def serve(name, serve_connection, context=None):
    """Serves each connection on a thread of its own, and returns the port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)

    def one(plain):
        try:
            with plain if context is None else context.wrap_socket(plain, server_side=True) as stream:
                serve_connection(name, stream)
        except OSError:
            plain.close()

    def run():
        while True:
            plain, _ = listener.accept()
            count(connections, name)
            threading.Thread(target=one, args=(plain,), daemon=True).start()

    threading.Thread(target=run, daemon=True).start()
    return listener.getsockname()[1]


def tls(folder, certificate, protocols=("http/1.1",)):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{certificate}.pem", folder / f"{certificate}.key")
    context.set_alpn_protocols(list(protocols))
    return context


def tls_for_clients(folder, version):
    """Lets in who has a certificate of the authority."""
    context = tls(folder, "server")
    context.minimum_version = context.maximum_version = version
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(folder / "ca.pem")
    return context


def old_tls(folder):
    context = tls(folder, "server")
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    return context


def never_speak(name, stream):
    while stream.recv(65536):
        pass


def answer(name, stream):
    """A plain answer over HTTP/1.1, to be reached only by who should not have trusted us."""
    if stream.recv(65536):
        count(requests, name)
        stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def answer_once(name, stream):
    """An answer that leaves the connection open, and the end of it at the next request."""
    for response in (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", b""):
        request = b""
        while not request.endswith(b"posted"):
            if not (data := stream.recv(65536)):
                return
            request += data
        count(requests, name)
        stream.sendall(response)


def pass_on(name, stream):
    def let_through(head):
        count(requests, name)
        with lock:
            heads.append([line.decode() for line in head])

    proxy.pass_on(stream, let_through)


class HTTP2:
    """A connection. Subclasses say what becomes of a request."""

    settings = {}
    # Whether a request is answered when its body has come, and not at its head.
    reads_body = True

    def __init__(self, name, stream):
        self.name, self.stream = name, stream
        self.http2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self.http2.local_settings.update(self.settings)
        self.http2.initiate_connection()
        self.number = 0
        self.is_open = True
        self.send()
        while self.is_open and (data := stream.recv(65536)):
            for event in self.http2.receive_data(data):
                self.receive(event)
            self.send()
        self.linger()

    def linger(self):
        """Reads what still comes: to close with bytes unread is to reset, and the client would lose what was sent."""
        self.stream.settimeout(1)
        self.stream.shutdown(socket.SHUT_WR)
        while self.stream.recv(65536):
            pass

    def receive(self, event):
        if isinstance(event, DataReceived):
            self.http2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        if isinstance(event, RequestReceived):
            self.number += 1
            self.total = count(requests, self.name)
        if isinstance(event, StreamEnded if self.reads_body else RequestReceived) and self.is_open:
            self.respond(event.stream_id)

    def send(self):
        self.stream.sendall(self.http2.data_to_send())

    def close(self):
        self.send()
        self.is_open = False

    def head(self, stream_id, length=2):
        self.http2.send_headers(stream_id, [(":status", "200"), ("content-length", str(length))])

    def ok(self, stream_id):
        self.head(stream_id)
        self.http2.send_data(stream_id, b"ok", end_stream=True)

    def reset(self, stream_id, code):
        self.http2.reset_stream(stream_id, code)

    def respond(self, stream_id):
        self.ok(stream_id)


class OneStreamAtMost(HTTP2):
    settings = {SettingCodes.MAX_CONCURRENT_STREAMS: 1}


class RefusesOnce(HTTP2):
    """Every other request is refused before anything is done about it."""

    def respond(self, stream_id):
        if self.total % 2:
            self.reset(stream_id, ErrorCodes.REFUSED_STREAM)
        else:
            self.ok(stream_id)


class RefusesAlways(HTTP2):
    def respond(self, stream_id):
        self.reset(stream_id, ErrorCodes.REFUSED_STREAM)


class ResetsBeforeResponse(HTTP2):
    def respond(self, stream_id):
        self.reset(stream_id, ErrorCodes.INTERNAL_ERROR)


class ResetsInBody(HTTP2):
    def respond(self, stream_id):
        self.head(stream_id, length=9)
        self.http2.send_data(stream_id, b"short")
        self.reset(stream_id, ErrorCodes.CANCEL)


class ResetsAfterResponse(HTTP2):
    """Answers at the head and says that it does not want the body (RFC 9113, section 8.1), as nginx does."""

    reads_body = False

    def respond(self, stream_id):
        self.ok(stream_id)
        self.send()
        self.reset(stream_id, ErrorCodes.NO_ERROR)


class AnswersWithoutLength(ResetsAfterResponse):
    """The same, but the end of the response is the end of the stream alone."""

    def ok(self, stream_id):
        self.http2.send_headers(stream_id, [(":status", "200")])
        self.http2.send_data(stream_id, b"ok", end_stream=True)


class SendsTrailers(HTTP2):
    def respond(self, stream_id):
        self.head(stream_id)
        self.http2.send_data(stream_id, b"ok")
        self.http2.send_headers(stream_id, [("x-late", "1")], end_stream=True)


class ShortBody(HTTP2):
    def respond(self, stream_id):
        # h2 would not send what contradicts the length: the frame is written by hand.
        self.head(stream_id, length=9)
        self.send()
        self.stream.sendall(b"\0\0\x05\0\x01" + stream_id.to_bytes(4, "big") + b"short")


class LeavesBeforeResponse(HTTP2):
    """Says which request was the last one, this one, and is gone without an answer to it."""

    def respond(self, stream_id):
        self.http2.close_connection(ErrorCodes.NO_ERROR, last_stream_id=stream_id)
        self.close()


class LeavesWithoutSeeing(HTTP2):
    """Says that no request was seen, and is gone."""

    def respond(self, stream_id):
        self.http2.close_connection(ErrorCodes.NO_ERROR, last_stream_id=0)
        self.close()


class LeavesAfterResponse(HTTP2):
    def respond(self, stream_id):
        self.ok(stream_id)
        self.http2.close_connection(ErrorCodes.NO_ERROR, last_stream_id=stream_id)
        self.close()


class LeavesGracefully(HTTP2):
    """Says of each fifth request of a connection that it is the last one, and answers those up to it."""

    def respond(self, stream_id):
        if self.number == 5:
            # h2 would send nothing more behind it: the frame is written by hand.
            self.send()
            self.stream.sendall(b"\0\0\x08\x07\0" + bytes(4) + stream_id.to_bytes(4, "big") + bytes(4))
        if self.number <= 5:
            self.ok(stream_id)


class FallsSilent(HTTP2):
    """Answers the first request, and then its system drops all that comes, as where a network has broken."""

    def respond(self, stream_id):
        self.ok(stream_id)
        self.send()
        if self.total == 1:
            drop_everything(self.stream)


def drop_everything(stream):
    """Has Linux drop what comes before anybody sees it: a filter of one instruction, to keep nothing."""
    keep_nothing = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0))
    so_attach_filter = 26
    stream.setsockopt(socket.SOL_SOCKET, so_attach_filter, struct.pack("HP", 1, ctypes.addressof(keep_nothing)))


class EndsInMidStream(HTTP2):
    def respond(self, stream_id):
        self.head(stream_id, length=9)
        self.http2.send_data(stream_id, b"short")
        self.close()


class Garbage(HTTP2):
    def respond(self, stream_id):
        self.send()
        self.stream.sendall(b"\xff" * 1000)
        self.close()


HTTP2_FAULTS = [
    OneStreamAtMost, RefusesOnce, RefusesAlways, ResetsBeforeResponse, ResetsInBody, ResetsAfterResponse,
    AnswersWithoutLength, SendsTrailers, ShortBody, LeavesBeforeResponse, LeavesWithoutSeeing, LeavesAfterResponse,
    LeavesGracefully, FallsSilent, EndsInMidStream, Garbage,
]


class Counts(BaseHTTPRequestHandler):
    def do_GET(self):
        with lock:
            names = connections.keys() | requests.keys()
            counts = {name: {"connections": connections[name], "requests": requests[name]} for name in names}
            if "proxy" in counts:
                counts["proxy"]["heads"] = list(heads)
        body = json.dumps(counts).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def never_resolve(address=("127.0.0.9", 53)):
    """Takes questions for names and answers none. Returns the port, or None where only the system may have it."""
    sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sink.bind(address)
    except OSError:
        return None

    def run():
        while True:
            sink.recv(4096)

    threading.Thread(target=run, daemon=True).start()
    return address[1]


def main(folder, ports_file):
    ports = {
        "expired": serve("expired", answer, tls(folder, "expired")),
        "otherHost": serve("otherHost", answer, tls(folder, "other-host")),
        "selfSigned": serve("selfSigned", answer, tls(folder, "self-signed")),
        "oldTLS": serve("oldTLS", answer, old_tls(folder)),
        "forClients1.2": serve("forClients1.2", answer, tls_for_clients(folder, ssl.TLSVersion.TLSv1_2)),
        "forClients1.3": serve("forClients1.3", answer, tls_for_clients(folder, ssl.TLSVersion.TLSv1_3)),
        "answersOnce": serve("answersOnce", answer_once, tls(folder, "server")),
        "stalled": serve("stalled", never_speak),
        "proxy": serve("proxy", pass_on),
    }
    for fault in HTTP2_FAULTS:
        name = fault.__name__[0].lower() + fault.__name__[1:]
        ports[name] = serve(name, fault, tls(folder, "server", protocols=("h2",)))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Counts)
    ports["counts"] = server.server_address[1]
    if resolver := never_resolve():
        ports["resolver"] = resolver
    # Renamed, so that who finds the file finds all of it.
    unfinished = ports_file.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(ports))
    unfinished.rename(ports_file)
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
