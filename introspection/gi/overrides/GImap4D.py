"""What Python adds to the library: attributes, keyword options, plain values, sets, await.

Almost nothing here knows a call of the library by heart: every class and every method of the
namespace is walked once, and each argument and result is converted by its type.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import asyncio
import functools
import inspect
import json
import re
import threading
import traceback

from gi._gi import Direction, ScopeType, TypeTag
from gi._ossighelper import register_sigint_fallback, wakeup_on_signal
from gi.module import get_introspection_module
from gi.overrides._gimap4d_asyncio import begin_future, is_asyncio_running
from gi.overrides._gimap4d_values import (
    RESULTS, TAGS, from_value, get_converter, make_search, to_boolean, to_message_set, to_search,
    to_value)
from gi.repository import Gio, GLib, GObject

GImap4D = get_introspection_module("GImap4D")

__all__ = ["IMAP_ALL"]

# 4D's names that are not ours in another spelling.
_NAMES_OF_4D = {
    "accessTokenOAuth2": "access_token_oauth2",
    "connectionTimeOut": "connection_timeout",
    "isSubscribed": "subscribed",
    "onHTTPGet": "http_get",
}

# Parameters that a caller may leave out, though C cannot: 4D's defaults.
_DEFAULTS = {
    "body_charset": 0,
    "criteria": "",
    "flags": None,
    "header_charset": 0,
    "keywords": None,
    "max_age": -1,
    "state": 0,
    "threading": 0,
    "update_seen": True,
}

# Options that become flags: the name of the option, the member, whether it is on by default.
_FETCH_OPTIONS = {"update_seen": ("UPDATE_SEEN", True), "with_body": ("WITH_BODY", True)}
_LIST_OPTIONS = {"subscribed": ("SUBSCRIBED", False), "with_status": ("WITH_STATUS", False)}
_FLAG_OPTIONS = {
    "GImapFetchFlags": _FETCH_OPTIONS,
    "GImapBoxListFlags": _LIST_OPTIONS,
}

# Where C takes any number and would cut a larger one.
_RANGES = {"port": (1, 65535)}

# What tells an object from its sisters; never a secret.
_SHOWN = {
    "Email": ("id", "subject"),
    "EmailAddress": ("name", "email"),
    "EmailBodyPart": ("part-id", "content-type"),
    "EmailHeader": ("name",),
    "ImapBox": ("name",),
    "ImapBoxInfo": ("name", "mail-count"),
    "ImapQuota": ("resource", "usage", "limit"),
    "ImapNotifier": ("is-started",),
    "ImapStatus": ("success", "status-text"),
    "ImapStatusError": ("code", "message"),
    "EventStream": ("last-event-id", "is-open"),
    "ImapThread": ("id",),
    "IncomingMessage": ("verb",),
    "IncomingPart": ("name", "file-name"),
    "MailAttachment": ("name", "type"),
    "OutgoingMessage": ("status",),
    "RestServer": ("project-name",),
}
_LONGEST_SHOWN = 80

# What g_imap_message_set_to_strv () gives at most.
_LARGEST_LIST = 2**24

# As C has them, before they are wrapped: walking a large set should cost little.
_get_uid = GImap4D.ImapMessageSet.get_uid
_to_strv = GImap4D.ImapMessageSet.to_strv


# Methods.


def _kind_of(type_info):
    """The name of a type as GObject says it, and its GType when it has one of its own."""
    tag = type_info.get_tag()
    if tag == TypeTag.ARRAY and type_info.get_param_type(0).get_tag() == TypeTag.UTF8:
        return "GStrv", None
    if tag == TypeTag.INTERFACE and hasattr(type_info.get_interface(), "get_g_type"):
        gtype = type_info.get_interface().get_g_type()
        return gtype.name, gtype
    return TAGS.get(tag), None


def _our_name(name):
    """A name in 4D's spelling or ours, in ours."""
    return _NAMES_OF_4D.get(name) or re.sub("[A-Z]", lambda match: "_" + match[0].lower(), name)


def _our_names(arguments):
    names = {}
    for name, value in arguments.items():
        if names.setdefault(_our_name(name), value) is not value:
            raise TypeError(f"{_our_name(name)} is given twice")
    return names


