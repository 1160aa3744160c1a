/* Sessions in memory and in cookies.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/http/rest-session-cookie.h"
#include "gimap4d/http/rest-session-keys.h"
#include "gimap4d/http/rest-session-private.h"
#include "gimap4d/http/rest-session-store.h"

#include <glib/gstdio.h>
#include <string.h>

static void
test_store_limit (void)
{
  g_autoptr (RestSessionStore) store = rest_session_store_new (3);
  char *ids[5];

  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GRestSession) session = rest_session_store_create (store, 60);
      g_autoptr (GRestSession) used = NULL;

      ids[i] = g_strdup (g_rest_session_get_id (session));
      /* The first one is used again and again: others go before it. */
      used = rest_session_store_find (store, ids[0]);
      g_assert_nonnull (used);
    }

  g_assert_cmpuint (rest_session_store_count (store), ==, 3);
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GRestSession) session = rest_session_store_find (store, ids[i]);

      g_assert_cmpint (session != NULL, ==, i == 0 || i > 2);
      g_free (ids[i]);
    }
}

static void
fill_with_strangers (RestSessionStore *store)
{
  for (guint i = 0; i < 20; i++)
    g_object_unref (rest_session_store_create (store, 60));
}

/* Who comes without a cookie again and again drives out no one but himself. */
static void
test_store_flood (void)
{
  static const char *const privileges[] = { "admin", NULL };
  g_autoptr (RestSessionStore) store = rest_session_store_new (5);
  GRestSession *sessions[4];
  char *ids[4];

  for (guint i = 0; i < G_N_ELEMENTS (sessions); i++)
    sessions[i] = rest_session_store_create (store, 60);
  g_rest_session_set_privileges (sessions[0], privileges);
  g_variant_dict_insert (g_rest_session_get_storage (sessions[1]), "n", "u", 1);
  for (guint i = 0; i < G_N_ELEMENTS (sessions); i++)
    {
      ids[i] = g_strdup (g_rest_session_get_id (sessions[i]));
      rest_session_store_rename (store, sessions[i], ids[i]);
      /* The third one has a request that goes on, and perhaps brings content. */
      if (i != 2)
        g_clear_object (&sessions[i]);
    }

  fill_with_strangers (store);
  g_assert_cmpuint (rest_session_store_count (store), ==, 5);
  for (guint i = 0; i < G_N_ELEMENTS (sessions); i++)
    {
      g_autoptr (GRestSession) session = rest_session_store_find (store, ids[i]);

      g_assert_cmpint (session != NULL, ==, i < 3);
    }

  /* The first one logs out: it is no better than others then. */
  sessions[0] = rest_session_store_find (store, ids[0]);
  g_rest_session_set_privileges (sessions[0], NULL);
  g_free (ids[0]);
  ids[0] = g_strdup (g_rest_session_get_id (sessions[0]));
  rest_session_store_rename (store, sessions[0], ids[0]);
  g_object_unref (sessions[0]);
  g_object_unref (sessions[2]);
  fill_with_strangers (store);
  for (guint i = 0; i < G_N_ELEMENTS (sessions); i++)
    {
      g_autoptr (GRestSession) session = rest_session_store_find (store, ids[i]);

      g_assert_cmpint (session != NULL, ==, i == 1);
      g_free (ids[i]);
    }
}

/* When all hold something, the one goes that was not used for the longest time. */
static void
test_store_full (void)
{
  g_autoptr (RestSessionStore) store = rest_session_store_new (3);
  char *ids[5];

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (GRestSession) session = rest_session_store_create (store, 60);

      g_variant_dict_insert (g_rest_session_get_storage (session), "n", "u", i);
      ids[i] = g_strdup (g_rest_session_get_id (session));
    }
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (GRestSession) session = rest_session_store_find (store, ids[i]);

      g_assert_cmpint (session != NULL, ==, i > 1);
      g_free (ids[i]);
    }
}

static void
test_store_expiration (void)
{
  g_autoptr (RestSessionStore) store = rest_session_store_new (3);
  g_autoptr (GRestSession) session = rest_session_store_create (store, 0);
  g_autoptr (GRestSession) found = rest_session_store_find (store, g_rest_session_get_id (session));
  g_autoptr (GDateTime) expiration = g_rest_session_get_expiration (session);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  g_assert_null (found);
  g_assert_cmpuint (rest_session_store_count (store), ==, 0);
  g_assert_cmpint (g_date_time_compare (expiration, now), <=, 0);
}

