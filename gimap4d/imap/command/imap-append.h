/* APPEND: a mail into a box.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-search.h"

G_BEGIN_DECLS

/* The result is an ImapFound: the new id, an empty set when the server does not tell it. @box NULL is
 * the selected one. @flags as IMAP has them, nullable; @date nullable. */
gpointer imap_append_operation_new (GBytes *mime,
                                    const char *box,
                                    const char *const *flags,
                                    GDateTime *date);

/* Where a mail comes from that is not in memory. */
typedef struct
{
  guint64 size;
  /* In the caller's thread, with the object that the call is made on: reads so many octets, and gives
   * them, now or later. */
  void (*read) (gpointer object, gpointer operation, gsize size, gpointer data);
  /* In any thread: reads no more. */
  void (*stop) (gpointer data);
  GDestroyNotify destroy;
  gpointer data;
} ImapAppendFeed;

gpointer imap_append_operation_new_fed (const ImapAppendFeed *feed,
                                        const char *box,
                                        const char *const *flags,
                                        GDateTime *date);
/* In any thread: so many more octets were read, of those that will be given. */
void imap_append_operation_note_read (gpointer operation, gsize size);
/* In any thread, as long as the caller waits: all the octets that were asked for, or why there are none.
 * The last ones of a mail only when nothing comes behind them. Takes both. */
void imap_append_operation_give (gpointer operation, GBytes *bytes, GError *error);

G_END_DECLS
