/* The notifier in Vala: signals, `yield`, and a call from a handler.
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

async void watch () throws Error {
  var other = new_transporter ();
  var transporter = new_transporter ();
  var notifier = transporter.notifier;
  string[] heard = {};
  SourceFunc resume = watch.callback;

  yield transporter.select_box_async ("Many", ImapBoxState.WRITABLE);
  yield other.select_box_async ("Many", ImapBoxState.WRITABLE);
  notifier.mail_created.connect ((ids, mail_count) => {
    try {
      var mail = transporter.get_mail (ids[0], ImapFetchFlags.HEADERS);
      heard += @"created $(ids) $mail_count $(mail.subject)";
    } catch (Error e) {
      error ("%s", e.message);
    }
    resume ();
  });
  notifier.mail_deleted.connect ((ids) => {
    heard += @"deleted $(ids)";
    resume ();
  });
  notifier.flags_modified.connect ((ids, flags) => {
    heard += @"modified $(ids) $(string.joinv (" ", flags))";
    resume ();
  });

  assert_false (notifier.is_started);
  yield notifier.start_async (null);
  assert_true (notifier.is_started);
  other.append_mime (new Bytes ("Subject: news\r\n\r\nsome\r\n".data), "Many", null, null);
  yield;
  other.add_flags (new ImapMessageSet.single ("7"), { "$flagged" });
  yield;
  other.delete (new ImapMessageSet.single ("7"));
  yield;
  other.expunge ();
  yield;
  yield notifier.stop_async (null);
  assert_false (notifier.is_started);
  assert_cmpstr (string.joinv ("\n", heard), CompareOperator.EQ,
                 "created 31 31 news\nmodified 7 $flagged\nmodified 7 $deleted $flagged\ndeleted 7");
}

void test_watch () {
  var loop = new MainLoop ();

  Timeout.add_seconds (30, () => {
    error ("nothing came");
  });
  watch.begin ((source, result) => {
    try {
      watch.end (result);
    } catch (Error e) {
      error ("%s", e.message);
    }
    loop.quit ();
  });
  loop.run ();
}

int main (string[] args) {
  Test.init (ref args);
  Test.add_func ("/vala/notifier/watch", test_watch);

  return Test.run ();
}
