/* The framer: the same frames however the bytes come, and every limit at its edge.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/wire/imap-frame-private.h"
#include "gimap4d/imap/wire/imap-framer.h"

#include <string.h>

#define END (-1)

typedef struct
{
  const char *name;
  const char *stream;
  int sizes[8]; /* of the frames on the wire, up to END */
} Transcript;

static const Transcript transcripts[] = {
  { "lines", "* OK hi\r\nA1 OK done\r\n+ \r\n", { 9, 12, 4, END } },
  { "bare-lf", "* OK hi\nA1 OK done\n", { 8, 11, END } },
  { "empty-line", "\r\n\r\n* OK\r\n", { 2, 2, 6, END } },
  { "literal", "* LIST () \"/\" {3}\r\na\r\n\r\nA1 OK\r\n", { 24, 7, END } },
  { "literal-bare-lf", "* LIST () NIL {3}\na\r\n\n* OK\r\n", { 22, 6, END } },
  { "P03-empty-literal", "* 1 FETCH (BODY[] {0}\r\n)\r\n* OK\r\n", { 26, 6, END } },
  { "P05-binary", "* 1 FETCH (BODY[] {4}\r\n\r\n{9)\r\n", { 30, END } },
  { "leading-zero", "* X {003}\r\nabc\r\n", { 16, END } },
  { "non-synchronising", "* X {3+}\r\nabc\r\n", { 15, END } },
  { "literal8", "* 1 FETCH (BINARY[1] ~{3}\r\n)\r\n)\r\n", { 33, END } },
  { "glued", "* 1 FETCH (BODY[]{3}\r\nabc)\r\n", { 28, END } },
  { "two-literals", "* X {2}\r\n\"} {1}\r\n)\"{1}\"\r\n", { 25, END } },
  { "quoted-brace",
    "* X \"{5}\"\r\n* X \"a\\\" {5}\r\n* X \"\" {1}\r\n\"\r\n",
    { 11, 14, 15, END } },
  { "brace-only", "* X }\r\n* X {a}\r\n* X a{b}\r\n", { 7, 9, 10, END } },
  { "P16-text",
    "* OK send {5}\r\nA1 NO {7}\r\n+ {3}\r\n* BYE {1}\r\n* BAD {}\r\n",
    { 15, 11, 7, 11, 10, END } },
  { "P16-code",
    "* OK [X {3}\r\n]\r\n] {5}\r\nA1 OK [BADCHARSET ({1}\r\nx)] text {1}\r\n",
    { 23, 38, END } },
  { "code-closed", "* OK [ALERT] see {5}\r\n* OK [X \"]\" {1}\r\n]] {2}\r\n", { 22, 25, END } },
};

/* Everything that the frames say, as one text to compare. */
static void
describe (GString *to, ImapFrame *frame)
{
  g_string_append_printf (to, "%zu:", frame->size);
  g_string_append_len (to, frame->text, frame->length);
  for (guint i = 0; frame->apart != NULL && i < frame->apart->len; i++)
    {
      const ImapApartLiteral *literal = &g_array_index (frame->apart, ImapApartLiteral, i);

      g_string_append_printf (to, "<%zu>", literal->at);
      g_string_append_len (to, (char *) literal->block->data, literal->length);
    }
  g_string_append_c (to, '|');
}

/* Takes what is there; the sizes go to @sizes. */
static ImapFramerResult
drain (ImapFramer *framer, GString *to, GArray *sizes, GError **error)
{
  ImapFramerResult result;
  ImapFrame *frame;

  while ((result = imap_framer_next (framer, &frame, error)) == IMAP_FRAMER_FRAME)
    {
      int size = imap_frame_get_size (frame);

      describe (to, frame);
      if (sizes != NULL)
        g_array_append_val (sizes, size);
      imap_frame_unref (frame);
    }

  return result;
}

static char *
frame_in_two (const char *stream, gsize length, gsize split)
{
  g_autoptr (ImapFramer) framer = imap_framer_new ();
  g_autoptr (GError) error = NULL;
  GString *text = g_string_new (NULL);

  imap_framer_set_limits (framer, &imap_framer_limits_open);
  imap_framer_feed (framer, stream, split);
  g_assert_cmpint (drain (framer, text, NULL, &error), ==, IMAP_FRAMER_NEED_MORE);
  imap_framer_feed (framer, stream + split, length - split);
  g_assert_cmpint (drain (framer, text, NULL, &error), ==, IMAP_FRAMER_NEED_MORE);
  g_assert_no_error (error);
  g_assert_cmpuint (imap_framer_get_pending (framer), ==, 0);

  return g_string_free (text, FALSE);
}

