/* Modified UTF-7, both ways.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/imap/wire/imap-utf7.h"

#include <string.h>

static void
test_both_ways (void)
{
  static const char *const rows[][2] = {
    { "INBOX", "INBOX" },
    { "", "" },
    { "a&b", "a&-b" },
    { "&", "&-" },
    { "~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-" },
    { "Entwürfe", "Entw&APw-rfe" },
    { "Éléments envoyés", "&AMk-l&AOk-ments envoy&AOk-s" },
    { "😀", "&2D3eAA-" },
    { "a😀é", "a&2D3eAADp-" },
    { "..", ".." },
    { "../../etc/x", "../../etc/x" },
    { "\u202eabc", "&IC4-abc" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *encoded = imap_utf7_encode (rows[i][0]);
      g_autofree char *decoded = imap_utf7_decode (rows[i][1], strlen (rows[i][1]));

      g_assert_cmpstr (encoded, ==, rows[i][1]);
      g_assert_cmpstr (decoded, ==, rows[i][0]);
      g_assert_true (imap_utf7_is_reversible (rows[i][1], strlen (rows[i][1])));
    }
}

/* P20: what is no modified UTF-7 is shown as it is, and known not to come back. */
static void
test_invalid (void)
{
  static const struct
  {
    const char *raw;
    const char *shown;
    gboolean reversible;
  } rows[] = {
    { "a&b", "a&b", FALSE },                  /* no end */
    { "&AA-", "&AA-", FALSE },                /* bits are left over */
    { "&AAA-", "&AAA-", FALSE },              /* NUL */
    { "&AGE-", "a", FALSE },                  /* ASCII in base64 */
    { "&2D0-", "&2D0-", FALSE },              /* half a surrogate pair */
    { "&3gA-", "&3gA-", FALSE },              /* the other half */
    { "&AP!-", "&AP!-", FALSE },              /* no base64 */
    { "&AP8-&AP8-", "ÿÿ", FALSE },            /* two runs for one */
    { "Entw\xc3\xbcrfe", "Entwürfe", FALSE }, /* UTF-8 */
    { "Entw\xfcrfe", "Entwürfe", FALSE },     /* Latin-1 */
    { "a\tb", "a\tb", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *decoded = imap_utf7_decode (rows[i].raw, strlen (rows[i].raw));

      g_assert_cmpstr (decoded, ==, rows[i].shown);
      g_assert_cmpint (imap_utf7_is_reversible (rows[i].raw, strlen (rows[i].raw)), ==,
                       rows[i].reversible);
    }
}

static void
test_any_octets (void)
{
  for (guint round = 0; round < 20000; round++)
    {
      char raw[12];
      gsize length = g_test_rand_int_range (0, sizeof raw);
      g_autofree char *decoded = NULL;

      for (gsize i = 0; i < length; i++)
        raw[i] = g_test_rand_bit () ? "&-AZaz09+,/ \0\xc3"[g_test_rand_int_range (0, 14)] :
                                      (char) g_test_rand_int_range (0, 256);
      decoded = imap_utf7_decode (raw, length);
      g_assert_true (g_utf8_validate (decoded, -1, NULL));
      if (imap_utf7_is_reversible (raw, length))
        {
          g_autofree char *encoded = imap_utf7_encode (decoded);

          g_assert_cmpmem (encoded, strlen (encoded), raw, length);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/utf7/both-ways", test_both_ways);
  g_test_add_func ("/utf7/P20-invalid", test_invalid);
  g_test_add_func ("/utf7/P20-any-octets", test_any_octets);

  return g_test_run ();
}
