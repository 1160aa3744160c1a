/* An error of the library comes out in the user's language.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <locale.h>
#include <string.h>

#include <gimap4d/gimap4d.h>

static void
test_french (void)
{
  g_autoptr (GImapMessageSet) set = NULL;
  g_autoptr (GError) error = NULL;

  set = g_imap_message_set_new_single ("quatre", &error);

  g_assert_null (set);
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==,
                   "«\302\240quatre\302\240» n’est pas l’identifiant d’un courriel\302\240: les "
                   "identifiants sont des nombres de 1 à 4294967295");
}

static void
test_french_numbers (void)
{
  g_autoptr (GImapTransporter) transporter = g_imap_transporter_new ("127.0.0.1", "u", "p");
  g_autoptr (GEmail) email = NULL;
  g_autoptr (GError) error = NULL;

  email = g_imap_transporter_get_mail_by_number (transporter, 5000000000, G_IMAP_FETCH_DEFAULT,
                                                 NULL, &error);

  g_assert_null (email);
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "5000000000 n’est pas le numéro d’un courriel"));
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/i18n/fr", test_french);
  g_test_add_func ("/i18n/fr/numbers", test_french_numbers);

  return g_test_run ();
}
