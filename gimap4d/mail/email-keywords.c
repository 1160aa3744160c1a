/* Flags of IMAP as the keywords that programs see.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-keywords.h"

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
