/* What is wrong with a play: the rules that hold for each script, and what the script demands.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "verdict.h"

#include "client-text.h"

#include <string.h>

#define CANARY "CANARY"
#define SHORTEST_CODED 3
#define DEFAULT_DEADLINE_MS 11000
#define CANCEL_DEADLINE_MS 250
/* Under sanitizers and valgrind all is slower. */
#define SLOW_FACTOR 20

G_GNUC_PRINTF (2, 3)
static void
add_fault (GPtrArray *faults, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (faults, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

static gboolean
holds (const char *text, gsize length, const char *part)
{
  return part[0] != '\0' && memmem (text, length, part, strlen (part)) != NULL;
}

/* The characters of its base64 that do not depend on what stands around, at each of three places. */
static gboolean
holds_base64 (const char *text, gsize length, const char *word)
{
  for (gsize before = 0; before < 3; before++)
    {
      g_autofree char *padded = g_strdup_printf ("%.*s%s", (int) before, "xx", word);
      gsize n_padded = strlen (padded);
      g_autofree char *encoded = g_base64_encode ((const guchar *) padded, n_padded);
      gsize first = (before * 8 + 5) / 6;
      gsize last = n_padded * 8 / 6;
      g_autofree char *part = g_strndup (encoded + first, last - first);

      if (holds (text, length, part))
        return TRUE;
    }

  return FALSE;
}

static gboolean
holds_hexadecimal (const char *text, gsize length, const char *word)
{
  g_autoptr (GString) lower = g_string_new (NULL);
  g_autoptr (GString) upper = g_string_new (NULL);

  for (const char *next = word; *next != '\0'; next++)
    {
      g_string_append_printf (lower, "%02x", (guint8) *next);
      g_string_append_printf (upper, "%02X", (guint8) *next);
    }

  return holds (text, length, lower->str) || holds (text, length, upper->str);
}

gboolean
verdict_contains (const char *text, gsize length, const char *word)
{
  return holds (text, length, word) ||
         (strlen (word) > SHORTEST_CODED &&
          (holds_base64 (text, length, word) || holds_hexadecimal (text, length, word)));
}

static gboolean
bytes_contain (GBytes *bytes, const char *word)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return data != NULL && verdict_contains (data, size, word);
}

char *
verdict_dup_outcome (const PlayCall *call)
{
  return call->error != NULL ? client_text_dup_error_name (call->error) : g_strdup ("ok");
}

/* Errors of arguments, and of what the transporter itself knows, are not of a server. */
static gboolean
is_of_server (const GError *error)
{
  switch (error->code)
    {
    case G_IMAP_ERROR_INVALID_ARGUMENT:
    case G_IMAP_ERROR_NO_BOX_SELECTED:
    case G_IMAP_ERROR_READ_ONLY:
    case G_IMAP_ERROR_NOT_FOUND:
    case G_IMAP_ERROR_UNSUPPORTED:
    case G_IMAP_ERROR_NO_UIDPLUS:
    case G_IMAP_ERROR_UIDVALIDITY_CHANGED:
      return FALSE;
    default:
      return error->domain == G_IMAP_ERROR;
    }
}

/* A sentence of an error is for people, whatever the server put into it. */
static void
check_sentence (const PlayRecord *record, const PlayCall *call, GPtrArray *faults)
{
  const char *message = call->error->message;
  g_autofree char *port = g_strdup_printf (":%u: ", record->port);

  if (is_of_server (call->error) && strstr (message, port) == NULL)
    add_fault (faults, "“%s”: the sentence does not name the server: %s", call->call->call,
               message);

  if (!g_utf8_validate (message, -1, NULL))
    add_fault (faults, "“%s”: the sentence is no UTF-8", call->call->call);
  if (verdict_contains (message, strlen (message), CANARY))
    add_fault (faults, "“%s”: the secret is in the sentence: %s", call->call->call, message);
  for (const char *next = message; *next != '\0'; next++)
    if (g_ascii_iscntrl (*next) && *next != '\n')
      {
        add_fault (faults, "“%s”: a control character is in the sentence", call->call->call);
        break;
      }
}

static void
check_outcome (const PlayCall *call, GPtrArray *faults)
{
  g_autofree char *outcome = verdict_dup_outcome (call);
  g_autofree char *wanted = g_strjoinv ("|", call->call->codes);
  const char *text = call->error != NULL ? call->error->message : call->result;

  if (!g_strv_contains ((const char *const *) call->call->codes, outcome))
    add_fault (faults, "line %u, “%s”: %s, not %s: %s", call->call->line, call->call->call, outcome,
               wanted, text);
  else if (call->call->regex != NULL && !g_regex_match (call->call->regex, text, 0, NULL))
    add_fault (faults, "line %u, “%s”: “%s” does not hold “%s”", call->call->line, call->call->call,
               text, g_regex_get_pattern (call->call->regex));
}

static void
check_time (const ScriptFile *file,
            const PlayRecord *record,
            const PlayCall *call,
            GPtrArray *faults)
{
  gint64 milliseconds = call->duration / 1000;
  gint64 factor = record->is_heap_watched ? 1 : SLOW_FACTOR;
  gint64 deadline = (file->deadline > 0 ? file->deadline : DEFAULT_DEADLINE_MS) * factor;

  if (call->was_stuck)
    add_fault (faults, "“%s” did not come back", call->call->call);
  else if (milliseconds > deadline)
    add_fault (faults,
               "“%s” took %" G_GINT64_FORMAT " ms, and may take %" G_GINT64_FORMAT " ms at most",
               call->call->call, milliseconds, deadline);
  if (call->cancelled_at >= 0 && !call->was_stuck &&
      milliseconds - call->cancelled_at / 1000 > CANCEL_DEADLINE_MS * factor)
    add_fault (faults, "“%s” took %" G_GINT64_FORMAT " ms to be cancelled", call->call->call,
               milliseconds - call->cancelled_at / 1000);
}

static void
check_memory (const ScriptFile *file, const PlayRecord *record, GPtrArray *faults)
{
  gint64 limit = file->memory;

  if (!record->is_heap_watched)
    return;
  if (file->memory_with_payload)
    limit += (gint64) (record->n_sent_by_peer + record->n_given);
  if (limit >= 0 && record->heap.peak > limit)
    add_fault (faults, "the heap rose by %" G_GINT64_FORMAT " bytes, and may by %" G_GINT64_FORMAT,
               record->heap.peak, limit);
  if (record->heap.excess > 0)
    add_fault (faults,
               "one allocation had %" G_GUINT64_FORMAT " bytes when %" G_GUINT64_FORMAT
               " had been received",
               record->heap.excess, record->heap.n_received);
}

static void
check_state (const PlayRecord *record, GPtrArray *faults)
{
  if (record->state != G_IMAP_TRANSPORTER_STATE_CLOSED &&
      record->state != G_IMAP_TRANSPORTER_STATE_READY &&
      record->state != G_IMAP_TRANSPORTER_STATE_SELECTED)
    add_fault (faults, "the transporter was left in state %d", record->state);
  if (record->n_descriptors_after > record->n_descriptors_before)
    add_fault (faults, "%u descriptors are open, there were %u", record->n_descriptors_after,
               record->n_descriptors_before);
}

GPtrArray *
verdict_find_common_faults (const ScriptFile *file, const PlayPlan *plan, const PlayRecord *record)
{
  GPtrArray *faults = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < record->calls->len; i++)
    {
      const PlayCall *call = &g_array_index (record->calls, PlayCall, i);

      check_time (file, record, call, faults);
      if (call->error != NULL)
        check_sentence (record, call, faults);
    }
  if (plan->over != SCRIPT_OVER_PLAIN && bytes_contain (record->findings.plain, CANARY))
    add_fault (faults, "the secret was written outside of TLS");
  check_memory (file, record, faults);
  check_state (record, faults);

  return faults;
}

GPtrArray *
verdict_find_faults (const ScriptFile *file, const PlayPlan *plan, const PlayRecord *record)
{
  GPtrArray *faults = verdict_find_common_faults (file, plan, record);

  for (guint i = 0; i < record->calls->len; i++)
    check_outcome (&g_array_index (record->calls, PlayCall, i), faults);
  for (guint i = 0; file->never_sent[i] != NULL; i++)
    if (bytes_contain (record->findings.plain, file->never_sent[i]) ||
        bytes_contain (record->findings.tls, file->never_sent[i]))
      add_fault (faults, "the client wrote “%s”", file->never_sent[i]);
  if (record->findings.problem != NULL)
    add_fault (faults, "the peer: %s", record->findings.problem);

  return faults;
}
