/* What somebody could send to make a parser slow, in a size of one's choice: for linear.py.
 *
 *   linear                  prints the names of the patterns
 *   linear SHARE PATTERN…   reads what they make, once, as often as their size says, and twice as
 *                           often; of the size SHARE hundredths are taken
 *
 * Under callgrind only the reading is counted, with one dump for each, named after pattern and size.
 *
 * Each row of the table of hostile cases is in the name of a pattern, or here with the reason why
 * nothing grows in it; tests/doc/test-rows.py knows.
 *
 * T01 T02 T03 T04 T05 T06 T07 T08 T09 T10 T11 T12 T13: the first wrong line ends the connection, and
 *     all before TLS is 64 KiB and 20 lines
 * T14 T15 T16 T17 T18 T26 T27: of the network and of the libraries for it, not of what is read here
 * T19: one line of 64 KiB at most; its iterations are limited, and each costs the same
 * T21 T22: one line that ends the login
 * P02: what was announced and does not come is not read
 * P12 P16: a code is read where it stands, see P11-codes; nobody keeps it
 * P14: a number alone
 * P17 P19: the first of them ends the connection
 * P26: a number alone; what comes is R08
 * P31 P32: one command that waits, or does not
 * R01 R02 R03 R04 R05 R06 R07 R10 R11 R12 R13 R14 R15 R16 R17 R18 R19 R20 R21 R22 R23: of time,
 *     the network and the system; what is read meanwhile is that of the other rows
 * D01 D02 D03 D04 D05 D06 D07 D08 D09 D11 D12 D14 D15 D18 D19 D20 D21 D22: one command after the other,
 *     each with one answer; sets of mails are D13, D16 and D17
 * S02 S03 S05 S06 S07: nothing is read
 * H03 H04 H05 H17 H18 H19 H21 H23 H24 H26 H27: a head that is refused or answered as a whole, which
 *     is H10; or what the program does
 * H20 H22 H28 H29: one verb, one cookie, one request after the other, one block after the other
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "linear.h"

#include <malloc.h>
#include <string.h>
#include <valgrind/callgrind.h>

static const LinearPattern *const groups[] = { linear_imap, linear_session, linear_mail,
                                               linear_http };

/* "Ez" and "FY" are one for g_str_hash (), and so are all that are made of as many of them. */
static void
add_alike (GString *input, guint number)
{
  for (guint bit = 0; bit < 20; bit++)
    g_string_append (input, (number >> bit) % 2 == 0 ? "Ez" : "FY");
}

static void
add_special (GString *input, char kind, guint number, guint size)
{
  switch (kind)
    {
    case 'u':
      g_string_append_printf (input, "%u", number);
      break;
    case 'p':
      g_string_append_printf (input, "%u", number - 1);
      break;
    case 'r':
      g_string_append_printf (input, "%u", size + 1 - number);
      break;
    case 'n':
      g_string_append_printf (input, "%u", size);
      break;
    case 'k':
      add_alike (input, number);
      break;
    case 'L':
      for (guint i = 0; i < 40000; i++)
        g_string_append_c (input, 'x');
      break;
    case '0':
      g_string_append_c (input, '\0');
      break;
    default:
      g_string_append_c (input, kind);
    }
}

static void
add_text (GString *input, const char *text, guint number, guint size)
{
  for (; text != NULL && *text != '\0'; text++)
    if (*text == '%')
      add_special (input, *++text, number, size);
    else
      g_string_append_c (input, *text);
}

static GString *
make_input (const LinearPattern *pattern, guint size)
{
  GString *input = g_string_new (NULL);

  add_text (input, pattern->before, 0, size);
  for (guint number = 1; number <= size; number++)
    add_text (input, pattern->again, number, size);
  add_text (input, pattern->after, 0, size);
  for (guint number = 1; number <= size; number++)
    add_text (input, pattern->closing, number, size);
  add_text (input, pattern->end, 0, size);

  return input;
}

static void
measure (const LinearPattern *pattern, guint size)
{
  g_autoptr (GString) input = make_input (pattern, size);
  g_autofree char *name = g_strdup_printf ("%s %u", pattern->name, size);

  /* What is left to do in the memory of those before is not of this one. */
  malloc_trim (0);
  CALLGRIND_ZERO_STATS;
  CALLGRIND_START_INSTRUMENTATION;
  pattern->read (input);
  CALLGRIND_STOP_INSTRUMENTATION;
  CALLGRIND_DUMP_STATS_AT (name);
}

/* What is done but once, as the types of GObject, is done before. */
static void
warm_up (const LinearPattern *pattern)
{
  g_autoptr (GString) input = make_input (pattern, 2);

  pattern->read (input);
}

int
main (int argc, char **argv)
{
  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    for (const LinearPattern *pattern = groups[i]; pattern->name != NULL; pattern++)
      {
        guint size;

        if (argc < 3)
          {
            g_print ("%s\n", pattern->name);
            continue;
          }
        if (!g_strv_contains ((const char *const *) argv + 2, pattern->name))
          continue;

        size = MAX (pattern->size * (guint) g_ascii_strtoull (argv[1], NULL, 10) / 100, 2);
        warm_up (pattern);
        measure (pattern, 1);
        measure (pattern, size);
        measure (pattern, 2 * size);
      }

  return 0;
}
