/* How to log in: every way to choose, and what is said when there is none.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/imap/sasl/imap-sasl.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-limits.h"

#include <string.h>

/* What a case may do. */
#define S IMAP_SASL_OFFER_SECURE
#define P IMAP_SASL_OFFER_PASSWORD
#define T IMAP_SASL_OFFER_TOKEN
#define B IMAP_SASL_OFFER_BINDING
#define C IMAP_SASL_OFFER_CLIENT_CERTIFICATE
#define D IMAP_SASL_OFFER_LOGIN_DISABLED

#define ALL                                                                                        \
  "AUTH=LOGIN AUTH=PLAIN AUTH=CRAM-MD5 AUTH=EXTERNAL AUTH=SCRAM-SHA-1 AUTH=SCRAM-SHA-1-PLUS "      \
  "AUTH=SCRAM-SHA-256 AUTH=SCRAM-SHA-256-PLUS AUTH=XOAUTH2 AUTH=OAUTHBEARER"
#define SCRAM                                                                                      \
  "AUTH=PLAIN AUTH=SCRAM-SHA-1 AUTH=SCRAM-SHA-1-PLUS AUTH=SCRAM-SHA-256 AUTH=SCRAM-SHA-256-PLUS"

#define NO_MECHANISM G_IMAP_ERROR_AUTH_MECHANISM
#define DISABLED G_IMAP_ERROR_LOGIN_DISABLED

typedef struct
{
  const char *capabilities;
  const char *mode; /* nullable */
  guint offer;
  const char *chosen; /* NULL = fails with the next two */
  int code;
  const char *says;
} Case;

