/* One Set-Cookie line (RFC 6265), with the attributes that keep a cookie where it belongs.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/http/g-outgoing-message.h"

G_BEGIN_DECLS

/* Whether Secure has to be in it shows only when it is sent: with @is_secure it always is.
 * @max_age: in seconds, negative for a cookie that ends with the browser's session. */
char *http_cookie_build (const char *name,
                         const char *value,
                         int max_age,
                         GOutgoingCookieFlags flags,
                         gboolean is_secure);

/* NULL when name and value can stand in a cookie, else the reason. */
const char *http_cookie_find_fault (const char *name, const char *value);

/* The value of the first cookie @name in a Cookie header, or NULL. */
char *http_cookie_find (const char *header, const char *name);

G_END_DECLS
