/* Message ids in header fields (RFC 5322, 3.6.4).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-message-ids.h"

#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"

/* Old mail programs write phrases into In-Reply-To: what stands in brackets counts if anything does,
 * else what has an at sign. */
static gboolean
is_id (const char *text, gsize length, gboolean has_brackets)
{
  return length > 0 && (has_brackets || memchr (text, '@', length) != NULL);
}

GStrv
email_message_ids_parse (const char *text)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *at = text != NULL ? text : "";
  gboolean has_brackets = strchr (at, '<') != NULL;
  const char *separators = has_brackets ? "<> \t" : " \t,;";

  for (guint n = 0; *at != '\0' && n < EMAIL_LIMIT_REFERENCES;)
    {
      gsize length = strcspn (at, separators);
      gboolean is_bracketed = has_brackets && at > text && at[-1] == '<';

      if (is_id (at, length, is_bracketed) && (is_bracketed || !has_brackets))
        {
          g_autofree char *id = g_strndup (at, length);

          g_strv_builder_add (builder, id);
          n++;
        }
      at += length;
      if (*at != '\0')
        at++;
    }

  return g_strv_builder_end (builder);
}
