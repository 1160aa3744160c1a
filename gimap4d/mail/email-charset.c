/* Bytes of any character set become valid UTF-8.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-charset.h"

#include <errno.h>
#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"

#define REPLACEMENT "\357\277\275"
#define NO_CONVERTER ((GIConv) -1)
/* What a converter sees at once. A sanitizer looks at all that it is shown, which at each byte that is
 * wrong would be the rest of the text. */
#define WINDOW 4096

/* What mail programs mean by a name: the larger set of the vendor that made the name popular, as the
 * WHATWG Encoding Standard (section 4.2) has it. */
static const struct
{
  const char *name;
  const char *meaning;
} aliases[] = {
  { "iso-8859-1", "windows-1252" },
  { "iso8859-1", "windows-1252" },
  { "latin1", "windows-1252" },
  { "iso-8859-9", "windows-1254" },
  { "iso-8859-8-i", "iso-8859-8" },
  { "iso-8859-8-e", "iso-8859-8" },
  { "iso-8859-6-i", "iso-8859-6" },
  { "gb2312", "gb18030" },
  { "gb_2312-80", "gb18030" },
  { "gbk", "gb18030" },
  { "x-gbk", "gb18030" },
  { "cp936", "gb18030" },
  { "big5", "big5-hkscs" },
  { "x-x-big5", "big5-hkscs" },
  { "shift_jis", "cp932" },
  { "shift-jis", "cp932" },
  { "sjis", "cp932" },
  { "x-sjis", "cp932" },
  { "windows-31j", "cp932" },
  { "iso-2022-jp", "iso-2022-jp-3" },
  { "euc-kr", "cp949" },
  { "ks_c_5601-1987", "cp949" },
  { "ks_c_5601-1989", "cp949" },
  { "tis-620", "windows-874" },
  { "windows-874", "cp874" },
  { "iso-8859-11", "cp874" },
  { "x-mac-roman", "macintosh" },
  { "x-macroman", "macintosh" },
  { "utf8", "utf-8" },
  { "unicode-1-1-utf-8", "utf-8" },
  { "unicode-1-1-utf-7", "utf-7" },
  { "ascii", "us-ascii" },
  { "ansi_x3.4-1968", "us-ascii" },
  { "iso-ir-100", "windows-1252" },
};

static const char *
find_meaning (const char *charset)
{
  /* Nearly all that comes today; no need to look through the table. */
  if (g_ascii_strcasecmp (charset, "utf-8") == 0)
    return "utf-8";

  for (guint i = 0; i < G_N_ELEMENTS (aliases); i++)
    if (g_ascii_strcasecmp (charset, aliases[i].name) == 0)
      return aliases[i].meaning;

  return charset;
}

/* iconv_open () takes "" for the locale's charset and reads options after a slash. */
static gboolean
is_charset_name (const char *charset)
{
  gsize length = strlen (charset);

  if (length == 0 || length > EMAIL_LIMIT_CHARSET_NAME)
    return FALSE;

  for (const char *c = charset; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("-_.:+()", *c) == NULL)
      return FALSE;

  return TRUE;
}

static GIConv
open_converter (const char *charset)
{
  if (!is_charset_name (charset))
    return NO_CONVERTER;

  return g_iconv_open ("UTF-8", find_meaning (charset));
}

gboolean
email_charset_is_known (const char *charset)
{
  GIConv converter;

  g_assert (charset != NULL);

  if (g_ascii_strcasecmp (charset, "utf-8") == 0)
    return TRUE;

  converter = open_converter (charset);
  if (converter == NO_CONVERTER)
    return FALSE;

  g_iconv_close (converter);

  return TRUE;
}

/* One step of the conversion. Returns whether there is more to do. */
static gboolean
convert_some (GIConv converter, char **in, gsize *in_left, GString *text, gboolean *out_problem)
{
  char block[4096];
  char *out = block;
  gsize out_left = sizeof block;
  gsize shown = MIN (*in_left, WINDOW);
  gsize window_left = shown;
  gsize result = g_iconv (converter, in, &window_left, &out, &out_left);
  int code = errno;

  *in_left -= shown - window_left;
  g_string_append_len (text, block, out - block);
  if (result != (gsize) -1)
    return *in_left > 0;

  if (code == E2BIG && out != block)
    return TRUE;
  /* A character that goes on behind the window. */
  if (code == EINVAL && window_left < MIN (shown, *in_left))
    return TRUE;

  *out_problem = TRUE;
  g_string_append (text, REPLACEMENT);
  if (code != EILSEQ || *in_left == 0)
    return FALSE;

  (*in)++;
  (*in_left)--;

  return *in_left > 0;
}

/* The result may have NULs in it. */
static GString *
convert (GIConv converter, const char *bytes, gsize length, gboolean *out_problem)
{
  GString *text = g_string_sized_new (length + length / 2);
  char *in = (char *) bytes;
  gsize in_left = length;

  while (in_left > 0 && convert_some (converter, &in, &in_left, text, out_problem))
    if (text->len / EMAIL_LIMIT_CONVERSION_GROWTH > length)
      {
        *out_problem = TRUE;
        break;
      }

  return text;
}

static char *
make_valid (const char *bytes, gsize length, gboolean *out_problem)
{
  if (g_utf8_validate_len (bytes, length, NULL))
    return g_strndup (bytes, length);

  *out_problem = TRUE;

  return g_utf8_make_valid (bytes, length);
}

static char *
convert_from (GIConv converter, const char *bytes, gsize length, gboolean *out_problem)
{
  GString *converted = convert (converter, bytes, length, out_problem);
  char *text = make_valid (converted->str, converted->len, out_problem);

  g_string_free (converted, TRUE);
  g_iconv_close (converter);

  return text;
}

/* What says nothing of its charset. Western mail programs of old send windows-1252, which has a sign
 * for nearly every byte. */
static char *
guess (const char *bytes, gsize length, gboolean *out_problem)
{
  GIConv converter;

  if (g_utf8_validate_len (bytes, length, NULL))
    return g_strndup (bytes, length);

  *out_problem = TRUE;
  converter = g_iconv_open ("UTF-8", "windows-1252");
  if (converter == NO_CONVERTER)
    return g_utf8_make_valid (bytes, length);

  return convert_from (converter, bytes, length, out_problem);
}

static gboolean
has_eighth_bit (const char *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if ((bytes[i] & 0x80) != 0)
      return TRUE;

  return FALSE;
}

char *
email_charset_to_utf8 (const char *charset, const char *bytes, gsize length, gboolean *out_problem)
{
  gboolean ignored;
  gboolean *problem = out_problem != NULL ? out_problem : &ignored;
  const char *meaning = charset != NULL ? find_meaning (charset) : NULL;
  GIConv converter;

  g_assert (bytes != NULL || length == 0);

  *problem = FALSE;
  if (length == 0)
    return g_strdup ("");

  if (meaning == NULL)
    return guess (bytes, length, problem);

  if (g_ascii_strcasecmp (meaning, "utf-8") == 0)
    return make_valid (bytes, length, problem);

  if (g_ascii_strcasecmp (meaning, "us-ascii") == 0)
    {
      *problem = has_eighth_bit (bytes, length);

      return guess (bytes, length, problem);
    }

  converter = open_converter (meaning);
  if (converter != NO_CONVERTER)
    return convert_from (converter, bytes, length, problem);

  *problem = TRUE;

  return guess (bytes, length, problem);
}
