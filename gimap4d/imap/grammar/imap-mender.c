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
measure_line (const ImapFrame *frame)
{
  gsize length = frame->length;

  while (length > 0 && frame->text[length - 1] == ' ')
    length--;

  return length;
}

/* "* 1 FETCH (…", cheaply: nearly every line ends here. */
static gboolean
is_open_fetch (const ImapFrame *frame)
{
  gsize length = measure_line (frame);
  gsize at = strlen ("* ");

  if (length == 0 || frame->text[length - 1] == ')' || length < strlen ("* 1 FETCH (") ||
      frame->apart != NULL)
    return FALSE;

  while (at < length && g_ascii_isdigit (frame->text[at]))
    at++;

  return frame->text[0] == '*' && at > strlen ("* ") && length - at > strlen (" FETCH (") &&
         g_ascii_strncasecmp (frame->text + at, " FETCH (", strlen (" FETCH (")) == 0;
}

static gboolean
is_response (ImapFrame *frame)
{
  g_auto (ImapResponse) response = { 0 };

  return imap_response_parse (&response, frame, NULL);
}

/* The line break was a space, or may have been. */
static ImapFrame *
join (const ImapFrame *first, const ImapFrame *second)
{
  gsize length = measure_line (first);
  g_autoptr (GString) text = g_string_new_len (first->text, length);

  g_string_append_c (text, ' ');
  g_string_append_len (text, second->text, second->length);

  return imap_frame_new_from_text (text->str, text->len);
}

void
imap_mender_push (ImapMender *mender, ImapFrame *frame)
{
  g_autoptr (ImapFrame) whole = imap_frame_ref (frame);
  g_autoptr (ImapFrame) held = g_steal_pointer (&mender->held);

  if (held != NULL)
    {
      if (is_response (frame) || frame->apart != NULL ||
          held->length + frame->length > IMAP_LIMIT_LINE)
        {
          mender->ready[0] = g_steal_pointer (&held);
        }
      else
        {
          imap_frame_unref (whole);
          whole = join (held, frame);
        }
    }

  if (is_open_fetch (whole))
    mender->held = g_steal_pointer (&whole);
  else
    mender->ready[1] = g_steal_pointer (&whole);
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
  g_clear_pointer (&mender->held, imap_frame_unref);
  g_clear_pointer (&mender->ready[0], imap_frame_unref);
  g_clear_pointer (&mender->ready[1], imap_frame_unref);
}
