/* Which mails the selected box has, in which order and with which flags.
 *
 * All of these are barriers: nothing else is in flight while they run, so that what they are told is
 * about one state of the box. An EXPUNGE in between makes them begin anew.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-command.h"
#include "gimap4d/imap/command/imap-mail-map.h"

G_BEGIN_DECLS

/* Called once, unless the connection is lost or nobody waits any more: takes the map, which is NULL
 * when it failed, and for imap_read_new_operation_new (). @n_missing: mails that the server counts and does not show. */
typedef void (*ImapReadBoxFunc) (
    gpointer operation, gpointer data, ImapMailMap *map, guint n_missing, const GError *error);

/* All of it, by FETCH. The result is TRUE. @sets and @destroy are nullable. */
gpointer imap_read_box_operation_new (ImapFlagSets *sets,
                                      ImapReadBoxFunc func,
                                      gpointer data,
                                      GDestroyNotify destroy);
/* The same for a box that was read before, by SEARCH and what has changed since (RFC 7162, 3.1.4.1).
 * The map is NULL without an error when the server does not tell enough. @known must stay. */
gpointer imap_read_changes_operation_new (ImapMailMap *known,
                                          guint64 modseq,
                                          ImapReadBoxFunc func,
                                          gpointer data);
/* The mails from this id on are asked for; who listens to the connection hears the answers. */
gpointer imap_read_new_operation_new (guint32 from, ImapReadBoxFunc func, gpointer data);

G_END_DECLS
