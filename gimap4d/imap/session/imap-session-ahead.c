/* What goes in the same flight as the login, before it is known how that ends: a program that opens a
 * connection, selects a box and lists its mails waits for one answer, not for three.
 *
 * Only what changes nothing goes, what is written in the same way whatever the server can do, and
 * only behind a login that cannot ask back: what follows would be taken for the answer
 * (RFC 7628, 3.2.3).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/session/imap-session-private.h"

#include "gimap4d/base/g-imap-error.h"

/* Nothing but what goes ahead is running, and no box is selected. */
static gboolean
is_ahead (ImapSession *session)
{
  if (session->box != NULL)
    return FALSE;

  for (guint i = 0; i < session->running->len; i++)
    if (!((ImapOperation *) g_ptr_array_index (session->running, i))->goes_ahead)
      return FALSE;

  return TRUE;
}

static gboolean
is_selecting (ImapSession *session)
{
  for (guint i = 0; i < session->running->len; i++)
    {
      ImapOperation *operation = g_ptr_array_index (session->running, i);

      if ((operation->klass->traits & IMAP_OPERATION_SELECTS) != 0)
        return TRUE;
    }

  return FALSE;
}

gboolean
imap_session_can_start_ahead (ImapSession *session, const ImapOperation *operation)
{
  gboolean needs_box = (operation->klass->traits & IMAP_OPERATION_NEEDS_BOX) != 0;
  gboolean is_barrier = (operation->klass->traits & IMAP_OPERATION_BARRIER) != 0;

  if (!operation->goes_ahead || session->avoids_ahead || !is_ahead (session))
    return FALSE;
  /* With nothing under way it is an ordinary start. */
  if (session->state == IMAP_SESSION_READY && session->running->len == 0)
    return FALSE;
  /* Of which box the ids are can only be checked when it is selected. */
  if (needs_box)
    return is_selecting (session) && operation->box == NULL && operation->uid_validity == 0;

  return !is_barrier || !is_selecting (session);
}

void
imap_session_go_ahead (ImapSession *session)
{
  /* Behind COMPRESS the octets are other ones, and a notifier selects in a way of its own. */
  session->goes_ahead = !session->settings->compress && session->watch == NULL &&
                        !session->avoids_ahead;
  imap_session_pump (session);
}

gboolean
imap_session_give_up_ahead (ImapSession *session, const GError *error)
{
  gboolean was_lost = g_error_matches (error, G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED) ||
                      g_error_matches (error, G_IMAP_ERROR, G_IMAP_ERROR_TLS_TRUNCATED);

  if (!session->went_ahead || session->n_done > 0)
    return FALSE;

  /* One that swallows it is known by its silence, and is not asked so again. */
  if (was_lost || g_error_matches (error, G_IMAP_ERROR, G_IMAP_ERROR_TIMEOUT_RESPONSE))
    session->avoids_ahead = TRUE;

  return was_lost;
}
