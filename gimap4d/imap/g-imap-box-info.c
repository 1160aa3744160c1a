/* The facts of one box at one time.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-box-info.h"

#include "gimap4d/imap/imap-box-info-private.h"

/**
 * SECTION:g-imap-box-info
 * @Title: GImapBoxInfo
 * @Short_description: the facts of one box at one time
 *
 * What a server says of a box when it is selected or asked for, as 4D calls it boxInfo.
 */

/**
 * GImapBoxInfo:
 *
 * What a server says of a box when it is selected or asked for. It is a picture of that moment:
 * it never changes, and may be used from any thread. Which of the facts are known depends on the
 * server and on the way of asking; what is not known is told at each property.
 *
 * |[<!-- language="C" -->
 * g_print ("%s: %u mails, %" G_GINT64_FORMAT " of them not read\n",
 *          g_imap_box_info_get_name (info), g_imap_box_info_get_mail_count (info),
 *          g_imap_box_info_get_unseen (info));
 * ]|
 *
 * Since: 1.0
 */

struct _GImapBoxInfo
{
  GObject parent_instance;

  char *name; /* owned */
  guint mail_count;
  guint mail_recent;
  char *id;              /* owned, nullable */
  GStrv flags;           /* owned */
  GStrv permanent_flags; /* owned */
  gint64 unseen;         /* -1 = not known */
  guint uid_validity;
  gint64 uid_next;       /* -1 = not known */
  gint64 highest_modseq; /* -1 = not known */
  gint64 size;           /* -1 = not known */
  gboolean read_only;
};

G_DEFINE_FINAL_TYPE (GImapBoxInfo, g_imap_box_info, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_NAME,
  PROP_MAIL_COUNT,
  PROP_MAIL_RECENT,
  PROP_ID,
  PROP_FLAGS,
  PROP_PERMANENT_FLAGS,
  PROP_UNSEEN,
  PROP_UID_VALIDITY,
  PROP_UID_NEXT,
  PROP_HIGHEST_MODSEQ,
  PROP_SIZE,
  PROP_READ_ONLY,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

static void
g_imap_box_info_init (GImapBoxInfo *self)
{
  self->name = g_strdup ("");
  self->flags = g_new0 (char *, 1);
  self->permanent_flags = g_new0 (char *, 1);
  self->unseen = -1;
  self->uid_next = -1;
  self->highest_modseq = -1;
  self->size = -1;
}

static void
g_imap_box_info_finalize (GObject *object)
{
  GImapBoxInfo *self = G_IMAP_BOX_INFO (object);

  g_free (self->name);
  g_free (self->id);
  g_strfreev (self->flags);
  g_strfreev (self->permanent_flags);

  G_OBJECT_CLASS (g_imap_box_info_parent_class)->finalize (object);
}

static void
g_imap_box_info_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GImapBoxInfo *self = G_IMAP_BOX_INFO (object);

  switch (id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;

    case PROP_MAIL_COUNT:
      g_value_set_uint (value, self->mail_count);
      break;

    case PROP_MAIL_RECENT:
      g_value_set_uint (value, self->mail_recent);
      break;

    case PROP_ID:
      g_value_set_string (value, self->id);
      break;

    case PROP_FLAGS:
      g_value_set_boxed (value, self->flags);
      break;

    case PROP_PERMANENT_FLAGS:
      g_value_set_boxed (value, self->permanent_flags);
      break;

    case PROP_UNSEEN:
      g_value_set_int64 (value, self->unseen);
      break;

    case PROP_UID_VALIDITY:
      g_value_set_uint (value, self->uid_validity);
      break;

    case PROP_UID_NEXT:
      g_value_set_int64 (value, self->uid_next);
      break;

    case PROP_HIGHEST_MODSEQ:
      g_value_set_int64 (value, self->highest_modseq);
      break;
    case PROP_SIZE:
      g_value_set_int64 (value, self->size);
      break;

    case PROP_READ_ONLY:
      g_value_set_boolean (value, self->read_only);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
    }
}

