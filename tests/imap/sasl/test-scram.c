/* SCRAM: the examples of the RFCs, channel binding, and servers that lie.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/imap/sasl/imap-sasl.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-limits.h"

#include <string.h>

#define SERVER_FIRST "r=ournonce0123theirs4567,s=c2l4dGVlbiBieXRlIHNsdA==,i=4096"
/* What proves that the server knows "pencil". */
#define SIGNATURE "Z8aXh30wMG2+xY/bXXfNBt8Nn0uu2eccZVw0/V4vrlo="

static const guint8 exporter[] = { 0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                   16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31 };
static const guint8 unique[] = { 0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5,
                                 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb };
static const guint8 end_point[] = { 0x03, 0xd6, 0x6d, 0xd0, 0x88, 0x35, 0xc1, 0xca,
                                    0x3f, 0x12, 0x8c, 0xce, 0xac, 0xd1, 0xf3, 0x1a,
                                    0xc9, 0x41, 0x63, 0x09, 0x6b, 0x20, 0xf4, 0x45,
                                    0xae, 0x84, 0x28, 0x5b, 0xc0, 0x83, 0x2d, 0x72 };

typedef struct
{
  const char *mechanism;
  const char *binding; /* nullable */
  const guint8 *data;
  gsize size;
  const char *user;
  const char *password;
  const char *nonce;
  const char *client_first;
  const char *server_first;
  const char *client_final;
  const char *server_final;
} Vector;

/* RFC 5802, 5; RFC 7677, 3; the others are the output of scram-vectors.py next to this file, which
 * shares nothing with the library. */
static const Vector vectors[] = {
  { "SCRAM-SHA-1", NULL, NULL, 0, "user", "pencil", "fyko+d2lbbFgONRv9qkxdawL",
    "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
    "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
    "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
    "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=" },
  { "SCRAM-SHA-256", NULL, NULL, 0, "user", "pencil", "rOprNGfwEbeRWgbNEkqO",
    "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
    "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=" },
  { "SCRAM-SHA-256-PLUS", "tls-exporter", exporter, sizeof exporter, "bob", "p=ssw,rd",
    "ournonce0123", "p=tls-exporter,,n=bob,r=ournonce0123", SERVER_FIRST,
    "c=cD10bHMtZXhwb3J0ZXIsLAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f,r=ournonce0123theirs4567,"
    "p=OziI62nxQIS1nGWGwTPjQrkjn/qaqoohki0uG521N4o=",
    "v=hRzgfWF1RT+Q93VpqX8OZTb+LOQMX7O/WITC9P2reYQ=" },
  { "SCRAM-SHA-256-PLUS", "tls-unique", unique, sizeof unique, "bob", "p=ssw,rd", "ournonce0123",
    "p=tls-unique,,n=bob,r=ournonce0123", SERVER_FIRST,
    "c=cD10bHMtdW5pcXVlLCzw8fLz9PX29/j5+vs=,r=ournonce0123theirs4567,"
    "p=c/KWD/RKDoCSefUFb841eBvPDyZgs5wEggIvcLcW2Ow=",
    "v=Rl0n9jwZsT9B1US/gqtGXYXtjo1mNfEyDpgNsBGadGs=" },
  { "SCRAM-SHA-256-PLUS", "tls-server-end-point", end_point, sizeof end_point, "bob", "p=ssw,rd",
    "ournonce0123", "p=tls-server-end-point,,n=bob,r=ournonce0123", SERVER_FIRST,
    "c=cD10bHMtc2VydmVyLWVuZC1wb2ludCwsA9Zt0Ig1wco/EozOrNHzGslBYwlrIPRFroQoW8CDLXI=,"
    "r=ournonce0123theirs4567,p=BwebpYJFW3t1ipkl0CeW5j9oI9L7Exj2zj7AGy8EpWo=",
    "v=ZRJgtmIjYB+cfQVEtQID5Uv0Fzs0fCf0Pa4aJe4pRCM=" },
  { "SCRAM-SHA-1-PLUS", "tls-exporter", exporter, sizeof exporter, "bob", "p=ssw,rd",
    "ournonce0123", "p=tls-exporter,,n=bob,r=ournonce0123", SERVER_FIRST,
    "c=cD10bHMtZXhwb3J0ZXIsLAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f,"
    "r=ournonce0123theirs4567,p=terGiGlC2DoWY9rlrw9W7lPKEtQ=",
    "v=DQRY8LIzfuD8ukL4lWA0ER2Ho2c=" },
  { "SCRAM-SHA-1-PLUS", "tls-unique", unique, sizeof unique, "bob", "p=ssw,rd", "ournonce0123",
    "p=tls-unique,,n=bob,r=ournonce0123", SERVER_FIRST,
    "c=cD10bHMtdW5pcXVlLCzw8fLz9PX29/j5+vs=,r=ournonce0123theirs4567,"
    "p=B/YU5RhOu2ZsuWXu1Se3PWAgseo=",
    "v=/Hh3sGrLN+7jVU5gH4a0Aj8+OOw=" },
  { "SCRAM-SHA-1-PLUS", "tls-server-end-point", end_point, sizeof end_point, "bob", "p=ssw,rd",
    "ournonce0123", "p=tls-server-end-point,,n=bob,r=ournonce0123", SERVER_FIRST,
    "c=cD10bHMtc2VydmVyLWVuZC1wb2ludCwsA9Zt0Ig1wco/EozOrNHzGslBYwlrIPRFroQoW8CDLXI=,"
    "r=ournonce0123theirs4567,p=aNKcLPbCswwF8tg+j3hce0MNcXE=",
    "v=lmbweH0xr3BeukLRapcWV1bhosk=" },
  /* The name escaped, the password prepared, and "y": we could bind, the server offers none. */
  { "SCRAM-SHA-256", "tls-exporter", exporter, sizeof exporter, "a,b=c", "I\302\255X\302\252",
    "ournonce0123", "y,,n=a=2Cb=3Dc,r=ournonce0123", SERVER_FIRST,
    "c=eSws,r=ournonce0123theirs4567,p=6tBrYbFNP6wQ1DKdpQQPJJanFHg1UzZUGDAKLP96ZSo=",
    "v=/XF23i8nrhg0BS8DTI8HtH1s+y4qx0aInHC3gviLbyI=" },
};

