/* Puts a FETCH together again that has line breaks in its quoted strings.
 *
 * A FETCH whose line does not end with a parenthesis waits for the next line. When that is a response
 * of its own, the FETCH was cut by somebody else, and each is taken as it is.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/grammar/imap-mender.h"

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/grammar/imap-response.h"
#include "gimap4d/imap/wire/imap-frame-private.h"

#include <string.h>

static gsize
measure_line (const char *text, gsize length)
{
  while (length > 0 && text[length - 1] == ' ')
    length--;

  return length;
}

/* "* 1 FETCH (…", cheaply: nearly every line ends here. */
static gboolean
is_open_fetch (const char *text, gsize size)
{
  gsize length = measure_line (text, size);
  gsize at = strlen ("* ");

  if (length == 0 || text[length - 1] == ')' || length < strlen ("* 1 FETCH ("))
    return FALSE;

  while (at < length && g_ascii_isdigit (text[at]))
    at++;

  return text[0] == '*' && at > strlen ("* ") && length - at > strlen (" FETCH (") &&
         g_ascii_strncasecmp (text + at, " FETCH (", strlen (" FETCH (")) == 0;
}

static gboolean
is_response (ImapFrame *frame)
{
  g_auto (ImapResponse) response = { 0 };

  return imap_response_parse (&response, frame, NULL);
}

/* The line break was a space, or may have been. */
static void
append_line (GString *held, const ImapFrame *frame)
{
  g_string_truncate (held, measure_line (held->str, held->len));
  g_string_append_c (held, ' ');
  g_string_append_len (held, frame->text, (gssize) frame->length);
}

static void
hold (ImapMender *mender, ImapFrame *frame)
{
  mender->held = g_string_new_len (frame->text, (gssize) frame->length);
}

/* Owned by the caller. */
static ImapFrame *
take_held (ImapMender *mender)
{
  ImapFrame *frame = imap_frame_new_from_text (mender->held->str, (gssize) mender->held->len);

  g_string_free (g_steal_pointer (&mender->held), TRUE);

  return frame;
}

static gboolean
continues (ImapMender *mender, ImapFrame *frame)
{
  return frame->apart == NULL && mender->held->len + frame->length <= IMAP_LIMIT_LINE &&
         !is_response (frame);
}

void
imap_mender_push (ImapMender *mender, ImapFrame *frame)
{
  if (mender->held != NULL && continues (mender, frame))
    {
      append_line (mender->held, frame);
      if (!is_open_fetch (mender->held->str, mender->held->len))
        mender->ready[1] = take_held (mender);
      return;
    }

  if (mender->held != NULL)
    mender->ready[0] = take_held (mender);
  if (frame->apart == NULL && is_open_fetch (frame->text, frame->length))
    hold (mender, frame);
  else
    mender->ready[1] = imap_frame_ref (frame);
}

ImapFrame *
imap_mender_pop (ImapMender *mender)
{
  return mender->ready[0] != NULL ? g_steal_pointer (&mender->ready[0]) :
                                    g_steal_pointer (&mender->ready[1]);
}

void
imap_mender_clear (ImapMender *mender)
{
  if (mender->held != NULL)
    g_string_free (g_steal_pointer (&mender->held), TRUE);
  g_clear_pointer (&mender->ready[0], imap_frame_unref);
  g_clear_pointer (&mender->ready[1], imap_frame_unref);
}
