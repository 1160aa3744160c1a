/* What a transporter does, and which of its errors are right at that moment.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "client.h"

#include "dovecot-control.h"

#include <string.h>

#define CANCEL_PERCENT 3
#define LONGEST_CANCEL 4000

GImapTransporter *
library_client_new_transporter (guint index)
{
  g_autoptr (GTlsDatabase) database = NULL;
  g_autoptr (GError) error = NULL;

  /* One with TLS, one without. */
  if (index % 2 == 0)
    return g_object_new (G_TYPE_IMAP_TRANSPORTER, "host", "127.0.0.1", "port",
                         (guint) dovecot_get_port ("PLAIN_PORT"), "user",
                         dovecot_get_setting ("USER"), "password", dovecot_get_setting ("PASSWORD"),
                         "accept-unsecure-connection", TRUE, NULL);

  database = g_tls_file_database_new (dovecot_get_setting ("CA"), &error);
  g_assert_no_error (error);

  return g_object_new (
      G_TYPE_IMAP_TRANSPORTER, "host", "127.0.0.1", "port", (guint) dovecot_get_port ("IMAPS_PORT"),
      "tls-mode", G_IMAP_TLS_MODE_IMPLICIT, "tls-database", database, "user",
      dovecot_get_setting ("USER"), "password", dovecot_get_setting ("PASSWORD"), NULL);
}

/* A call in progress. */
typedef struct
{
  Client *client;
  const char *title;
  gboolean is_change;
  gint n_kills; /* over before it began */
  gint n_restarts;
  GCancellable *cancellable; /* owned, nullable */
  GSource *alarm;            /* owned, nullable */
  GError *error;             /* owned */
} Call;

static gboolean
cancel_cb (gpointer data)
{
  g_cancellable_cancel (data);

  return G_SOURCE_REMOVE;
}

static gboolean
alarm_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

static GSourceFuncs alarm_funcs = { .dispatch = alarm_dispatch };

static void
call_begin (Call *self, Client *client, const char *title, gboolean is_change)
{
  *self = (Call){ .client = client, .title = title, .is_change = is_change };
  self->n_kills = g_atomic_int_get (&client->world->n_kills_over);
  self->n_restarts = g_atomic_int_get (&client->world->n_restarts);
  if (g_rand_int_range (client->random, 0, 100) >= CANCEL_PERCENT)
    return;

  self->cancellable = g_cancellable_new ();
  self->alarm = g_source_new (&alarm_funcs, sizeof (GSource));
  g_source_set_callback (self->alarm, cancel_cb, g_object_ref (self->cancellable), g_object_unref);
  g_source_set_ready_time (self->alarm, g_get_monotonic_time () +
                                            g_rand_int_range (client->random, 0, LONGEST_CANCEL));
  g_source_attach (self->alarm, client->world->clock);
}

static gboolean
is_of_connection (const GError *error)
{
  static const int codes[] = {
    G_IMAP_ERROR_CONNECT,
    G_IMAP_ERROR_DISCONNECTED,
    G_IMAP_ERROR_BYE,
    G_IMAP_ERROR_TLS_TRUNCATED,
  };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, G_IMAP_ERROR, codes[i]))
      return TRUE;

  return FALSE;
}

/* What a kill has left behind: the server finds out, and gives up the command or the session. */
static gboolean
is_server_fault (const GError *error)
{
  return strstr (error->message, "Internal error occurred") != NULL ||
         strstr (error->message, "session state is inconsistent") != NULL;
}

/* A cut explains it. A single one explains no failure of a call that may be done again: the
 * transporter makes another connection by itself. */
static gboolean
is_explained (const Call *self)
{
  const Client *client = self->client;
  gint n_kills = g_atomic_int_get (&client->world->n_kills) - client->kills_seen;
  gint n_restarts = g_atomic_int_get (&client->world->n_restarts) - client->restarts_seen;

  return self->is_change || !client->has_served || n_restarts > 0 ? n_kills > 0 : n_kills > 1;
}

