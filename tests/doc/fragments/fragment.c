/* What stands around a piece of C in the guides that is no whole program. It is compiled, not run.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include <gimap4d/gimap4d.h>

/* DECLARATIONS */

G_GNUC_UNUSED static gboolean
fragment (GImapTransporter *transporter,
          GImapMessageSet *ids,
          GEmail *mail,
          GRestServer *server,
          GCancellable *cancellable,
          GError **error)
{
  /* FRAGMENT */
  return TRUE;
}
