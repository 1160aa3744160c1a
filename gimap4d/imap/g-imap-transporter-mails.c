/* Getting mails: one, several, raw.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-transporter.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/command/imap-fetch-mails.h"
#include "gimap4d/imap/imap-mail-source.h"
#include "gimap4d/imap/imap-mails-private.h"
#include "gimap4d/imap/imap-message-set-private.h"
#include "gimap4d/imap/imap-numbers.h"
#include "gimap4d/imap/imap-transporter-private.h"
#include "gimap4d/mail/email-private.h"

ImapFetchWhat
imap_transporter_get_what (GImapFetchFlags flags)
{
  ImapFetchWhat what = IMAP_FETCH_FACTS;

  if ((flags & G_IMAP_FETCH_WITH_BODY) != 0)
    what |= IMAP_FETCH_BODY;
  else if ((flags & G_IMAP_FETCH_SUMMARY) == 0)
    what |= IMAP_FETCH_HEADER;
  if ((flags & G_IMAP_FETCH_SUMMARY) != 0)
    what |= IMAP_FETCH_ENVELOPE;
  if ((flags & G_IMAP_FETCH_UPDATE_SEEN) != 0)
    what |= IMAP_FETCH_MARK_SEEN;

  return what;
}

static gpointer
make_by_set (GImapMessageSet *ids, GImapFetchFlags flags)
{
  ImapOperation *operation = imap_fetch_operation_new (imap_message_set_get_uids (ids),
                                                       imap_transporter_get_what (flags));

  operation->box = g_strdup (imap_message_set_get_box (ids));
  operation->uid_validity = imap_message_set_get_uid_validity (ids);

  return operation;
}

static gpointer
make_by_id (const char *id, ImapFetchWhat what, GError **error)
{
  g_autoptr (GImapMessageSet) ids = g_imap_message_set_new_single (id, error);

  return ids != NULL ? imap_fetch_operation_new (imap_message_set_get_uids (ids), what) : NULL;
}

static gpointer
make_by_numbers (gint64 start, gint64 end, GImapFetchFlags flags, GError **error)
{
  guint32 first;
  guint32 last;

  if (!imap_numbers_check (start, end, &first, &last, error))
    return NULL;

  return imap_fetch_operation_new_by_number (first, last, imap_transporter_get_what (flags));
}

static gpointer
make_by_number (gint64 number, ImapFetchWhat what, GError **error)
{
  guint32 first;
  guint32 last;

  if (!imap_numbers_check_one (number, error) ||
      !imap_numbers_check (number, number, &first, &last, error))
    return NULL;

  return imap_fetch_operation_new_by_number (first, last, what);
}

/* Takes what was fetched. */
static GEmail *
to_mail (GImapTransporter *self, gpointer result, GError **error)
{
  g_autoptr (ImapFetched) fetched = result;
  g_autoptr (EmailSource) source = NULL;

  if (fetched == NULL)
    return NULL;
  if (fetched->fetches->len == 0 && !imap_uid_set_is_empty (fetched->missing))
    {
      g_autofree char *id = imap_uid_set_to_string (fetched->missing);

      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_NOT_FOUND,
                   _ ("%s:%u: there is no mail %s in the box “%s”"),
                   g_imap_transporter_get_host (self), g_imap_transporter_get_port (self), id,
                   fetched->box);
      return NULL;
    }
  if (fetched->fetches->len == 0)
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_NOT_FOUND,
                   _ ("%s:%u: no mail of the box “%s” has this number"),
                   g_imap_transporter_get_host (self), g_imap_transporter_get_port (self),
                   fetched->box);
      return NULL;
    }

  source = imap_mail_source_new (fetched, 0, self);

  return email_new_received (source);
}

/* Takes what was fetched. */
static GImapMails *
to_mails (GImapTransporter *self, gpointer result)
{
  g_autoptr (ImapFetched) fetched = result;

  return fetched != NULL ? imap_mails_new (fetched, self) : NULL;
}

/* Takes what was fetched. */
static GBytes *
to_blob (GImapTransporter *self, gpointer result)
{
  g_autoptr (ImapFetched) fetched = result;
  GBytes *blob = NULL;

  if (fetched == NULL)
    return NULL;
  if (fetched->fetches->len > 0)
    {
      const ImapFetch *fetch = &g_array_index (fetched->fetches, ImapFetch, 0);

      blob = imap_fetch_dup_bytes (fetch, &fetch->body);
    }

  return blob != NULL ? blob : g_bytes_new (NULL, 0);
}

