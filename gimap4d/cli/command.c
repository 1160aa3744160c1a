/* What several commands begin with.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/command.h"

#include "gimap4d/base/gimap4d-i18n.h"

/* Most servers say no more than NO to a name that no box has. */
static void
tell_where_boxes_are (GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (!g_error_matches (*error, G_IMAP_ERROR, G_IMAP_ERROR_NO))
    return;
  cause = g_steal_pointer (error);
  g_set_error (error, CLI_ERROR, CLI_EXIT_NOT_FOUND, _ ("%s; “gimap4d boxes” lists the boxes"),
               cause->message);
}

GImapBoxInfo *
command_open_box (const CommandRun *run,
                  GImapBoxState state,
                  GImapTransporter **out_transporter,
                  GError **error)
{
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GImapBoxInfo) box = NULL;
  const char *name = run->url->box != NULL ? run->url->box : "INBOX";

  transporter = cli_account_connect (run->account, run->url, run->cancellable, error);
  if (transporter == NULL)
    return NULL;
  box = g_imap_transporter_select_box (transporter, name, state, run->cancellable, error);
  if (box == NULL)
    {
      tell_where_boxes_are (error);
      return NULL;
    }
  if (run->url->uid_validity != 0 &&
      run->url->uid_validity != g_imap_box_info_get_uid_validity (box))
    {
      g_set_error (error, CLI_ERROR, CLI_EXIT_NOT_FOUND,
                   _ ("the box “%s” was made anew since the URL was written: its UIDVALIDITY is %u "
                      "now, and its ids are others; look for the mail again"),
                   name, g_imap_box_info_get_uid_validity (box));
      return NULL;
    }
  *out_transporter = g_steal_pointer (&transporter);

  return g_steal_pointer (&box);
}
