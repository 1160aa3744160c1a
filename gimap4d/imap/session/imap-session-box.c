/* The selected box: selecting it again after the connection was lost, and whose ids are still worth something.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/session/imap-session-private.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/command/imap-select.h"
#include "gimap4d/imap/session/imap-watch.h"

GError *
imap_session_new_validity_error (guint32 before, guint32 now)
{
  return g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_UIDVALIDITY_CHANGED,
                      _ ("the box was made anew on the server (UIDVALIDITY %u, now %u): "
                         "ids from before do not count any more"),
                      before, now);
}

/* Ids that the caller had from before are worth nothing in a box that was made anew meanwhile. */
static void
fail_old_ids (ImapSession *session, guint32 uid_validity)
{
  g_autoptr (GError)
      error = imap_session_new_validity_error (session->lost_uid_validity, uid_validity);

  if (imap_session_fail_waiting (session, IMAP_OPERATION_USES_IDS, error))
    session->untold_validity = 0;
}

/* What is on its way there cannot be called back; nothing more with these ids follows it. */
void
imap_session_made_anew (ImapSession *session, guint32 uid_validity)
{
  session->lost_uid_validity = uid_validity;
  session->untold_validity = uid_validity;
  fail_old_ids (session, session->box->uid_validity);
  for (guint i = 0; i < session->running->len; i++)
    {
      ImapOperation *operation = g_ptr_array_index (session->running, i);

      if ((operation->klass->traits & IMAP_OPERATION_USES_IDS) == 0 || operation->is_complete)
        continue;
      imap_operation_fail (
          operation, imap_session_new_validity_error (uid_validity, session->box->uid_validity));
      session->untold_validity = 0;
    }
}

void
imap_session_doubt_box (ImapSession *session)
{
  if (session->box == NULL)
    return;

  session->wanted_read_only = session->box->is_read_only;
  session->wanted_uid_validity = session->box->uid_validity;
  g_clear_pointer (&session->box, imap_box_state_free);
  imap_session_publish (session);
}

static void
reselected_cb (gpointer data, const ImapBoxState *state, const GError *error)
{
  ImapSession *session = data;

  session->reselecting = NULL;
  if (error != NULL)
    {
      imap_session_fail_waiting (session, IMAP_OPERATION_NEEDS_BOX, error);
      imap_watch_refused (session, error);
    }
  else if (session->lost_uid_validity != 0 && state->uid_validity != session->lost_uid_validity)
    fail_old_ids (session, state->uid_validity);
}

/* The next operation needs the box that was selected before the connection was lost. */
void
imap_session_reselect (ImapSession *session)
{
  ImapOperation *operation = imap_select_operation_new_again (
      session->wanted_box, session->wanted_read_only, reselected_cb, session);
  guint32 uid_validity;
  guint64 modseq;

  if (imap_watch_begin_resync (session, &uid_validity, &modseq))
    imap_select_operation_set_resync (operation, uid_validity, modseq);
  if (session->watch != NULL)
    imap_select_operation_set_modseqs (operation);
  session->reselecting = operation;
  session->lost_uid_validity = session->wanted_uid_validity;
  imap_session_start (session, operation);
}

gboolean
imap_session_check_box (ImapSession *session, ImapOperation *operation)
{
  GError *error = NULL;

  if (operation->box != NULL && !imap_box_name_is_same (operation->box, session->box->name))
    error = g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                         _ ("the ids are of the box “%s”, but “%s” is selected"), operation->box,
                         session->box->name);
  else if (operation->uid_validity != 0 && operation->uid_validity != session->box->uid_validity)
    error = imap_session_new_validity_error (operation->uid_validity, session->box->uid_validity);
  else if ((operation->klass->traits & IMAP_OPERATION_USES_IDS) != 0 &&
           session->untold_validity != 0)
    error = imap_session_new_validity_error (session->untold_validity, session->box->uid_validity);
  session->untold_validity = 0;
  if (error == NULL)
    return TRUE;

  imap_session_end_operation (session, operation, error);

  return FALSE;
}
