"""The HTTP half of Python: exposed functions, handlers, requests.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import json
import sys
import tempfile
import threading
import urllib.error
import urllib.request

import tap
from library import Gio, GImap4D, GLib, GObject, raises


def request(server, path, *, data=None, body=None, content_type="application/json", verb=None):
    """Asks the server from a thread while its context runs here; (status, headers, body)."""
    answer = []
    url = server.uris[0].rstrip("/") + path

    def ask():
        question = urllib.request.Request(
            url, method=verb, data=body if data is None else json.dumps(data).encode(),
            headers={"Content-Type": content_type})
        try:
            with urllib.request.urlopen(question, timeout=20) as reply:
                answer.append((reply.status, reply.headers, reply.read()))
        except urllib.error.HTTPError as problem:
            answer.append((problem.code, problem.headers, problem.read()))
        except OSError as problem:
            answer.append(problem)
        GLib.MainContext.default().wakeup()

    threading.Thread(target=ask).start()
    while not answer:
        GLib.MainContext.default().iteration(True)
    return answer[0]


def result(server, path, **options):
    status, _, body = request(server, path, **options)
    assert status == 200, (status, body)
    return json.loads(body)["result"]


def new_server():
    server = GImap4D.RestServer(project_name="Test")
    server.listen(0)
    return server


def test_attributes():
    server = new_server()
    assert server.project_name == "Test" and server.rest_path == "/rest"
    assert all(isinstance(uri, str) and uri.startswith("http://") for uri in server.uris)
    server.max_connections = 5
    assert server.max_connections == 5 and repr(server) == "<GImap4D.RestServer Test>"
    raises(ValueError, lambda: setattr(server, "max_connections", 0), "max_connections")
    raises(TypeError, lambda: setattr(server, "allowed_hosts", "a.example"), "allowed_hosts")
    raises(ValueError, lambda: server.listen(70000), "port")
    raises(AttributeError, lambda: setattr(server, "uris", []))


def test_wrong_objects():
    """What is no certificate is not taken for none: the server would speak without TLS."""
    server = GImap4D.RestServer(project_name="test")
    for thing in (Gio.Cancellable(), server, "certificate.pem", 5, {}):
        def assign(thing=thing):
            server.tls_certificate = thing
        raises(TypeError, assign, "tls_certificate")
    assert server.tls_certificate is None
    server.tls_certificate = None


def test_results():
    server = new_server()
    value = [None]
    server.expose("$catalog", "give", lambda request, params: value[0])
    for value[0] in ("é", 5, 2**40, 1.5, True, None, {"a": [1, None]}, [1, "b"], []):
        assert result(server, "/rest/$catalog/give", data=[]) == value[0], value
    for value[0] in (b"\0\1", bytearray(b"ab"), GLib.Bytes.new(b"x")):
        status, headers, body = request(server, "/rest/$catalog/give", data=[])
        assert status == 200 and headers["Content-Type"] == "application/octet-stream"
        assert body == (value[0].get_data() if isinstance(value[0], GLib.Bytes) else value[0])


def test_parameters():
    server = new_server()
    seen = []

    def echo(request, params):
        seen.append((request.verb, request.url_path, request.get_json()))
        return params

    server.expose("$catalog", "echo", echo)
    given = [1, "é", None, {"a": [2.5, 2**40]}, []]
    assert result(server, "/rest/$catalog/echo", data=given) == given
    assert seen == [("POST", ["rest", "$catalog", "echo"], given)], seen


def test_seed():
    """The example of 4D: a function that answers with a file."""
    server = new_server()

    @server.expose("$catalog", "getFile", http_get=True)
    def get_file(request, params):
        message = GImap4D.OutgoingMessage()
        message.set_body(b"%PDF-1.4")
        message.set_header("Content-Type", "application/pdf")
        return message

    assert callable(get_file)
    status, headers, body = request(server, "/rest/$catalog/getFile")
    assert (status, headers["Content-Type"], body) == (200, "application/pdf", b"%PDF-1.4")


def test_not_exposed():
    server = new_server()
    server.expose("$catalog", "post", lambda request, params: 1)
    assert request(server, "/rest/$catalog/post")[0] == 405
    assert request(server, "/rest/$catalog/other", data=[])[0] == 404
    raises(TypeError, lambda: server.expose("$catalog", "x", 5), "called")
    raises(TypeError, lambda: server.expose("$catalog", "x", print, http_get="no"), "http_get")


def raise_error_without_domain(request, params):
    raise GLib.Error("a canary", 5, 4)


def test_errors():
    server = new_server()

    def refuse(request, params):
        raise GLib.Error.new_literal(GImap4D.RestServerError.quark(), "not for you",
                                     GImap4D.RestServerError.FORBIDDEN)

    def break_down(request, params):
        raise KeyError("internal canary")

    server.expose("$catalog", "refuse", refuse)
    server.expose("$catalog", "break", break_down)
    server.expose("$catalog", "odd", lambda request, params: object())
    # Neither may end the server, nor leave the request without an answer.
    server.expose("$catalog", "leave", lambda request, params: sys.exit(3))
    server.expose("$catalog", "strange", raise_error_without_domain)
    status, _, body = request(server, "/rest/$catalog/refuse", data=[])
    assert status == 403 and json.loads(body)["__ERROR"][0]["message"] == "not for you", body
    for name in ("break", "odd", "leave", "strange", "break"):
        status, _, body = request(server, f"/rest/$catalog/{name}", data=[])
        assert status == 500 and json.loads(body)["__ERROR"], body
        assert b"canary" not in body and b"object" not in body


def test_body_that_cannot_be_read():
    server = new_server()
    answers = {
        "json": lambda request: request.get_json(),
        "form": lambda request: request.get_form(),
        "values": lambda request: request.get_form_values("a"),
        "parts": lambda request: request.get_parts(),
        "files": lambda request: request.get_files(),
    }
    failures = []
    server.connect("call-failed", lambda server, error: failures.append(error.message))
    for name, function in answers.items():
        server.add_handler(name, "POST", function)
        status, _, body = request(server, "/" + name, body=b"{no", content_type="text/plain")
        assert status == 400 and (b"is refused" in body or b"text/plain" in body), body
    assert not failures, failures

    # Another's fault is none of this request.
    @server.expose("$catalog", "other")
    def other(request, params):
        raise GLib.Error.new_literal(Gio.io_error_quark(), "The body is no form but text/plain",
                                     Gio.IOErrorEnum.INVALID_DATA)

    status, _, body = request(server, "/rest/$catalog/other", data=[])
    assert status == 500 and len(failures) == 1 and b"form" not in body, body


def test_handlers():
    server = new_server()

    @server.add_handler("docs", "GET")
    def docs(request):
        return "text of " + request.url_path[-1]

    server.add_handler("raw", "GET,POST", lambda request: b"\0")
    status, headers, body = request(server, "/docs/one")
    assert status == 200 and body == b"text of one" and headers["Content-Type"].startswith("text/")
    assert request(server, "/raw")[2] == b"\0"
    raises(GLib.Error, lambda: server.add_handler("/rest", "GET", print))

    @server.add_handler(pattern="all")
    def all_verbs(request):
        return request.verb

    @server.add_regex_handler("/numbered/[0-9]+$", "GET")
    def numbered(request):
        return list(request.url_path)

    for verb in ("GET", "PUT", "DELETE"):
        assert request(server, "/all", verb=verb)[2] == verb.encode()
    assert json.loads(request(server, "/numbered/12")[2]) == ["numbered", "12"]
    assert request(server, "/numbered/x")[0] == 404


def test_what_cannot_be_registered():
    server = new_server()

    async def later(request):
        pass

    raises(TypeError, lambda: server.add_handler(), "add_handler()", "pattern")
    raises(TypeError, lambda: server.add_handler("/x", print), "verbs")
    raises(TypeError, lambda: server.add_handler("/x", "GET", 5), "called")
    raises(TypeError, lambda: server.add_handler("/x", "GET", later), "async", "later")
    raises(TypeError, lambda: server.expose("$catalog", print), "function_name")
    raises(TypeError, lambda: server.expose("$catalog", "x", print, get=True), "get")
    raises(AttributeError, lambda: server.expose_object("$catalog", [], "missing"), "missing")
    raises(GLib.Error, lambda: server.add_handler("/x", "*", print), "*")


def test_cookies():
    message = GImap4D.OutgoingMessage()
    message.add_cookie("a", "b")
    message.add_cookie("c", "d", 60, GImap4D.OutgoingCookieFlags.SECURE)
    lines = message.headers["Set-Cookie"]
    assert "a=b; Path=/; HttpOnly" in lines and "Max-Age=60; Secure" in lines, lines


def test_request():
    server = new_server()
    seen = {}

    def look(request):
        seen.update(query=request.url_query, header=request.get_header("content-type"),
                    text=request.get_text(), blob=request.get_blob().get_data(),
                    address=request.remote_address, secure=request.is_secure, repr=repr(request))

    server.add_handler("look", "POST", look)
    assert request(server, "/look?a=1&b=%C3%A9", data="x")[0] in (200, 204)
    assert seen["query"] == {"a": "1", "b": "é"} and seen["header"] == "application/json", seen
    assert seen["text"] == '"x"' and seen["blob"] == b'"x"' and seen["secure"] is False
    assert "127.0.0.1" in seen["address"] and seen["repr"] == "<GImap4D.IncomingMessage POST>"


def test_session_in_threads():
    """What n_threads make of two requests of one browser: nothing gets lost, and nothing breaks."""
    server = new_server()
    sessions = []
    server.expose("$catalog", "keep", lambda request, params: sessions.append(request.session))
    request(server, "/rest/$catalog/keep", data=[])

    def fill(thread):
        names = [f"{thread}-{number}" for number in range(100)]
        for number in range(100):
            for name in names:
                sessions[0].storage.insert_value(name, GLib.Variant("u", number))
                assert sessions[0].storage.contains(name)
            for name in names if number < 99 else ():
                assert sessions[0].storage.remove(name)

    threads = [threading.Thread(target=fill, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    storage = sessions[0].get_storage()
    assert isinstance(storage, GLib.VariantDict)
    assert storage.lookup_value("5-99", None).get_uint32() == 99
    assert len(storage.end().keys()) == 600
    server.stop()


def test_form_with_files():
    server = new_server()
    seen = {}

    def look(request):
        files = request.get_files()
        seen.update(form=request.get_form(), values=request.get_form_values("to"),
                    count=len(request.get_parts()), files=[
                        (part.name, part.file_name, part.content_type, part.size, part.headers,
                         part.get_bytes().get_data(), part.open().read_bytes(9).get_data())
                        for part in files], repr=repr(files[0]))

    server.add_handler("upload", "POST", look)
    body = (b'--x\r\nContent-Disposition: form-data; name="to"\r\n\r\nada\r\n'
            b'--x\r\nContent-Disposition: form-data; name="f"; filename="a/b.txt"\r\n\r\n\0\r\n--x--')
    assert request(server, "/upload", body=body,
                   content_type="multipart/form-data; boundary=x")[0] in (200, 204)
    assert seen["form"] == {"to": "ada"} and seen["values"] == ["ada"] and seen["count"] == 2, seen
    (name, file_name, content_type, size, headers, *contents), = seen["files"]
    assert (name, file_name, content_type, size) == ("f", "b.txt", "text/plain", 1), seen
    assert contents == [b"\0", b"\0"] and list(headers) == ["content-disposition"], seen
    assert seen["repr"] == "<GImap4D.IncomingPart f b.txt>", seen

    def fail(request):
        raises(GLib.Error, request.get_files, "form")
        raises(TypeError, lambda: request.get_form_values(5), "name")

    server.add_handler("none", "POST", fail)
    assert request(server, "/none", data=[])[0] in (200, 204)


def test_events():
    server = new_server()
    streams = []

    @server.add_handler("events", "GET")
    def events(request):
        stream = GImap4D.EventStream.new(request)
        streams.append(stream)
        assert stream.is_open and stream.keep_alive == 15 and stream.last_event_id is None
        stream.send("é\nb", event="mail", id=7)
        stream.send({"a": [1, None]})
        raises(GLib.Error, lambda: stream.send("x", "a\nb"), "line")
        raises(ValueError, lambda: stream.send("a\0b"), "NUL")
        stream.close()
        return stream

    status, headers, body = request(server, "/events")
    assert status == 200 and headers["Content-Type"] == "text/event-stream", headers
    assert body.decode() == ('event: mail\nid: 7\ndata: é\ndata: b\n\n'
                             'data: {"a": [1, null]}\n\n'), body
    assert "False" in repr(streams[0]) and not streams[0].is_open
    raises(GLib.Error, lambda: streams[0].send("x"), "closed")


def test_dispatch():
    """Requests without a connection, and without listening."""
    silent = GImap4D.RestServer.new("Silent")
    silent.expose("$catalog", "add", lambda request, params: sum(params), http_get=True)
    silent.add_handler("/page", None, lambda request: request.get_header("x-name"))
    answer = silent.dispatch("GET", "/rest/$catalog/add?$params=[1,2]")
    assert answer.status == 200 and answer.body == b'{"result":3}', answer.body
    assert answer.get_header("Content-Type") == "application/json"
    answer = silent.dispatch("POST", "/page", {"X-Name": "Zoé"}, b"body")
    assert answer.status == 200 and "Zoé" in answer.body.decode(), answer.body
    assert silent.dispatch("GET", "/nothing").status == 404
    assert not silent.uris


class Shop(GObject.Object):
    """A singleton, as applications write it."""

    def __init__(self):
        super().__init__()
        self.sold = 0

    def sell(self, what, count=1):
        self.sold += count
        return {"what": what, "sold": self.sold}

    def page(self, request):
        return "page of " + request.url

    def _secret(self, request):
        raise AssertionError("it must not be called")


def test_expose_object():
    server = new_server()
    shop = Shop()
    info = Gio.FileInfo.new()
    server.expose_object("$singleton/Shop", shop, "sell")
    assert result(server, "/rest/$singleton/Shop/sell", data=["tea", 2]) == {
        "what": "tea", "sold": 2}
    for wrong in ([], ["a", 1, 2]):
        status, _, body = request(server, "/rest/$singleton/Shop/sell", data=wrong)
        assert status == 400 and b"argument" in body, body
    for hidden in ("page", "_secret", "get_property"):
        assert request(server, f"/rest/$singleton/Shop/{hidden}", data=[])[0] == 404

    # Of an object of C, by its typelib.
    server.expose_object("Info", info, "set_attribute_string", "get_attribute_string")
    server.expose_object("Info", info, "has_attribute", http_get=True)
    assert result(server, "/rest/Info/set_attribute_string", data=["a::b", "é"]) is None
    assert result(server, "/rest/Info/get_attribute_string", data=["a::b"]) == "é"
    assert result(server, "/rest/Info/has_attribute?$params=['a::b']".replace("'", "%22")) is True
    assert request(server, "/rest/Info/get_attribute_string")[0] == 405
    raises(GLib.Error, lambda: server.expose_object("Info", info, "nothing"), "no method")
    raises(GLib.Error, lambda: server.expose_object("Info", info, "set_name"), "name")


def test_singletons():
    """HTTPHandlers.json finds the methods of Python objects, and no private ones."""
    server = new_server()
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump([{"class": "Shop", "method": method, "pattern": method.strip("_"), "verbs": "get"}
                   for method in ("page", "_secret", "get_property")], file)
        file.flush()
        server.load_handlers(Gio.File.new_for_path(file.name))
        server.add_singleton("Shop", Shop())
        assert request(server, "/page/x?y")[2] == b"page of /page/x?y"
        for name in ("secret", "get_property"):
            status, _, body = request(server, "/" + name)
            assert status == 500 and b"Cannot find singleton function" in body, body
        assert server.reload() is True


def test_run_and_stop():
    server = new_server()
    GLib.idle_add(server.stop)
    server.run()


tap.run({
    "dispatch": test_dispatch,
    "attributes": test_attributes,
    "wrong objects": test_wrong_objects,
    "results": test_results,
    "parameters": test_parameters,
    "the seed's example": test_seed,
    "not exposed": test_not_exposed,
    "errors": test_errors,
    "a body that cannot be read": test_body_that_cannot_be_read,
    "handlers": test_handlers,
    "what cannot be registered": test_what_cannot_be_registered,
    "cookies": test_cookies,
    "request": test_request,
    "a session in threads": test_session_in_threads,
    "form with files": test_form_with_files,
    "events": test_events,
    "methods of objects": test_expose_object,
    "singletons": test_singletons,
    "run and stop": test_run_and_stop,
})
