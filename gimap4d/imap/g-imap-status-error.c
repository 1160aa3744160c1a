/* One cause that a check of a connection failed for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-status-error.h"

#include "gimap4d/imap/imap-status-private.h"

/**
 * SECTION:g-imap-status-error
 * @Title: GImapStatusError
 * @Short_description: one cause in a status
 *
 * What stands in #GImapStatus:errors.
 */

/**
 * GImapStatusError:
 *
 * One cause that a check of a connection failed for: the code, the message and the domain of a
 * #GError. It never changes, and may be used from any thread.
 *
 * |[<!-- language="C" -->
 * GListModel *errors = g_imap_status_get_errors (status);
 * g_autoptr (GImapStatusError) error = g_list_model_get_item (errors, 0);
 *
 * g_print ("%s\n", g_imap_status_error_get_message (error));
 * ]|
 *
 * Since: 1.0
 */

struct _GImapStatusError
{
  GObject parent_instance;

  int code;
  char *message;   /* owned */
  char *component; /* owned */
};

G_DEFINE_FINAL_TYPE (GImapStatusError, g_imap_status_error, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_CODE,
  PROP_MESSAGE,
  PROP_COMPONENT,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

static void
g_imap_status_error_init (GImapStatusError *self)
{
  self->message = g_strdup ("");
  self->component = g_strdup ("");
}

static void
g_imap_status_error_finalize (GObject *object)
{
  GImapStatusError *self = G_IMAP_STATUS_ERROR (object);

  g_free (self->message);
  g_free (self->component);

  G_OBJECT_CLASS (g_imap_status_error_parent_class)->finalize (object);
}

static void
g_imap_status_error_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GImapStatusError *self = G_IMAP_STATUS_ERROR (object);

  switch (id)
    {
    case PROP_CODE:
      g_value_set_int (value, self->code);
      break;

    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;

    case PROP_COMPONENT:
      g_value_set_string (value, self->component);
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
   * GImapStatusError:code:
   *
   * The number of the cause within its #GImapStatusError:component: one of #GImapError when that is
   * "g-imap-error-quark".
   *
   * Since: 1.0
   */
  properties[PROP_CODE] = g_param_spec_int ("code", "Code", "The number of the cause", G_MININT,
                                            G_MAXINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapStatusError:message:
   *
   * What was tried and what came, translated, for people to read. Never a password or token.
   *
   * Since: 1.0
   */
  properties[PROP_MESSAGE] = g_param_spec_string ("message", "Message",
                                                  "What was tried and what came", NULL,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapStatusError:component:
   *
   * The domain that #GImapStatusError:code belongs to, as g_quark_to_string() gives it:
   * "g-imap-error-quark", "g-io-error-quark", "g-tls-error-quark".
   *
   * Since: 1.0
   */
  properties[PROP_COMPONENT] = g_param_spec_string ("component", "Component",
                                                    "The domain that the code belongs to", NULL,
                                                    G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
g_imap_status_error_class_init (GImapStatusErrorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = g_imap_status_error_finalize;
  object_class->get_property = g_imap_status_error_get_property;

  install_properties ();
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

GImapStatusError *
imap_status_error_new (const GError *error)
{
  GImapStatusError *self = g_object_new (G_TYPE_IMAP_STATUS_ERROR, NULL);

  self->code = error->code;
  g_free (self->message);
  self->message = g_strdup (error->message);
  g_free (self->component);
  self->component = g_strdup (g_quark_to_string (error->domain));

  return self;
}

/**
 * g_imap_status_error_get_code:
 * @self: an #GImapStatusError
 *
 * See #GImapStatusError:code. It may be called from any thread.
 *
 * Returns: the number of the cause
 *
 * Since: 1.0
 */
int
g_imap_status_error_get_code (GImapStatusError *self)
{
  g_return_val_if_fail (G_IS_IMAP_STATUS_ERROR (self), 0);

  return self->code;
}

/**
 * g_imap_status_error_get_message:
 * @self: an #GImapStatusError
 *
 * See #GImapStatusError:message. It may be called from any thread.
 *
 * Returns: (transfer none): the message
 *
 * Since: 1.0
 */
const char *
g_imap_status_error_get_message (GImapStatusError *self)
{
  g_return_val_if_fail (G_IS_IMAP_STATUS_ERROR (self), NULL);

  return self->message;
}

/**
 * g_imap_status_error_get_component:
 * @self: an #GImapStatusError
 *
 * See #GImapStatusError:component. It may be called from any thread.
 *
 * Returns: (transfer none): the domain
 *
 * Since: 1.0
 */
const char *
g_imap_status_error_get_component (GImapStatusError *self)
{
  g_return_val_if_fail (G_IS_IMAP_STATUS_ERROR (self), NULL);

  return self->component;
}