static char *
frame_by_octets (const char *stream, gsize length)
{
  g_autoptr (ImapFramer) framer = imap_framer_new ();
  g_autoptr (GError) error = NULL;
  GString *text = g_string_new (NULL);

  imap_framer_set_limits (framer, &imap_framer_limits_open);
  for (gsize i = 0; i < length; i++)
    {
      imap_framer_feed (framer, stream + i, 1);
      drain (framer, text, NULL, &error);
      g_assert_no_error (error);
    }

  return g_string_free (text, FALSE);
}

static void
test_transcript (gconstpointer data)
{
  const Transcript *transcript = data;
  gsize length = strlen (transcript->stream);
  g_autofree char *whole = frame_in_two (transcript->stream, length, length);
  g_autofree char *octets = frame_by_octets (transcript->stream, length);
  g_autoptr (ImapFramer) framer = imap_framer_new ();
  g_autoptr (GArray) sizes = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GString) text = g_string_new (NULL);
  guint n = 0;

  imap_framer_feed (framer, transcript->stream, length);
  drain (framer, text, sizes, NULL);
  for (; transcript->sizes[n] != END; n++)
    {
      g_assert_cmpuint (n, <, sizes->len);
      g_assert_cmpint (g_array_index (sizes, int, n), ==, transcript->sizes[n]);
    }
  g_assert_cmpuint (sizes->len, ==, n);

  g_assert_cmpstr (octets, ==, whole);
  for (gsize split = 0; split < length; split++)
    {
      g_autofree char *parts = frame_in_two (transcript->stream, length, split);

      g_assert_cmpstr (parts, ==, whole);
    }
}

/* Each is refused before anything behind its line is read. */
static void
test_p01_malformed_literals (void)
{
  static const struct
  {
    const char *head;
    int code;
  } heads[] = {
    { "{4294967296}", G_IMAP_ERROR_TOO_LARGE },
    { "{18446744073709551616}", G_IMAP_ERROR_TOO_LARGE },
    { "{-1}", G_IMAP_ERROR_PROTOCOL },
    { "{+1}", G_IMAP_ERROR_PROTOCOL },
    { "{1 }", G_IMAP_ERROR_PROTOCOL },
    { "{}", G_IMAP_ERROR_PROTOCOL },
    { "{+}", G_IMAP_ERROR_PROTOCOL },
    { NULL, G_IMAP_ERROR_TOO_LARGE },
  };
  g_autofree char *digits = g_strnfill (100000, '9');
  g_autofree char *long_head = g_strdup_printf ("{%s}", digits);

  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      const char *head = heads[i].head != NULL ? heads[i].head : long_head;
      g_autofree char *line = g_strdup_printf ("* 1 FETCH (BODY[] %s\r\n", head);
      g_autoptr (ImapFramer) framer = imap_framer_new ();
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) again = NULL;

      imap_framer_set_limits (framer, &imap_framer_limits_open);
      imap_framer_feed (framer, line, strlen (line));
      g_assert_cmpint (drain (framer, text, NULL, &error), ==, IMAP_FRAMER_FAILED);
      g_assert_error (error, G_IMAP_ERROR, heads[i].code);
      imap_framer_feed (framer, "* OK\r\n", 6);
      g_assert_cmpint (drain (framer, text, NULL, &again), ==, IMAP_FRAMER_FAILED);
      g_assert_error (again, G_IMAP_ERROR, heads[i].code);
    }
}

static void
test_p02_announced_only (void)
{
  g_autoptr (ImapFramer) framer = imap_framer_new ();
  ImapFramerLimits limits = imap_framer_limits_open;
  g_autoptr (GString) text = g_string_new (NULL);
  gsize room, received, announced;

  limits.body_literal = 2000000000;
  imap_framer_set_limits (framer, &limits);
  imap_framer_feed (framer, "* 1 FETCH (BODY[] {1234567890}\r\nabc", 35);
  g_assert_cmpint (drain (framer, text, NULL, NULL), ==, IMAP_FRAMER_NEED_MORE);
  g_assert_true (imap_framer_get_literal_progress (framer, &received, &announced));
  g_assert_cmpuint (received, ==, 3);
  g_assert_cmpuint (announced, ==, 1234567890);
  g_assert_cmpuint (imap_framer_get_pending (framer), ==, 35);

  imap_framer_reserve (framer, &room);
  g_assert_cmpuint (room, >=, 16 * IMAP_KIB);
  g_assert_cmpuint (room, <=, IMAP_LIMIT_GROWTH_STEP);
}

