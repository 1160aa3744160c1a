"""A certification authority for one run of the tests.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import pathlib
import subprocess
import sys
import time

DAY = 86400

BAD_CERTIFICATES = ("expired", "other-name", "other-ca")
# What only scripted peers have.
ODD_CERTIFICATES = ("not-yet", "self-signed", "common-name", "wildcard", "nul")


class Certificates:
    """A certification authority of our own and what it signs. EC keys: they cost no time."""

    def __init__(self, folder, days=30):
        self._folder = pathlib.Path(folder)
        self._days = days
        self.authority = self._new_authority("ca", "gimap4d test authority")

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self._folder, check=True,
                       stdin=subprocess.DEVNULL, capture_output=True)

    def _new_key(self, name):
        self._openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
                      "-out", f"{name}.key")

    def _new_authority(self, name, common_name):
        self._new_key(name)
        self._openssl("req", "-x509", "-new", "-key", f"{name}.key", "-days", str(self._days),
                      "-subj", f"/CN={common_name}", "-out", f"{name}.pem",
                      "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        return str(self._folder / f"{name}.pem")

    def new(self, name, *, host="localhost", address="127.0.0.1", authority="ca", begins=-1,
            ends=None, usage="serverAuth", common_name=None):
        """Makes NAME.pem and NAME.key; returns their paths. Times are days from now; without host
        there are no alternative names."""
        names = ",".join([f"DNS:{host}"] * bool(host) + [f"IP:{address}"] * bool(address))
        (self._folder / f"{name}.cnf").write_text(
            "[ca]\ndefault_ca=d\n[d]\ndatabase=" + f"{name}.db" + "\nnew_certs_dir=.\n"
            "rand_serial=yes\ndefault_md=sha256\npolicy=p\nunique_subject=no\n"
            "[p]\ncommonName=supplied\n"
            f"[e]\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature\n"
            f"extendedKeyUsage={usage}\n" + (f"subjectAltName={names}\n" if names else ""))
        (self._folder / f"{name}.db").write_text("")
        now = time.time()
        start = now + DAY * begins
        end = now + DAY * (self._days if ends is None else ends)
        self._new_key(name)
        self._openssl("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={common_name or host}",
                      "-out", f"{name}.csr")
        self._openssl("ca", "-batch", "-notext", "-config", f"{name}.cnf", "-extensions", "e",
                      "-cert", f"{authority}.pem", "-keyfile", f"{authority}.key",
                      "-startdate", time.strftime("%Y%m%d%H%M%SZ", time.gmtime(start)),
                      "-enddate", time.strftime("%Y%m%d%H%M%SZ", time.gmtime(end)),
                      "-in", f"{name}.csr", "-out", f"{name}.pem")
        return str(self._folder / f"{name}.pem"), str(self._folder / f"{name}.key")

    def new_bad(self, kind):
        """A certificate that a client must refuse: one of BAD_CERTIFICATES."""
        if kind == "expired":
            return self.new(kind, begins=-60, ends=-1)
        if kind == "other-name":
            return self.new(kind, host="elsewhere.example", address=None)
        self._new_authority("foreign", "another authority")
        return self.new(kind, authority="foreign")


    def new_odd(self, kind):
        """One of ODD_CERTIFICATES."""
        if kind == "not-yet":
            return self.new(kind, begins=20)
        if kind == "self-signed":
            self._new_key(kind)
            self._openssl("req", "-x509", "-new", "-key", f"{kind}.key", "-days", "30",
                          "-subj", "/CN=localhost", "-out", f"{kind}.pem", "-addext",
                          "subjectAltName=DNS:localhost,IP:127.0.0.1")
            return str(self._folder / f"{kind}.pem"), str(self._folder / f"{kind}.key")
        if kind == "common-name":
            return self.new(kind, host=None, address=None, common_name="127.0.0.1")
        if kind == "wildcard":
            return self.new(kind, host="*.com", address=None)
        paths = self.new(kind, host="localhost%.evil.example", address=None)
        self._put_nul(kind)
        return paths

    def _put_nul(self, name):
        """Puts a NUL for the % in a certificate's names, and signs it again: no tool makes such
        ones."""
        folder = self._folder
        self._openssl("x509", "-in", f"{name}.pem", "-outform", "DER", "-out", f"{name}.der")
        body = read_der(read_der((folder / f"{name}.der").read_bytes())[0])
        signed = write_der(0x30, body[0].replace(b"localhost%", b"localhost\0"))
        algorithm = write_der(0x30, read_der(body[1])[0])
        (folder / f"{name}.tbs").write_bytes(signed)
        self._openssl("dgst", "-sha256", "-sign", "ca.key", "-out", f"{name}.sig", f"{name}.tbs")
        signature = write_der(0x03, b"\0" + (folder / f"{name}.sig").read_bytes())
        (folder / f"{name}.der").write_bytes(write_der(0x30, signed + algorithm + signature))
        self._openssl("x509", "-inform", "DER", "-in", f"{name}.der", "-out", f"{name}.pem")


def read_der(data):
    """The content of the first value, and what stands behind it."""
    length, start = data[1], 2
    if length & 0x80:
        start += length & 0x7f
        length = int.from_bytes(data[2:start], "big")
    return data[start:start + length], data[start + length:]


def write_der(tag, content):
    """One value."""
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def main(folder):
    """For the build: the authority, and one certificate of each kind for the scripted peer."""
    certificates = Certificates(folder, days=3650)
    certificates.new("server")
    certificates.new("client", usage="clientAuth")
    for kind in BAD_CERTIFICATES:
        certificates.new_bad(kind)
    for kind in ODD_CERTIFICATES:
        certificates.new_odd(kind)
    for path in pathlib.Path(folder).iterdir():
        if path.stem in ("ca", "foreign") and path.suffix == ".key":
            path.unlink()


if __name__ == "__main__":
    main(sys.argv[1])
