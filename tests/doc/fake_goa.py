"""A fake of the daemon of GNOME Online Accounts, with one account that has mail and one without.

    fake_goa.py USER TOKEN

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import sys

from gi.repository import Gio, GLib

NAME = "org.gnome.OnlineAccounts"
ROOT = "/org/gnome/OnlineAccounts"
INTERFACES = """<node>
  <interface name="org.freedesktop.DBus.ObjectManager">
    <method name="GetManagedObjects"><arg type="a{oa{sa{sv}}}" direction="out"/></method>
  </interface>
  <interface name="org.gnome.OnlineAccounts.Account">
    <method name="EnsureCredentials"><arg type="i" direction="out"/></method>
  </interface>
  <interface name="org.gnome.OnlineAccounts.OAuth2Based">
    <method name="GetAccessToken">
      <arg type="s" direction="out"/><arg type="i" direction="out"/>
    </method>
  </interface>
</node>"""


def variants(**values):
    return {name: GLib.Variant("b" if isinstance(value, bool) else "s", value)
            for name, value in values.items()}


def list_accounts():
    mail = variants(ImapSupported=True, ImapHost="localhost", ImapUseSsl=True, ImapUseTls=False,
                    ImapAcceptSslErrors=False, ImapUserName=user, EmailAddress="somebody@gmail.com")
    return {
        f"{ROOT}/Accounts/account_1": {
            f"{NAME}.Account": variants(PresentationIdentity="somebody@gmail.com",
                                        ProviderType="google", MailDisabled=False),
            f"{NAME}.Mail": mail,
            f"{NAME}.OAuth2Based": {},
        },
        f"{ROOT}/Accounts/account_2": {
            f"{NAME}.Account": variants(PresentationIdentity="files@example.com",
                                        ProviderType="owncloud", MailDisabled=True),
        },
    }


def call(_connection, _sender, _path, _interface, method, _parameters, invocation):
    answers = {
        "GetManagedObjects": lambda: GLib.Variant("(a{oa{sa{sv}}})", (list_accounts(),)),
        "EnsureCredentials": lambda: GLib.Variant("(i)", (3599,)),
        "GetAccessToken": lambda: GLib.Variant("(si)", (token, 3599)),
    }
    invocation.return_value(answers[method]())


user, token = sys.argv[1:]
bus = Gio.bus_get_sync(Gio.BusType.SESSION)
infos = Gio.DBusNodeInfo.new_for_xml(INTERFACES).interfaces
bus.register_object(ROOT, infos[0], call, None, None)
for info in infos[1:]:
    bus.register_object(f"{ROOT}/Accounts/account_1", info, call, None, None)
Gio.bus_own_name_on_connection(
    bus, NAME, Gio.BusNameOwnerFlags.NONE, lambda *_: print("ready", flush=True), None)
GLib.MainLoop().run()
