/* Tells open pages of what happens in their boxes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/cli/serve/serve-mailbox.h"

G_BEGIN_DECLS

typedef struct _ServeWatch ServeWatch;

ServeWatch *serve_watch_new (ServeMailbox *mailbox);
void serve_watch_free (ServeWatch *self);

char *serve_watch_describe (ServeWatch *self, const char *box);
GEventStream *serve_watch_open (
    ServeWatch *self, const char *box, GIncomingMessage *request, const char *seen, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServeWatch, serve_watch_free)

G_END_DECLS
