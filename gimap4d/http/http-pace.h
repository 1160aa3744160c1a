/* Whether a client sends its body, and takes its answer, as fast as it has to: pure arithmetic.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Of one request. Times are monotonic µs; begin with zeros and the start. */
typedef struct
{
  gint64 start;
  guint64 received;     /* bytes of the body */
  gint64 blocked_start; /* since when the client has to take something; 0 when it has not */
  gint64 blocked_time;  /* µs before that */
  guint64 taken;        /* bytes, since it had to for the first time */
} HttpPace;

void http_pace_block (HttpPace *pace, gint64 now);
void http_pace_unblock (HttpPace *pace, gint64 now);
gboolean http_pace_is_blocked (const HttpPace *pace);

/* The client has taken some bytes, or its socket has. */
void http_pace_take (HttpPace *pace, gsize size);

/* @timeout in milliseconds, and longer by what the rate allows for the bytes that came. */
gboolean http_pace_is_body_late (const HttpPace *pace, gint64 now, guint timeout);

/* The same for the time in which it had to take something; never when @timeout or @rate is 0. */
gboolean http_pace_is_answer_late (const HttpPace *pace, gint64 now, guint timeout, guint rate);

G_END_DECLS
