"""The asynchronous forms that no other live test awaits, and what is done with sets of ids.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import asyncio

import tap
from library import GImap4D, GLib, new_transporter, setting

FORMS = "Forms", "Forms/Other"


async def make_and_fill(transporter):
    for name in ("Forms", "Forms/Old"):
        assert await transporter.create_box_async(name)
    assert await transporter.rename_box_async("Forms/Old", "Forms/Other")
    for name in FORMS:
        assert await transporter.subscribe_async(name)
    assert {box.name for box in await transporter.get_box_list_async(subscribed=True)} >= set(FORMS)
    assert await transporter.unsubscribe_async("Forms/Other")
    assert "Forms/Other" not in {
        box.name for box in await transporter.get_box_list_async(subscribed=True)}
    ids = GImap4D.ImapMessageSet()
    for number in range(4):
        ids |= await transporter.append_async(
            GImap4D.Email(subject=f"mail {number}", text_body="text"), "Forms")
    await transporter.select_box_async("Forms")
    return ids


async def change():
    async with new_transporter() as transporter:
        ids = await make_and_fill(transporter)
        assert list(ids) == ["1", "2", "3", "4"] == ids.to_strv()
        copies = await transporter.copy_async(ids - GImap4D.ImapMessageSet(["4"]), "Forms/Other")
        assert len(copies) == 3
        assert await transporter.delete_async(["1", "2", "3"])
        assert await transporter.expunge_ids_async(["1"])
        assert list(await transporter.search_mails_async()) == ["2", "3", "4"]
        assert await transporter.expunge_async()
        assert list(await transporter.search_mails_async()) == ["4"]
        for name in FORMS[::-1]:
            assert await transporter.delete_box_async(name)


def test_asynchronous():
    asyncio.run(change())


def test_sets():
    with new_transporter() as transporter:
        transporter.select_box("INBOX")
        found = transporter.search_mails()
        again = GImap4D.ImapMessageSet(list(found))
        assert found == again and len({found, again}) == 1
        assert list(found - again) == [] and (found | again) == found


def test_plain_constructor():
    """Port 993 of this machine is nobody's: it connects to what it says, and fails."""
    transporter = GImap4D.ImapTransporter.new("localhost", setting("USER"), setting("PASSWORD"))
    assert (transporter.host, transporter.port) == ("localhost", 993)
    status = transporter.check_connection()
    assert not status.success and "localhost:993" in status.status_text


def test_token_provider():
    """Dovecot takes no tokens here: nobody is asked for one that cannot be used."""
    asked = []
    transporter = new_transporter(password=None)
    transporter.set_token_provider(lambda *arguments: asked.append(arguments) or "token")
    status = transporter.check_connection()
    assert not status.success and "no way to log in" in status.status_text, status
    assert not asked


def test_search_dates():
    with new_transporter() as transporter:
        transporter.select_box("INBOX")
        ids = transporter.append_mime(
            b"Date: Mon, 05 Feb 2024 09:00:00 +0000\r\nSubject: dated\r\n\r\n")
        mail = transporter.get_mail(ids[0], 4)
        assert transporter.search(GImap4D.ImapSearch.new_sent_on(mail.send_at)) == ids


def test_notifier():
    with new_transporter() as transporter:
        transporter.create_box("News")
        transporter.select_box("News")
        notifier = transporter.notifier
        created = []
        notifier.connect("mail-created", lambda _, ids, count: created.extend(ids))
        assert notifier.start() and notifier.is_started
        # Other calls work meanwhile, and what they do is told too.
        transporter.append_mime(b"Subject: news\r\n\r\n", "News")
        while not created:
            GLib.MainContext.default().iteration(True)
        assert created == ["1"]
        assert notifier.stop() and not notifier.is_started

        async def again():
            assert await notifier.start_async()
            assert notifier.is_started
            assert await notifier.stop_async()
            assert not notifier.is_started

        asyncio.run(again())


tap.run({
    "asynchronous": test_asynchronous,
    "sets": test_sets,
    "plain constructor": test_plain_constructor,
    "token provider": test_token_provider,
    "search dates": test_search_dates,
    "notifier": test_notifier,
})
