/* Which mails the selected box has, in which order and with which flags.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-read-box.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/command/imap-failure.h"
#include "gimap4d/imap/grammar/imap-data.h"

/* A box that changes while it is read is read again, but not for ever. */
#define MAX_TRIES 4

typedef struct
{
  ImapOperation parent;

  ImapReadBoxFunc func;
  gpointer data;
  GDestroyNotify destroy; /* nullable */

  ImapMailMap *known; /* unowned, nullable: read before */
  guint64 modseq;     /* and this is when */
  guint32 from;       /* the first id that is asked for */

  ImapFlagSets *sets; /* owned */
  GArray *entries;    /* owned, nullable, of ImapMailEntry */
  ImapUidSet *found;  /* owned, nullable */
  guint32 n_asked;
  guint n_tries;
  guint n_answers_due;
  gboolean is_stale;
} ReadOperation;

static void begin (ReadOperation *self);

static void
fail (ReadOperation *self, GError *error)
{
  if (self->parent.is_complete)
    {
      g_error_free (error);
      return;
    }
  self->func (self, self->data, NULL, 0, error);
  imap_operation_fail (self, error);
}

/* Takes the map. */
static void
succeed (ReadOperation *self, ImapMailMap *map, guint n_missing)
{
  if (self->parent.is_complete)
    {
      imap_mail_map_free (map);
      return;
    }
  self->func (self, self->data, map, n_missing, NULL);
  imap_operation_return (self, GINT_TO_POINTER (TRUE), NULL);
}

/* More than that is the answer to another command, or the server's to tell at any time. */
static gboolean
is_about_flags (const ImapFetch *fetch)
{
  return fetch->has_flags && fetch->size < 0 && imap_span_is_empty (&fetch->body) &&
         imap_span_is_empty (&fetch->header) && imap_span_is_empty (&fetch->section) &&
         imap_span_is_empty (&fetch->envelope);
}

static void
take_entry (ReadOperation *self, const ImapFetch *fetch)
{
  ImapMailEntry entry = { fetch->number, fetch->uid, IMAP_FLAG_SET_UNKNOWN };
  g_auto (GStrv) flags = imap_fetch_dup_flags (fetch);

  if (self->entries->len >= IMAP_LIMIT_WATCHED_MAILS)
    {
      fail (self,
            g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY,
                         _ ("the server tells of more than %u mails"), IMAP_LIMIT_WATCHED_MAILS));
      return;
    }

  entry.flags = imap_flag_sets_find (self->sets, (const char *const *) flags);
  g_array_append_val (self->entries, entry);
}

/* Whatever moves numbers, or ids away, while the box is read. */
static void
notice_removal (ReadOperation *self, const ImapResponse *response)
{
  gboolean is_earlier = FALSE;
  g_autoptr (ImapUidSet) uids = NULL;

  if (response->type == IMAP_DATA_EXPUNGE)
    self->is_stale = TRUE;
  if (response->type != IMAP_DATA_VANISHED)
    return;
  uids = imap_uid_set_new ();
  if (imap_data_parse_vanished (response, &is_earlier, uids, NULL) && !is_earlier)
    self->is_stale = TRUE;
}

static gboolean
claim_fetch (ImapCommand *command, const ImapResponse *response)
{
  ReadOperation *self = (ReadOperation *) command->operation;
  g_auto (ImapFetch) fetch = { 0 };

  notice_removal (self, response);
  if (response->type != IMAP_DATA_FETCH || !imap_data_parse_fetch (response, &fetch, NULL) ||
      !is_about_flags (&fetch))
    return FALSE;
  /* By number no other than those that there were may come; with ids the number does not matter. What
   * has changed just now may come without one. */
  if (self->known == NULL && (fetch.number == 0 || fetch.number > self->n_asked))
    return FALSE;
  if (self->known != NULL && fetch.uid == 0)
    self->is_stale = TRUE;
  else
    take_entry (self, &fetch);

  return TRUE;
}

static gboolean
claim_search (ImapCommand *command, const ImapResponse *response)
{
  ReadOperation *self = (ReadOperation *) command->operation;

  notice_removal (self, response);
  if (response->type != IMAP_DATA_SEARCH && response->type != IMAP_DATA_ESEARCH)
    return FALSE;
  if (!imap_data_parse_search (response, self->found, NULL))
    self->is_stale = TRUE;

  return TRUE;
}

