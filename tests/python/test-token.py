"""Where tokens come from in Python, against a server that knows one of them.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import asyncio
import contextlib
import io
import threading

import tap
from library import GImap4D, GLib, fails, new_transporter, raises, setting

Reason = GImap4D.ImapTokenReason
TOKEN = setting("TOKEN")


def new(**options):
    return new_transporter(**{"password": None, **options})


def check(transporter):
    status = transporter.check_connection()
    assert status.success, status
    assert transporter.authentication_mode == "OAUTH2"


def test_provider():
    calls = []

    def provide(owner, reason):
        calls.append((owner, reason, threading.get_ident()))
        return TOKEN

    transporter = new()
    transporter.set_token_provider(provide)
    check(transporter)
    (owner, reason, thread), = calls
    assert owner is transporter and reason == Reason.MISSING and thread != threading.get_ident()

    calls.clear()
    transporter = new(access_token_oauth2="CANARY-old")
    transporter.set_token_provider(provide)
    check(transporter)
    assert [reason for _, reason, _ in calls] == [Reason.REFUSED]
    assert "CANARY" not in repr(transporter)


def test_shapes_of_providers():
    class Account:
        def get_token(self):
            return TOKEN

    for provider in (lambda: TOKEN, lambda reason: TOKEN if reason == Reason.MISSING else None,
                     lambda *arguments: TOKEN if len(arguments) == 2 else None,
                     lambda owner, reason, more=None: TOKEN, Account().get_token):
        transporter = new()
        transporter.set_token_provider(provider)
        check(transporter)
    raises(TypeError, lambda: new().set_token_provider("token"))


def test_no_answer():
    def bad():
        raise ValueError("no network")

    for provider in (lambda: None, lambda: "", lambda: 7, bad, lambda: exit(3)):
        transporter = new(access_token_oauth2="CANARY-old")
        transporter.set_token_provider(provider)
        with contextlib.redirect_stderr(io.StringIO()):
            problem = fails(GImap4D.ImapError.AUTH_FAILED, transporter.get_delimiter,
                            "invalid_token")
        assert "CANARY" not in str(problem)
    transporter.set_token_provider(lambda: TOKEN)
    check(transporter)
    transporter.set_token_provider(None)


def test_signal():
    transporter = new(access_token_oauth2="CANARY-old")
    seen = []

    def answer(owner, reason):
        seen.append((reason, threading.get_ident()))
        raises(GLib.Error, owner.get_delimiter, "asynchronous")
        return TOKEN

    transporter.connect("request-token", lambda owner, reason: None)
    transporter.connect("request-token", answer)
    check(transporter)
    assert seen == [(Reason.REFUSED, threading.get_ident())]


def test_refused_twice():
    transporter = new(access_token_oauth2="CANARY-old")
    calls = []
    transporter.set_token_provider(lambda: calls.append(1) or "CANARY-other")
    fails(GImap4D.ImapError.AUTH_EXPIRED, transporter.get_delimiter, "invalid_token")
    assert calls == [1]


def test_token_object():
    calls = []
    transporter = new(access_token_oauth2={"token": {"access_token": "CANARY-old",
                                                     "expires_in": 1}})
    transporter.set_token_provider(lambda reason: calls.append(reason) or TOKEN)
    check(transporter)
    assert calls == [Reason.EXPIRED]


def test_await():
    async def run():
        transporter = new(access_token_oauth2="CANARY-old")
        transporter.connect("request-token", lambda owner, reason: TOKEN)
        assert (await transporter.check_connection_async()).success
        await transporter.close_async()
        hanging = threading.Event()
        transporter = new()
        transporter.set_token_provider(lambda: hanging.wait(30) and None)
        call = transporter.get_delimiter_async()
        await asyncio.sleep(0.1)
        call.cancel()
        try:
            await call
            raise AssertionError("it was cancelled")
        except asyncio.CancelledError:
            pass
        hanging.set()

    asyncio.run(asyncio.wait_for(run(), 30))


tap.run({
    "a provider": test_provider,
    "shapes of providers": test_shapes_of_providers,
    "no answer": test_no_answer,
    "the signal": test_signal,
    "refused twice": test_refused_twice,
    "a token object": test_token_object,
    "await": test_await,
})
