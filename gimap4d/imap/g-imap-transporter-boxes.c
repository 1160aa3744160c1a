/* Boxes: selecting them, asking for them, listing them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-transporter.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/command/imap-list.h"
#include "gimap4d/imap/command/imap-select.h"
#include "gimap4d/imap/command/imap-status.h"
#include "gimap4d/imap/imap-box-info-private.h"
#include "gimap4d/imap/imap-box-private.h"
#include "gimap4d/imap/imap-transporter-private.h"

static GImapBoxInfo *
make_info (const ImapBoxState *state)
{
  ImapBoxInfoValues values = {
    .name = state->name,
    .mail_count = state->exists,
    .mail_recent = state->recent,
    .mailbox_id = state->mailbox_id,
    .flags = (const char *const *) state->flags,
    .permanent_flags = (const char *const *) state->permanent_flags,
    .unseen = state->unseen,
    .uid_validity = state->uid_validity,
    .uid_next = state->uid_next,
    .highest_modseq = state->highest_modseq,
    .size = state->size,
    .is_read_only = state->is_read_only,
  };

  return imap_box_info_new (&values);
}

/* Takes the state. */
static GImapBoxInfo *
to_box_info (GImapTransporter *self, gpointer result)
{
  g_autoptr (ImapBoxState) state = result;

  return state != NULL ? make_info (state) : NULL;
}

static GImapBox *
make_box (const ImapListedBox *listed)
{
  g_autoptr (GImapBoxInfo) info = listed->state != NULL ? make_info (listed->state) : NULL;
  ImapBoxValues values = {
    .name = listed->item.name,
    .attributes = (const char *const *) listed->item.attributes,
    .delimiter = listed->item.delimiter,
    .is_subscribed = listed->is_subscribed,
    .info = info,
  };

  return imap_box_new (&values);
}

/* Takes the listed boxes. */
static GListModel *
to_box_list (GImapTransporter *self, gpointer result)
{
  g_autoptr (GPtrArray) listed = result;
  g_autoptr (GPtrArray) boxes = NULL;
  GListStore *store;

  if (listed == NULL)
    return NULL;

  boxes = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < listed->len; i++)
    g_ptr_array_add (boxes, make_box (g_ptr_array_index (listed, i)));
  imap_box_guess_roles (boxes);

  store = g_list_store_new (G_TYPE_IMAP_BOX);
  g_list_store_splice (store, 0, 0, boxes->pdata, boxes->len);

  return G_LIST_MODEL (store);
}

static char *
to_text (GImapTransporter *self, gpointer result)
{
  return result;
}

static gpointer
make_select (const char *name, GImapBoxState state, GError **error)
{
  if (!imap_transporter_check_box_name (name, error))
    return NULL;

  return imap_select_operation_new (name, state == G_IMAP_BOX_STATE_READ_ONLY);
}

/**
 * g_imap_transporter_select_box:
 * @self: a transporter
 * @name: name of the box, in UTF-8; `INBOX` in any case is the inbox
 * @state: whether it may be changed
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Makes a box the current one, which the calls for mails are about, and tells its facts. Opens
 * the connection when there is none.
 *
 * A box that does not exist is an error, of %G_IMAP_ERROR_NONEXISTENT where the server says so
 * and of %G_IMAP_ERROR_NO otherwise; no box is selected then. #GImapBoxInfo:unseen is not known
 * here: see g_imap_transporter_get_box_info().
 *
 * 4D: `selectBox()`. RFC 9051, 6.3.2 and 6.3.3.
 *
 * Returns: (transfer full): the facts of the box, or %NULL with @error set
 *
 * Since: 1.0
 */
GImapBoxInfo *
g_imap_transporter_select_box (GImapTransporter *self,
                               const char *name,
                               GImapBoxState state,
                               GCancellable *cancellable,
                               GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return to_box_info (
      self, imap_transporter_call (self, make_select (name, state, error), cancellable, error));
}

/**
 * g_imap_transporter_select_box_async:
 * @self: a transporter
 * @name: name of the box, in UTF-8; `INBOX` in any case is the inbox
 * @state: whether it may be changed
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_select_box(). The callback runs in the thread-default
 * main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_select_box_async (GImapTransporter *self,
                                     const char *name,
                                     GImapBoxState state,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  GError *cause = NULL;
  gpointer operation;

  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));
  g_return_if_fail (name != NULL);

  operation = make_select (name, state, &cause);
  imap_transporter_call_async (self, operation, cause, g_imap_transporter_select_box_async,
                               cancellable, callback, user_data);
}

/**
 * g_imap_transporter_select_box_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_select_box_async(); see g_imap_transporter_select_box().
 *
 * Returns: (transfer full): the facts of the box, or %NULL with @error set
 *
 * Since: 1.0
 */
GImapBoxInfo *
g_imap_transporter_select_box_finish (GImapTransporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return to_box_info (self, imap_transporter_call_finish (
                                self, result, g_imap_transporter_select_box_async, error));
}

/**
 * g_imap_transporter_get_box_info:
 * @self: a transporter
 * @name: (nullable): name of a box, in UTF-8; %NULL for the selected one
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Tells the facts of a box without changing which one is selected. Opens the connection when
 * there is none.
 *
 * Of a box that is not selected a server does not tell #GImapBoxInfo:flags and
 * #GImapBoxInfo:permanent-flags. With @name %NULL and no box selected it fails with
 * %G_IMAP_ERROR_NO_BOX_SELECTED.
 *
 * 4D: `getBoxInfo()`. RFC 9051, 6.3.11.
 *
 * Returns: (transfer full): the facts of the box, or %NULL with @error set
 *
 * Since: 1.0
 */
