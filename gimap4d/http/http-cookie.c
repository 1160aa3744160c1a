/* One Set-Cookie line (RFC 6265), with the attributes that keep a cookie where it belongs.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-cookie.h"

#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/http/http-syntax.h"

/* The longest attributes that can follow name and value. */
#define ATTRIBUTES_SIZE 96

static gboolean
has_secure_prefix (const char *name)
{
  return g_ascii_strncasecmp (name, "__Host-", 7) == 0 ||
         g_ascii_strncasecmp (name, "__Secure-", 9) == 0;
}

static const char *
same_site (GOutgoingCookieFlags flags)
{
  if (flags & G_OUTGOING_COOKIE_SAME_SITE_STRICT)
    return "Strict";

  return flags & G_OUTGOING_COOKIE_SAME_SITE_NONE ? "None" : "Lax";
}

const char *
http_cookie_find_fault (const char *name, const char *value)
{
  if (!http_is_token (name))
    return _ ("its name is no token");
  if (!http_is_cookie_value (value))
    return _ ("its value has characters that a cookie cannot have");
  if (strlen (name) + strlen (value) + ATTRIBUTES_SIZE > HTTP_LIMIT_COOKIE)
    return _ ("it is longer than a browser keeps");

  return NULL;
}

char *
http_cookie_build (const char *name,
                   const char *value,
                   int max_age,
                   GOutgoingCookieFlags flags,
                   gboolean is_secure)
{
  GString *line = g_string_new (NULL);

  g_string_printf (line, "%s=%s; Path=/", name, value);
  if (max_age >= 0)
    g_string_append_printf (line, "; Max-Age=%d", max_age);
  if (is_secure || has_secure_prefix (name) ||
      (flags & (G_OUTGOING_COOKIE_SECURE | G_OUTGOING_COOKIE_SAME_SITE_NONE)))
    g_string_append (line, "; Secure");
  if (!(flags & G_OUTGOING_COOKIE_READABLE_BY_SCRIPTS))
    g_string_append (line, "; HttpOnly");
  g_string_append_printf (line, "; SameSite=%s", same_site (flags));

  return g_string_free (line, FALSE);
}

char *
http_cookie_find (const char *header, const char *name)
{
  g_auto (GStrv) pairs = g_strsplit (header, ";", HTTP_LIMIT_COOKIES + 1);
  gsize length = strlen (name);

  for (guint i = 0; pairs[i] != NULL && i < HTTP_LIMIT_COOKIES; i++)
    {
      const char *pair = g_strstrip (pairs[i]);

      if (strncmp (pair, name, length) == 0 && pair[length] == '=')
        return g_strdup (pair + length + 1);
    }

  return NULL;
}