/* Whoever has given a browser an id before its user logs in must not be logged in with it. */
static void
test_new_id (void)
{
  static const char *const privileges[] = { "admin", NULL };
  g_autoptr (RestSessionStore) store = rest_session_store_new (3);
  g_autoptr (GRestSession) session = rest_session_store_create (store, 60);
  g_autofree char *first = rest_session_take_new_id (session);
  const char *lent = g_rest_session_get_id (session);
  g_autofree char *second = NULL;
  g_autoptr (GRestSession) found = NULL;

  g_assert_cmpstr (first, ==, lent);
  g_assert_null (rest_session_take_new_id (session));
  g_rest_session_set_privileges (session, NULL);
  g_assert_null (rest_session_take_new_id (session));

  g_rest_session_set_privileges (session, privileges);
  g_assert_null (rest_session_store_find (store, first));
  second = rest_session_take_new_id (session);
  g_assert_cmpstr (second, ==, g_rest_session_get_id (session));
  g_assert_cmpstr (second, !=, first);
  g_assert_cmpstr (lent, ==, first);

  rest_session_store_rename (store, session, second);
  g_assert_null (rest_session_store_find (store, first));
  found = rest_session_store_find (store, second);
  g_assert_true (found == session);
  g_assert_cmpuint (rest_session_store_count (store), ==, 1);
}

static void
test_ids (void)
{
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < 1000; i++)
    {
      char *id = rest_session_make_id ();

      g_assert_cmpuint (strlen (id), ==, 32);
      g_assert_cmpuint (
          strspn (id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), ==, 32);
      g_assert_true (g_hash_table_add (ids, id));
    }
}

static void
test_properties (void)
{
  static const char *const privileges[] = { "admin", NULL };
  g_autoptr (GRestSession) session = rest_session_new ("id", 60);
  g_autoptr (GDateTime) expiration = NULL;
  g_auto (GStrv) read_back = NULL;

  g_assert_false (g_rest_session_has_privilege (session, "admin"));
  g_object_set (session, "privileges", privileges, NULL);
  g_assert_true (g_rest_session_has_privilege (session, "admin"));
  g_object_get (session, "privileges", &read_back, "expiration", &expiration, NULL);
  g_assert_cmpstrv (read_back, (char **) privileges);
  g_assert_nonnull (expiration);
  g_rest_session_set_privileges (session, NULL);
  g_assert_false (g_rest_session_has_privilege (session, "admin"));
}

/* What one request got stays as it was while others change it. */
static gpointer
change_privileges (gpointer data)
{
  static const char *const rows[][3] = { { "admin", "mail", NULL }, { "mail", NULL } };
  GRestSession *session = data;

  for (guint i = 0; i < 500; i++)
    {
      const char *const *privileges = NULL;

      g_rest_session_set_privileges (session, rows[i % 2]);
      g_assert_true (g_rest_session_has_privilege (session, "mail"));
      privileges = g_rest_session_get_privileges (session);
      rest_session_touch (session);
      g_assert_false (rest_session_is_over (session));
      g_assert_true (g_strv_contains (privileges, "mail"));
    }

  return NULL;
}

static void
test_threads (void)
{
  static const char *const first[] = { "mail", "first", NULL };
  g_autoptr (GRestSession) session = rest_session_new ("id", 60);
  const char *const *before = NULL;
  GThread *threads[4];

  g_rest_session_set_privileges (session, first);
  before = g_rest_session_get_privileges (session);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("request", change_privileges, session);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpstrv ((char **) before, (char **) first);
}

static GRestSession *
session_with_state (void)
{
  static const char *const privileges[] = { "read", "write", NULL };
  GRestSession *session = rest_session_new ("the-id", 60);

  g_rest_session_set_privileges (session, privileges);
  g_variant_dict_insert (g_rest_session_get_storage (session), "name", "s", "é");
  g_variant_dict_insert (g_rest_session_get_storage (session), "calls", "u", 7);

  return session;
}

