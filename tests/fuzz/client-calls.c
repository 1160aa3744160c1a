/* The calls of GImapTransporter as one function.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "client-calls.h"

#include <string.h>

static void
end_call (ClientCall *call, GError *error)
{
  g_assert (!call->is_done);
  call->is_done = TRUE;
  call->error = error;
}

/* The callback of a call whose result is a pointer, and of one whose result says that it was done. */
#define RETURNS_POINTER(name, destroy)                                                             \
  static void name##_cb (GObject *source, GAsyncResult *result, gpointer user_data)                \
  {                                                                                                \
    GError *error = NULL;                                                                          \
    gpointer value = g_imap_transporter_##name##_finish (G_IMAP_TRANSPORTER (source), result,      \
                                                         &error);                                  \
                                                                                                   \
    end_call (user_data, error);                                                                   \
    if (value != NULL)                                                                             \
      destroy (value);                                                                             \
  }

#define RETURNS_BOOLEAN(name)                                                                      \
  static void name##_cb (GObject *source, GAsyncResult *result, gpointer user_data)                \
  {                                                                                                \
    GError *error = NULL;                                                                          \
    gboolean done = g_imap_transporter_##name##_finish (G_IMAP_TRANSPORTER (source), result,       \
                                                        &error);                                   \
                                                                                                   \
    g_assert (done == (error == NULL));                                                            \
    end_call (user_data, error);                                                                   \
  }

RETURNS_BOOLEAN (create_box)
RETURNS_BOOLEAN (delete_box)
RETURNS_BOOLEAN (rename_box)
RETURNS_BOOLEAN (subscribe)
RETURNS_BOOLEAN (unsubscribe)
RETURNS_BOOLEAN (add_flags)
RETURNS_BOOLEAN (remove_flags)
RETURNS_BOOLEAN (delete)
RETURNS_BOOLEAN (expunge)
RETURNS_BOOLEAN (expunge_ids)
RETURNS_BOOLEAN (fetch_mails)
RETURNS_BOOLEAN (close)
RETURNS_POINTER (copy, g_imap_message_set_unref)
RETURNS_POINTER (move, g_imap_message_set_unref)
RETURNS_POINTER (append_mime, g_imap_message_set_unref)
RETURNS_POINTER (append_stream, g_imap_message_set_unref)
RETURNS_POINTER (check_connection, g_object_unref)
RETURNS_POINTER (select_box, g_object_unref)
RETURNS_POINTER (get_box_info, g_object_unref)
RETURNS_POINTER (get_box_list, g_object_unref)
RETURNS_POINTER (get_delimiter, g_free)
RETURNS_POINTER (search_mails, g_imap_message_set_unref)
RETURNS_POINTER (search, g_imap_message_set_unref)
RETURNS_POINTER (sort, g_strfreev)
RETURNS_POINTER (thread, g_object_unref)
RETURNS_POINTER (get_quota, g_object_unref)
RETURNS_POINTER (num_to_id, g_imap_message_set_unref)
RETURNS_POINTER (get_mail, g_object_unref)
RETURNS_POINTER (get_mails, g_object_unref)
RETURNS_POINTER (get_mails_by_number, g_object_unref)
RETURNS_POINTER (get_mime_as_blob, g_bytes_unref)
RETURNS_POINTER (open_mime, g_object_unref)
RETURNS_POINTER (open_part, g_object_unref)

static gboolean
take_mail_cb (GEmail *mail, gpointer user_data)
{
  g_autoptr (JsonNode) node = g_email_to_json (mail);

  return node != NULL;
}

/* With a text of which each call has another, and nothing else that can go wrong. */
static char *
make_mime (const ClientCall *call)
{
  return g_strdup_printf ("Subject: %s\r\n\r\nbody\r\n", call->other);
}

static void
begin_append (ClientCall *call, GImapTransporter *to, GCancellable *cancellable)
{
  g_autofree char *mime = make_mime (call);
  g_autoptr (GBytes) bytes = g_bytes_new (mime, strlen (mime));
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (bytes);
  g_autoptr (GDateTime) date = g_date_time_new_utc (2026, 1, 5, 10, 0, 0);
  const char *const keywords[] = { call->ids, NULL };

  if (call->kind == CLIENT_APPEND)
    g_imap_transporter_append_mime_async (to, bytes, call->text, keywords, date, cancellable,
                                          append_mime_cb, call);
  else
    g_imap_transporter_append_stream_async (to, stream, strlen (mime), call->text, NULL, NULL,
                                            cancellable, append_stream_cb, call);
}

