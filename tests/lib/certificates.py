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

    def new(self, name, *, host="localhost", address="127.0.0.1", authority="ca", expired=False,
            usage="serverAuth"):
        """Makes NAME.pem and NAME.key; returns their paths."""
        names = f"DNS:{host}" + (f",IP:{address}" if address else "")
        (self._folder / f"{name}.cnf").write_text(
            "[ca]\ndefault_ca=d\n[d]\ndatabase=" + f"{name}.db" + "\nnew_certs_dir=.\n"
            "rand_serial=yes\ndefault_md=sha256\npolicy=p\nunique_subject=no\n"
            "[p]\ncommonName=supplied\n"
            f"[e]\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature\n"
            f"extendedKeyUsage={usage}\nsubjectAltName={names}\n")
        (self._folder / f"{name}.db").write_text("")
        now = time.time()
        start = now - DAY * (60 if expired else 1)
        end = now - DAY if expired else now + DAY * self._days
        self._new_key(name)
        self._openssl("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={host}",
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
            return self.new(kind, expired=True)
        if kind == "other-name":
            return self.new(kind, host="elsewhere.example", address=None)
        self._new_authority("foreign", "another authority")
        return self.new(kind, authority="foreign")


def main(folder):
    """For the build: the authority, and one certificate of each kind for the scripted peer."""
    certificates = Certificates(folder, days=3650)
    certificates.new("server")
    certificates.new("client", usage="clientAuth")
    for kind in BAD_CERTIFICATES:
        certificates.new_bad(kind)
    for path in pathlib.Path(folder).iterdir():
        if path.stem in ("ca", "foreign") and path.suffix == ".key":
            path.unlink()


if __name__ == "__main__":
    main(sys.argv[1])
