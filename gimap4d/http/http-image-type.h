/* The media type of a picture by its first bytes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "image/…", or NULL when the bytes are no picture that is known here. */
const char *http_image_type (const void *data, gsize size);

G_END_DECLS
