/* Whether a client sends its body, and takes its answer, as fast as it has to: pure arithmetic.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-pace.h"

#include "gimap4d/base/gimap4d-limits.h"

void
http_pace_block (HttpPace *pace, gint64 now)
{
  if (pace->blocked_start == 0)
    pace->blocked_start = now;
}

void
http_pace_unblock (HttpPace *pace, gint64 now)
{
  if (pace->blocked_start == 0)
    return;

  pace->blocked_time += now - pace->blocked_start;
  pace->blocked_start = 0;
}

gboolean
http_pace_is_blocked (const HttpPace *pace)
{
  return pace->blocked_start != 0;
}

void
http_pace_take (HttpPace *pace, gsize size)
{
  /* What the socket takes by itself says nothing of the client. */
  if (pace->blocked_time > 0 || pace->blocked_start != 0)
    pace->taken += size;
}

static gint64
allow (guint timeout, guint64 size, guint rate)
{
  return (gint64) timeout * 1000 + (gint64) (size * G_USEC_PER_SEC / rate);
}

gboolean
http_pace_is_body_late (const HttpPace *pace, gint64 now, guint timeout)
{
  return now - pace->start > allow (timeout, pace->received, HTTP_LIMIT_BODY_RATE);
}

/* Else who takes a byte before each timeout would keep an answer for ever. */
gboolean
http_pace_is_answer_late (const HttpPace *pace, gint64 now, guint timeout, guint rate)
{
  if (pace->blocked_start == 0 || timeout == 0 || rate == 0)
    return FALSE;

  return pace->blocked_time + now - pace->blocked_start > allow (timeout, pace->taken, rate);
}