class _Taker:
    """A function that is handed one thing after the other: returning nothing goes on, False ends it."""

    def __init__(self, function):
        self._function = function
        self.problem = None

    def __call__(self, thing, *_):
        try:
            return self._function(thing) is not False
        except BaseException as problem:
            # C knows no exceptions: this one is raised where the call ends.
            self.problem = problem
            return False

    def end(self, function, *arguments, **options):
        """What FUNCTION returns, unless something was raised on the way there."""
        try:
            result = function(*arguments, **options)
        except GLib.Error:
            if self.problem is None:
                raise
        if self.problem is not None:
            raise self.problem
        return result


class _Method:
    """How the arguments of one C function come from Python and its result goes there."""

    def __init__(self, info):
        self.name = info.get_name()
        self._converters = {}
        self._flags = None
        self.takes_callback = False
        self.hands_out = False
        arguments = [argument for argument in info.get_arguments()
                     if argument.get_direction() != Direction.OUT]
        hidden = {number for argument in info.get_arguments()
                  for number in (argument.get_closure(), argument.get_destroy())}
        self._names = []
        self._nullable = {argument.get_name() for argument in arguments if argument.may_be_null()}
        for number, argument in enumerate(info.get_arguments()):
            if argument in arguments and number not in hidden:
                self._add(argument)
        self._result = RESULTS.get(_kind_of(info.get_return_type())[0])
        self.signature = self._make_signature(info)

    def _add(self, argument):
        name = argument.get_name()
        kind, gtype = _kind_of(argument.get_type())
        self._names.append(name)
        if argument.get_scope() == ScopeType.ASYNC:
            self.takes_callback = True
            return
        if kind in _FLAG_OPTIONS and name == "flags":
            self._flags = gtype.pytype, _FLAG_OPTIONS[kind]
        converter = get_converter("id" if name == "id" else kind, gtype)
        if argument.get_scope() in (ScopeType.CALL, ScopeType.NOTIFIED):
            self.hands_out = argument.get_type().get_interface().get_name() == "ImapMailFunc"
        if converter:
            self._converters[name] = converter

    def _make_signature(self, info):
        parameters = []
        has_default = True
        # A function stands before what can be left out, though C has it behind.
        names = sorted(self._names, key=lambda name: name not in ("ids", "func")) \
            if self.hands_out else self._names
        # A parameter can be left out when all behind it can.
        for name in reversed(names):
            default = None if name in self._nullable else inspect.Parameter.empty
            default = _DEFAULTS.get(name, default)
            if name == "flags" and not self._flags:
                default = 0
            has_default = has_default and default is not inspect.Parameter.empty
            parameters.insert(0, inspect.Parameter(
                name, inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=default if has_default else inspect.Parameter.empty))
        if self.takes_callback:
            parameters.append(inspect.Parameter("user_data", inspect.Parameter.VAR_POSITIONAL))
        for option in self._flags[1] if self._flags else ():
            parameters.append(
                inspect.Parameter(option, inspect.Parameter.KEYWORD_ONLY, default=None))
        if info.is_method():
            parameters.insert(0, inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY))
        return inspect.Signature(parameters)

    def bind(self, arguments, options):
        """The arguments by name, as C takes them."""
        try:
            bound = self.signature.bind(*arguments, **_our_names(options))
        except TypeError as problem:
            raise TypeError(f"{self.name}(): {problem}") from None
        bound.apply_defaults()
        values = bound.arguments
        if self._flags:
            self._join_flags(values)
        for name, converter in self._converters.items():
            if values[name] is not None:
                values[name] = converter(values[name], name)
            elif name not in self._nullable:
                raise TypeError(f"{self.name}(): {name} cannot be None")
        return values

    def _join_flags(self, values):
        flags, options = self._flags
        given = {option: to_boolean(values[option], option)
                 for option in options if values[option] is not None}
        if given and values["flags"] is not None:
            raise TypeError(f"{self.name}(): flags and {', '.join(given)} say the same")
        if values["flags"] is None:
            values["flags"] = flags(0)
            for option, (member, is_default) in options.items():
                if given.get(option, is_default):
                    values["flags"] |= getattr(flags, member)

    def is_plain(self):
        """Whether PyGObject does all of it as it should."""
        return not (self._converters or self._result or self.takes_callback or self.hands_out)

    def positional(self, values):
        return [values[name] for name in self._names]

    def named(self, values):
        return {name: values[name] for name in self._names}

    def from_result(self, result):
        return self._result(result) if self._result else result


