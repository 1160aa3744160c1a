"""What Python adds to the library: attributes, keyword options, plain values, sets, `with`, `await`.

Nothing here knows one call of the library by heart: every class and every method of the namespace is
walked once, and each argument and result is converted by its type.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import asyncio
import atexit
import datetime
import functools
import inspect
import json
import os
import re
import threading
from collections.abc import Iterable, Mapping
from operator import index

from gi._gi import Direction, ScopeType, TypeTag
from gi.module import get_introspection_module
from gi.repository import Gio, GLib, GObject, Json

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
    "criteria": "",
    "flags": None,
    "keywords": None,
    "state": 0,
    "update_seen": True,
}

# Options that become flags: the name of the option, the member, whether it is on by default.
_FETCH_OPTIONS = {"update_seen": ("UPDATE_SEEN", True), "with_body": ("WITH_BODY", True)}
_FLAG_OPTIONS = {
    "GImapFetchFlags": _FETCH_OPTIONS,
    "GImapBoxListFlags": {"subscribed": ("SUBSCRIBED", False), "with_status": ("WITH_STATUS", False)},
}

# Where C takes any number and would cut a larger one.
_RANGES = {"port": (1, 65535)}

_ADDRESS_PROPERTIES = ("from", "sender", "reply_to", "to", "cc", "bcc")

# What tells an object from its sisters; never a secret.
_SHOWN = {
    "Email": ("id", "subject"),
    "EmailAddress": ("name", "email"),
    "EmailBodyPart": ("part-id", "content-type"),
    "EmailHeader": ("name",),
    "ImapBox": ("name",),
    "ImapBoxInfo": ("name", "mail-count"),
    "ImapStatus": ("success", "status-text"),
    "ImapStatusError": ("code", "message"),
    "IncomingMessage": ("verb",),
    "MailAttachment": ("name", "type"),
    "OutgoingMessage": ("status",),
    "RestServer": ("project-name",),
}
_LONGEST_SHOWN = 80


# Values: from Python to C.


def _refuse(value, wanted, name):
    raise TypeError(f"{name}: expected {wanted}, not {type(value).__name__}")


def _integer(value, name, minimum, maximum):
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        _refuse(value, "an integer", name)
    number = index(value)
    if not minimum <= number <= maximum:
        raise ValueError(f"{name}: {number} is not between {minimum} and {maximum}")
    return number


def _boolean(value, name):
    # The text "false" would be true.
    if not isinstance(value, (bool, int)) or value not in (0, 1):
        _refuse(value, "True or False", name)
    return bool(value)


def _text(value, name):
    if not isinstance(value, str):
        _refuse(value, "a text", name)
    # C would see the text up to there.
    if "\0" in value:
        raise ValueError(f"{name}: the text has a NUL in it")
    return value


def _path(value, name):
    return _text(os.fsdecode(value) if isinstance(value, (bytes, os.PathLike)) else value, name)


def _texts(value, name):
    """A sequence of texts; 4D's {keyword: boolean} too. Never a text: its letters are not meant."""
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        _refuse(value, "a sequence of texts", name)
    if isinstance(value, Mapping):
        value = [key for key, is_given in value.items() if is_given]
    return [_text(item, name) for item in value]


def _id(value, name):
    """An id is text for the library; a caller may have the number."""
    return str(_integer(value, name, 1, 2**32 - 1)) if isinstance(value, int) else _text(value, name)


def _bytes(value, name):
    if isinstance(value, (bytes, bytearray, memoryview)):
        return GLib.Bytes.new(bytes(value))
    return value if isinstance(value, GLib.Bytes) else _refuse(value, "bytes", name)


def _json(value, name):
    if isinstance(value, Json.Node):
        return value
    try:
        text = json.dumps(value, allow_nan=False)
    except RecursionError:
        raise ValueError(f"{name}: the value is nested too deeply") from None
    except TypeError as problem:
        raise TypeError(f"{name}: {problem}") from None
    if re.search(r"(?<!\\)(?:\\\\)*\\u0000", text):
        raise ValueError(f"{name}: a text has a NUL in it")
    return Json.from_string(text)


def _date_time(value, name):
    if isinstance(value, GLib.DateTime):
        return value
    if not isinstance(value, datetime.datetime):
        _refuse(value, "a datetime", name)
    if value.tzinfo is None:
        value = value.astimezone()
    zone = GLib.TimeZone.new_offset(int(value.utcoffset().total_seconds()))
    return GLib.DateTime.new(zone, *value.timetuple()[:6]).add(value.microsecond)


