/* One box in the list of a server's boxes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-box.h"

#include "gimap4d/gimap4d-enum-types.h"
#include "gimap4d/imap/imap-box-private.h"
#include "gimap4d/imap/imap-box-role.h"

/* GImapBoxRole has no end of its own, since it may grow. */
#define IMAP_BOX_N_ROLES (G_IMAP_BOX_ROLE_FLAGGED + 1)

/**
 * SECTION:g-imap-box
 * @Title: GImapBox
 * @Short_description: one box in the list of a server's boxes
 *
 * What a server says of a box when it lists its boxes.
 */

/**
 * GImapBox:
 *
 * What a server says of a box when it lists its boxes (RFC 9051, 7.3.1). It never changes, and
 * may be used from any thread.
 *
 * |[<!-- language="C" -->
 * for (guint i = 0; i < g_list_model_get_n_items (boxes); i++)
 *   {
 *     g_autoptr (GImapBox) box = g_list_model_get_item (boxes, i);
 *
 *     if (g_imap_box_get_role (box) == G_IMAP_BOX_ROLE_SENT)
 *       g_print ("Sent mails are in %s\n", g_imap_box_get_name (box));
 *   }
 * ]|
 *
 * Since: 1.0
 */

struct _GImapBox
{
  GObject parent_instance;

  char *name; /* owned */
  gboolean selectable;
  gboolean inferior;
  gboolean interesting;
  gboolean subscribed;
  char *delimiter; /* owned, nullable */
  GImapBoxRole role;
  GImapBoxInfo *info; /* owned, nullable */
};

G_DEFINE_FINAL_TYPE (GImapBox, g_imap_box, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_NAME,
  PROP_SELECTABLE,
  PROP_INFERIOR,
  PROP_INTERESTING,
  PROP_SUBSCRIBED,
  PROP_DELIMITER,
  PROP_ROLE,
  PROP_INFO,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

static void
g_imap_box_init (GImapBox *self)
{
  self->name = g_strdup ("");
}

static void
g_imap_box_finalize (GObject *object)
{
  GImapBox *self = G_IMAP_BOX (object);

  g_free (self->name);
  g_free (self->delimiter);
  g_clear_object (&self->info);

  G_OBJECT_CLASS (g_imap_box_parent_class)->finalize (object);
}

static void
g_imap_box_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GImapBox *self = G_IMAP_BOX (object);

  switch (id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;

    case PROP_SELECTABLE:
      g_value_set_boolean (value, self->selectable);
      break;

    case PROP_INFERIOR:
      g_value_set_boolean (value, self->inferior);
      break;

    case PROP_INTERESTING:
      g_value_set_boolean (value, self->interesting);
      break;

    case PROP_SUBSCRIBED:
      g_value_set_boolean (value, self->subscribed);
      break;

    case PROP_DELIMITER:
      g_value_set_string (value, self->delimiter);
      break;

    case PROP_ROLE:
      g_value_set_enum (value, self->role);
      break;

    case PROP_INFO:
      g_value_set_object (value, self->info);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
    }
}

