/* Tells of a play: for people, or as JSON for programs.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "report.h"

#include "verdict.h"

#include <json-glib/json-glib.h>

char *
report_to_text (const ScriptFile *file,
                const PlayPlan *plan,
                const PlayRecord *record,
                GPtrArray *faults,
                gboolean is_whole)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%s%s%s over %s, chunk %s, seed %u\n", file->name,
                          plan->each ? " " : "", plan->each ? plan->each->name : "",
                          script_over_get_name (plan->over), script_chunk_get_name (plan->chunk),
                          plan->seed);
  for (guint i = 0; i < record->calls->len; i++)
    {
      const PlayCall *call = &g_array_index (record->calls, PlayCall, i);
      g_autofree char *outcome = verdict_dup_outcome (call);

      g_string_append_printf (text, "  %s: %s after %" G_GINT64_FORMAT " ms: %s\n",
                              call->call->call, outcome, call->duration / 1000,
                              call->error != NULL ? call->error->message : call->result);
    }
  g_string_append_printf (
      text,
      "  peer: %" G_GUINT64_FORMAT " bytes sent, %u connections, %u flights; "
      "client: %" G_GSIZE_FORMAT " bytes plain, %" G_GSIZE_FORMAT
      " in TLS; heap: peak %" G_GINT64_FORMAT ", largest %" G_GUINT64_FORMAT "\n",
      record->n_sent_by_peer, record->findings.n_connections, record->findings.n_flights,
      g_bytes_get_size (record->findings.plain), g_bytes_get_size (record->findings.tls),
      record->heap.peak, record->heap.largest);
  if (is_whole)
    g_string_append (text, record->findings.transcript);
  for (guint i = 0; i < faults->len; i++)
    g_string_append_printf (text, "  FAULT: %s\n", (char *) g_ptr_array_index (faults, i));

  return g_string_free (text, FALSE);
}

static void
add_calls (JsonBuilder *builder, const PlayRecord *record)
{
  json_builder_set_member_name (builder, "calls");
  json_builder_begin_array (builder);
  for (guint i = 0; i < record->calls->len; i++)
    {
      const PlayCall *call = &g_array_index (record->calls, PlayCall, i);
      g_autofree char *outcome = verdict_dup_outcome (call);

      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "call");
      json_builder_add_string_value (builder, call->call->call);
      json_builder_set_member_name (builder, "outcome");
      json_builder_add_string_value (builder, outcome);
      json_builder_set_member_name (builder, "text");
      json_builder_add_string_value (builder, call->error ? call->error->message : call->result);
      json_builder_set_member_name (builder, "milliseconds");
      json_builder_add_double_value (builder, (double) call->duration / 1000);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_number (JsonBuilder *builder, const char *name, gint64 number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, number);
}

static void
add_written (JsonBuilder *builder, const char *name, GBytes *bytes)
{
  g_autofree char *text = g_strndup (
      g_bytes_get_data (bytes, NULL) != NULL ? g_bytes_get_data (bytes, NULL) : "",
      g_bytes_get_size (bytes));
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, valid);
}

static void
add_faults (JsonBuilder *builder, GPtrArray *faults)
{
  json_builder_set_member_name (builder, "faults");
  json_builder_begin_array (builder);
  for (guint i = 0; i < faults->len; i++)
    json_builder_add_string_value (builder, g_ptr_array_index (faults, i));
  json_builder_end_array (builder);
}

char *
report_to_json (const ScriptFile *file,
                const PlayPlan *plan,
                const PlayRecord *record,
                GPtrArray *faults)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "script");
  json_builder_add_string_value (builder, file->name);
  json_builder_set_member_name (builder, "each");
  json_builder_add_string_value (builder, plan->each ? plan->each->name : "");
  json_builder_set_member_name (builder, "over");
  json_builder_add_string_value (builder, script_over_get_name (plan->over));
  json_builder_set_member_name (builder, "chunk");
  json_builder_add_string_value (builder, script_chunk_get_name (plan->chunk));
  add_number (builder, "seed", plan->seed);
  add_calls (builder, record);
  add_written (builder, "written", record->findings.plain);
  add_written (builder, "written-in-tls", record->findings.tls);
  add_number (builder, "sent-by-peer", (gint64) record->n_sent_by_peer);
  add_number (builder, "connections", record->findings.n_connections);
  add_number (builder, "flights", record->findings.n_flights);
  add_number (builder, "heap-peak", record->is_heap_watched ? record->heap.peak : -1);
  add_number (builder, "heap-largest",
              record->is_heap_watched ? (gint64) record->heap.largest : -1);
  add_faults (builder, faults);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);

  return json_to_string (root, FALSE);
}
