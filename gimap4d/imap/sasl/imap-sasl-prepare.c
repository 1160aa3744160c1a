/* SASLprep (RFC 4013): one form for the many in which a name or password can be typed.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/imap-secret.h"
#include "gimap4d/imap/sasl/imap-sasl-stringprep.h"
#include "gimap4d/imap/sasl/imap-sasl.h"

#include <string.h>

static char *
refuse (const char *reason, GError **error)
{
  g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
               _ ("User name or password cannot be used to log in: %s"), reason);

  return NULL;
}

static gboolean
is_printable_ascii (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    {
      if (!g_ascii_isprint (*c))
        return FALSE;
    }

  return TRUE;
}

/* RFC 4013, 2.1. The result is never longer than @text, so it is never moved while it grows. */
static GString *
map (const char *text)
{
  GString *mapped = g_string_sized_new (strlen (text) + 1);

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (imap_stringprep_is_space (c))
        g_string_append_c (mapped, ' ');
      else if (!imap_stringprep_is_mapped_to_nothing (c))
        g_string_append_unichar (mapped, c);
    }

  return mapped;
}

static gboolean
has_prohibited (const char *text)
{
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      if (imap_stringprep_is_prohibited (g_utf8_get_char (at)))
        return TRUE;
    }

  return FALSE;
}

/* RFC 3454, 6: with one right-to-left character, it is one at both ends, and nothing runs left to
 * right. */
static gboolean
is_bidi_clean (const char *text)
{
  const char *last = text;
  gboolean has_right_to_left = FALSE, has_left_to_right = FALSE;

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      has_right_to_left |= imap_stringprep_is_right_to_left (c);
      has_left_to_right |= imap_stringprep_is_left_to_right (c);
      last = at;
    }

  return !has_right_to_left ||
         (!has_left_to_right && imap_stringprep_is_right_to_left (g_utf8_get_char (text)) &&
          imap_stringprep_is_right_to_left (g_utf8_get_char (last)));
}

char *
imap_sasl_prepare (const char *text, GError **error)
{
  GString *mapped;
  char *prepared;

  if (!g_utf8_validate (text, -1, NULL))
    return refuse (_ ("it is not UTF-8"), error);
  /* The other way leaves copies in memory that is not ours to wipe. */
  if (is_printable_ascii (text))
    return g_strdup (text);

  mapped = map (text);
  prepared = g_utf8_normalize (mapped->str, mapped->len, G_NORMALIZE_ALL_COMPOSE);
  imap_sasl_wipe (mapped);

  if (prepared != NULL && !has_prohibited (prepared) && is_bidi_clean (prepared))
    return prepared;

  imap_secret_wipe_text (prepared);
  return refuse (_ ("it has characters that RFC 4013 forbids"), error);
}