static void
test_cookie (void)
{
  g_autoptr (GBytes) key = rest_session_key_new ();
  g_autoptr (GPtrArray) keys = rest_session_keys_new (key);
  g_autoptr (GBytes) other_key = rest_session_key_new ();
  g_autoptr (GPtrArray) other_keys = rest_session_keys_new (other_key);
  g_autoptr (GRestSession) session = session_with_state ();
  g_autofree char *cookie = rest_session_cookie_seal (session, key, "P");
  g_autoptr (GRestSession) opened = rest_session_cookie_open (cookie, keys, "P", 60);
  guint32 calls = 0;

  g_assert_nonnull (opened);
  g_assert_cmpstr (g_rest_session_get_id (opened), ==, g_rest_session_get_id (session));
  g_assert_true (g_rest_session_has_privilege (opened, "write"));
  g_assert_true (g_variant_dict_lookup (g_rest_session_get_storage (opened), "calls", "u", &calls));
  g_assert_cmpuint (calls, ==, 7);
  g_assert_null (rest_session_cookie_open (cookie, keys, "Q", 60));
  g_assert_null (rest_session_cookie_open (cookie, other_keys, "P", 60));
  g_assert_null (rest_session_cookie_open ("", keys, "P", 60));
  g_assert_null (rest_session_cookie_open (".", keys, "P", 60));
  g_assert_null (rest_session_cookie_open ("a.b.c", keys, "P", 60));
}

/* No byte of it can be changed, and none left out. */
static void
test_cookie_tampered (void)
{
  g_autoptr (GBytes) key = rest_session_key_new ();
  g_autoptr (GPtrArray) keys = rest_session_keys_new (key);
  g_autoptr (GRestSession) session = session_with_state ();
  g_autofree char *cookie = rest_session_cookie_seal (session, key, "P");
  gsize size = strlen (cookie);

  for (gsize i = 0; i < size; i++)
    {
      g_autofree char *changed = g_strdup (cookie);
      g_autofree char *shorter = g_strndup (cookie, i);

      g_assert_null (rest_session_cookie_open (shorter, keys, "P", 60));
      /* The last characters of base64 hold bits that mean nothing: another one 24 values away does. */
      changed[i] = g_ascii_isupper (cookie[i]) ? g_ascii_tolower (cookie[i]) : 'A';
      if (strcmp (changed, cookie) != 0)
        g_assert_null (rest_session_cookie_open (changed, keys, "P", 60));
    }
}

static void
test_cookie_expired (void)
{
  g_autoptr (GBytes) key = rest_session_key_new ();
  g_autoptr (GPtrArray) keys = rest_session_keys_new (key);
  g_autoptr (GRestSession) session = rest_session_new ("id", 0);
  g_autofree char *cookie = rest_session_cookie_seal (session, key, "P");

  g_assert_null (rest_session_cookie_open (cookie, keys, "P", 3600));
}

static void
test_cookie_renewal (void)
{
  g_autoptr (GBytes) key = rest_session_key_new ();
  g_autoptr (GPtrArray) keys = rest_session_keys_new (key);
  g_autoptr (GRestSession) session = session_with_state ();
  g_autofree char *cookie = NULL;
  g_autoptr (GRestSession) same = NULL;
  g_autoptr (GRestSession) old = NULL;

  g_assert_true (rest_session_take_is_changed (session));
  g_assert_false (rest_session_take_is_changed (session));
  g_variant_dict_insert (g_rest_session_get_storage (session), "calls", "u", 8);
  g_assert_true (rest_session_take_is_changed (session));
  g_rest_session_set_privileges (session, NULL);
  g_assert_true (rest_session_take_is_changed (session));

  cookie = rest_session_cookie_seal (session, key, "P");
  same = rest_session_cookie_open (cookie, keys, "P", 60);
  g_assert_false (rest_session_take_is_changed (same));
  /* With a longer time the cookie tells an end that is too early. */
  old = rest_session_cookie_open (cookie, keys, "P", 3600);
  g_assert_true (rest_session_take_is_changed (old));
}

