"""A Dovecot 2.3 of the test's own: temporary folder, free ports, own certificates, no privileges.

    with PrivateDovecot(mails="folder with .eml", many=1000) as dovecot:
        imaplib.IMAP4("localhost", dovecot.plain_port)

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import argparse
import os
import pathlib
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import profiles
import wrapper
from certificates import BAD_CERTIFICATES, Certificates
from maildir import BOXES, DATE_STEP, FIRST_DATE, Maildir, small_mail
from relay import Relay

USERS = {"alice": "wonder land", "bob": "bäcker"}

MECHANISMS = ("plain", "login", "cram-md5", "scram-sha-1", "scram-sha-256")

# Outside of the range from which the kernel hands out ports, so that only we meet there.
PORTS = range(10000, 32000)
# Dovecot trusts a client with its own address even where plain passwords are forbidden: the one
# with STARTTLS listens here, behind a relay.
RELAYED_ADDRESS = "127.0.0.2"

START_ATTEMPTS = 5
START_SECONDS = 10

CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {log}
log_timestamp = "%Y-%m-%d %H:%M:%S "
instance_name = {name}
protocols = imap
listen = {address}
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
default_vsz_limit = 1G
auth_mechanisms = {mechanisms}
auth_failure_delay = 0
auth_verbose = yes
auth_cache_size = 0
mail_location = maildir:~/Maildir:UTF-8
mail_max_userip_connections = 1000
mail_fsync = never
mailbox_list_index = yes
imap_hibernate_timeout = 0
mail_plugins = acl quota zlib
plugin {{
  acl = vfile
  quota = count:User quota
  quota_vsizes = yes
}}
protocol imap {{
  mail_plugins = acl quota zlib imap_quota imap_zlib
}}
ssl = {ssl}
disable_plaintext_auth = {disable_plaintext_auth}
ssl_min_protocol = TLSv1.2
{certificate}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {users}
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {users}
  default_fields = uid={user} gid={group} home={home}/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
{special_uses}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  service_count = 0
  client_limit = 1000
  process_limit = 2
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
    ssl = yes
  }}
}}
service imap {{
  process_limit = 1000
}}
{settings}
"""