static const Case cases[] = {
  /* Automatic, one step down each. */
  { ALL, NULL, S | P | T | B | C, "OAUTHBEARER" },
  { "AUTH=PLAIN AUTH=XOAUTH2 AUTH=SCRAM-SHA-256", NULL, S | P | T, "XOAUTH2" },
  { ALL, NULL, S | P | B | C, "SCRAM-SHA-256-PLUS" },
  { ALL, NULL, S | P | C, "SCRAM-SHA-256" },
  { "AUTH=SCRAM-SHA-1-PLUS AUTH=SCRAM-SHA-256", NULL, S | P | B, "SCRAM-SHA-256" },
  { "AUTH=SCRAM-SHA-1 AUTH=SCRAM-SHA-1-PLUS AUTH=EXTERNAL", NULL, S | P | B | C,
    "SCRAM-SHA-1-PLUS" },
  { "AUTH=SCRAM-SHA-1-PLUS AUTH=SCRAM-SHA-1 AUTH=EXTERNAL", NULL, S | P | C, "SCRAM-SHA-1" },
  { "AUTH=PLAIN AUTH=CRAM-MD5 AUTH=EXTERNAL", NULL, S | P | C, "EXTERNAL" },
  { "AUTH=PLAIN AUTH=CRAM-MD5 AUTH=EXTERNAL", NULL, S | P, "CRAM-MD5" },
  { "AUTH=LOGIN AUTH=PLAIN", NULL, S | P, "PLAIN" },
  { "AUTH=LOGIN", NULL, S | P, "LOGIN" },
  { "IMAP4REV1 IDLE", NULL, S | P, "" },
  { "", NULL, S | P, "" },
  { ALL, NULL, C, "EXTERNAL" },
  /* Not encrypted: nothing that sends password or token. */
  { ALL, NULL, P | T, "SCRAM-SHA-256" },
  { "AUTH=LOGIN AUTH=PLAIN AUTH=CRAM-MD5", NULL, P, "CRAM-MD5" },
  { "AUTH=LOGIN AUTH=PLAIN", NULL, P, NULL, NO_MECHANISM, "LOGIN, PLAIN" },
  { "AUTH=XOAUTH2", NULL, T, NULL, NO_MECHANISM, "XOAUTH2" },
  { "IMAP4REV1", NULL, P, NULL, NO_MECHANISM, "no mechanism" },
  /* A token that the server does not take. */
  { SCRAM, NULL, S | P | T, "SCRAM-SHA-256" },
  { SCRAM, NULL, S | T, NULL, NO_MECHANISM, "PLAIN, SCRAM-SHA-1, SCRAM-SHA-1-PLUS, SCRAM-SHA-256" },
  { "IMAP4REV1", NULL, S | T, NULL, NO_MECHANISM, "no mechanism" },
  /* Nothing in common. */
  { "AUTH=GSSAPI AUTH=NTLM", NULL, S | P, NULL, NO_MECHANISM, "GSSAPI, NTLM" },
  { "AUTH=SCRAM-SHA-256-PLUS", NULL, S | P, NULL, NO_MECHANISM, "SCRAM-SHA-256-PLUS" },
  { ALL, NULL, S, NULL, NO_MECHANISM, "OAUTHBEARER" },
  { "XAUTH=PLAIN AUTH=PLAINX AUTH=", NULL, S | P, NULL, NO_MECHANISM, "PLAINX" },
  /* LOGINDISABLED takes the command LOGIN away, not what AUTH= offers. */
  { "LOGINDISABLED", NULL, S | P | D, NULL, DISABLED, "LOGINDISABLED" },
  { "LOGINDISABLED", NULL, P | D, NULL, DISABLED, "LOGINDISABLED" },
  { "LOGINDISABLED AUTH=PLAIN AUTH=LOGIN", NULL, P | D, NULL, DISABLED, "PLAIN, LOGIN" },
  { "LOGINDISABLED AUTH=PLAIN", NULL, S | P | D, "PLAIN" },
  { "LOGINDISABLED AUTH=SCRAM-SHA-1", NULL, P | D, "SCRAM-SHA-1" },
  { "LOGINDISABLED AUTH=GSSAPI", NULL, S | P | D, NULL, NO_MECHANISM, "GSSAPI" },
  { "LOGINDISABLED", NULL, S | T | D, NULL, NO_MECHANISM, "no mechanism" },
  /* One mode that was asked for: it, or nothing. */
  { ALL, "SCRAM-SHA-256-PLUS", P | B, "SCRAM-SHA-256-PLUS" },
  { ALL, "SCRAM-SHA-256-PLUS", S | P, NULL, NO_MECHANISM, "channel binding" },
  { ALL, "SCRAM-SHA-256", S | P | T | B, "SCRAM-SHA-256" },
  { ALL, "SCRAM-SHA-1-PLUS", S | P | B, "SCRAM-SHA-1-PLUS" },
  { ALL, "SCRAM-SHA-1", S | P | B, "SCRAM-SHA-1" },
  { ALL, "SCRAM-SHA-1", S | T, NULL, NO_MECHANISM, "a password" },
  { ALL, "OAUTH2", S | P | T, "OAUTHBEARER" },
  { "AUTH=XOAUTH2 AUTH=PLAIN", "OAUTH2", S | P | T, "XOAUTH2" },
  { ALL, "OAUTH2", S | P, NULL, NO_MECHANISM, "access token" },
  { ALL, "OAUTH2", P | T, NULL, NO_MECHANISM, "encrypted" },
  { SCRAM, "OAUTH2", S | P | T, NULL, NO_MECHANISM, "with OAUTH2; it offers PLAIN, SCRAM-SHA-1" },
  { ALL, "EXTERNAL", S | P | C, "EXTERNAL" },
  { ALL, "EXTERNAL", S | P, NULL, NO_MECHANISM, "client certificate" },
  { ALL, "CRAM-MD5", P, "CRAM-MD5" },
  { SCRAM, "CRAM-MD5", S | P, NULL, NO_MECHANISM, "with CRAM-MD5" },
  { ALL, "PLAIN", S | P, "PLAIN" },
  { ALL, "PLAIN", P, NULL, NO_MECHANISM, "encrypted" },
  { "AUTH=LOGIN", "PLAIN", S | P, NULL, NO_MECHANISM, "it offers LOGIN" },
  { "IMAP4REV1", "PLAIN", S | P, "" },
  { "LOGINDISABLED", "PLAIN", S | P | D, NULL, DISABLED, "LOGINDISABLED" },
  { ALL, "LOGIN", S | P, "LOGIN" },
  { SCRAM, "LOGIN", S | P, "" },
  { "IMAP4REV1", "LOGIN", S | P, "" },
  { "IMAP4REV1", "LOGIN", P, NULL, NO_MECHANISM, "encrypted" },
  { "IMAP4REV1", "LOGIN", S | T, NULL, NO_MECHANISM, "a password" },
  { "LOGINDISABLED AUTH=SCRAM-SHA-1", "LOGIN", S | P | D, NULL, DISABLED, "SCRAM-SHA-1" },
  { "LOGINDISABLED AUTH=LOGIN", "LOGIN", S | P | D, "LOGIN" },
  { "AUTH=GSSAPI", "GSSAPI", S | P, NULL, NO_MECHANISM, "GSSAPI" },
};

