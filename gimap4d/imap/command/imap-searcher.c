/* An operation that begins with a search.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-searcher.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/command/imap-search.h"
#include "gimap4d/imap/grammar/imap-data.h"

#include <string.h>

#define MAX_SHOWN 100

/* What is tried after UTF-8 was refused, where the server does not say what it takes. Outlook and others know only
 * these. */
static const char *const fallback_charsets[] = { "US-ASCII", "ISO-8859-1", "WINDOWS-1252", NULL };

/* What is left to be asked of some mails. */
typedef struct
{
  ImapCriteria *criteria; /* owned */
  ImapUidSet *uids;       /* owned */
} Rest;

static void
rest_free (gpointer data)
{
  Rest *rest = data;

  imap_criteria_unref (rest->criteria);
  imap_uid_set_unref (rest->uids);
  g_free (rest);
}

static gboolean
claim_search (ImapCommand *command, const ImapResponse *response)
{
  ImapSearcher *self = (ImapSearcher *) command->operation;

  if (!imap_search_is_answer (command, response))
    return FALSE;

  /* An answer that cannot be read whole is none: a shorter list would look like a right one. */
  if (self->error == NULL)
    imap_data_parse_search (response, self->uids, &self->error);

  return TRUE;
}

gboolean
imap_searcher_try_next_charset (ImapSearcher *self,
                                ImapCriteria *criteria,
                                const ImapResponse *response)
{
  const char *const *charsets = (const char *const *) response->code_words;
  guint n_charsets;

  if (response->code != IMAP_CODE_BADCHARSET)
    return FALSE;
  if (charsets == NULL || charsets[0] == NULL)
    charsets = fallback_charsets;
  n_charsets = MIN (g_strv_length ((GStrv) charsets), IMAP_LIMIT_CHARSETS);

  while (self->n_charsets < n_charsets)
    {
      const char *charset = charsets[self->n_charsets++];
      g_autoptr (ImapWriter) scratch = imap_operation_write (self, "SEARCH");

      if (!imap_writer_criteria (scratch, criteria, IMAP_CRITERIA_WIDE, charset))
        continue;
      g_free (self->charset);
      self->charset = g_strdup (charset);
      return TRUE;
    }

  return FALSE;
}

/* A server that knows no charset with these letters, as Outlook, is not asked for them. */
static gboolean
keep_fields (ImapSearcher *self)
{
  ImapCriteria *kept;

  if (self->wide != NULL)
    return FALSE;
  kept = imap_criteria_keep_fields (self->prepared);
  if (kept == NULL || !imap_criteria_has_own (kept))
    {
      imap_criteria_unref (kept);
      return FALSE;
    }

  imap_criteria_unref (self->prepared);
  self->prepared = kept;
  g_clear_pointer (&self->charset, g_free);

  return TRUE;
}

static void send_search (ImapSearcher *self);
static void search (ImapSearcher *self,
                    ImapCriteria *criteria,
                    ImapCriteriaForm form,
                    void (*searched) (ImapSearcher *, ImapUidSet *));
static void wide_searched (ImapSearcher *self, ImapUidSet *uids);

static void
search_done (ImapCommand *command, const ImapResponse *response)
{
  ImapSearcher *self = (ImapSearcher *) command->operation;

  if (self->error != NULL)
    imap_operation_fail_unreadable (self, self->error);
  else if (response->condition == IMAP_CONDITION_OK)
    self->searched (self, g_steal_pointer (&self->uids));
  else if (imap_searcher_try_next_charset (self, self->asked, response))
    send_search (self);
  else if (response->code == IMAP_CODE_BADCHARSET && keep_fields (self))
    search (self, self->prepared, IMAP_CRITERIA_WIDE, wide_searched);
  else
    imap_operation_fail_response (self, response);
}

/* RETURN (ALL) and nothing else: iCloud's MIN and MAX are wrong. */
static void
send_search (ImapSearcher *self)
{
  ImapWriter *writer = imap_operation_write (self, "UID SEARCH");

  g_clear_pointer (&self->uids, imap_uid_set_unref);
  g_clear_error (&self->error);
  self->uids = imap_uid_set_new ();
  imap_writer_space (writer);
  if (imap_operation_has (self, IMAP_CAPABILITY_ESEARCH))
    imap_writer_raw (writer, "RETURN (ALL) ");
  imap_writer_criteria (writer, self->asked, self->form, self->charset);
  imap_operation_submit (self, writer, IMAP_COMMAND_SEARCH, claim_search, search_done);
}

