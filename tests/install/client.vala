/* What a user's first program does, compiled against the installed VAPI.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

using GImap4D;

int main () {
  try {
    var transporter = (ImapTransporter) Object.new (
        typeof (ImapTransporter),
        "host", Environment.get_variable ("GIMAP4D_TEST_HOST"),
        "port", int.parse (Environment.get_variable ("GIMAP4D_TEST_IMAPS_PORT")),
        "user", Environment.get_variable ("GIMAP4D_TEST_USER"),
        "password", Environment.get_variable ("GIMAP4D_TEST_PASSWORD"),
        "tls-mode", ImapTlsMode.IMPLICIT,
        "tls-database", TlsFileDatabase.@new (Environment.get_variable ("GIMAP4D_TEST_CA")));
    var info = transporter.select_box ("Many", ImapBoxState.READ_ONLY);
    var email = transporter.get_mail ("7", ImapFetchFlags.DEFAULT);

    print ("%u %s\n", info.mail_count, email.subject);
  } catch (Error e) {
    printerr ("%s\n", e.message);
    return 1;
  }

  return 0;
}