static void
finish_changes (ReadOperation *self)
{
  guint n_found = imap_uid_set_get_size (self->found);

  /* Ids without flags are no answer: then all is read. */
  succeed (self, imap_mail_map_new_changed (self->known, self->found, NULL, self->entries),
           self->n_asked > n_found ? self->n_asked - n_found : 0);
}

static void
finish_all (ReadOperation *self)
{
  ImapMailMap *map = imap_mail_map_new_from_entries (self->sets, self->entries);

  if (map == NULL)
    fail (self,
          g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL,
                       _ ("the ids of the box do not ascend, or one number has two of them")));
  else
    succeed (self, map, self->n_asked - imap_mail_map_get_n_mails (map));
}

static void
finish (ReadOperation *self)
{
  if (self->n_answers_due > 0)
    return;

  if (self->is_stale && self->n_tries >= MAX_TRIES)
    fail (self, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL,
                             _ ("the box changes whenever it is read")));
  else if (self->is_stale)
    begin (self);
  else if (self->known != NULL)
    finish_changes (self);
  else
    finish_all (self);
}

static void
done (ImapCommand *command, const ImapResponse *response)
{
  ReadOperation *self = (ReadOperation *) command->operation;

  self->n_answers_due--;
  if (response->condition == IMAP_CONDITION_OK)
    finish (self);
  else
    fail (self, imap_failure_new (response));
}

/* A box without modification sequences may refuse them, and is read all the same. */
static void
modseqs_done (ImapCommand *command, const ImapResponse *response)
{
  ReadOperation *self = (ReadOperation *) command->operation;

  self->n_answers_due--;
  finish (self);
}

static void
submit (ReadOperation *self,
        const char *name,
        char *arguments,
        ImapCommandTraits traits,
        gboolean (*claim) (ImapCommand *, const ImapResponse *),
        void (*on_done) (ImapCommand *, const ImapResponse *))
{
  ImapWriter *writer = imap_operation_write (self, name);

  imap_writer_raw (writer, arguments);
  g_free (arguments);
  self->n_answers_due++;
  imap_operation_submit (self, writer, traits, claim, on_done);
}

/* From a FETCH of MODSEQ on the server tells it with every change, and says how far it is (RFC 7162,
 * 3.1). Before the mails are read, so that no change is missed between the two. */
static void
ask_for_modseqs (ReadOperation *self)
{
  ImapBoxState *box = imap_operation_get_box (self);

  if (box->is_condstore || (!imap_operation_has (self, IMAP_CAPABILITY_CONDSTORE) &&
                            !imap_operation_has (self, IMAP_CAPABILITY_QRESYNC)))
    return;

  box->is_condstore = TRUE;
  submit (self, "FETCH", g_strdup_printf (" %u (UID MODSEQ)", self->n_asked), IMAP_COMMAND_NUMBERS,
          claim_fetch, modseqs_done);
}

static void
begin_all (ReadOperation *self)
{
  /* Some servers refuse any number in an empty box. */
  if (self->n_asked == 0)
    {
      finish_all (self);
      return;
    }

  ask_for_modseqs (self);
  submit (self, "FETCH", g_strdup_printf (" 1:%u (UID FLAGS)", self->n_asked), IMAP_COMMAND_NUMBERS,
          claim_fetch, done);
}

static void
begin_changes (ReadOperation *self)
{
  g_clear_pointer (&self->found, imap_uid_set_unref);
  self->found = imap_uid_set_new ();
  if (self->n_asked == 0)
    {
      finish_changes (self);
      return;
    }

  /* iCloud finds mails that are not there, but not so. */
  submit (self, "UID SEARCH",
          g_strdup (imap_operation_has (self, IMAP_CAPABILITY_ESEARCH) ? " RETURN (ALL) UID 1:*" :
                                                                         " UID 1:*"),
          IMAP_COMMAND_SEARCH, claim_search, done);
  submit (self, "UID FETCH",
          g_strdup_printf (" 1:* (FLAGS) (CHANGEDSINCE %" G_GUINT64_FORMAT ")", self->modseq),
          IMAP_COMMAND_NONE, claim_fetch, done);
}

