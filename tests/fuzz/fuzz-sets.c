/* The fuzzer's entry: two lines are sets of ids, which are read, written, cut, and done sums with.
 *
 * The first byte says how large the pieces are. What is in a set is known from a reader of its own here,
 * which is slow and has no limits.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "fuzz-lib.h"

#include <gimap4d/gimap4d.h>

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/grammar/imap-data.h"
#include "gimap4d/imap/grammar/imap-response.h"
#include "gimap4d/imap/wire/imap-uid-set.h"

#define MAX_LINE 2000
#define MAX_SMALL 3000

/* "*" is beyond all numbers. */
#define STAR ((guint64) G_MAXUINT32 + 1)

typedef struct
{
  guint64 first;
  guint64 last;
} Range;

static gboolean
take_number (const char **at, guint64 *out_number)
{
  const char *begin = *at;

  if (**at == '*')
    {
      (*at)++;
      *out_number = STAR;
      return TRUE;
    }
  for (*out_number = 0; g_ascii_isdigit (**at) && *out_number <= G_MAXUINT32; (*at)++)
    *out_number = *out_number * 10 + (guint) (**at - '0');

  return *at > begin && *out_number > 0 && *out_number <= G_MAXUINT32;
}

/* NULL for what is no sequence-set. The ranges stand as they were written. */
static GArray *
read_slowly (const char *text)
{
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (Range));
  Range range;

  do
    {
      if (!take_number (&text, &range.first))
        return NULL;
      range.last = range.first;
      if (*text == ':')
        {
          text++;
          if (!take_number (&text, &range.last))
            return NULL;
        }
      g_array_append_val (ranges, range);
    }
  while (*text++ == ',');

  return text[-1] == '\0' ? g_steal_pointer (&ranges) : NULL;
}

static gboolean
is_in (GArray *ranges, guint32 id)
{
  for (guint i = 0; i < ranges->len; i++)
    {
      const Range *range = &g_array_index (ranges, Range, i);

      if (MIN (range->first, range->last) <= id && id <= MAX (range->first, range->last))
        return TRUE;
      /* "*:7" and "9:*" hold the last mail, and G_MAXUINT32 stands for that. */
      if (MAX (range->first, range->last) == STAR && id == G_MAXUINT32)
        return TRUE;
    }

  return FALSE;
}

static void
add_probes (GArray *ranges, GArray *probes)
{
  for (guint i = 0; i < ranges->len; i++)
    {
      const Range *range = &g_array_index (ranges, Range, i);
      guint64 ends[] = { range->first - 1,
                         range->first,
                         range->first + 1,
                         range->last - 1,
                         range->last,
                         range->last + 1,
                         1,
                         G_MAXUINT32 / 2,
                         G_MAXUINT32 };

      for (guint j = 0; j < G_N_ELEMENTS (ends); j++)
        if (ends[j] > 0 && ends[j] <= G_MAXUINT32)
          g_array_append_vals (probes, &(guint32){ (guint32) ends[j] }, 1);
    }
}

/* Ascending, and nothing that could be one range is two. */
static void
check_canonical (ImapUidSet *set)
{
  guint n = imap_uid_set_get_n_ranges (set);
  guint64 before = 0;
  guint64 size = 0;

  for (guint i = 0; i < n; i++)
    {
      ImapUidRange range = imap_uid_set_get_range (set, i);

      fuzz_demand (range.first > 0 && range.first <= range.last);
      fuzz_demand (i == 0 || range.first > before + 1);
      before = range.last;
      size += (guint64) range.last - range.first + 1;
    }
  fuzz_demand (imap_uid_set_is_empty (set) == (n == 0));
  fuzz_demand (imap_uid_set_get_size (set) == (imap_uid_set_is_open (set) ? 0 : size));
}

static void
check_round_trip (ImapUidSet *set)
{
  g_autofree char *text = imap_uid_set_to_string (set);
  g_autoptr (ImapUidSet) again = NULL;
  g_autofree char *text_again = NULL;

  if (imap_uid_set_is_empty (set))
    {
      fuzz_demand (*text == '\0');
      return;
    }
  again = imap_uid_set_parse (text, -1, NULL);
  fuzz_demand (again != NULL && imap_uid_set_equal (set, again));
  text_again = imap_uid_set_to_string (again);
  fuzz_demand (g_str_equal (text, text_again));
}

static void
check_ids (ImapUidSet *set)
{
  guint size = imap_uid_set_get_size (set);
  guint32 before = 0;

  for (guint i = 0; i < MIN (size, 200); i++)
    {
      guint32 id = imap_uid_set_get_id (set, i);

      fuzz_demand (id > before && imap_uid_set_contains (set, id));
      before = id;
    }
  fuzz_demand (imap_uid_set_is_open (set) || imap_uid_set_get_id (set, size) == 0);
  fuzz_demand (size == 0 || imap_uid_set_get_id (set, size - 1) >= before);
}