static ImapFetchWhat
get_blob_what (gboolean update_seen)
{
  return update_seen ? IMAP_FETCH_BODY | IMAP_FETCH_MARK_SEEN : IMAP_FETCH_BODY;
}

/**
 * g_imap_transporter_get_mail:
 * @self: a transporter
 * @id: id of a mail of the selected box
 * @flags: how much of it to get
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Gets one mail of the selected box. Opens the connection when there is none, and selects the
 * last selected box again. With %G_IMAP_FETCH_DEFAULT the whole mail is got and marked as seen,
 * as 4D does; with %G_IMAP_FETCH_HEADERS its header only; with %G_IMAP_FETCH_SUMMARY what a list
 * of mails shows (envelope, keywords, size, date, structure), and nothing is marked.
 *
 * Fails with %G_IMAP_ERROR_NOT_FOUND when no mail has this id, with
 * %G_IMAP_ERROR_INVALID_ARGUMENT when it is no id, and with %G_IMAP_ERROR_NO_BOX_SELECTED.
 *
 * 4D: `getMail()`.
 *
 * Returns: (transfer full): the mail, or %NULL with @error set
 *
 * Since: 1.0
 */
GEmail *
g_imap_transporter_get_mail (GImapTransporter *self,
                             const char *id,
                             GImapFetchFlags flags,
                             GCancellable *cancellable,
                             GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return to_mail (self,
                  imap_transporter_call (self,
                                         make_by_id (id, imap_transporter_get_what (flags), error),
                                         cancellable, error),
                  error);
}

/**
 * g_imap_transporter_get_mail_async:
 * @self: a transporter
 * @id: id of a mail of the selected box
 * @flags: how much of it to get
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_get_mail(). The callback runs in the thread-default
 * main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_get_mail_async (GImapTransporter *self,
                                   const char *id,
                                   GImapFetchFlags flags,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));
  g_return_if_fail (id != NULL);

  operation = make_by_id (id, imap_transporter_get_what (flags), &cause);
  imap_transporter_call_async (self, operation, cause, g_imap_transporter_get_mail_async,
                               cancellable, callback, user_data);
}

/**
 * g_imap_transporter_get_mail_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_get_mail_async(); see g_imap_transporter_get_mail().
 *
 * Returns: (transfer full): the mail, or %NULL with @error set
 *
 * Since: 1.0
 */
GEmail *
g_imap_transporter_get_mail_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return to_mail (
      self, imap_transporter_call_finish (self, result, g_imap_transporter_get_mail_async, error),
      error);
}

/**
 * g_imap_transporter_get_mail_by_number:
 * @self: a transporter
 * @number: number of a mail in the selected box, 1 for the oldest
 * @flags: how much of it to get
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Gets one mail of the selected box by its number. Opens the connection when there is none, and
 * selects the last selected box again. See g_imap_transporter_get_mail().
 *
 * 4D: `getMail()`.
 *
 * Returns: (transfer full): the mail, or %NULL with @error set
 *
 * Since: 1.0
 */
GEmail *
g_imap_transporter_get_mail_by_number (GImapTransporter *self,
                                       gint64 number,
                                       GImapFetchFlags flags,
                                       GCancellable *cancellable,
                                       GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return to_mail (self,
                  imap_transporter_call (
                      self, make_by_number (number, imap_transporter_get_what (flags), error),
                      cancellable, error),
                  error);
}

/**
 * g_imap_transporter_get_mail_by_number_async:
 * @self: a transporter
 * @number: number of a mail in the selected box, 1 for the oldest
 * @flags: how much of it to get
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_get_mail_by_number(). The callback runs in the thread-
 * default main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_get_mail_by_number_async (GImapTransporter *self,
                                             gint64 number,
                                             GImapFetchFlags flags,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data)
{
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));

  operation = make_by_number (number, imap_transporter_get_what (flags), &cause);
  imap_transporter_call_async (self, operation, cause, g_imap_transporter_get_mail_by_number_async,
                               cancellable, callback, user_data);
}

/**
 * g_imap_transporter_get_mail_by_number_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_get_mail_by_number_async(); see
 * g_imap_transporter_get_mail_by_number().
 *
 * Returns: (transfer full): the mail, or %NULL with @error set
 *
 * Since: 1.0
 */
GEmail *
g_imap_transporter_get_mail_by_number_finish (GImapTransporter *self,
                                              GAsyncResult *result,
                                              GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return to_mail (self,
                  imap_transporter_call_finish (self, result,
                                                g_imap_transporter_get_mail_by_number_async, error),
                  error);
}

