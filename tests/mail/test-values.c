/* Header texts, addresses, dates, file names and charsets: the tables.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <string.h>

#include "gimap4d/base/file-name.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/mail/email-addresses.h"
#include "gimap4d/mail/email-charset.h"
#include "gimap4d/mail/email-date.h"
#include "gimap4d/mail/email-decode.h"
#include "gimap4d/mail/email-message-ids.h"
#include "gimap4d/mail/email-preview.h"
#include "gimap4d/mail/email-values.h"

typedef struct
{
  const char *in;
  const char *out;
} Pair;

static void
test_texts (void)
{
  static const Pair pairs[] = {
    { "", "" },
    { "plain", "plain" },
    { "a = b =? c", "a = b =? c" },
    { "=?utf-8?q?a_b?=", "a b" },
    { "=?utf-8?Q?=C3=A9?=x", "éx" },
    { "=?UTF-8*de?B?w6k=?=", "é" },
    { "=?utf-8?q?a?= =?utf-8?q?b?=", "ab" },
    { "=?utf-8?q?a?=\r\n =?utf-8?q?b?=", "ab" },
    { "=?utf-8?q?a?= and =?utf-8?q?b?=", "a and b" },
    { "=?utf-8?q?a?==?utf-8?q?b?=", "ab" },
    { "=?utf-8?b?w6?=", "\357\277\275" },
    { "=?utf-8?b?ww==?= =?utf-8?b?qQ==?=", "é" },
    { "=?utf-8?b?ww==?= =?utf-8?q?=A9?=", "é" },
    { "=?iso-8859-1?q?=E9?= =?utf-8?q?=C3=A9?=", "éé" },
    { "=?nothing?q?a?=", "=?nothing?q?a?=" },
    { "=?utf-7?q?+AOk-?=", "=?utf-7?q?+AOk-?=" },
    { "=?utf-8?x?a?=", "=?utf-8?x?a?=" },
    { "=?utf-8?q?a", "=?utf-8?q?a" },
    { "=?utf-8?q?\?=", "" },
    { "=??q?a?=", "=??q?a?=" },
    { "=?//TRANSLIT?q?a?=", "=?//TRANSLIT?q?a?=" },
    { "=?utf-8?q?a=0D=0ABcc:_b?=", "a  Bcc: b" },
    { "=?utf-8?q?a=00b?=", "a\357\277\275b" },
    { "folded\r\n line", "folded line" },
    { "folded\n\tline", "folded line" },
    { "broken\r\nline", "broken line" },
    { "caf\351", "café" },
    { "caf\303\251", "café" },
    { "caf\303\251 \351", "cafÃ© é" },
    { "=?us-ascii?q?caf=E9?=", "café" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autofree char *text = email_decode_text (pairs[i].in, strlen (pairs[i].in));

      g_assert_cmpstr (text, ==, pairs[i].out);
    }

  g_assert_null (email_decode_text (NULL, 0));
}

/* Wherever a text is cut, the result is valid. */
static void
test_texts_cut (void)
{
  static const char text[] = "a =?utf-8?b?w6nDqQ==?= =?iso-2022-jp?b?GyRCMnE1RBsoQg==?= \303\251 "
                             "=?gb18030?q?=D5=F2=BB=F9=95=30?=\r\n =?x?=";

  for (gsize from = 0; from < sizeof text; from++)
    for (gsize to = from; to < sizeof text; to++)
      {
        g_autofree char *piece = g_memdup2 (text + from, to - from);
        g_autofree char *decoded = email_decode_text (piece != NULL ? piece : "", to - from);

        g_assert_true (g_utf8_validate (decoded, -1, NULL));
        g_assert_null (strpbrk (decoded, "\r\n"));
      }
}

static char *
describe (GPtrArray *addresses)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < addresses->len; i++)
    {
      const EmailAddressValue *address = addresses->pdata[i];

      g_string_append_printf (text, "%s{%s|%s}", i > 0 ? " " : "",
                              address->name != NULL ? address->name : "",
                              address->email != NULL ? address->email : "");
    }

  return g_string_free (text, FALSE);
}

