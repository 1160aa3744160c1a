/* What the server can do, as the result of a call.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-capability-list.h"

#include "gimap4d/base/gimap4d-i18n.h"

static void
start (ImapOperation *operation)
{
  GStrv words = imap_operation_get_capabilities (operation)->words;

  imap_operation_return (operation, words != NULL ? g_strdupv (words) : g_new0 (char *, 1),
                         (GDestroyNotify) g_strfreev);
}

static const ImapOperationClass capability_list_class = {
  .size = sizeof (ImapOperation),
  .traits = IMAP_OPERATION_REPEATABLE,
  .start = start,
};

gpointer
imap_capability_list_operation_new (void)
{
  return imap_operation_new (&capability_list_class, g_strdup (_ ("asking for the capabilities")));
}
