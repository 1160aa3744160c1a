/* Translation of what the library says to people.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/base/gimap4d-i18n.h"

#include <libintl.h>

#include "gimap4d/base/locale-folder.h"

static void
ensure_domain (void)
{
  static gsize done = 0;

  if (g_once_init_enter (&done))
    {
      bindtextdomain (GETTEXT_PACKAGE, locale_folder_get ());
      bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
      g_once_init_leave (&done, 1);
    }
}

const char *
gimap4d_gettext (const char *text)
{
  ensure_domain ();

  return g_dgettext (GETTEXT_PACKAGE, text);
}

const char *
gimap4d_ngettext (const char *one, const char *many, gulong n)
{
  ensure_domain ();

  return g_dngettext (GETTEXT_PACKAGE, one, many, n);
}
