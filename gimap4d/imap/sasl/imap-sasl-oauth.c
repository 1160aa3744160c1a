/* OAUTHBEARER (RFC 7628) and XOAUTH2, its older form: an OAuth 2 access token, no password.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/sasl/imap-sasl-mechanism.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* The error of RFC 7628, 3.2.2 is one flat object; the parser of JSON recurses. */
#define ERROR_BRACKETS 64

typedef enum
{
  OAUTH_BEGIN,
  OAUTH_SENT_TOKEN,
  OAUTH_REFUSED,
} OauthState;

typedef struct
{
  ImapSasl base;
  OauthState state;
  GString *message; /* owned; NULL when it was handed out */
  char *failure;    /* owned, nullable: what the error challenge said */
} ImapSaslOauth;

static void
oauth_free (ImapSasl *sasl)
{
  ImapSaslOauth *oauth = (ImapSaslOauth *) sasl;

  imap_sasl_wipe (oauth->message);
  g_free (oauth->failure);
  g_free (oauth);
}

static GString *
build_oauthbearer (const ImapSaslSettings *settings)
{
  g_autofree char *user = imap_sasl_escape_name (settings->user);
  g_autofree char *head = g_strdup_printf ("n,%s%s,\001host=%s\001port=%u\001auth=Bearer ",
                                           *user != '\0' ? "a=" : "", user, settings->host,
                                           settings->port);
  GString *message = imap_sasl_string_new (strlen (head) + strlen (settings->token) + 2);

  g_string_append (message, head);
  g_string_append (message, settings->token);
  g_string_append (message, "\001\001");

  return message;
}

static GString *
build_xoauth2 (const ImapSaslSettings *settings)
{
  g_autofree char *head = g_strdup_printf ("user=%s\001auth=Bearer ", settings->user);
  GString *message = imap_sasl_string_new (strlen (head) + strlen (settings->token) + 2);

  g_string_append (message, head);
  g_string_append (message, settings->token);
  g_string_append (message, "\001\001");

  return message;
}

static gboolean
check_token (const char *token, GError **error)
{
  gboolean is_clean = *token != '\0';

  for (const char *c = token; is_clean && *c != '\0'; c++)
    is_clean = g_ascii_isgraph (*c);
  if (is_clean)
    return TRUE;

  g_set_error_literal (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                       _ ("To log in, the OAuth 2 access token must be printable ASCII "
                          "without spaces, and not empty"));
  return FALSE;
}

static ImapSasl *
oauth_start (const char *mechanism, const ImapSaslSettings *settings, GError **error)
{
  ImapSaslOauth *oauth;

  if (settings->token == NULL)
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_AUTH_MECHANISM,
                   _ ("To log in with %s an OAuth 2 access token is needed, and there is none"),
                   mechanism);
      return NULL;
    }
  if (!check_token (settings->token, error) ||
      !imap_sasl_check_text (settings->host, _ ("host name"), error))
    return NULL;

  oauth = g_new0 (ImapSaslOauth, 1);
  oauth->message = g_str_equal (mechanism, "XOAUTH2") ? build_xoauth2 (settings) :
                                                        build_oauthbearer (settings);

  return &oauth->base;
}

static gboolean
is_flat (const char *text, gsize length)
{
  guint brackets = 0;

  for (gsize i = 0; i < length; i++)
    brackets += text[i] == '{' || text[i] == '[';

  return brackets <= ERROR_BRACKETS;
}

static char *
parse_status (const char *text, gsize length)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root, *status = NULL;

  if (!is_flat (text, length) || !g_utf8_validate (text, length, NULL) ||
      !json_parser_load_from_data (parser, text, length, NULL))
    return NULL;

  root = json_parser_get_root (parser);
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    status = json_object_get_member (json_node_get_object (root), "status");
  if (status == NULL || json_node_get_value_type (status) != G_TYPE_STRING)
    return NULL;

  return imap_sasl_dup_visible (json_node_get_string (status),
                                strlen (json_node_get_string (status)));
}

/* RFC 7628, 3.2.3: the error comes as a challenge, and only after a dummy answer as NO. The makers
 * of XOAUTH2 want that answer empty. */
static GString *
answer_refusal (ImapSaslOauth *oauth, const char *challenge, gsize length)
{
  oauth->failure = parse_status (challenge, length);
  if (oauth->failure == NULL && length > 0)
    oauth->failure = imap_sasl_dup_visible (challenge, length);

  return g_string_new (g_str_equal (oauth->base.mechanism, "XOAUTH2") ? "" : "\001");
}

static GString *
oauth_step (ImapSasl *sasl, const char *challenge, gsize length, GError **error)
{
  ImapSaslOauth *oauth = (ImapSaslOauth *) sasl;

  switch (oauth->state)
    {
    case OAUTH_BEGIN:
      oauth->state = OAUTH_SENT_TOKEN;
      return g_steal_pointer (&oauth->message);

    case OAUTH_SENT_TOKEN:
      oauth->state = OAUTH_REFUSED;
      return answer_refusal (oauth, challenge, length);

    case OAUTH_REFUSED:
    default:
      return imap_sasl_refuse_challenge (sasl, error);
    }
}

static gboolean
oauth_may_succeed (const ImapSasl *sasl)
{
  return ((const ImapSaslOauth *) sasl)->state == OAUTH_SENT_TOKEN;
}

static const char *
oauth_get_failure (const ImapSasl *sasl)
{
  return ((const ImapSaslOauth *) sasl)->failure;
}

const ImapSaslFamily imap_sasl_oauth_family = {
  .is_client_first = TRUE,
  .start = oauth_start,
  .step = oauth_step,
  .may_succeed = oauth_may_succeed,
  .get_failure = oauth_get_failure,
  .free = oauth_free,
};