static void
assert_step (ImapSasl *sasl, const char *challenge, const char *expected)
{
  g_autoptr (GError) error = NULL;
  GString *response = imap_sasl_step (sasl, challenge, challenge != NULL ? strlen (challenge) : 0,
                                      &error);

  g_assert_no_error (error);
  g_assert_cmpstr (response->str, ==, expected);
  g_assert_cmpuint (response->len, ==, strlen (expected));
  imap_sasl_wipe (response);
}

static void
assert_step_fails (ImapSasl *sasl, const char *challenge, gsize length, int code, const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (imap_sasl_step (sasl, challenge, length, &error));
  g_assert_error (error, G_IMAP_ERROR, code);
  if (says != NULL && strstr (error->message, says) == NULL)
    g_error ("“%s” does not say “%s”", error->message, says);
  g_assert_false (imap_sasl_may_succeed (sasl));
}

static void
test_vectors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      const Vector *vector = &vectors[i];
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) data = g_bytes_new (vector->data, vector->size);
      ImapSaslSettings settings = {
        .user = vector->user,
        .password = vector->password,
        .binding = { vector->binding, data },
        .server_offers_plus = g_str_has_suffix (vector->mechanism, "-PLUS"),
        .client_nonce = vector->nonce,
      };
      g_autoptr (ImapSasl) sasl = imap_sasl_new (vector->mechanism, &settings, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (imap_sasl_get_mechanism (sasl), ==, vector->mechanism);
      g_assert_true (imap_sasl_is_client_first (sasl));
      g_assert_false (imap_sasl_is_next_step_slow (sasl));
      assert_step (sasl, NULL, vector->client_first);
      g_assert_true (imap_sasl_is_next_step_slow (sasl));
      g_assert_false (imap_sasl_may_succeed (sasl));
      assert_step (sasl, vector->server_first, vector->client_final);
      g_assert_false (imap_sasl_is_next_step_slow (sasl));
      g_assert_false (imap_sasl_may_succeed (sasl));
      assert_step (sasl, vector->server_final, "");
      g_assert_true (imap_sasl_may_succeed (sasl));
      assert_step_fails (sasl, "", 0, G_IMAP_ERROR_PROTOCOL, "one challenge more");
    }
}