static Outcome
judge (const Call *self)
{
  Client *client = self->client;

  if (self->error == NULL)
    {
      client->kills_seen = self->n_kills;
      client->restarts_seen = self->n_restarts;
      client->has_served = TRUE;
      return OUTCOME_DONE;
    }
  if (self->cancellable != NULL && g_error_matches (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return OUTCOME_NOT_DONE;
  if (self->is_change &&
      g_error_matches (self->error, G_IMAP_ERROR, G_IMAP_ERROR_UNKNOWN_OUTCOME) &&
      (self->cancellable != NULL || is_explained (self)))
    {
      if (self->cancellable != NULL)
        g_atomic_int_inc (&client->world->n_cancelled);
      return OUTCOME_UNKNOWN;
    }
  if (g_error_matches (self->error, G_IMAP_ERROR, G_IMAP_ERROR_NO_UIDPLUS))
    return OUTCOME_HALF_DONE;
  if (is_server_fault (self->error))
    {
      g_atomic_int_inc (&client->world->n_server_faults);
      return self->is_change ? OUTCOME_UNKNOWN : OUTCOME_NOT_DONE;
    }
  if (!is_of_connection (self->error) || !is_explained (self))
    client_report (
        client, g_strdup_printf ("wrong error of client %u: %s: %s (%d), cuts: %d", client->index,
                                 self->title, self->error->message, self->error->code,
                                 g_atomic_int_get (&client->world->n_kills) - client->kills_seen));

  return OUTCOME_NOT_DONE;
}

static Outcome
call_end (Call *self)
{
  Outcome outcome = judge (self);

  client_note (self->client, self->title, outcome, self->error != NULL ? self->error->message : "");
  if (self->alarm != NULL)
    {
      g_source_destroy (self->alarm);
      g_source_unref (self->alarm);
    }
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);

  return outcome;
}

static GImapMessageSet *
make_set (GArray *uids)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  GImapMessageSet *set;

  for (guint i = 0; i < uids->len; i++)
    g_ptr_array_add (ids, g_strdup_printf ("%u", g_array_index (uids, guint32, i)));
  g_ptr_array_add (ids, NULL);
  set = g_imap_message_set_new ((const char *const *) ids->pdata, &error);
  g_assert_no_error (error);

  return set;
}

static void
take_set (GImapMessageSet *set, GArray *uids)
{
  for (guint i = 0; set != NULL && i < g_imap_message_set_get_size (set); i++)
    {
      guint32 uid = g_imap_message_set_get_uid (set, i);

      g_array_append_val (uids, uid);
    }
}

/* As many as there are mails, or none. */
static void
take_placed (Client *client, GImapMessageSet *set, guint n_mails, GArray *placed)
{
  take_set (set, placed);
  if (set != NULL && placed->len != 0 && placed->len != n_mails)
    client_report (client, g_strdup_printf ("%u new ids for %u mails", placed->len, n_mails));
}

static Outcome
select_box (Client *client, guint box)
{
  Call call;
  g_autoptr (GImapBoxInfo) info = NULL;

  call_begin (&call, client, "select", FALSE);
  info = g_imap_transporter_select_box (client->transporter, model_boxes[box].name,
                                        G_IMAP_BOX_STATE_WRITABLE, call.cancellable, &call.error);

  return call_end (&call);
}

static GStrv
list_flags (guint flags)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < MODEL_N_FLAGS; i++)
    if (flags & (1u << i))
      {
        g_autofree char *name = g_ascii_strdown (model_flag_names[i], -1);

        if (name[0] == '\\')
          name[0] = '$';
        g_strv_builder_add (builder, name);
      }

  return g_strv_builder_end (builder);
}

static Outcome
append (Client *client, guint box, guint number, guint flags, GArray *placed)
{
  Call call;
  g_autoptr (GBytes) mail = model_make_mail (client->index, number);
  g_auto (GStrv) names = list_flags (flags);
  gboolean is_selected = (int) box == client->selected;
  g_autoptr (GImapMessageSet) set = NULL;

  call_begin (&call, client, "append", TRUE);
  set = g_imap_transporter_append_mime (
      client->transporter, mail, is_selected ? NULL : model_boxes[box].name,
      names[0] != NULL ? (const char *const *) names : NULL, NULL, call.cancellable, &call.error);
  take_placed (client, set, 1, placed);

  return call_end (&call);
}

