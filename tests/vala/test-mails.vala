/* Mails one by one and from streams in Vala, against the private Dovecot.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

using GImap4D;

const string RAW = "Subject: streamed\r\n\r\nsome\r\n";

ImapTransporter new_selected () throws Error {
  var transporter = (ImapTransporter) Object.new (
      typeof (ImapTransporter),
      "host", Environment.get_variable ("GIMAP4D_TEST_HOST"),
      "port", int.parse (Environment.get_variable ("GIMAP4D_TEST_IMAPS_PORT")),
      "user", Environment.get_variable ("GIMAP4D_TEST_USER"),
      "password", Environment.get_variable ("GIMAP4D_TEST_PASSWORD"),
      "tls-mode", ImapTlsMode.IMPLICIT,
      "tls-database", TlsFileDatabase.@new (Environment.get_variable ("GIMAP4D_TEST_CA")));

  transporter.select_box ("Many", ImapBoxState.WRITABLE);
  return transporter;
}

MemoryInputStream new_stream () {
  return new MemoryInputStream.from_data (RAW.data);
}

void test_fetch_mails () {
  try {
    var transporter = new_selected ();
    string[] subjects = {};

    assert_true (transporter.fetch_mails (new ImapMessageSet.parse ("3:5"), ImapFetchFlags.SUMMARY,
                                          (mail) => {
      subjects += mail.subject;
      return true;
    }));
    assert_cmpstr (string.joinv (",", subjects), CompareOperator.EQ,
                   "Message 3,Message 4,Message 5");

    /* Who wants no more gets no more. */
    subjects = {};
    assert_true (transporter.fetch_mails (new ImapMessageSet.all (), ImapFetchFlags.SUMMARY, (mail) => {
      subjects += mail.subject;
      return false;
    }));
    assert_cmpint (subjects.length, CompareOperator.EQ, 1);
  } catch (Error e) {
    error ("%s", e.message);
  }
}

void test_append_stream () {
  try {
    var transporter = new_selected ();
    var ids = transporter.append_stream (new_stream (), RAW.length, null, { "$flagged" }, null);

    assert_cmpuint (ids.size, CompareOperator.EQ, 1);
    assert_cmpint (transporter.get_mime_as_blob (ids[0], false).compare (new Bytes (RAW.data)),
                   CompareOperator.EQ, 0);
    assert_true ("$flagged" in transporter.get_mail (ids[0], ImapFetchFlags.HEADERS).keywords);

    try {
      transporter.append_stream (new_stream (), RAW.length + 1, null, null, null);
      assert_not_reached ();
    } catch (ImapError.INVALID_ARGUMENT e) {
      assert_true ("ended" in e.message);
    }
  } catch (Error e) {
    error ("%s", e.message);
  }
}

async void run_calls () throws Error {
  var transporter = new_selected ();
  var n_mails = 0;

  var ids = yield transporter.append_stream_async (new_stream (), RAW.length, "Many", null, null);
  assert_true (yield transporter.fetch_mails_async (ids, ImapFetchFlags.DEFAULT, (mail) => {
    assert_cmpstr (mail.id, CompareOperator.EQ, ids[0]);
    assert_cmpstr (mail.subject, CompareOperator.EQ, "streamed");
    n_mails++;
    return true;
  }));
  assert_cmpint (n_mails, CompareOperator.EQ, 1);
  yield transporter.close_async ();
}

void test_yield () {
  var loop = new MainLoop ();

  run_calls.begin ((object, result) => {
    try {
      run_calls.end (result);
    } catch (Error e) {
      error ("%s", e.message);
    }
    loop.quit ();
  });
  loop.run ();
}

int main (string[] arguments) {
  Test.init (ref arguments);
  Test.add_func ("/vala-mails/fetch-mails", test_fetch_mails);
  Test.add_func ("/vala-mails/append-stream", test_append_stream);
  Test.add_func ("/vala-mails/yield", test_yield);

  return Test.run ();
}