static void
begin (ReadOperation *self)
{
  self->n_tries++;
  self->is_stale = FALSE;
  self->n_answers_due = 0;
  g_clear_pointer (&self->entries, g_array_unref);
  self->n_asked = imap_operation_get_box (self)->exists;
  if (self->n_asked > IMAP_LIMIT_WATCHED_MAILS)
    {
      fail (self, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY,
                               _ ("the box has %u mails, and at most %u can be watched"),
                               self->n_asked, IMAP_LIMIT_WATCHED_MAILS));
      return;
    }

  self->entries = g_array_new (FALSE, FALSE, sizeof (ImapMailEntry));
  if (self->known != NULL)
    begin_changes (self);
  else
    begin_all (self);
}

static void
read_start (ImapOperation *operation)
{
  begin ((ReadOperation *) operation);
}

static void
read_reset (ImapOperation *operation)
{
  ReadOperation *self = (ReadOperation *) operation;

  g_clear_pointer (&self->entries, g_array_unref);
  g_clear_pointer (&self->found, imap_uid_set_unref);
  self->n_tries = 0;
}

static void
read_finalize (ImapOperation *operation)
{
  ReadOperation *self = (ReadOperation *) operation;

  read_reset (operation);
  g_clear_pointer (&self->sets, imap_flag_sets_unref);
  if (self->destroy != NULL)
    self->destroy (self->data);
}

static const ImapOperationClass read_class = {
  .size = sizeof (ReadOperation),
  .traits = IMAP_OPERATION_NEEDS_BOX | IMAP_OPERATION_BARRIER | IMAP_OPERATION_REPEATABLE,
  .start = read_start,
  .reset = read_reset,
  .finalize = read_finalize,
};

gpointer
imap_read_box_operation_new (ImapFlagSets *sets,
                             ImapReadBoxFunc func,
                             gpointer data,
                             GDestroyNotify destroy)
{
  ReadOperation *self = imap_operation_new (&read_class, g_strdup (_ ("watching the box")));

  self->sets = sets != NULL ? imap_flag_sets_ref (sets) : imap_flag_sets_new ();
  self->func = func;
  self->data = data;
  self->destroy = destroy;

  return self;
}

gpointer
imap_read_changes_operation_new (ImapMailMap *known,
                                 guint64 modseq,
                                 ImapReadBoxFunc func,
                                 gpointer data)
{
  ReadOperation *self = imap_read_box_operation_new (imap_mail_map_get_sets (known), func, data,
                                                     NULL);

  self->known = known;
  self->modseq = modseq;

  return self;
}

/* Who listens has taken it; it is claimed so that it does not count as unasked for. */
static gboolean
claim_new (ImapCommand *command, const ImapResponse *response)
{
  ReadOperation *self = (ReadOperation *) command->operation;
  g_auto (ImapFetch) fetch = { 0 };

  return response->type == IMAP_DATA_FETCH && imap_data_parse_fetch (response, &fetch, NULL) &&
         is_about_flags (&fetch) && fetch.uid >= self->from;
}

static void
new_done (ImapCommand *command, const ImapResponse *response)
{
  ReadOperation *self = (ReadOperation *) command->operation;

  if (response->condition == IMAP_CONDITION_OK)
    succeed (self, NULL, 0);
  else
    fail (self, imap_failure_new (response));
}

static void
new_start (ImapOperation *operation)
{
  ReadOperation *self = (ReadOperation *) operation;

  submit (self, "UID FETCH", g_strdup_printf (" %u:* (FLAGS)", self->from), IMAP_COMMAND_NONE,
          claim_new, new_done);
}

static const ImapOperationClass new_class = {
  .size = sizeof (ReadOperation),
  .traits = IMAP_OPERATION_NEEDS_BOX | IMAP_OPERATION_BARRIER,
  .start = new_start,
};

gpointer
imap_read_new_operation_new (guint32 from, ImapReadBoxFunc func, gpointer data)
{
  ReadOperation *self = imap_operation_new (&new_class, g_strdup (_ ("watching the box")));

  self->func = func;
  self->data = data;
  self->from = from;

  return self;
}
