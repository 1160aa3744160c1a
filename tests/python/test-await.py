"""Awaiting calls under asyncio.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import asyncio
import os
import subprocess
import sys

import tap
from library import GImap4D, GLib, new_transporter, raises
from gi.repository import Gio
from private_dovecot import control

Code = GImap4D.ImapError


def awaited(function):
    """A test that is a coroutine."""
    return lambda: asyncio.run(asyncio.wait_for(function(), 60))


async def test_results():
    transporter = new_transporter()
    assert (await transporter.check_connection_async()).success
    assert "IMAP4REV1" in await transporter.get_capabilities_async()
    assert (await transporter.select_box_async("Many", 1)).mail_count == 30
    assert [mail.id for mail in await transporter.get_mails_async("1:5")] == list("12345")
    assert len(await transporter.get_mails_async(1, 20, update_seen=False)) == 20
    assert len(await transporter.search_mails_async()) == 30
    assert (await transporter.get_mail_async(7)).subject == "Message 7"
    assert b"Message 7" in (await transporter.get_mime_as_blob_async(7)).get_data()
    assert isinstance(transporter.get_delimiter_async(), asyncio.Future)


async def test_many_at_once():
    transporter = new_transporter()
    await transporter.select_box_async("Many", 1)
    mails = await asyncio.gather(*(transporter.get_mail_async(id) for id in range(1, 31)))
    assert [mail.id for mail in mails] == [str(id) for id in range(1, 31)]


async def test_errors():
    transporter = new_transporter()
    fails_here = transporter.select_box_async("missing")
    try:
        await fails_here
    except GLib.Error as problem:
        assert problem.matches(GImap4D.ImapError.quark(), Code.NO), problem
    else:
        raise AssertionError("a missing box was selected")
    # What is wrong with the arguments is said at once.
    raises(TypeError, lambda: transporter.get_mails_async(None))
    raises(ValueError, lambda: transporter.select_box_async("a\0b"))
    assert (await transporter.check_connection_async()).success


async def test_cancellation():
    transporter = new_transporter()
    await transporter.select_box_async("Many", 1)
    cancellable = Gio.Cancellable()
    control("stop")
    try:
        future = transporter.get_mails_async("1:5", cancellable=cancellable)
        await asyncio.sleep(0.05)
        assert not future.done()
        future.cancel()
        try:
            await future
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            assert cancellable.is_cancelled()
        else:
            raise AssertionError("a cancelled call has a result")
        try:
            await asyncio.wait_for(transporter.get_mails_async("1:5"), 0.05)
        except asyncio.TimeoutError:
            pass
        else:
            raise AssertionError("a stopped server answered")
    finally:
        control("continue")
    assert len(await transporter.get_mails_async("1:5")) == 5


async def test_cancelled_by_the_caller():
    transporter = new_transporter()
    cancellable = Gio.Cancellable()
    cancellable.cancel()
    try:
        await transporter.get_box_list_async(cancellable=cancellable)
    except GLib.Error as problem:
        assert problem.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)
    else:
        raise AssertionError("a cancelled call has a result")


async def test_async_with():
    async with new_transporter() as transporter:
        assert (await transporter.check_connection_async()).success
    assert transporter.state == GImap4D.ImapTransporterState.CLOSED


async def test_callback_under_asyncio():
    """With a callback nothing is a future: it is called by the caller's own main context."""
    transporter = new_transporter()
    results = []
    assert transporter.check_connection_async(
        None, lambda source, result: results.append(source.check_connection_finish(result))) is None
    while not results:
        GLib.MainContext.default().iteration(False)
        await asyncio.sleep(0.001)
    assert results[0].success


def test_two_loops():
    """The thread behind it serves one loop after the other, and a loop that ended early."""
    async def leave():
        new_transporter().check_connection_async()

    async def check():
        return await new_transporter().check_connection_async()

    asyncio.run(leave())
    assert asyncio.run(check()).success and asyncio.run(check()).success


def test_end_of_the_interpreter():
    """Nothing hangs or crashes when the program ends with a call under way."""
    program = (
        "import asyncio\n"
        "from library import new_transporter\n"
        "async def leave():\n"
        "    transporter = new_transporter()\n"
        "    await transporter.check_connection_async()\n"
        "    globals()['kept'] = transporter, transporter.get_box_list_async()\n"
        "asyncio.run(leave())\n")
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60,
                            cwd=os.path.dirname(os.path.abspath(__file__)))
    assert result.returncode == 0 and not result.stderr, result


tap.run({
    "results": awaited(test_results),
    "many at once": awaited(test_many_at_once),
    "errors": awaited(test_errors),
    "cancellation": awaited(test_cancellation),
    "cancelled by the caller": awaited(test_cancelled_by_the_caller),
    "async with": awaited(test_async_with),
    "callback under asyncio": awaited(test_callback_under_asyncio),
    "two loops": test_two_loops,
    "end of the interpreter": test_end_of_the_interpreter,
})
