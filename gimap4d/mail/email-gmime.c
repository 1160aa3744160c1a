/* GMime, started once, for those who use it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-gmime.h"

GMimeParserOptions *
email_gmime_get_options (void)
{
  static GMimeParserOptions *options = NULL;

  if (g_once_init_enter (&options))
    {
      static const char *charsets[] = { "utf-8", "windows-1252", NULL };
      GMimeParserOptions *made;

      g_mime_init ();
      made = g_mime_parser_options_new ();
      g_mime_parser_options_set_fallback_charsets (made, charsets);
      g_once_init_leave (&options, made);
    }

  return options;
}
