/* Follows the steps of a script on one connection of a scripted peer.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "peer-player.h"

#include <string.h>

#define DEEPEST_REPEAT 8
#define FILL_SIZE 4096

void
peer_player_clear (PeerPlayer *player)
{
  g_clear_pointer (&player->steps, g_ptr_array_unref);
  g_clear_pointer (&player->variables, peer_variables_free);
  g_clear_object (&player->certificate);
}

static guint64
parse_number (const PeerStep *step, const char *text)
{
  char *end = NULL;
  guint64 number = g_ascii_strtoull (text, &end, 10);

  if (end == text)
    g_error ("script, line %u: this needs a number: %s", step->line, step->source);

  return number;
}

static gboolean
push (PeerPlayer *player, const void *data, gsize length, GError **error)
{
  if (player->literal_size == NULL)
    return peer_channel_push (player->channel, data, length, error);
  *player->literal_size += length;

  return TRUE;
}

static gboolean
send_text (PeerPlayer *player, const char *text, gboolean is_raw, GError **error)
{
  g_autofree char *expanded = peer_variables_expand (player->variables, text);
  g_autoptr (GBytes) raw = NULL;

  if (!is_raw)
    return push (player, expanded, strlen (expanded), error) && push (player, "\r\n", 2, error);

  raw = peer_script_unescape (expanded);

  return push (player, g_bytes_get_data (raw, NULL), g_bytes_get_size (raw), error);
}

static gboolean
send_lower (PeerPlayer *player, const char *text, GError **error)
{
  g_autofree char *expanded = peer_variables_expand (player->variables, text);
  g_autofree char *lower = g_ascii_strdown (expanded, -1);

  return push (player, lower, strlen (lower), error) && push (player, "\r\n", 2, error);
}

static gboolean
send_fill (PeerPlayer *player, const PeerStep *step, GError **error)
{
  guint64 count = parse_number (step, step->argument);
  const char *character = strchr (step->argument, ' ');
  char block[FILL_SIZE];

  if (character == NULL || character[1] == '\0')
    g_error ("script, line %u: S-fill: N c", step->line);
  memset (block, character[1], sizeof block);

  for (; count > 0; count -= MIN (count, FILL_SIZE))
    if (!push (player, block, MIN (count, FILL_SIZE), error))
      return FALSE;

  return TRUE;
}

static gboolean
send_file (PeerPlayer *player, const PeerStep *step, GError **error)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, step->argument, NULL);
  g_autofree char *content = NULL;
  gsize length;

  return g_file_get_contents (path, &content, &length, error) &&
         push (player, content, length, error);
}

/* Returns: (transfer full): the bytes for a message */
static char *
dup_printable (const void *data, gsize length)
{
  g_autofree char *text = g_strndup (data, MIN (length, 200));

  return g_strescape (text, NULL);
}

static gboolean
expect_line (PeerPlayer *player, const PeerStep *step, GError **error)
{
  g_autoptr (GBytes) line = peer_channel_read_line (player->channel, error);
  g_autofree char *printable = NULL;
  const char *data;
  gsize length;

  if (line == NULL)
    return FALSE;
  data = g_bytes_get_data (line, &length);
  if (peer_variables_match (player->variables, step, data != NULL ? data : "", length))
    return TRUE;

  printable = dup_printable (data, length);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the client sent “%s”", printable);

  return FALSE;
}

/* The line is base64, and its content what the step wants. */
static gboolean
expect_base64 (PeerPlayer *player, const PeerStep *step, GError **error)
{
  g_autoptr (GBytes) line = peer_channel_read_line (player->channel, error);
  g_autofree char *text = NULL;
  g_autofree char *content = NULL;
  gsize length = 0;

  if (line == NULL)
    return FALSE;
  text = g_strndup (g_bytes_get_size (line) > 0 ? g_bytes_get_data (line, NULL) : "",
                    g_bytes_get_size (line));
  content = (char *) g_base64_decode (text, &length);
  if (peer_variables_match (player->variables, step, content, length))
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the client sent “%s”", text);

  return FALSE;
}