static void
search (ImapSearcher *self,
        ImapCriteria *criteria,
        ImapCriteriaForm form,
        void (*searched) (ImapSearcher *, ImapUidSet *))
{
  g_autoptr (ImapCriteria) old = self->asked;

  if (++self->n_searches > IMAP_LIMIT_SEARCHES)
    {
      imap_operation_fail (self, g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY,
                                              _ ("its points in time would need more than %u "
                                                 "searches"),
                                              IMAP_LIMIT_SEARCHES));
      return;
    }

  self->asked = imap_criteria_ref (criteria);
  self->form = form;
  self->searched = searched;
  /* QQ refuses a set that goes up to "*" in an empty box. */
  if (imap_operation_get_box (self)->exists == 0 && imap_criteria_has_open_set (criteria))
    searched (self, imap_uid_set_new ());
  else
    send_search (self);
}

static void
finish (ImapSearcher *self)
{
  self->done (self, g_steal_pointer (&self->matching));
}

static void
add_matching (ImapSearcher *self, ImapUidSet *uids)
{
  ImapUidSet *united = imap_uid_set_unite (self->matching, uids);

  imap_uid_set_unref (self->matching);
  self->matching = united;
}

static void ask_next_rest (ImapSearcher *self);

static void
rest_searched (ImapSearcher *self, ImapUidSet *uids)
{
  add_matching (self, uids);
  imap_uid_set_unref (uids);
  ask_next_rest (self);
}

/* What is not decided by the dates alone is asked once more of the mails that it matters for. */
static void
ask_next_rest (ImapSearcher *self)
{
  g_autoptr (ImapCriteria) ids = NULL;
  g_autoptr (ImapCriteria) criteria = NULL;
  GHashTableIter iter;
  Rest *rest;

  g_hash_table_iter_init (&iter, self->left);
  if (!g_hash_table_iter_next (&iter, NULL, (gpointer *) &rest))
    {
      finish (self);
      return;
    }

  ids = imap_criteria_new_ids (rest->uids);
  criteria = imap_criteria_join (IMAP_CRITERIA_ALL_OF, ids, rest->criteria);
  g_hash_table_iter_remove (&iter);
  search (self, criteria, IMAP_CRITERIA_WIDE, rest_searched);
}

static gboolean
contains (const char *field, const char *text, gpointer data)
{
  return imap_fetch_field_contains (data, field, text);
}

static void
set_date (ImapCriteriaFacts *dates, ImapCriteriaDate which, GDateTime *date)
{
  if (date == NULL)
    return;

  dates->at[which] = g_date_time_to_unix (date) * G_USEC_PER_SEC;
  dates->is_known[which] = TRUE;
  g_date_time_unref (date);
}

static void
decide (ImapSearcher *self, const ImapFetch *fetch)
{
  ImapCriteriaFacts facts = { .contains = contains, .data = (gpointer) fetch };
  g_autoptr (ImapCriteria) left = NULL;
  g_autofree char *text = NULL;
  Rest *rest;

  set_date (&facts, IMAP_CRITERIA_RECEIVED, imap_fetch_dup_internal_date (fetch));
  set_date (&facts, IMAP_CRITERIA_SENT, imap_fetch_dup_sent_date (fetch));
  left = imap_criteria_decide (self->prepared, &facts);
  if (imap_criteria_is_all (left))
    imap_uid_set_add (self->matching, fetch->uid);
  if (imap_criteria_is_all (left) || imap_criteria_is_none (left))
    return;

  text = imap_criteria_to_string (left);
  rest = g_hash_table_lookup (self->left, text);
  if (rest == NULL)
    {
      rest = g_new0 (Rest, 1);
      rest->criteria = g_steal_pointer (&left);
      rest->uids = imap_uid_set_new ();
      g_hash_table_insert (self->left, g_steal_pointer (&text), rest);
    }
  imap_uid_set_add (rest->uids, fetch->uid);
}

static gboolean
claim_facts (ImapCommand *command, const ImapResponse *response)
{
  ImapSearcher *self = (ImapSearcher *) command->operation;
  g_auto (ImapFetch) fetch = { 0 };

  if (response->type != IMAP_DATA_FETCH || !imap_data_parse_fetch (response, &fetch, NULL) ||
      !imap_uid_set_contains (self->undecided, fetch.uid) ||
      imap_uid_set_contains (self->decided, fetch.uid) ||
      imap_span_is_empty (&fetch.internal_date) || fetch.size >= 0 ||
      imap_span_is_empty (&fetch.section) == (self->fields->len > 0))
    return FALSE;

  imap_uid_set_add (self->decided, fetch.uid);
  decide (self, &fetch);

  return TRUE;
}

static void
facts_done (ImapCommand *command, const ImapResponse *response)
{
  ImapSearcher *self = (ImapSearcher *) command->operation;

  self->n_answers_due--;
  if (response->condition != IMAP_CONDITION_OK)
    imap_operation_fail_response (self, response);
  else if (self->n_answers_due == 0)
    ask_next_rest (self);
}