static void
test_table (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (GStrv) capabilities = g_strsplit (cases[i].capabilities, " ", 0);
      g_autoptr (GError) error = NULL;
      const char *chosen = imap_sasl_choose ((const char *const *) capabilities, cases[i].mode,
                                             cases[i].offer, &error);

      if (g_strcmp0 (chosen, cases[i].chosen) != 0)
        g_error ("case %u (%s): %s", i, cases[i].capabilities,
                 chosen != NULL ? chosen : error->message);
      if (chosen != NULL)
        {
          g_assert_no_error (error);
          continue;
        }
      g_assert_error (error, G_IMAP_ERROR, cases[i].code);
      if (strstr (error->message, cases[i].says) == NULL)
        g_error ("case %u: “%s” does not say “%s”", i, error->message, cases[i].says);
    }
}

static void
test_no_capabilities (void)
{
  g_assert_cmpstr (imap_sasl_choose (NULL, NULL, S | P, NULL), ==, "");
}

/* What a server offers goes into an error: only names, and not more than can be read. */
static void
test_hostile_list (void)
{
  g_autoptr (GPtrArray) capabilities = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (capabilities, g_strdup ("AUTH=\033[2J"));
  g_ptr_array_add (capabilities, g_strdup ("AUTH=ABCDEFGHIJKLMNOPQRSTU"));
  for (guint i = 0; i < 1000; i++)
    g_ptr_array_add (capabilities, g_strdup_printf ("AUTH=X-%u", i));
  g_ptr_array_add (capabilities, NULL);

  g_assert_null (imap_sasl_choose ((const char *const *) capabilities->pdata, NULL, S | P, &error));
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_AUTH_MECHANISM);
  g_assert_null (strchr (error->message, '\033'));
  g_assert_null (strstr (error->message, "ABCDEF"));
  g_assert_nonnull (strstr (error->message, "X-0, X-1"));
  g_assert_nonnull (strstr (error->message, "…"));
  g_assert_cmpuint (strlen (error->message), <, IMAP_LIMIT_ALERT_CHARS + 256);
}

static void
test_modes (void)
{
  static const char *const known[] = { "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS",
                                       "SCRAM-SHA-1",        "OAUTH2",        "EXTERNAL",
                                       "CRAM-MD5",           "PLAIN",         "LOGIN" };
  static const char *const unknown[] = { "", "plain", "OAUTHBEARER", "XOAUTH2", "GSSAPI", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    g_assert_true (imap_sasl_is_known_mode (known[i]));
  for (guint i = 0; i < G_N_ELEMENTS (unknown); i++)
    g_assert_false (imap_sasl_is_known_mode (unknown[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sasl-choose/table", test_table);
  g_test_add_func ("/sasl-choose/no-capabilities", test_no_capabilities);
  g_test_add_func ("/sasl-choose/hostile-list", test_hostile_list);
  g_test_add_func ("/sasl-choose/modes", test_modes);

  return g_test_run ();
}
