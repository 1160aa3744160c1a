/* A line between two networks of the test's own, which loses packets, is slow, or is pulled out.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Both are namespaces with nothing in them but this line, whose packets go through a thread. */
typedef enum
{
  TUN_LINE_CLIENT,
  TUN_LINE_SERVER,
} TunLineEnd;

#define TUN_LINE_SERVER_ADDRESS "10.99.0.2"

typedef struct _TunLine TunLine;

/* The calling thread, and all that it starts from here on, is at the client's end then. To be called
 * before there are other threads.
 * Returns: NULL where the kernel or the user may not do that; @out_reason says why */
TunLine *tun_line_new (char **out_reason);
void tun_line_free (TunLine *line);

/* The calling thread, and all that it starts, goes to this end. */
void tun_line_enter (TunLine *line, TunLineEnd end);

/* Nothing passes, and nobody is told. */
void tun_line_set_down (TunLine *line, gboolean is_down);

/* Of a hundred packets so many are lost, by chance; each takes so long in one direction; and not more
 * octets pass in a second, 0 for as many as come. */
void tun_line_set_quality (TunLine *line, guint percent_lost, guint milliseconds, guint rate);

guint64 tun_line_get_n_lost (TunLine *line);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TunLine, tun_line_free)

G_END_DECLS