def find_dovecot():
    """The path of the server, or None: Debian keeps it where only root looks."""
    return shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def server_user():
    """Who runs the server: whoever asks, but never root, which may not read mail."""
    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid())
    for name in ("dovecot", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("root may not read mail, and there is no user dovecot or nobody")


def group_name(user):
    import grp

    return grp.getgrgid(user.pw_gid).gr_name


def free_port():
    """A port that nobody has right now; who starts a server on it must be ready to try again."""
    while True:
        port = random.SystemRandom().choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


class Instance:
    """One Dovecot process tree. Several share the users and their mail."""

    def __init__(self, dovecot, name, *, imap=False, imaps=False, certificate=None,
                 address="127.0.0.1"):
        self._dovecot = dovecot
        self._folder = os.path.join(dovecot.folder, name)
        self._name = name
        self._has_imap = imap
        self._has_imaps = imaps
        self._certificate = certificate
        self._address = address
        self._process = None
        self.imap_port = 0
        self.imaps_port = 0
        os.mkdir(self._folder)
        dovecot.give(self._folder)

    @property
    def pid(self):
        return self._process.pid if self._process else 0

    @property
    def log(self):
        return os.path.join(self._folder, "log")

    def start(self):
        """Starts on new ports the first time, on the same ones after stop ()."""
        is_first = not (self.imap_port or self.imaps_port)
        for attempt in range(START_ATTEMPTS):
            if is_first:
                self.imap_port = free_port() if self._has_imap else 0
                self.imaps_port = free_port() if self._has_imaps else 0
            self._launch()
            if self._wait_until_it_listens():
                return
            self.stop()
            time.sleep(0.05 * attempt)
        raise RuntimeError(f"Dovecot ({self._name}) does not start:\n" + self.read_log())

    def _launch(self):
        configuration = os.path.join(self._folder, "dovecot.conf")
        with open(configuration, "w", encoding="utf-8") as file:
            file.write(self._dovecot.configure(
                folder=self._folder, name=self._name, log=self.log, imap_port=self.imap_port,
                imaps_port=self.imaps_port, certificate=self._certificate,
                address=self._address))
        if os.path.exists(self._pid_file):
            os.unlink(self._pid_file)
        user = server_user()
        is_root = os.getuid() == 0

        def become_server():
            if is_root:
                os.setgroups([])
                os.setgid(user.pw_gid)
                os.setuid(user.pw_uid)
            os.setsid()
            wrapper.die_with_parent()

        self._process = subprocess.Popen(
            [find_dovecot(), "-F", "-c", configuration], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self._folder,
            env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"},
            preexec_fn=become_server)

    @property
    def _pid_file(self):
        return os.path.join(self._folder, "run", "master.pid")

    def _wait_until_it_listens(self):
        deadline = time.monotonic() + START_SECONDS
        ports = [port for port in (self.imap_port, self.imaps_port) if port]
        # Another process may own the port; then ours ends without having written this file.
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if ports:
                    socket.create_connection((self._address, ports[0]), 1).close()
                    ports.pop(0)
                elif os.path.exists(self._pid_file):
                    return True
                else:
                    time.sleep(0.005)
            except OSError:
                time.sleep(0.005)
        return False

    def find_pids(self, name):
        """The processes of the server with this name."""
        pids = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as file:
                    head, _, tail = file.read().rpartition(")")
            except OSError:
                continue
            if head.partition("(")[2] == name and int(tail.split()[1]) == self.pid:
                pids.append(int(entry))
        return pids

    def stop(self):
        """Ends the server and its processes at once; Dovecot's own way takes seconds."""
        if self._process is None:
            return
        group = self._process.pid
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()
        self._process = None
        wrapper.reap_group(group)

    def read_log(self):
        try:
            with open(self.log, encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return ""


def _signal(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


class PrivateDovecot:
    """The server with its users, mails, certificates and control socket."""

    def __init__(self, *, mails=(), many=0, mechanisms=MECHANISMS, settings=(),
                 bad_certificates=False, profile=None):
        self._profile = profile
        self._mails = mails
        self._many = many
        self._mechanisms = mechanisms
        self._settings = settings
        self._has_bad_certificates = bad_certificates
        self._quotas = {}
        self._instances = {}
        self._relay = None
        self._relay_port = 0
        self._control = None
        self._janitor = None
        self.folder = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    imaps_port = property(lambda self: self._instances["tls"].imaps_port)
    starttls_port = property(lambda self: self._relay.port)
    plain_port = property(lambda self: self._instances["plain"].imap_port)

    @property
    def authority(self):
        return self._certificates.authority

    def bad_port(self, kind):
        return self._instances[kind].imaps_port

    def give(self, path):
        """Makes the server's user the owner, when we are root."""
        if os.getuid() == 0:
            user = server_user()
            os.chown(path, user.pw_uid, user.pw_gid)

    def start(self):
        wrapper.adopt_orphans()
        self.folder = wrapper.new_folder("gimap4d-dovecot-")
        self._janitor = _Janitor(self.folder)
        # The program under test may be another user than the server.
        os.chmod(self.folder, 0o755)
        self.give(self.folder)
        try:
            self._certificates = Certificates(self.folder)
            self._write_users()
            self._write_mail()
            self._set_profile()
            self._make_instances()
            self.up()
            self._control = _Control(self)
        except BaseException:
            self.stop()
            raise

    def stop(self):
        if self._control:
            self._control.close()
            self._control = None
        self.down()
        if self.folder:
            wrapper.remove_folder(self.folder)
        if self._janitor:
            self._janitor.dismiss()
            self._janitor = None

    def _make_instances(self):
        certificate = self._certificates.new("server")
        self._instances["tls"] = Instance(self, "tls", imaps=True, certificate=certificate)
        self._instances["starttls"] = Instance(self, "starttls", imap=True,
                                               certificate=certificate, address=RELAYED_ADDRESS)
        self._instances["plain"] = Instance(self, "plain", imap=True)
        for kind in BAD_CERTIFICATES if self._has_bad_certificates else ():
            self._instances[kind] = Instance(self, kind, imaps=True,
                                             certificate=self._certificates.new_bad(kind))
        # The server reads the keys as its own user.
        for entry in os.scandir(self.folder):
            if entry.is_file():
                self.give(entry.path)

    def _write_users(self):
        """The server reads the file again when its time has changed."""
        path = os.path.join(self.folder, "users")
        with open(path + ".new", "w", encoding="utf-8") as file:
            for user, password in USERS.items():
                rule = self._quotas.get(user)
                extra = f"userdb_quota_rule=*:storage={rule}k" if rule else ""
                file.write(f"{user}:{{PLAIN}}{password}::::::{extra}\n")
        self.give(path + ".new")
        os.rename(path + ".new", path)

    def _set_profile(self):
        if self._profile is None:
            return
        self._records = os.path.join(self.folder, "records")
        os.mkdir(self._records)
        self.give(self._records)
        self._settings = [*self._settings, f"imap_capability={profiles.PROFILES[self._profile]}",
                          f"rawlog_dir={self._records}"]

    def find_violations(self):
        """What a client sent though the profile does not offer it."""
        if self._profile is None:
            return []
        found, count = profiles.find_violations(
            self._records, profiles.PROFILES[self._profile].split())
        return found if count else ["no command was recorded"]

    def _maildir_of(self, user):
        return os.path.join(self.folder, "home", user, "Maildir")

    def _write_mail(self):
        for user in USERS:
            maildir = Maildir(self._maildir_of(user))
            for box, _, _ in (("INBOX", None, True),) + BOXES:
                maildir.make_box(box)
            maildir.subscribe(["INBOX"] + [box for box, _, subscribed in BOXES if subscribed])
        self.alice = Maildir(self._maildir_of("alice"))
        self._add_folders([self._mails] if isinstance(self._mails, str) else self._mails)
        for number in range(1, self._many + 1):
            self.alice.add("Many", small_mail(f"Message {number}", number), FIRST_DATE + number)
        if os.getuid() == 0:
            self._give_tree(os.path.join(self.folder, "home"))

    def _give_tree(self, root):
        """Folders and what the server writes to; it only reads, renames and unlinks mails."""
        self.give(root)
        for parent, folders, files in os.walk(root):
            for name in folders:
                self.give(os.path.join(parent, name))
            if os.path.basename(parent) not in ("cur", "new", "tmp"):
                for name in files:
                    self.give(os.path.join(parent, name))

    def _add_folders(self, folders):
        paths = []
        for folder in folders:
            found = sorted(pathlib.Path(folder).rglob("*.eml"))
            if not found:
                raise RuntimeError(f"There is no .eml file in {folder}")
            paths += found
        for number, path in enumerate(paths):
            self.alice.add("INBOX", path.read_bytes(), FIRST_DATE + number * DATE_STEP)

    def configure(self, *, folder, name, log, imap_port, imaps_port, certificate, address):
        user = server_user()
        special_uses = "".join(
            f'  mailbox "{box}" {{\n    special_use = \\{use}\n  }}\n'
            for box, use, _ in BOXES if use)
        return CONFIGURATION.format(
            folder=folder, name=name, log=log, address=address,
            user=user.pw_name, group=group_name(user),
            mechanisms=" ".join(self._mechanisms), users=os.path.join(self.folder, "users"),
            home=os.path.join(self.folder, "home"), imap_port=imap_port, imaps_port=imaps_port,
            ssl="required" if certificate else "no",
            disable_plaintext_auth="yes" if certificate else "no",
            certificate=f"ssl_cert = <{certificate[0]}\nssl_key = <{certificate[1]}"
            if certificate else "",
            special_uses=special_uses, settings="\n".join(self._settings))

    def environment(self):
        """What a program under test reads to find us."""
        users = list(USERS.items())
        environment = {
            "HOST": "localhost",
            "IMAPS_PORT": self.imaps_port,
            "STARTTLS_PORT": self.starttls_port,
            "PLAIN_PORT": self.plain_port,
            "CA": self.authority,
            "USER": users[0][0],
            "PASSWORD": users[0][1],
            "USER2": users[1][0],
            "PASSWORD2": users[1][1],
            "DOVECOT_PID": self._instances["tls"].pid,
            "DOVECOT_LOG": self._instances["tls"].log,
            "CONTROL": self._control.path,
        }
        if self._has_bad_certificates:
            environment["EXPIRED_PORT"] = self.bad_port("expired")
            environment["OTHER_NAME_PORT"] = self.bad_port("other-name")
            environment["OTHER_CA_PORT"] = self.bad_port("other-ca")
        return {f"GIMAP4D_TEST_{name}": str(value) for name, value in environment.items()}

    # What the control socket offers, see CONTROL_HELP.

    def find_pids(self, name):
        return [pid for instance in self._instances.values() for pid in instance.find_pids(name)]

    def signal(self, number, name):
        pids = self.find_pids(name)
        for pid in pids:
            _signal(pid, number)
        return pids

    def down(self):
        if self._relay:
            self._relay_port = self._relay.port
            self._relay.close()
            self._relay = None
        for instance in self._instances.values():
            instance.stop()

    def up(self):
        for instance in self._instances.values():
            instance.start()
        self._relay = Relay(self._relay_port,
                            (RELAYED_ADDRESS, self._instances["starttls"].imap_port))
        self._janitor.watch([instance.pid for instance in self._instances.values()])

    def deliver(self, box, subject):
        if not os.path.isdir(self.alice.path_of(box)):
            raise RuntimeError(f"alice has no box {box}")
        self.alice.add(box, small_mail(subject), int(time.time()), is_recent=True)

    def renumber(self, box):
        self.down()
        self.alice.forget_numbers(box)
        self.up()

    def limit(self, user, kibibytes):
        """What the mail of the user may take, from the next login on; 0 is without a limit."""
        if user not in USERS:
            raise RuntimeError(f"There is no user {user}")
        self._quotas[user] = int(kibibytes)
        self._write_users()
        # It looks at the file once in a second.
        time.sleep(1.1)

    def grant(self, box, rights):
        """What alice may do with the box, in letters of RFC 4314; a session remembers the old."""
        path = os.path.join(self.alice.path_of(box), "dovecot-acl")
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(f"owner {rights}\n")
        self.give(path + ".new")
        os.rename(path + ".new", path)

    def read_logs(self):
        return "".join(instance.read_log() for instance in self._instances.values())


CONTROL_HELP = """
The program controls the server through the Unix socket GIMAP4D_TEST_CONTROL: it writes one line,
the answer is one line, "OK …" or "ERROR …".

  pids                    the processes that serve logged-in clients
  stop, continue, kill    SIGSTOP, SIGCONT, SIGKILL to all of them; answers their ids
  terminate               SIGTERM: they say BYE and close
  stop-login, continue-login, kill-login
                          the same to those that serve clients before they are logged in, and do
                          the TLS of the others
  down, up                ends the servers; starts them again on the same ports
  deliver BOX<TAB>SUBJECT a new mail for alice, written next to the server
  renumber BOX            down, new UIDVALIDITY, up
  limit USER<TAB>KIB      a quota for the mail of USER from the next login on; 0 is none
  grant BOX<TAB>RIGHTS    what alice may do with the box (RFC 4314) from the next login on: "lr"
                          makes it read-only
"""


class _Control:
    """Serves the control socket in a thread."""

    def __init__(self, dovecot):
        self._dovecot = dovecot
        self.path = os.path.join(dovecot.folder, "control")
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(self.path)
        os.chmod(self.path, 0o666)
        self._socket.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self._socket.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rw", encoding="utf-8") as stream:
                try:
                    for line in stream:
                        stream.write(self._answer(line.rstrip("\r\n")) + "\n")
                        stream.flush()
                except OSError:
                    continue

    def _answer(self, line):
        command, _, argument = line.partition(" ")
        dovecot = self._dovecot
        actions = {
            "pids": lambda: dovecot.find_pids("imap"),
            "stop": lambda: dovecot.signal(signal.SIGSTOP, "imap"),
            "continue": lambda: dovecot.signal(signal.SIGCONT, "imap"),
            "kill": lambda: dovecot.signal(signal.SIGKILL, "imap"),
            "terminate": lambda: dovecot.signal(signal.SIGTERM, "imap"),
            "stop-login": lambda: dovecot.signal(signal.SIGSTOP, "imap-login"),
            "continue-login": lambda: dovecot.signal(signal.SIGCONT, "imap-login"),
            "kill-login": lambda: dovecot.signal(signal.SIGKILL, "imap-login"),
            "down": dovecot.down,
            "up": dovecot.up,
            "deliver": lambda: dovecot.deliver(*argument.split("\t", 1)),
            "renumber": lambda: dovecot.renumber(argument),
            "limit": lambda: dovecot.limit(*argument.split("\t", 1)),
            "grant": lambda: dovecot.grant(*argument.split("\t", 1)),
        }
        if command not in actions:
            return f"ERROR there is no command {command}"
        try:
            result = actions[command]()
        except Exception as problem:  # The answer is all that the program sees.
            return f"ERROR {problem}".replace("\n", " ")
        return " ".join(["OK"] + [str(pid) for pid in result or ()])


def control(command):
    """Sends one command from a program under test; returns the words after OK."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connection.connect(os.environ["GIMAP4D_TEST_CONTROL"])
        connection.sendall(command.encode() + b"\n")
        answer = connection.makefile(encoding="utf-8").readline().split()
    if not answer or answer[0] != "OK":
        raise RuntimeError(f"{command}: " + " ".join(answer))
    return answer[1:]


class _Janitor:
    """A process that cleans up when even SIGKILL ended the wrapper."""

    def __init__(self, folder):
        read_end, self._write_end = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._write_end)
            self._wait_and_clean(read_end, folder)
            os._exit(0)
        os.close(read_end)

    def _wait_and_clean(self, read_end, folder):
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        # Whoever reads the test's output waits until nobody holds it open.
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nothing, descriptor)
        with os.fdopen(read_end) as lines:
            pids = []
            for line in lines:
                pids = [int(word) for word in line.split()]
                if not pids:
                    return
        for pid in pids:
            try:
                os.killpg(pid, signal.SIGKILL)
            except OSError:
                pass
        for _ in range(20):
            wrapper.remove_folder(folder)
            if not os.path.exists(folder):
                return
            time.sleep(0.05)

    def watch(self, pids):
        os.write(self._write_end, (" ".join(map(str, pids)) + "\n").encode())

    def dismiss(self):
        try:
            os.write(self._write_end, b"\n")
        except BrokenPipeError:
            pass
        os.close(self._write_end)
        os.waitpid(self._pid, 0)


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(
        prog="private-dovecot", formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="private-dovecot [options] -- PROGRAM ARGUMENTS…",
        description="Runs PROGRAM next to a Dovecot of its own and returns its exit code. PROGRAM "
        "finds\nthe server in GIMAP4D_TEST_HOST, _IMAPS_PORT, _STARTTLS_PORT, _PLAIN_PORT, _CA, "
        "_USER,\n_PASSWORD, _USER2, _PASSWORD2, _DOVECOT_PID, _DOVECOT_LOG and _CONTROL.",
        epilog=CONTROL_HELP)
    parser.add_argument("--mails", metavar="FOLDER", action="append", default=[],
                        help="every *.eml in it, by name, into INBOX; may be given several times")
    parser.add_argument("--many", metavar="N", type=int, default=0,
                        help="N small mails into the box Many")
    parser.add_argument("--mechanisms", metavar="LIST", default=" ".join(MECHANISMS),
                        help="SASL mechanisms to offer (default: %(default)s)")
    parser.add_argument("--set", metavar="SETTING=VALUE", action="append", default=[],
                        dest="settings", help="a line for dovecot.conf, e.g. imap_capability=…")
    parser.add_argument("--profile", choices=profiles.PROFILES,
                        help="offers only what such a server offers, and fails when a command of "
                        "the library used more")
    parser.add_argument("--bad-certificates", action="store_true",
                        help="TLS ports that a client must refuse: GIMAP4D_TEST_EXPIRED_PORT, "
                        "_OTHER_NAME_PORT, _OTHER_CA_PORT")
    parser.add_argument("--show-log", action="store_true",
                        help="the servers' logs on standard error at the end")
    parser.add_argument("program", nargs="+", metavar="PROGRAM")
    return parser.parse_args(arguments)


def main(arguments):
    options = parse_arguments(arguments)
    for name, path in (("dovecot", find_dovecot()), ("openssl", shutil.which("openssl"))):
        if path is None:
            return wrapper.skip(f"{name} is not installed")

    dovecot = PrivateDovecot(
        mails=options.mails, many=options.many, mechanisms=options.mechanisms.split(),
        settings=options.settings, bad_certificates=options.bad_certificates,
        profile=options.profile)
    violations = []

    def start():
        dovecot.start()
        return dovecot.environment()

    def stop():
        if options.show_log:
            sys.stderr.write(dovecot.read_logs())
        violations.extend(dovecot.find_violations())
        dovecot.stop()

    code = wrapper.run_program(start, stop, options.program)
    for violation in violations:
        print(violation, file=sys.stderr)
    return code or (1 if violations else 0)
