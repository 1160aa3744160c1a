/* The fuzzer's entry: any bytes come from a server, in any pieces, and are the same responses with the
 * same tokens in them.
 *
 * The first byte says at which stage of the connection they come and how many of the next bytes are the
 * sizes of the pieces, the second in which way the tokens are read. A byte 0xff stands for 40,000 letters:
 * literals of that size are kept apart from their line.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "fuzz-lib.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/wire/imap-framer.h"
#include "gimap4d/imap/wire/imap-reader.h"

#define LARGE 40000
#define MAX_LARGE 3
#define MAX_SIZES 7
#define MAX_TOKENS 20000

typedef struct
{
  const ImapFramerLimits *limits;
  guint8 sizes[MAX_SIZES];
  guint n_sizes;
  guint way;
} Choices;

/* What is in a large string counts, not where it lies. */
static void
log_bytes (GString *log, const char *kind, const char *data, gsize length)
{
  guint32 hash = 5381;

  for (gsize i = 0; i < length; i++)
    hash = hash * 33 + (guchar) data[i];
  g_string_append_printf (log, "%s%zu:%08x ", kind, length, hash);
}

static gboolean
read_list (ImapReader *reader, guint way, GString *log)
{
  ImapSpan span;

  if (imap_reader_peek (reader) != '(')
    return FALSE;
  if (way % 2 == 0)
    return imap_reader_accept_list (reader) && g_string_append (log, "( ") != NULL;
  if (way % 3 == 0 && imap_reader_accept_list_of (reader, "ssl", &span))
    g_string_append (log, "(ssl) ");
  else if (imap_reader_skip_value (reader, &span))
    g_string_append (log, "(…) ");
  else
    return FALSE;
  fuzz_demand (span.start < span.end && span.end <= reader->at);
  fuzz_demand (reader->frame != NULL);

  return TRUE;
}

