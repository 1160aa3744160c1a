/* A set of ids that goes to the server in pieces, one after the other.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-batches.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/command/imap-failure.h"

void
imap_batches_init (ImapBatches *batches, ImapUidSet *uids)
{
  batches->uids = imap_uid_set_ref (uids);
}

void
imap_batches_clear (ImapBatches *batches)
{
  g_clear_pointer (&batches->uids, imap_uid_set_unref);
  g_clear_pointer (&batches->pieces, g_ptr_array_unref);
}

gboolean
imap_batches_begin (ImapBatches *batches, const ImapBoxState *box)
{
  /* Some servers refuse any id in an empty box. */
  if (imap_uid_set_is_empty (batches->uids) ||
      (imap_uid_set_is_open (batches->uids) && box->exists == 0))
    return FALSE;

  g_clear_pointer (&batches->pieces, g_ptr_array_unref);
  batches->pieces = imap_uid_set_split (batches->uids, IMAP_LIMIT_COMMAND_UIDS,
                                        IMAP_LIMIT_COMMAND_SET_BYTES);
  batches->n_done = 0;

  return TRUE;
}

ImapUidSet *
imap_batches_get_next (ImapBatches *batches)
{
  if (batches->n_done >= batches->pieces->len)
    return NULL;

  return g_ptr_array_index (batches->pieces, batches->n_done);
}

void
imap_batches_advance (ImapBatches *batches)
{
  batches->n_done++;
}

void
imap_batches_fail (ImapBatches *batches, gpointer operation, const ImapResponse *response)
{
  GError *error = imap_failure_new (response);

  if (batches->n_done > 0)
    g_prefix_error (&error, _ ("%u of %u parts were done, then: "), batches->n_done,
                    batches->pieces->len);
  imap_operation_fail (operation, error);
}
