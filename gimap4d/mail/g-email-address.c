/* A name and an address.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/g-email-address.h"

/**
 * SECTION:g-email-address
 * @Title: GEmailAddress
 * @Short_description: a name and an address
 *
 * The items of #GEmail:from, #GEmail:to and the other address properties of a #GEmail are of this
 * type. 4D has it as `{name, email}`.
 *
 * |[<!-- language="C" -->
 * g_autoptr (GEmail) email = g_email_new ();
 * g_autoptr (GListStore) to = g_list_store_new (G_TYPE_EMAIL_ADDRESS);
 * g_autoptr (GEmailAddress) address = g_email_address_new ("Ada Example", "ada@example.com");
 *
 * g_list_store_append (to, address);
 * g_email_set_to (email, G_LIST_MODEL (to));
 * ]|
 *
 * It never changes, and may be used from any thread.
 */

/**
 * GEmailAddress:
 *
 * A person or a list that a mail is from or goes to.
 *
 * Since: 1.0
 */
struct _GEmailAddress
{
  GObject parent;

  char *name;
  char *email;
};

enum
{
  PROP_0,
  PROP_NAME,
  PROP_EMAIL,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (GEmailAddress, g_email_address, G_TYPE_OBJECT)

static void
g_email_address_finalize (GObject *object)
{
  GEmailAddress *self = G_EMAIL_ADDRESS (object);

  g_free (self->name);
  g_free (self->email);

  G_OBJECT_CLASS (g_email_address_parent_class)->finalize (object);
}

static void
g_email_address_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GEmailAddress *self = G_EMAIL_ADDRESS (object);

  switch (id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_EMAIL:
      g_value_set_string (value, self->email);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
g_email_address_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GEmailAddress *self = G_EMAIL_ADDRESS (object);

  switch (id)
    {
    case PROP_NAME:
      self->name = g_value_dup_string (value);
      break;
    case PROP_EMAIL:
      self->email = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
g_email_address_class_init (GEmailAddressClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = g_email_address_finalize;
  object_class->get_property = g_email_address_get_property;
  object_class->set_property = g_email_address_set_property;

  /**
   * GEmailAddress:name:
   *
   * The name of the person, decoded, or %NULL.
   *
   * Since: 1.0
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, "The name of the person", NULL, flags);

  /**
   * GEmailAddress:email:
   *
   * The address, "somebody@example.com", or %NULL where a mail has a name without one. Quotes that
   * the part before the at sign needs are in it, wherever the address was read.
   *
   * Since: 1.0
   */
  properties[PROP_EMAIL] = g_param_spec_string ("email", NULL, "The address", NULL, flags);

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
g_email_address_init (GEmailAddress *self)
{
}

/**
 * g_email_address_new:
 * @name: (nullable): see #GEmailAddress:name
 * @email: (nullable): see #GEmailAddress:email
 *
 * Makes one. Nothing is checked here: what cannot stand in a mail is refused when the mail is built.
 *
 * Returns: (transfer full): a new #GEmailAddress
 *
 * Since: 1.0
 */
GEmailAddress *
g_email_address_new (const char *name, const char *email)
{
  return g_object_new (G_TYPE_EMAIL_ADDRESS, "name", name, "email", email, NULL);
}

/**
 * g_email_address_get_name:
 * @self: a #GEmailAddress
 *
 * See #GEmailAddress:name.
 *
 * Returns: (nullable): the text
 *
 * Since: 1.0
 */
const char *
g_email_address_get_name (GEmailAddress *self)
{
  g_return_val_if_fail (G_IS_EMAIL_ADDRESS (self), NULL);

  return self->name;
}

/**
 * g_email_address_get_email:
 * @self: a #GEmailAddress
 *
 * See #GEmailAddress:email.
 *
 * Returns: (nullable): the text
 *
 * Since: 1.0
 */
const char *
g_email_address_get_email (GEmailAddress *self)
{
  g_return_val_if_fail (G_IS_EMAIL_ADDRESS (self), NULL);

  return self->email;
}
