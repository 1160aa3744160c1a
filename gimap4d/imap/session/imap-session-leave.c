/* Which mails were flagged as deleted over this session, and their removal when their box is left.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/session/imap-session-private.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/command/imap-leave.h"

static gboolean
has_deleted (ImapSession *session)
{
  return session->deleted != NULL && !imap_uid_set_is_empty (session->deleted);
}

static void
forget (ImapSession *session)
{
  g_clear_pointer (&session->deleted, imap_uid_set_unref);
  g_clear_pointer (&session->deleted_box, g_free);
}

/* Somebody has to know, and no call fails for it. */
static void
say_kept (ImapSession *session, const char *box, guint n, const char *reason)
{
  g_autofree char *text = g_strdup_printf (
      gimap4d_ngettext ("%u mail that was flagged as deleted stays in the box “%s”: %s",
                        "%u mails that were flagged as deleted stay in the box “%s”: %s", n),
      n, box, reason);

  imap_trace_note (session->trace, "%s", text);
  if (session->events->alert != NULL)
    session->events->alert (session->owner, text);
}

static void
keep (ImapSession *session, const char *reason)
{
  if (has_deleted (session))
    say_kept (session, session->deleted_box, imap_uid_set_get_size (session->deleted), reason);
  forget (session);
}

void
imap_session_note_deleted (ImapSession *session, ImapUidSet *uids, gboolean is_deleted)
{
  ImapUidSet *changed;

  if (!session->settings->expunge_on_leave || session->box == NULL)
    return;
  if (session->deleted == NULL)
    {
      session->deleted = imap_uid_set_new ();
      session->deleted_box = g_strdup (session->box->name);
      session->deleted_validity = session->box->uid_validity;
    }

  changed = is_deleted ? imap_uid_set_unite (session->deleted, uids) :
                         imap_uid_set_subtract (session->deleted, uids);
  imap_uid_set_unref (session->deleted);
  session->deleted = changed;
}

void
imap_session_check_deleted (ImapSession *session, const ImapBoxState *state)
{
  if (session->deleted == NULL)
    return;

  if (state == NULL || !imap_box_name_is_same (state->name, session->deleted_box))
    keep (session, _ ("the box cannot be selected any more"));
  else if (state->uid_validity != session->deleted_validity)
    keep (session, _ ("the box was made anew on the server"));
}

void
imap_session_keep_deleted (ImapSession *session)
{
  keep (session, _ ("the connection was lost before they were removed"));
}

void
imap_session_free_deleted (ImapSession *session)
{
  forget (session);
}

/* What a leave operation tells in the end. */
static void
left_cb (gpointer data, const GError *error)
{
  ImapSession *session = data;

  if (error != NULL)
    say_kept (session, session->left_box, session->n_left, error->message);
  g_clear_pointer (&session->left_box, g_free);
}

gboolean
imap_session_leaves_deleted (ImapSession *session, const ImapOperation *operation)
{
  if ((operation->klass->traits & IMAP_OPERATION_LEAVES_BOX) == 0 || !has_deleted (session))
    return FALSE;

  return operation->box == NULL || !imap_box_name_is_same (operation->box, session->deleted_box);
}

gpointer
imap_session_new_leave_operation (ImapSession *session, const ImapOperation *operation)
{
  g_autoptr (ImapUidSet) uids = NULL;

  if (!imap_session_leaves_deleted (session, operation) || session->box == NULL)
    return NULL;
  if (!imap_capabilities_has (&session->capabilities, IMAP_CAPABILITY_UIDPLUS))
    {
      keep (session, _ ("the server has no UIDPLUS, and would remove those of others too"));
      return NULL;
    }

  /* Taken before it is sent: whatever comes of it, they are never removed twice. */
  uids = g_steal_pointer (&session->deleted);
  session->left_box = g_steal_pointer (&session->deleted_box);
  session->n_left = imap_uid_set_get_size (uids);

  return imap_leave_operation_new (uids, left_cb, session);
}

gboolean
imap_session_needs_box_to_leave (ImapSession *session, const ImapOperation *operation)
{
  return imap_session_leaves_deleted (session, operation) && session->box == NULL &&
         session->wanted_box != NULL;
}
