/* 4D's server object: from JSON to a transporter.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/g-imap-transporter.h"

G_BEGIN_DECLS

/* NULL with G_IMAP_ERROR_INVALID_ARGUMENT when a member has the wrong type. */
GImapTransporter *imap_server_object_make (JsonNode *server, GError **error);

/* The access token in a token object. */
char *imap_server_object_dup_token (JsonNode *node, GError **error);
/* When it expires, in seconds since 1970; 0 = it does not say. */
gint64 imap_server_object_get_expiration (JsonNode *node);

G_END_DECLS