def _wrap_function(info, call):
    method = _Method(info)

    @functools.wraps(call, assigned=("__doc__",), updated=())
    def wrapper(*arguments, **options):
        values = method.bind(arguments, options)
        if method.hands_out:
            values["func"] = taker = _Taker(values["func"])
            # By name: PyGObject loses count behind a function whose data is not last.
            return taker.end(call, values["self"], **method.named(values))
        if "self" in values:
            return method.from_result(call(values["self"], *method.positional(values)))
        return method.from_result(call(*method.positional(values)))

    return method, wrapper


def _mark_result(callback, name, taker=None):
    """Has the result say what began it, for the finish functions that need to know."""
    def marked(source, result, *data):
        result.begun_by = name
        result.taker = taker
        return callback(source, result, *data)

    return marked


def _wrap_async(info):
    """With a callback as in C. Without one, under asyncio, the result is a future."""
    method = _Method(info)
    finish = method.name[:-len("_async")] + "_finish"

    def begin(owner, values, user_data):
        if method.hands_out:
            callback = values["callback"]
            if callback and user_data:
                values["callback"] = lambda *given: callback(*given, *user_data)
            return info(owner, **method.named(values))
        return info(owner, *method.positional(values), *user_data)

    @functools.wraps(info, assigned=("__doc__",), updated=())
    def wrapper(*arguments, **options):
        values = method.bind(arguments, options)
        owner = values["self"]
        end = getattr(owner, finish)
        if method.hands_out:
            values["func"] = taker = _Taker(values["func"])
            end = functools.partial(taker.end, end)
        if values["callback"] is not None:
            values["callback"] = _mark_result(values["callback"], method.name, values.get("func"))
        if values["callback"] is not None or not is_asyncio_running():
            return begin(owner, values, values["user_data"])
        values["cancellable"] = values["cancellable"] or Gio.Cancellable()

        def start(callback):
            values["callback"] = callback
            begin(owner, values, ())

        return begin_future(start, end, values["cancellable"])

    return method, wrapper


def _wrap_method(cls, info):
    name = info.get_name()
    if name.endswith("_async"):
        method, wrapper = _wrap_async(info)
    else:
        # A constructor is bound to its class by the look-up.
        method, wrapper = _wrap_function(info, info if info.is_method() else getattr(cls, name))
    if method.is_plain():
        return
    wrapper.__name__ = name
    wrapper.__qualname__ = f"{cls.__name__}.{name}"
    wrapper.__module__ = cls.__module__
    wrapper.__signature__ = method.signature
    setattr(cls, name, wrapper if info.is_method() else staticmethod(wrapper))


# Properties, construction, what an object says of itself.


def _convert_property(pspec, value):
    limits = _RANGES.get(pspec.name) or (
        (pspec.minimum, pspec.maximum) if hasattr(pspec, "minimum") else None)
    converter = get_converter(pspec.value_type.name, pspec.value_type, limits)
    name = pspec.name.replace("-", "_")
    if value is None:
        return value
    if converter is None:
        return _check_object(pspec.value_type, value, name)
    return converter(value, name)


def _check_object(gtype, value, name):
    """PyGObject warns of an object of another class, and sets the property to None."""
    is_object = gtype.is_a(GObject.TYPE_OBJECT) or gtype.is_a(GObject.TYPE_INTERFACE)
    if is_object and not (isinstance(value, GObject.Object) and value.__gtype__.is_a(gtype)):
        raise TypeError(f"{name}: expected a {gtype.name}, not {type(value).__name__}")
    return value


def _add_property(cls, pspec):
    name = pspec.name.replace("-", "_")
    is_readable = pspec.flags & GObject.ParamFlags.READABLE
    is_writable = (pspec.flags & GObject.ParamFlags.WRITABLE
                   and not pspec.flags & GObject.ParamFlags.CONSTRUCT_ONLY)
    convert_result = RESULTS.get(pspec.value_type.name, lambda value: value)

    def read(self):
        if not is_readable:
            raise AttributeError(f"{cls.__name__}.{name} can be set and never be read")
        return convert_result(GObject.Object.get_property(self, pspec.name))

    def write(self, value):
        _set_property(self, pspec, value)

    attribute = property(read, write if is_writable else None, doc=pspec.blurb)
    setattr(cls, name, attribute)
    if name == "from":
        cls.from_ = attribute


def _set_property(self, pspec, value):
    if pspec.value_type.name == "GValue":
        return _set_body(self, value)
    return GObject.Object.set_property(self, pspec.name, _convert_property(pspec, value))