/* All that is in the set is in one piece, and the pieces are no larger than was asked for. */
static void
check_split (ImapUidSet *set, guint max_ids)
{
  gsize max_bytes = MAX (max_ids / 4, 24);
  g_autoptr (GPtrArray) pieces = NULL;
  g_autoptr (ImapUidSet) all = imap_uid_set_new ();
  guint64 total = 0;

  if (imap_uid_set_is_open (set) || imap_uid_set_get_size (set) > MAX_SMALL)
    max_ids = 1000000;
  pieces = imap_uid_set_split (set, max_ids, max_bytes);
  for (guint i = 0; i < pieces->len; i++)
    {
      ImapUidSet *piece = g_ptr_array_index (pieces, i);
      g_autofree char *text = imap_uid_set_to_string (piece);
      ImapUidSet *united = imap_uid_set_unite (all, piece);

      fuzz_demand (!imap_uid_set_is_empty (piece));
      fuzz_demand (strlen (text) <= max_bytes);
      fuzz_demand (imap_uid_set_get_size (piece) <= max_ids ||
                   imap_uid_set_get_n_ranges (piece) == 1);
      total += imap_uid_set_get_size (piece);
      imap_uid_set_unref (all);
      all = united;
    }
  fuzz_demand (imap_uid_set_equal (all, set));
  fuzz_demand (imap_uid_set_is_open (set) || total == imap_uid_set_get_size (set));
}

/* In whatever order they are added. */
static void
check_order (ImapUidSet *set, GArray *ranges)
{
  g_autoptr (ImapUidSet) backwards = imap_uid_set_new ();

  for (guint i = ranges->len; i-- > 0;)
    {
      const Range *range = &g_array_index (ranges, Range, i);
      guint64 first = MIN (range->first, range->last);
      guint64 last = MAX (range->first, range->last);

      if (last == STAR)
        imap_uid_set_add_open_range (backwards, (guint32) MIN (first, G_MAXUINT32));
      else
        imap_uid_set_add_range (backwards, (guint32) first, (guint32) last);
    }
  fuzz_demand (imap_uid_set_equal (set, backwards));
}

static void
check_set (ImapUidSet *set, GArray *ranges, GArray *probes, guint max_ids)
{
  check_canonical (set);
  check_round_trip (set);
  check_ids (set);
  check_split (set, max_ids);
  check_order (set, ranges);
  for (guint i = 0; i < probes->len; i++)
    {
      guint32 id = g_array_index (probes, guint32, i);

      fuzz_demand (imap_uid_set_contains (set, id) == is_in (ranges, id));
    }
}

static void
check_sums (ImapUidSet *a, ImapUidSet *b, GArray *probes)
{
  g_autoptr (ImapUidSet) united = imap_uid_set_unite (a, b);
  g_autoptr (ImapUidSet) left = imap_uid_set_subtract (a, b);
  g_autoptr (ImapUidSet) none = imap_uid_set_subtract (a, a);

  check_canonical (united);
  check_canonical (left);
  check_round_trip (united);
  check_round_trip (left);
  fuzz_demand (imap_uid_set_is_empty (none));
  for (guint i = 0; i < probes->len; i++)
    {
      guint32 id = g_array_index (probes, guint32, i);
      gboolean in_a = imap_uid_set_contains (a, id);
      gboolean in_b = imap_uid_set_contains (b, id);

      fuzz_demand (imap_uid_set_contains (united, id) == (in_a || in_b));
      fuzz_demand (imap_uid_set_contains (left, id) == (in_a && !in_b));
    }
}

/* Whether the ids were written in ascending order, none twice. @out_size is how many there are. */
static gboolean
is_ascending (GArray *ranges, guint64 *out_size)
{
  guint64 before = 0;

  *out_size = 0;
  for (guint i = 0; i < ranges->len; i++)
    {
      const Range *range = &g_array_index (ranges, Range, i);

      if (range->first <= before || range->last < range->first || range->last == STAR)
        return FALSE;
      before = range->last;
      *out_size += range->last - range->first + 1;
    }

  return TRUE;
}

static gboolean
is_like_a_set (const char *text)
{
  return *text != '\0' && strspn (text, "0123456789:,*") == strlen (text);
}