static void
begin_change (ClientCall *call,
              GImapTransporter *to,
              GImapMessageSet *set,
              GCancellable *cancellable)
{
  const char *const keywords[] = { call->text, "$seen", NULL };

  switch ((int) call->kind)
    {
    case CLIENT_CREATE_BOX:
      g_imap_transporter_create_box_async (to, call->text, cancellable, create_box_cb, call);
      break;
    case CLIENT_DELETE_BOX:
      g_imap_transporter_delete_box_async (to, call->text, cancellable, delete_box_cb, call);
      break;
    case CLIENT_RENAME_BOX:
      g_imap_transporter_rename_box_async (to, call->text, call->other, cancellable, rename_box_cb,
                                           call);
      break;
    case CLIENT_SUBSCRIBE:
      g_imap_transporter_subscribe_async (to, call->text, cancellable, subscribe_cb, call);
      break;
    case CLIENT_UNSUBSCRIBE:
      g_imap_transporter_unsubscribe_async (to, call->text, cancellable, unsubscribe_cb, call);
      break;
    case CLIENT_ADD_FLAGS:
      g_imap_transporter_add_flags_async (to, set, keywords, cancellable, add_flags_cb, call);
      break;
    case CLIENT_REMOVE_FLAGS:
      g_imap_transporter_remove_flags_async (to, set, keywords, cancellable, remove_flags_cb, call);
      break;
    case CLIENT_COPY:
      g_imap_transporter_copy_async (to, set, call->text, cancellable, copy_cb, call);
      break;
    case CLIENT_MOVE:
      g_imap_transporter_move_async (to, set, call->text, cancellable, move_cb, call);
      break;
    case CLIENT_APPEND:
    case CLIENT_APPEND_STREAM:
      begin_append (call, to, cancellable);
      break;
    case CLIENT_DELETE:
      g_imap_transporter_delete_async (to, set, cancellable, delete_cb, call);
      break;
    case CLIENT_EXPUNGE:
      g_imap_transporter_expunge_async (to, cancellable, expunge_cb, call);
      break;
    case CLIENT_EXPUNGE_IDS:
      g_imap_transporter_expunge_ids_async (to, set, cancellable, expunge_ids_cb, call);
      break;
    default:
      break;
    }
}

static void
begin_search (ClientCall *call, GImapTransporter *to, GCancellable *cancellable)
{
  g_autoptr (GImapSearch) search = NULL;

  switch ((int) call->kind)
    {
    case CLIENT_SEARCH_MAILS:
      g_imap_transporter_search_mails_async (to, call->text, cancellable, search_mails_cb, call);
      break;
    case CLIENT_SEARCH_HEADER:
      search = g_imap_search_new_header (call->text, call->other);
      g_imap_transporter_search_async (to, search, cancellable, search_cb, call);
      break;
    case CLIENT_SEARCH_KEYWORD:
      search = g_imap_search_new_keyword (call->text);
      g_imap_transporter_search_async (to, search, cancellable, search_cb, call);
      break;
    case CLIENT_SORT:
      search = g_imap_search_new_subject (call->other);
      g_imap_transporter_sort_async (to, call->text, search, cancellable, sort_cb, call);
      break;
    case CLIENT_THREAD:
      search = g_imap_search_new_from (call->text);
      g_imap_transporter_thread_async (to, G_IMAP_THREADING_REFERENCES, search, cancellable,
                                       thread_cb, call);
      break;
    default:
      break;
    }
}

