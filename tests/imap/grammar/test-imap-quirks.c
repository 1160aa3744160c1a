/* What servers send instead of what the RFC says: each has a transcript in quirks/, and what is made of
 * it.
 *
 * A line "S: …" is sent with CRLF, "S-raw: …" with its escapes expanded; "= …" is what the next
 * response says.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/imap/grammar/imap-data.h"
#include "gimap4d/imap/grammar/imap-mender.h"
#include "gimap4d/imap/grammar/imap-quirks.h"
#include "gimap4d/imap/wire/imap-frame-private.h"
#include "gimap4d/imap/wire/imap-framer.h"
#include "gimap4d/mail/email-values.h"

#include <string.h>

static void
add_words (GString *to, GStrv words)
{
  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    g_string_append_printf (to, " %s", words[i]);
  g_strfreev (words);
}

static void
add_addresses (GString *to, const char *name, GPtrArray *addresses)
{
  for (guint i = 0; i < addresses->len; i++)
    {
      const EmailAddressValue *address = g_ptr_array_index (addresses, i);

      if (i == 0)
        g_string_append_printf (to, " %s \"", name);
      else
        g_string_append (to, ", ");
      if (address->name != NULL)
        g_string_append_printf (to, "%s <%s>", address->name, address->email);
      else
        g_string_append_printf (to, "%s", address->email);
    }
  g_string_append (to, addresses->len > 0 ? "\"" : "");
}

static void
add_envelope (GString *to, const ImapFetch *fetch)
{
  g_autoptr (EmailEnvelope) envelope = NULL;

  if (imap_span_is_empty (&fetch->envelope))
    return;
  envelope = imap_fetch_parse_envelope (fetch);
  if (envelope == NULL)
    return;

  if (envelope->subject != NULL)
    g_string_append_printf (to, " subject \"%s\"", envelope->subject);
  add_addresses (to, "from", envelope->from);
  add_addresses (to, "to", envelope->to);
  if (envelope->message_id != NULL)
    g_string_append_printf (to, " id \"%s\"", envelope->message_id);
  g_string_append (to, envelope->is_truncated ? " envelope!" : "");
}

static void
add_part (GString *to, const EmailStructure *part)
{
  const char *name = g_hash_table_lookup (part->disposition_parameters, "filename");

  if (name == NULL)
    name = g_hash_table_lookup (part->parameters, "name");
  g_string_append (to, part->type);
  if (name != NULL)
    g_string_append_printf (to, "[%s]", name);
  for (guint i = 0; i < part->parts->len; i++)
    {
      g_string_append (to, i == 0 ? "(" : " ");
      add_part (to, g_ptr_array_index (part->parts, i));
    }
  g_string_append (to, part->parts->len > 0 ? ")" : "");
  g_string_append (to, part->is_truncated ? "!" : "");
}

static void
add_bytes (GString *to, const char *name, const ImapFetch *fetch, const ImapSpan *span)
{
  g_autoptr (GBytes) bytes = imap_fetch_dup_bytes (fetch, span);

  if (bytes != NULL)
    g_string_append_printf (to, " %s %zu", name, g_bytes_get_size (bytes));
}

static void
add_fetch (GString *to, const ImapResponse *response)
{
  g_auto (ImapFetch) fetch = { 0 };
  g_autoptr (EmailStructure) structure = NULL;
  g_autoptr (GDateTime) date = NULL;

  g_string_append_printf (to, "%u FETCH", response->number);
  if (!imap_data_parse_fetch (response, &fetch, NULL))
    return;
  if (fetch.uid != 0)
    g_string_append_printf (to, " uid %u", fetch.uid);
  if (fetch.size >= 0)
    g_string_append_printf (to, " size %" G_GINT64_FORMAT, fetch.size);
  if (fetch.modseq != 0)
    g_string_append_printf (to, " modseq %" G_GUINT64_FORMAT, fetch.modseq);
  if (fetch.has_flags)
    {
      g_string_append (to, " flags");
      add_words (to, imap_fetch_dup_flags (&fetch));
    }
  date = imap_fetch_dup_internal_date (&fetch);
  if (date != NULL)
    g_string_append (to, " date");
  add_envelope (to, &fetch);
  if (!imap_span_is_empty (&fetch.structure))
    structure = imap_fetch_parse_structure (&fetch);
  if (structure != NULL)
    {
      g_string_append (to, " structure ");
      add_part (to, structure);
    }
  add_bytes (to, "body", &fetch, &fetch.body);
  add_bytes (to, "header", &fetch, &fetch.header);
}

static void
add_list (GString *to, const ImapResponse *response)
{
  g_auto (ImapListItem) item = { 0 };

  g_assert_true (imap_data_parse_list (response, FALSE, &item, NULL));
  g_string_append_printf (to, "%s \"%s\" \"%.1s\"", response->name, item.name, &item.delimiter);
  add_words (to, g_steal_pointer (&item.attributes));
}

static void
add_status (GString *to, const ImapResponse *response)
{
  g_auto (ImapStatusItem) item = { 0 };

  g_assert_true (imap_data_parse_status (response, FALSE, &item, NULL));
  g_string_append_printf (to, "STATUS \"%s\"", item.name);
  if (item.messages >= 0)
    g_string_append_printf (to, " messages %" G_GINT64_FORMAT, item.messages);
  if (item.recent >= 0)
    g_string_append_printf (to, " recent %" G_GINT64_FORMAT, item.recent);
  if (item.unseen >= 0)
    g_string_append_printf (to, " unseen %" G_GINT64_FORMAT, item.unseen);
  if (item.highest_modseq >= 0)
    g_string_append_printf (to, " modseq %" G_GINT64_FORMAT, item.highest_modseq);
}

static void
add_numbers (GString *to, const ImapResponse *response)
{
  g_autoptr (ImapUidSet) ids = imap_uid_set_new ();
  g_autofree char *text = NULL;

  g_assert_true (imap_data_parse_search (response, ids, NULL));
  text = imap_uid_set_to_string (ids);
  g_string_append_printf (to, "%s%s%s", response->name, *text != '\0' ? " " : "", text);
}

static void
add_data (GString *to, const ImapResponse *response)
{
  switch ((int) response->type)
    {
    case IMAP_DATA_FETCH:
      add_fetch (to, response);
      break;
    case IMAP_DATA_LIST:
    case IMAP_DATA_XLIST:
      add_list (to, response);
      break;
    case IMAP_DATA_STATUS:
      add_status (to, response);
      break;
    case IMAP_DATA_SEARCH:
    case IMAP_DATA_ESEARCH:
      add_numbers (to, response);
      break;
    case IMAP_DATA_FLAGS:
    case IMAP_DATA_CAPABILITY:
      g_string_append (to, response->name);
      add_words (to, imap_data_parse_words (response, NULL));
      break;
    case IMAP_DATA_ID:
      g_string_append (to, response->name);
      add_words (to, imap_data_parse_id (response, NULL));
      break;
    default:
      g_string_append_printf (to, "%u %s", response->number, response->name);
      break;
    }
}

static void
add_code (GString *to, const ImapResponse *response)
{
  if (response->code == IMAP_CODE_NONE)
    return;

  g_string_append_printf (to, " [%s%s",
                          response->code == IMAP_CODE_UNKNOWN && response->code_name != NULL &&
                                  strchr (response->code_name, '=') == NULL &&
                                  !g_str_has_prefix (response->code_name, "XYM") ?
                              "?" :
                              "",
                          response->code_name != NULL ? response->code_name : "?");
  if (response->code_source != NULL)
    {
      g_autofree char *source = imap_uid_set_to_string (response->code_source);
      g_autofree char *uids = imap_uid_set_to_string (response->code_uids);

      g_string_append_printf (to, " %" G_GUINT64_FORMAT " %s=%s", response->code_number, source,
                              uids);
    }
  else if (response->code == IMAP_CODE_UIDNEXT || response->code == IMAP_CODE_UIDVALIDITY ||
           response->code == IMAP_CODE_UNSEEN)
    {
      g_string_append_printf (to, " %" G_GUINT64_FORMAT, response->code_number);
    }
  add_words (to, g_strdupv (response->code_words));
  g_string_append_c (to, ']');
}

static char *
describe (ImapFrame *frame)
{
  static const char *const conditions[] = { "", "OK", "NO", "BAD", "BYE", "PREAUTH" };
  g_auto (ImapResponse) response = { 0 };
  g_autoptr (GString) text = g_string_new (NULL);

  if (!imap_response_parse (&response, frame, NULL))
    return g_strdup ("unreadable");

  if (response.kind == IMAP_RESPONSE_CONTINUATION)
    g_string_append (text, "+");
  else if (response.kind == IMAP_RESPONSE_TAGGED)
    g_string_append_printf (text, "%s ", response.tag);
  if (response.condition != IMAP_CONDITION_NONE)
    {
      g_string_append (text, conditions[response.condition]);
      add_code (text, &response);
    }
  else if (response.kind == IMAP_RESPONSE_UNTAGGED)
    {
      add_data (text, &response);
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
get_path (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".transcript", NULL);

  return g_test_build_filename (G_TEST_DIST, "imap", "grammar", "quirks", file, NULL);
}

/* What was sent and what is to be made of it. */
static void
read_transcript (const char *name, GString *sent, GPtrArray *expected)
{
  g_autofree char *path = get_path (name);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (g_str_has_prefix (lines[i], "S: "))
        g_string_append_printf (sent, "%s\r\n", lines[i] + strlen ("S: "));
      else if (g_str_has_prefix (lines[i], "S-raw: "))
        {
          g_autofree char *raw = g_strcompress (lines[i] + strlen ("S-raw: "));

          g_string_append (sent, raw);
        }
      else if (g_str_has_prefix (lines[i], "= "))
        g_ptr_array_add (expected, g_strdup (lines[i] + strlen ("= ")));
      else if (lines[i][0] != '\0')
        g_assert_cmpint (lines[i][0], ==, '#');
    }
}