/* The newest key seals, those before it open for a while. */
static void
test_cookie_rotation (void)
{
  g_autoptr (GBytes) old_key = rest_session_key_new ();
  g_autoptr (GBytes) new_key = rest_session_key_new ();
  g_autoptr (GPtrArray) both = rest_session_keys_new (new_key);
  g_autoptr (GPtrArray) only_new = rest_session_keys_new (new_key);
  g_autoptr (GRestSession) session = session_with_state ();
  g_autofree char *cookie = rest_session_cookie_seal (session, old_key, "P");
  g_autoptr (GRestSession) opened = NULL;
  g_autofree char *again = NULL;
  g_autoptr (GRestSession) renewed = NULL;

  g_assert_null (rest_session_cookie_open (cookie, only_new, "P", 60));
  g_ptr_array_add (both, g_bytes_ref (old_key));
  opened = rest_session_cookie_open (cookie, both, "P", 60);
  g_assert_nonnull (opened);
  g_assert_true (rest_session_take_is_changed (opened));
  again = rest_session_cookie_seal (opened, new_key, "P");
  renewed = rest_session_cookie_open (again, both, "P", 60);
  g_assert_false (rest_session_take_is_changed (renewed));
}

static GPtrArray *
load_keys (const char *text, int mode, GError **error)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("gimap4d-keys-XXXXXX", &path, NULL);
  GPtrArray *keys = NULL;

  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (g_chmod (path, mode), ==, 0);
  keys = rest_session_keys_load (path, error);
  g_unlink (path);

  return keys;
}

#define KEY_A "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define KEY_B "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB="

static void
test_key_file (void)
{
  static const struct
  {
    const char *text;
    int mode;
    int n_keys; /* or the error */
    gboolean is_error;
  } rows[] = {
    { KEY_A "\n", 0600, 1, FALSE },
    { KEY_A, 0440, 1, FALSE },
    { "# new\n" KEY_B "\n\n  # old\n " KEY_A " \r\n", 0400, 2, FALSE },
    { KEY_A "\n", 0644, G_IO_ERROR_PERMISSION_DENIED, TRUE },
    { KEY_A "\n", 0602, G_IO_ERROR_PERMISSION_DENIED, TRUE },
    { KEY_A "\n", 0660, G_IO_ERROR_PERMISSION_DENIED, TRUE },
    { "", 0600, G_IO_ERROR_INVALID_DATA, TRUE },
    { "# nothing\n", 0600, G_IO_ERROR_INVALID_DATA, TRUE },
    { "AAAA\n", 0600, G_IO_ERROR_INVALID_DATA, TRUE },
    { KEY_A "\nno key, but long enough to be one by far\n", 0600, G_IO_ERROR_INVALID_DATA, TRUE },
    { KEY_A "\n" KEY_A "\n" KEY_A "\n" KEY_A "\n" KEY_A "\n" KEY_A "\n" KEY_A "\n" KEY_A "\n" KEY_A
            "\n",
      0600, G_IO_ERROR_INVALID_DATA, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) keys = load_keys (rows[i].text, rows[i].mode, &error);

      if (rows[i].is_error)
        {
          g_assert_error (error, G_IO_ERROR, rows[i].n_keys);
          g_assert_null (strstr (error->message, "AAAA"));
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpuint (keys->len, ==, rows[i].n_keys);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rest-session/store-limit", test_store_limit);
  g_test_add_func ("/rest-session/store-flood", test_store_flood);
  g_test_add_func ("/rest-session/store-full", test_store_full);
  g_test_add_func ("/rest-session/store-expiration", test_store_expiration);
  g_test_add_func ("/rest-session/new-id", test_new_id);
  g_test_add_func ("/rest-session/ids", test_ids);
  g_test_add_func ("/rest-session/properties", test_properties);
  g_test_add_func ("/rest-session/threads", test_threads);
  g_test_add_func ("/rest-session/cookie", test_cookie);
  g_test_add_func ("/rest-session/cookie-tampered", test_cookie_tampered);
  g_test_add_func ("/rest-session/cookie-expired", test_cookie_expired);
  g_test_add_func ("/rest-session/cookie-renewal", test_cookie_renewal);
  g_test_add_func ("/rest-session/cookie-rotation", test_cookie_rotation);
  g_test_add_func ("/rest-session/key-file", test_key_file);

  return g_test_run ();
}
