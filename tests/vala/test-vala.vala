/* The library in Vala, against the private Dovecot: calls, `yield`, errors, foreach, properties.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

using GImap4D;

string setting (string name) {
  return Environment.get_variable ("GIMAP4D_TEST_" + name);
}

ImapTransporter new_transporter () throws Error {
  return (ImapTransporter) Object.new (typeof (ImapTransporter),
                                       "host", setting ("HOST"),
                                       "port", int.parse (setting ("IMAPS_PORT")),
                                       "user", setting ("USER"),
                                       "password", setting ("PASSWORD"),
                                       "tls-mode", ImapTlsMode.IMPLICIT,
                                       "tls-database", TlsFileDatabase.@new (setting ("CA")));
}

void test_settings () {
  var transporter = new ImapTransporter ("imap.example.com", "somebody", "secret");

  assert_cmpstr (transporter.host, CompareOperator.EQ, "imap.example.com");
  assert_cmpuint (transporter.port, CompareOperator.EQ, 993);
  assert_true (transporter.state == ImapTransporterState.CLOSED);
  assert_null (transporter.selected_box);

  try {
    var node = Json.from_string ("{\"host\": \"a.example\", \"user\": \"u\", \"port\": 143}");
    assert_cmpuint (new ImapTransporter.from_json (node).port, CompareOperator.EQ, 143);
  } catch (Error e) {
    assert_not_reached ();
  }
}

void test_sets () {
  try {
    var ids = new ImapMessageSet.parse ("1:3,7");
    string[] seen = {};

    foreach (var id in ids)
      seen += id;
    assert_cmpstr (string.joinv (" ", seen), CompareOperator.EQ, "1 2 3 7");
    assert_cmpuint (ids.size, CompareOperator.EQ, 4);
    assert_cmpstr (ids[3], CompareOperator.EQ, "7");
    assert_true ("2" in ids);
    assert_cmpstr (ids.unite (new ImapMessageSet.single ("8")).to_string (), CompareOperator.EQ,
                   "1:3,7:8");
    assert_true (new ImapMessageSet.all ().is_open ());
  } catch (Error e) {
    assert_not_reached ();
  }

  try {
    new ImapMessageSet.parse ("x");
    assert_not_reached ();
  } catch (ImapError.INVALID_ARGUMENT e) {
    assert_true (e.message != "");
  } catch (Error e) {
    assert_not_reached ();
  }
}

void test_calls () {
  try {
    var transporter = new_transporter ();

    assert_true (transporter.check_connection ().success);
    assert_true ("UIDPLUS" in transporter.get_capabilities ());
    assert_cmpuint (transporter.select_box ("Many", ImapBoxState.READ_ONLY).mail_count,
                    CompareOperator.EQ, 30);
    var names = new GenericSet<string> (str_hash, str_equal);
    foreach (var box in new_list<ImapBox> (transporter.get_box_list (ImapBoxListFlags.NONE)))
      names.add (box.name);
    assert_true ("INBOX" in names && "Entwürfe" in names);

    var mails = transporter.get_mails (new ImapMessageSet.parse ("2:4,99"), ImapFetchFlags.SUMMARY);
    assert_cmpuint (mails.list.get_n_items (), CompareOperator.EQ, 3);
    assert_cmpstr (((Email) mails.list.get_item (0)).subject, CompareOperator.EQ, "Message 2");
    assert_cmpstr (mails.not_found[0], CompareOperator.EQ, "99");
    assert_true ("Message 3" in (string) transporter.get_mime_as_blob ("3", false).get_data ());

    uint n = 0;
    foreach (var id in transporter.search_mails ("ALL")) {
      assert_cmpuint (uint.parse (id), CompareOperator.EQ, ++n);
    }
    assert_cmpuint (n, CompareOperator.EQ, 30);
    assert_true (transporter.close ());
  } catch (Error e) {
    Test.message ("%s", e.message);
    assert_not_reached ();
  }
}

/* A GListModel as what foreach takes: the way that Vala's documentation shows. */
GenericArray<T> new_list<T> (ListModel model) {
  var items = new GenericArray<T> ();

  for (uint i = 0; i < model.get_n_items (); i++)
    items.add (model.get_item (i));

  return items;
}