static ImapSasl *
start (void)
{
  ImapSaslSettings settings = {
    .user = "bob",
    .password = "pencil",
    .client_nonce = "ournonce0123",
  };
  g_autoptr (GError) error = NULL;
  ImapSasl *sasl = imap_sasl_new ("SCRAM-SHA-256", &settings, &error);

  g_assert_no_error (error);
  assert_step (sasl, NULL, "n,,n=bob,r=ournonce0123");

  return sasl;
}

/* The first message of a server that lies, and the word that tells. */
static const struct
{
  const char *server_first;
  int code;
  const char *says;
} lies[] = {
  { "r=ournonce0123x,s=c2FsdA==,i=1", G_IMAP_ERROR_AUTH_FAILED, "iteration count 1 " },
  { "r=ournonce0123x,s=c2FsdA==,i=0", G_IMAP_ERROR_AUTH_FAILED, "iteration count 0 " },
  { "r=ournonce0123x,s=c2FsdA==,i=4095", G_IMAP_ERROR_AUTH_FAILED, "iteration count" },
  { "r=ournonce0123x,s=c2FsdA==,i=1000001", G_IMAP_ERROR_AUTH_FAILED, "iteration count" },
  { "r=ournonce0123x,s=c2FsdA==,i=2147483647", G_IMAP_ERROR_AUTH_FAILED, "2147483647" },
  { "r=ournonce0123x,s=c2FsdA==,i=4294971392", G_IMAP_ERROR_AUTH_FAILED, "iteration count" },
  { "r=ournonce0123x,s=c2FsdA==,i=99999999999999999999999999", G_IMAP_ERROR_AUTH_FAILED, "count" },
  { "r=ournonce0123x,s=c2FsdA==,i=-4096", G_IMAP_ERROR_PROTOCOL, "iteration count" },
  { "r=ournonce0123x,s=c2FsdA==,i= 4096", G_IMAP_ERROR_PROTOCOL, "iteration count" },
  { "r=ournonce0123x,s=c2FsdA==,i=4096x", G_IMAP_ERROR_PROTOCOL, "iteration count" },
  { "r=ournonce0123x,s=c2FsdA==,i=", G_IMAP_ERROR_PROTOCOL, "iteration count" },
  { "r=ournonce0123x,s=,i=4096", G_IMAP_ERROR_AUTH_FAILED, "salt" },
  { "r=ournonce0123x,s=c2Fsd,i=4096", G_IMAP_ERROR_PROTOCOL, "salt" },
  { "r=ournonce0123x,s=c2F!sdA==,i=4096", G_IMAP_ERROR_PROTOCOL, "salt" },
  { "r=ournonce0123,s=c2FsdA==,i=4096", G_IMAP_ERROR_AUTH_FAILED, "nonce" },
  { "r=theirs,s=c2FsdA==,i=4096", G_IMAP_ERROR_AUTH_FAILED, "nonce" },
  { "r=xournonce0123,s=c2FsdA==,i=4096", G_IMAP_ERROR_AUTH_FAILED, "nonce" },
  { "r=ournonce0123 x,s=c2FsdA==,i=4096", G_IMAP_ERROR_AUTH_FAILED, "nonce" },
  { "r=ournonce0123é,s=c2FsdA==,i=4096", G_IMAP_ERROR_AUTH_FAILED, "nonce" },
  { "r=,s=c2FsdA==,i=4096", G_IMAP_ERROR_AUTH_FAILED, "nonce" },
  { "m=ext,r=ournonce0123x,s=c2FsdA==,i=4096", G_IMAP_ERROR_AUTH_FAILED, "extension" },
  { "e=other-error", G_IMAP_ERROR_AUTH_FAILED, "other-error" },
  { "e=unknown-user\033[2J\342\200\256,x=y", G_IMAP_ERROR_AUTH_FAILED,
    "unknown-user\357\277\275[2J" },
  { "", G_IMAP_ERROR_PROTOCOL, "lacks" },
  { ",,,,", G_IMAP_ERROR_PROTOCOL, "lacks" },
  { "r=ournonce0123x,i=4096,s=c2FsdA==", G_IMAP_ERROR_PROTOCOL, "lacks" },
  { "r=ournonce0123x,s=c2FsdA==", G_IMAP_ERROR_PROTOCOL, "lacks" },
  { "r=ournonce0123x", G_IMAP_ERROR_PROTOCOL, "lacks" },
  { "r=ournonce0123\377,s=c2FsdA==,i=4096", G_IMAP_ERROR_PROTOCOL, "no text" },
  { "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", G_IMAP_ERROR_PROTOCOL, "lacks" },
};

