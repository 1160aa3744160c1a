/* Transfer encodings of body parts are undone: of bytes at hand, and of streams on the way.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* @encoding: lower case. An unknown one is left as it is. */
gboolean email_encoding_is_known (const char *encoding);
gboolean email_encoding_is_identity (const char *encoding);

/* Whether @raw is what @encoding allows. */
gboolean email_encoding_is_well_formed (const char *encoding, const char *raw, gsize length);

/* Without a copy where there is nothing to undo. Not more than @max_raw of the encoded bytes. */
GBytes *email_decode_bytes (GBytes *raw, const char *encoding, gsize max_raw);
GInputStream *email_decode_stream_new (GInputStream *raw, const char *encoding);

G_END_DECLS
