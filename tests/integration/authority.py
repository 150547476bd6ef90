"""A CA for tests, made anew each time, and what it signs."""

import pathlib

from tls_files import openssl

CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


class Authority:
    def __init__(self, folder, name):
        self._folder = pathlib.Path(folder) / name
        self._folder.mkdir()
        self._signed = 0
        self.cert = self._folder / "ca.crt"
        self._key = self._folder / "ca.key"
        openssl("req", "-x509", *CURVE, "-days", 2, "-subj", f"/CN={name}", "-keyout", self._key, "-out", self.cert)

    def sign(self, common_name, names=""):
        """(certificate, key), two paths. `names` as in openssl's configuration: DNS:a,IP:127.0.0.1."""
        self._signed += 1
        base = self._folder / str(self._signed)
        request, cert, key = (base.with_suffix(ending) for ending in (".csr", ".crt", ".key"))
        openssl("req", *CURVE, "-subj", f"/CN={common_name}", *(("-addext", f"subjectAltName={names}") if names else ()),
                "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-copy_extensions", "copy", "-days", 1, "-CA", self.cert,
                "-CAkey", self._key, "-CAcreateserial", "-out", cert)
        return cert, key


class Files:
    """Files that a process was told of, and that are replaced one by one while it runs."""

    def __init__(self, folder):
        self._folder = pathlib.Path(folder)

    def path(self, name):
        return self._folder / name

    def write(self, name, *sources):
        """The text of paths, or text itself, one after the other."""
        fresh = self.path(f"{name}.new")
        fresh.write_text("".join(s.read_text() if isinstance(s, pathlib.Path) else s for s in sources))
        fresh.rename(self.path(name))

    def write_pair(self, name, pair):
        self.write(f"{name}.crt", pair[0])
        self.write(f"{name}.key", pair[1])