static void
test_lies (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (lies); i++)
    {
      g_autoptr (ImapSasl) sasl = start ();

      assert_step_fails (sasl, lies[i].server_first, strlen (lies[i].server_first), lies[i].code,
                         lies[i].says);
      /* What has failed stays failed, whatever comes. */
      assert_step_fails (sasl, "r=ournonce0123x,s=c2FsdA==,i=4096", 33, G_IMAP_ERROR_PROTOCOL,
                         "failed already");
    }
}

static void
test_truncated (void)
{
  gsize length = strlen (SERVER_FIRST);

  /* Every beginning of a good message is none, but "i=4096" needs all of its digits. */
  for (gsize i = 0; i < length; i++)
    {
      g_autoptr (ImapSasl) sasl = start ();
      g_autoptr (GError) error = NULL;

      g_assert_null (imap_sasl_step (sasl, SERVER_FIRST, i, &error));
      g_assert_nonnull (error);
      g_assert_false (imap_sasl_may_succeed (sasl));
    }
}

static void
test_nul (void)
{
  static const char message[] = "r=ournonce0123x,s=c2FsdA==,i=4096\0,x=y";
  g_autoptr (ImapSasl) sasl = start ();

  assert_step_fails (sasl, message, sizeof message - 1, G_IMAP_ERROR_PROTOCOL, "no text");
}

static void
test_large (void)
{
  g_autofree guint8 *salt = g_malloc0 (IMAP_LIMIT_SCRAM_SALT + 1);
  g_autofree char *fitting = g_base64_encode (salt, IMAP_LIMIT_SCRAM_SALT);
  g_autofree char *large = g_base64_encode (salt, IMAP_LIMIT_SCRAM_SALT + 1);
  g_autofree char *good = g_strdup_printf ("r=ournonce0123x,s=%s,i=4096", fitting);
  g_autofree char *bad = g_strdup_printf ("r=ournonce0123x,s=%s,i=4096", large);
  g_autofree char *huge = g_strnfill (IMAP_LIMIT_SASL_MESSAGE + 1, ',');
  g_autoptr (ImapSasl) taken = start ();
  g_autoptr (ImapSasl) refused = start ();
  g_autoptr (ImapSasl) message = start ();
  GString *response = imap_sasl_step (taken, good, strlen (good), NULL);

  g_assert_nonnull (response);
  imap_sasl_wipe (response);
  assert_step_fails (refused, bad, strlen (bad), G_IMAP_ERROR_AUTH_FAILED, "salt is too large");
  assert_step_fails (message, huge, strlen (huge), G_IMAP_ERROR_TOO_LARGE, "65536");
}

static void
test_server_signature (void)
{
  /* For "pencil" and SERVER_FIRST, by the same script. */
  static const char *const good = "v=" SIGNATURE;
  static const char *const wrong[] = {
    "", "v=", "v=AAAA", "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", "x=y", "v=" SIGNATURE "=", "ok",
  };
  g_autoptr (ImapSasl) first = start ();
  GString *response = imap_sasl_step (first, SERVER_FIRST, strlen (SERVER_FIRST), NULL);

  imap_sasl_wipe (response);
  assert_step (first, good, "");
  g_assert_true (imap_sasl_may_succeed (first));

  for (guint i = 0; i < G_N_ELEMENTS (wrong) + 43; i++)
    {
      g_autoptr (ImapSasl) sasl = start ();
      g_autofree char *changed = g_strdup (good);
      const char *sent = i < 43 ? changed : wrong[i - 43];

      /* Each of the 43 letters of the signature. */
      if (i < 43)
        changed[2 + i] = changed[2 + i] == 'A' ? 'E' : 'A';
      response = imap_sasl_step (sasl, SERVER_FIRST, strlen (SERVER_FIRST), NULL);
      imap_sasl_wipe (response);
      assert_step_fails (sasl, sent, strlen (sent), G_IMAP_ERROR_AUTH_FAILED, "could not prove");
    }
}

