/* Finding mails: by what they are, and by their numbers.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-transporter.h"

#include "gimap4d/imap/command/imap-search.h"
#include "gimap4d/imap/imap-message-set-private.h"
#include "gimap4d/imap/imap-numbers.h"
#include "gimap4d/imap/imap-search-private.h"
#include "gimap4d/imap/imap-transporter-private.h"

static gpointer
make_search (GImapSearch *search, GError **error)
{
  const char *box;
  guint32 uid_validity;
  ImapOperation *operation;

  if (!imap_search_get_box (search, &box, &uid_validity, error))
    return NULL;
  operation = imap_search_operation_new (imap_search_get_criteria (search));
  operation->box = g_strdup (box);
  operation->uid_validity = uid_validity;

  return operation;
}

static gpointer
make_text_search (const char *criteria, GError **error)
{
  g_autoptr (GImapSearch) search = g_imap_search_parse (criteria != NULL ? criteria : "", error);

  return search != NULL ? make_search (search, error) : NULL;
}

static gpointer
make_numbers (gint64 start, gint64 end, GError **error)
{
  guint32 first;
  guint32 last;

  if (!imap_numbers_check (start, end, &first, &last, error))
    return NULL;

  return imap_numbers_operation_new (first, last);
}

/**
 * g_imap_transporter_search_mails:
 * @self: a transporter
 * @criteria: (nullable): what to look for, as IMAP has it, in UTF-8; %NULL or an empty text is
 *   `ALL`
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Looks for mails in the selected box. Opens the connection when there is none, and selects the
 * last selected box again.
 *
 * @criteria are the keys of RFC 9051, 6.4.4: `UNSEEN`, `FROM "smith" SINCE 1-Feb-2024`, `OR
 * SUBJECT "été" NOT DELETED`. Text that is not ASCII works as it is: a character set is named to
 * the server by itself, and another one is tried when the server refuses it; when none holds the
 * text, header fields are got and looked at here. What a program puts together is better made with
 * #GImapSearch.
 *
 * IMAP's dates are days in a zone of the server's choice; exact ones are #GImapSearch's.
 *
 * Fails with %G_IMAP_ERROR_INVALID_ARGUMENT when quotes or parentheses do not match, with
 * %G_IMAP_ERROR_BAD or %G_IMAP_ERROR_NO when the server refuses the criteria, and with
 * %G_IMAP_ERROR_NO_BOX_SELECTED.
 *
 * 4D: `searchMails()`.
 *
 * Returns: (transfer full): the ids of the mails found, or %NULL with @error set
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_transporter_search_mails (GImapTransporter *self,
                                 const char *criteria,
                                 GCancellable *cancellable,
                                 GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return imap_transporter_to_message_set (
      self, imap_transporter_call (self, make_text_search (criteria, error), cancellable, error));
}

/**
 * g_imap_transporter_search_mails_async:
 * @self: a transporter
 * @criteria: (nullable): what to look for, as IMAP has it, in UTF-8; %NULL or an empty text is
 *   `ALL`
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_search_mails(). The callback runs in the thread-
 * default main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_search_mails_async (GImapTransporter *self,
                                       const char *criteria,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));

  operation = make_text_search (criteria, &cause);
  imap_transporter_call_async (self, operation, cause, g_imap_transporter_search_mails_async,
                               cancellable, callback, user_data);
}

/**
 * g_imap_transporter_search_mails_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_search_mails_async(); see g_imap_transporter_search_mails().
 *
 * Returns: (transfer full): the ids of the mails found, or %NULL with @error set
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_transporter_search_mails_finish (GImapTransporter *self,
                                        GAsyncResult *result,
                                        GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return imap_transporter_to_message_set (
      self,
      imap_transporter_call_finish (self, result, g_imap_transporter_search_mails_async, error));
}

/**
 * g_imap_transporter_search:
 * @self: a transporter
 * @search: what to look for
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Looks for mails in the selected box. Opens the connection when there is none, and selects the
 * last selected box again. As g_imap_transporter_search_mails(), with a typed search; its dates are
 * exact.
 *
 * Fails with %G_IMAP_ERROR_INVALID_ARGUMENT when a text has a control character in it or a keyword
 * is none, with %G_IMAP_ERROR_UNSUPPORTED when the server cannot look for that, with
 * %G_IMAP_ERROR_BAD or %G_IMAP_ERROR_NO when it refuses, and with %G_IMAP_ERROR_NO_BOX_SELECTED.
 *
 * Returns: (transfer full): the ids of the mails found, or %NULL with @error set
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_transporter_search (GImapTransporter *self,
                           GImapSearch *search,
                           GCancellable *cancellable,
                           GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (search != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return imap_transporter_to_message_set (
      self, imap_transporter_call (self, make_search (search, error), cancellable, error));
}

/**
 * g_imap_transporter_search_async:
 * @self: a transporter
 * @search: what to look for
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_search(). The callback runs in the thread-default main
 * context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_search_async (GImapTransporter *self,
                                 GImapSearch *search,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));
  g_return_if_fail (search != NULL);

  operation = make_search (search, &cause);
  imap_transporter_call_async (self, operation, cause, g_imap_transporter_search_async, cancellable,
                               callback, user_data);
}

/**
 * g_imap_transporter_search_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_search_async(); see g_imap_transporter_search().
 *
 * Returns: (transfer full): the ids of the mails found, or %NULL with @error set
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_transporter_search_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return imap_transporter_to_message_set (
      self, imap_transporter_call_finish (self, result, g_imap_transporter_search_async, error));
}

/**
 * g_imap_transporter_num_to_id:
 * @self: a transporter
 * @start: number of the first mail; 0 or less for the first of the box
 * @end: number of the last mail; 0 or less for the last of the box
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Tells the ids of the mails from one number to another in the selected box. Opens the
 * connection when there is none, and selects the last selected box again. Numbers past the end
 * are passed over.
 *
 * A number is a place in the box, 1 for the oldest mail, and changes when mails are removed; an
 * id stays.
 *
 * 4D: `numToID()`.
 *
 * Returns: (transfer full): the ids, or %NULL with @error set
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_transporter_num_to_id (
    GImapTransporter *self, gint64 start, gint64 end, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return imap_transporter_to_message_set (
      self, imap_transporter_call (self, make_numbers (start, end, error), cancellable, error));
}

/**
 * g_imap_transporter_num_to_id_async:
 * @self: a transporter
 * @start: number of the first mail; 0 or less for the first of the box
 * @end: number of the last mail; 0 or less for the last of the box
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_num_to_id(). The callback runs in the thread-default
 * main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_num_to_id_async (GImapTransporter *self,
                                    gint64 start,
                                    gint64 end,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));

  operation = make_numbers (start, end, &cause);
  imap_transporter_call_async (self, operation, cause, g_imap_transporter_num_to_id_async,
                               cancellable, callback, user_data);
}

/**
 * g_imap_transporter_num_to_id_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_num_to_id_async(); see g_imap_transporter_num_to_id().
 *
 * Returns: (transfer full): the ids, or %NULL with @error set
 *
 * Since: 1.0
 */
GImapMessageSet *
g_imap_transporter_num_to_id_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return imap_transporter_to_message_set (
      self, imap_transporter_call_finish (self, result, g_imap_transporter_num_to_id_async, error));
}
