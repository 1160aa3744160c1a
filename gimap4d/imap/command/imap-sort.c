/* UID SORT (RFC 5256, RFC 5957).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-sort.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"

#include <string.h>

typedef struct
{
  ImapHeadersOperation parent;

  GArray *keys;    /* owned: of ImapSortKey */
  GArray *uids;    /* owned, nullable: of guint32, what has come */
  GError *problem; /* owned, nullable: an answer that cannot be read */
} SortOperation;

static const struct
{
  const char *name;
  const char *field; /* NULL: none is needed */
} kinds[] = {
  [IMAP_SORT_ARRIVAL] = { "ARRIVAL", NULL },
  [IMAP_SORT_CC] = { "CC", "CC" },
  [IMAP_SORT_DATE] = { "DATE", "DATE" },
  [IMAP_SORT_FROM] = { "FROM", "FROM" },
  [IMAP_SORT_SIZE] = { "SIZE", NULL },
  [IMAP_SORT_SUBJECT] = { "SUBJECT", "SUBJECT" },
  [IMAP_SORT_TO] = { "TO", "TO" },
  [IMAP_SORT_DISPLAY_FROM] = { "DISPLAYFROM", "FROM" },
  [IMAP_SORT_DISPLAY_TO] = { "DISPLAYTO", "TO" },
};

static gboolean
add_key (GArray *keys, const char *word, gboolean is_reverse)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_ascii_strcasecmp (word, kinds[i].name) == 0)
      {
        ImapSortKey key = { i, is_reverse };

        g_array_append_val (keys, key);
        return TRUE;
      }

  return FALSE;
}

GArray *
imap_sort_keys_parse (const char *text, GError **error)
{
  g_autoptr (GArray) keys = g_array_new (FALSE, FALSE, sizeof (ImapSortKey));
  g_auto (GStrv) words = g_strsplit_set (text, " ,", -1);
  gboolean is_reverse = FALSE;
  gboolean is_right = TRUE;

  for (guint i = 0; words[i] != NULL && is_right; i++)
    {
      if (words[i][0] == '\0')
        continue;
      if (!is_reverse && g_ascii_strcasecmp (words[i], "REVERSE") == 0)
        {
          is_reverse = TRUE;
          continue;
        }
      is_right = keys->len < IMAP_LIMIT_SORT_KEYS && add_key (keys, words[i], is_reverse);
      is_reverse = FALSE;
    }
  if (is_right && !is_reverse && keys->len > 0)
    return g_steal_pointer (&keys);

  g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
               _ ("the order has to be a list of ARRIVAL, CC, DATE, FROM, SIZE, SUBJECT, TO, "
                  "DISPLAYFROM and DISPLAYTO, each with REVERSE before it or not"));

  return NULL;
}

void
imap_sorted_free (ImapSorted *sorted)
{
  if (sorted == NULL)
    return;

  g_clear_pointer (&sorted->uids, g_array_unref);
  g_clear_pointer (&sorted->fetches, g_array_unref);
  g_array_unref (sorted->keys);
  g_free (sorted);
}

static void
return_sorted (SortOperation *self, GArray *uids, GArray *fetches)
{
  ImapSorted *sorted = g_new0 (ImapSorted, 1);

  sorted->uids = uids;
  sorted->fetches = fetches;
  sorted->keys = g_array_ref (self->keys);
  imap_operation_return (self, sorted, (GDestroyNotify) imap_sorted_free);
}

static void
headers_fetched (ImapSearcher *searcher)
{
  return_sorted ((SortOperation *) searcher, NULL,
                 imap_headers_steal ((ImapHeadersOperation *) searcher));
}

static void
fetch_headers (SortOperation *self, ImapUidSet *uids)
{
  g_autoptr (GString) fields = g_string_new (NULL);

  for (guint i = 0; i < self->keys->len; i++)
    {
      const char *field = kinds[g_array_index (self->keys, ImapSortKey, i).kind].field;

      if (field == NULL || strstr (fields->str, field) != NULL)
        continue;
      g_string_append_printf (fields, "%s%s", fields->len > 0 ? " " : "", field);
    }
  imap_headers_fetch (&self->parent, uids, fields->len > 0 ? fields->str : NULL, headers_fetched);
}

static void
found_to_sort_here (ImapSearcher *searcher, ImapUidSet *uids)
{
  fetch_headers ((SortOperation *) searcher, uids);
  imap_uid_set_unref (uids);
}

static gboolean
claim (ImapCommand *command, const ImapResponse *response)
{
  SortOperation *self = (SortOperation *) command->operation;
  g_autoptr (GArray) numbers = NULL;

  if (response->type != IMAP_DATA_SORT)
    return FALSE;

  if (self->problem == NULL)
    numbers = imap_data_parse_numbers (response, &self->problem);
  if (numbers == NULL)
    return TRUE;
  if (imap_headers_is_too_many (&self->parent, (guint64) self->uids->len + numbers->len))
    self->problem = imap_headers_new_too_many_error (&self->parent);
  else
    g_array_append_vals (self->uids, numbers->data, numbers->len);

  return TRUE;
}