async void run_calls () throws Error {
  var transporter = new_transporter ();
  var n_notified = 0;

  transporter.notify["state"].connect (() => n_notified++);
  assert_true ((yield transporter.check_connection_async ()).success);
  yield transporter.select_box_async ("Many", ImapBoxState.READ_ONLY);
  var mail = yield transporter.get_mail_async ("7", ImapFetchFlags.DEFAULT);
  assert_cmpstr (mail.subject, CompareOperator.EQ, "Message 7");
  assert_true (n_notified > 0);

  try {
    yield transporter.select_box_async ("missing", ImapBoxState.WRITABLE);
    assert_not_reached ();
  } catch (ImapError.NO e) {
    assert_true ("missing" in e.message);
  }

  var cancellable = new Cancellable ();
  cancellable.cancel ();
  try {
    yield transporter.get_delimiter_async (cancellable);
    assert_not_reached ();
  } catch (IOError.CANCELLED e) {
  }
  assert_cmpstr (yield transporter.get_delimiter_async (), CompareOperator.EQ, "/");
  yield transporter.close_async ();
}

void test_yield () {
  var loop = new MainLoop ();

  run_calls.begin ((object, result) => {
    try {
      run_calls.end (result);
    } catch (Error e) {
      Test.message ("%s", e.message);
      assert_not_reached ();
    }
    loop.quit ();
  });
  loop.run ();
}

void test_errors () {
  try {
    new_transporter ().get_mail ("1", ImapFetchFlags.DEFAULT);
    assert_not_reached ();
  } catch (ImapError.NO_BOX_SELECTED e) {
    assert_true (setting ("IMAPS_PORT") in e.message);
  } catch (Error e) {
    assert_not_reached ();
  }
}

void test_outgoing_message () {
  var message = new OutgoingMessage ();

  try {
    assert_true (message.body == null);
    message.set_body ("text");
    assert_cmpstr (message.get_header ("Content-Type"), CompareOperator.EQ, "text/plain");
    assert_cmpstr (message.body.get_string (), CompareOperator.EQ, "text");
    message.set_header ("Content-Type", "text/html");
    message.set_status (404);
    message.body = new Bytes ("ab".data);
    assert_cmpstr (message.headers["Content-Type"], CompareOperator.EQ, "text/html");
    assert_cmpint (message.status, CompareOperator.EQ, 404);
    message.body = null;
    assert_true (message.body == null);
  } catch (Error e) {
    assert_not_reached ();
  }

  try {
    message.set_status (1000);
    assert_not_reached ();
  } catch (OutgoingMessageError.INVALID_STATUS e) {
  } catch (Error e) {
    assert_not_reached ();
  }
}

void test_email () {
  var email = new Email ();

  try {
    email.subject = "Grüße";
    email.set_addresses ("to", "Somebody <a@b.example>");
    email.keywords = { "$seen" };
    assert_cmpstr (((EmailAddress) email.to.get_item (0)).email, CompareOperator.EQ, "a@b.example");
    assert_cmpstr (email.keywords[0], CompareOperator.EQ, "$seen");
    email.add_attachment (
        new MailAttachment.from_bytes (new Bytes ("x".data), "a.txt", null, null, null));
    assert_cmpuint (email.attachments.get_n_items (), CompareOperator.EQ, 1);
  } catch (Error e) {
    assert_not_reached ();
  }
}

