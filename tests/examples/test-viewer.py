"""The example doc/examples/viewer.py, on a display of its own: what its widgets show.

    test-viewer.py [PICTURE]

With PICTURE it leaves a picture of the window there.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import time

import tap
import wrapper

LONGEST_WAIT = 30

if shutil.which("Xvfb") is None:
    sys.exit(wrapper.skip("Xvfb is not installed"))


folder = tempfile.mkdtemp(prefix="gimap4d-viewer-")


def start_display():
    """An X server that goes with us; returns the name of its display."""
    read_end, write_end = os.pipe()
    subprocess.Popen(["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1024x768x24",
                      "-nolisten", "tcp", "-fbdir", folder], pass_fds=[write_end], stderr=subprocess.DEVNULL,
                     preexec_fn=wrapper.die_with_parent)
    os.close(write_end)
    with os.fdopen(read_end) as lines:
        return ":" + lines.readline().strip()


os.environ.update(DISPLAY=start_display(), GDK_BACKEND="x11", GSK_RENDERER="cairo",
                  GTK_A11Y="none", LIBGL_ALWAYS_SOFTWARE="1")

import gi  # noqa: E402

try:
    gi.require_version("Gtk", "4.0")
    gi.require_version("GdkPixbuf", "2.0")
except ValueError:
    sys.exit(wrapper.skip("the introspection data of GTK 4 is not installed"))

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "doc" / "examples"))

from library import GLib, new_transporter  # noqa: E402
from private_dovecot import control  # noqa: E402
from gi.repository import GdkPixbuf, Gtk  # noqa: E402
import viewer  # noqa: E402

application = Gtk.Application(application_id="org.example.ViewerTest",
                              flags=viewer.Gio.ApplicationFlags.NON_UNIQUE)
application.register(None)
window = viewer.Viewer(application, new_transporter(), "INBOX", folder)
window.present()


def wait_for(condition, what):
    """Runs the main loop until CONDITION () holds."""
    late = []
    timer = GLib.timeout_add_seconds(LONGEST_WAIT, late.append, True)
    while not condition():
        assert not late, f"{what} did not come; status: {window.status}"
        GLib.MainContext.default().iteration(True)
    if not late:
        GLib.source_remove(timer)


def find_texts(widget):
    """The texts of all labels below, in their order."""
    if isinstance(widget, Gtk.Label):
        return [widget.get_text()]
    texts = []
    child = widget.get_first_child()
    while child is not None:
        texts += find_texts(child)
        child = child.get_next_sibling()
    return texts


def get_mails():
    return [window.selection.get_item(number) for number in range(window.selection.get_n_items())]


def choose(subject):
    mails = get_mails()
    number = [mail.subject for mail in mails].index(subject)
    window.selection.set_selected(number)
    wait_for(lambda: window.head.get_text().startswith(subject), subject)
    return mails[number]


def get_text():
    buffer = window.text.get_buffer()
    return buffer.get_text(buffer.get_start_iter(), buffer.get_end_iter(), False)


def test_list():
    with new_transporter() as other:
        count = other.select_box("INBOX").mail_count
        subjects = [mail.subject for mail in other.get_mails("1:*", update_seen=False)]
    wait_for(lambda: window.selection.get_n_items() == count, "the list")
    assert [mail.subject for mail in get_mails()] == subjects
    assert window.status == f"{count} mails"
    wait_for(lambda: subjects[0] in find_texts(window.list), "the first row")
    texts = find_texts(window.list)
    assert subjects[1] in texts, texts
    assert any("2024-01-01" in text for text in texts), texts


def test_mail():
    choose("Confirmation de votre réservation nº 48213")
    assert "<" in window.head.get_text()
    assert len(get_text()) > 100, get_text()


def test_attachment():
    summary = next(mail for mail in get_mails() if len(mail.attachments))
    choose(summary.subject)
    wait_for(lambda: window.attachments, "the attachments")
    row = window.attachments[0]
    assert row.attachment.name in row.bar.get_text()
    row.button.emit("clicked")
    wait_for(lambda: row.bar.get_text().endswith(": saved"), "the file")
    assert row.bar.get_fraction() == 1
    with new_transporter() as other:
        other.select_box("INBOX")
        whole = other.get_mail(summary.id, update_seen=False).attachments.get_item(0)
        content = whole.get_content().get_data()
    saved = pathlib.Path(folder, row.attachment.name).read_bytes()
    assert saved == content and len(saved) > 0, (len(saved), len(content))


def test_live():
    count = window.selection.get_n_items()
    control("deliver INBOX\tFresh from the server")
    wait_for(lambda: window.selection.get_n_items() == count + 1, "the new mail")
    assert get_mails()[-1].subject == "Fresh from the server"
    with new_transporter() as other:
        other.select_box("INBOX")
        other.delete(get_mails()[-1].id)
        other.expunge_ids(get_mails()[-1].id)
    wait_for(lambda: window.selection.get_n_items() == count, "the end of it")
    assert "Fresh from the server" not in [mail.subject for mail in get_mails()]
    assert window.status == f"{count} mails"


def read_screen():
    """What is on the display, from the file in which Xvfb keeps it: XWD, 4 octets a dot."""
    octets = pathlib.Path(folder, "Xvfb_screen0").read_bytes()
    header = struct.unpack(">25I", octets[:100])
    length, width, height, line, colours = (header[number] for number in (0, 4, 5, 12, 19))
    assert header[11] == 32 and line == width * 4, header
    dots = bytearray(octets[length + colours * 12:][:line * height])
    dots[0::4], dots[2::4] = dots[2::4], dots[0::4]
    dots[3::4] = b"\xff" * (width * height)
    return GdkPixbuf.Pixbuf.new_from_bytes(GLib.Bytes(bytes(dots)), GdkPixbuf.Colorspace.RGB, True,
                                           8, width, height, line)


def test_picture():
    """The window is drawn: besides its widgets it has text in it, in many shades."""
    choose("Confirmation de votre réservation nº 48213")
    for _ in range(300):
        GLib.MainContext.default().iteration(False)
        time.sleep(0.001)
    picture = read_screen()
    if len(sys.argv) > 1:
        picture.savev(sys.argv[1], "png", [], [])
    area = picture.new_subpixbuf(0, 0, window.get_width(), window.get_height())
    dots = area.get_pixels()
    shades = {dots[place:place + 3] for place in range(0, len(dots) - 3, 4)}
    assert len(shades) > 50, len(shades)
    shutil.rmtree(folder)


tap.run({
    "list": test_list,
    "mail": test_mail,
    "attachment": test_attachment,
    "live": test_live,
    "picture": test_picture,
})