static void
install_name_properties (void)
{
  /**
   * GImapBox:name:
   *
   * The name of the box with its parents, in UTF-8: "Archive/2024".
   *
   * Since: 1.0
   */
  properties[PROP_NAME] = g_param_spec_string ("name", "Name", "The name of the box", NULL,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapBox:selectable:
   *
   * Whether the box can be selected: it exists and holds mails (neither \Noselect nor
   * \NonExistent).
   *
   * Since: 1.0
   */
  properties[PROP_SELECTABLE] = g_param_spec_boolean ("selectable", "Selectable",
                                                      "Whether the box can be selected", FALSE,
                                                      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapBox:inferior:
   *
   * Whether there are or can be boxes below the box (no \Noinferiors).
   *
   * Since: 1.0
   */
  properties[PROP_INFERIOR] = g_param_spec_boolean (
      "inferior", "Inferior", "Whether there can be boxes below the box", FALSE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapBox:interesting:
   *
   * Whether the server has marked the box (\Marked): it probably has mails that came since it was
   * last selected. %FALSE also when the server says nothing.
   *
   * Since: 1.0
   */
  properties[PROP_INTERESTING] = g_param_spec_boolean (
      "interesting", "Interesting", "Whether the server has marked the box", FALSE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
install_use_properties (void)
{
  /**
   * GImapBox:subscribed:
   *
   * Whether the user has subscribed to the box. %FALSE also when it was not asked for.
   *
   * Since: 1.0
   */
  properties[PROP_SUBSCRIBED] = g_param_spec_boolean (
      "subscribed", "Subscribed", "Whether the user has subscribed to the box", FALSE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapBox:delimiter:
   *
   * The character that stands between the names of parent and child, "/" or "." mostly. %NULL when
   * the name has no parts.
   *
   * Since: 1.0
   */
  properties[PROP_DELIMITER] = g_param_spec_string (
      "delimiter", "Delimiter", "What stands between the names of parent and child", NULL,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapBox:role:
   *
   * What the box is for. From the server where it says it (RFC 6154, or the older XLIST), else
   * guessed from the name in about twenty languages. Of several boxes that could be guessed for one
   * use only the likeliest gets it.
   *
   * Since: 1.0
   */
  properties[PROP_ROLE] = g_param_spec_enum ("role", "Role", "What the box is for",
                                             G_TYPE_IMAP_BOX_ROLE, G_IMAP_BOX_ROLE_NONE,
                                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapBox:info:
   *
   * The facts of the box, when they were asked for with %G_IMAP_BOX_LIST_WITH_STATUS and the server
   * gave them; else %NULL.
   *
   * Since: 1.0
   */
  properties[PROP_INFO] = g_param_spec_object (
      "info", "Info", "The facts of the box, when they were asked for", G_TYPE_IMAP_BOX_INFO,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
g_imap_box_class_init (GImapBoxClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = g_imap_box_finalize;
  object_class->get_property = g_imap_box_get_property;

  install_name_properties ();
  install_use_properties ();
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static gboolean
has_attribute (const ImapBoxValues *values, const char *attribute)
{
  for (guint i = 0; values->attributes != NULL && values->attributes[i] != NULL; i++)
    {
      if (g_ascii_strcasecmp (values->attributes[i], attribute) == 0)
        return TRUE;
    }

  return FALSE;
}

GImapBox *
imap_box_new (const ImapBoxValues *values)
{
  GImapBox *self = g_object_new (G_TYPE_IMAP_BOX, NULL);

  g_free (self->name);
  self->name = g_strdup (values->name);
  self->selectable = !has_attribute (values, "\\Noselect") &&
                     !has_attribute (values, "\\NonExistent");
  self->inferior = !has_attribute (values, "\\Noinferiors");
  self->interesting = has_attribute (values, "\\Marked");
  self->subscribed = values->is_subscribed || has_attribute (values, "\\Subscribed");
  self->delimiter = values->delimiter != '\0' ? g_strndup (&values->delimiter, 1) : NULL;
  self->role = imap_box_role_from_attributes (values->name, values->attributes);
  g_set_object (&self->info, values->info);

  return self;
}

void
imap_box_guess_roles (GPtrArray *boxes)
{
  gboolean is_given[IMAP_BOX_N_ROLES] = { FALSE };
  GImapBox *best[IMAP_BOX_N_ROLES] = { NULL };
  guint best_rank[IMAP_BOX_N_ROLES] = { 0 };

  for (guint i = 0; i < boxes->len; i++)
    {
      const GImapBox *box = g_ptr_array_index (boxes, i);

      is_given[box->role] = TRUE;
    }

  for (guint i = 0; i < boxes->len; i++)
    {
      GImapBox *box = g_ptr_array_index (boxes, i);
      GImapBoxRole role;
      guint rank = 0;

      if (box->role != G_IMAP_BOX_ROLE_NONE || !box->selectable)
        continue;
      role = imap_box_role_from_name (box->name, box->delimiter, &rank);
      if (is_given[role] || (best[role] != NULL && best_rank[role] <= rank))
        continue;
      best[role] = box;
      best_rank[role] = rank;
    }

  for (guint role = G_IMAP_BOX_ROLE_NONE + 1; role < IMAP_BOX_N_ROLES; role++)
    {
      if (best[role] != NULL)
        best[role]->role = role;
    }
}

/**
 * g_imap_box_get_name:
 * @self: an #GImapBox
 *
 * See #GImapBox:name. It may be called from any thread.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
g_imap_box_get_name (GImapBox *self)
{
  g_return_val_if_fail (G_IS_IMAP_BOX (self), NULL);

  return self->name;
}

/**
 * g_imap_box_get_selectable:
 * @self: an #GImapBox
 *
 * See #GImapBox:selectable. It may be called from any thread.
 *
 * Returns: %TRUE when the box can be selected
 *
 * Since: 1.0
 */
gboolean
g_imap_box_get_selectable (GImapBox *self)
{
  g_return_val_if_fail (G_IS_IMAP_BOX (self), FALSE);

  return self->selectable;
}

/**
 * g_imap_box_get_inferior:
 * @self: an #GImapBox
 *
 * See #GImapBox:inferior. It may be called from any thread.
 *
 * Returns: %TRUE when there can be boxes below
 *
 * Since: 1.0
 */
gboolean
g_imap_box_get_inferior (GImapBox *self)
{
  g_return_val_if_fail (G_IS_IMAP_BOX (self), FALSE);

  return self->inferior;
}

/**
 * g_imap_box_get_interesting:
 * @self: an #GImapBox
 *
 * See #GImapBox:interesting. It may be called from any thread.
 *
 * Returns: %TRUE when the box is marked
 *
 * Since: 1.0
 */
gboolean
g_imap_box_get_interesting (GImapBox *self)
{
  g_return_val_if_fail (G_IS_IMAP_BOX (self), FALSE);

  return self->interesting;
}

/**
 * g_imap_box_get_subscribed:
 * @self: an #GImapBox
 *
 * See #GImapBox:subscribed. It may be called from any thread.
 *
 * Returns: %TRUE when the box is subscribed to
 *
 * Since: 1.0
 */
gboolean
g_imap_box_get_subscribed (GImapBox *self)
{
  g_return_val_if_fail (G_IS_IMAP_BOX (self), FALSE);

  return self->subscribed;
}

/**
 * g_imap_box_get_delimiter:
 * @self: an #GImapBox
 *
 * See #GImapBox:delimiter. It may be called from any thread.
 *
 * Returns: (nullable) (transfer none): the delimiter, or %NULL
 *
 * Since: 1.0
 */
const char *
g_imap_box_get_delimiter (GImapBox *self)
{
  g_return_val_if_fail (G_IS_IMAP_BOX (self), NULL);

  return self->delimiter;
}

/**
 * g_imap_box_get_role:
 * @self: an #GImapBox
 *
 * See #GImapBox:role. It may be called from any thread.
 *
 * Returns: what the box is for
 *
 * Since: 1.0
 */
GImapBoxRole
g_imap_box_get_role (GImapBox *self)
{
  g_return_val_if_fail (G_IS_IMAP_BOX (self), G_IMAP_BOX_ROLE_NONE);

  return self->role;
}

/**
 * g_imap_box_get_info:
 * @self: an #GImapBox
 *
 * See #GImapBox:info. It may be called from any thread.
 *
 * Returns: (nullable) (transfer none): the facts, or %NULL
 *
 * Since: 1.0
 */
GImapBoxInfo *
g_imap_box_get_info (GImapBox *self)
{
  g_return_val_if_fail (G_IS_IMAP_BOX (self), NULL);

  return self->info;
}