/**
 * g_imap_transporter_get_mails:
 * @self: a transporter
 * @ids: ids of mails of the selected box
 * @flags: how much of each to get
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Gets several mails of the selected box. Opens the connection when there is none, and selects
 * the last selected box again. With %G_IMAP_FETCH_DEFAULT the whole mail is got and marked as
 * seen, as 4D does; with %G_IMAP_FETCH_HEADERS its header only; with %G_IMAP_FETCH_SUMMARY what
 * a list of mails shows (envelope, keywords, size, date, structure), and nothing is marked.
 *
 * Ids that no mail has are no error: they stand in #GImapMails:not-found; nor are mails that the
 * server cannot give: when it refuses some and gives others, these stand in #GImapMails:failed. Where
 * it cannot give the envelope of a mail, its header is got instead. A set that this
 * library gave out is refused with %G_IMAP_ERROR_INVALID_ARGUMENT when another box is selected
 * than the one it is of, and with %G_IMAP_ERROR_UIDVALIDITY_CHANGED when the server has made the
 * box anew.
 *
 * 4D: `getMails()`.
 *
 * Returns: (transfer full): the mails, or %NULL with @error set
 *
 * Since: 1.0
 */
GImapMails *
g_imap_transporter_get_mails (GImapTransporter *self,
                              GImapMessageSet *ids,
                              GImapFetchFlags flags,
                              GCancellable *cancellable,
                              GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (ids != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return to_mails (self,
                   imap_transporter_call (self, make_by_set (ids, flags), cancellable, error));
}

/**
 * g_imap_transporter_get_mails_async:
 * @self: a transporter
 * @ids: ids of mails of the selected box
 * @flags: how much of each to get
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_get_mails(). The callback runs in the thread-default
 * main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_get_mails_async (GImapTransporter *self,
                                    GImapMessageSet *ids,
                                    GImapFetchFlags flags,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));
  g_return_if_fail (ids != NULL);

  imap_transporter_call_async (self, make_by_set (ids, flags), NULL,
                               g_imap_transporter_get_mails_async, cancellable, callback,
                               user_data);
}

/**
 * g_imap_transporter_get_mails_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_get_mails_async(); see g_imap_transporter_get_mails().
 *
 * Returns: (transfer full): the mails, or %NULL with @error set
 *
 * Since: 1.0
 */
GImapMails *
g_imap_transporter_get_mails_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return to_mails (
      self, imap_transporter_call_finish (self, result, g_imap_transporter_get_mails_async, error));
}

/**
 * g_imap_transporter_get_mails_by_number:
 * @self: a transporter
 * @start: number of the first mail; 0 or less for the first of the box
 * @end: number of the last mail; 0 or less for the last of the box
 * @flags: how much of each to get
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Gets the mails from one number to another in the selected box. Opens the connection when there
 * is none, and selects the last selected box again. Numbers past the end are passed over. See
 * g_imap_transporter_get_mails().
 *
 * 4D: `getMails()`.
 *
 * Returns: (transfer full): the mails, or %NULL with @error set
 *
 * Since: 1.0
 */
GImapMails *
g_imap_transporter_get_mails_by_number (GImapTransporter *self,
                                        gint64 start,
                                        gint64 end,
                                        GImapFetchFlags flags,
                                        GCancellable *cancellable,
                                        GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return to_mails (self, imap_transporter_call (self, make_by_numbers (start, end, flags, error),
                                                cancellable, error));
}

/**
 * g_imap_transporter_get_mails_by_number_async:
 * @self: a transporter
 * @start: number of the first mail; 0 or less for the first of the box
 * @end: number of the last mail; 0 or less for the last of the box
 * @flags: how much of each to get
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_get_mails_by_number(). The callback runs in the
 * thread-default main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_get_mails_by_number_async (GImapTransporter *self,
                                              gint64 start,
                                              gint64 end,
                                              GImapFetchFlags flags,
                                              GCancellable *cancellable,
                                              GAsyncReadyCallback callback,
                                              gpointer user_data)
{
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));

  operation = make_by_numbers (start, end, flags, &cause);
  imap_transporter_call_async (self, operation, cause, g_imap_transporter_get_mails_by_number_async,
                               cancellable, callback, user_data);
}

/**
 * g_imap_transporter_get_mails_by_number_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_get_mails_by_number_async(); see
 * g_imap_transporter_get_mails_by_number().
 *
 * Returns: (transfer full): the mails, or %NULL with @error set
 *
 * Since: 1.0
 */
GImapMails *
g_imap_transporter_get_mails_by_number_finish (GImapTransporter *self,
                                               GAsyncResult *result,
                                               GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return to_mails (self, imap_transporter_call_finish (
                             self, result, g_imap_transporter_get_mails_by_number_async, error));
}