static void
fetch_facts (ImapSearcher *self, const ImapUidSet *uids)
{
  ImapWriter *writer = imap_operation_write (self, "UID FETCH");

  imap_writer_space (writer);
  imap_writer_set (writer, uids);
  imap_writer_raw (writer, " (UID INTERNALDATE");
  for (guint i = 0; i < self->fields->len; i++)
    {
      imap_writer_raw (writer, i == 0 ? " BODY.PEEK[HEADER.FIELDS (" : " ");
      imap_writer_header_field (writer, g_ptr_array_index (self->fields, i));
    }
  imap_writer_raw (writer, self->fields->len > 0 ? ")])" : ")");
  self->n_answers_due++;
  imap_operation_submit (self, writer,
                         self->fields->len > 0 ? IMAP_COMMAND_SECTION : IMAP_COMMAND_NONE,
                         claim_facts, facts_done);
}

static void
fetch_all_facts (ImapSearcher *self)
{
  g_autoptr (GPtrArray)
      pieces = imap_uid_set_split (self->undecided, G_MAXUINT, IMAP_LIMIT_COMMAND_SET_BYTES);

  g_clear_pointer (&self->fields, g_ptr_array_unref);
  self->fields = imap_criteria_list_fields (self->prepared);
  for (guint i = 0; i < pieces->len; i++)
    fetch_facts (self, g_ptr_array_index (pieces, i));
}

static void
narrow_searched (ImapSearcher *self, ImapUidSet *uids)
{
  self->matching = uids;
  self->undecided = imap_uid_set_subtract (self->wide, uids);
  self->decided = imap_uid_set_new ();
  self->left = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, rest_free);
  if (imap_uid_set_is_empty (self->undecided))
    finish (self);
  else
    fetch_all_facts (self);
}

static void
wide_searched (ImapSearcher *self, ImapUidSet *uids)
{
  if (!imap_criteria_has_own (self->prepared) || imap_uid_set_is_empty (uids))
    {
      self->matching = uids;
      finish (self);
      return;
    }

  self->wide = uids;
  search (self, self->prepared, IMAP_CRITERIA_NARROW, narrow_searched);
}

gboolean
imap_searcher_prepare (ImapSearcher *self)
{
  ImapCriteriaFeatures features = IMAP_CRITERIA_HAS_NOTHING;
  GError *error = NULL;

  if (imap_operation_has (self, IMAP_CAPABILITY_WITHIN))
    features |= IMAP_CRITERIA_HAS_WITHIN;
  if (imap_operation_has (self, IMAP_CAPABILITY_SEARCH_FUZZY))
    features |= IMAP_CRITERIA_HAS_FUZZY;
  if (imap_operation_has (self, IMAP_CAPABILITY_X_GM_EXT_1))
    features |= IMAP_CRITERIA_HAS_GMAIL;

  g_clear_pointer (&self->prepared, imap_criteria_unref);
  self->prepared = imap_criteria_prepare (self->criteria, features, g_get_real_time (), &error);
  if (self->prepared == NULL)
    imap_operation_fail (self, error);

  return self->prepared != NULL;
}

void
imap_searcher_start (ImapSearcher *self, ImapSearcherDone done)
{
  imap_searcher_reset (self);
  self->done = done;
  if (imap_searcher_prepare (self))
    search (self, self->prepared, IMAP_CRITERIA_WIDE, wide_searched);
}

ImapCriteria *
imap_searcher_new_short (ImapUidSet *uids)
{
  g_autofree char *text = imap_uid_set_to_string (uids);

  return strlen (text) <= IMAP_LIMIT_COMMAND_SET_BYTES ? imap_criteria_new_ids (uids) : NULL;
}

void
imap_searcher_init (ImapSearcher *self, ImapCriteria *criteria)
{
  self->criteria = imap_criteria_ref (criteria);
}

void
imap_searcher_reset (ImapSearcher *self)
{
  g_clear_pointer (&self->prepared, imap_criteria_unref);
  g_clear_pointer (&self->asked, imap_criteria_unref);
  g_clear_pointer (&self->charset, g_free);
  g_clear_pointer (&self->uids, imap_uid_set_unref);
  g_clear_pointer (&self->wide, imap_uid_set_unref);
  g_clear_pointer (&self->matching, imap_uid_set_unref);
  g_clear_pointer (&self->undecided, imap_uid_set_unref);
  g_clear_pointer (&self->decided, imap_uid_set_unref);
  g_clear_pointer (&self->left, g_hash_table_unref);
  g_clear_pointer (&self->fields, g_ptr_array_unref);
  g_clear_error (&self->error);
  self->n_charsets = 0;
  self->n_searches = 0;
  self->n_answers_due = 0;
}

void
imap_searcher_finalize (ImapSearcher *self)
{
  imap_searcher_reset (self);
  imap_criteria_unref (self->criteria);
}

char *
imap_searcher_describe (ImapCriteria *criteria)
{
  g_autofree char *text = imap_criteria_to_string (criteria);
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *cut = NULL;

  if (g_utf8_strlen (valid, -1) <= MAX_SHOWN)
    return g_steal_pointer (&valid);

  cut = g_utf8_substring (valid, 0, MAX_SHOWN);

  return g_strconcat (cut, "…", NULL);
}
