/* SCRAM (RFC 5802, RFC 7677): client and server prove to each other that they know the password.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/base/imap-secret.h"
#include "gimap4d/imap/sasl/imap-sasl-mechanism.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#define DIGEST_MAX 32
#define NONCE_BYTES 24
/* More than nonce, salt and iteration count are extensions, which are passed over. */
#define ATTRIBUTES_READ 3

typedef enum
{
  SCRAM_BEGIN,
  SCRAM_SENT_FIRST,
  SCRAM_SENT_PROOF,
  SCRAM_VERIFIED,
} ScramState;

typedef struct
{
  ImapSasl base;
  ScramState state;
  GChecksumType hash;
  gsize digest_size;
  char *password;          /* owned, prepared; NULL once the keys are derived */
  char *nonce;             /* owned */
  char *gs2_header;        /* owned */
  char *client_first_bare; /* owned */
  GBytes *binding;         /* owned; NULL without channel binding */
  guint8 server_signature[DIGEST_MAX];
} ImapSaslScram;

/* What the server's first message says. */
typedef struct
{
  char *nonce;  /* owned */
  guint8 *salt; /* owned */
  gsize salt_size;
  guint iterations;
} ServerFirst;

static void
server_first_clear (ServerFirst *first)
{
  g_free (first->nonce);
  g_free (first->salt);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ServerFirst, server_first_clear)

static void
scram_free (ImapSasl *sasl)
{
  ImapSaslScram *scram = (ImapSaslScram *) sasl;

  imap_secret_wipe_text (scram->password);
  g_free (scram->nonce);
  g_free (scram->gs2_header);
  g_free (scram->client_first_bare);
  g_clear_pointer (&scram->binding, g_bytes_unref);
  explicit_bzero (scram, sizeof *scram);
  g_free (scram);
}

static gboolean
is_nonce (const char *nonce)
{
  for (const char *c = nonce; *c != '\0'; c++)
    {
      if (!g_ascii_isgraph (*c) || *c == ',')
        return FALSE;
    }

  return *nonce != '\0';
}

static char *
make_nonce (const char *fixed, GError **error)
{
  guint8 random[NONCE_BYTES];

  if (fixed != NULL && is_nonce (fixed))
    return g_strdup (fixed);
  if (fixed != NULL)
    {
      g_set_error_literal (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                           _ ("The nonce for SCRAM is not lawful"));
      return NULL;
    }
  if (getentropy (random, sizeof random) != 0)
    {
      int code = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code),
                   _ ("The system has no random numbers for a login: %s"), g_strerror (code));
      return NULL;
    }

  return g_base64_encode (random, sizeof random);
}

/* RFC 5802, 6: with "y" a server that does offer channel binding sees that its offer was taken out
 * on the way. */
static char *
build_gs2_header (gboolean is_bound, const ImapSaslSettings *settings)
{
  if (is_bound)
    return g_strdup_printf ("p=%s,,", settings->binding.type);
  if (settings->binding.type != NULL && settings->binding.data != NULL &&
      !settings->server_offers_plus)
    return g_strdup ("y,,");

  return g_strdup ("n,,");
}

static gboolean
take_identity (ImapSaslScram *scram, const ImapSaslSettings *settings, GError **error)
{
  g_autofree char *user = imap_sasl_prepare (settings->user, error);
  g_autofree char *escaped = NULL;

  if (user == NULL)
    return FALSE;
  if (*user == '\0')
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                   _ ("To log in with %s, the user name must not be empty"), "SCRAM");
      return FALSE;
    }

  scram->password = imap_sasl_prepare (settings->password, error);
  if (scram->password == NULL)
    return FALSE;
  scram->nonce = make_nonce (settings->client_nonce, error);
  if (scram->nonce == NULL)
    return FALSE;

  escaped = imap_sasl_escape_name (user);
  scram->client_first_bare = g_strdup_printf ("n=%s,r=%s", escaped, scram->nonce);

  return TRUE;
}

