/* From what the server refused to the error that says so.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-failure.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"

#include <string.h>

/* RFC 5530 and its relatives; what is not here is NO, BAD or BYE. */
static const struct
{
  ImapCode code;
  GImapError error;
} errors[] = {
  { IMAP_CODE_TRYCREATE, G_IMAP_ERROR_TRYCREATE },
  { IMAP_CODE_REFERRAL, G_IMAP_ERROR_REFERRAL },
  { IMAP_CODE_AUTHENTICATIONFAILED, G_IMAP_ERROR_AUTH_FAILED },
  { IMAP_CODE_AUTHORIZATIONFAILED, G_IMAP_ERROR_AUTH_FAILED },
  { IMAP_CODE_EXPIRED, G_IMAP_ERROR_AUTH_EXPIRED },
  { IMAP_CODE_PRIVACYREQUIRED, G_IMAP_ERROR_TLS_REQUIRED },
  { IMAP_CODE_OVERQUOTA, G_IMAP_ERROR_OVERQUOTA },
  { IMAP_CODE_TOOBIG, G_IMAP_ERROR_OVERQUOTA },
  { IMAP_CODE_NONEXISTENT, G_IMAP_ERROR_NONEXISTENT },
};

/* RFC 5530, Gmail's code, and Office 365, which has none: "Request is throttled. Suggested Backoff Time: N
 * milliseconds". A BYE stays one. */
gboolean
imap_failure_is_over_limit (const ImapResponse *response)
{
  return response->condition != IMAP_CONDITION_BYE &&
         (response->code == IMAP_CODE_LIMIT || response->code == IMAP_CODE_THROTTLED ||
          strstr (response->text, "Request is throttled") != NULL);
}

static GImapError
choose_code (const ImapResponse *response)
{
  if (imap_failure_is_over_limit (response))
    return G_IMAP_ERROR_LIMIT;
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    if (response->code == errors[i].code)
      return errors[i].error;

  switch ((int) response->condition)
    {
    case IMAP_CONDITION_BYE:
      return G_IMAP_ERROR_BYE;
    case IMAP_CONDITION_BAD:
      return G_IMAP_ERROR_BAD;
    default:
      return G_IMAP_ERROR_NO;
    }
}

GError *
imap_failure_new (const ImapResponse *response)
{
  const char *condition = response->condition == IMAP_CONDITION_BYE ? "BYE" :
                          response->condition == IMAP_CONDITION_BAD ? "BAD" :
                                                                      "NO";
  const char *text = response->text[0] != '\0' ? response->text : _ ("(no text)");

  if (response->code_name != NULL)
    return g_error_new (G_IMAP_ERROR, choose_code (response), _ ("the server answered %s [%s]: %s"),
                        condition, response->code_name, text);

  return g_error_new (G_IMAP_ERROR, choose_code (response), _ ("the server answered %s: %s"),
                      condition, text);
}

gboolean
imap_failure_is_servers (const GError *error)
{
  static const GImapError servers[] = {
    G_IMAP_ERROR_BYE,       G_IMAP_ERROR_AUTH_FAILED, G_IMAP_ERROR_AUTH_EXPIRED,
    G_IMAP_ERROR_REFERRAL,  G_IMAP_ERROR_NO,          G_IMAP_ERROR_BAD,
    G_IMAP_ERROR_TRYCREATE, G_IMAP_ERROR_OVERQUOTA,   G_IMAP_ERROR_NONEXISTENT,
    G_IMAP_ERROR_LIMIT,
  };

  if (error->domain != G_IMAP_ERROR)
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (servers); i++)
    if (error->code == (int) servers[i])
      return TRUE;

  return FALSE;
}
