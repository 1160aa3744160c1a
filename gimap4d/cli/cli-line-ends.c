/* Lines of a mail, which end with CRLF, as this system and its mailboxes have them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-line-ends.h"

#include <string.h>

static const char from[] = "From ";

void
cli_line_ends_init (CliLineEnds *ends)
{
  ends->is_cr_held = FALSE;
}

void
cli_line_ends_convert (CliLineEnds *ends, const char *octets, gsize length, GString *out)
{
  for (gsize i = 0; i < length; i++)
    {
      if (ends->is_cr_held && octets[i] != '\n')
        g_string_append_c (out, '\r');
      ends->is_cr_held = octets[i] == '\r';
      if (!ends->is_cr_held)
        g_string_append_c (out, octets[i]);
    }
}

void
cli_line_ends_finish (CliLineEnds *ends, GString *out)
{
  if (ends->is_cr_held)
    g_string_append_c (out, '\r');
  ends->is_cr_held = FALSE;
}

void
cli_mbox_quoter_init (CliMboxQuoter *quoter)
{
  cli_line_ends_init (&quoter->ends);
  quoter->is_at_start = TRUE;
  quoter->n_matched = 0;
  quoter->has_line_end = TRUE;
}

/* The octets of “From ” that were held come out as they are. */
static void
release (CliMboxQuoter *quoter, GString *out)
{
  g_string_append_len (out, from, quoter->n_matched);
  quoter->n_matched = 0;
}

static void
quote_octet (CliMboxQuoter *quoter, char octet, GString *out)
{
  quoter->has_line_end = octet == '\n';
  if (quoter->is_at_start && octet == from[quoter->n_matched])
    {
      quoter->n_matched++;
      if (quoter->n_matched < strlen (from))
        return;
      g_string_append_c (out, '>');
      release (quoter, out);
      quoter->is_at_start = FALSE;
      return;
    }

  /* One “>” more may stand anywhere among the others. */
  if (quoter->n_matched > 0 || octet != '>')
    quoter->is_at_start = FALSE;
  release (quoter, out);
  g_string_append_c (out, octet);
  if (octet == '\n')
    quoter->is_at_start = TRUE;
}

static void
quote (CliMboxQuoter *quoter, GString *lines, GString *out)
{
  for (gsize i = 0; i < lines->len; i++)
    quote_octet (quoter, lines->str[i], out);
}

void
cli_mbox_quoter_convert (CliMboxQuoter *quoter, const char *octets, gsize length, GString *out)
{
  g_autoptr (GString) lines = g_string_sized_new (length);

  cli_line_ends_convert (&quoter->ends, octets, length, lines);
  quote (quoter, lines, out);
}

void
cli_mbox_quoter_finish (CliMboxQuoter *quoter, GString *out)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  cli_line_ends_finish (&quoter->ends, lines);
  quote (quoter, lines, out);
  release (quoter, out);
  g_string_append (out, quoter->has_line_end ? "\n" : "\n\n");
}