static char *
make_line (const char *prefix, gsize size)
{
  char *line = g_malloc (size + 3);

  memset (line, '1', size);
  memcpy (line, prefix, strlen (prefix));
  memcpy (line + size, "\r\n", 3);

  return line;
}

/* A line of the limit passes, one more fails, both whole and as long as its end is not there. */
static void
check_line_limit (const char *prefix, gsize limit)
{
  for (gsize extra = 0; extra < 2; extra++)
    for (gsize cut = 0; cut < 3; cut++)
      {
        g_autofree char *line = make_line (prefix, limit + extra);
        g_autoptr (ImapFramer) framer = imap_framer_new ();
        g_autoptr (GString) text = g_string_new (NULL);
        g_autoptr (GArray) sizes = g_array_new (FALSE, FALSE, sizeof (int));
        g_autoptr (GError) error = NULL;
        ImapFramerLimits limits = { 1000, 5000, 100, 100, 0 };

        imap_framer_set_limits (framer, &limits);
        imap_framer_feed (framer, line, limit + extra + 2 - cut);
        if (extra == 0)
          {
            g_assert_cmpint (drain (framer, text, sizes, &error), ==, IMAP_FRAMER_NEED_MORE);
            g_assert_cmpuint (sizes->len, ==, cut == 0);
            continue;
          }
        g_assert_cmpint (drain (framer, text, sizes, &error), ==, IMAP_FRAMER_FAILED);
        g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_LARGE);
        g_assert_nonnull (strstr (error->message, limit == 1000 ? "1001" : "5001"));
        g_assert_nonnull (strstr (error->message, limit == 1000 ? "1000" : "5000"));
      }
}

static void
test_p06_line_limits (void)
{
  check_line_limit ("* XSEARCH ", 1000);
  check_line_limit ("* STATUS ", 1000);
  check_line_limit ("* search ", 5000);
  check_line_limit ("* ESEARCH (", 5000);
  check_line_limit ("* SORT ", 5000);
  check_line_limit ("* THREAD ", 5000);
  check_line_limit ("* VANISHED (EARLIER) ", 5000);
}

/* One frame's text counts as one line, in however many pieces its literals cut it. */
static void
test_p06_line_in_pieces (void)
{
  g_autoptr (ImapFramer) framer = imap_framer_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  ImapFramerLimits limits = { 1000, 1000, 100, 100, 0 };

  imap_framer_set_limits (framer, &limits);
  for (guint i = 0; i < 250; i++)
    imap_framer_feed (framer, "* {1}\r\nx", 8);
  g_assert_cmpint (drain (framer, text, NULL, &error), ==, IMAP_FRAMER_FAILED);
  g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_LARGE);
}

static void
test_literal_limits (void)
{
  static const struct
  {
    const char *head;
    gsize limit;
  } rows[] = {
    { "* 1 FETCH (ENVELOPE (NIL ", 100 },
    { "* LIST () \"/\" ", 100 },
    { "* 1 FETCH (BODY[] ", 5000 },
    { "* 1 FETCH (UID 5 BODY[1.2.MIME] ", 5000 },
    { "* 1 FETCH (body[HEADER.FIELDS (SUBJECT)]", 5000 },
    { "* 1 FETCH (BODY[]<0> ", 5000 },
    { "* 1 FETCH (BINARY[1]<5> ~", 5000 },
    { "* 1 FETCH (RFC822 ", 5000 },
    { "* 1 FETCH (RFC822.TEXT ", 5000 },
    { "* 1 FETCH (FLAGS () RFC822.HEADER ", 5000 },
    { "* 1 FETCH (XBODY[] ", 100 },
    { "* 1 FETCH (BODY[]> ", 100 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize extra = 0; extra < 2; extra++)
      {
        g_autofree char *line = g_strdup_printf ("%s{%zu}\r\n", rows[i].head,
                                                 rows[i].limit + extra);
        g_autoptr (ImapFramer) framer = imap_framer_new ();
        g_autoptr (GString) text = g_string_new (NULL);
        g_autoptr (GError) error = NULL;
        ImapFramerLimits limits = { 1000, 1000, 100, 5000, 0 };

        imap_framer_set_limits (framer, &limits);
        imap_framer_feed (framer, line, strlen (line));
        drain (framer, text, NULL, &error);
        if (extra == 0)
          g_assert_no_error (error);
        else
          g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_LARGE);
      }
}

