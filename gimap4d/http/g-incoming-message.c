/* A request, as a function or handler of a server sees it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/g-incoming-message.h"

#include <string.h>

#include "gimap4d/base/peer-hash.h"
#include "gimap4d/http/http-conditional.h"
#include "gimap4d/http/http-form.h"
#include "gimap4d/http/http-gate.h"
#include "gimap4d/http/http-syntax.h"
#include "gimap4d/http/incoming-message-private.h"

/**
 * SECTION:g-incoming-message
 * @Title: GIncomingMessage
 * @Short_description: a request
 *
 * A #GIncomingMessage is what a function or a handler of a #GRestServer learns of the request that
 * it answers. It corresponds to 4D's `4D.IncomingMessage`, and never changes.
 */

/**
 * GIncomingMessage:
 *
 * A request. It can be read from any thread.
 *
 * |[<!-- language="C" -->
 * static void
 * greet (GIncomingMessage *request, GRestCall *call, gpointer data)
 * {
 *   g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
 *   GHashTable *query = g_incoming_message_get_url_query (request);
 *   const char *name = g_hash_table_lookup (query, "name");
 *
 *   g_outgoing_message_set_text (message, name != NULL ? name : "you", NULL);
 *   g_rest_call_return_message (call, message);
 * }
 * ]|
 *
 * Since: 1.0
 */

