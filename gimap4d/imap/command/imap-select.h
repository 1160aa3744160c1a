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

G_END_DECLS
