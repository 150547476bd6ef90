"""Certificates for tests, made anew each time, in files as they are mounted; and TLS spoken by hand."""

import pathlib
import socket
import ssl
import subprocess

import harness


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=harness.DEADLINE)


class Pair:
    """A self-signed certificate and its key, in a folder of its own."""

    def __init__(self, folder, name, days=30, key=("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")):
        self.name = name
        self.folder = pathlib.Path(folder) / name
        self.folder.mkdir()
        self.cert = self.folder / "tls.crt"
        self.key = self.folder / "tls.key"
        openssl("req", "-x509", "-nodes", *key, "-days", days, "-subj", f"/CN={name}",
                "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", self.key, "-out", self.cert)
        self.der = ssl.PEM_cert_to_DER_cert(self.cert.read_text())


class Mounted:
    """Two files as Kubernetes mounts a secret: links through one that is replaced as a whole."""

    def __init__(self, folder, pair):
        self._folder = pathlib.Path(folder)
        self.cert = self._folder / "tls.crt"
        self.key = self._folder / "tls.key"
        self.show(pair)
        self.cert.symlink_to("..data/tls.crt")
        self.key.symlink_to("..data/tls.key")

    def show(self, pair):
        self.show_folder(pair.folder)

    def show_folder(self, folder):
        new = self._folder / "..data_tmp"
        new.symlink_to(folder)
        new.rename(self._folder / "..data")

    @property
    def flags(self):
        return f"--tls_cert={self.cert}", f"--tls_key={self.key}"


def trusting(*pairs, alpn=None):
    context = ssl.create_default_context()
    for pair in pairs:
        context.load_verify_locations(pair.cert)
    if alpn:
        context.set_alpn_protocols(alpn)
    return context


def handshake(port, context):
    """The socket after the handshake, to be closed by the caller."""
    plain = socket.create_connection(("127.0.0.1", port), timeout=harness.DEADLINE)
    try:
        return context.wrap_socket(plain, server_hostname="127.0.0.1")
    except BaseException:
        plain.close()
        raise


def shown(port):
    """The certificate that a new connection sees."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with handshake(port, context) as secured:
        return secured.getpeercert(binary_form=True)
