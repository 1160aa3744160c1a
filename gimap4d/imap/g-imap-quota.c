/* How much of something a user may have, and has.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-quota.h"

#include "gimap4d/imap/imap-quota-private.h"

/**
 * SECTION:g-imap-quota
 * @Title: GImapQuota
 * @Short_description: how much a user may have, and has
 *
 * #GImapQuota is one limit of those that g_imap_transporter_get_quota() returns (RFC 9208): of which
 * resource, for which boxes together (the root), how much is used. Immutable; may be used from any
 * thread.
 *
 * |[<!-- language="Python" -->
 * for quota in transporter.get_quota():
 *     if quota.resource == "STORAGE":
 *         print(f"{quota.usage} of {quota.limit} KiB")
 * ]|
 */

/**
 * GImapQuota:
 *
 * How much of something a user may have, and has.
 *
 * Since: 1.0
 */
struct _GImapQuota
{
  GObject parent_instance;

  char *root;     /* owned */
  char *resource; /* owned */
  gint64 usage;
  gint64 limit;
};

G_DEFINE_FINAL_TYPE (GImapQuota, g_imap_quota, G_TYPE_OBJECT)

enum
{
  PROP_ROOT = 1,
  PROP_RESOURCE,
  PROP_USAGE,
  PROP_LIMIT,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

static void
g_imap_quota_init (GImapQuota *self)
{
}

static void
g_imap_quota_finalize (GObject *object)
{
  GImapQuota *self = G_IMAP_QUOTA (object);

  g_free (self->root);
  g_free (self->resource);

  G_OBJECT_CLASS (g_imap_quota_parent_class)->finalize (object);
}

static void
g_imap_quota_get_property (GObject *object, guint property_id, GValue *value, GParamSpec *pspec)
{
  GImapQuota *self = G_IMAP_QUOTA (object);

  switch (property_id)
    {
    case PROP_ROOT:
      g_value_set_string (value, self->root);
      break;
    case PROP_RESOURCE:
      g_value_set_string (value, self->resource);
      break;
    case PROP_USAGE:
      g_value_set_int64 (value, self->usage);
      break;
    case PROP_LIMIT:
      g_value_set_int64 (value, self->limit);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
g_imap_quota_class_init (GImapQuotaClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = g_imap_quota_finalize;
  object_class->get_property = g_imap_quota_get_property;

  /**
   * GImapQuota:root:
   *
   * The name of what the limit is for; often an empty text: everything of the user.
   *
   * Since: 1.0
   */
  properties[PROP_ROOT] = g_param_spec_string ("root", "Root", "What the limit is for", NULL,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapQuota:resource:
   *
   * What is limited, in upper case: "STORAGE" in units of 1024 bytes, "MESSAGE" and "MAILBOX" in
   * numbers, or what a server adds.
   *
   * Since: 1.0
   */
  properties[PROP_RESOURCE] = g_param_spec_string ("resource", "Resource", "What is limited", NULL,
                                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapQuota:usage:
   *
   * How much is used; -1 when the server did not say it in a way that can be read.
   *
   * Since: 1.0
   */
  properties[PROP_USAGE] = g_param_spec_int64 ("usage", "Usage", "How much is used", -1, G_MAXINT64,
                                               -1, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GImapQuota:limit:
   *
   * How much there may be; -1 when the server did not say it in a way that can be read.
   *
   * Since: 1.0
   */
  properties[PROP_LIMIT] = g_param_spec_int64 ("limit", "Limit", "How much there may be", -1,
                                               G_MAXINT64, -1,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

GImapQuota *
imap_quota_new (const char *root, const char *resource, gint64 usage, gint64 limit)
{
  GImapQuota *self = g_object_new (G_TYPE_IMAP_QUOTA, NULL);

  self->root = g_strdup (root);
  self->resource = g_strdup (resource);
  self->usage = usage;
  self->limit = limit;

  return self;
}

/**
 * g_imap_quota_get_root:
 * @self: a quota
 *
 * Gets #GImapQuota:root.
 *
 * Returns: what the limit is for; may be empty
 *
 * Since: 1.0
 */
const char *
g_imap_quota_get_root (GImapQuota *self)
{
  g_return_val_if_fail (G_IS_IMAP_QUOTA (self), NULL);

  return self->root;
}

/**
 * g_imap_quota_get_resource:
 * @self: a quota
 *
 * Gets #GImapQuota:resource.
 *
 * Returns: what is limited: "STORAGE", "MESSAGE", …
 *
 * Since: 1.0
 */
const char *
g_imap_quota_get_resource (GImapQuota *self)
{
  g_return_val_if_fail (G_IS_IMAP_QUOTA (self), NULL);

  return self->resource;
}

/**
 * g_imap_quota_get_usage:
 * @self: a quota
 *
 * Gets #GImapQuota:usage.
 *
 * Returns: how much is used; -1 = not known
 *
 * Since: 1.0
 */
gint64
g_imap_quota_get_usage (GImapQuota *self)
{
  g_return_val_if_fail (G_IS_IMAP_QUOTA (self), -1);

  return self->usage;
}

/**
 * g_imap_quota_get_limit:
 * @self: a quota
 *
 * Gets #GImapQuota:limit.
 *
 * Returns: how much there may be; -1 = not known
 *
 * Since: 1.0
 */
gint64
g_imap_quota_get_limit (GImapQuota *self)
{
  g_return_val_if_fail (G_IS_IMAP_QUOTA (self), -1);

  return self->limit;
}