/**
 * g_imap_transporter_get_mime_as_blob:
 * @self: a transporter
 * @id: id of a mail of the selected box
 * @update_seen: whether to mark the mail as seen
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Gets one mail of the selected box as it came: its raw MIME. Opens the connection when there is
 * none, and selects the last selected box again.
 *
 * 4D: `getMIMEAsBlob()`.
 *
 * Returns: (transfer full): the raw mail, empty when no mail has this id, or %NULL with @error
 *   set
 *
 * Since: 1.0
 */
GBytes *
g_imap_transporter_get_mime_as_blob (GImapTransporter *self,
                                     const char *id,
                                     gboolean update_seen,
                                     GCancellable *cancellable,
                                     GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return to_blob (self,
                  imap_transporter_call (self, make_by_id (id, get_blob_what (update_seen), error),
                                         cancellable, error));
}

/**
 * g_imap_transporter_get_mime_as_blob_async:
 * @self: a transporter
 * @id: id of a mail of the selected box
 * @update_seen: whether to mark the mail as seen
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_get_mime_as_blob(). The callback runs in the thread-
 * default main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_get_mime_as_blob_async (GImapTransporter *self,
                                           const char *id,
                                           gboolean update_seen,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data)
{
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));
  g_return_if_fail (id != NULL);

  operation = make_by_id (id, get_blob_what (update_seen), &cause);
  imap_transporter_call_async (self, operation, cause, g_imap_transporter_get_mime_as_blob_async,
                               cancellable, callback, user_data);
}

/**
 * g_imap_transporter_get_mime_as_blob_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_get_mime_as_blob_async(); see g_imap_transporter_get_mime_as_blob().
 *
 * Returns: (transfer full): the raw mail, empty when no mail has this id, or %NULL with @error
 *   set
 *
 * Since: 1.0
 */
GBytes *
g_imap_transporter_get_mime_as_blob_finish (GImapTransporter *self,
                                            GAsyncResult *result,
                                            GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return to_blob (self, imap_transporter_call_finish (
                            self, result, g_imap_transporter_get_mime_as_blob_async, error));
}

/**
 * g_imap_transporter_get_mime_as_blob_by_number:
 * @self: a transporter
 * @number: number of a mail in the selected box, 1 for the oldest
 * @update_seen: whether to mark the mail as seen
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Gets one mail of the selected box by its number, as it came. Opens the connection when there
 * is none, and selects the last selected box again. See g_imap_transporter_get_mime_as_blob().
 *
 * 4D: `getMIMEAsBlob()`.
 *
 * Returns: (transfer full): the raw mail, empty when there is none, or %NULL with @error set
 *
 * Since: 1.0
 */
GBytes *
g_imap_transporter_get_mime_as_blob_by_number (GImapTransporter *self,
                                               gint64 number,
                                               gboolean update_seen,
                                               GCancellable *cancellable,
                                               GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return to_blob (self, imap_transporter_call (
                            self, make_by_number (number, get_blob_what (update_seen), error),
                            cancellable, error));
}

/**
 * g_imap_transporter_get_mime_as_blob_by_number_async:
 * @self: a transporter
 * @number: number of a mail in the selected box, 1 for the oldest
 * @update_seen: whether to mark the mail as seen
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_get_mime_as_blob_by_number(). The callback runs in the
 * thread-default main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_get_mime_as_blob_by_number_async (GImapTransporter *self,
                                                     gint64 number,
                                                     gboolean update_seen,
                                                     GCancellable *cancellable,
                                                     GAsyncReadyCallback callback,
                                                     gpointer user_data)
{
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));

  operation = make_by_number (number, get_blob_what (update_seen), &cause);
  imap_transporter_call_async (self, operation, cause,
                               g_imap_transporter_get_mime_as_blob_by_number_async, cancellable,
                               callback, user_data);
}

/**
 * g_imap_transporter_get_mime_as_blob_by_number_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_get_mime_as_blob_by_number_async(); see
 * g_imap_transporter_get_mime_as_blob_by_number().
 *
 * Returns: (transfer full): the raw mail, empty when there is none, or %NULL with @error set
 *
 * Since: 1.0
 */
GBytes *
g_imap_transporter_get_mime_as_blob_by_number_finish (GImapTransporter *self,
                                                      GAsyncResult *result,
                                                      GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return to_blob (self,
                  imap_transporter_call_finish (
                      self, result, g_imap_transporter_get_mime_as_blob_by_number_async, error));
}
