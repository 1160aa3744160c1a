/* A GOutgoingMessage written as the answer of a SoupServer.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <libsoup/soup.h>

#include "gimap4d/http/g-outgoing-message.h"

G_BEGIN_DECLS

/* Called when a body cannot be sent to its end: the client has to see that it is cut. Not
 * when the message has ended before. */
typedef void (*HttpAnswerFailedFunc) (SoupServerMessage *message,
                                      const GError *error,
                                      gpointer data);

/* Fills @message; if it was paused, it has to be unpaused then. On failure nothing was filled. */
gboolean http_answer_begin (SoupServerMessage *message,
                            GOutgoingMessage *answer,
                            gboolean is_secure,
                            HttpAnswerFailedFunc failed,
                            gpointer data,
                            GError **error);

/* The client is gone. libsoup notices that only when it writes: where it waits for the next block
 * of a stream, it gets something to write. */
void http_answer_abort (SoupServerMessage *message);

G_END_DECLS
