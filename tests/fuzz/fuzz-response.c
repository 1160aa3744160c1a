/* The fuzzer's entry: any bytes are what a server sends, whole and in pieces, and the same comes out.
 *
 * The first byte says how large the pieces are.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/imap/command/imap-capabilities.h"
#include "gimap4d/imap/command/imap-failure.h"
#include "gimap4d/imap/grammar/imap-data.h"
#include "gimap4d/imap/grammar/imap-mender.h"
#include "gimap4d/imap/grammar/imap-quota-data.h"
#include "gimap4d/imap/grammar/imap-thread-tree.h"
#include "gimap4d/imap/wire/imap-framer.h"
#include "gimap4d/mail/email-fields.h"
#include "gimap4d/mail/email-values.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
read_fetch (const ImapResponse *response, GString *log)
{
  g_auto (ImapFetch) fetch = { 0 };
  g_autoptr (EmailEnvelope) envelope = NULL;
  g_autoptr (EmailStructure) structure = NULL;
  g_autoptr (EmailFields) fields = NULL;
  g_autoptr (GDateTime) received = NULL;
  g_autoptr (GDateTime) sent = NULL;
  g_auto (GStrv) flags = NULL;

  if (!imap_data_parse_fetch (response, &fetch, NULL))
    return;
  flags = imap_fetch_dup_flags (&fetch);
  received = imap_fetch_dup_internal_date (&fetch);
  sent = imap_fetch_dup_sent_date (&fetch);
  fields = imap_fetch_read_fields (&fetch);
  envelope = imap_fetch_parse_envelope (&fetch);
  structure = imap_fetch_parse_structure (&fetch);
  if (fetch.has_whole_envelope && envelope == NULL)
    g_abort ();
  if (envelope != NULL && envelope->subject != NULL &&
      !g_utf8_validate (envelope->subject, -1, NULL))
    g_abort ();
  g_string_append_printf (log, "%u,%u,%u;", fetch.uid, g_strv_length (flags), structure != NULL);
}

static void
read_data (const ImapResponse *response, GString *log)
{
  g_autoptr (ImapUidSet) ids = imap_uid_set_new ();
  g_autoptr (ImapThreadTree) tree = imap_thread_tree_new ();
  g_autoptr (GPtrArray)
      quotas = g_ptr_array_new_with_free_func ((GDestroyNotify) imap_quota_item_free);
  g_autoptr (GArray) numbers = NULL;
  g_auto (ImapListItem) item = { 0 };
  g_auto (ImapStatusItem) status = { 0 };
  g_auto (GStrv) prefixes = NULL;
  g_autofree char *tag = NULL;

  switch ((int) response->type)
    {
    case IMAP_DATA_FETCH:
      read_fetch (response, log);
      break;
    case IMAP_DATA_NAMESPACE:
      prefixes = imap_data_parse_foreign_prefixes (response, NULL);
      break;
    case IMAP_DATA_SEARCH:
    case IMAP_DATA_ESEARCH:
    case IMAP_DATA_VANISHED:
      tag = response->type == IMAP_DATA_ESEARCH ? imap_data_dup_esearch_tag (response) : NULL;
      imap_data_parse_search (response, ids, NULL);
      g_string_append_printf (log, "%u;", imap_uid_set_get_size (ids));
      break;
    case IMAP_DATA_SORT:
      numbers = imap_data_parse_numbers (response, NULL);
      break;
    case IMAP_DATA_THREAD:
      imap_data_parse_thread (response, tree, NULL);
      g_string_append_printf (log, "%u;", imap_thread_tree_get_size (tree));
      break;
    case IMAP_DATA_QUOTA:
      imap_data_parse_quota (response, quotas, NULL);
      g_string_append_printf (log, "%u;", quotas->len);
      break;
    case IMAP_DATA_LIST:
    case IMAP_DATA_LSUB:
    case IMAP_DATA_XLIST:
      imap_data_parse_list (response, FALSE, &item, NULL);
      break;
    case IMAP_DATA_STATUS:
      imap_data_parse_status (response, TRUE, &status, NULL);
      break;
    case IMAP_DATA_FLAGS:
    case IMAP_DATA_CAPABILITY:
    case IMAP_DATA_ENABLED:
      g_strfreev (imap_data_parse_words (response, NULL));
      break;
    case IMAP_DATA_ID:
      g_strfreev (imap_data_parse_id (response, NULL));
      break;
    default:
      break;
    }
}

/* What a greeting, or the answer to a command, makes of a session. */
static void
read_condition (const ImapResponse *response, GString *log)
{
  ImapCapabilities capabilities = { 0 };

  if (response->code == IMAP_CODE_CAPABILITY)
    {
      imap_capabilities_set (&capabilities, g_strdupv (response->code_words));
      g_string_append_printf (log, "%d;",
                              imap_capabilities_has (&capabilities, IMAP_CAPABILITY_STARTTLS));
      imap_capabilities_clear (&capabilities);
    }
  if (response->condition == IMAP_CONDITION_NO || response->condition == IMAP_CONDITION_BAD ||
      response->condition == IMAP_CONDITION_BYE)
    {
      g_autoptr (GError) failure = imap_failure_new (response);

      if (!g_utf8_validate (failure->message, -1, NULL))
        g_abort ();
      g_string_append_printf (log, "%d %s;", failure->code, failure->message);
    }
}

static void
read_frame (ImapFrame *frame, GString *log)
{
  g_auto (ImapResponse) response = { 0 };

  if (!imap_response_parse (&response, frame, NULL))
    {
      g_string_append (log, "?;");
      return;
    }
  if (!g_utf8_validate (response.text, -1, NULL))
    g_abort ();
  g_string_append_printf (log, "%d %d %d %u %s;", response.kind, response.condition, response.type,
                          response.number, response.text);
  read_condition (&response, log);
  if (response.kind == IMAP_RESPONSE_UNTAGGED)
    read_data (&response, log);
}

static GString *
read_all (const guint8 *data, gsize size, gsize step)
{
  GString *log = g_string_new (NULL);
  g_autoptr (ImapFramer) framer = imap_framer_new ();
  g_auto (ImapMender) mender = { 0 };

  imap_framer_set_limits (framer, &imap_framer_limits_open);
  for (gsize at = 0; at < size; at += step)
    {
      ImapFrame *cut;
      ImapFrame *frame;

      imap_framer_feed (framer, data + at, MIN (step, size - at));
      while (imap_framer_next (framer, &cut, NULL) == IMAP_FRAMER_FRAME)
        {
          imap_mender_push (&mender, cut);
          imap_frame_unref (cut);
          while ((frame = imap_mender_pop (&mender)) != NULL)
            {
              read_frame (frame, log);
              imap_frame_unref (frame);
            }
        }
    }

  return log;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  GString *whole = NULL;
  GString *pieces = NULL;

  if (size < 2)
    return 0;

  whole = read_all (data + 1, size - 1, size - 1);
  pieces = read_all (data + 1, size - 1, 1 + data[0] % 16);
  if (!g_string_equal (whole, pieces))
    g_abort ();
  g_string_free (whole, TRUE);
  g_string_free (pieces, TRUE);

  return 0;
}