/* Which mail became which is only told where the server said it beyond doubt. */
static void
check_copy_uid (const char *texts[2], GArray *ranges[2], ImapUidSet *sets[2])
{
  g_autofree char *line = g_strdup_printf ("A1 OK [COPYUID 7 %s %s] done", texts[0], texts[1]);
  g_autoptr (ImapFrame) frame = imap_frame_new_from_text (line, -1);
  g_auto (ImapResponse) response = { 0 };
  guint64 sizes[2];

  if (!imap_response_parse (&response, frame, NULL) || response.code != IMAP_CODE_COPYUID)
    {
      fuzz_demand (ranges[0] == NULL || ranges[1] == NULL || imap_uid_set_is_open (sets[0]) ||
                   imap_uid_set_is_open (sets[1]));
      return;
    }
  fuzz_demand (response.code_number == 7 && response.code_uids != NULL);
  if (response.code_source == NULL)
    return;

  fuzz_demand (ranges[0] != NULL && ranges[1] != NULL);
  fuzz_demand (is_ascending (ranges[0], &sizes[0]) && is_ascending (ranges[1], &sizes[1]));
  fuzz_demand (sizes[0] == sizes[1]);
  fuzz_demand (imap_uid_set_equal (response.code_source, sets[0]) &&
               imap_uid_set_equal (response.code_uids, sets[1]));
}

/* The set again, as each response has it. */
static void
check_response (const char *start, const char *text, ImapUidSet *expected)
{
  g_autofree char *line = g_strconcat (start, text, NULL);
  g_autoptr (ImapFrame) frame = imap_frame_new_from_text (line, -1);
  g_autoptr (ImapUidSet) ids = imap_uid_set_new ();
  g_auto (ImapResponse) response = { 0 };
  gboolean read;

  fuzz_demand (imap_response_parse (&response, frame, NULL));
  read = imap_data_parse_search (&response, ids, NULL);
  if (expected != NULL)
    fuzz_demand (read && imap_uid_set_equal (ids, expected));
  check_canonical (ids);
}

/* With more zeros in front than a number may have where it stands alone. */
static gboolean
has_long_number (const char *text)
{
  for (; *text != '\0'; text++)
    if (strspn (text, "0123456789") > IMAP_LIMIT_NUMBER_DIGITS)
      return TRUE;

  return FALSE;
}

static void
check_responses (const char *text, ImapUidSet *set)
{
  ImapUidSet *expected = set != NULL && !imap_uid_set_is_open (set) ? set : NULL;
  g_autofree char *spaced = g_strdelimit (g_strdup (text), ",", ' ');

  check_response ("* ESEARCH (TAG \"A1\") UID COUNT 3 ALL ", text, expected);
  check_response ("* VANISHED (EARLIER) ", text, expected);
  check_response ("* VANISHED ", text, expected);
  check_response ("* SEARCH ", spaced,
                  strchr (text, ':') == NULL && !has_long_number (text) ? expected : NULL);
}

static void
check_public (const char *text)
{
  g_autoptr (GImapMessageSet) set = g_imap_message_set_parse (text, NULL);
  g_autoptr (GImapMessageSet) again = NULL;
  g_autofree char *written = NULL;

  if (set == NULL)
    return;
  written = g_imap_message_set_to_string (set);
  again = g_imap_message_set_parse (written, NULL);
  fuzz_demand (again != NULL && g_imap_message_set_equal (set, again));
  fuzz_demand (g_imap_message_set_hash (set) == g_imap_message_set_hash (again));
  fuzz_demand (g_imap_message_set_is_open (set) ||
               g_imap_message_set_get_size (set) == g_imap_message_set_get_size (again));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  FuzzInput input = { data, MIN (size, MAX_LINE) };
  guint max_ids = 1 + fuzz_take_byte (&input);
  g_autofree char *a = fuzz_take_line (&input);
  g_autofree char *b = fuzz_take_line (&input);
  const char *texts[] = { a, b };
  g_autoptr (GArray) probes = g_array_new (FALSE, FALSE, sizeof (guint32));
  GArray *ranges[2];
  ImapUidSet *sets[2];

  for (guint i = 0; i < 2; i++)
    {
      ranges[i] = read_slowly (texts[i]);
      sets[i] = imap_uid_set_parse (texts[i], -1, NULL);
      fuzz_demand ((ranges[i] != NULL) == (sets[i] != NULL));
      if (ranges[i] != NULL)
        add_probes (ranges[i], probes);
      check_public (texts[i]);
    }
  for (guint i = 0; i < 2; i++)
    {
      if (sets[i] != NULL)
        check_set (sets[i], ranges[i], probes, max_ids);
      if (strpbrk (texts[i], "\r{") == NULL)
        check_responses (texts[i], sets[i]);
    }
  if (sets[0] != NULL && sets[1] != NULL)
    check_sums (sets[0], sets[1], probes);
  if (is_like_a_set (a) && is_like_a_set (b))
    check_copy_uid (texts, ranges, sets);

  for (guint i = 0; i < 2; i++)
    {
      g_clear_pointer (&ranges[i], g_array_unref);
      g_clear_pointer (&sets[i], imap_uid_set_unref);
    }

  return 0;
}
