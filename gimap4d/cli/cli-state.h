/* What was fetched already, on the disk: so that it is neither lost nor fetched twice.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CliState CliState;

/* Opens the file, or makes it, and locks it. Fails with CLI_ERROR when it is of another place (the URL
 * of the box), of another form, of a box that was made anew since, or in use. */
CliState *cli_state_open (
    const char *path, const char *place, const char *form, guint uid_validity, GError **error);
void cli_state_free (CliState *state);

/* Whether it knows of no mail. */
gboolean cli_state_is_empty (CliState *state);

/* Of what stood in the file when it was opened. */
gboolean cli_state_has (CliState *state, guint uid);

/* What is done; it counts with the next flush, which ends what was begun, too. */
void cli_state_add (CliState *state, guint uid);
gboolean cli_state_flush (CliState *state, GError **error);

/* Where a part of a large file begins that may be half written; -1 when none is. */
gint64 cli_state_get_begun (CliState *state, gint64 *out_length);
/* With what was added since the last flush. On the disk when it returns. */
gboolean cli_state_begin (CliState *state, gint64 offset, gint64 length, GError **error);
/* What a run before has begun is there, and done. */
gboolean cli_state_take_begun (CliState *state, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliState, cli_state_free)

G_END_DECLS