static ImapSasl *
scram_start (const char *mechanism, const ImapSaslSettings *settings, GError **error)
{
  gboolean is_bound = g_str_has_suffix (mechanism, "-PLUS");
  ImapSaslScram *scram;

  if (!imap_sasl_check_password (mechanism, settings, error))
    return NULL;
  if (is_bound && (settings->binding.type == NULL || settings->binding.data == NULL))
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_AUTH_MECHANISM,
                   _ ("To log in with %s channel binding is needed, which this connection has not"),
                   mechanism);
      return NULL;
    }

  scram = g_new0 (ImapSaslScram, 1);
  scram->hash = g_str_has_prefix (mechanism, "SCRAM-SHA-256") ? G_CHECKSUM_SHA256 : G_CHECKSUM_SHA1;
  scram->digest_size = g_checksum_type_get_length (scram->hash);
  scram->gs2_header = build_gs2_header (is_bound, settings);
  scram->binding = is_bound ? g_bytes_ref (settings->binding.data) : NULL;
  if (!take_identity (scram, settings, error))
    {
      scram_free (&scram->base);
      return NULL;
    }

  return &scram->base;
}

static void
compute_hmac (const ImapSaslScram *scram,
              const void *key,
              gsize key_size,
              const char *text,
              guint8 *out_digest)
{
  g_autoptr (GHmac) hmac = g_hmac_new (scram->hash, key, key_size);
  gsize size = scram->digest_size;

  g_hmac_update (hmac, (const guchar *) text, strlen (text));
  g_hmac_get_digest (hmac, out_digest, &size);
}

/* Hi () of RFC 5802, 2.2, which is PBKDF2 with one block. */
static void
derive_salted_password (const ImapSaslScram *scram, const ServerFirst *first, guint8 *out_salted)
{
  static const guint8 block_number[] = { 0, 0, 0, 1 };
  g_autoptr (GHmac) keyed = NULL;
  guint8 chain[DIGEST_MAX];
  gsize size = scram->digest_size;

  keyed = g_hmac_new (scram->hash, (const guchar *) scram->password, strlen (scram->password));
  for (guint i = 0; i < first->iterations; i++)
    {
      g_autoptr (GHmac) hmac = g_hmac_copy (keyed);

      if (i == 0)
        {
          g_hmac_update (hmac, first->salt, first->salt_size);
          g_hmac_update (hmac, block_number, sizeof block_number);
          memset (out_salted, 0, size);
        }
      else
        {
          g_hmac_update (hmac, chain, size);
        }
      g_hmac_get_digest (hmac, chain, &size);
      for (gsize j = 0; j < size; j++)
        out_salted[j] ^= chain[j];
    }

  explicit_bzero (chain, sizeof chain);
}

/* The proof for @auth_message, and what the server will have to prove. */
static void
compute_proofs (ImapSaslScram *scram,
                const ServerFirst *first,
                const char *auth_message,
                guint8 *out_proof)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (scram->hash);
  guint8 salted[DIGEST_MAX], client_key[DIGEST_MAX], stored_key[DIGEST_MAX];
  guint8 server_key[DIGEST_MAX];
  gsize size = scram->digest_size;

  derive_salted_password (scram, first, salted);
  compute_hmac (scram, salted, size, "Client Key", client_key);
  g_checksum_update (checksum, client_key, size);
  g_checksum_get_digest (checksum, stored_key, &size);
  compute_hmac (scram, stored_key, size, auth_message, out_proof);
  for (gsize i = 0; i < size; i++)
    out_proof[i] ^= client_key[i];
  compute_hmac (scram, salted, size, "Server Key", server_key);
  compute_hmac (scram, server_key, size, auth_message, scram->server_signature);

  explicit_bzero (salted, sizeof salted);
  explicit_bzero (client_key, sizeof client_key);
  explicit_bzero (stored_key, sizeof stored_key);
  explicit_bzero (server_key, sizeof server_key);
}

/* g_base64_decode () passes over what is no base64: only what comes back the same is taken. */
static guint8 *
decode_base64 (const char *text, gsize *out_size)
{
  g_autofree guint8 *data = g_base64_decode (text, out_size);
  g_autofree char *again = g_base64_encode (data, *out_size);

  return g_str_equal (again, text) ? g_steal_pointer (&data) : NULL;
}

static gboolean
refuse (const ImapSaslScram *scram, int code, const char *reason, GError **error)
{
  g_set_error (error, G_IMAP_ERROR, code, _ ("The login with %s was broken off: %s"),
               scram->base.mechanism, reason);

  return FALSE;
}

