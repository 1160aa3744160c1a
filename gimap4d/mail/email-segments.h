/* Puts the segments of long parameters (RFC 2231) in their order.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A field with parameters in which "name*0", "name*1" … follow each other, whatever else stands
 * between them; the others keep their places. NULL: it is so already. */
char *email_segments_dup_in_order (const char *field);

G_END_DECLS