enum
{
  PROP_0,
  PROP_URL,
  PROP_URL_PATH,
  PROP_URL_QUERY,
  PROP_VERB,
  PROP_HEADERS,
  PROP_REMOTE_ADDRESS,
  PROP_IS_SECURE,
  PROP_SESSION,
  PROP_PATH_PARAMS,
  PROP_CANCELLABLE,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (GIncomingMessage, g_incoming_message, G_TYPE_OBJECT)

static void
g_incoming_message_init (GIncomingMessage *self)
{
  g_mutex_init (&self->mutex);
  self->cancellable = g_cancellable_new ();
  self->path_params = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static void
g_incoming_message_finalize (GObject *object)
{
  GIncomingMessage *self = G_INCOMING_MESSAGE (object);

  g_free (self->url);
  g_strfreev (self->url_path);
  g_ptr_array_unref (self->fields);
  g_hash_table_unref (self->url_query);
  g_free (self->verb);
  g_hash_table_unref (self->headers);
  g_bytes_unref (self->body);
  g_free (self->remote_address);
  g_clear_object (&self->session);
  g_hash_table_unref (self->path_params);
  g_object_unref (self->cancellable);
  g_clear_object (&self->stopping);
  g_clear_pointer (&self->parts, g_ptr_array_unref);
  g_clear_error (&self->fault);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (g_incoming_message_parent_class)->finalize (object);
}

static void
g_incoming_message_get_property (GObject *object,
                                 guint property_id,
                                 GValue *value,
                                 GParamSpec *pspec)
{
  GIncomingMessage *self = G_INCOMING_MESSAGE (object);

  switch (property_id)
    {
    case PROP_URL:
      g_value_set_string (value, self->url);
      break;
    case PROP_URL_PATH:
      g_value_set_boxed (value, self->url_path);
      break;
    case PROP_URL_QUERY:
      g_value_set_boxed (value, self->url_query);
      break;
    case PROP_VERB:
      g_value_set_string (value, self->verb);
      break;
    case PROP_HEADERS:
      g_value_set_boxed (value, self->headers);
      break;
    case PROP_REMOTE_ADDRESS:
      g_value_set_string (value, self->remote_address);
      break;
    case PROP_IS_SECURE:
      g_value_set_boolean (value, self->is_secure);
      break;
    case PROP_SESSION:
      g_value_set_object (value, self->session);
      break;
    case PROP_PATH_PARAMS:
      g_value_set_boxed (value, self->path_params);
      break;
    case PROP_CANCELLABLE:
      g_value_set_object (value, self->cancellable);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
g_incoming_message_class_init (GIncomingMessageClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = g_incoming_message_finalize;
  object_class->get_property = g_incoming_message_get_property;

  /**
   * GIncomingMessage:url:
   *
   * Path and query, percent-encoded as they were sent, with capital digits, without the host.
   *
   * Since: 1.0
   */
  properties[PROP_URL] = g_param_spec_string ("url", "URL", "Path and query", NULL, flags);

  /**
   * GIncomingMessage:url-path:
   *
   * The segments of the path, decoded, without empty ones. None is "." or "..".
   *
   * Since: 1.0
   */
  properties[PROP_URL_PATH] = g_param_spec_boxed ("url-path", "URL path",
                                                  "The segments of the path", G_TYPE_STRV, flags);

  /**
   * GIncomingMessage:url-query: (type GLib.HashTable(utf8,utf8))
   *
   * The query, decoded; of a name that comes more than once its last value.
   *
   * Since: 1.0
   */
  properties[PROP_URL_QUERY] = g_param_spec_boxed ("url-query", "URL query", "The query",
                                                   G_TYPE_HASH_TABLE, flags);

  /**
   * GIncomingMessage:verb:
   *
   * The method of the request, as it was sent: `GET`, `POST`.
   *
   * Since: 1.0
   */
  properties[PROP_VERB] = g_param_spec_string ("verb", "Verb", "The method", NULL, flags);

  /**
   * GIncomingMessage:headers: (type GLib.HashTable(utf8,utf8))
   *
   * The headers, their names in lower case. One that was sent more than once is one, separated by
   * commas.
   *
   * Since: 1.0
   */
  properties[PROP_HEADERS] = g_param_spec_boxed ("headers", "Headers", "The headers",
                                                 G_TYPE_HASH_TABLE, flags);

  /**
   * GIncomingMessage:remote-address:
   *
   * The address of the client without its port, or `unix`; behind one of
   * #GRestServer:trusted-proxies the address that the proxy names.
   *
   * Since: 1.0
   */
  properties[PROP_REMOTE_ADDRESS] = g_param_spec_string ("remote-address", "Remote address",
                                                         "The address of the client", NULL, flags);

  /**
   * GIncomingMessage:is-secure:
   *
   * Whether the request came over TLS; behind one of #GRestServer:trusted-proxies whether the proxy
   * says so.
   *
   * Since: 1.0
   */
  properties[PROP_IS_SECURE] = g_param_spec_boolean ("is-secure", "Is secure",
                                                     "Whether it came over TLS", FALSE, flags);

  /**
   * GIncomingMessage:session:
   *
   * The session, or %NULL when the server has none.
   *
   * Since: 1.0
   */
  properties[PROP_SESSION] = g_param_spec_object ("session", "Session", "The session",
                                                  G_TYPE_REST_SESSION, flags);

  /**
   * GIncomingMessage:path-params: (type GLib.HashTable(utf8,utf8))
   *
   * What the parameters of the handler's pattern stand for in this path.
   *
   * Since: 1.0
   */
  properties[PROP_PATH_PARAMS] = g_param_spec_boxed (
      "path-params", "Path parameters", "The parameters of the path", G_TYPE_HASH_TABLE, flags);

  /**
   * GIncomingMessage:cancellable:
   *
   * Cancelled when the client leaves before it was answered, or waited too long.
   *
   * Since: 1.0
   */
  properties[PROP_CANCELLABLE] = g_param_spec_object (
      "cancellable", "Cancellable", "Cancelled when the client leaves", G_TYPE_CANCELLABLE, flags);

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
add_header (const char *name, const char *value, gpointer data)
{
  GHashTable *headers = data;
  g_autofree char *key = g_ascii_strdown (name, -1);
  g_autofree char *text = g_utf8_make_valid (value, -1);
  const char *before = g_hash_table_lookup (headers, key);
  const char *separator = g_str_equal (key, "cookie") ? "; " : ", ";

  if (before != NULL)
    {
      char *joined = g_strconcat (before, separator, text, NULL);

      g_free (text);
      text = joined;
    }
  g_hash_table_replace (headers, g_steal_pointer (&key), g_steal_pointer (&text));
}

static void
read_uri (GIncomingMessage *self, GUri *uri)
{
  const char *query = g_uri_get_query (uri);
  const char *path = g_uri_get_path (uri);

  self->url = query != NULL ? g_strconcat (path, "?", query, NULL) : g_strdup (path);
  self->url_path = http_gate_split_path (path);
  if (self->url_path == NULL)
    self->url_path = g_new0 (char *, 1);
  self->fields = http_form_parse (query != NULL ? query : "", query != NULL ? strlen (query) : 0,
                                  NULL);
  if (self->fields == NULL)
    self->fields = g_ptr_array_new ();
  self->url_query = http_form_to_table (self->fields);
}

GIncomingMessage *
incoming_message_new (SoupServerMessage *message,
                      GBytes *body,
                      const char *remote_address,
                      gboolean is_secure)
{
  GIncomingMessage *self = g_object_new (G_TYPE_INCOMING_MESSAGE, NULL);

  read_uri (self, soup_server_message_get_uri (message));
  self->verb = g_strdup (soup_server_message_get_method (message));
  self->headers = g_hash_table_new_full (peer_hash, g_str_equal, g_free, g_free);
  soup_message_headers_foreach (soup_server_message_get_request_headers (message), add_header,
                                self->headers);
  self->body = g_bytes_ref (body);
  self->remote_address = g_strdup (remote_address != NULL ? remote_address : "");
  self->is_secure = is_secure;

  return self;
}

void
incoming_message_set_stopping (GIncomingMessage *self, GCancellable *stopping)
{
  g_set_object (&self->stopping, stopping);
}

GCancellable *
incoming_message_get_stopping (GIncomingMessage *self)
{
  return self->stopping;
}

void
incoming_message_set_session (GIncomingMessage *self, GRestSession *session)
{
  g_set_object (&self->session, session);
}

/**
 * g_incoming_message_new_from_soup:
 * @message: a message of a #SoupServer that has read the request whole
 *
 * Makes a #GIncomingMessage of a request that came to a #SoupServer of the application.
 *
 * Returns: (transfer full): the request
 *
 * Since: 1.0
 */
GIncomingMessage *
g_incoming_message_new_from_soup (SoupServerMessage *message)
{
  g_autoptr (GBytes) body = NULL;
  GUri *uri = NULL;

  g_return_val_if_fail (SOUP_IS_SERVER_MESSAGE (message), NULL);

  uri = soup_server_message_get_uri (message);
  body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  return incoming_message_new (message, body, soup_server_message_get_remote_host (message),
                               g_str_equal (g_uri_get_scheme (uri), "https"));
}

/**
 * g_incoming_message_get_url:
 * @self: a #GIncomingMessage
 *
 * Gets path and query as they were sent.
 *
 * Returns: (transfer none): the URL without the host
 *
 * Since: 1.0
 */
const char *
g_incoming_message_get_url (GIncomingMessage *self)
{
  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (self), NULL);

  return self->url;
}

/**
 * g_incoming_message_get_url_path:
 * @self: a #GIncomingMessage
 *
 * Gets the decoded segments of the path.
 *
 * Returns: (transfer none) (array zero-terminated=1): the segments
 *
 * Since: 1.0
 */
const char *const *
g_incoming_message_get_url_path (GIncomingMessage *self)
{
  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (self), NULL);

  return (const char *const *) self->url_path;
}

/**
 * g_incoming_message_get_url_query:
 * @self: a #GIncomingMessage
 *
 * Gets the decoded query. g_incoming_message_get_query_values() has the values that a table cannot
 * hold.
 *
 * Returns: (transfer none) (element-type utf8 utf8): names and values
 *
 * Since: 1.0
 */
GHashTable *
g_incoming_message_get_url_query (GIncomingMessage *self)
{
  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (self), NULL);

  return self->url_query;
}

/**
 * g_incoming_message_get_query_values:
 * @self: a #GIncomingMessage
 * @name: a name in the query
 *
 * Gets all values that the query has for a name, in their order.
 *
 * Returns: (transfer full) (array zero-terminated=1): the values, none when the name is not there
 *
 * Since: 1.0
 */
GStrv
g_incoming_message_get_query_values (GIncomingMessage *self, const char *name)
{
  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return http_form_get_values (self->fields, name);
}

/**
 * g_incoming_message_get_verb:
 * @self: a #GIncomingMessage
 *
 * Gets the method of the request.
 *
 * Returns: (transfer none): the method, as it was sent
 *
 * Since: 1.0
 */
const char *
g_incoming_message_get_verb (GIncomingMessage *self)
{
  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (self), NULL);

  return self->verb;
}

/**
 * g_incoming_message_get_headers:
 * @self: a #GIncomingMessage
 *
 * Gets the headers; the names are in lower case.
 *
 * Returns: (transfer none) (element-type utf8 utf8): the headers
 *
 * Since: 1.0
 */
GHashTable *
g_incoming_message_get_headers (GIncomingMessage *self)
{
  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (self), NULL);

