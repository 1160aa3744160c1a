/* Which kind of store it is.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-store.h"

CliStore *
cli_store_open (CliStoreForm form,
                const char *path,
                const char *place,
                guint uid_validity,
                gboolean may_replace,
                GError **error)
{
  if (form == CLI_STORE_MBOX)
    return cli_store_mbox_new (path, place, uid_validity, may_replace, error);

  return cli_store_files_new (form, path, place, uid_validity, may_replace, error);
}