/* What came in time is handed out, whatever the chunks were. */
static void
test_total_limit (void)
{
  static const char stream[] = "* OK 1\r\n* OK 2\r\n* OK 3\r\n";

  for (gsize split = 0; split < sizeof stream; split++)
    {
      g_autoptr (ImapFramer) framer = imap_framer_new ();
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      ImapFramerLimits limits = { 1000, 1000, 100, 100, 16 };

      imap_framer_set_limits (framer, &limits);
      imap_framer_feed (framer, stream, split);
      drain (framer, text, NULL, NULL);
      imap_framer_feed (framer, stream + split, sizeof stream - 1 - MIN (split, sizeof stream - 1));
      g_assert_cmpint (drain (framer, text, NULL, &error), ==, IMAP_FRAMER_FAILED);
      g_assert_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_LARGE);
      g_assert_cmpstr (text->str, ==, "8:* OK 1|8:* OK 2|");
    }
}

static void
test_total_starts_anew (void)
{
  g_autoptr (ImapFramer) framer = imap_framer_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  ImapFramerLimits limits = { 1000, 1000, 100, 100, 8 };

  for (guint i = 0; i < 3; i++)
    {
      imap_framer_set_limits (framer, &limits);
      imap_framer_feed (framer, "* OK 1\r\n", 8);
      g_assert_cmpint (drain (framer, text, NULL, NULL), ==, IMAP_FRAMER_NEED_MORE);
    }
}

static char *
make_body_stream (const gsize *sizes, guint n, gsize *out_length)
{
  GString *stream = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      g_string_append_printf (stream, "* %u FETCH (BODY[] {%zu}\r\n", i + 1, sizes[i]);
      for (gsize k = 0; k < sizes[i]; k++)
        g_string_append_c (stream, "abc\r\n){}"[(k * 7 + i) % 8]);
      g_string_append (stream, " BODY[1] {2}\r\nhi FLAGS ())\r\n");
    }
  *out_length = stream->len;

  return g_string_free (stream, FALSE);
}

/* Puts the literals back where they were on the wire. */
static void
restore (GString *to, ImapFrame *frame)
{
  gsize at = 0;

  for (guint i = 0; frame->apart != NULL && i < frame->apart->len; i++)
    {
      const ImapApartLiteral *literal = &g_array_index (frame->apart, ImapApartLiteral, i);

      g_string_append_len (to, frame->text + at, literal->at - at);
      g_string_append_len (to, (char *) literal->block->data, literal->length);
      at = literal->at;
    }
  g_string_append_len (to, frame->text + at, frame->length - at);
  g_string_append (to, "\r\n");
}

/* Chunks of many sizes through literals on both sides of each threshold: what comes out is what
 * went in, and kept frames do not change while others come. */
static void
test_large_literals (void)
{
  static const gsize sizes[] = { 10,    32767, 32768, 32769,  16384, 65536,
                                 70000, 5,     81920, 300000, 1,     0 };
  static const gsize chunks[] = { 1, 7, 1000, 16384, 40000, 65536, 1000000 };
  gsize length;
  g_autofree char *stream = make_body_stream (sizes, G_N_ELEMENTS (sizes), &length);

  for (guint c = 0; c < G_N_ELEMENTS (chunks); c++)
    {
      g_autoptr (ImapFramer) framer = imap_framer_new ();
      g_autoptr (GPtrArray)
          frames = g_ptr_array_new_with_free_func ((GDestroyNotify) imap_frame_unref);
      g_autoptr (GString) text = g_string_new (NULL);
      ImapFrame *frame;

      imap_framer_set_limits (framer, &imap_framer_limits_open);
      for (gsize at = 0; at < length; at += chunks[c])
        {
          imap_framer_feed (framer, stream + at, MIN (chunks[c], length - at));
          while (imap_framer_next (framer, &frame, NULL) == IMAP_FRAMER_FRAME)
            g_ptr_array_add (frames, frame);
        }
      g_assert_cmpuint (frames->len, ==, G_N_ELEMENTS (sizes));
      for (guint i = 0; i < frames->len; i++)
        restore (text, g_ptr_array_index (frames, i));
      g_assert_cmpmem (text->str, text->len, stream, length);
    }
}