static void
begin_question (ClientCall *call, GImapTransporter *to, GCancellable *cancellable)
{
  gboolean is_read_only = call->kind == CLIENT_EXAMINE;

  switch ((int) call->kind)
    {
    case CLIENT_CHECK:
      g_imap_transporter_check_connection_async (to, cancellable, check_connection_cb, call);
      break;
    case CLIENT_SELECT:
    case CLIENT_EXAMINE:
      g_imap_transporter_select_box_async (
          to, call->text, is_read_only ? G_IMAP_BOX_STATE_READ_ONLY : G_IMAP_BOX_STATE_WRITABLE,
          cancellable, select_box_cb, call);
      break;
    case CLIENT_BOX_INFO:
      g_imap_transporter_get_box_info_async (to, call->text, cancellable, get_box_info_cb, call);
      break;
    case CLIENT_BOX_LIST:
      g_imap_transporter_get_box_list_async (to, G_IMAP_BOX_LIST_WITH_STATUS, cancellable,
                                             get_box_list_cb, call);
      break;
    case CLIENT_SUBSCRIBED_LIST:
      g_imap_transporter_get_box_list_async (to, G_IMAP_BOX_LIST_SUBSCRIBED, cancellable,
                                             get_box_list_cb, call);
      break;
    case CLIENT_DELIMITER:
      g_imap_transporter_get_delimiter_async (to, cancellable, get_delimiter_cb, call);
      break;
    case CLIENT_QUOTA:
      g_imap_transporter_get_quota_async (to, call->text, cancellable, get_quota_cb, call);
      break;
    case CLIENT_NUM_TO_ID:
      g_imap_transporter_num_to_id_async (to, 1, 3, cancellable, num_to_id_cb, call);
      break;
    case CLIENT_CLOSE:
      g_imap_transporter_close_async (to, cancellable, close_cb, call);
      break;
    default:
      begin_search (call, to, cancellable);
      break;
    }
}

static void
begin_fetch (ClientCall *call,
             GImapTransporter *to,
             GImapMessageSet *set,
             GCancellable *cancellable)
{
  switch ((int) call->kind)
    {
    case CLIENT_GET_MAIL:
      g_imap_transporter_get_mail_async (to, "7", G_IMAP_FETCH_DEFAULT, cancellable, get_mail_cb,
                                         call);
      break;
    case CLIENT_GET_MAILS:
      g_imap_transporter_get_mails_async (to, set, G_IMAP_FETCH_WITH_BODY, cancellable,
                                          get_mails_cb, call);
      break;
    case CLIENT_GET_SUMMARIES:
      g_imap_transporter_get_mails_async (to, set, G_IMAP_FETCH_SUMMARY, cancellable, get_mails_cb,
                                          call);
      break;
    case CLIENT_GET_MAILS_BY_NUMBER:
      g_imap_transporter_get_mails_by_number_async (to, 1, 2, G_IMAP_FETCH_HEADERS, cancellable,
                                                    get_mails_by_number_cb, call);
      break;
    case CLIENT_FETCH_MAILS:
      g_imap_transporter_fetch_mails_async (to, set, G_IMAP_FETCH_WITH_BODY, take_mail_cb, NULL,
                                            NULL, cancellable, fetch_mails_cb, call);
      break;
    case CLIENT_GET_MIME:
      g_imap_transporter_get_mime_as_blob_async (to, "7", FALSE, cancellable, get_mime_as_blob_cb,
                                                 call);
      break;
    case CLIENT_OPEN_MIME:
      g_imap_transporter_open_mime_async (to, "7", FALSE, cancellable, open_mime_cb, call);
      break;
    case CLIENT_OPEN_PART:
      g_imap_transporter_open_part_async (to, "7", call->text, cancellable, open_part_cb, call);
      break;
    default:
      begin_question (call, to, cancellable);
      break;
    }
}

void
client_call_begin (ClientCall *call, GImapTransporter *transporter, GCancellable *cancellable)
{
  g_autoptr (GImapMessageSet) set = g_imap_message_set_parse (call->ids, NULL);

  call->is_begun = TRUE;
  if (set == NULL)
    set = g_imap_message_set_new_all ();
  if (call->kind < CLIENT_CHECK)
    begin_change (call, transporter, set, cancellable);
  else
    begin_fetch (call, transporter, set, cancellable);
}

void
client_call_clear (ClientCall *call)
{
  g_clear_pointer (&call->text, g_free);
  g_clear_pointer (&call->other, g_free);
  g_clear_pointer (&call->ids, g_free);
  g_clear_error (&call->error);
}
