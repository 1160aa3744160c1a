/* Flags of IMAP as the keywords that programs see.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-keywords.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"

#include <string.h>

/* RFC 8621, 4.1.1, has four of them. Deleted is 4D's. */
static const struct
{
  const char *flag;
  const char *keyword;
} system_flags[] = {
  { "\\Seen", "$seen" },         { "\\Draft", "$draft" },     { "\\Flagged", "$flagged" },
  { "\\Answered", "$answered" }, { "\\Deleted", "$deleted" },
};

static const char *
find_keyword (const char *flag)
{
  for (guint i = 0; i < G_N_ELEMENTS (system_flags); i++)
    if (g_ascii_strcasecmp (flag, system_flags[i].flag) == 0)
      return system_flags[i].keyword;

  return flag;
}

GStrv
email_keywords_from_flags (const char *const *flags)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; flags != NULL && flags[i] != NULL; i++)
    if (g_ascii_strcasecmp (flags[i], "\\Recent") != 0)
      g_strv_builder_add (builder, find_keyword (flags[i]));

  return g_strv_builder_end (builder);
}

static const char *
find_flag (const char *keyword)
{
  for (guint i = 0; i < G_N_ELEMENTS (system_flags); i++)
    if (g_ascii_strcasecmp (keyword, system_flags[i].keyword) == 0)
      return system_flags[i].flag;

  return keyword;
}

static gboolean
is_keyword (const char *keyword)
{
  gsize length = 0;

  for (; keyword[length] != '\0'; length++)
    if (!g_ascii_isgraph (keyword[length]) || strchr ("(){]%*\"\\", keyword[length]) != NULL)
      return FALSE;

  return length > 0 && length <= IMAP_LIMIT_ATOM;
}

GStrv
email_keywords_to_flags (const char *const *keywords, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (keywords[0] == NULL)
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT, _ ("no keyword was given"));
      return NULL;
    }
  for (guint i = 0; keywords[i] != NULL; i++)
    {
      if (!is_keyword (keywords[i]))
        {
          g_autofree char *shown = g_strescape (keywords[i], NULL);

          g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT, _ ("“%s” is no keyword"),
                       shown);
          return NULL;
        }
      g_strv_builder_add (builder, find_flag (keywords[i]));
    }

  return g_strv_builder_end (builder);
}
