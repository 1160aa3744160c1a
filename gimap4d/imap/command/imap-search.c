/* UID SEARCH: which messages match, and which ids stand behind numbers.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-search.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/grammar/imap-data.h"

#define MAX_SHOWN 100

typedef struct
{
  ImapOperation parent;

  char *criteria;   /* owned */
  guint n_charsets; /* refused so far */
  ImapUidSet *uids; /* owned, nullable: found so far */
  GError *error;    /* owned, nullable: an answer that cannot be read */
} SearchOperation;

/* What is tried after UTF-8 was refused, where the server does not say what it takes. Outlook and others know only
 * these. */
static const char *const fallback_charsets[] = { "US-ASCII", "ISO-8859-1", "WINDOWS-1252", NULL };

void
imap_found_free (ImapFound *found)
{
  imap_uid_set_unref (found->uids);
  g_free (found->box);
  g_free (found);
}

static void
return_found (gpointer operation, ImapUidSet *uids)
{
  ImapFound *found = g_new0 (ImapFound, 1);
  ImapBoxState *box = imap_operation_get_box (operation);

  found->uids = uids;
  found->box = g_strdup (box->name);
  found->uid_validity = box->uid_validity;
  imap_operation_return (operation, found, (GDestroyNotify) imap_found_free);
}

gboolean
imap_search_is_answer (const ImapCommand *command, const ImapResponse *response)
{
  g_autofree char *tag = NULL;

  if (response->type != IMAP_DATA_ESEARCH)
    return response->type == IMAP_DATA_SEARCH;

  tag = imap_data_dup_esearch_tag (response);

  return tag == NULL || g_strcmp0 (tag, command->tag) == 0;
}

static gboolean
claim_search (ImapCommand *command, const ImapResponse *response)
{
  SearchOperation *self = (SearchOperation *) command->operation;

  if (!imap_search_is_answer (command, response))
    return FALSE;

  /* An answer that cannot be read whole is none: a shorter list would look like a right one. */
  if (self->error == NULL)
    imap_data_parse_search (response, self->uids, &self->error);

  return TRUE;
}

static void search (SearchOperation *self, const char *charset);

/* The next charset to try; NULL when there is none. */
static const char *
get_next_charset (SearchOperation *self, const ImapResponse *response)
{
  const char *const *charsets = (const char *const *) response->code_words;

  if (charsets == NULL || charsets[0] == NULL)
    charsets = fallback_charsets;
  if (self->n_charsets >= MIN (g_strv_length ((GStrv) charsets), IMAP_LIMIT_CHARSETS))
    return NULL;

  return charsets[self->n_charsets++];
}

static void
search_done (ImapCommand *command, const ImapResponse *response)
{
  SearchOperation *self = (SearchOperation *) command->operation;
  const char *charset = NULL;

  if (self->error != NULL)
    {
      imap_operation_fail (self, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL,
                                              _ ("the answer of the server cannot be read: %s"),
                                              self->error->message));
      return;
    }
  if (response->condition == IMAP_CONDITION_OK)
    {
      return_found (self, g_steal_pointer (&self->uids));
      return;
    }
  if (response->code == IMAP_CODE_BADCHARSET)
    charset = get_next_charset (self, response);

  if (charset != NULL)
    search (self, charset);
  else
    imap_operation_fail_response (self, response);
}

static void
search (SearchOperation *self, const char *charset)
{
  ImapWriter *writer = imap_operation_write (self, "UID SEARCH");

  g_clear_pointer (&self->uids, imap_uid_set_unref);
  g_clear_error (&self->error);
  self->uids = imap_uid_set_new ();
  imap_writer_space (writer);
  if (imap_operation_has (self, IMAP_CAPABILITY_ESEARCH))
    imap_writer_raw (writer, "RETURN (ALL) ");
  imap_writer_search_text_in (writer, self->criteria, charset);
  imap_operation_submit (self, writer, IMAP_COMMAND_SEARCH, claim_search, search_done);
}

static void
search_start (ImapOperation *operation)
{
  SearchOperation *self = (SearchOperation *) operation;

  self->n_charsets = 0;
  search (self, NULL);
}

static void
search_finalize (ImapOperation *operation)
{
  SearchOperation *self = (SearchOperation *) operation;

  g_clear_pointer (&self->uids, imap_uid_set_unref);
  g_clear_error (&self->error);
  g_free (self->criteria);
}

