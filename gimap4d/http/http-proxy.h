/* What a trusted proxy says of the client behind it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Addresses, networks such as 10.0.0.0/8, and "unix". */
typedef struct _HttpProxies HttpProxies;

HttpProxies *http_proxies_new (const char *const *texts, GError **error);
void http_proxies_free (HttpProxies *proxies);

/* @address: as HttpConnection tells it. NULL proxies trust nobody. */
gboolean http_proxies_trust (HttpProxies *proxies, const char *address);

/* The last address in X-Forwarded-For that is no trusted proxy: what stands before it anybody could
 * have written. @remote when there is none. */
char *http_proxies_find_client (HttpProxies *proxies,
                                const char *remote,
                                const char *forwarded_for);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HttpProxies, http_proxies_free)

G_END_DECLS