static void
test_addresses (void)
{
  static const Pair pairs[] = {
    { "", "" },
    { "a@b.c", "{|a@b.c}" },
    { "<a@b.c>", "{|a@b.c}" },
    { "Ada <a@b.c>", "{Ada|a@b.c}" },
    { "Ada B. Example <a@b.c>", "{Ada B. Example|a@b.c}" },
    { "\"Example, Ada\" <a@b.c>", "{Example, Ada|a@b.c}" },
    { "\"a \\\"q\\\" b\" <a@b.c>", "{a \"q\" b|a@b.c}" },
    { "a@b.c (Ada (the first))", "{Ada (the first)|a@b.c}" },
    { "(who) a@b.c", "{who|a@b.c}" },
    { "a@b.c, d@e.f", "{|a@b.c} {|d@e.f}" },
    { "a@b.c; d@e.f", "{|a@b.c} {|d@e.f}" },
    { ",, a@b.c,,", "{|a@b.c}" },
    { "Friends: a@b.c, Dora <d@e.f>;", "{|a@b.c} {Dora|d@e.f}" },
    { "undisclosed-recipients:;", "" },
    { "g: h: a@b.c;;", "{|a@b.c}" },
    { "=?utf-8?q?J=C3=BCrgen?= <a@b.c>", "{Jürgen|a@b.c}" },
    { "\"=?utf-8?q?J=C3=BCrgen?=\" <a@b.c>", "{Jürgen|a@b.c}" },
    { "J\374rgen <a@b.c>", "{Jürgen|a@b.c}" },
    { "root", "{|root}" },
    { "Just A Name", "{Just A Name|}" },
    { "Ada <>", "{Ada|}" },
    { "<@relay.example,@other:a@b.c>", "{|a@b.c}" },
    { "Ada <a@b.c", "{Ada|a@b.c}" },
    { "\"Ada <a@b.c>", "{Ada <a@b.c>|}" },
    { "Ada <\"odd >\"@b.c>", "{Ada|\"odd >\"@b.c}" },
    { "Ada <\"a\\\"b > c\"@d.e>, f@g.h", "{Ada|\"a\\\"b > c\"@d.e} {|f@g.h}" },
    { "\"a b\"@c.d", "{|\"a b\"@c.d}" },
    { "\"a@b, c\"@d.e (Ada)", "{Ada|\"a@b, c\"@d.e}" },
    { "\"a\\\"b\"@c.d, e@f.g", "{|\"a\\\"b\"@c.d} {|e@f.g}" },
    { "a@[IPv6:2001:db8::1]", "{|a@[IPv6:2001:db8::1]}" },
    { "a @ b.c", "{|a @ b.c}" },
    { "Ada\r\n Example <a@b.c>", "{Ada Example|a@b.c}" },
    { "Ada <a@b.c\r\n >", "{Ada|a@b.c}" },
    { "(((", "" },
    { "<a\001@b.c>", "{|a@b.c}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autoptr (GPtrArray)
          addresses = g_ptr_array_new_with_free_func ((GDestroyNotify) email_address_value_free);
      g_autofree char *text = NULL;

      g_assert_true (email_addresses_parse (pairs[i].in, strlen (pairs[i].in), addresses));
      text = describe (addresses);
      g_assert_cmpstr (text, ==, pairs[i].out);
    }
}

static void
test_addresses_cut (void)
{
  static const char text[] =
      "g: \"a \\\" b\" <\"x\"@[1.2]>, =?utf-8?q?=C3?= (c(d)\\)) <@r:a@b>; \351";

  for (gsize from = 0; from < sizeof text; from++)
    for (gsize to = from; to < sizeof text; to++)
      {
        g_autofree char *piece = g_strndup (text + from, to - from);
        g_autoptr (GPtrArray)
            addresses = g_ptr_array_new_with_free_func ((GDestroyNotify) email_address_value_free);
        g_autofree char *described = NULL;

        email_addresses_parse (piece, to - from, addresses);
        described = describe (addresses);
        g_assert_true (g_utf8_validate (described, -1, NULL));
      }
}

static void
test_dates (void)
{
  static const Pair pairs[] = {
    { "Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T09:55:06-06" },
    { "21 Nov 1997 09:55:06 +0530", "1997-11-21T09:55:06+05:30" },
    { "Fri, 21 Nov 1997 09:55:60 +0000", NULL },
    { "Fri, 21 Nov 1997 09:55:06 +000", "1997-11-21T09:55:06Z" },
    { "Fri, 21 Nov 1997 09:55:06 0000", "1997-11-21T09:55:06Z" },
    { "Fri,  1 Nov 1997 09:55:06 +0000", "1997-11-01T09:55:06Z" },
    { "Fri, 21 Nov 1997", "1997-11-21T00:00:00Z" },
    { "Fri, 0 Nov 1997 09:55:06 +0000", NULL },
    { "21 Nov 97 09:55 GMT", "1997-11-21T09:55:00Z" },
    { "Wed, 20 Nov 2019 10:00:00 EST", "2019-11-20T10:00:00-05" },
    { "Wed, 20 Nov 2019 10:00:00 +0530 (IST)", "2019-11-20T10:00:00+05:30" },
    { "Mon, 1 Jan 1000000000000000000 00:00:00 +0000", NULL },
    { "Mon, 1 Jan 99999 00:00:00 +0000", NULL },
    { "Mon, 99 Jan 2020 00:00:00 +0000", NULL },
    { "Thu, 31 Feb 2020 10:00:00 +0100", NULL },
    { "Mon, 1 Jan 2020 25:61:61 +0000", NULL },
    { "Mon, 1 Jan 2020 00:00:00 +9999", NULL },
    { "Mon, 1 Jan 2020 00:00:00 -99999999999999999999", NULL },
    { "Mon, 1 Jan 2020 00:00:00 +0060", NULL },
    { "garbage", NULL },
    { "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autoptr (GDateTime) date = email_date_parse (pairs[i].in);
      g_autofree char *text = date != NULL ? g_date_time_format_iso8601 (date) : NULL;

      g_assert_cmpstr (text, ==, pairs[i].out);
    }

  g_assert_null (email_date_parse (NULL));
}

static void
test_file_names (void)
{
  static const Pair pairs[] = {
    { "report.pdf", "report.pdf" },
    { "../../etc/passwd", "passwd" },
    { "C:\\Users\\x\\evil.exe", "evil.exe" },
    { "..", NULL },
    { ".", NULL },
    { "", NULL },
    { "   ", NULL },
    { "/", NULL },
    { ".bashrc", "_.bashrc" },
    { "a\001b\nc\177.txt", "abc.txt" },
    { "photo\342\200\256gpj.exe", "photogpj.exe" },
    { "a<b>c:d\"e|f?g*.txt", "a_b_c_d_e_f_g_.txt" },
    { "con", "_con" },
    { "NUL.txt", "_NUL.txt" },
    { "com1.log", "_com1.log" },
    { "console.txt", "console.txt" },
    { "trailing. . .", "trailing" },
    { "Schöne Grüße €.txt", "Schöne Grüße €.txt" },
  };
  g_autofree char *euros = g_strnfill (3 * 4000, '\0');
  g_autofree char *long_name = NULL;
  g_autofree char *shortened = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autofree char *name = file_name_sanitise (pairs[i].in);

      g_assert_cmpstr (name, ==, pairs[i].out);
    }

  for (gsize i = 0; i < 4000; i++)
    memcpy (euros + 3 * i, "€", 3);
  long_name = g_strconcat (euros, ".pdf", NULL);
  shortened = file_name_sanitise (long_name);
  g_assert_cmpuint (strlen (shortened), <=, LIMIT_FILE_NAME);
  g_assert_cmpuint (strlen (shortened), >, LIMIT_FILE_NAME - 4);
  g_assert_true (g_utf8_validate (shortened, -1, NULL));
  g_assert_true (g_str_has_suffix (shortened, "€.pdf"));
  g_assert_null (file_name_sanitise (NULL));
}

static void
test_message_ids (void)
{
  static const Pair pairs[] = {
    { NULL, "" },
    { "", "" },
    { "<a@b>", "a@b" },
    { "<a@b> <c@d>", "a@b|c@d" },
    { "<a@b><c@d>", "a@b|c@d" },
    { "Your mail of <a@b> today", "a@b" },
    { "a@b c@d", "a@b|c@d" },
    { "no id here", "" },
    { "<>", "" },
    { "<a@b", "a@b" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_auto (GStrv) ids = email_message_ids_parse (pairs[i].in);
      g_autofree char *joined = g_strjoinv ("|", ids);

      g_assert_cmpstr (joined, ==, pairs[i].out);
    }
}

static void
test_previews (void)
{
  static const Pair pairs[] = {
    { "", "" },
    { "a<b>b</b>c", "a b c" },
    { "<style>x", "" },
    { "<STYLE>x</STYLE>y", "y" },
    { "<script>if (a</b) x();</script>y", "y" },
    { "<!-- no > --> yes", "yes" },
    { "1 < 2 &amp; 3 &gt; 2", "1 < 2 & 3 > 2" },
    { "&#8364;&#x20AC;&#0;&#xD800;&#99999999999999999999;&bad",
      "€€&#0;&#xD800;&#99999999999999999999;&bad" },
    { "<unclosed", "" },
  };
  g_autofree char *long_text = g_strnfill (1000, 'x');
  g_autofree char *preview = email_preview_from_text (long_text);

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autofree char *text = email_preview_from_html (pairs[i].in);

      g_assert_cmpstr (text, ==, pairs[i].out);
    }

  g_assert_cmpuint (strlen (preview), ==, EMAIL_LIMIT_PREVIEW_CHARS);
}

static void
test_charsets (void)
{
  static const struct
  {
    const char *charset;
    const char *in;
    gssize length;
    const char *out;
    gboolean is_problem;
  } rows[] = {
    { NULL, NULL, 0, "", FALSE },
    { NULL, "abc", 3, "abc", FALSE },
    { NULL, "\303\251", 2, "é", FALSE },
    { NULL, "\351", 1, "é", TRUE },
    { "us-ascii", "\303\251", 2, "é", TRUE },
    { "utf-8", "a\0b", 3, "a\357\277\275b", TRUE },
    { "utf-8", "\355\240\200", 3, "\357\277\275\357\277\275\357\277\275", TRUE },
    { "utf-16le", "a\0b\0\0\0", 6, "ab\357\277\275", TRUE },
    { "utf-16le", "a\0b", 3, "a\357\277\275", TRUE },
    { "utf-7", "+AOk-", 5, "é", FALSE },
    { "iso-8859-1", "\200", 1, "€", FALSE },
    { "no-such", "abc", 3, "abc", TRUE },
    { "", "abc", 3, "abc", TRUE },
    { "utf-8//IGNORE", "abc", 3, "abc", TRUE },
    { "gb18030", "\225\060", 2, "\357\277\275", TRUE },
    { "iso-2022-jp", "\033$B2q\033(B", 8, "会", FALSE },
    { "iso-2022-jp", "\033(I1\033(B", 7, "ｱ", FALSE },
    { "shift_jis", "\207@", 2, "①", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gboolean is_problem;
      g_autofree char *text = email_charset_to_utf8 (rows[i].charset, rows[i].in, rows[i].length,
                                                     &is_problem);

      g_assert_cmpstr (text, ==, rows[i].out);
      g_assert_cmpint (is_problem, ==, rows[i].is_problem);
    }
}

/* A converter sees some thousand bytes at once: wherever a character or an escape stands, it is whole
 * in the end. */
static void
test_long_charsets (void)
{
  static const struct
  {
    const char *charset;
    const char *in;
    gssize length;
    const char *out;
  } rows[] = {
    { "gb18030", "\201\060\201\060", 4, "\302\200" }, { "euc-jp", "\217\260\241", 3, "丂" },
    { "iso-2022-jp", "\033$B2q\033(B", 8, "会" },     { "utf-7", "+AOk-", 5, "é" },
    { "utf-16be", "\330\075\336\000", 4, "😀" },       { "shift_jis", "\207@", 2, "①" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint first = 0; first < rows[i].length; first++)
      {
        GString *in = g_string_new (NULL);
        GString *out = g_string_new (NULL);
        g_autofree char *text = NULL;
        gboolean is_problem;

        for (guint n = 0; n < 5000; n++)
          {
            g_string_append_len (in, rows[i].in, rows[i].length);
            g_string_append (out, rows[i].out);
          }
        /* Another place in the window, for those with a length that divides it. */
        if (!g_str_equal (rows[i].charset, "utf-16be"))
          for (guint n = 0; n < first; n++)
            {
              g_string_prepend_c (in, 'a');
              g_string_prepend_c (out, 'a');
            }
        text = email_charset_to_utf8 (rows[i].charset, in->str, in->len, &is_problem);
        g_assert_true (g_str_equal (text, out->str));
        g_assert_false (is_problem);
        g_string_free (in, TRUE);
        g_string_free (out, TRUE);
      }
}

static GBytes *
read_all (GInputStream *stream, gsize step)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autofree guint8 *block = g_malloc (step);
  gssize n;

  while ((n = g_input_stream_read (stream, block, step, NULL, NULL)) > 0)
    g_byte_array_append (all, block, n);

  return g_byte_array_free_to_bytes (g_steal_pointer (&all));
}

/* A stream whose reads end where it is told to. */
static GInputStream *
cut_stream (const char *text, gsize at)
{
  GInputStream *stream = g_memory_input_stream_new ();

  g_memory_input_stream_add_data (G_MEMORY_INPUT_STREAM (stream), text, at, NULL);
  g_memory_input_stream_add_data (G_MEMORY_INPUT_STREAM (stream), text + at, strlen (text) - at,
                                  NULL);

  return stream;
}

static void
test_decoding (void)
{
  static const struct
  {
    const char *encoding;
    const char *in;
    const char *out;
    gboolean is_well_formed;
  } rows[] = {
    { "7bit", "a=\n", "a=\n", TRUE },
    { "base64", "aGVsbG8=", "hello", TRUE },
    { "base64", "aGVs\r\nbG8=\r\n", "hello", TRUE },
    { "base64", "a\nG\nV\ns\nb\nG\n8\n=", "hello", TRUE },
    { "base64", "aGVsbG8", "hello", FALSE },
    { "base64", "aGVsb", "hel", FALSE },
    { "base64", "", "", TRUE },
    { "base64", "aG*V-s", "hel", FALSE },
    { "quoted-printable", "a=3Db=\r\nc", "a=bc", TRUE },
    { "quoted-printable", "a=\r\n", "a", TRUE },
    { "quoted-printable", "a=", "a", FALSE },
    { "quoted-printable", "a=3d", "a=", TRUE },
    { "quoted-printable", "a=zz", "a=zz", FALSE },
    { "x-unknown", "a=", "a=", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gsize length = strlen (rows[i].in);
      g_autoptr (GBytes) raw = g_bytes_new_static (rows[i].in, length);
      g_autoptr (GBytes) decoded = email_decode_bytes (raw, rows[i].encoding, G_MAXSIZE);
      g_autoptr (GBytes) expected = g_bytes_new_static (rows[i].out, strlen (rows[i].out));

      g_assert_cmpmem (g_bytes_get_data (decoded, NULL), g_bytes_get_size (decoded), rows[i].out,
                       strlen (rows[i].out));
      g_assert_cmpint (email_encoding_is_well_formed (rows[i].encoding, rows[i].in, length), ==,
                       rows[i].is_well_formed);
      for (gsize at = 0; at <= length; at++)
        {
          g_autoptr (GInputStream) base = cut_stream (rows[i].in, at);
          g_autoptr (GInputStream) stream = email_decode_stream_new (base, rows[i].encoding);
          g_autoptr (GBytes) read = read_all (stream, 1 + at);

          g_assert_true (g_bytes_equal (read, expected));
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/values/texts", test_texts);
  g_test_add_func ("/values/texts-cut", test_texts_cut);
  g_test_add_func ("/values/addresses", test_addresses);
  g_test_add_func ("/values/addresses-cut", test_addresses_cut);
  g_test_add_func ("/values/dates", test_dates);
  g_test_add_func ("/values/file-names", test_file_names);
  g_test_add_func ("/values/message-ids", test_message_ids);
  g_test_add_func ("/values/previews", test_previews);
  g_test_add_func ("/values/charsets", test_charsets);
  g_test_add_func ("/values/long-charsets", test_long_charsets);
  g_test_add_func ("/values/decoding", test_decoding);

  return g_test_run ();
}
