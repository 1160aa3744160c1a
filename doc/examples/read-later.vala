/* The inbox with `yield`: other things go on in the main loop while the server thinks.
 *
 *   read-later HOST PORT USER PASSWORD-FILE CA
 *   valac --pkg gimap4d-1.0 read-later.vala
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

using GImap4D;

async void list_inbox (ImapTransporter transporter) throws Error {
    var box = yield transporter.select_box_async ("INBOX", ImapBoxState.READ_ONLY, null);
    print ("%u mails\n", box.mail_count);

    var ids = yield transporter.search_mails_async ("ALL", null);
    var mails = yield transporter.get_mails_async (ids, ImapFetchFlags.SUMMARY, null);
    for (var i = 0; i < mails.list.get_n_items (); i++) {
        var mail = (Email) mails.list.get_item (i);
        print ("%s %s\n", mail.id, mail.subject);
    }
    yield transporter.close_async (null);
}

int main (string[] arguments) {
    Intl.setlocale ();
    if (arguments.length != 6) {
        printerr ("read-later HOST PORT USER PASSWORD-FILE CA\n");
        return 2;
    }

    var loop = new MainLoop ();
    var code = 0;
    try {
        string password;
        FileUtils.get_contents (arguments[4], out password);
        var transporter = (ImapTransporter) Object.new (typeof (ImapTransporter),
            "host", arguments[1], "port", uint.parse (arguments[2]), "user", arguments[3],
            "password", password.chomp (), "tls-mode", ImapTlsMode.IMPLICIT,
            "tls-database", TlsFileDatabase.@new (arguments[5]));
        list_inbox.begin (transporter, (source, result) => {
            try {
                list_inbox.end (result);
            } catch (Error problem) {
                printerr ("%s\n", problem.message);
                code = 1;
            }
            loop.quit ();
        });
        loop.run ();
    } catch (Error problem) {
        printerr ("%s\n", problem.message);
        return 1;
    }
    return code;
}