/* The message as attributes, at most @max of them and a rest. */
static GStrv
split_message (
    const ImapSaslScram *scram, const char *challenge, gsize length, int max, GError **error)
{
  g_autofree char *text = g_strndup (challenge, length);
  g_autofree char *said = NULL;
  g_autofree char *reason = NULL;

  if (strlen (text) != length || !g_utf8_validate (text, length, NULL))
    {
      refuse (scram, G_IMAP_ERROR_PROTOCOL, _ ("the server's message is no text"), error);
      return NULL;
    }
  if (!g_str_has_prefix (text, "e="))
    return g_strsplit (text, ",", max + 1);

  said = imap_sasl_dup_visible (text + 2, strcspn (text + 2, ","));
  reason = g_strdup_printf (_ ("the server said “%s”"), said);
  refuse (scram, G_IMAP_ERROR_AUTH_FAILED, reason, error);
  return NULL;
}

static gboolean
take_nonce (const ImapSaslScram *scram, const char *text, ServerFirst *first, GError **error)
{
  const char *nonce = text + 2;

  if (!g_str_has_prefix (nonce, scram->nonce) || strlen (nonce) == strlen (scram->nonce) ||
      !is_nonce (nonce))
    return refuse (scram, G_IMAP_ERROR_AUTH_FAILED, _ ("the server's nonce does not extend ours"),
                   error);
  first->nonce = g_strdup (nonce);

  return TRUE;
}

static gboolean
take_salt (const ImapSaslScram *scram, const char *text, ServerFirst *first, GError **error)
{
  first->salt = decode_base64 (text + 2, &first->salt_size);
  if (first->salt == NULL)
    return refuse (scram, G_IMAP_ERROR_PROTOCOL, _ ("the server's salt is no base64"), error);
  if (first->salt_size == 0)
    return refuse (scram, G_IMAP_ERROR_AUTH_FAILED, _ ("the server's salt is empty"), error);
  if (first->salt_size > IMAP_LIMIT_SCRAM_SALT)
    return refuse (scram, G_IMAP_ERROR_AUTH_FAILED, _ ("the server's salt is too large"), error);

  return TRUE;
}

static gboolean
take_iterations (const ImapSaslScram *scram, const char *text, ServerFirst *first, GError **error)
{
  guint64 iterations;

  /* strtoull () alone would take a sign and spaces. */
  if (text[2] == '\0' || strspn (text + 2, "0123456789") != strlen (text + 2))
    return refuse (scram, G_IMAP_ERROR_PROTOCOL, _ ("the server's iteration count is no number"),
                   error);

  iterations = g_ascii_strtoull (text + 2, NULL, 10);
  if (iterations < IMAP_LIMIT_SCRAM_ITERATIONS_MIN || iterations > IMAP_LIMIT_SCRAM_ITERATIONS_MAX)
    {
      g_autofree char *reason = NULL;

      /* Too few make the password easy to guess for who listens, too many only burn time. */
      reason = g_strdup_printf (_ ("the server's iteration count %.20s is not between %d and %d"),
                                text + 2, IMAP_LIMIT_SCRAM_ITERATIONS_MIN,
                                IMAP_LIMIT_SCRAM_ITERATIONS_MAX);
      return refuse (scram, G_IMAP_ERROR_AUTH_FAILED, reason, error);
    }
  first->iterations = iterations;

  return TRUE;
}

static gboolean
parse_server_first (const ImapSaslScram *scram,
                    const char *challenge,
                    gsize length,
                    ServerFirst *first,
                    GError **error)
{
  g_auto (GStrv) attributes = split_message (scram, challenge, length, ATTRIBUTES_READ, error);

  if (attributes == NULL)
    return FALSE;
  /* RFC 5802, 5.1: an extension that must be understood. */
  if (attributes[0] != NULL && g_str_has_prefix (attributes[0], "m="))
    return refuse (scram, G_IMAP_ERROR_AUTH_FAILED,
                   _ ("the server demands an extension that is not known"), error);
  if (g_strv_length (attributes) < ATTRIBUTES_READ || !g_str_has_prefix (attributes[0], "r=") ||
      !g_str_has_prefix (attributes[1], "s=") || !g_str_has_prefix (attributes[2], "i="))
    return refuse (scram, G_IMAP_ERROR_PROTOCOL,
                   _ ("the server's first message lacks nonce, salt or iteration count"), error);

  return take_nonce (scram, attributes[0], first, error) &&
         take_salt (scram, attributes[1], first, error) &&
         take_iterations (scram, attributes[2], first, error);
}