def _set_body(self, value):
    """C says what it cannot take with a warning only, so it is asked before."""
    value = to_value(value, "body")
    self.set_status(self.status)  # Changes nothing, and fails when the message was sent.
    if value is not None:
        try:
            GImap4D.OutgoingMessage.new().set_body(value)
        except GLib.Error as problem:
            raise TypeError(f"body: {problem.message}") from None
    GObject.Object.set_property(self, "body", value)


def _set_attribute(self, name, value):
    attribute = getattr(type(self), name, None)
    if not isinstance(attribute, property):
        raise AttributeError(f"{type(self).__name__} has no attribute {name} that can be set")
    if attribute.fset is None:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be set afterwards")
    attribute.fset(self, value)


def _constructor(cls):
    pspecs = {pspec.name.replace("-", "_"): pspec for pspec in cls.list_properties()}

    def construct(self, **options):
        if not hasattr(cls, "new"):
            raise TypeError(f"{cls.__name__}() cannot be called: the library makes these objects")
        values = {}
        for name, value in _our_names(options).items():
            name = "from" if name == "from_" else name
            if name == "access_token_oauth2" and not isinstance(value, (str, type(None))):
                name = "access_token_object"
            if name not in pspecs or not pspecs[name].flags & GObject.ParamFlags.WRITABLE:
                raise TypeError(f"{cls.__name__}() has no argument {name}")
            values[name] = _convert_property(pspecs[name], value)
        GObject.Object.__init__(self, **values)

    return construct


def _describe_transporter(self):
    user = f"{self.user}@" if self.user else ""
    return f"{user}{self.host}:{self.port} {self.state.value_nick}"


def _describe(self):
    name = type(self).__name__
    if name == "ImapTransporter":
        words = _describe_transporter(self)
    else:
        words = " ".join(str(value) for value in (
            GObject.Object.get_property(self, shown) for shown in _SHOWN.get(name, ()))
            if value is not None)
    # As repr () does it, without the quotes: controls are not for the terminal.
    words = repr(words[:_LONGEST_SHOWN])[1:-1]
    return f"<GImap4D.{name} {words}>" if words else f"<GImap4D.{name}>"


# Sets.


def _closed(self):
    if self.is_open():
        raise TypeError("the set is open: nobody knows its last id")
    return self


def _set_ids(self):
    # One by one: the set may have billions.
    return (str(_get_uid(self, number)) for number in range(_closed(self).get_size()))


def _set_texts(self):
    # C has no list of an open set, nor of a huge one.
    size = len(self)
    return _to_strv(self) if size <= _LARGEST_LIST else list(_set_ids(self))


def _set_repr(self):
    text = self.to_string()
    if len(text) > _LONGEST_SHOWN:
        text = text[:_LONGEST_SHOWN] + "…"
    return f"<GImap4D.ImapMessageSet {text}>"


def _set_has(self, value):
    is_id = isinstance(value, (str, int)) and not isinstance(value, bool)
    return is_id and self.contains(str(value))


def _set_equal(self, other):
    return self.equal(other) if isinstance(other, GImap4D.ImapMessageSet) else NotImplemented


def _set_item(self, number):
    size = len(self)
    if isinstance(number, slice):
        return [self.get_id(position) for position in range(size)[number]]
    return self.get_id(range(size)[number])


_SEARCH_METHODS = {
    "__new__": staticmethod(lambda cls, **options: make_search(**options)),
    "__init__": lambda self, **options: None,
    "__and__": lambda self, other: self.both(other),
    "__or__": lambda self, other: self.either(other),
    "__invert__": lambda self: self.negate(),
    "__repr__": lambda self: f"<GImap4D.ImapSearch {self.to_string()}>",
    "__str__": lambda self: self.to_string(),
}

_SET_METHODS = {
    "to_strv": _set_texts,
    "__new__": staticmethod(lambda cls, ids=(): to_message_set(ids)),
    "__init__": lambda self, ids=(): None,
    "__repr__": _set_repr,
    "__str__": lambda self: self.to_string(),
    "__len__": lambda self: _closed(self).get_size(),
    "__bool__": lambda self: self.is_open() or self.get_size() > 0,
    "__iter__": _set_ids,
    "__contains__": _set_has,
    "__getitem__": _set_item,
    "__eq__": _set_equal,
    "__hash__": lambda self: self.hash(),
    "__or__": lambda self, other: self.unite(other),
    "__sub__": lambda self, other: self.subtract(other),
}


