# SPDX-License-Identifier: Apache-2.0
"""A proxy that wants a name and a password: it makes tunnels, and passes on what is asked for in the clear."""

import base64
import socket
import threading

USER, PASSWORD = "me", "pass word:1"


def head_of(stream):
    """The lines up to the blank one, and what has come behind it."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := stream.recv(65536)):
            return None, b""
        data += more
    head, rest = data.split(b"\r\n\r\n", 1)
    return head.split(b"\r\n"), rest


def carry(source, target):
    """Passes on what comes until nothing more does."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        target.close()


def pass_on(stream, on_request):
    """Serves one connection, which goes to one server. Calls back with the head when it is let through."""
    lines, rest = head_of(stream)
    if lines is None:
        return
    method, target, _ = lines[0].split(b" ")
    credentials = base64.b64encode(f"{USER}:{PASSWORD}".encode())
    if b"Proxy-Authorization: Basic " + credentials not in lines:
        stream.sendall(
            b"HTTP/1.1 407 Proxy Authentication Required\r\n"
            b'Proxy-Authenticate: Basic realm="tests"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
        )
        return
    on_request(lines)
    is_tunnel = method == b"CONNECT"
    host, port = (target if is_tunnel else target.split(b"/")[2]).rsplit(b":", 1)
    with socket.create_connection((host, int(port))) as server:
        if is_tunnel:
            stream.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            kept = [line for line in lines if not line.lower().startswith(b"proxy-")]
            server.sendall(b"\r\n".join(kept) + b"\r\n\r\n")
        server.sendall(rest)
        back = threading.Thread(target=carry, args=(server, stream), daemon=True)
        back.start()
        carry(stream, server)
        back.join()
