/* What a check of a connection found.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-status.h"

#include "gimap4d/imap/imap-status-private.h"

/**
 * SECTION:g-imap-status
 * @Title: GImapStatus
 * @Short_description: what a check of a connection found
 *
 * A status tells whether the connection to a server can be used, and else why not. It is the
 * object that 4D calls the status of checkConnection.
 */

/**
 * GImapStatus:
 *
 * What a check of a connection found. A check never fails itself: the status says what went
 * wrong. It never changes, and may be used from any thread.
 *
 * |[<!-- language="C" -->
 * if (!g_imap_status_get_success (status))
 *   g_printerr ("%s\n", g_imap_status_get_status_text (status));
 * ]|
 *
 * Since: 1.0
 */

struct _GImapStatus
{
  GObject parent_instance;

  gboolean success;
  char *status_text;  /* owned */
  GListModel *errors; /* owned */
};

G_DEFINE_FINAL_TYPE (GImapStatus, g_imap_status, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_SUCCESS,
  PROP_STATUS_TEXT,
  PROP_ERRORS,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

static void
g_imap_status_init (GImapStatus *self)
{
  self->status_text = g_strdup ("");
  self->errors = G_LIST_MODEL (g_list_store_new (G_TYPE_IMAP_STATUS_ERROR));
}

static void
g_imap_status_finalize (GObject *object)
{
  GImapStatus *self = G_IMAP_STATUS (object);

  g_free (self->status_text);
  g_clear_object (&self->errors);

  G_OBJECT_CLASS (g_imap_status_parent_class)->finalize (object);
}

static void
g_imap_status_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GImapStatus *self = G_IMAP_STATUS (object);

  switch (id)
    {
    case PROP_SUCCESS:
      g_value_set_boolean (value, self->success);
      break;

    case PROP_STATUS_TEXT:
      g_value_set_string (value, self->status_text);
      break;

    case PROP_ERRORS:
      g_value_set_object (value, self->errors);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
    }
}

static void
install_properties (void)
{
  /**
   * GImapStatus:success:
   *
   * Whether the connection can be used: it is open and the user is logged in.
   *
   * Since: 1.0
   */
  properties[PROP_SUCCESS] = g_param_spec_boolean ("success", "Success",
                                                   "Whether the connection can be used", FALSE,
                                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapStatus:status-text:
   *
   * What the server said last, or the message of our own error where the server said nothing. Never
   * a password or token.
   *
   * Since: 1.0
   */
  properties[PROP_STATUS_TEXT] = g_param_spec_string (
      "status-text", "Status text", "What the server said last, or our own error", NULL,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapStatus:errors:
   *
   * The causes as #GImapStatusError objects, the outermost first. Empty on success, and where the
   * server itself answered: then #GImapStatus:status-text says all. The list never changes.
   *
   * Since: 1.0
   */
  properties[PROP_ERRORS] = g_param_spec_object (
      "errors", "Errors", "The causes, the outermost first", G_TYPE_LIST_MODEL,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
g_imap_status_class_init (GImapStatusClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = g_imap_status_finalize;
  object_class->get_property = g_imap_status_get_property;

  install_properties ();
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

GImapStatus *
imap_status_new (const ImapStatusValues *values)
{
  GImapStatus *self = g_object_new (G_TYPE_IMAP_STATUS, NULL);

  self->success = values->is_success;
  g_free (self->status_text);
  self->status_text = g_strdup (values->status_text != NULL ? values->status_text : "");
  for (guint i = 0; i < values->n_errors; i++)
    {
      g_autoptr (GImapStatusError) error = imap_status_error_new (values->errors[i]);

      g_list_store_append (G_LIST_STORE (self->errors), error);
    }

  return self;
}

/**
 * g_imap_status_get_success:
 * @self: an #GImapStatus
 *
 * See #GImapStatus:success. It may be called from any thread.
 *
 * Returns: %TRUE when the connection can be used
 *
 * Since: 1.0
 */
gboolean
g_imap_status_get_success (GImapStatus *self)
{
  g_return_val_if_fail (G_IS_IMAP_STATUS (self), FALSE);

  return self->success;
}

/**
 * g_imap_status_get_status_text:
 * @self: an #GImapStatus
 *
 * See #GImapStatus:status-text. It may be called from any thread.
 *
 * Returns: (transfer none): the text
 *
 * Since: 1.0
 */
const char *
g_imap_status_get_status_text (GImapStatus *self)
{
  g_return_val_if_fail (G_IS_IMAP_STATUS (self), NULL);

  return self->status_text;
}

/**
 * g_imap_status_get_errors:
 * @self: an #GImapStatus
 *
 * See #GImapStatus:errors. It may be called from any thread.
 *
 * Returns: (transfer none): the causes, a #GListModel of #GImapStatusError
 *
 * Since: 1.0
 */
GListModel *
g_imap_status_get_errors (GImapStatus *self)
{
  g_return_val_if_fail (G_IS_IMAP_STATUS (self), NULL);

  return self->errors;
}