# The server.


def _answer(call, function, *arguments):
    """Answers with what FUNCTION returns or raises; what only a body can be is sent as one."""
    try:
        result = function(*arguments)
        if isinstance(result, (bytes, bytearray, memoryview, GLib.Bytes)):
            message = GImap4D.OutgoingMessage.new()
            message.set_body(result)
            result = message
        call.return_value(result)
    except BaseException as problem:
        # SystemExit too: one request must not end the server, nor stay without an answer.
        _answer_with(call, problem)


def _answer_with(call, problem):
    """The client sees a fixed sentence unless the error is one for him, the log sees it all."""
    if isinstance(problem, GLib.Error) and isinstance(problem.domain, str):
        call.return_error(problem)
        if problem.domain == GLib.quark_to_string(GImap4D.RestServerError.quark()):
            return
    else:
        where = traceback.extract_tb(problem.__traceback__)[-1]
        words = traceback.format_exception_only(problem)[-1].strip()
        call.return_error(GLib.Error.new_literal(
            Gio.io_error_quark(), f"{words} ({where.filename}:{where.lineno})",
            Gio.IOErrorEnum.FAILED))
    traceback.print_exception(problem)


def _registers(register):
    """With the function or, without it, as a decorator."""
    signature = inspect.signature(register)
    texts = [name for name, parameter in signature.parameters.items()
             if name not in ("self", "function") and parameter.kind != parameter.KEYWORD_ONLY]

    @functools.wraps(register)
    def method(*arguments, **options):
        try:
            bound = signature.bind(*arguments, **options)
        except TypeError as problem:
            raise TypeError(f"{register.__name__}(): {problem}") from None
        bound.apply_defaults()
        for name in texts:
            if not isinstance(bound.arguments[name], (str, type(None))):
                raise TypeError(f"{register.__name__}(): {name} has to be a str, not "
                                f"{bound.arguments[name]!r}")

        def decorate(function):
            if not callable(function):
                raise TypeError(f"{register.__name__}(): {function!r} cannot be called")
            if inspect.iscoroutinefunction(function):
                raise TypeError(f"{register.__name__}(): nothing would run the async function "
                                f"{function.__name__}")
            bound.arguments["function"] = function
            register(*bound.args, **bound.kwargs)
            return function

        function = bound.arguments["function"]
        return decorate if function is None else decorate(function)

    return method


def _is_of_application(function):
    """Whether a method is one of Python's, and not of a library in C."""
    return inspect.isfunction(function) and not function.__module__.startswith("gi.")


def _call_with(method, params):
    """A method of the application; parameters that do not fit are the client's fault."""
    try:
        inspect.signature(method).bind(*params)
    except TypeError as problem:
        raise GLib.Error.new_literal(GImap4D.RestServerError.quark(), str(problem),
                                     GImap4D.RestServerError.BAD_REQUEST) from None
    return method(*params)


def _extend_server(cls):
    c_expose, c_run = cls.expose, cls.run
    c_add_handler, c_add_regex_handler = cls.add_handler, cls.add_regex_handler
    c_add_singleton = cls.add_singleton

    def expose(self, class_name, function_name, function=None, *, http_get=False):
        """Exposes function (request, params), which returns the result or raises."""
        flags = GImap4D.RestExposeFlags(1 if to_boolean(http_get, "http_get") else 0)
        c_expose(self, class_name, function_name, flags, lambda request, params, call, *_: _answer(
            call, lambda: function(request, from_value(params))))

    def add_handler(self, pattern, verbs=None, function=None):
        """Has function (request) answer all requests below a path."""
        c_add_handler(self, pattern, verbs,
                      lambda request, call, *_: _answer(call, function, request))

    def add_regex_handler(self, pattern, verbs=None, function=None):
        """Has function (request) answer all requests whose path matches."""
        c_add_regex_handler(self, pattern, verbs,
                            lambda request, call, *_: _answer(call, function, request))

    def expose_object(self, class_name, thing, *names, http_get=False):
        """Exposes methods of an object by their names; they get the parameters one by one."""
        flags = GImap4D.RestExposeFlags(1 if to_boolean(http_get, "http_get") else 0)
        for name in names:
            if _is_of_application(getattr(type(thing), name, None)):
                method = getattr(thing, name)
                expose(self, class_name, name,
                       lambda request, params, method=method: _call_with(method, params),
                       http_get=http_get)
            elif not isinstance(thing, GObject.Object):
                raise AttributeError(f"{type(thing).__name__} has no method {name}")
            else:
                self.expose_method(class_name, thing, name, flags)

    def add_singleton(self, name, thing):
        """Makes the methods of an object known to which HTTPHandlers.json may lead."""
        if isinstance(thing, GObject.Object):
            c_add_singleton(self, name, thing)
        for method_name in dir(type(thing)):
            if not method_name.startswith("_") and _is_of_application(
                    getattr(type(thing), method_name)):
                method = getattr(thing, method_name)
                self.add_singleton_function(
                    name, method_name,
                    lambda request, call, *_, method=method: _answer(call, method, request))

    def run(self):
        """Serves until stop () is called, or Ctrl+C."""
        with wakeup_on_signal(), register_sigint_fallback(self.stop):
            c_run(self)

    cls.expose = _registers(expose)
    cls.add_handler = _registers(add_handler)
    cls.add_regex_handler = _registers(add_regex_handler)
    cls.expose_object = expose_object
    cls.add_singleton = add_singleton
    cls.run = run