/* "c=" of the last message: what was said at the beginning, and the channel that it was said on. */
static char *
encode_channel (const ImapSaslScram *scram)
{
  g_autoptr (GByteArray) channel = g_byte_array_new ();

  g_byte_array_append (channel, (const guint8 *) scram->gs2_header, strlen (scram->gs2_header));
  if (scram->binding != NULL)
    g_byte_array_append (channel, g_bytes_get_data (scram->binding, NULL),
                         g_bytes_get_size (scram->binding));

  return g_base64_encode (channel->data, channel->len);
}

static GString *
answer_server_first (ImapSaslScram *scram, const char *challenge, gsize length, GError **error)
{
  g_auto (ServerFirst) first = { NULL };
  g_autofree char *channel = encode_channel (scram);
  g_autofree char *auth_message = NULL;
  g_autofree char *encoded_proof = NULL;
  guint8 proof[DIGEST_MAX];
  GString *response;

  if (!parse_server_first (scram, challenge, length, &first, error))
    return NULL;

  response = g_string_new (NULL);
  g_string_printf (response, "c=%s,r=%s", channel, first.nonce);
  auth_message = g_strdup_printf ("%s,%.*s,%s", scram->client_first_bare, (int) length, challenge,
                                  response->str);
  compute_proofs (scram, &first, auth_message, proof);
  g_clear_pointer (&scram->password, imap_secret_wipe_text);

  encoded_proof = g_base64_encode (proof, scram->digest_size);
  g_string_append_printf (response, ",p=%s", encoded_proof);
  scram->state = SCRAM_SENT_PROOF;

  return response;
}

/* Takes the same time wherever the first difference is. */
static gboolean
is_equal (const guint8 *a, const guint8 *b, gsize size)
{
  volatile guint8 difference = 0;

  for (gsize i = 0; i < size; i++)
    difference |= a[i] ^ b[i];

  return difference == 0;
}

static GString *
verify_server_final (ImapSaslScram *scram, const char *challenge, gsize length, GError **error)
{
  g_auto (GStrv) attributes = split_message (scram, challenge, length, 1, error);
  g_autofree guint8 *signature = NULL;
  gsize size = 0;

  if (attributes == NULL)
    return NULL;

  if (attributes[0] != NULL && g_str_has_prefix (attributes[0], "v="))
    signature = decode_base64 (attributes[0] + 2, &size);
  if (signature == NULL || size != scram->digest_size ||
      !is_equal (signature, scram->server_signature, size))
    {
      refuse (scram, G_IMAP_ERROR_AUTH_FAILED,
              _ ("the server could not prove that it knows the password"), error);
      return NULL;
    }
  scram->state = SCRAM_VERIFIED;

  return g_string_new (NULL);
}

static GString *
scram_step (ImapSasl *sasl, const char *challenge, gsize length, GError **error)
{
  ImapSaslScram *scram = (ImapSaslScram *) sasl;
  GString *first;

  switch (scram->state)
    {
    case SCRAM_BEGIN:
      scram->state = SCRAM_SENT_FIRST;
      first = g_string_new (scram->gs2_header);
      return g_string_append (first, scram->client_first_bare);

    case SCRAM_SENT_FIRST:
      return answer_server_first (scram, challenge, length, error);

    case SCRAM_SENT_PROOF:
      return verify_server_final (scram, challenge, length, error);

    case SCRAM_VERIFIED:
    default:
      return imap_sasl_refuse_challenge (sasl, error);
    }
}

static gboolean
scram_is_next_step_slow (const ImapSasl *sasl)
{
  return ((const ImapSaslScram *) sasl)->state == SCRAM_SENT_FIRST;
}

static gboolean
scram_may_succeed (const ImapSasl *sasl)
{
  return ((const ImapSaslScram *) sasl)->state == SCRAM_VERIFIED;
}

const ImapSaslFamily imap_sasl_scram_family = {
  .is_client_first = TRUE,
  .start = scram_start,
  .step = scram_step,
  .is_next_step_slow = scram_is_next_step_slow,
  .may_succeed = scram_may_succeed,
  .free = scram_free,
};