  return self->headers;
}

/**
 * g_incoming_message_get_header:
 * @self: a #GIncomingMessage
 * @key: the name of a header, in any case
 *
 * Gets a header.
 *
 * Returns: (transfer none) (nullable): its value, or %NULL
 *
 * Since: 1.0
 */
const char *
g_incoming_message_get_header (GIncomingMessage *self, const char *key)
{
  g_autofree char *lower = NULL;

  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  lower = g_ascii_strdown (key, -1);
  return g_hash_table_lookup (self->headers, lower);
}

/**
 * g_incoming_message_get_remote_address:
 * @self: a #GIncomingMessage
 *
 * Gets the address of the client.
 *
 * Returns: (transfer none): the address without a port, or `unix`
 *
 * Since: 1.0
 */
const char *
g_incoming_message_get_remote_address (GIncomingMessage *self)
{
  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (self), NULL);

  return self->remote_address;
}

/**
 * g_incoming_message_get_is_secure:
 * @self: a #GIncomingMessage
 *
 * Whether the request came over TLS.
 *
 * Returns: %TRUE if it did
 *
 * Since: 1.0
 */
gboolean
g_incoming_message_get_is_secure (GIncomingMessage *self)
{
  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (self), FALSE);

  return self->is_secure;
}

/**
 * g_incoming_message_get_session:
 * @self: a #GIncomingMessage
 *
 * Gets the session of the browser.
 *
 * Returns: (transfer none) (nullable): the session, or %NULL when the server has none
 *
 * Since: 1.0
 */
