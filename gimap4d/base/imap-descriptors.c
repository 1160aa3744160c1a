/* Whether the process may open anything more.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/base/imap-descriptors.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"

#include <errno.h>
#include <unistd.h>

gboolean
imap_descriptors_are_left (GError **error)
{
  int ends[2];

  if (pipe (ends) != 0)
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_CONNECT, _ ("no connection: %s"),
                   g_strerror (errno));
      return FALSE;
    }

  close (ends[0]);
  close (ends[1]);

  return TRUE;
}
