/* How the parts of a form are put together.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/http/g-incoming-part.h"

G_BEGIN_DECLS

/* The parts of @body, which share its memory: (element-type GIncomingPart), in their order. */
GPtrArray *incoming_parts_parse (const char *boundary, GBytes *body, GError **error);

G_END_DECLS