static void
test_server_error (void)
{
  g_autoptr (ImapSasl) sasl = start ();
  GString *response = imap_sasl_step (sasl, SERVER_FIRST, strlen (SERVER_FIRST), NULL);

  imap_sasl_wipe (response);
  assert_step_fails (sasl, "e=invalid-proof", 15, G_IMAP_ERROR_AUTH_FAILED, "“invalid-proof”");
}

static void
test_gs2_header (void)
{
  static const struct
  {
    const char *binding;
    gboolean server_offers_plus;
    const char *header;
  } cases[] = {
    { NULL, FALSE, "n,,n=" },
    { NULL, TRUE, "n,,n=" },
    { "tls-exporter", FALSE, "y,,n=" },
    { "tls-exporter", TRUE, "n,,n=" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) data = g_bytes_new (exporter, sizeof exporter);
      ImapSaslSettings settings = {
        .user = "bob",
        .password = "pencil",
        .binding = { cases[i].binding, cases[i].binding != NULL ? data : NULL },
        .server_offers_plus = cases[i].server_offers_plus,
      };
      g_autoptr (ImapSasl) sasl = imap_sasl_new ("SCRAM-SHA-1", &settings, NULL);
      GString *response = imap_sasl_step (sasl, NULL, 0, NULL);

      g_assert_true (g_str_has_prefix (response->str, cases[i].header));
      imap_sasl_wipe (response);
    }
}

static void
test_random_nonce (void)
{
  ImapSaslSettings settings = { .user = "bob", .password = "pencil" };
  g_autoptr (ImapSasl) a = imap_sasl_new ("SCRAM-SHA-1", &settings, NULL);
  g_autoptr (ImapSasl) b = imap_sasl_new ("SCRAM-SHA-1", &settings, NULL);
  GString *first = imap_sasl_step (a, NULL, 0, NULL);
  GString *second = imap_sasl_step (b, NULL, 0, NULL);

  g_assert_cmpuint (first->len, ==, strlen ("n,,n=bob,r=") + 32);
  g_assert_cmpstr (first->str, !=, second->str);
  imap_sasl_wipe (first);
  imap_sasl_wipe (second);
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
    { "SCRAM-SHA-256", { .user = "bob" }, G_IMAP_ERROR_AUTH_MECHANISM },
    { "SCRAM-SHA-256-PLUS", { .user = "bob", .password = "x" }, G_IMAP_ERROR_AUTH_MECHANISM },
    { "SCRAM-SHA-512", { .user = "bob", .password = "x" }, G_IMAP_ERROR_AUTH_MECHANISM },
    { "SCRAM-SHA-256", { .user = "", .password = "x" }, G_IMAP_ERROR_INVALID_ARGUMENT },
    { "SCRAM-SHA-256", { .user = NULL, .password = "x" }, G_IMAP_ERROR_INVALID_ARGUMENT },
    { "SCRAM-SHA-256", { .user = "b\nb", .password = "x" }, G_IMAP_ERROR_INVALID_ARGUMENT },
    { "SCRAM-SHA-256", { .user = "b\377", .password = "x" }, G_IMAP_ERROR_INVALID_ARGUMENT },
    { "SCRAM-SHA-256", { .user = "bob", .password = "\a" }, G_IMAP_ERROR_INVALID_ARGUMENT },
    { "SCRAM-SHA-256",
      { .user = "bob", .password = "x", .client_nonce = "a,b" },
      G_IMAP_ERROR_INVALID_ARGUMENT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (imap_sasl_new (cases[i].mechanism, &cases[i].settings, &error));
      g_assert_error (error, G_IMAP_ERROR, cases[i].code);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scram/vectors", test_vectors);
  g_test_add_func ("/scram/lies", test_lies);
  g_test_add_func ("/scram/truncated", test_truncated);
  g_test_add_func ("/scram/nul", test_nul);
  g_test_add_func ("/scram/large", test_large);
  g_test_add_func ("/scram/server-signature", test_server_signature);
  g_test_add_func ("/scram/server-error", test_server_error);
  g_test_add_func ("/scram/gs2-header", test_gs2_header);
  g_test_add_func ("/scram/random-nonce", test_random_nonce);
  g_test_add_func ("/scram/settings", test_settings);

  return g_test_run ();
}
