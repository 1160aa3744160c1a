"""The pages of build-aux/demo in Chromium: a list, a mail, a download, on a phone and on a desk.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import pathlib
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import chromium  # noqa: E402
import demo_program  # noqa: E402
import tap  # noqa: E402
import wrapper  # noqa: E402
from demo_program import Demo, attachments_of_corpus, mail_of_corpus  # noqa: E402

SIZES = ((390, 844), (1280, 900))


def check_page(browser):
    """Nothing was refused or missing, and nobody has to scroll sideways."""
    complaints = [event["entry"]["text"] for event in browser.events("Log.entryAdded")]
    assert complaints == [], complaints
    widths = browser.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert widths[0] <= widths[1], widths


def list_subjects(browser):
    return browser.texts(".mails .subject bdi")


def open_mail(browser, address, subject):
    """Turns pages as a reader does until the mail is in the list, then clicks on it."""
    browser.open(address)
    while subject not in list_subjects(browser):
        assert browser.texts("a[rel=next]"), f"there is no mail {subject}"
        browser.follow("a[rel=next]")
    number = list_subjects(browser).index(subject) + 1
    browser.follow(f".mails li:nth-child({number}) a")
    assert browser.text("h1") == subject


def test_list():
    browser.open(address)
    subjects = []
    while True:
        check_page(browser)
        subjects += list_subjects(browser)
        if not browser.texts("a[rel=next]"):
            break
        browser.follow("a[rel=next]")
    names = [path.name for path in demo_program.MAILS]
    assert len(subjects) == len(names), subjects
    # The newest is the first.
    subjects.reverse()
    for name in ("ascii-plain.eml", "latin1-qp.eml", "mixed-pdf.eml", "hebrew.eml", "shift-jis.eml",
                 "07-appointment-arabic.eml"):
        assert subjects[names.index(name)] == mail_of_corpus(name)["Subject"], name


def test_box():
    browser.open(address)
    assert browser.texts("nav a[aria-current]")[0].startswith("INBOX")
    number = [text.split()[0] for text in browser.texts("body > nav li")].index("日本語") + 1
    browser.follow(f"body > nav li:nth-child({number}) a")
    assert browser.text("h1") == "日本語"
    assert browser.text("main p") == "No mails."
    check_page(browser)


def test_mail():
    open_mail(browser, address, "Your invoice")
    assert "Ada Example <ada@example.com>" in browser.text("dl")
    assert browser.text(".plain") == "Please find the invoice attached – thank you."
    check_page(browser)


def test_download():
    open_mail(browser, address, "Your invoice")
    path = browser.download(".attachments a")
    assert path.name == "invoice-2026-017.pdf"
    assert path.read_bytes() == attachments_of_corpus("mixed-pdf.eml")[path.name]
    path.unlink()


def test_download_names():
    """Names in many letters and languages come out as Python's reader has them."""
    expected = attachments_of_corpus("rfc2231-names.eml")
    open_mail(browser, address, "Names")
    shown = browser.texts(".attachments a")
    assert set(expected) <= set(shown), shown
    for name in expected:
        path = browser.download(f".attachments li:nth-child({shown.index(name) + 1}) a")
        assert path.read_bytes() == expected[name], name
        path.unlink()


def test_get_file():
    browser.open(address)
    link = browser.evaluate("document.querySelector ('footer a').pathname")
    assert link == "/rest/$catalog/getFile", link


def test_html():
    """Its pictures are there; a script of it does not run; it cannot reach our page."""
    open_mail(browser, address, "Picture inside")
    check_page(browser)
    browser.open(browser.evaluate("document.querySelector ('iframe').src"))
    assert browser.evaluate("document.images.length") == 2
    assert browser.evaluate("Array.from (document.images).every (image => image.naturalWidth > 0)")
    check_page(browser)


def test_script():
    open_mail(browser, address, "Only HTML")
    complaints = [event["entry"]["text"] for event in browser.events("Log.entryAdded")]
    assert browser.events("Page.javascriptDialogOpening") == []
    assert browser.evaluate("document.querySelector ('iframe').contentDocument") is None
    browser.open(browser.evaluate("document.querySelector ('iframe').src"))
    complaints += [event["entry"]["text"] for event in browser.events("Log.entryAdded")]
    assert any("script" in complaint for complaint in complaints), complaints
    assert browser.text("p") == "Hello <world>"


def test_sizes():
    """At both sizes nothing is cut off and links are large enough for a finger; dark when asked."""
    for width, height in SIZES:
        for is_dark in (False, True):
            browser.resize(width, height, is_dark=is_dark)
            browser.open(address)
            check_page(browser)
            heights = browser.evaluate(
                "Array.from (document.querySelectorAll ('.mails a, body > nav a'),"
                "            link => link.getBoundingClientRect ().height)")
            assert min(heights) >= 24, heights
            paper = browser.evaluate("getComputedStyle (document.body).backgroundColor")
            red = int(paper.split("(")[1].split(",")[0])
            assert (red < 64) == is_dark, paper
            open_mail(browser, address, "Picture inside")
            check_page(browser)
    browser.resize(*SIZES[1])


def test_news():
    """A new mail comes into the list that is shown, and the page stays."""
    browser.open(address)
    browser.evaluate("window.isSamePage = true")
    deadline = time.monotonic() + 30
    number = 0
    # The page may not listen yet when the first one comes.
    while "Fresh from the server" not in list_subjects(browser):
        assert time.monotonic() < deadline, list_subjects(browser)
        if number % 20 == 0:
            demo.deliver(b"From: Bob <bob@example.com>\r\nSubject: Fresh from the server\r\n\r\nHi\r\n")
        number += 1
        time.sleep(0.1)
    assert list_subjects(browser)[0] == "Fresh from the server"
    assert browser.evaluate("window.isSamePage") is True
    check_page(browser)


def test_without_script():
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(address)
        browser.click(".mails li a")
        browser.wait_for("Page.loadEventFired")
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
    assert browser.texts("article h1")


missing = demo_program.what_is_missing() or (
    None if chromium.find_chromium() else "Chromium is not installed")
if missing:
    sys.exit(wrapper.skip(missing))
with Demo() as demo, chromium.Chromium() as browser:
    address = demo.wait_for_address()
    tap.run({
        "list": test_list,
        "box": test_box,
        "mail": test_mail,
        "download": test_download,
        "names of downloads": test_download_names,
        "getFile is linked": test_get_file,
        "HTML with pictures": test_html,
        "HTML with a script": test_script,
        "sizes and colours": test_sizes,
        "without scripts": test_without_script,
        "news": test_news,
    })