static void send_sort (SortOperation *self, ImapCriteria *criteria);

static void
done (ImapCommand *command, const ImapResponse *response)
{
  SortOperation *self = (SortOperation *) command->operation;
  ImapSearcher *searcher = &self->parent.parent;

  if (self->problem != NULL)
    imap_operation_fail_unreadable (self, self->problem);
  else if (response->condition == IMAP_CONDITION_OK)
    return_sorted (self, g_steal_pointer (&self->uids), NULL);
  else if (imap_searcher_try_next_charset (searcher, searcher->asked, response))
    send_sort (self, searcher->asked);
  else if (response->condition == IMAP_CONDITION_BAD || response->code == IMAP_CODE_BADCHARSET)
    /* It says that it can, and cannot. */
    imap_searcher_start (searcher, found_to_sort_here);
  else
    imap_operation_fail_response (self, response);
}

static void
send_sort (SortOperation *self, ImapCriteria *criteria)
{
  ImapSearcher *searcher = &self->parent.parent;
  ImapWriter *writer = imap_operation_write (self, "UID SORT");
  g_autoptr (ImapCriteria) old = searcher->asked;

  searcher->asked = imap_criteria_ref (criteria);
  g_clear_pointer (&self->uids, g_array_unref);
  self->uids = g_array_new (FALSE, FALSE, sizeof (guint32));
  imap_writer_raw (writer, " (");
  for (guint i = 0; i < self->keys->len; i++)
    {
      const ImapSortKey *key = &g_array_index (self->keys, ImapSortKey, i);

      imap_writer_raw (writer, i > 0 ? " " : "");
      imap_writer_raw (writer, key->is_reverse ? "REVERSE " : "");
      imap_writer_raw (writer, kinds[key->kind].name);
    }
  imap_writer_raw (writer, ") ");
  imap_writer_charset_and_criteria (writer, criteria, IMAP_CRITERIA_WIDE, searcher->charset);
  imap_operation_submit (self, writer, IMAP_COMMAND_SEARCH, claim, done);
}

static gboolean
can_server_sort (SortOperation *self)
{
  if (!imap_operation_has (self, IMAP_CAPABILITY_SORT))
    return FALSE;
  for (guint i = 0; i < self->keys->len; i++)
    if (g_array_index (self->keys, ImapSortKey, i).kind >= IMAP_SORT_DISPLAY_FROM &&
        !imap_operation_has (self, IMAP_CAPABILITY_SORT_DISPLAY))
      return FALSE;

  return TRUE;
}

/* With exact dates the server sorts by ids, as long as they fit into one command. */
static void
found_to_sort_there (ImapSearcher *searcher, ImapUidSet *uids)
{
  SortOperation *self = (SortOperation *) searcher;
  g_autoptr (ImapCriteria) criteria = imap_searcher_new_short (uids);

  if (criteria != NULL)
    send_sort (self, criteria);
  else
    fetch_headers (self, uids);
  imap_uid_set_unref (uids);
}

static void
start (ImapOperation *operation)
{
  SortOperation *self = (SortOperation *) operation;
  ImapSearcher *searcher = &self->parent.parent;

  if (!can_server_sort (self))
    imap_searcher_start (searcher, found_to_sort_here);
  else if (!imap_searcher_prepare (searcher))
    return;
  else if (imap_criteria_has_own (searcher->prepared))
    imap_searcher_start (searcher, found_to_sort_there);
  else
    send_sort (self, searcher->prepared);
}

static void
reset (ImapOperation *operation)
{
  SortOperation *self = (SortOperation *) operation;

  imap_headers_reset (&self->parent);
  imap_searcher_reset (&self->parent.parent);
  g_clear_pointer (&self->uids, g_array_unref);
  g_clear_error (&self->problem);
}

static void
finalize (ImapOperation *operation)
{
  SortOperation *self = (SortOperation *) operation;

  reset (operation);
  imap_searcher_finalize (&self->parent.parent);
  g_array_unref (self->keys);
}

static const ImapOperationClass sort_class = {
  .size = sizeof (SortOperation),
  .traits = IMAP_OPERATION_NEEDS_BOX | IMAP_OPERATION_REPEATABLE,
  .start = start,
  .reset = reset,
  .finalize = finalize,
};

gpointer
imap_sort_operation_new (GArray *keys, ImapCriteria *criteria)
{
  g_autofree char *shown = imap_searcher_describe (criteria);
  SortOperation *self = imap_operation_new (&sort_class,
                                            g_strdup_printf (_ ("putting “%s” in order"), shown));

  imap_searcher_init (&self->parent.parent, criteria);
  self->keys = keys;

  return self;
}
