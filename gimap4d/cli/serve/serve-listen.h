/* Where the browsers of this machine find the pages: a name and a port of nobody else.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gimap4d/gimap4d.h>

G_BEGIN_DECLS

char *serve_listen_make_host (void);
char *serve_listen (GRestServer *server, const char *host, guint16 port, GError **error);

G_END_DECLS
