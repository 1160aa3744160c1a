/* A session that lives in its cookie: signed, so that several machines need no common memory.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/rest-session-cookie.h"

#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/http/rest-session-private.h"

/* id, end in seconds since 1970, privileges, storage */
#define STATE_TYPE "(sxasa{sv})"
#define MAC_SIZE 32

static const char purpose[] = "gimap4d session 1";

static void
compute_mac (GBytes *key, const char *project, gconstpointer data, gsize size, guint8 *out_mac)
{
  gsize key_size = 0;
  const guint8 *key_data = g_bytes_get_data (key, &key_size);
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, key_data, key_size);
  gsize mac_size = MAC_SIZE;

  /* With their ends, so that no project and content can be taken for another pair. */
  g_hmac_update (hmac, (const guchar *) purpose, sizeof purpose);
  g_hmac_update (hmac, (const guchar *) project, (gssize) strlen (project) + 1);
  g_hmac_update (hmac, data, (gssize) size);
  g_hmac_get_digest (hmac, out_mac, &mac_size);
}

static char *
encode (gconstpointer data, gsize size)
{
  char *text = g_base64_encode (data, size);

  g_strdelimit (text, "+", '-');

  return g_strdelimit (text, "/", '_');
}

static guchar *
decode (const char *text, gsize *out_size)
{
  g_autofree char *standard = g_strdup (text);

  g_strdelimit (standard, "-", '+');
  g_strdelimit (standard, "_", '/');

  return g_base64_decode (standard, out_size);
}

/* In the byte order of most machines, whatever this one has. */
static GVariant *
in_wire_order (GVariant *state)
{
  return G_BYTE_ORDER == G_LITTLE_ENDIAN ? g_variant_ref_sink (state) : g_variant_byteswap (state);
}

static GVariant *
build_state (GRestSession *session)
{
  g_autoptr (GDateTime) end = g_rest_session_get_expiration (session);
  g_autoptr (GVariant) storage = rest_session_dup_storage (session);
  g_autofree char *id = rest_session_dup_id (session);
  g_auto (GStrv) privileges = rest_session_dup_privileges (session);
  g_autoptr (GVariant) state = g_variant_ref_sink (
      g_variant_new ("(sx^as@a{sv})", id, g_date_time_to_unix (end), privileges, storage));

  return in_wire_order (state);
}

char *
rest_session_cookie_seal (GRestSession *session, GBytes *key, const char *project)
{
  g_autoptr (GVariant) state = build_state (session);
  gconstpointer data = g_variant_get_data (state);
  gsize size = g_variant_get_size (state);
  guint8 mac[MAC_SIZE];
  g_autofree char *content = encode (data, size);
  g_autofree char *signature = NULL;

  compute_mac (key, project, data, size, mac);
  signature = encode (mac, sizeof mac);

  return g_strconcat (content, ".", signature, NULL);
}

/* The time that it takes tells nothing of the place of the first difference. */
static gboolean
is_same_mac (const guint8 *one, const guint8 *other)
{
  guint8 difference = 0;

  for (guint i = 0; i < MAC_SIZE; i++)
    difference |= one[i] ^ other[i];

  return difference == 0;
}

static GRestSession *
session_from_state (GVariant *wire, guint idle_timeout)
{
  g_autoptr (GVariant) state = in_wire_order (wire);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GVariant) storage = NULL;
  g_autofree const char **privileges = NULL;
  const char *id = NULL;
  gint64 end = 0;

  if (!g_variant_is_normal_form (state))
    return NULL;
  g_variant_get (state, "(&sx^a&s@a{sv})", &id, &end, &privileges, &storage);
  if (end <= g_date_time_to_unix (now))
    return NULL;

  return rest_session_new_from_state (id, idle_timeout, end, privileges, storage);
}

/* The number of the key that has signed, or -1. */
static int
find_key (GPtrArray *keys, const char *project, GBytes *bytes, const guint8 *signature)
{
  gsize size = 0;
  gconstpointer data = g_bytes_get_data (bytes, &size);
  guint8 mac[MAC_SIZE];

  for (guint i = 0; i < keys->len; i++)
    {
      compute_mac (g_ptr_array_index (keys, i), project, data, size, mac);
      if (is_same_mac (mac, signature))
        return (int) i;
    }

  return -1;
}

GRestSession *
rest_session_cookie_open (const char *cookie,
                          GPtrArray *keys,
                          const char *project,
                          guint idle_timeout)
{
  const char *dot = strchr (cookie, '.');
  g_autofree char *content = dot != NULL ? g_strndup (cookie, dot - cookie) : NULL;
  g_autofree guchar *signature = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GVariant) state = NULL;
  GRestSession *session = NULL;
  guchar *data = NULL;
  gsize size = 0;
  gsize signature_size = 0;
  int key = -1;

  if (content == NULL || strlen (cookie) > HTTP_LIMIT_COOKIE)
    return NULL;

  data = decode (content, &size);
  bytes = g_bytes_new_take (data, size);
  signature = decode (dot + 1, &signature_size);
  key = signature_size == MAC_SIZE ? find_key (keys, project, bytes, signature) : -1;
  if (key < 0)
    return NULL;

  state = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (STATE_TYPE), bytes, FALSE));
  session = session_from_state (state, idle_timeout);
  if (session != NULL && key > 0)
    rest_session_forget_told (session);

  return session;
}

GBytes *
rest_session_key_new (void)
{
  guint8 key[REST_SESSION_KEY_SIZE];

  rest_session_fill_random (key, sizeof key);

  return g_bytes_new (key, sizeof key);
}
