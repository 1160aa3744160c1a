/* SELECT and EXAMINE: the box that the next commands are about.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/command/imap-command.h"

G_BEGIN_DECLS

/* The result is an ImapBoxState. */
gpointer imap_select_operation_new (const char *box, gboolean read_only);

/* The connection's own: a box that was selected before it was lost. @reselected is called once with
 * the state or an error, before the box counts as selected. */
typedef void (*ImapReselectedFunc) (gpointer data, const ImapBoxState *state, const GError *error);

gpointer imap_select_operation_new_again (const char *box,
                                          gboolean read_only,
                                          ImapReselectedFunc reselected,
                                          gpointer data);

/* Modification sequences are wanted where the server has them (RFC 7162, 3.1.8). */
void imap_select_operation_set_modseqs (gpointer operation);
/* What has happened since is to be told too (RFC 7162, 3.2.5.1): VANISHED (EARLIER) and FETCH come
 * before the answer, for who listens to the connection. */
void imap_select_operation_set_resync (gpointer operation, guint32 uid_validity, guint64 modseq);

G_END_DECLS
