/* SASLprep: the examples of RFC 4013, 3, and each of its rules.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/imap/sasl/imap-sasl.h"

#include "gimap4d/base/g-imap-error.h"

static const struct
{
  const char *text;
  const char *prepared; /* NULL = forbidden */
} cases[] = {
  /* RFC 4013, 3 */
  { "I\302\255X", "IX" },
  { "user", "user" },
  { "USER", "USER" },
  { "\302\252", "a" },
  { "\342\205\250", "IX" },
  { "\007", NULL },
  { "\330\2471", NULL },
  /* 2.1: spaces become a space, others nothing */
  { "a\302\240b\343\200\200c\342\200\213d", "a b c d" },
  { "a\315\217b\357\270\217c\357\273\277d\341\240\206e", "abcde" },
  { "\302\255", "" },
  { "", "" },
  /* 2.2: NFKC */
  { "e\314\201", "\303\251" },
  { "\357\254\201\302\262", "fi2" },
  /* 2.3: each table of what is forbidden */
  { "a\tb", NULL },
  { "a\177", NULL },
  { "\302\205", NULL },           /* C.2.2 */
  { "a\342\200\250b", NULL },     /* C.2.2 */
  { "\356\200\200", NULL },       /* C.3 */
  { "\363\260\200\200", NULL },   /* C.3 */
  { "\357\267\220", NULL },       /* C.4 */
  { "\357\277\276", NULL },       /* C.4 */
  { "\357\277\275", NULL },       /* C.6 */
  { "\342\277\260", NULL },       /* C.7 */
  { "a\342\200\216b", NULL },     /* C.8 */
  { "a\342\200\256b", NULL },     /* C.8 */
  { "a\363\240\200\201b", NULL }, /* C.9 */
  /* 2.4: right to left: both ends, and nothing of the other kind between */
  { "\330\247\330\250", "\330\247\330\250" },
  { "\330\2471\330\250", "\330\2471\330\250" },
  { "1\330\247", NULL },
  { "\330\247a\330\250", NULL },
  { "\327\220\327\221", "\327\220\327\221" },
  /* 2.5: a query may have what Unicode 3.2 did not know */
  { "\360\237\230\200", "\360\237\230\200" },
  /* no UTF-8 */
  { "a\377", NULL },
  { "\355\240\200", NULL },
};

static void
test_table (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *prepared = imap_sasl_prepare (cases[i].text, &error);

      g_assert_cmpstr (prepared, ==, cases[i].prepared);
      if (cases[i].prepared != NULL)
        g_assert_no_error (error);
      else
        g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sasl-prepare/table", test_table);

  return g_test_run ();
}
