/* Who may come in, and whose requests may change something.
 *
 * Other users of the machine can connect to the server, and pages of other sites can have the
 * browser do so. So the address that is shown at the start has a token that is good for one
 * browser; what it gets for it is a session, whose cookie no script can read and which the browser
 * sends with requests of our own pages only.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/serve/serve-door.h"

#include <string.h>

#include <sys/random.h>

#define RANDOM_BYTES 16
#define KEY_BYTES 32
#define PRIVILEGE "mailbox"
/* Tokens that nobody has used; the oldest gives way. */
#define MOST_TOKENS 16

struct _ServeDoor
{
  guchar key[KEY_BYTES];
  GMutex mutex;
  GPtrArray *tokens; /* (element-type utf8) owned; guarded by the mutex */
};

static void
fill_random (void *bytes, gsize size)
{
  if (getrandom (bytes, size, 0) != (gssize) size)
    g_error ("The system has no random numbers");
}

char *
serve_door_make_random (void)
{
  guchar bytes[RANDOM_BYTES];
  GString *text = g_string_new (NULL);

  fill_random (bytes, sizeof bytes);
  for (gsize i = 0; i < sizeof bytes; i++)
    g_string_append_printf (text, "%02x", bytes[i]);

  return g_string_free (text, FALSE);
}

ServeDoor *
serve_door_new (void)
{
  ServeDoor *self = g_new0 (ServeDoor, 1);

  fill_random (self->key, sizeof self->key);
  g_mutex_init (&self->mutex);
  self->tokens = g_ptr_array_new_with_free_func (g_free);

  return self;
}

void
serve_door_free (ServeDoor *self)
{
  explicit_bzero (self->key, sizeof self->key);
  g_ptr_array_unref (self->tokens);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

char *
serve_door_make_token (ServeDoor *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  char *token = serve_door_make_random ();

  while (self->tokens->len >= MOST_TOKENS)
    g_ptr_array_remove_index (self->tokens, 0);
  g_ptr_array_add (self->tokens, g_strdup (token));

  return token;
}

/* Takes as long for a wrong text as for the right one. */
static gboolean
is_equal (const char *a, const char *b)
{
  gsize length = strlen (a);
  guchar difference = 0;

  if (strlen (b) != length)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    difference |= (guchar) a[i] ^ (guchar) b[i];

  return difference == 0;
}

static gboolean
take_token (ServeDoor *self, const char *token)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  for (guint i = 0; i < self->tokens->len; i++)
    if (is_equal (g_ptr_array_index (self->tokens, i), token))
      {
        g_ptr_array_remove_index (self->tokens, i);
        return TRUE;
      }

  return FALSE;
}

/* Each token opens once. */
gboolean
serve_door_let_in (ServeDoor *self, GIncomingMessage *request, const char *token)
{
  const char *const privileges[] = { PRIVILEGE, NULL };
  GRestSession *session = g_incoming_message_get_session (request);

  if (session == NULL || !take_token (self, token))
    return FALSE;

  g_rest_session_set_privileges (session, privileges);

  return TRUE;
}

gboolean
serve_door_is_in (GIncomingMessage *request)
{
  GRestSession *session = g_incoming_message_get_session (request);

  return session != NULL && g_rest_session_has_privilege (session, PRIVILEGE);
}

/* What changes something has to come from a page of ours. Every browser says where such a request
 * comes from; who does not is none. */
gboolean
serve_door_is_from_own_page (GIncomingMessage *request)
{
  const char *origin = g_incoming_message_get_header (request, "origin");
  const char *host = g_incoming_message_get_header (request, "host");
  g_autofree char *own = NULL;

  if (origin == NULL || host == NULL)
    return FALSE;

  own = g_strdup_printf ("%s://%s", g_incoming_message_get_is_secure (request) ? "https" : "http",
                         host);

  return g_ascii_strcasecmp (origin, own) == 0;
}

/* A text that only we can have made, for what a browser must be able to ask for without a cookie, or
 * must not be led to by the link of a stranger. */
char *
serve_door_sign (ServeDoor *self, const char *purpose, const char *what)
{
  g_autofree char *text = g_strconcat (purpose, "\n", what, NULL);

  return g_compute_hmac_for_data (G_CHECKSUM_SHA256, self->key, sizeof self->key,
                                  (const guchar *) text, strlen (text));
}

gboolean
serve_door_is_signed (ServeDoor *self, const char *purpose, const char *what, const char *signature)
{
  g_autofree char *right = serve_door_sign (self, purpose, what);

  return signature != NULL && is_equal (right, signature);
}