static void
install_mail_properties (void)
{
  /**
   * GImapBoxInfo:name:
   *
   * The name of the box with its parents, in UTF-8.
   *
   * Since: 1.0
   */
  properties[PROP_NAME] = g_param_spec_string ("name", "Name", "The name of the box", NULL,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapBoxInfo:mail-count:
   *
   * How many mails are in the box; 0 also when the server did not say it.
   *
   * Since: 1.0
   */
  properties[PROP_MAIL_COUNT] = g_param_spec_uint ("mail-count", "Mail count",
                                                   "How many mails are in the box", 0, G_MAXUINT, 0,
                                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapBoxInfo:mail-recent:
   *
   * How many mails no session was told of before this one (\Recent of RFC 3501). Servers of
   * IMAP4rev2 (RFC 9051) do not tell it: 0.
   *
   * Since: 1.0
   */
  properties[PROP_MAIL_RECENT] = g_param_spec_uint (
      "mail-recent", "Mail recent", "How many mails came since the box was last selected", 0,
      G_MAXUINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapBoxInfo:id:
   *
   * What stays the same while the box stays the same: its MAILBOXID with servers that have OBJECTID
   * (RFC 8474), which outlives renaming; else its UIDVALIDITY as text, which tells the box from an
   * earlier one of the same name. %NULL when the server told neither.
   *
   * Since: 1.0
   */
  properties[PROP_ID] = g_param_spec_string ("id", "Id",
                                             "What tells the box from others of its name", NULL,
                                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapBoxInfo:flags:
   *
   * The flags that mails of the box can have, as IMAP writes them: "\Seen", "$Forwarded". Empty
   * when the box was not selected.
   *
   * Since: 1.0
   */
  properties[PROP_FLAGS] = g_param_spec_boxed (
      "flags", "Flags", "The flags that mails of the box can have", G_TYPE_STRV,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
install_state_properties (void)
{
  /**
   * GImapBoxInfo:permanent-flags:
   *
   * The flags that can be changed for good, as IMAP writes them; "\*" when new ones can be made.
   * Empty when the box was not selected.
   *
   * Since: 1.0
   */
  properties[PROP_PERMANENT_FLAGS] = g_param_spec_boxed (
      "permanent-flags", "Permanent flags", "The flags that can be changed for good", G_TYPE_STRV,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapBoxInfo:unseen:
   *
   * How many mails of the box are not read; -1 when the server did not say it.
   *
   * Since: 1.0
   */
  properties[PROP_UNSEEN] = g_param_spec_int64 (
      "unseen", "Unseen", "How many mails are not read, or -1", -1, G_MAXINT64, -1,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapBoxInfo:uid-validity:
   *
   * The UIDVALIDITY of the box (RFC 9051, 2.3.1.1): ids of mails hold as long as it stays the same.
   * 0 when the server did not say it.
   *
   * Since: 1.0
   */
  properties[PROP_UID_VALIDITY] = g_param_spec_uint (
      "uid-validity", "Uid validity", "The UIDVALIDITY of the box, or 0", 0, G_MAXUINT, 0,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapBoxInfo:uid-next:
   *
   * The lowest id that the next mail can get (RFC 9051, 2.3.1.1); -1 when the server did not say
   * it.
   *
   * Since: 1.0
   */
  properties[PROP_UID_NEXT] = g_param_spec_int64 (
      "uid-next", "Uid next", "The lowest id that the next mail can get, or -1", -1, G_MAXINT64, -1,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapBoxInfo:size:
   *
   * The octets of all mails of the box together, or -1 when they are not known: servers with
   * STATUS=SIZE (RFC 8438) or IMAP4rev2 tell them, of boxes that are not selected.
   *
   * Since: 1.0
   */
  properties[PROP_SIZE] = g_param_spec_int64 ("size", "Size", "Octets of all mails, or -1", -1,
                                              G_MAXINT64, -1,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapBoxInfo:highest-modseq:
   *
   * The number of the last change in the box (RFC 7162, 3.1.2.1); -1 when the server does not count
   * changes or did not say it.
   *
   * Since: 1.0
   */
  properties[PROP_HIGHEST_MODSEQ] = g_param_spec_int64 (
      "highest-modseq", "Highest modseq", "The highest change number in the box, or -1", -1,
      G_MAXINT64, -1, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapBoxInfo:read-only:
   *
   * Whether the box was selected read-only, because it was asked so or because the server allows no
   * more. %FALSE for a box that was not selected.
   *
   * Since: 1.0
   */
  properties[PROP_READ_ONLY] = g_param_spec_boolean (
      "read-only", "Read only", "Whether the box was opened without the right to change it", FALSE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
g_imap_box_info_class_init (GImapBoxInfoClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = g_imap_box_info_finalize;
  object_class->get_property = g_imap_box_info_get_property;

  install_mail_properties ();
  install_state_properties ();
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
replace_flags (GStrv *flags, const char *const *by)
{
  if (by == NULL)
    return;

  g_strfreev (*flags);
  *flags = g_strdupv ((GStrv) by);
}

static char *
make_id (const ImapBoxInfoValues *values)
{
  if (values->mailbox_id != NULL)
    return g_strdup (values->mailbox_id);

  return values->uid_validity != 0 ? g_strdup_printf ("%u", values->uid_validity) : NULL;
}

GImapBoxInfo *
imap_box_info_new (const ImapBoxInfoValues *values)
{
  GImapBoxInfo *self = g_object_new (G_TYPE_IMAP_BOX_INFO, NULL);

  g_free (self->name);
  self->name = g_strdup (values->name);
  self->mail_count = values->mail_count;
  self->mail_recent = values->mail_recent;
  self->id = make_id (values);
  replace_flags (&self->flags, values->flags);
  replace_flags (&self->permanent_flags, values->permanent_flags);
  self->unseen = values->unseen;
  self->uid_validity = values->uid_validity;
  self->uid_next = values->uid_next;
  self->highest_modseq = values->highest_modseq;
  self->size = values->size;
  self->read_only = values->is_read_only;

  return self;
}

/**
 * g_imap_box_info_get_name:
 * @self: an #GImapBoxInfo
 *
 * See #GImapBoxInfo:name. It may be called from any thread.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
g_imap_box_info_get_name (GImapBoxInfo *self)
{
  g_return_val_if_fail (G_IS_IMAP_BOX_INFO (self), NULL);

  return self->name;
}

/**
 * g_imap_box_info_get_mail_count:
 * @self: an #GImapBoxInfo
 *
 * See #GImapBoxInfo:mail-count. It may be called from any thread.
 *
 * Returns: the number of mails
 *
 * Since: 1.0
 */
guint
g_imap_box_info_get_mail_count (GImapBoxInfo *self)
{
  g_return_val_if_fail (G_IS_IMAP_BOX_INFO (self), 0);

  return self->mail_count;
}

/**
 * g_imap_box_info_get_mail_recent:
 * @self: an #GImapBoxInfo
 *
 * See #GImapBoxInfo:mail-recent. It may be called from any thread.
 *
 * Returns: the number of recent mails
 *
 * Since: 1.0
 */
guint
g_imap_box_info_get_mail_recent (GImapBoxInfo *self)
{
  g_return_val_if_fail (G_IS_IMAP_BOX_INFO (self), 0);

  return self->mail_recent;
}

/**
 * g_imap_box_info_get_id:
 * @self: an #GImapBoxInfo
 *
 * See #GImapBoxInfo:id. It may be called from any thread.
 *
 * Returns: (nullable) (transfer none): the id, or %NULL
 *
 * Since: 1.0
 */
const char *
g_imap_box_info_get_id (GImapBoxInfo *self)
{
  g_return_val_if_fail (G_IS_IMAP_BOX_INFO (self), NULL);

  return self->id;
}

/**
 * g_imap_box_info_get_flags:
 * @self: an #GImapBoxInfo
 *
 * See #GImapBoxInfo:flags. It may be called from any thread.
 *
 * Returns: (array zero-terminated=1) (element-type utf8) (transfer none): the flags
 *
 * Since: 1.0
 */
const char *const *
g_imap_box_info_get_flags (GImapBoxInfo *self)
{
  g_return_val_if_fail (G_IS_IMAP_BOX_INFO (self), NULL);

  return (const char *const *) self->flags;
}

/**
 * g_imap_box_info_get_permanent_flags:
 * @self: an #GImapBoxInfo
 *
 * See #GImapBoxInfo:permanent-flags. It may be called from any thread.
 *
 * Returns: (array zero-terminated=1) (element-type utf8) (transfer none): the flags
 *
 * Since: 1.0
 */
const char *const *
g_imap_box_info_get_permanent_flags (GImapBoxInfo *self)
{
  g_return_val_if_fail (G_IS_IMAP_BOX_INFO (self), NULL);

  return (const char *const *) self->permanent_flags;
}

/**
 * g_imap_box_info_get_unseen:
 * @self: an #GImapBoxInfo
 *
 * See #GImapBoxInfo:unseen. It may be called from any thread.
 *
 * Returns: the number of mails that are not read, or -1 when the server did not say it
 *
 * Since: 1.0
 */
gint64
g_imap_box_info_get_unseen (GImapBoxInfo *self)
{
  g_return_val_if_fail (G_IS_IMAP_BOX_INFO (self), -1);

  return self->unseen;
}

/**
 * g_imap_box_info_get_uid_validity:
 * @self: an #GImapBoxInfo
 *
 * See #GImapBoxInfo:uid-validity. It may be called from any thread.
 *
 * Returns: the UIDVALIDITY, or 0
 *
 * Since: 1.0
 */
guint
g_imap_box_info_get_uid_validity (GImapBoxInfo *self)
{
  g_return_val_if_fail (G_IS_IMAP_BOX_INFO (self), 0);

  return self->uid_validity;
}

/**
 * g_imap_box_info_get_uid_next:
 * @self: an #GImapBoxInfo
 *
 * See #GImapBoxInfo:uid-next. It may be called from any thread.
 *
 * Returns: the next id, or -1 when the server did not say it
 *
 * Since: 1.0
 */
gint64
g_imap_box_info_get_uid_next (GImapBoxInfo *self)
{
  g_return_val_if_fail (G_IS_IMAP_BOX_INFO (self), -1);

  return self->uid_next;
}

/**
 * g_imap_box_info_get_size:
 * @self: the facts of a box
 *
 * See #GImapBoxInfo:size. It may be called from any thread.
 *
 * Returns: octets, or -1 when it is not known
 *
 * Since: 1.0
 */
gint64
g_imap_box_info_get_size (GImapBoxInfo *self)
{
  g_return_val_if_fail (G_IS_IMAP_BOX_INFO (self), -1);

  return self->size;
}

/**
 * g_imap_box_info_get_highest_modseq:
 * @self: an #GImapBoxInfo
 *
 * See #GImapBoxInfo:highest-modseq. It may be called from any thread.
 *
 * Returns: the number, or -1 when the server did not say it
 *
 * Since: 1.0
 */
gint64
g_imap_box_info_get_highest_modseq (GImapBoxInfo *self)
{
  g_return_val_if_fail (G_IS_IMAP_BOX_INFO (self), -1);

  return self->highest_modseq;
}

/**
 * g_imap_box_info_get_read_only:
 * @self: an #GImapBoxInfo
 *
 * See #GImapBoxInfo:read-only. It may be called from any thread.
 *
 * Returns: %TRUE for a box that cannot be changed
 *
 * Since: 1.0
 */
gboolean
g_imap_box_info_get_read_only (GImapBoxInfo *self)
{
  g_return_val_if_fail (G_IS_IMAP_BOX_INFO (self), FALSE);

  return self->read_only;
}
