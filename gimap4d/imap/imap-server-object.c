/* 4D's server object: from JSON to a transporter.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/imap-server-object.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"

/* So that no sum of it overflows; it is a moment of the year 5138, too. */
#define LONGEST_TOKEN_LIFE G_GINT64_CONSTANT (100000000000)

/* 4D's names and ours. What is neither is passed over. */
static const struct
{
  const char *member;
  const char *property;
  GType type; /* G_TYPE_NONE: a text or an object */
} members[] = {
  { "acceptUnsecureConnection", "accept-unsecure-connection", G_TYPE_BOOLEAN },
  { "accessTokenOAuth2", "access-token-oauth2", G_TYPE_NONE },
  { "authenticationMode", "authentication-mode", G_TYPE_STRING },
  { "checkConnectionDelay", "check-connection-delay", G_TYPE_INT64 },
  { "connectionTimeOut", "connection-timeout", G_TYPE_INT64 },
  { "host", "host", G_TYPE_STRING },
  { "logFile", "log-file", G_TYPE_STRING },
  { "password", "password", G_TYPE_STRING },
  { "port", "port", G_TYPE_INT64 },
  { "user", "user", G_TYPE_STRING },
};

static gboolean
refuse (const char *member, const char *wanted, GError **error)
{
  g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
               _ ("the member “%s” of the server object is no %s"), member, wanted);

  return FALSE;
}

static gboolean
read_integer (JsonNode *node, const char *member, const char *property, GValue *out, GError **error)
{
  GObjectClass *klass = g_type_class_peek (G_TYPE_IMAP_TRANSPORTER);
  GParamSpecUInt *pspec = G_PARAM_SPEC_UINT (g_object_class_find_property (klass, property));
  gint64 number;

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return refuse (member, _ ("integer"), error);

  number = json_node_get_int (node);
  if (number < pspec->minimum || number > pspec->maximum)
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                   _ ("the member “%s” of the server object is out of range: %lld"), member,
                   (long long) number);
      return FALSE;
    }
  g_value_init (out, G_TYPE_UINT);
  g_value_set_uint (out, (guint) number);

  return TRUE;
}

static gboolean
read_value (JsonNode *node, const char *member, GType type, GValue *out, GError **error)
{
  const char *wanted = type == G_TYPE_BOOLEAN ? _ ("boolean") : _ ("text");

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != type)
    return refuse (member, wanted, error);

  json_node_get_value (node, out);

  return TRUE;
}

/* A text goes to one property, an object to another. */
static gboolean
read_token (JsonNode *node, const char *member, const char **property, GValue *out, GError **error)
{
  g_autofree char *token = NULL;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return read_value (node, member, G_TYPE_STRING, out, error);

  token = imap_server_object_dup_token (node, error);
  if (token == NULL)
    return FALSE;
  *property = "access-token-object";
  g_value_init (out, JSON_TYPE_NODE);
  g_value_set_boxed (out, node);

  return TRUE;
}

static gboolean
read_member (JsonNode *node, guint i, const char **property, GValue *out, GError **error)
{
  *property = members[i].property;
  if (members[i].type == G_TYPE_NONE)
    return read_token (node, members[i].member, property, out, error);
  if (members[i].type == G_TYPE_INT64)
    return read_integer (node, members[i].member, *property, out, error);

  return read_value (node, members[i].member, members[i].type, out, error);
}

GImapTransporter *
imap_server_object_make (JsonNode *server, GError **error)
{
  const char *names[G_N_ELEMENTS (members)];
  GValue values[G_N_ELEMENTS (members)] = { G_VALUE_INIT };
  GObject *made = NULL;
  gboolean is_right = TRUE;
  guint n = 0;
  JsonObject *object;

  if (!JSON_NODE_HOLDS_OBJECT (server))
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                   _ ("the server object is no JSON object"));
      return NULL;
    }

  g_type_class_unref (g_type_class_ref (G_TYPE_IMAP_TRANSPORTER));
  object = json_node_get_object (server);
  for (guint i = 0; is_right && i < G_N_ELEMENTS (members); i++)
    {
      JsonNode *node = json_object_get_member (object, members[i].member);

      if (node == NULL || JSON_NODE_HOLDS_NULL (node))
        continue;
      is_right = read_member (node, i, &names[n], &values[n], error);
      n += is_right ? 1 : 0;
    }

  if (is_right)
    made = g_object_new_with_properties (G_TYPE_IMAP_TRANSPORTER, n, names, values);
  for (guint i = 0; i < n; i++)
    g_value_unset (&values[i]);

  return made != NULL ? G_IMAP_TRANSPORTER (made) : NULL;
}

static const char *
get_text (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;

  return json_node_get_string (node);
}

char *
imap_server_object_dup_token (JsonNode *node, GError **error)
{
  const char *token = NULL;

  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObject *object = json_node_get_object (node);
      JsonNode *inner = json_object_get_member (object, "token");

      if (inner != NULL && JSON_NODE_HOLDS_OBJECT (inner))
        token = get_text (json_node_get_object (inner), "access_token");
      if (token == NULL)
        token = get_text (object, "access_token");
    }
  if (token == NULL || *token == '\0')
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                   _ ("the token object holds no access_token"));
      return NULL;
    }

  return g_strdup (token);
}

/* Of the inner object or of the outer one. */
static JsonNode *
find_fact (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, "token");

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    {
      node = json_object_get_member (json_node_get_object (node), member);
      if (node != NULL)
        return node;
    }

  return json_object_get_member (object, member);
}

/* A number, which some authorization servers write as a text. */
static gboolean
read_seconds (JsonNode *node, gint64 *out_seconds)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_NONE;
  gint64 seconds;

  if (type == G_TYPE_STRING)
    {
      if (!g_ascii_string_to_signed (json_node_get_string (node), 10, G_MININT32,
                                     LONGEST_TOKEN_LIFE, &seconds, NULL))
        return FALSE;
    }
  else if (type == G_TYPE_INT64 || type == G_TYPE_DOUBLE)
    {
      seconds = (gint64) CLAMP (json_node_get_double (node), G_MININT32, LONGEST_TOKEN_LIFE);
    }
  else
    {
      return FALSE;
    }
  *out_seconds = seconds;

  return TRUE;
}

gint64
imap_server_object_get_expiration (JsonNode *node)
{
  JsonObject *object = json_node_get_object (node);
  JsonNode *expiration = find_fact (object, "tokenExpiration");
  JsonNode *lifetime = find_fact (object, "expires_in");
  gint64 seconds;

  if (expiration != NULL && JSON_NODE_HOLDS_VALUE (expiration))
    {
      g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
      const char *text = json_node_get_value_type (expiration) == G_TYPE_STRING ?
                             json_node_get_string (expiration) :
                             "";
      g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, utc);

      if (time != NULL)
        return g_date_time_to_unix (time);
      if (read_seconds (expiration, &seconds))
        return seconds;
    }
  if (lifetime != NULL && read_seconds (lifetime, &seconds))
    return g_get_real_time () / G_USEC_PER_SEC + seconds;

  return 0;
}