static gboolean
read_string (ImapReader *reader, guint way, GString *log)
{
  g_auto (ImapString) string = { 0 };
  g_autoptr (GBytes) bytes = NULL;
  char next = imap_reader_peek (reader);

  if (next != '"' && next != '{')
    return FALSE;
  switch (way % 4)
    {
    case 0:
      if (!imap_reader_expect_nstring_bytes (reader, &bytes) || bytes == NULL)
        return FALSE;
      log_bytes (log, "b", g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      return TRUE;
    case 1:
      return imap_reader_skip_value (reader, NULL) && g_string_append (log, "s… ") != NULL;
    default:
      if (!imap_reader_expect_string (reader, &string))
        return FALSE;
      log_bytes (log, "s", string.data, string.length);
      return TRUE;
    }
}

/* As it stands in the frame: a large literal in it, which no section has, may lie elsewhere. */
static void
log_section (GString *log, const ImapString *section, gint64 origin)
{
  const char *brace = memchr (section->data, '{', section->length);

  log_bytes (log, origin >= 0 ? "<" : "[", section->data,
             brace != NULL ? (gsize) (brace - section->data) : section->length);
}

static gboolean
read_word (ImapReader *reader, guint way, GString *log)
{
  g_auto (ImapString) word = { 0 };
  guint32 number;
  gint64 origin;

  if (imap_reader_accept_nil (reader))
    g_string_append (log, "NIL ");
  else if (way % 2 == 0 && imap_reader_accept_number (reader, &number))
    g_string_append_printf (log, "n%u ", number);
  else if (imap_reader_accept_section (reader, &word, &origin))
    log_section (log, &word, origin);
  else if (way % 5 == 1 && imap_reader_accept_item_name (reader, &word))
    log_bytes (log, "i", word.data, word.length);
  else if (way % 5 == 2 && imap_reader_accept_flag (reader, &word))
    log_bytes (log, "f", word.data, word.length);
  else if (way % 5 == 3 && imap_reader_expect_astring (reader, &word))
    log_bytes (log, "a", word.data, word.length);
  else if (imap_reader_accept_atom (reader, &word))
    log_bytes (log, "w", word.data, word.length);
  else
    return FALSE;

  return TRUE;
}

static gboolean
read_token (ImapReader *reader, guint way, GString *log)
{
  char next[] = { imap_reader_peek (reader), '\0' };

  if (imap_reader_accept_space (reader))
    g_string_append_c (log, '_');
  else if (imap_reader_accept_list_end (reader))
    g_string_append (log, ") ");
  else if (!read_list (reader, way, log) && !read_string (reader, way, log) &&
           !read_word (reader, way, log))
    {
      if (!imap_reader_accept_char (reader, next[0]))
        return FALSE;
      log_bytes (log, "c", next, 1);
    }

  return TRUE;
}

static void
read_frame (ImapFrame *frame, guint way, GString *log)
{
  g_auto (ImapReader) reader = { 0 };
  g_autoptr (GError) error = NULL;

  imap_reader_init (&reader, frame);
  for (guint i = 0; i < MAX_TOKENS && !imap_reader_at_end (&reader); i++)
    {
      gsize before = reader.at;

      if (!read_token (&reader, way + i, log))
        break;
      fuzz_demand (reader.at > before && reader.at <= reader.end);
      fuzz_demand (reader.depth <= reader.max_depth);
    }
  if (imap_reader_take_error (&reader, &error))
    g_string_append_printf (log, "!%d", error->code);
  g_string_append_c (log, '\n');
}

/* All that the framer has; FALSE when it takes no more. */
static gboolean
read_frames (ImapFramer *framer, guint way, GString *log, gsize *handed)
{
  g_autoptr (GError) error = NULL;
  ImapFrame *frame = NULL;
  ImapFramerResult result;

  while ((result = imap_framer_next (framer, &frame, &error)) == IMAP_FRAMER_FRAME)
    {
      *handed += imap_frame_get_size (frame);
      g_string_append_printf (log, "%zu ", imap_frame_get_size (frame));
      read_frame (frame, way, log);
      imap_frame_unref (frame);
    }
  if (result == IMAP_FRAMER_NEED_MORE)
    return TRUE;

  fuzz_demand (result == IMAP_FRAMER_FAILED && error->domain == G_IMAP_ERROR);
  g_string_append_printf (log, "failed %d", error->code);
  fuzz_demand (imap_framer_next (framer, &frame, NULL) == IMAP_FRAMER_FAILED);

  return FALSE;
}

static GString *
read_all (const GString *sent, const Choices *choices, gboolean in_pieces)
{
  GString *log = g_string_new (NULL);
  g_autoptr (ImapFramer) framer = imap_framer_new ();
  gsize handed = 0;
  gsize at = 0;

  imap_framer_set_limits (framer, choices->limits);
  for (guint i = 0; at < sent->len; i++)
    {
      gsize size = choices->n_sizes > 0 ? 1 + choices->sizes[i % choices->n_sizes] : 1;

      /* Beyond the first thousand steps they grow, or a large literal takes for ever. */
      size = in_pieces ? MIN (i > 1000 ? 1000 * size : size, sent->len - at) : sent->len;
      imap_framer_feed (framer, sent->str + at, size);
      at += size;
      if (!read_frames (framer, choices->way, log, &handed))
        return log;
      fuzz_demand (imap_framer_get_pending (framer) == at - handed);
    }
  g_string_append_printf (log, "%zu wait", imap_framer_get_pending (framer));

  return log;
}

static GString *
expand (const FuzzInput *input)
{
  GString *sent = g_string_sized_new (input->size);
  guint n_large = 0;

  for (gsize i = 0; i < input->size; i++)
    {
      g_string_append_c (sent, (char) input->data[i]);
      if (input->data[i] != 0xff || n_large++ >= MAX_LARGE)
        continue;
      g_string_set_size (sent, sent->len + LARGE - 1);
      memset (sent->str + sent->len - LARGE, 'x', LARGE);
    }

  return sent;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const ImapFramerLimits *const stages[] = { &imap_framer_limits_open,
                                                    &imap_framer_limits_login,
                                                    &imap_framer_limits_plain };
  FuzzInput input = { data, size };
  guint first = fuzz_take_byte (&input);
  Choices choices = { .limits = stages[first / 8 % 3],
                      .n_sizes = first % 8,
                      .way = fuzz_take_byte (&input) };
  GString *sent = NULL;
  GString *whole = NULL;
  GString *pieces = NULL;

  for (guint i = 0; i < choices.n_sizes; i++)
    choices.sizes[i] = fuzz_take_byte (&input);
  sent = expand (&input);
  whole = read_all (sent, &choices, FALSE);
  pieces = read_all (sent, &choices, TRUE);
  if (!g_string_equal (whole, pieces))
    g_printerr ("whole:\n%s\nin pieces:\n%s\n", whole->str, pieces->str);
  fuzz_demand (g_string_equal (whole, pieces));
  g_string_free (whole, TRUE);
  g_string_free (pieces, TRUE);
  g_string_free (sent, TRUE);

  return 0;
}