static void
check_response (const char *name, ImapFrame *frame, const GPtrArray *expected, guint *n)
{
  g_autofree char *text = describe (frame);
  const char *wanted = *n < expected->len ? g_ptr_array_index (expected, *n) : "";

  if (!g_str_equal (text, wanted))
    g_error ("%s: response %u is “%s”, not “%s”", name, *n + 1, text, wanted);
  ++*n;
}

/* In pieces of this size. */
static void
play (const char *name, gsize step)
{
  g_autoptr (GString) sent = g_string_new (NULL);
  g_autoptr (GPtrArray) expected = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (ImapFramer) framer = imap_framer_new ();
  g_auto (ImapMender) mender = { 0 };
  guint n = 0;

  read_transcript (name, sent, expected);
  g_assert_cmpuint (expected->len, >, 0);
  imap_framer_set_limits (framer, &imap_framer_limits_open);
  for (gsize at = 0; at < sent->len; at += step)
    {
      ImapFrame *cut;
      ImapFrame *frame;

      imap_framer_feed (framer, sent->str + at, MIN (step, sent->len - at));
      while (imap_framer_next (framer, &cut, NULL) == IMAP_FRAMER_FRAME)
        {
          imap_mender_push (&mender, cut);
          imap_frame_unref (cut);
          while ((frame = imap_mender_pop (&mender)) != NULL)
            {
              check_response (name, frame, expected, &n);
              imap_frame_unref (frame);
            }
        }
    }
  g_assert_cmpuint (n, ==, expected->len);
}