def _file(value, name):
    if isinstance(value, (str, bytes, os.PathLike)):
        return Gio.File.new_for_path(_path(value, name))
    return value


def _value(value, name):
    """What C takes as a GValue: each Python value as the type that says the same there."""
    if isinstance(value, str):
        return _text(value, name)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _bytes(value, name)
    if isinstance(value, (Mapping, list, tuple)):
        return _json(value, name)
    if isinstance(value, os.PathLike):
        return _file(value, name)
    if isinstance(value, int) and not -(2**31) <= value < 2**31:
        kind = GObject.TYPE_INT64 if value < 2**63 else GObject.TYPE_UINT64
        return GObject.Value(kind, value)
    return value


def _message_set(value, name="ids"):
    """A set: itself, "1:3,7", a number, or a sequence of texts and numbers."""
    if isinstance(value, GImap4D.ImapMessageSet):
        return value
    if isinstance(value, str):
        return _parse(_text(value, name))
    if isinstance(value, int):
        return _new_single(_id(value, name))
    if isinstance(value, (bytes, bytearray, memoryview)) or not isinstance(value, Iterable):
        _refuse(value, "a set of ids: a text, a number or a sequence of them", name)
    if isinstance(value, range) and value and value.step == 1:
        return _new_range(*(_integer(end, name, 1, 2**32 - 1) for end in (value[0], value[-1])))
    ids = [_id(item, name) for item in value]
    return _new(ids) if all(item.isdigit() for item in ids) else _parse(",".join(ids))


def _enumerated(gtype, value, name):
    """A member itself, its number, or its name in lower case."""
    if isinstance(value, gtype.pytype):
        return value
    if isinstance(value, str) and gtype.is_a(GObject.TYPE_ENUM):
        for member in gtype.pytype.__enum_values__.values():
            if member.value_nick == value.lower():
                return member
        raise ValueError(f"{name}: there is no {value}")
    return gtype.pytype(_integer(value, name, 0, 2**31 - 1))


def _addresses(value, name):
    """Text ("Somebody <a@b>, c@d"), {name, email}, an address, or a collection of those."""
    addresses = Gio.ListStore.new(GImap4D.EmailAddress)
    for item in [value] if isinstance(value, (str, Mapping, GObject.Object)) else value:
        if isinstance(item, str):
            if re.search(r"[\r\n]", _text(item, name)):
                raise ValueError(f"{name}: an address has a line break in it")
            for address in GImap4D.Email.new_from_mime(b"To: " + item.encode() + b"\r\n\r\n").to:
                addresses.append(address)
        elif isinstance(item, Mapping):
            addresses.append(GImap4D.EmailAddress(**item))
        elif isinstance(item, GImap4D.EmailAddress):
            addresses.append(item)
        else:
            _refuse(item, "an address", name)
    return addresses


def _list(value, name):
    if isinstance(value, Gio.ListModel):
        return value
    if name in _ADDRESS_PROPERTIES:
        return _addresses(value, name)
    item_type = GImap4D.EmailHeader if name == "headers" else GImap4D.MailAttachment
    store = Gio.ListStore.new(item_type)
    for item in value:
        store.append(item_type(**item) if isinstance(item, Mapping) else item)
    return store


_CONVERTERS = {
    "GBytes": _bytes,
    "GDateTime": _date_time,
    "GFile": _file,
    "GImapMessageSet": _message_set,
    "GListModel": _list,
    "GStrv": _texts,
    "GValue": _value,
    "JsonNode": _json,
    "filename": _path,
    "gboolean": _boolean,
    "gchararray": _text,
    "id": _id,
}

_BITS = {"8": 8, "16": 16, "32": 32, "64": 64, "": 32}
_NUMBERS = {"g" + ("u" if is_unsigned else "") + "int" + bits:
            (0, 2**size - 1) if is_unsigned else (-(2 ** (size - 1)), 2 ** (size - 1) - 1)
            for bits, size in _BITS.items() for is_unsigned in (False, True)}

_TAGS = {
    TypeTag.BOOLEAN: "gboolean",
    TypeTag.FILENAME: "filename",
    TypeTag.UTF8: "gchararray",
    **{getattr(TypeTag, kind[1:].upper()): kind for kind in _NUMBERS if kind[-1].isdigit()},
}


def _converter(kind, gtype, limits=None):
    """The function (value, name) for a type, or None when PyGObject does as it should."""
    if kind in _NUMBERS:
        return lambda value, name: _integer(value, name, *(limits or _NUMBERS[kind]))
    if gtype is not None and (gtype.is_a(GObject.TYPE_ENUM) or gtype.is_a(GObject.TYPE_FLAGS)):
        return functools.partial(_enumerated, gtype)
    return _CONVERTERS.get(kind)


