/* What goes back and forth on one connection, watched: the client writes nothing but commands, the rest of a
 * literal or of a login only when it was told to go on, and nothing in between.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "command-grammar.h"

G_BEGIN_DECLS

typedef struct _Dialogue Dialogue;

/* @raw: the command as it was written. */
typedef void (*DialogueFunc) (gpointer user,
                              const FuzzCommand *command,
                              const char *raw,
                              gboolean is_secure);

/* @func is called for each command that has been written to its end. */
Dialogue *dialogue_new (DialogueFunc func, gpointer user);
void dialogue_free (Dialogue *dialogue);

void dialogue_client_wrote (Dialogue *dialogue, const char *bytes, gsize size, gboolean is_secure);
void dialogue_server_wrote (Dialogue *dialogue, const char *bytes, gsize size);

/* The tag of the oldest command that the server has not taken the tag of yet, NULL when there is none;
 * unowned. */
const char *dialogue_take_tag (Dialogue *dialogue);
/* The client waits with a literal for a "+" that was not said yet. */
gboolean dialogue_wants_continuation (Dialogue *dialogue);
/* The server has said something other than OK to a command. */
gboolean dialogue_is_refused (Dialogue *dialogue, const char *tag);
/* All that the client wrote outside of TLS. */
const GString *dialogue_get_plain (Dialogue *dialogue);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Dialogue, dialogue_free)

G_END_DECLS
