/* 4D's way to name a range of messages by number.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/imap-numbers.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"

gboolean
imap_numbers_check (gint64 start, gint64 end, guint32 *out_first, guint32 *out_last, GError **error)
{
  if (start > G_MAXUINT32 || end > G_MAXUINT32 || (start > 0 && end > 0 && start > end))
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                   _ ("%lld to %lld is no range of mail numbers"), (long long) start,
                   (long long) end);
      return FALSE;
    }

  *out_first = (guint32) MAX (start, 0);
  *out_last = (guint32) MAX (end, 0);

  return TRUE;
}

gboolean
imap_numbers_check_one (gint64 number, GError **error)
{
  if (number >= 1 && number <= G_MAXUINT32)
    return TRUE;

  g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
               _ ("%lld is no number of a mail"), (long long) number);

  return FALSE;
}