# Values: from C to Python.


def _from_json(node):
    return None if node is None else json.loads(Json.to_string(node, False))


def _from_date_time(value):
    if value is None:
        return None
    offset = datetime.timedelta(microseconds=value.get_utc_offset())
    return datetime.datetime(*value.get_ymd(), value.get_hour(), value.get_minute(),
                             value.get_second(), value.get_microsecond(), datetime.timezone(offset))


def _from_value(value):
    if isinstance(value, GLib.Bytes):
        return value.get_data()
    if isinstance(value, (Json.Object, Json.Array)):
        node = Json.Node.alloc()
        is_object = isinstance(value, Json.Object)
        value = node.init_object(value) if is_object else node.init_array(value)
    return _from_json(value) if isinstance(value, Json.Node) else value


_RESULTS = {"GDateTime": _from_date_time, "GValue": _from_value, "JsonNode": _from_json}


# Methods.


def _kind_of(type_info):
    """The name of a type as GObject says it, and its GType when it has one of its own."""
    tag = type_info.get_tag()
    if tag == TypeTag.ARRAY and type_info.get_param_type(0).get_tag() == TypeTag.UTF8:
        return "GStrv", None
    if tag == TypeTag.INTERFACE and hasattr(type_info.get_interface(), "get_g_type"):
        gtype = type_info.get_interface().get_g_type()
        return gtype.name, gtype
    return _TAGS.get(tag), None


def _our_name(name):
    """A name in 4D's spelling or ours, in ours."""
    return _NAMES_OF_4D.get(name) or re.sub("[A-Z]", lambda match: "_" + match[0].lower(), name)


def _our_names(arguments):
    names = {}
    for name, value in arguments.items():
        if names.setdefault(_our_name(name), value) is not value:
            raise TypeError(f"{_our_name(name)} is given twice")
    return names


class _Method:
    """How the arguments of one C function come from Python and its result goes there."""

    def __init__(self, info):
        self.name = info.get_name()
        self._converters = {}
        self._flags = None
        self.takes_callback = False
        arguments = [argument for argument in info.get_arguments()
                     if argument.get_direction() != Direction.OUT]
        hidden = {number for argument in info.get_arguments()
                  for number in (argument.get_closure(), argument.get_destroy())}
        self._names = []
        for number, argument in enumerate(info.get_arguments()):
            if argument in arguments and number not in hidden:
                self._add(argument)
        self._result = _RESULTS.get(_kind_of(info.get_return_type())[0])
        self.signature = self._make_signature(info, arguments)

    def _add(self, argument):
        name = argument.get_name()
        kind, gtype = _kind_of(argument.get_type())
        self._names.append(name)
        if argument.get_scope() == ScopeType.ASYNC:
            self.takes_callback = True
            return
        if kind in _FLAG_OPTIONS and name == "flags":
            self._flags = gtype.pytype, _FLAG_OPTIONS[kind]
        converter = _converter("id" if name == "id" else kind, gtype)
        if converter:
            self._converters[name] = converter

    def _make_signature(self, info, arguments):
        nullable = {argument.get_name() for argument in arguments if argument.may_be_null()}
        parameters = []
        has_default = True
        # A parameter can be left out when all behind it can.
        for name in reversed(self._names):
            default = None if name in nullable else _DEFAULTS.get(name, inspect.Parameter.empty)
            has_default = has_default and default is not inspect.Parameter.empty
            parameters.insert(0, inspect.Parameter(
                name, inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=default if has_default else inspect.Parameter.empty))
        if self.takes_callback:
            parameters.append(inspect.Parameter("user_data", inspect.Parameter.VAR_POSITIONAL))
        for option in self._flags[1] if self._flags else ():
            parameters.append(inspect.Parameter(option, inspect.Parameter.KEYWORD_ONLY, default=None))
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
        return values

    def _join_flags(self, values):
        flags, options = self._flags
        given = {option: _boolean(values[option], option)
                 for option in options if values[option] is not None}
        if given and values["flags"] is not None:
            raise TypeError(f"{self.name}(): flags and {', '.join(given)} say the same")
        if values["flags"] is None:
            values["flags"] = flags(0)
            for option, (member, is_default) in options.items():
                if given.get(option, is_default):
                    values["flags"] |= getattr(flags, member)

    def positional(self, values):
        return [values[name] for name in self._names]

    def from_result(self, result):
        return self._result(result) if self._result else result


