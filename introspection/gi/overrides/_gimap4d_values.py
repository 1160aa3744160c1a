"""Values between Python and C, both ways, by the type that C has for them.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import datetime
import functools
import json
import os
import re
from collections.abc import Iterable, Mapping
from operator import index

from gi._gi import TypeTag
from gi.module import get_introspection_module
from gi.repository import Gio, GLib, GObject, Json

GImap4D = get_introspection_module("GImap4D")

ADDRESS_PROPERTIES = ("from", "sender", "reply_to", "to", "cc", "bcc")

# As C has them, before they are wrapped.
_new, _new_single, _new_range, _parse = (
    getattr(GImap4D.ImapMessageSet, name) for name in ("new", "new_single", "new_range", "parse"))


# Values: from Python to C.


def _refuse(value, wanted, name):
    raise TypeError(f"{name}: expected {wanted}, not {type(value).__name__}")


def to_integer(value, name, minimum, maximum):
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        _refuse(value, "an integer", name)
    number = index(value)
    if not minimum <= number <= maximum:
        raise ValueError(f"{name}: {number} is not between {minimum} and {maximum}")
    return number


def to_boolean(value, name):
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
    if isinstance(value, int):
        return str(to_integer(value, name, 1, 2**32 - 1))
    return _text(value, name)


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
    # json-glib keeps whole numbers in 64 bits, and would take a larger one for another.
    json.loads(text, parse_int=lambda digits: to_integer(int(digits), name, -2**63, 2**63 - 1))
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


def to_value(value, name):
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


def to_message_set(value, name="ids"):
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
        return _new_range(*(to_integer(end, name, 1, 2**32 - 1) for end in (value[0], value[-1])))
    ids = [_id(item, name) for item in value]
    return _new(ids) if all(item.isdigit() for item in ids) else _parse(",".join(ids))


# Keywords that are options of a search of their own: True for mails that have it, False for others.
_SEARCHED_KEYWORDS = ("answered", "deleted", "draft", "flagged", "seen")


def _search_for(key, value):
    """The search for one option: from_="x", since=datetime (…), seen=False, header=("X", "y")."""
    make = getattr(GImap4D.ImapSearch, "new_" + key.rstrip("_"), None)
    if key in _SEARCHED_KEYWORDS:
        search = GImap4D.ImapSearch.new_keyword("$" + key)
        return search if to_boolean(value, key) else search.negate()
    if make is None or key == "all":
        raise TypeError(f"ImapSearch() has no argument {key}")
    return make(*value) if key == "header" and isinstance(value, tuple) else make(value)


def make_search(**options):
    """All of what the options say; a list or a set of values has to match with each of them."""
    search = None
    for key, value in options.items():
        values = value if isinstance(value, (list, set, frozenset)) and key != "ids" else [value]
        for item in values:
            part = _search_for(key, item)
            search = part if search is None else search.both(part)
    return GImap4D.ImapSearch.new_all() if search is None else search


def to_search(value, name="search"):
    """A search: itself, or 4D's criteria."""
    if isinstance(value, GImap4D.ImapSearch):
        return value
    return GImap4D.ImapSearch.parse(_text(value, name))


def _enumerated(gtype, value, name):
    """A member itself, its number, or its name in lower case; flags by number only."""
    if isinstance(value, gtype.pytype):
        return value
    if gtype.is_a(GObject.TYPE_FLAGS):
        return gtype.pytype(to_integer(value, name, 0, 2**31 - 1))
    if not isinstance(value, str):
        value = to_integer(value, name, -(2**31), 2**31 - 1)
    for number, member in gtype.pytype.__enum_values__.items():
        if value in (number, member.value_nick):
            return member
    raise ValueError(f"{name}: there is no {gtype.pytype.__name__} {value}")


def _addresses(value, name):
    """Text ("Somebody <a@b>, c@d"), {name, email}, an address, or a collection of those."""
    addresses = Gio.ListStore.new(GImap4D.EmailAddress)
    for item in [value] if isinstance(value, (str, Mapping, GObject.Object)) else value:
        if isinstance(item, str):
            scratch = GImap4D.Email.new()
            scratch.set_addresses("to", _text(item, name))
            for address in scratch.get_to():
                addresses.append(address)
        elif isinstance(item, Mapping):
            addresses.append(GImap4D.EmailAddress(**item))
        elif isinstance(item, GImap4D.EmailAddress):
            addresses.append(item)
        else:
            _refuse(item, "an address", name)
    return addresses


def _items(value, item_type, name):
    """PyGObject warns of an item of another class, and leaves it out."""
    for item in value:
        item = item_type(**item) if isinstance(item, Mapping) else item
        if not isinstance(item, item_type):
            _refuse(item, f"a {item_type.__name__}", name)
        yield item


def _list(value, name):
    item_type = (GImap4D.EmailAddress if name in ADDRESS_PROPERTIES else
                 GImap4D.EmailHeader if name == "headers" else GImap4D.MailAttachment)
    if name in ADDRESS_PROPERTIES and not isinstance(value, Gio.ListModel):
        return _addresses(value, name)
    store = Gio.ListStore.new(item_type)
    for item in _items(value, item_type, name):
        store.append(item)
    return value if isinstance(value, Gio.ListModel) else store


_CONVERTERS = {
    "GBytes": _bytes,
    "GDateTime": _date_time,
    "GFile": _file,
    "GImapMessageSet": to_message_set,
    "GImapSearch": to_search,
    "GListModel": _list,
    "GStrv": _texts,
    "GValue": to_value,
    "JsonNode": _json,
    "filename": _path,
    "gboolean": to_boolean,
    "gchararray": _text,
    "id": _id,
}

_BITS = {"8": 8, "16": 16, "32": 32, "64": 64, "": 32}
_NUMBERS = {"g" + ("u" if is_unsigned else "") + "int" + bits:
            (0, 2**size - 1) if is_unsigned else (-(2 ** (size - 1)), 2 ** (size - 1) - 1)
            for bits, size in _BITS.items() for is_unsigned in (False, True)}

TAGS = {
    TypeTag.BOOLEAN: "gboolean",
    TypeTag.FILENAME: "filename",
    TypeTag.UTF8: "gchararray",
    **{getattr(TypeTag, kind[1:].upper()): kind for kind in _NUMBERS if kind[-1].isdigit()},
}


def get_converter(kind, gtype, limits=None):
    """The function (value, name) for a type, or None when PyGObject does as it should."""
    if kind in _NUMBERS:
        return lambda value, name: to_integer(value, name, *(limits or _NUMBERS[kind]))
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


def from_value(value):
    if isinstance(value, GLib.Bytes):
        return value.get_data()
    if isinstance(value, (Json.Object, Json.Array)):
        node = Json.Node.alloc()
        is_object = isinstance(value, Json.Object)
        value = node.init_object(value) if is_object else node.init_array(value)
    return _from_json(value) if isinstance(value, Json.Node) else value


RESULTS = {"GDateTime": _from_date_time, "GValue": from_value, "JsonNode": _from_json}
