/* Finds the end of a list without reading its values: most octets of a FETCH are only passed over.
 *
 * Where the processor can, 64 octets are looked at together: one bit each says where a quote and a
 * parenthesis is, and the quotes' running parity says which parentheses count.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/wire/imap-scan.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define BLOCK 64

/* One octet after the other up to @stop; a backslash may take one more. */
static ImapScanResult
scan_slowly (ImapScan *scan, const char *text, gsize stop)
{
  while (scan->at < stop)
    {
      char c = text[scan->at];

      if (c == '{' && !scan->quoted)
        return IMAP_SCAN_BRACE;
      scan->at++;
      if (c == '"')
        scan->quoted = !scan->quoted;
      else if (scan->quoted)
        scan->at += c == '\\';
      else if (c == '(')
        scan->depth++;
      else if (c == ')' && --scan->depth == 0)
        return IMAP_SCAN_CLOSED;
      scan->deepest = MAX (scan->deepest, scan->depth);
    }

  return IMAP_SCAN_CUT;
}

#ifdef __SSE2__
typedef struct
{
  guint64 quotes;
  guint64 opens;
  guint64 closes;
  guint64 backslashes;
  guint64 braces;
} Marks;

static guint64
find_in_16 (__m128i octets, char c)
{
  return (guint32) _mm_movemask_epi8 (_mm_cmpeq_epi8 (octets, _mm_set1_epi8 (c)));
}

static Marks
find_marks (const char *block)
{
  Marks marks = { 0 };

  for (guint i = 0; i < BLOCK; i += 16)
    {
      __m128i octets = _mm_loadu_si128 ((const __m128i *) (block + i));

      marks.quotes |= find_in_16 (octets, '"') << i;
      marks.opens |= find_in_16 (octets, '(') << i;
      marks.closes |= find_in_16 (octets, ')') << i;
      marks.backslashes |= find_in_16 (octets, '\\') << i;
      marks.braces |= find_in_16 (octets, '{') << i;
    }

  return marks;
}

/* Of less than a block; what follows it must not be read. */
static Marks
find_last_marks (const char *text, gsize length)
{
  char block[BLOCK] = { 0 };

  memcpy (block, text, length);

  return find_marks (block);
}

/* Bit n becomes the parity of the bits up to n: set from each opening quote up to its closing one. */
static guint64
running_parity (guint64 bits)
{
  for (guint shift = 1; shift < BLOCK; shift *= 2)
    bits ^= bits << shift;

  return bits;
}

/* A block with no brace, and no backslash in @quoted. TRUE when the list ends in it. */
static gboolean
scan_block (ImapScan *scan, const Marks *marks, guint64 quoted)
{
  guint64 counted = (marks->opens | marks->closes) & ~quoted;

  for (; counted != 0; counted &= counted - 1)
    {
      guint64 bit = counted & -counted;

      if ((marks->opens & bit) != 0)
        {
          scan->depth++;
          continue;
        }
      if (--scan->depth == 0)
        {
          scan->at += __builtin_ctzll (bit) + 1;
          return TRUE;
        }
    }
  scan->deepest = MAX (scan->deepest, scan->depth);
  scan->quoted = quoted >> (BLOCK - 1);
  scan->at += BLOCK;

  return FALSE;
}
#endif

ImapScanResult
imap_scan_list (ImapScan *scan, const char *text, gsize length)
{
#ifdef __SSE2__
  while (scan->at < length)
    {
      gsize left = length - scan->at;
      Marks marks = left >= BLOCK ? find_marks (text + scan->at) :
                                    find_last_marks (text + scan->at, left);
      guint64 quoted = running_parity (marks.quotes) ^ (scan->quoted ? G_MAXUINT64 : 0);

      /* A backslash before a flag escapes nothing. */
      if (marks.braces != 0 || (marks.backslashes & quoted) != 0)
        {
          ImapScanResult result = scan_slowly (scan, text, scan->at + MIN (left, BLOCK));

          if (result != IMAP_SCAN_CUT)
            return result;
        }
      else if (scan_block (scan, &marks, quoted))
        {
          return IMAP_SCAN_CLOSED;
        }
    }
#endif

  return scan_slowly (scan, text, length);
}