static const ImapOperationClass search_class = {
  .size = sizeof (SearchOperation),
  .traits = IMAP_OPERATION_NEEDS_BOX | IMAP_OPERATION_REPEATABLE,
  .start = search_start,
  .finalize = search_finalize,
};

/* For an error's sentence. */
static char *
shorten (const char *criteria)
{
  g_autofree char *valid = g_utf8_make_valid (criteria, -1);
  g_autofree char *cut = NULL;

  if (g_utf8_strlen (valid, -1) <= MAX_SHOWN)
    return g_steal_pointer (&valid);

  cut = g_utf8_substring (valid, 0, MAX_SHOWN);

  return g_strconcat (cut, "…", NULL);
}

gpointer
imap_search_operation_new (const char *criteria)
{
  g_autofree char *shown = shorten (criteria != NULL ? criteria : "ALL");
  SearchOperation *self = imap_operation_new (&search_class,
                                              g_strdup_printf (_ ("searching for “%s”"), shown));

  self->criteria = g_strdup (criteria != NULL ? criteria : "");

  return self;
}

typedef struct
{
  ImapOperation parent;

  guint32 first; /* as asked for */
  guint32 last;
  guint32 from; /* as there are */
  guint32 to;
  ImapUidSet *uids; /* owned, nullable */
} NumbersOperation;

static gboolean
claim_uid (ImapCommand *command, const ImapResponse *response)
{
  NumbersOperation *self = (NumbersOperation *) command->operation;
  g_auto (ImapFetch) fetch = { 0 };

  if (response->type != IMAP_DATA_FETCH || response->number < self->from ||
      response->number > self->to || !imap_data_parse_fetch (response, &fetch, NULL) ||
      fetch.uid == 0)
    return FALSE;
  imap_uid_set_add (self->uids, fetch.uid);

  /* More than the id is the answer to another command that is in flight beside this one. */
  return fetch.size < 0 && imap_span_is_empty (&fetch.body) && imap_span_is_empty (&fetch.header) &&
         imap_span_is_empty (&fetch.section) && imap_span_is_empty (&fetch.envelope);
}

static void
numbers_done (ImapCommand *command, const ImapResponse *response)
{
  NumbersOperation *self = (NumbersOperation *) command->operation;

  if (response->condition == IMAP_CONDITION_OK)
    return_found (self, g_steal_pointer (&self->uids));
  else
    imap_operation_fail_response (self, response);
}

static void
numbers_start (ImapOperation *operation)
{
  NumbersOperation *self = (NumbersOperation *) operation;
  guint32 exists = imap_operation_get_box (self)->exists;
  g_autofree char *range = NULL;
  ImapWriter *writer;

  g_clear_pointer (&self->uids, imap_uid_set_unref);
  self->uids = imap_uid_set_new ();
  self->from = MAX (self->first, 1);
  self->to = self->last == 0 ? exists : MIN (self->last, exists);
  /* Some servers refuse any number in an empty box, and numbers past the end. */
  if (self->from > self->to)
    {
      return_found (self, g_steal_pointer (&self->uids));
      return;
    }

  range = g_strdup_printf (" %u:%u (UID)", self->from, self->to);
  writer = imap_operation_write (self, "FETCH");
  imap_writer_raw (writer, range);
  imap_operation_submit (self, writer, IMAP_COMMAND_NUMBERS, claim_uid, numbers_done);
}

static void
numbers_finalize (ImapOperation *operation)
{
  g_clear_pointer (&((NumbersOperation *) operation)->uids, imap_uid_set_unref);
}

static const ImapOperationClass numbers_class = {
  .size = sizeof (NumbersOperation),
  .traits = IMAP_OPERATION_NEEDS_BOX | IMAP_OPERATION_REPEATABLE | IMAP_OPERATION_BY_NUMBER,
  .start = numbers_start,
  .finalize = numbers_finalize,
};

gpointer
imap_numbers_operation_new (guint32 first, guint32 last)
{
  NumbersOperation *self = imap_operation_new (
      &numbers_class,
      g_strdup_printf (_ ("asking for the ids of the mails %u to %u"), first, last));

  self->first = first;
  self->last = last;

  return self;
}
