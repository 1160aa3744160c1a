/* The fuzzer's entry: any bytes are the name of a box as a server has it, and as a caller has it.
 *
 * What is written comes back, and the C library's converter, where it knows modified UTF-7, reads the
 * same from it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "fuzz-lib.h"

#include "gimap4d/imap/wire/imap-utf7.h"

#include <iconv.h>

/* NULL where it does not know it, or takes @encoded for malformed. */
static char *
read_with_the_c_library (const char *encoded)
{
  static iconv_t converter;
  gsize room = 4 * strlen (encoded) + 1;
  g_autofree char *text = g_malloc0 (room);
  char *from = (char *) encoded;
  char *to = text;
  gsize rest = strlen (encoded);

  if (converter == NULL)
    converter = iconv_open ("UTF-8", "UTF-7-IMAP");
  if (converter == (iconv_t) -1)
    return NULL;
  iconv (converter, NULL, NULL, NULL, NULL);
  if (iconv (converter, &from, &rest, &to, &room) == (gsize) -1)
    return NULL;

  return g_steal_pointer (&text);
}

static void
check_form (const char *encoded)
{
  for (const char *at = encoded; *at != '\0'; at++)
    {
      fuzz_demand (*at >= 0x20 && *at <= 0x7e);
      if (*at != '&')
        continue;
      for (at++; *at != '-'; at++)
        fuzz_demand (g_ascii_isalnum (*at) || *at == '+' || *at == ',');
    }
}

static gboolean
has_controls (const char *name)
{
  for (const char *at = name; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      return TRUE;

  return FALSE;
}

static void
check_name (const char *name)
{
  g_autofree char *encoded = imap_utf7_encode (name);
  g_autofree char *decoded = imap_utf7_decode (encoded, strlen (encoded));
  g_autofree char *other = NULL;

  check_form (encoded);
  fuzz_demand (g_str_equal (decoded, name));
  fuzz_demand (imap_utf7_is_reversible (encoded, strlen (encoded)));

  /* It takes no controls for what may be encoded. */
  other = has_controls (name) ? NULL : read_with_the_c_library (encoded);
  fuzz_demand (other == NULL || g_str_equal (other, name));
}

static void
check_raw (const char *raw, gsize length)
{
  g_autofree char *decoded = imap_utf7_decode (raw, length);
  g_autofree char *encoded = NULL;

  fuzz_demand (g_utf8_validate (decoded, -1, NULL));
  encoded = imap_utf7_encode (decoded);
  fuzz_demand (imap_utf7_is_reversible (raw, length) ==
               (strlen (encoded) == length && memcmp (encoded, raw, length) == 0));
  check_name (decoded);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  gsize length;
  g_autofree char *raw = fuzz_take_rest (&input, &length);

  check_raw (raw, length);
  if (g_utf8_validate (raw, (gssize) length, NULL))
    check_name (raw);

  return 0;
}