class _SessionStorage(GLib.VariantDict):
    """With n_threads two requests of one browser may be answered at once: one call at a time."""


def _locked(lock, function):
    @functools.wraps(function)
    def wrapper(*arguments):
        with lock:
            return function(*arguments)

    return wrapper


def _extend_session(cls):
    c_get = cls.get_storage
    lock = threading.Lock()
    for name in ("clear", "contains", "copy", "end", "insert_value", "lookup_value", "remove"):
        setattr(_SessionStorage, name, _locked(lock, getattr(GLib.VariantDict, name)))

    @functools.wraps(c_get)
    def get_storage(self):
        # Not by the property, which counts references while other threads run.
        storage = c_get(self)
        storage.__class__ = _SessionStorage
        return storage

    cls.get_storage = get_storage
    cls.storage = property(get_storage, doc=cls.storage.__doc__)


def _extend_events(cls):
    c_send = cls.send

    @functools.wraps(c_send)
    def send(self, data, event=None, id=None):
        """A text as it is; anything else as JSON."""
        if not isinstance(data, str):
            data = json.dumps(data, allow_nan=False)
        return c_send(self, data, event, id)

    cls.send = send


# The classes.


def _is_two_numbers(arguments):
    return len(arguments) > 1 and type(arguments[0]) is type(arguments[1]) is int


def _dispatch_numbers(cls, name, by_number):
    """get_mails (1, 20): two numbers are 4D's start and end."""
    by_ids = getattr(cls, name)

    @functools.wraps(by_ids)
    def wrapper(self, *arguments, **options):
        if _is_two_numbers(arguments):
            return getattr(self, by_number)(*arguments, **options)
        return by_ids(self, *arguments, **options)

    setattr(cls, name, wrapper)


def _dispatch_finish(cls):
    """get_mails_finish () for what get_mails_async (1, 20, callback=…) began, too."""
    by_ids = cls.get_mails_finish

    @functools.wraps(by_ids)
    def wrapper(self, result):
        if getattr(result, "begun_by", None) == "get_mails_by_number_async":
            return self.get_mails_by_number_finish(result)
        return by_ids(self, result)

    cls.get_mails_finish = wrapper


def _finish_taking(cls):
    """fetch_mails_finish () raises what the function raised."""
    finish = cls.fetch_mails_finish

    @functools.wraps(finish)
    def wrapper(self, result):
        taker = getattr(result, "taker", None) or _Taker(None)
        return taker.end(finish, self, result)

    cls.fetch_mails_finish = wrapper


def _leave(self, kind, _problem, _traceback):
    try:
        self.close()
    except GLib.Error:
        # The caller's own exception says more.
        if kind is None:
            raise


async def _enter_async(self):
    return self


async def _leave_async(self, *_):
    await self.close_async()


def _search_by_options(cls, name):
    """search (from_="x", seen=False): what ImapSearch () takes, right in the call."""
    plain = getattr(cls, name)

    @functools.wraps(plain)
    def wrapper(self, search=None, *arguments, cancellable=None, callback=None, **options):
        if search is None or options:
            options = make_search(**options)
            search = options if search is None else to_search(search).both(options)
        if cancellable is not None:
            arguments = (cancellable, *arguments)
        named = {} if callback is None else {"callback": callback}
        return plain(self, search, *arguments, **named)

    setattr(cls, name, wrapper)


