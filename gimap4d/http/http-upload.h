/* The body of a request on its way in, from SoupServer to a spool.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* When the head of @message is there. libsoup keeps nothing of the body from then on. */
void http_upload_begin (SoupServerMessage *message);

/* When all of it is there; once. Fails when it could not be kept. */
GBytes *http_upload_take_body (SoupServerMessage *message, GError **error);

G_END_DECLS
