/* A program that logs in with a secret and stops in each stage, so that others look for it.
 *
 *   secrets-client PORT AUTHORITY MODE LOG
 *
 * The secret comes through standard input, which no other program sees; then a line for each stage
 * that may end. With the mode OAUTH2 the secret is a token. LOG is the file of the library's log.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <gimap4d/gimap4d.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LONGEST_SECRET 4096

/* The caller's own copy is in no dump: what is found is the library's. */
static char *
read_secret (void)
{
  char *secret = mmap (NULL, LONGEST_SECRET, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                       -1, 0);
  gsize length = 0;

  if (secret == MAP_FAILED || madvise (secret, LONGEST_SECRET, MADV_DONTDUMP) != 0)
    g_error ("no memory for the secret");
  while (length < LONGEST_SECRET - 1 && read (0, secret + length, 1) == 1 && secret[length] != '\n')
    length++;
  secret[length] = '\0';

  return secret;
}

/* Tells where the program is, and goes on when it may. */
static void
stop_at (const char *stage)
{
  char go[1];

  printf ("stage %s\n", stage);
  fflush (stdout);
  while (read (0, go, 1) == 1 && go[0] != '\n')
    continue;
}

static void
tell_error (const GError *error)
{
  if (error != NULL)
    printf ("error %s\n", error->message);
}

/* Whatever can be read of an object. */
static void
tell_properties (GObject *object)
{
  guint n_properties;
  g_autofree GParamSpec **properties = g_object_class_list_properties (G_OBJECT_GET_CLASS (object),
                                                                       &n_properties);

  for (guint i = 0; i < n_properties; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;
      g_autofree char *text = NULL;

      if ((properties[i]->flags & G_PARAM_READABLE) == 0)
        continue;
      g_object_get_property (object, properties[i]->name, &value);
      text = g_strdup_value_contents (&value);
      printf ("property %s %s\n", properties[i]->name, text);
    }
}

static void
tell_status (GImapTransporter *transporter)
{
  g_autoptr (GImapStatus) status = g_imap_transporter_check_connection (transporter, NULL, NULL);
  GListModel *errors = g_imap_status_get_errors (status);

  tell_properties (G_OBJECT (status));
  for (guint i = 0; i < g_list_model_get_n_items (errors); i++)
    {
      g_autoptr (GObject) error = g_list_model_get_item (errors, i);

      tell_properties (error);
    }
}

static GImapTransporter *
new_transporter (char **argv, const char *secret, GTlsDatabase *database)
{
  gboolean is_token = g_str_equal (argv[3], "OAUTH2");
  /* As g_imap_transporter_new () does: values that refer to the caller's text. */
  const char *names[] = { is_token ? "access-token-oauth2" : "password",
                          "host",
                          "port",
                          "user",
                          "tls-database",
                          "tls-mode",
                          "authentication-mode",
                          "log-file",
                          "response-timeout" };
  GValue values[G_N_ELEMENTS (names)] = { G_VALUE_INIT };
  GObject *object;

  g_value_init (&values[0], G_TYPE_STRING);
  g_value_set_static_string (&values[0], secret);
  g_value_init (&values[1], G_TYPE_STRING);
  g_value_set_static_string (&values[1], "127.0.0.1");
  g_value_init (&values[2], G_TYPE_UINT);
  g_value_set_uint (&values[2], (guint) g_ascii_strtoull (argv[1], NULL, 10));
  g_value_init (&values[3], G_TYPE_STRING);
  g_value_set_static_string (&values[3], "bob");
  g_value_init (&values[4], G_TYPE_TLS_DATABASE);
  g_value_set_object (&values[4], database);
  g_value_init (&values[5], G_TYPE_IMAP_TLS_MODE);
  g_value_set_enum (&values[5], G_IMAP_TLS_MODE_IMPLICIT);
  g_value_init (&values[6], G_TYPE_STRING);
  g_value_set_static_string (&values[6], argv[3]);
  g_value_init (&values[7], G_TYPE_STRING);
  g_value_set_static_string (&values[7], argv[4]);
  g_value_init (&values[8], G_TYPE_UINT);
  g_value_set_uint (&values[8], 5);

  object = g_object_new_with_properties (G_TYPE_IMAP_TRANSPORTER, G_N_ELEMENTS (names), names,
                                         values);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_value_unset (&values[i]);

  return G_IMAP_TRANSPORTER (object);
}

int
main (int argc, char **argv)
{
  char *secret = read_secret ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsDatabase) database = g_tls_file_database_new (argv[2], &error);
  GImapTransporter *transporter = new_transporter (argv, secret, database);
  g_autofree char *delimiter = NULL;

  g_assert_no_error (error);
  delimiter = g_imap_transporter_get_delimiter (transporter, NULL, &error);
  tell_error (error);
  tell_status (transporter);
  tell_properties (G_OBJECT (transporter));
  stop_at ("connected");

  g_imap_transporter_close (transporter, NULL, NULL);
  tell_properties (G_OBJECT (transporter));
  stop_at ("closed");

  g_object_unref (transporter);
  stop_at ("freed");

  return 0;
}