def _extend_transporter(cls):
    _search_by_options(cls, "search")
    _search_by_options(cls, "search_async")
    _dispatch_numbers(cls, "get_mails", "get_mails_by_number")
    _dispatch_numbers(cls, "get_mails_async", "get_mails_by_number_async")
    _dispatch_finish(cls)
    _extend_token_provider(cls)
    _finish_taking(cls)
    cls.__enter__ = lambda self: self
    cls.__exit__ = _leave
    cls.__aenter__ = _enter_async
    cls.__aexit__ = _leave_async


def _start_notifier(self):
    self.start()
    return self


async def _start_notifier_async(self):
    await self.start_async()
    return self


async def _stop_notifier_async(self, *_):
    await self.stop_async()


def _connect_notifier(self, signal, handler, *arguments):
    """As ever; what is connected under asyncio is called in the thread of the event loop."""
    if not is_asyncio_running():
        return GObject.Object.connect(self, signal, handler, *arguments)
    loop = asyncio.get_running_loop()

    def hand_over(*values):
        try:
            loop.call_soon_threadsafe(handler, *values)
        except RuntimeError:
            pass  # The loop was closed meanwhile: nobody listens.

    return GObject.Object.connect(self, signal, hand_over, *arguments)


def _extend_notifier(cls):
    cls.connect = _connect_notifier
    cls.__enter__ = _start_notifier
    cls.__exit__ = lambda self, *_: self.stop() and None
    cls.__aenter__ = _start_notifier_async
    cls.__aexit__ = _stop_notifier_async


def _count_positional(function):
    """How many of two arguments the function takes."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 2
    if any(parameter.kind == parameter.VAR_POSITIONAL for parameter in parameters):
        return 2
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return min(2, sum(parameter.kind in kinds for parameter in parameters))


def _get_token(provider, arguments):
    """In a thread of the library. Nothing that a provider does may end it."""
    try:
        token = provider(*arguments)
        if token is not None and not isinstance(token, str):
            raise TypeError(f"the token provider returned a {type(token).__name__}, not a str")
        return token
    except BaseException:
        traceback.print_exc()
        return None


def _extend_token_provider(cls):
    c_set = cls.set_token_provider

    def set_token_provider(self, provider):
        """Sets the function that gets tokens: provider (transporter, reason), (reason) or ()."""
        if provider is None:
            c_set(self, None)
            return
        if not callable(provider):
            raise TypeError(f"set_token_provider(): {provider!r} cannot be called")
        count = _count_positional(provider)

        def provide(transporter, reason, *_):
            arguments = (transporter, reason) if count == 2 else (reason,)[:count]
            return _get_token(provider, arguments)

        c_set(self, provide)

    cls.set_token_provider = set_token_provider


def _extend_mails(cls):
    cls.__iter__ = lambda self: iter(self.list)
    cls.__len__ = lambda self: len(self.list)
    cls.__getitem__ = lambda self, number: self.list[number]
    cls.__bool__ = lambda self: len(self.list) > 0


def _extend(cls):
    for info in cls.__info__.get_methods():
        _wrap_method(cls, info)
    if not issubclass(cls, GObject.Object):
        return
    for pspec in cls.list_properties():
        if pspec.name.replace("-", "_") not in cls.__dict__:
            _add_property(cls, pspec)
    cls.__init__ = _constructor(cls)
    cls.__repr__ = cls.__str__ = _describe
    cls.__setattr__ = _set_attribute


for _name in dir(GImap4D):
    _class = getattr(GImap4D, _name)
    if isinstance(_class, type) and (
            _name in ("ImapMessageSet", "ImapSearch") or issubclass(_class, GObject.Object)):
        _extend(_class)

_extend_transporter(GImap4D.ImapTransporter)
_extend_mails(GImap4D.ImapMails)
_extend_notifier(GImap4D.ImapNotifier)
_extend_server(GImap4D.RestServer)
_extend_session(GImap4D.RestSession)
_extend_events(GImap4D.EventStream)
for _name, _function in _SET_METHODS.items():
    setattr(GImap4D.ImapMessageSet, _name, _function)

for _name, _function in _SEARCH_METHODS.items():
    setattr(GImap4D.ImapSearch, _name, _function)

IMAP_ALL = GImap4D.ImapMessageSet.new_all()
