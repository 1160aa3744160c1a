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
  } catch (Error e) {
    Test.message ("%s", e.message);
    assert_not_reached ();
  }
}

async void run_calls () throws Error {
  var transporter = new_selected ();

  assert_cmpuint ((yield transporter.search_async (new ImapSearch.all ())).size,
                  CompareOperator.EQ, 30);
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
