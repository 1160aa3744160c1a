/* What a trusted proxy says of the client behind it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-proxy.h"

#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"

struct _HttpProxies
{
  GPtrArray *masks; /* owned, of GInetAddressMask */
  gboolean has_unix;
};

HttpProxies *
http_proxies_new (const char *const *texts, GError **error)
{
  g_autoptr (HttpProxies) proxies = g_new0 (HttpProxies, 1);

  proxies->masks = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; texts[i] != NULL; i++)
    {
      GInetAddressMask *mask = NULL;

      if (g_str_equal (texts[i], "unix"))
        {
          proxies->has_unix = TRUE;
          continue;
        }
      mask = g_inet_address_mask_new_from_string (texts[i], NULL);
      if (mask == NULL)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                       _ ("The trusted proxy “%s” is no address and no network"), texts[i]);
          return NULL;
        }
      g_ptr_array_add (proxies->masks, mask);
    }

  return g_steal_pointer (&proxies);
}

void
http_proxies_free (HttpProxies *proxies)
{
  g_ptr_array_unref (proxies->masks);
  g_free (proxies);
}

gboolean
http_proxies_trust (HttpProxies *proxies, const char *address)
{
  g_autoptr (GInetAddress) inet = NULL;

  if (proxies == NULL)
    return FALSE;
  if (g_str_equal (address, "unix"))
    return proxies->has_unix;

  inet = g_inet_address_new_from_string (address);
  for (guint i = 0; inet != NULL && i < proxies->masks->len; i++)
    if (g_inet_address_mask_matches (g_ptr_array_index (proxies->masks, i), inet))
      return TRUE;

  return FALSE;
}

/* An address, in brackets and with a port where a proxy writes them; NULL when it is none. */
static char *
dup_address (const char *item)
{
  g_autofree char *text = g_strstrip (g_strdup (item));
  const char *start = *text == '[' ? text + 1 : text;
  char *end = *text == '[' ? strchr (text, ']') : strchr (text, ':');
  g_autoptr (GInetAddress) inet = NULL;

  /* Two colons without brackets are IPv6. */
  if (end != NULL && (*text == '[' || strchr (end + 1, ':') == NULL))
    *end = '\0';
  inet = g_inet_address_new_from_string (start);

  return inet != NULL ? g_inet_address_to_string (inet) : NULL;
}

char *
http_proxies_find_client (HttpProxies *proxies, const char *remote, const char *forwarded_for)
{
  g_auto (GStrv) items = NULL;
  g_autofree char *client = g_strdup (remote);

  if (forwarded_for == NULL)
    return g_steal_pointer (&client);

  items = g_strsplit (forwarded_for, ",", -1);
  for (guint i = g_strv_length (items); i > 0 && http_proxies_trust (proxies, client); i--)
    {
      char *before = dup_address (items[i - 1]);

      if (before == NULL)
        break;
      g_free (client);
      client = before;
    }

  return g_steal_pointer (&client);
}