/* Memory is never much ahead of what has come, and a literal is never moved but by growing. */
static void
test_growth (void)
{
  g_autoptr (ImapFramer) framer = imap_framer_new ();
  gsize size = 20 * IMAP_MIB;
  g_autofree char *head = g_strdup_printf ("* 1 FETCH (BODY[] {%zu}\r\n", size);
  ImapFrame *frame = NULL;
  gsize left = size, received = 0;

  imap_framer_set_limits (framer, &imap_framer_limits_open);
  imap_framer_feed (framer, head, strlen (head));
  g_assert_cmpint (imap_framer_next (framer, &frame, NULL), ==, IMAP_FRAMER_NEED_MORE);
  while (left > 0)
    {
      gsize room;
      guint8 *to = imap_framer_reserve (framer, &room);
      gsize n = MIN (MIN (room, left), 50000);

      g_assert_cmpuint (room, >=, IMAP_LIMIT_READ_ROOM);
      g_assert_cmpuint (
          room, <=, CLAMP (received, 4 * IMAP_LIMIT_GROWTH_STEP, 2 * IMAP_LIMIT_GROWTH_STEP_MAX));
      memset (to, 'x', n);
      imap_framer_commit (framer, n);
      left -= n;
      received += n;
    }
  imap_framer_feed (framer, ")\r\n", 3);
  g_assert_cmpint (imap_framer_next (framer, &frame, NULL), ==, IMAP_FRAMER_FRAME);
  g_assert_cmpuint (imap_frame_get_size (frame), ==, strlen (head) + size + 3);
  imap_frame_unref (frame);
}

#define SHORT_LINE "* 1 FETCH (UID 1234567890 FLAGS (\\Seen))\r\n"

/* Fills the room that it is given with lines, whatever it is cut to. */
static gsize
fill (guint8 *to, gsize room, gsize at)
{
  for (gsize i = 0; i < room; i++)
    to[i] = SHORT_LINE[(at + i) % strlen (SHORT_LINE)];

  return room;
}

/* Reads @total octets in reads as large as may be, and holds the last @n_held frames. */
static gsize
read_and_hold (ImapFramer *framer, gsize total, guint n_held, GQueue *held, GHashTable *places)
{
  gsize largest = 0;
  gsize room;

  for (gsize at = 0; at < total; at += room)
    {
      guint8 *to = imap_framer_reserve (framer, &room);
      ImapFrame *frame;

      g_hash_table_add (places, (gpointer) ((guintptr) to / IMAP_LIMIT_READ_BLOCK_MAX));
      largest = MAX (largest, room);
      imap_framer_commit (framer, fill (to, room, at));
      while (imap_framer_next (framer, &frame, NULL) == IMAP_FRAMER_FRAME)
        {
          g_assert_cmpuint (imap_frame_get_size (frame), ==, strlen (SHORT_LINE));
          g_queue_push_tail (held, frame);
          while (held->length > n_held)
            imap_frame_unref (g_queue_pop_head (held));
        }
    }

  return largest;
}

/* Who lets go of what he got has the same few blocks filled again and again. */
static void
test_blocks_in_turn (void)
{
  g_autoptr (ImapFramer) framer = imap_framer_new ();
  g_autoptr (GHashTable) places = g_hash_table_new (NULL, NULL);
  GQueue held = G_QUEUE_INIT;

  imap_framer_set_limits (framer, &imap_framer_limits_open);
  g_assert_cmpuint (read_and_hold (framer, 32 * IMAP_MIB, 10000, &held, places), <=,
                    IMAP_LIMIT_READ_BLOCK_MAX);
  /* A block need not begin where one fits: each is counted twice at most. */
  g_assert_cmpuint (g_hash_table_size (places), <=, 2 * (IMAP_LIMIT_SPARE_BLOCKS + 4));
  g_queue_clear_full (&held, (GDestroyNotify) imap_frame_unref);
}

