/* The short answer to a request that goes no further than the gate.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Head and body, after which the connection is closed. */
char *http_refusal_build (guint status);

G_END_DECLS
