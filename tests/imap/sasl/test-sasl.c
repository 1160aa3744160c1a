/* The mechanisms that send what they have: layout on the wire, order of steps, refusals.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/imap/sasl/imap-sasl.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/base/imap-secret.h"

#include <string.h>

#define TOKEN "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="

/* Text and length of a literal that may hold NUL. */
#define DATA(text) (text), sizeof (text) - 1

static void
assert_step_length (ImapSasl *sasl, const char *challenge, const char *expected, gsize length)
{
  g_autoptr (GError) error = NULL;
  GString *response = imap_sasl_step (sasl, challenge, challenge != NULL ? strlen (challenge) : 0,
                                      &error);

  g_assert_no_error (error);
  g_assert_cmpmem (response->str, response->len, expected, length);
  imap_sasl_wipe (response);
}

#define assert_step(sasl, challenge, expected) assert_step_length (sasl, challenge, DATA (expected))

static void
assert_step_fails (ImapSasl *sasl, const char *challenge, gsize length, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (imap_sasl_step (sasl, challenge, length, &error));
  g_assert_error (error, G_IMAP_ERROR, code);
  g_assert_false (imap_sasl_may_succeed (sasl));
}

static ImapSasl *
start (const char *mechanism, const char *user, const char *password, const char *token)
{
  ImapSaslSettings settings = {
    .user = user,
    .password = password,
    .token = token,
    .host = "server.example.com",
    .port = 143,
  };
  g_autoptr (GError) error = NULL;
  ImapSasl *sasl = imap_sasl_new (mechanism, &settings, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (imap_sasl_get_mechanism (sasl), ==, mechanism);
  g_assert_false (imap_sasl_may_succeed (sasl));
  g_assert_false (imap_sasl_is_next_step_slow (sasl));
  g_assert_null (imap_sasl_get_failure (sasl));

  return sasl;
}

static void
test_plain (void)
{
  g_autoptr (ImapSasl) sasl = start ("PLAIN", "tim", "tanstaaf tanstaaf", NULL);
  g_autoptr (ImapSasl) as_typed = start ("PLAIN", "\302\252", "p\302\240w", NULL);

  g_assert_true (imap_sasl_is_client_first (sasl));
  assert_step (sasl, NULL, "\0tim\0tanstaaf tanstaaf");
  g_assert_true (imap_sasl_may_succeed (sasl));
  assert_step_fails (sasl, "more", 4, G_IMAP_ERROR_PROTOCOL);
  assert_step_fails (sasl, "more", 4, G_IMAP_ERROR_PROTOCOL);
  /* Not prepared: that is the server's business. */
  assert_step (as_typed, NULL, "\0\302\252\0p\302\240w");
}

static void
test_login (void)
{
  g_autoptr (ImapSasl) sasl = start ("LOGIN", "bob", "päss", NULL);

  g_assert_false (imap_sasl_is_client_first (sasl));
  assert_step (sasl, "Username:", "bob");
  g_assert_false (imap_sasl_may_succeed (sasl));
  assert_step (sasl, "", "päss");
  g_assert_true (imap_sasl_may_succeed (sasl));
  assert_step_fails (sasl, "Password:", 9, G_IMAP_ERROR_PROTOCOL);
}

static void
test_external (void)
{
  g_autoptr (ImapSasl) sasl = start ("EXTERNAL", "bob", NULL, NULL);
  g_autoptr (ImapSasl) nobody = start ("EXTERNAL", NULL, NULL, NULL);

  g_assert_true (imap_sasl_is_client_first (sasl));
  assert_step (sasl, NULL, "bob");
  g_assert_true (imap_sasl_may_succeed (sasl));
  assert_step_fails (sasl, "", 0, G_IMAP_ERROR_PROTOCOL);
  assert_step (nobody, NULL, "");
}

/* The example of RFC 2195, 2. */
static void
test_cram_md5 (void)
{
  g_autoptr (ImapSasl) sasl = start ("CRAM-MD5", "tim", "tanstaaftanstaaf", NULL);
  g_autoptr (ImapSasl) empty = start ("CRAM-MD5", "tim", "tanstaaftanstaaf", NULL);

  g_assert_false (imap_sasl_is_client_first (sasl));
  assert_step (sasl, "<1896.697170952@postoffice.reston.mci.net>",
               "tim b913a602c7eda7a495b4e6e7334d3890");
  g_assert_true (imap_sasl_may_succeed (sasl));
  assert_step_fails (sasl, "<1@x>", 5, G_IMAP_ERROR_PROTOCOL);
  assert_step_fails (empty, "", 0, G_IMAP_ERROR_PROTOCOL);
}

/* The examples of RFC 7628, 4.1 and 4.3. */
static void
test_oauthbearer (void)
{
  g_autoptr (ImapSasl) sasl = start ("OAUTHBEARER", "user@example.com", "unused", TOKEN);
  g_autoptr (ImapSasl) escaped = start ("OAUTHBEARER", "a,b=c", NULL, "t");
  g_autoptr (ImapSasl) nobody = start ("OAUTHBEARER", NULL, NULL, "t");

  g_assert_true (imap_sasl_is_client_first (sasl));
  assert_step (sasl, NULL,
               "n,a=user@example.com,\001host=server.example.com\001port=143\001"
               "auth=Bearer " TOKEN "\001\001");
  g_assert_true (imap_sasl_may_succeed (sasl));
  assert_step (sasl,
               "{\"status\":\"invalid_token\",\"scope\":\"example_scope\","
               "\"openid-configuration\":\"https://example.com/.well-known/openid-configuration\"}",
               "\001");
  g_assert_cmpstr (imap_sasl_get_failure (sasl), ==, "invalid_token");
  g_assert_false (imap_sasl_may_succeed (sasl));
  assert_step_fails (sasl, "{}", 2, G_IMAP_ERROR_PROTOCOL);
  g_assert_cmpstr (imap_sasl_get_failure (sasl), ==, "invalid_token");

  assert_step (escaped, NULL,
               "n,a=a=2Cb=3Dc,\001host=server.example.com\001port=143\001auth=Bearer t\001\001");
  assert_step (nobody, NULL, "n,,\001host=server.example.com\001port=143\001auth=Bearer t\001\001");
}

static void
test_xoauth2 (void)
{
  g_autoptr (ImapSasl) sasl = start ("XOAUTH2", "someuser@example.com", NULL, "ya29.vF9dft4qmTc2");

  g_assert_true (imap_sasl_is_client_first (sasl));
  assert_step (sasl, NULL, "user=someuser@example.com\001auth=Bearer ya29.vF9dft4qmTc2\001\001");
  g_assert_true (imap_sasl_may_succeed (sasl));
  assert_step (
      sasl, "{\"status\":\"401\",\"schemes\":\"bearer\",\"scope\":\"https://mail.example.com/\"}",
      "");
  g_assert_cmpstr (imap_sasl_get_failure (sasl), ==, "401");
  g_assert_false (imap_sasl_may_succeed (sasl));
}

static void
test_oauth_errors (void)
{
  static const struct
  {
    const char *challenge;
    const char *failure; /* nullable */
  } cases[] = {
    { "", NULL },
    { "no JSON", "no JSON" },
    { "{}", "{}" },
    { "[1]", "[1]" },
    { "{\"status\":7}", "{\"status\":7}" },
    { "{\"status\":{}}", "{\"status\":{}}" },
    { "{\"status\":null}", "{\"status\":null}" },
    { "{\"status\":\"a\\u0007b\"}", "a\357\277\275b" },
    { "\033\377x", "\357\277\275\357\277\275x" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ImapSasl) sasl = start ("OAUTHBEARER", "u", NULL, "t");
      GString *first = imap_sasl_step (sasl, NULL, 0, NULL);

      imap_sasl_wipe (first);
      assert_step (sasl, cases[i].challenge, "\001");
      g_assert_cmpstr (imap_sasl_get_failure (sasl), ==, cases[i].failure);
      g_assert_false (imap_sasl_may_succeed (sasl));
    }
}

/* A challenge as deep as it may be long overflows no stack and makes no long error. */
static void
test_oauth_deep (void)
{
  g_autofree char *deep = g_strnfill (IMAP_LIMIT_SASL_MESSAGE, '[');
  g_autoptr (ImapSasl) sasl = start ("OAUTHBEARER", "u", NULL, "t");
  g_autoptr (ImapSasl) large = start ("OAUTHBEARER", "u", NULL, "t");
  g_autofree char *more = g_strconcat (deep, "x", NULL);
  GString *first = imap_sasl_step (sasl, NULL, 0, NULL);

  imap_sasl_wipe (first);
  assert_step (sasl, deep, "\001");
  g_assert_cmpuint (strlen (imap_sasl_get_failure (sasl)), ==, 128);

  first = imap_sasl_step (large, NULL, 0, NULL);
  imap_sasl_wipe (first);
  assert_step_fails (large, more, strlen (more), G_IMAP_ERROR_TOO_LARGE);
}

static void
test_settings (void)
{
  static const struct
  {
    const char *mechanism;
    ImapSaslSettings settings;
    int code;
  } cases[] = {
    { "PLAIN", { .user = "bob" }, G_IMAP_ERROR_AUTH_MECHANISM },
    { "LOGIN", { .user = "bob" }, G_IMAP_ERROR_AUTH_MECHANISM },
    { "CRAM-MD5", { .user = "bob" }, G_IMAP_ERROR_AUTH_MECHANISM },
    { "OAUTHBEARER", { .user = "bob", .password = "x" }, G_IMAP_ERROR_AUTH_MECHANISM },
    { "XOAUTH2", { .user = "bob", .password = "x" }, G_IMAP_ERROR_AUTH_MECHANISM },
    { "GSSAPI", { .user = "bob", .password = "x" }, G_IMAP_ERROR_AUTH_MECHANISM },
    { "plain", { .user = "bob", .password = "x" }, G_IMAP_ERROR_AUTH_MECHANISM },
    { "", { .user = "bob", .password = "x" }, G_IMAP_ERROR_AUTH_MECHANISM },
    { "PLAIN", { .user = "", .password = "x" }, G_IMAP_ERROR_INVALID_ARGUMENT },
    { "PLAIN", { .user = "bob", .password = "" }, G_IMAP_ERROR_INVALID_ARGUMENT },
    { "PLAIN", { .user = "bob", .password = "a\377" }, G_IMAP_ERROR_INVALID_ARGUMENT },
    { "PLAIN", { .user = "bob\r\n", .password = "x" }, G_IMAP_ERROR_INVALID_ARGUMENT },
    { "LOGIN", { .user = "bob", .password = "a\377" }, G_IMAP_ERROR_INVALID_ARGUMENT },
    { "XOAUTH2", { .user = "a\001b", .token = "x" }, G_IMAP_ERROR_INVALID_ARGUMENT },
    { "XOAUTH2", { .user = "bob", .token = "" }, G_IMAP_ERROR_INVALID_ARGUMENT },
    { "XOAUTH2", { .user = "bob", .token = "a b" }, G_IMAP_ERROR_INVALID_ARGUMENT },
    { "OAUTHBEARER", { .user = "bob", .token = "a\001b" }, G_IMAP_ERROR_INVALID_ARGUMENT },
    { "OAUTHBEARER", { .user = "bob", .token = "é" }, G_IMAP_ERROR_INVALID_ARGUMENT },
    { "OAUTHBEARER",
      { .user = "bob", .token = "x", .host = "a\001b" },
      G_IMAP_ERROR_INVALID_ARGUMENT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (imap_sasl_new (cases[i].mechanism, &cases[i].settings, &error));
      g_assert_error (error, G_IMAP_ERROR, cases[i].code);
    }
}

/* No error tells the secret. */
static void
test_no_secret_in_errors (void)
{
  static const char *const names[] = { "PLAIN", "LOGIN", "SCRAM-SHA-1", "XOAUTH2", "OAUTHBEARER" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      ImapSaslSettings settings = { .user = "bob", .password = "CANARY\377", .token = "CANARY " };
      g_autoptr (GError) error = NULL;

      g_assert_null (imap_sasl_new (names[i], &settings, &error));
      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT);
      g_assert_null (strstr (error->message, "CANARY"));
    }
}

static void
test_nothing (void)
{
  imap_sasl_free (NULL);
  imap_sasl_wipe (NULL);
  imap_secret_wipe_text (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sasl/plain", test_plain);
  g_test_add_func ("/sasl/login", test_login);
  g_test_add_func ("/sasl/external", test_external);
  g_test_add_func ("/sasl/cram-md5", test_cram_md5);
  g_test_add_func ("/sasl/oauthbearer", test_oauthbearer);
  g_test_add_func ("/sasl/xoauth2", test_xoauth2);
  g_test_add_func ("/sasl/oauth-errors", test_oauth_errors);
  g_test_add_func ("/sasl/oauth-deep", test_oauth_deep);
  g_test_add_func ("/sasl/settings", test_settings);
  g_test_add_func ("/sasl/no-secret-in-errors", test_no_secret_in_errors);
  g_test_add_func ("/sasl/nothing", test_nothing);

  return g_test_run ();
}