/* Who holds all of it gets large blocks, and a small one to wait with when he has let go. */
static void
test_blocks_kept (void)
{
  g_autoptr (ImapFramer) framer = imap_framer_new ();
  g_autoptr (GHashTable) places = g_hash_table_new (NULL, NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  GQueue held = G_QUEUE_INIT;
  gsize room;

  imap_framer_set_limits (framer, &imap_framer_limits_open);
  room = read_and_hold (framer, 16 * IMAP_MIB, G_MAXUINT, &held, places);
  g_assert_cmpuint (room, >, IMAP_LIMIT_READ_BLOCK_MAX);
  g_assert_cmpuint (room, <=, IMAP_LIMIT_KEPT_BLOCK);
  g_assert_cmpuint (held.length, >, 16 * IMAP_MIB / strlen (SHORT_LINE) - 1);
  for (GList *link = held.head; link != NULL; link = link->next)
    {
      g_string_truncate (text, 0);
      restore (text, link->data);
      g_assert_cmpstr (text->str, ==, SHORT_LINE);
    }

  g_queue_clear_full (&held, (GDestroyNotify) imap_frame_unref);
  imap_framer_feed (framer, "\r\n", imap_framer_get_pending (framer) > 0 ? 2 : 0);
  drain (framer, text, NULL, NULL);
  imap_framer_reserve (framer, &room);
  g_assert_cmpuint (room, <=, IMAP_LIMIT_READ_BLOCK_MAX);
}

/* 100,000 literals of one octet: legal, below the limit of a line. */
static void
test_p10_tiny_literals (void)
{
  g_autoptr (ImapFramer) framer = imap_framer_new ();
  g_autoptr (GString) stream = g_string_new ("* X");
  ImapFrame *frame = NULL;

  for (guint i = 0; i < 100000; i++)
    g_string_append (stream, " {1}\r\nx");
  g_string_append (stream, "\r\n");
  imap_framer_set_limits (framer, &imap_framer_limits_open);
  for (gsize at = 0; at < stream->len; at += 1000)
    {
      imap_framer_feed (framer, stream->str + at, MIN (1000, stream->len - at));
      if (at + 1000 < stream->len)
        g_assert_cmpint (imap_framer_next (framer, &frame, NULL), ==, IMAP_FRAMER_NEED_MORE);
    }
  g_assert_cmpint (imap_framer_next (framer, &frame, NULL), ==, IMAP_FRAMER_FRAME);
  g_assert_cmpuint (imap_frame_get_size (frame), ==, stream->len);
  imap_frame_unref (frame);
}

static void
test_pending (void)
{
  g_autoptr (ImapFramer) framer = imap_framer_new ();
  ImapFrame *frame = NULL;

  imap_framer_feed (framer, "A1 OK Begin TLS\r\n* CAPABILITY X\r\n", 33);
  g_assert_cmpuint (imap_framer_get_pending (framer), ==, 33);
  g_assert_cmpint (imap_framer_next (framer, &frame, NULL), ==, IMAP_FRAMER_FRAME);
  g_assert_cmpuint (imap_framer_get_pending (framer), ==, 16);
  imap_frame_unref (frame);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (transcripts); i++)
    {
      g_autofree char *path = g_strconcat ("/framer/transcript/", transcripts[i].name, NULL);

      g_test_add_data_func (path, &transcripts[i], test_transcript);
    }
  g_test_add_func ("/framer/P01-malformed-literals", test_p01_malformed_literals);
  g_test_add_func ("/framer/P02-announced-only", test_p02_announced_only);
  g_test_add_func ("/framer/P06-line-limits", test_p06_line_limits);
  g_test_add_func ("/framer/P06-line-in-pieces", test_p06_line_in_pieces);
  g_test_add_func ("/framer/literal-limits", test_literal_limits);
  g_test_add_func ("/framer/total-limit", test_total_limit);
  g_test_add_func ("/framer/total-starts-anew", test_total_starts_anew);
  g_test_add_func ("/framer/P18-large-literals", test_large_literals);
  g_test_add_func ("/framer/growth", test_growth);
  g_test_add_func ("/framer/blocks-in-turn", test_blocks_in_turn);
  g_test_add_func ("/framer/blocks-kept", test_blocks_kept);
  g_test_add_func ("/framer/P10-tiny-literals", test_p10_tiny_literals);
  g_test_add_func ("/framer/pending", test_pending);

  return g_test_run ();
}
