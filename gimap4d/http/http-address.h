/* The two ends of a connection, as libsoup and as whoever compares them wants to have them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A new internet address in any case: loopback for a Unix socket, or for NULL. */
GSocketAddress *http_address_copy (GSocketAddress *address);

/* Without the port; "unix" for a Unix socket, or for NULL. */
char *http_address_dup_host (GSocketAddress *address);

/* What one client may have all addresses of: its host, or the first half of it. */
char *http_address_dup_network (GSocketAddress *address);

G_END_DECLS
