"""As much of STUN and TURN over UDP (RFC 8489, 8656) as it takes to ask a server for a relay: requests, and what they are refused with."""

import base64
import hashlib
import hmac
import os
import socket
import struct

BINDING, ALLOCATE, CREATE_PERMISSION = 0x0001, 0x0003, 0x0008
_ERROR_RESPONSE = 0x0110
_COOKIE = 0x2112A442
_USERNAME, _INTEGRITY, _ERROR, _PEER, _REALM, _NONCE, _TRANSPORT = 0x0006, 0x0008, 0x0009, 0x0012, 0x0014, 0x0015, 0x0019
UDP = (_TRANSPORT, bytes((17, 0, 0, 0)))


def peer(address):
    """XOR-PEER-ADDRESS: port 9 of an IPv4 address."""
    (number,) = struct.unpack("!I", socket.inet_aton(address))
    return _PEER, struct.pack("!BBHI", 0, 1, 9 ^ _COOKIE >> 16, number ^ _COOKIE)


def credential(secret, username):
    """The password that goes with a user name of the form TIME:NAME (use-auth-secret)."""
    return base64.b64encode(hmac.digest(secret.encode(), username.encode(), "sha1")).decode()


class Client:
    """One socket; who it is is taken from the server's realm and nonce, once it has refused."""

    def __init__(self, port, username=None, password=None):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", port))
        self._who = (username, password)
        self._known = {}  # what the server has said of itself

    def close(self):
        self._socket.close()

    def ask(self, kind, *attributes, seconds):
        """0 where it is granted, else the error's number. TimeoutError: no answer."""
        self._socket.settimeout(seconds)
        transaction = os.urandom(12)
        self._socket.send(self._request(kind, transaction, attributes))
        while True:
            answer = self._socket.recv(2048)
            if answer[8:20] == transaction:
                break
        found = dict(_attributes(answer[20:]))
        self._known.update({name: value for name, value in found.items() if name in (_REALM, _NONCE)})
        if struct.unpack("!H", answer[:2])[0] & _ERROR_RESPONSE != _ERROR_RESPONSE:
            return 0
        return found[_ERROR][2] * 100 + found[_ERROR][3]

    def _request(self, kind, transaction, attributes):
        username, password = self._who
        signed = username is not None and _REALM in self._known
        if signed:
            attributes = (*attributes, (_USERNAME, username.encode()), *self._known.items())
        body = b"".join(struct.pack("!HH", name, len(value)) + value + bytes(-len(value) % 4) for name, value in attributes)
        if signed:
            key = hashlib.md5(b":".join((username.encode(), self._known[_REALM], password.encode()))).digest()
            covered = _header(kind, len(body) + 24, transaction) + body  # the length counts what follows already
            body += struct.pack("!HH", _INTEGRITY, 20) + hmac.digest(key, covered, "sha1")
        return _header(kind, len(body), transaction) + body


def _header(kind, length, transaction):
    return struct.pack("!HHI", kind, length, _COOKIE) + transaction


def _attributes(body):
    while body:
        name, length = struct.unpack("!HH", body[:4])
        yield name, body[4:4 + length]
        body = body[4 + length + -length % 4:]
