/* What the tests against a real server share.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "dovecot-control.h"

#include <gimap4d/gimap4d.h>

/* Trusts the authority of the private server and nobody else. Owned by the tests. */
GTlsDatabase *live_test_get_database (void);

/* To the port of this name, as alice. */
#define live_test_new(port_name, ...)                                                              \
  g_object_new (G_TYPE_IMAP_TRANSPORTER, "host", "127.0.0.1", "port",                              \
                (guint) dovecot_get_port (port_name), "user", dovecot_get_setting ("USER"),        \
                "tls-database", live_test_get_database (), "tls-mode",                             \
                g_str_has_prefix (port_name, "IMAPS") || g_str_has_prefix (port_name, "E") ||      \
                        g_str_has_prefix (port_name, "O") ?                                        \
                    G_IMAP_TLS_MODE_IMPLICIT :                                                     \
                    G_IMAP_TLS_MODE_STARTTLS,                                                      \
                __VA_ARGS__, NULL)
#define live_test_new_user(port_name)                                                              \
  live_test_new (port_name, "password", dovecot_get_setting ("PASSWORD"))

/* With this box selected. */
GImapTransporter *live_test_new_selected (const char *box);

void live_test_select (GImapTransporter *transporter, const char *box, GImapBoxState state);

/* What the server offers differs, see --profile of the wrapper. */
gboolean live_test_offers (GImapTransporter *transporter, const char *capability);

/* How many ids it finds, and that the call succeeds. */
guint live_test_count (GImapTransporter *transporter, const char *criteria);

/* A function of the library in its asynchronous form, finished and returned. */
#define live_test_await(transporter, function, result, error, ...)                                 \
  G_STMT_START                                                                                     \
  {                                                                                                \
    GAsyncResult *live_test_result = NULL;                                                         \
                                                                                                   \
    function##_async (transporter, __VA_ARGS__, live_test_answer_cb, &live_test_result);           \
    while (live_test_result == NULL)                                                               \
      g_main_context_iteration (NULL, TRUE);                                                       \
    result = function##_finish (transporter, live_test_result, error);                             \
    g_object_unref (live_test_result);                                                             \
  }                                                                                                \
  G_STMT_END

void live_test_answer_cb (GObject *source, GAsyncResult *result, gpointer user_data);
