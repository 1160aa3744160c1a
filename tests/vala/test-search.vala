/* Searches in Vala, against the private Dovecot.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

using GImap4D;

ImapTransporter new_selected () throws Error {
  var transporter = (ImapTransporter) Object.new (
      typeof (ImapTransporter),
      "host", Environment.get_variable ("GIMAP4D_TEST_HOST"),
      "port", int.parse (Environment.get_variable ("GIMAP4D_TEST_IMAPS_PORT")),
      "user", Environment.get_variable ("GIMAP4D_TEST_USER"),
      "password", Environment.get_variable ("GIMAP4D_TEST_PASSWORD"),
      "tls-mode", ImapTlsMode.IMPLICIT,
      "tls-database", TlsFileDatabase.@new (Environment.get_variable ("GIMAP4D_TEST_CA")));

  transporter.select_box ("Many", ImapBoxState.READ_ONLY);
  return transporter;
}

void test_search () {
  try {
    var transporter = new_selected ();
    var search = new ImapSearch.subject ("Message 1").both (
        new ImapSearch.keyword ("$seen").negate ()).both (
        new ImapSearch.before (new DateTime.now_utc ()));

    assert_cmpuint (transporter.search (search).size, CompareOperator.EQ, 11);
    assert_cmpuint (transporter.search (search.either (new ImapSearch.all ())).size,
                    CompareOperator.EQ, 30);
    assert_cmpstr (transporter.search (new ImapSearch.parse ("UID 3:4")).to_string (),
                   CompareOperator.EQ, "3:4");
    assert_true (search.to_string ().has_prefix ("SUBJECT \"Message 1\" NOT SEEN BEFORE 2"));
    assert_cmpstr (string.joinv (" ", transporter.sort ("REVERSE ARRIVAL", search)[0:3]),
                   CompareOperator.EQ, "19 18 17");
    var threads = transporter.thread (ImapThreading.REFERENCES, null);
    assert_cmpuint (threads.get_n_items (), CompareOperator.EQ, 30);
    var thread = (ImapThread) threads.get_item (29);
    assert_cmpstr (thread.id, CompareOperator.EQ, "30");
    assert_null (thread.children);
    assert_cmpint (thread.dup_ids ().length, CompareOperator.EQ, 1);
    var quotas = transporter.get_quota (null);
    for (uint i = 0; i < quotas.get_n_items (); i++)
      assert_cmpstr (((ImapQuota) quotas.get_item (i)).root, CompareOperator.EQ, "User quota");
  } catch (Error e) {
    Test.message ("%s", e.message);
    assert_not_reached ();
  }
}

async void run_calls () throws Error {
  var transporter = new_selected ();

  assert_cmpuint ((yield transporter.search_async (new ImapSearch.all ())).size,
                  CompareOperator.EQ, 30);
  assert_cmpint ((yield transporter.sort_async ("SIZE", null)).length, CompareOperator.EQ, 30);
  assert_cmpuint ((yield transporter.thread_async (ImapThreading.ORDERED_SUBJECT, null))
                      .get_n_items (), CompareOperator.EQ, 30);
  assert_nonnull (yield transporter.get_quota_async ("INBOX"));
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

int main (string[] arguments) {
  Test.init (ref arguments);
  Test.add_func ("/vala/search/calls", test_search);
  Test.add_func ("/vala/search/yield", test_yield);

  return Test.run ();
}