/* A challenge of SASL. */
static gboolean
send_base64 (PeerPlayer *player, const PeerStep *step, GError **error)
{
  g_autofree char *expanded = peer_variables_expand (player->variables, step->argument);
  g_autoptr (GBytes) raw = peer_script_unescape (expanded);
  gsize length;
  const guchar *data = g_bytes_get_data (raw, &length);
  g_autofree char *encoded = g_base64_encode (data, length);
  g_autofree char *line = g_strconcat ("+ ", encoded, NULL);

  return send_text (player, line, FALSE, error);
}

static gboolean
expect_raw (PeerPlayer *player, const PeerStep *step, GError **error)
{
  g_autofree char *expanded = peer_variables_expand (player->variables, step->argument);
  g_autoptr (GBytes) wanted = peer_script_unescape (expanded);
  g_autoptr (GBytes)
      got = peer_channel_read_bytes (player->channel, g_bytes_get_size (wanted), error);
  g_autofree char *printable = NULL;

  if (got == NULL)
    return FALSE;
  if (g_bytes_equal (got, wanted))
    return TRUE;

  printable = dup_printable (g_bytes_get_data (got, NULL), g_bytes_get_size (got));
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the client sent “%s”", printable);

  return FALSE;
}

static gboolean
expect_close (PeerPlayer *player, GError **error)
{
  gsize length = 0;

  if (!peer_channel_read_to_end (player->channel, &length, error))
    return FALSE;
  player->is_closed = TRUE;
  if (length == 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
               "the client sent %" G_GSIZE_FORMAT " more bytes before it closed", length);

  return FALSE;
}

static gboolean
start_tls (PeerPlayer *player, GError **error)
{
  if (player->certificate == NULL)
    player->certificate = scripted_peer_get_certificate ("server");

  return peer_channel_start_tls (player->channel, player->certificate, error);
}

static void
set_chunk (PeerPlayer *player, const PeerStep *step)
{
  if (g_str_equal (step->argument, "1"))
    peer_channel_set_chunk (player->channel, PEER_CHUNK_ONE, 0);
  else if (g_str_equal (step->argument, "whole"))
    peer_channel_set_chunk (player->channel, PEER_CHUNK_WHOLE, 0);
  else if (g_str_has_prefix (step->argument, "random "))
    peer_channel_set_chunk (player->channel, PEER_CHUNK_RANDOM,
                            (guint32) parse_number (step, step->argument + strlen ("random ")));
  else
    g_error ("script, line %u: chunk 1|whole|random SEED", step->line);
}

/* What ends the connection from our side. */
static gboolean
close_channel (PeerPlayer *player, PeerVerb verb, GError **error)
{
  if (!peer_channel_flush (player->channel, error))
    return FALSE;

  if (verb == PEER_VERB_CUT)
    peer_channel_close (player->channel);
  else if (verb == PEER_VERB_RST)
    peer_channel_reset (player->channel);
  else
    peer_channel_close_without_notify (player->channel);
  player->is_closed = TRUE;

  return TRUE;
}

/* Steps that change how the next ones go. */
static gboolean
run_setting (PeerPlayer *player, const PeerStep *step, GError **error)
{
  if (step->verb != PEER_VERB_CERTIFICATE && step->verb != PEER_VERB_MAY_CLOSE &&
      !peer_channel_flush (player->channel, error))
    return FALSE;

  switch (step->verb)
    {
    case PEER_VERB_CERTIFICATE:
      g_clear_object (&player->certificate);
      player->certificate = scripted_peer_get_certificate (step->argument);
      return TRUE;
    case PEER_VERB_MAY_CLOSE:
      player->may_close = TRUE;
      return TRUE;
    case PEER_VERB_CHUNK:
      set_chunk (player, step);
      return TRUE;
    case PEER_VERB_DRIP:
      peer_channel_set_drip (player->channel, (guint) parse_number (step, step->argument));
      return TRUE;
    case PEER_VERB_DELAY:
      peer_channel_sleep (player->channel, (guint) parse_number (step, step->argument));
      return TRUE;
    case PEER_VERB_FIN:
      peer_channel_half_close (player->channel);
      return TRUE;
    default:
      g_assert_not_reached ();
    }
}