def _wrap_function(info, call):
    method = _Method(info)

    @functools.wraps(call, assigned=("__doc__",), updated=())
    def wrapper(*arguments, **options):
        values = method.bind(arguments, options)
        if "self" in values:
            return method.from_result(call(values["self"], *method.positional(values)))
        return method.from_result(call(*method.positional(values)))

    return method, wrapper


def _wrap_async(info):
    """With a callback as in C. Without one, under asyncio, the result is a future."""
    method = _Method(info)
    finish = method.name[:-len("_async")] + "_finish"

    @functools.wraps(info, assigned=("__doc__",), updated=())
    def wrapper(*arguments, **options):
        values = method.bind(arguments, options)
        owner = values["self"]
        if values["callback"] is not None or not _is_asyncio_running():
            return info(owner, *method.positional(values), *values["user_data"])
        values["cancellable"] = values["cancellable"] or Gio.Cancellable()

        def start(callback):
            values["callback"] = callback
            info(owner, *method.positional(values))

        return _future(start, getattr(owner, finish), values["cancellable"])

    return method, wrapper


def _wrap_method(cls, info):
    name = info.get_name()
    if name.endswith("_async"):
        method, wrapper = _wrap_async(info)
    else:
        # A constructor is bound to its class by the look-up.
        method, wrapper = _wrap_function(info, info if info.is_method() else getattr(cls, name))
    wrapper.__name__ = name
    wrapper.__qualname__ = f"{cls.__name__}.{name}"
    wrapper.__module__ = cls.__module__
    wrapper.__signature__ = method.signature
    setattr(cls, name, wrapper if info.is_method() else staticmethod(wrapper))


# asyncio. Its loop runs no GLib main context, so awaited calls end in one of our own.


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


def _is_asyncio_running():
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


def _future(start, finish, cancellable):
    """Has START (callback) called in our context; the future gets what FINISH makes of the result."""
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


# Properties, construction, what an object says of itself.


def _convert_property(pspec, value):
    limits = _RANGES.get(pspec.name) or (
        (pspec.minimum, pspec.maximum) if hasattr(pspec, "minimum") else None)
    converter = _converter(pspec.value_type.name, pspec.value_type, limits)
    if converter is None or value is None:
        return value
    return converter(value, pspec.name.replace("-", "_"))


def _add_property(cls, pspec):
    name = pspec.name.replace("-", "_")
    is_readable = pspec.flags & GObject.ParamFlags.READABLE
    is_writable = (pspec.flags & GObject.ParamFlags.WRITABLE
                   and not pspec.flags & GObject.ParamFlags.CONSTRUCT_ONLY)
    convert_result = _RESULTS.get(pspec.value_type.name, lambda value: value)

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
    value = _value(value, "body")
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
    return (self.get_id(number) for number in range(_closed(self).get_size()))


def _set_repr(self):
    text = self.to_string()
    if len(text) > _LONGEST_SHOWN:
        text = text[:_LONGEST_SHOWN] + "…"
    return f"<GImap4D.ImapMessageSet {text}>"


def _set_has(self, value):
    return isinstance(value, (str, int)) and not isinstance(value, bool) and self.contains(str(value))


def _set_equal(self, other):
    return self.equal(other) if isinstance(other, GImap4D.ImapMessageSet) else NotImplemented


def _set_item(self, number):
    size = len(self)
    if isinstance(number, slice):
        return [self.get_id(position) for position in range(size)[number]]
    return self.get_id(range(size)[number])


_SET_METHODS = {
    "__new__": staticmethod(lambda cls, ids=(): _message_set(ids)),
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


def _extend_transporter(cls):
    _dispatch_numbers(cls, "get_mails", "get_mails_by_number")
    _dispatch_numbers(cls, "get_mails_async", "get_mails_by_number_async")
    cls.__enter__ = lambda self: self
    cls.__exit__ = _leave
    cls.__aenter__ = _enter_async
    cls.__aexit__ = _leave_async


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
            _name == "ImapMessageSet" or issubclass(_class, GObject.Object)):
        _extend(_class)

_extend_transporter(GImap4D.ImapTransporter)
_extend_mails(GImap4D.ImapMails)
_new, _new_single, _new_range, _parse = (
    getattr(GImap4D.ImapMessageSet, _name) for _name in ("new", "new_single", "new_range", "parse"))
for _name, _function in _SET_METHODS.items():
    setattr(GImap4D.ImapMessageSet, _name, _function)

IMAP_ALL = GImap4D.ImapMessageSet.new_all()