GImapBoxInfo *
g_imap_transporter_get_box_info (GImapTransporter *self,
                                 const char *name,
                                 GCancellable *cancellable,
                                 GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return to_box_info (
      self, imap_transporter_call (self, imap_box_info_operation_new (name), cancellable, error));
}

/**
 * g_imap_transporter_get_box_info_async:
 * @self: a transporter
 * @name: (nullable): name of a box, in UTF-8; %NULL for the selected one
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_get_box_info(). The callback runs in the thread-
 * default main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_get_box_info_async (GImapTransporter *self,
                                       const char *name,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));

  imap_transporter_call_async (self, imap_box_info_operation_new (name), NULL,
                               g_imap_transporter_get_box_info_async, cancellable, callback,
                               user_data);
}

/**
 * g_imap_transporter_get_box_info_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_get_box_info_async(); see g_imap_transporter_get_box_info().
 *
 * Returns: (transfer full): the facts of the box, or %NULL with @error set
 *
 * Since: 1.0
 */
GImapBoxInfo *
g_imap_transporter_get_box_info_finish (GImapTransporter *self,
                                        GAsyncResult *result,
                                        GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return to_box_info (self, imap_transporter_call_finish (
                                self, result, g_imap_transporter_get_box_info_async, error));
}

/**
 * g_imap_transporter_get_box_list:
 * @self: a transporter
 * @flags: which boxes, and with which facts
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Lists the boxes of the account. Opens the connection when there is none.
 *
 * With %G_IMAP_BOX_LIST_WITH_STATUS each box that can be selected has its #GImapBox:info. More
 * than 100,000 boxes fail with %G_IMAP_ERROR_TOO_MANY.
 *
 * 4D: `getBoxList()`. RFC 9051, 6.3.9; RFC 5258, RFC 5819, RFC 6154 where the server has them.
 *
 * Returns: (transfer full): the boxes as #GImapBox, or %NULL with
 *   @error set
 *
 * Since: 1.0
 */
GListModel *
g_imap_transporter_get_box_list (GImapTransporter *self,
                                 GImapBoxListFlags flags,
                                 GCancellable *cancellable,
                                 GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return to_box_list (self, imap_transporter_call (self,
                                                   imap_list_operation_new (
                                                       (flags & G_IMAP_BOX_LIST_SUBSCRIBED) != 0,
                                                       (flags & G_IMAP_BOX_LIST_WITH_STATUS) != 0),
                                                   cancellable, error));
}

/**
 * g_imap_transporter_get_box_list_async:
 * @self: a transporter
 * @flags: which boxes, and with which facts
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_get_box_list(). The callback runs in the thread-
 * default main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_get_box_list_async (GImapTransporter *self,
                                       GImapBoxListFlags flags,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));

  imap_transporter_call_async (self,
                               imap_list_operation_new ((flags & G_IMAP_BOX_LIST_SUBSCRIBED) != 0,
                                                        (flags & G_IMAP_BOX_LIST_WITH_STATUS) != 0),
                               NULL, g_imap_transporter_get_box_list_async, cancellable, callback,
                               user_data);
}

/**
 * g_imap_transporter_get_box_list_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_get_box_list_async(); see g_imap_transporter_get_box_list().
 *
 * Returns: (transfer full): the boxes as #GImapBox, or %NULL with
 *   @error set
 *
 * Since: 1.0
 */
GListModel *
g_imap_transporter_get_box_list_finish (GImapTransporter *self,
                                        GAsyncResult *result,
                                        GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return to_box_list (self, imap_transporter_call_finish (
                                self, result, g_imap_transporter_get_box_list_async, error));
}

/**
 * g_imap_transporter_get_delimiter:
 * @self: a transporter
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Asks for the character that separates the levels of box names, as `/` in `Work/2024`. Opens
 * the connection when there is none.
 *
 * 4D: `getDelimiter()`. RFC 9051, 6.3.9.
 *
 * Returns: (transfer full): the delimiter, empty where names have no levels, or %NULL with
 *   @error set
 *
 * Since: 1.0
 */
char *
g_imap_transporter_get_delimiter (GImapTransporter *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return to_text (
      self, imap_transporter_call (self, imap_delimiter_operation_new (), cancellable, error));
}

/**
 * g_imap_transporter_get_delimiter_async:
 * @self: a transporter
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_transporter_get_delimiter(). The callback runs in the thread-
 * default main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_transporter_get_delimiter_async (GImapTransporter *self,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  g_return_if_fail (G_IS_IMAP_TRANSPORTER (self));

  imap_transporter_call_async (self, imap_delimiter_operation_new (), NULL,
                               g_imap_transporter_get_delimiter_async, cancellable, callback,
                               user_data);
}

/**
 * g_imap_transporter_get_delimiter_finish:
 * @self: a transporter
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_transporter_get_delimiter_async(); see g_imap_transporter_get_delimiter().
 *
 * Returns: (transfer full): the delimiter, empty where names have no levels, or %NULL with
 *   @error set
 *
 * Since: 1.0
 */
char *
g_imap_transporter_get_delimiter_finish (GImapTransporter *self,
                                         GAsyncResult *result,
                                         GError **error)
{
  g_return_val_if_fail (G_IS_IMAP_TRANSPORTER (self), NULL);

  return to_text (self, imap_transporter_call_finish (
                            self, result, g_imap_transporter_get_delimiter_async, error));
}
