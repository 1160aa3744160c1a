/* The selected box, as its server keeps it up to date.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-box-state.h"

#include "gimap4d/imap/grammar/imap-data.h"

#include <string.h>

ImapBoxState *
imap_box_state_new (const char *name)
{
  ImapBoxState *state = g_new0 (ImapBoxState, 1);

  state->name = g_strdup (name);
  state->flags = g_new0 (char *, 1);
  state->permanent_flags = g_new0 (char *, 1);
  state->uid_next = -1;
  state->unseen = -1;
  state->highest_modseq = -1;
  state->size = -1;

  return state;
}

ImapBoxState *
imap_box_state_copy (const ImapBoxState *state)
{
  ImapBoxState *copy = g_memdup2 (state, sizeof *state);

  copy->name = g_strdup (state->name);
  copy->flags = g_strdupv (state->flags);
  copy->permanent_flags = g_strdupv (state->permanent_flags);
  copy->mailbox_id = g_strdup (state->mailbox_id);

  return copy;
}

void
imap_box_state_free (ImapBoxState *state)
{
  if (state == NULL)
    return;

  g_free (state->name);
  g_strfreev (state->flags);
  g_strfreev (state->permanent_flags);
  g_free (state->mailbox_id);
  g_free (state);
}

gboolean
imap_box_name_is_same (const char *a, const char *b)
{
  if (g_ascii_strcasecmp (a, "INBOX") == 0)
    return g_ascii_strcasecmp (b, "INBOX") == 0;

  return strcmp (a, b) == 0;
}

static void
take_words (GStrv *place, GStrv words)
{
  if (words == NULL)
    return;
  g_strfreev (*place);
  *place = words;
}

static gboolean
apply_code (ImapBoxState *state, const ImapResponse *response)
{
  switch ((int) response->code)
    {
    case IMAP_CODE_PERMANENTFLAGS:
      take_words (&state->permanent_flags, g_strdupv (response->code_words));
      return TRUE;
    case IMAP_CODE_UIDNEXT:
      /* 0, and what no id can be, is none. */
      state->uid_next = response->code_number > 0 && response->code_number <= G_MAXUINT32 ?
                            (gint64) response->code_number :
                            -1;
      return TRUE;
    case IMAP_CODE_UIDVALIDITY:
      state->uid_validity = (guint32) MIN (response->code_number, G_MAXUINT32);
      return TRUE;
    case IMAP_CODE_HIGHESTMODSEQ:
      /* 0, which some servers send, is none. */
      state->highest_modseq = response->code_number > 0 ?
                                  (gint64) MIN (response->code_number, G_MAXINT64) :
                                  -1;
      return TRUE;
    case IMAP_CODE_NOMODSEQ:
      state->highest_modseq = -1;
      return TRUE;
    case IMAP_CODE_READ_ONLY:
      state->is_read_only = TRUE;
      return TRUE;
    case IMAP_CODE_READ_WRITE:
      state->is_read_only = FALSE;
      return TRUE;
    case IMAP_CODE_MAILBOXID:
      if (response->code_words != NULL && response->code_words[0] != NULL)
        {
          g_free (state->mailbox_id);
          state->mailbox_id = g_strdup (response->code_words[0]);
        }
      return TRUE;
    case IMAP_CODE_UNSEEN: /* the first one's number, not how many */
      return TRUE;
    default:
      return FALSE;
    }
}

/* Each id of it was a mail; how long ago it went is no matter for what is told of earlier ones. */
static gboolean
apply_vanished (ImapBoxState *state, const ImapResponse *response)
{
  g_autoptr (ImapUidSet) uids = imap_uid_set_new ();
  gboolean is_earlier = FALSE;
  guint n;

  if (!imap_data_parse_vanished (response, &is_earlier, uids, NULL))
    return FALSE;
  n = imap_uid_set_get_size (uids);
  if (is_earlier || n == 0 || n > state->exists)
    return FALSE;
  state->exists -= n;

  return TRUE;
}

gboolean
imap_box_state_apply (ImapBoxState *state, const ImapResponse *response)
{
  switch ((int) response->type)
    {
    case IMAP_DATA_EXISTS:
      state->exists = response->number;
      return TRUE;
    case IMAP_DATA_RECENT:
      state->recent = response->number;
      return TRUE;
    case IMAP_DATA_EXPUNGE:
      if (response->number == 0 || response->number > state->exists)
        return FALSE;
      state->exists--;
      return TRUE;
    case IMAP_DATA_VANISHED:
      return apply_vanished (state, response);
    case IMAP_DATA_FLAGS:
      take_words (&state->flags, imap_data_parse_words (response, NULL));
      return TRUE;
    case IMAP_DATA_NONE:
      return response->condition == IMAP_CONDITION_OK && apply_code (state, response);
    default:
      return FALSE;
    }
}
