"""Awaiting calls: asyncio runs no GLib main context, so awaited calls end in one of our own.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import asyncio
import atexit
import threading

from gi.repository import GLib


class _Context(threading.Thread):
    """A thread that runs a main context."""

    _current = None
    _lock = threading.Lock()

    def __init__(self):
        super().__init__(name="gimap4d-asyncio", daemon=True)
        self._context = GLib.MainContext.new()
        self._is_wanted = True

    @classmethod
    def invoke(cls, function):
        """Calls FUNCTION in the thread, which is started anew in a forked child."""
        with cls._lock:
            if cls._current is None or not cls._current.is_alive():
                cls._current = cls()
                cls._current.start()
            source = GLib.Idle(priority=GLib.PRIORITY_DEFAULT)
            source.set_callback(lambda *_: function() or GLib.SOURCE_REMOVE)
            source.attach(cls._current._context)

    @classmethod
    def end(cls):
        """Before the interpreter ends: no Python code may run in a thread after that."""
        if cls._current is not None and cls._current.is_alive():
            cls._current._is_wanted = False
            cls._current._context.wakeup()
            cls._current.join(5)

    def run(self):
        self._context.push_thread_default()
        while self._is_wanted:
            self._context.iteration(True)
        self._context.pop_thread_default()


atexit.register(_Context.end)


def is_asyncio_running():
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _settle(future, result, problem):
    if future.done():
        return
    if problem is not None:
        future.set_exception(problem)
    else:
        future.set_result(result)


def begin_future(start, finish, cancellable):
    """Calls START (callback) in our context; the future gets what FINISH makes of the result."""
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    future.add_done_callback(lambda future: cancellable.cancel() if future.cancelled() else None)

    def tell(function, *arguments):
        result = problem = None
        try:
            result = function(*arguments)
        except Exception as caught:
            problem = caught
        try:
            loop.call_soon_threadsafe(_settle, future, result, problem)
        except RuntimeError:
            pass  # The loop was closed meanwhile: nobody waits.

    def begin():
        try:
            start(lambda _source, result, *_: tell(finish, result))
        except Exception as problem:
            loop.call_soon_threadsafe(_settle, future, None, problem)

    _Context.invoke(begin)
    return future
