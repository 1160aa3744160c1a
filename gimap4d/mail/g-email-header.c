/* One field of the header of a mail.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/g-email-header.h"

/**
 * SECTION:g-email-header
 * @Title: GEmailHeader
 * @Short_description: one field of a header
 *
 * The items of #GEmail:headers and #GEmailBodyPart:headers are of this type. 4D has it as
 * `{name, value}`.
 *
 * |[<!-- language="C" -->
 * g_autoptr (GListStore) headers = g_list_store_new (G_TYPE_EMAIL_HEADER);
 * g_autoptr (GEmailHeader) header = g_email_header_new ("X-Priority", "1");
 *
 * g_list_store_append (headers, header);
 * g_email_set_headers (email, G_LIST_MODEL (headers));
 * ]|
 *
 * It never changes, and may be used from any thread.
 */

/**
 * GEmailHeader:
 *
 * One field of the header of a mail.
 *
 * Since: 1.0
 */
struct _GEmailHeader
{
  GObject parent;

  char *name;
  char *value;
};

enum
{
  PROP_0,
  PROP_NAME,
  PROP_VALUE,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (GEmailHeader, g_email_header, G_TYPE_OBJECT)

static void
g_email_header_finalize (GObject *object)
{
  GEmailHeader *self = G_EMAIL_HEADER (object);

  g_free (self->name);
  g_free (self->value);

  G_OBJECT_CLASS (g_email_header_parent_class)->finalize (object);
}

static void
g_email_header_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GEmailHeader *self = G_EMAIL_HEADER (object);

  switch (id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_VALUE:
      g_value_set_string (value, self->value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
g_email_header_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GEmailHeader *self = G_EMAIL_HEADER (object);

  switch (id)
    {
    case PROP_NAME:
      self->name = g_value_dup_string (value);
      break;
    case PROP_VALUE:
      self->value = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
g_email_header_class_init (GEmailHeaderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = g_email_header_finalize;
  object_class->get_property = g_email_header_get_property;
  object_class->set_property = g_email_header_set_property;

  /**
   * GEmailHeader:name:
   *
   * The name of the field, as the mail writes it, "Subject".
   *
   * Since: 1.0
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, "The name of the field", NULL, flags);

  /**
   * GEmailHeader:value:
   *
   * What follows the colon: unfolded, with its encoded words decoded.
   *
   * Since: 1.0
   */
  properties[PROP_VALUE] = g_param_spec_string ("value", NULL, "The text of the field", NULL,
                                                flags);

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
g_email_header_init (GEmailHeader *self)
{
}

/**
 * g_email_header_new:
 * @name: see #GEmailHeader:name
 * @value: see #GEmailHeader:value
 *
 * Makes one. Nothing is checked here: what cannot stand in a mail is refused when the mail is built.
 *
 * Returns: (transfer full): a new #GEmailHeader
 *
 * Since: 1.0
 */
GEmailHeader *
g_email_header_new (const char *name, const char *value)
{
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (value != NULL, NULL);

  return g_object_new (G_TYPE_EMAIL_HEADER, "name", name, "value", value, NULL);
}

/**
 * g_email_header_get_name:
 * @self: a #GEmailHeader
 *
 * See #GEmailHeader:name.
 *
 * Returns: the text
 *
 * Since: 1.0
 */
const char *
g_email_header_get_name (GEmailHeader *self)
{
  g_return_val_if_fail (G_IS_EMAIL_HEADER (self), NULL);

  return self->name;
}

/**
 * g_email_header_get_value:
 * @self: a #GEmailHeader
 *
 * See #GEmailHeader:value.
 *
 * Returns: the text
 *
 * Since: 1.0
 */
const char *
g_email_header_get_value (GEmailHeader *self)
{
  g_return_val_if_fail (G_IS_EMAIL_HEADER (self), NULL);

  return self->value;
}
