/* What 100,000 FETCH responses of 600 octets cost, beside the search for their line ends alone.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "gimap4d/imap/grammar/imap-data.h"
#include "gimap4d/imap/wire/imap-framer.h"
#include "gimap4d/mail/email-values.h"

#include <string.h>
#include <time.h>

#define N_MESSAGES 100000

static double
cpu_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);

  return now.tv_sec + now.tv_nsec / 1e9;
}

static char *
make_stream (gsize *out_length)
{
  GString *stream = g_string_new (NULL);

  for (guint i = 1; i <= N_MESSAGES; i++)
    g_string_append_printf (
        stream,
        "* %u FETCH (UID %u FLAGS (\\Seen $Forwarded) INTERNALDATE \"17-Jul-2024 02:44:25 -0700\" "
        "RFC822.SIZE %u ENVELOPE (\"Wed, 17 Jul 2024 02:23:25 -0700 (PDT)\" \"Subject number %u of "
        "the summary that every list shows\" ((\"Terry Gray\" NIL \"gray\" \"cac.example.edu\")) "
        "((\"Terry Gray\" NIL \"gray\" \"cac.example.edu\")) ((\"Terry Gray\" NIL \"gray\" "
        "\"cac.example.edu\")) ((NIL NIL \"imap\" \"cac.example.edu\")) ((NIL NIL \"minutes\" "
        "\"CNRI.example.net\") (\"John Klensin\" NIL \"klensin\" \"MIT.example.edu\")) NIL "
        "\"<B27397-0100000.%u@cac.example.edu>\" \"<B27397-0100000.%u@cac.example.edu>\"))\r\n",
        i, i * 2, i * 37, i, i, i + 1);
  *out_length = stream->len;

  return g_string_free (stream, FALSE);
}

static gsize
count_lines (const char *stream, gsize length)
{
  const char *at = stream;
  gsize n = 0;

  while ((at = memchr (at, '\n', stream + length - at)) != NULL)
    {
      at++;
      n++;
    }

  return n;
}

/* As a session does it: reads, frames, parses; with @with_envelope it reads what a list shows. */
static guint64
read_all (const char *stream, gsize length, gboolean with_parse, gboolean with_envelope)
{
  g_autoptr (ImapFramer) framer = imap_framer_new ();
  gsize at = 0;
  guint64 sum = 0;

  imap_framer_set_limits (framer, &imap_framer_limits_open);
  while (at < length)
    {
      ImapFrame *frame;
      gsize room;
      guint8 *to = imap_framer_reserve (framer, &room);
      gsize n = MIN (room, length - at);

      memcpy (to, stream + at, n);
      imap_framer_commit (framer, n);
      at += n;
      while (imap_framer_next (framer, &frame, NULL) == IMAP_FRAMER_FRAME)
        {
          g_autoptr (ImapFrame) owned = frame;
          g_auto (ImapResponse) response = { 0 };
          g_auto (ImapFetch) fetch = { 0 };

          sum += imap_frame_get_size (frame);
          if (!with_parse || !imap_response_parse (&response, frame, NULL) ||
              !imap_data_parse_fetch (&response, &fetch, NULL))
            continue;
          sum += fetch.uid;
          if (with_envelope)
            email_envelope_free (imap_fetch_parse_envelope (&fetch));
        }
    }

  return sum;
}

int
main (void)
{
  gsize length;
  g_autofree char *stream = make_stream (&length);
  guint64 sum = 0;

  for (guint round = 0; round < 3; round++)
    {
      double begin = cpu_seconds ();
      double lines, frames, fetches, envelopes;

      sum += count_lines (stream, length);
      lines = cpu_seconds ();
      sum += read_all (stream, length, FALSE, FALSE);
      frames = cpu_seconds ();
      sum += read_all (stream, length, TRUE, FALSE);
      fetches = cpu_seconds ();
      sum += read_all (stream, length, TRUE, TRUE);
      envelopes = cpu_seconds ();
      g_print ("%d responses, %.1f MB: line ends %.4f s, copied and framed %.4f s, with FETCH "
               "parsed %.4f s, with ENVELOPE as values %.4f s\n",
               N_MESSAGES, length / 1e6, lines - begin, frames - lines, fetches - frames,
               envelopes - fetches);
    }

  return sum == 0;
}