static gboolean
run_step (PeerPlayer *player, const PeerStep *step, GError **error)
{
  switch (step->verb)
    {
    case PEER_VERB_SEND:
    case PEER_VERB_SEND_RAW:
      if (step->bytes != NULL)
        return push (player, g_bytes_get_data (step->bytes, NULL), g_bytes_get_size (step->bytes),
                     error);
      return send_text (player, step->argument, step->verb == PEER_VERB_SEND_RAW, error);
    case PEER_VERB_SEND_LOWER:
      return send_lower (player, step->argument, error);
    case PEER_VERB_SEND_FILL:
      return send_fill (player, step, error);
    case PEER_VERB_SEND_FILE:
      return send_file (player, step, error);
    case PEER_VERB_EXPECT:
    case PEER_VERB_EXPECT_REGEX:
      return expect_line (player, step, error);
    case PEER_VERB_EXPECT_BASE64:
      return expect_base64 (player, step, error);
    case PEER_VERB_SEND_BASE64:
      return send_base64 (player, step, error);
    case PEER_VERB_EXPECT_RAW:
      return expect_raw (player, step, error);
    case PEER_VERB_EXPECT_BYTES:
      {
        g_autoptr (GBytes) bytes = peer_channel_read_bytes (
            player->channel, parse_number (step, step->argument), error);

        return bytes != NULL;
      }
    case PEER_VERB_EXPECT_CLOSE:
      return expect_close (player, error);
    case PEER_VERB_TLS:
      return start_tls (player, error);
    case PEER_VERB_NO_TLS:
    case PEER_VERB_OPTIONAL:
      return TRUE;
    case PEER_VERB_DEFLATE:
      return peer_channel_start_deflate (player->channel, error);
    case PEER_VERB_CUT:
    case PEER_VERB_RST:
    case PEER_VERB_TLS_NO_CLOSE_NOTIFY:
      return close_channel (player, step->verb, error);
    default:
      return run_setting (player, step, error);
    }
}

static void
set_current (PeerPlayer *player, const PeerStep *step)
{
  g_mutex_lock (&player->record->mutex);
  player->current = step;
  g_mutex_unlock (&player->record->mutex);
}

static gboolean run_steps (
    PeerPlayer *player, guint first, guint last, guint depth, GError **error);