/* A closure is what clients call; it keeps what it captured. */
void test_server () {
  var server = new RestServer ("Vala");
  var loop = new MainLoop ();
  var calls = 0;
  string? answer = null;

  server.expose ("$catalog", "greet", RestExposeFlags.HTTP_GET, (request, parameters, call) => {
    calls++;
    call.return_value ("hello " + parameters.get_string_element (0));
  });
  try {
    server.listen (0);
    server.add_handler ("page", "GET", (request, call) => call.return_value ("a page"));
  } catch (Error e) {
    assert_not_reached ();
  }

  var message = new Soup.Message (
      "GET", server.uris[0] + "rest/$catalog/greet?$params=%5B%22Vala%22%5D");
  new Soup.Session ().send_and_read_async.begin (message, Priority.DEFAULT, null, (object, result) => {
    try {
      answer = (string) ((Soup.Session) object).send_and_read_async.end (result).get_data ();
    } catch (Error e) {
      assert_not_reached ();
    }
    loop.quit ();
  });
  loop.run ();
  assert_cmpuint (message.status_code, CompareOperator.EQ, 200);
  assert_true (answer.contains ("{\"result\":\"hello Vala\"}"));
  assert_cmpint (calls, CompareOperator.EQ, 1);
  try {
    assert_cmpint (server.dispatch ("GET", "/page", null, null).status, CompareOperator.EQ, 200);
  } catch (Error e) {
    assert_not_reached ();
  }
  server.stop ();
}

/* A form with a file, events, and a method that is exposed by its name. */
void test_pages () {
  var server = new RestServer ("Vala");
  var info = new FileInfo ();
  var headers = new HashTable<string, string> (str_hash, str_equal);
  var body = "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a/b.txt\"\r\n\r\nhello\r\n--x--";
  EventStream? events = null;

  headers["Content-Type"] = "multipart/form-data; boundary=x";
  try {
    server.add_handler ("upload", "POST", (request, call) => {
      try {
        var file = (IncomingPart) request.get_files ().get_item (0);
        call.return_value ("%s %s %s".printf (file.name, file.file_name, file.get_text ()));
      } catch (Error e) {
        call.return_error (e);
      }
    });
    server.add_handler ("events", "GET", (request, call) => {
      try {
        var message = new OutgoingMessage ();
        events = new EventStream (request);
        message.set_event_stream (events);
        events.send ("one", "mail", "7");
        events.close ();
        call.return_message (message);
      } catch (Error e) {
        call.return_error (e);
      }
    });
    server.expose_method ("Info", info, "set_attribute_string", RestExposeFlags.NONE);

    var answer = server.dispatch ("POST", "/upload", headers, new Bytes (body.data));
    assert_cmpint (answer.status, CompareOperator.EQ, 200);
    unowned var bytes = (Bytes) answer.body.get_boxed ();
    var text = ((string) bytes.get_data ()).substring (0, (long) bytes.get_size ());
    assert_cmpstr (text, CompareOperator.EQ, "f b.txt hello");
    answer = server.dispatch ("GET", "/events", null, null);
    assert_cmpstr (answer.get_header ("Content-Type"), CompareOperator.EQ, "text/event-stream");
    assert_false (events.is_open);
    answer = server.dispatch ("POST", "/rest/Info/set_attribute_string", null,
                              new Bytes ("[\"a::b\",\"c\"]".data));
    assert_cmpint (answer.status, CompareOperator.EQ, 200);
    assert_cmpstr (info.get_attribute_string ("a::b"), CompareOperator.EQ, "c");
  } catch (Error e) {
    error ("%s", e.message);
  }
}

int main (string[] arguments) {
  Test.init (ref arguments);
  Test.add_func ("/vala/settings", test_settings);
  Test.add_func ("/vala/sets", test_sets);
  Test.add_func ("/vala/calls", test_calls);
  Test.add_func ("/vala/yield", test_yield);
  Test.add_func ("/vala/errors", test_errors);
  Test.add_func ("/vala/outgoing-message", test_outgoing_message);
  Test.add_func ("/vala/email", test_email);
  Test.add_func ("/vala/server", test_server);
  Test.add_func ("/vala/pages", test_pages);

  return Test.run ();
}