GRestSession *
g_incoming_message_get_session (GIncomingMessage *self)
{
  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (self), NULL);

  return self->session;
}

/**
 * g_incoming_message_get_path_params:
 * @self: a #GIncomingMessage
 *
 * Gets what the parameters of the handler's pattern stand for.
 *
 * Returns: (transfer none) (element-type utf8 utf8): names and values
 *
 * Since: 1.0
 */
GHashTable *
g_incoming_message_get_path_params (GIncomingMessage *self)
{
  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (self), NULL);

  return self->path_params;
}

/**
 * g_incoming_message_get_cancellable:
 * @self: a #GIncomingMessage
 *
 * Gets what is cancelled when the client leaves before it was answered: hand it to whatever takes
 * its time.
 *
 * Returns: (transfer none): the cancellable
 *
 * Since: 1.0
 */
GCancellable *
g_incoming_message_get_cancellable (GIncomingMessage *self)
{
  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (self), NULL);

  return self->cancellable;
}

/**
 * g_incoming_message_is_fresh:
 * @self: a #GIncomingMessage
 * @etag: the entity tag of the answer, as for g_outgoing_message_set_etag()
 *
 * Whether the client has this version of the answer already, and asks whether it is still right
 * (`If-None-Match`; RFC 9110, 13.1.2). Then an answer with that entity tag and the status 304 is all
 * that it needs: nothing has to be fetched for it.
 *
 * |[<!-- language="C" -->
 * static gboolean
 * answer_from_memory (GIncomingMessage *request, GRestCall *call, const char *etag)
 * {
 *   g_autoptr (GOutgoingMessage) message = g_outgoing_message_new ();
 *
 *   if (!g_incoming_message_is_fresh (request, etag))
 *     return FALSE;
 *   g_outgoing_message_set_etag (message, etag, NULL);
 *   g_outgoing_message_set_status (message, 304, NULL);
 *   g_rest_call_return_message (call, message);
 *
 *   return TRUE;
 * }
 * ]|
 *
 * Returns: %TRUE for a GET or HEAD of a client that has it; %FALSE also for what is no entity tag
 *
 * Since: 1.0
 */
gboolean
g_incoming_message_is_fresh (GIncomingMessage *self, const char *etag)
{
  g_autofree char *tag = NULL;
  HttpConditions conditions = { NULL };

  g_return_val_if_fail (G_IS_INCOMING_MESSAGE (self), FALSE);
  g_return_val_if_fail (etag != NULL, FALSE);

  tag = http_build_entity_tag (etag);
  conditions.entity_tag = tag;
  conditions.if_none_match = g_incoming_message_get_header (self, "if-none-match");

  return tag != NULL && (g_str_equal (self->verb, "GET") || g_str_equal (self->verb, "HEAD")) &&
         http_conditional_check (&conditions) == 304;
}
