/* Where tokens come from in Vala, against a server that knows one of them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

using GImap4D;

string setting (string name) {
  return Environment.get_variable ("GIMAP4D_TEST_" + name);
}

ImapTransporter new_transporter (string? token) throws Error {
  return (ImapTransporter) Object.new (typeof (ImapTransporter),
                                       "host", setting ("HOST"),
                                       "port", int.parse (setting ("IMAPS_PORT")),
                                       "user", setting ("USER"),
                                       "access-token-oauth2", token,
                                       "tls-mode", ImapTlsMode.IMPLICIT,
                                       "tls-database", TlsFileDatabase.@new (setting ("CA")));
}

void test_provider () {
  try {
    var transporter = new_transporter (null);
    int n_calls = 0;

    transporter.set_token_provider ((self, reason, cancellable) => {
      assert_true (self == transporter && reason == ImapTokenReason.MISSING);
      assert_true (!cancellable.is_cancelled ());
      n_calls++;
      return setting ("TOKEN");
    });
    assert_true (transporter.check_connection ().success);
    assert_cmpint (n_calls, CompareOperator.EQ, 1);
    transporter.set_token_provider (null);
  } catch (Error e) {
    assert_not_reached ();
  }
}

void test_signal () {
  try {
    var transporter = new_transporter ("CANARY-old");

    transporter.set_token_provider (() => { return null; });
    transporter.request_token.connect ((reason) => {
      assert_true (reason == ImapTokenReason.REFUSED);
      return setting ("TOKEN");
    });
    assert_true (transporter.check_connection ().success);
  } catch (Error e) {
    assert_not_reached ();
  }
}

int main (string[] args) {
  Test.init (ref args);
  Test.add_func ("/vala/token/provider", test_provider);
  Test.add_func ("/vala/token/signal", test_signal);

  return Test.run ();
}
