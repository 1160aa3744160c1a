/* What a status is called.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The reason phrase of the registry of statuses; “Unknown Error” for what is not in it. */
const char *http_status_get_phrase (guint status);

G_END_DECLS
