/* Modified UTF-7 (RFC 3501, 5.1.3): base64 of UTF-16 between '&' and '-', with ',' for '/'.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/wire/imap-utf7.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

static gboolean
is_direct (gunichar c)
{
  return c >= 0x20 && c <= 0x7e;
}

/* Bits that wait until there are enough of them. */
typedef struct
{
  guint32 bits;
  guint n;
} BitQueue;

static void
put_unit (GString *to, BitQueue *queue, guint unit)
{
  queue->bits = queue->bits << 16 | unit;
  queue->n += 16;
  while (queue->n >= 6)
    {
      queue->n -= 6;
      g_string_append_c (to, alphabet[queue->bits >> queue->n & 63]);
    }
  queue->bits &= (1u << queue->n) - 1;
}

static void
put_character (GString *to, BitQueue *queue, gunichar c)
{
  if (c >= 0x10000)
    {
      put_unit (to, queue, 0xd800 + ((c - 0x10000) >> 10));
      put_unit (to, queue, 0xdc00 + ((c - 0x10000) & 0x3ff));
    }
  else
    {
      put_unit (to, queue, c);
    }
}

/* Writes the run of characters that are not ASCII; gives back its end. */
static const char *
put_run (GString *to, const char *from)
{
  BitQueue queue = { 0 };

  g_string_append_c (to, '&');
  for (; *from != '\0' && !is_direct (g_utf8_get_char (from)); from = g_utf8_next_char (from))
    put_character (to, &queue, g_utf8_get_char (from));
  if (queue.n > 0)
    g_string_append_c (to, alphabet[queue.bits << (6 - queue.n) & 63]);
  g_string_append_c (to, '-');

  return from;
}

char *
imap_utf7_encode (const char *name)
{
  GString *encoded = g_string_new (NULL);
  const char *at = name;

  while (*at != '\0')
    {
      if (!is_direct (g_utf8_get_char (at)))
        {
          at = put_run (encoded, at);
          continue;
        }
      g_string_append_c (encoded, *at);
      if (*at == '&')
        g_string_append_c (encoded, '-');
      at++;
    }

  return g_string_free (encoded, FALSE);
}

/* One UTF-16 unit; a low surrogate needs the high one before it. */
static gboolean
take_unit (GString *to, guint unit, guint *high)
{
  if (*high != 0)
    {
      if (unit < 0xdc00 || unit > 0xdfff)
        return FALSE;
      g_string_append_unichar (to, 0x10000 + ((*high - 0xd800) << 10) + (unit - 0xdc00));
      *high = 0;
      return TRUE;
    }
  if (unit >= 0xdc00 && unit <= 0xdfff)
    return FALSE;
  if (unit >= 0xd800 && unit <= 0xdbff)
    *high = unit;
  else if (unit == 0)
    return FALSE;
  else
    g_string_append_unichar (to, unit);

  return TRUE;
}

static gboolean
decode_run (GString *to, const char *from, gsize length)
{
  BitQueue queue = { 0 };
  guint high = 0;

  for (gsize i = 0; i < length; i++)
    {
      const char *digit = from[i] != '\0' ? strchr (alphabet, from[i]) : NULL;

      if (digit == NULL)
        return FALSE;
      queue.bits = queue.bits << 6 | (digit - alphabet);
      queue.n += 6;
      if (queue.n < 16)
        continue;
      queue.n -= 16;
      if (!take_unit (to, queue.bits >> queue.n & 0xffff, &high))
        return FALSE;
      queue.bits &= (1u << queue.n) - 1;
    }

  return high == 0 && queue.bits == 0 && queue.n < 6;
}

/* NULL when @raw is no modified UTF-7. */
static char *
decode_strictly (const char *raw, gsize length)
{
  g_autoptr (GString) decoded = g_string_sized_new (length);

  for (gsize i = 0; i < length; i++)
    {
      const char *end;

      if (!is_direct ((guchar) raw[i]))
        return NULL;
      if (raw[i] != '&')
        {
          g_string_append_c (decoded, raw[i]);
          continue;
        }

      end = memchr (raw + i, '-', length - i);
      if (end == NULL)
        return NULL;
      if (end == raw + i + 1)
        g_string_append_c (decoded, '&');
      else if (!decode_run (decoded, raw + i + 1, end - (raw + i + 1)))
        return NULL;
      i = end - raw;
    }

  return g_string_free (g_steal_pointer (&decoded), FALSE);
}

static char *
read_as_it_is (const char *raw, gsize length)
{
  gboolean is_utf8 = g_utf8_validate_len (raw, length, NULL);
  GString *text;

  if (is_utf8)
    return g_strndup (raw, length);

  text = g_string_sized_new (2 * length);
  for (gsize i = 0; i < length; i++)
    g_string_append_unichar (text, raw[i] == '\0' ? 0xfffd : (guchar) raw[i]);

  return g_string_free (text, FALSE);
}

char *
imap_utf7_decode (const char *raw, gsize length)
{
  char *decoded = decode_strictly (raw, length);

  return decoded != NULL ? decoded : read_as_it_is (raw, length);
}

gboolean
imap_utf7_is_reversible (const char *raw, gsize length)
{
  g_autofree char *decoded = imap_utf7_decode (raw, length);
  g_autofree char *encoded = imap_utf7_encode (decoded);

  return strlen (encoded) == length && memcmp (encoded, raw, length) == 0;
}
