/* How a request is put together before a function sees it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/http/g-incoming-message.h"

G_BEGIN_DECLS

GIncomingMessage *incoming_message_new (SoupServerMessage *message,
                                        const char *remote_address,
                                        gboolean is_secure);
void incoming_message_set_session (GIncomingMessage *self, GRestSession *session);

G_END_DECLS