static void
test_transcript (gconstpointer data)
{
  const ImapQuirk *quirk = data;

  g_assert_cmpuint (strlen (quirk->server), >, 0);
  g_assert_cmpuint (strlen (quirk->symptom), >, 0);
  g_assert_cmpuint (strlen (quirk->remedy), >, 0);
  g_assert_cmpuint (strlen (quirk->source), >, 0);
  play (quirk->name, G_MAXSIZE / 2);
  play (quirk->name, 1);
}

/* No transcript that no quirk speaks of. */
static void
test_all_are_known (void)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "imap", "grammar", "quirks", NULL);
  g_autoptr (GDir) listing = g_dir_open (folder, 0, NULL);
  const char *file;
  guint n_known;
  guint n = 0;

  while ((file = g_dir_read_name (listing)) != NULL)
    n += g_str_has_suffix (file, ".transcript");
  imap_quirks_get_sent (&n_known);
  g_assert_cmpuint (n, ==, n_known);
}

/* As many as a line has room for: what joins them one by one, with a copy each, does not end before the
 * test is stopped. */
static void
test_many_line_breaks (void)
{
  static const char head[] = "* 1 FETCH (UID 1 ENVELOPE (NIL \"";
  g_autoptr (ImapFrame) first = imap_frame_new_from_text (head, -1);
  g_autoptr (ImapFrame) between = imap_frame_new_from_text ("x", -1);
  g_autoptr (ImapFrame) last = imap_frame_new_from_text ("\" NIL))", -1);
  g_autoptr (ImapFrame) whole = NULL;
  g_auto (ImapMender) mender = { 0 };
  guint n = 500000;

  imap_mender_push (&mender, first);
  for (guint i = 0; i < n; i++)
    {
      imap_mender_push (&mender, between);
      g_assert_null (imap_mender_pop (&mender));
    }
  imap_mender_push (&mender, last);
  whole = imap_mender_pop (&mender);

  g_assert_nonnull (whole);
  g_assert_cmpuint (whole->length, ==, strlen (head) + 2 * n + strlen (" \" NIL))"));
  g_assert_null (imap_mender_pop (&mender));
}

int
main (int argc, char **argv)
{
  const ImapQuirk *quirks;
  guint n;

  g_test_init (&argc, &argv, NULL);

  quirks = imap_quirks_get_sent (&n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("/quirks/%s", quirks[i].name);

      g_test_add_data_func (path, &quirks[i], test_transcript);
    }
  g_test_add_func ("/quirks/P24-many-line-breaks", test_many_line_breaks);
  g_test_add_func ("/quirks/all-are-known", test_all_are_known);

  return g_test_run ();
}