static Outcome
copy (Client *client, GArray *uids, guint box, gboolean is_move, GArray *placed)
{
  Call call;
  g_autoptr (GImapMessageSet) set = make_set (uids);
  g_autoptr (GImapMessageSet) result = NULL;

  call_begin (&call, client, is_move ? "move" : "copy", TRUE);
  result = is_move ? g_imap_transporter_move (client->transporter, set, model_boxes[box].name,
                                              call.cancellable, &call.error) :
                     g_imap_transporter_copy (client->transporter, set, model_boxes[box].name,
                                              call.cancellable, &call.error);
  take_placed (client, result, uids->len, placed);

  return call_end (&call);
}

static Outcome
store (Client *client, GArray *uids, guint flags, gboolean is_added)
{
  Call call;
  g_autoptr (GImapMessageSet) set = make_set (uids);
  g_auto (GStrv) names = list_flags (flags);
  const char *const *list = (const char *const *) names;

  call_begin (&call, client, "store", TRUE);
  if (flags == MODEL_DELETED && is_added)
    g_imap_transporter_delete (client->transporter, set, call.cancellable, &call.error);
  else if (is_added)
    g_imap_transporter_add_flags (client->transporter, set, list, call.cancellable, &call.error);
  else
    g_imap_transporter_remove_flags (client->transporter, set, list, call.cancellable, &call.error);

  return call_end (&call);
}

static Outcome
expunge (Client *client, GArray *uids)
{
  Call call;
  g_autoptr (GImapMessageSet) set = uids != NULL ? make_set (uids) : NULL;
  Outcome outcome;

  call_begin (&call, client, "expunge", TRUE);
  if (set != NULL)
    g_imap_transporter_expunge_ids (client->transporter, set, call.cancellable, &call.error);
  else
    g_imap_transporter_expunge (client->transporter, call.cancellable, &call.error);
  outcome = call_end (&call);

  /* Without UIDPLUS it refuses, and nothing has happened. */
  return outcome == OUTCOME_HALF_DONE ? OUTCOME_NOT_DONE : outcome;
}

static Outcome
search (Client *client, guint number, GArray *found)
{
  Call call;
  g_autofree char *id = model_make_message_id (client->index, number);
  g_autofree char *criteria = g_strdup_printf ("HEADER MESSAGE-ID \"%s\"", id);
  g_autoptr (GImapMessageSet) set = NULL;

  call_begin (&call, client, "search", FALSE);
  set = g_imap_transporter_search_mails (client->transporter, criteria, call.cancellable,
                                         &call.error);
  take_set (set, found);

  return call_end (&call);
}

static void
check_mail (Client *client, const ModelItem *item, GEmail *mail)
{
  g_autofree char *id = g_strdup_printf ("%u.%u@model", item->owner, item->number);

  if (mail != NULL && g_strcmp0 (g_email_get_message_id (mail), id) != 0)
    client_report (client,
                   g_strdup_printf ("asked for %s, got %s", id, g_email_get_message_id (mail)));
}

static Outcome
read_mail (Client *client, const ModelItem *item)
{
  Call call;
  g_autofree char *id = g_strdup_printf ("%u", item->uid);
  g_autoptr (GBytes) expected = model_make_mail (item->owner, item->number);
  g_autoptr (GBytes) blob = NULL;
  g_autoptr (GEmail) mail = NULL;

  call_begin (&call, client, "read", FALSE);
  if (item->number % 2 == 0)
    mail = g_imap_transporter_get_mail (client->transporter, id, G_IMAP_FETCH_SUMMARY,
                                        call.cancellable, &call.error);
  else
    blob = g_imap_transporter_get_mime_as_blob (client->transporter, id, FALSE, call.cancellable,
                                                &call.error);
  check_mail (client, item, mail);
  if (blob != NULL && !g_bytes_equal (blob, expected))
    client_report (client,
                   g_strdup_printf ("mail %u.%u has other octets", item->owner, item->number));

  return call_end (&call);
}

const ClientClass library_client_class = {
  .select = select_box,
  .append = append,
  .copy = copy,
  .store = store,
  .expunge = expunge,
  .search = search,
  .read = read_mail,
};