static gboolean
run_rounds (PeerPlayer *player, guint at, guint depth, GError **error)
{
  const PeerStep *repeat = g_ptr_array_index (player->steps, at);
  guint64 n_rounds = parse_number (repeat, repeat->argument);

  for (guint64 round = 1; round <= n_rounds; round++)
    {
      peer_variables_set_round (player->variables, round);
      if (!run_steps (player, at + 1, repeat->partner, depth, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
is_for_literal (const PeerStep *step)
{
  return step->verb <= PEER_VERB_SEND_FILE || step->verb == PEER_VERB_REPEAT ||
         step->verb == PEER_VERB_END;
}

static gboolean
send_literal (PeerPlayer *player, guint at, guint depth, GError **error)
{
  const PeerStep *literal = g_ptr_array_index (player->steps, at);
  g_autofree char *announcement = NULL;
  guint64 size = 0;

  for (guint i = at + 1; i < literal->partner; i++)
    if (!is_for_literal (g_ptr_array_index (player->steps, i)))
      g_error ("script, line %u: a literal has only steps that send", literal->line);

  player->literal_size = &size;
  run_steps (player, at + 1, literal->partner, depth, NULL);
  player->literal_size = NULL;
  announcement = g_strdup_printf ("{%" G_GUINT64_FORMAT "}\r\n", size);

  return push (player, announcement, strlen (announcement), error) &&
         run_steps (player, at + 1, literal->partner, depth, error);
}

/* Runs the steps from first to before last; repeat and S-literal run their own
 * in here. */
static gboolean
run_steps (PeerPlayer *player, guint first, guint last, guint depth, GError **error)
{
  g_assert (depth < DEEPEST_REPEAT);

  for (guint i = first; i < last && !player->is_closed; i++)
    {
      const PeerStep *step = g_ptr_array_index (player->steps, i);

      set_current (player, step);
      if (step->verb == PEER_VERB_STALL)
        {
          player->is_stalled = TRUE;
          return peer_channel_flush (player->channel, error);
        }
      if (step->verb == PEER_VERB_REPEAT || step->verb == PEER_VERB_SEND_LITERAL)
        {
          gboolean is_repeat = step->verb == PEER_VERB_REPEAT;

          if (!(is_repeat ? run_rounds : send_literal) (player, i, depth + 1, error))
            return FALSE;
          i = step->partner;
        }
      else if (!run_step (player, step, error))
        {
          return FALSE;
        }
    }

  return TRUE;
}

static gboolean
has_verb (GPtrArray *steps, guint index, PeerVerb verb)
{
  return ((const PeerStep *) g_ptr_array_index (steps, index))->verb == verb;
}

/* With TLS from the first byte only the choice of the certificate goes before
 * the handshake. */
gboolean
peer_player_play (PeerPlayer *player, GError **error)
{
  gboolean has_tls;
  guint first = 0;

  if (player->flags & SCRIPTED_PEER_CHUNK_ONE)
    peer_channel_set_chunk (player->channel, PEER_CHUNK_ONE, 0);
  if (player->flags & SCRIPTED_PEER_CHUNK_RANDOM)
    peer_channel_set_chunk (player->channel, PEER_CHUNK_RANDOM, player->seed);

  if (player->flags & SCRIPTED_PEER_TLS)
    {
      while (first < player->steps->len)
        {
          const PeerStep *step = g_ptr_array_index (player->steps, first);

          set_current (player, step);
          if (step->verb != PEER_VERB_CERTIFICATE && step->verb != PEER_VERB_MAY_CLOSE)
            break;
          run_setting (player, step, NULL);
          first++;
        }
      has_tls = first == player->steps->len || !has_verb (player->steps, first, PEER_VERB_NO_TLS);
      if (has_tls && !start_tls (player, error))
        return FALSE;
    }

  return run_steps (player, first, player->steps->len, 0, error) &&
         (player->is_closed || peer_channel_flush (player->channel, error));
}

/* The rest is read so that the record is whole; a silent client may stay. */
void
peer_player_read_rest (PeerPlayer *player)
{
  gboolean is_silent = TRUE;
  gsize length;

  while (is_silent)
    {
      g_autoptr (GError) end = NULL;

      is_silent = !peer_channel_read_to_end (player->channel, &length, &end) &&
                  g_error_matches (end, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
    }
}

/* Answers the LOGOUT of a client that goes, whatever it says before. */
void
peer_player_answer_logout (PeerPlayer *player)
{
  g_autoptr (GBytes) line = NULL;

  while ((line = peer_channel_read_line (player->channel, NULL)) != NULL)
    {
      gsize length;
      const char *data = g_bytes_get_data (line, &length);
      g_autofree char *text = length > 0 ? g_strndup (data, length) : g_strdup ("");
      char *space = strchr (text, ' ');

      g_clear_pointer (&line, g_bytes_unref);
      if (space == NULL || !g_str_equal (space, " LOGOUT"))
        continue;
      *space = '\0';
      if (!send_text (player, "* BYE bye", FALSE, NULL) || !send_text (player, text, TRUE, NULL) ||
          !send_text (player, " OK done", FALSE, NULL) ||
          !peer_channel_flush (player->channel, NULL))
        return;
    }
}
