/* IDLE as the session does it: entered when nobody wants anything, left as soon as somebody does.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/session/imap-watch.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/command/imap-idle.h"

static void
entered (gpointer data)
{
  ImapSession *session = data;

  session->idle = IMAP_IDLE_ENTERED;
  session->idle_since = g_get_monotonic_time ();
  if (session->idle_wants_out || !g_queue_is_empty (&session->waiting))
    imap_session_leave_idle (session);
  else
    imap_rest_idle_entered (session);
  imap_session_watch_time (session);
}

static void
left (gpointer data, const ImapResponse *response)
{
  ImapSession *session = data;

  session->idle = IMAP_IDLE_NONE;
  session->idle_deadline = 0;
  /* It has just answered. */
  session->is_checked = TRUE;
  if (response->condition != IMAP_CONDITION_OK)
    session->is_idle_refused = TRUE;
}

static const ImapIdleEvents idle_events = { entered, left };

gboolean
imap_session_can_idle (const ImapSession *session)
{
  return imap_capabilities_has (&session->capabilities, IMAP_CAPABILITY_IDLE) &&
         !session->is_idle_refused;
}

void
imap_session_enter_idle (ImapSession *session)
{
  session->idle = IMAP_IDLE_ENTERING;
  session->idle_wants_out = FALSE;
  imap_session_start (session, imap_idle_operation_new (&idle_events, session));
  imap_session_send (session);
}

void
imap_session_leave_idle (ImapSession *session)
{
  /* DONE before the server waits for it would be a line of its own. */
  session->idle_wants_out = TRUE;
  if (session->idle != IMAP_IDLE_ENTERED || session->channel == NULL)
    return;

  session->idle = IMAP_IDLE_LEAVING;
  session->idle_deadline = g_get_monotonic_time () + imap_rest_times.idle_done * (gint64) 1000;
  imap_session_send_line (session, g_string_new ("DONE\r\n"), FALSE);
}

GError *
imap_session_check_idle (const ImapSession *session, gint64 now)
{
  if (session->idle_deadline == 0 || now < session->idle_deadline)
    return NULL;

  return g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TIMEOUT_IDLE,
                      _ ("the server did not answer within %u seconds when IDLE was left"),
                      (imap_rest_times.idle_done + 999) / 1000);
}
