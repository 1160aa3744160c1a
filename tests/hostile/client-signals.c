/* What is signalled to the client of a hostile script, as text.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "client-signals.h"

#include "client-text.h"

static void
add_signal (Client *client, const char *text)
{
  g_string_append_printf (client->signals, "%s%s", client->signals->len > 0 ? "; " : "", text);
  client->n_signals++;
}

static void
alert_cb (GImapTransporter *transporter, const char *text, Client *client)
{
  g_autofree char *line = g_strconcat ("alert ", text, NULL);

  g_assert_true (g_utf8_validate (text, -1, NULL));
  add_signal (client, line);
}

void
client_signals_connect (Client *client)
{
  g_signal_connect (client->transporter, "alert", G_CALLBACK (alert_cb), client);
}

static void
created_cb (GImapNotifier *notifier, GImapMessageSet *ids, guint mail_count, Client *client)
{
  g_autofree char *text = g_imap_message_set_to_string (ids);
  g_autofree char *line = g_strdup_printf ("created %s of %u", text, mail_count);

  add_signal (client, line);
}

static void
deleted_cb (GImapNotifier *notifier, GImapMessageSet *ids, Client *client)
{
  g_autofree char *text = g_imap_message_set_to_string (ids);
  g_autofree char *line = g_strconcat ("deleted ", text, NULL);

  add_signal (client, line);
}

static void
modified_cb (GImapNotifier *notifier, GImapMessageSet *ids, char **flags, Client *client)
{
  g_autofree char *text = g_imap_message_set_to_string (ids);
  g_autofree char *words = g_strjoinv (" ", flags);
  g_autofree char *line = g_strdup_printf ("modified %s (%s)", text, words);

  add_signal (client, line);
}

static void
error_cb (GImapNotifier *notifier, const GError *error, Client *client)
{
  g_autofree char *name = client_text_dup_error_name (error);
  g_autofree char *line = g_strdup_printf ("error %s: %s", name, error->message);

  add_signal (client, line);
}

gboolean
client_signals_start (Client *client, GCancellable *cancellable, GError **error)
{
  GImapNotifier *notifier = g_imap_transporter_get_notifier (client->transporter);

  if (g_imap_notifier_get_is_started (notifier))
    return TRUE;

  g_signal_connect (notifier, "mail-created", G_CALLBACK (created_cb), client);
  g_signal_connect (notifier, "mail-deleted", G_CALLBACK (deleted_cb), client);
  g_signal_connect (notifier, "flags-modified", G_CALLBACK (modified_cb), client);
  g_signal_connect (notifier, "error", G_CALLBACK (error_cb), client);

  return g_imap_notifier_start (notifier, cancellable, error);
}

void
client_signals_disconnect (Client *client)
{
  GImapNotifier *notifier = g_imap_transporter_get_notifier (client->transporter);

  g_signal_handlers_disconnect_by_data (notifier, client);
  g_signal_handlers_disconnect_by_data (client->transporter, client);
}

static gboolean
set_true_cb (gpointer data)
{
  *(gboolean *) data = TRUE;

  return G_SOURCE_REMOVE;
}

void
client_signals_await (Client *client, guint n_signals, guint milliseconds)
{
  gboolean is_late = FALSE;
  guint timeout = g_timeout_add (milliseconds, set_true_cb, &is_late);

  while (client->n_signals < n_signals && !is_late)
    g_main_context_iteration (NULL, TRUE);
  if (!is_late)
    g_source_remove (timeout);
}
