/* gimap4d list: the last mails of a box.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-listing.h"
#include "gimap4d/cli/command.h"

#define USUAL_LIMIT 20

static int limit = USUAL_LIMIT;
static char *order; /* nullable */

static const GOptionEntry entries[] = {
  { "limit", 'n', 0, G_OPTION_ARG_INT, &limit, N_ ("List so many mails (default: 20)"),
    N_ ("NUMBER") },
  { "sort", 's', 0, G_OPTION_ARG_STRING, &order,
    N_ ("List the first ones in this order instead: arrival, date, from, to, size, subject, each "
        "with “reverse ” before it or not"),
    N_ ("ORDER") },
  { NULL },
};

static gboolean
print_last (const CommandRun *run, GImapTransporter *transporter, guint mail_count, GError **error)
{
  g_autoptr (GImapMessageSet) ids = NULL;

  if (mail_count == 0)
    return TRUE;
  ids = g_imap_transporter_num_to_id (transporter,
                                      mail_count > (guint) limit ? mail_count - limit + 1 : 1, 0,
                                      run->cancellable, error);

  return ids != NULL && cli_listing_print_set (run, transporter, ids, error);
}

static gboolean
run_list (const CommandRun *run, GError **error)
{
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GImapBoxInfo) box = NULL;

  if (!cli_listing_check_limit (limit, error))
    return FALSE;
  box = command_open_box (run, G_IMAP_BOX_STATE_READ_ONLY, &transporter, error);
  if (box == NULL)
    return FALSE;
  if (order != NULL)
    return cli_listing_print_sorted (run, transporter, order, NULL, limit, error);

  return print_last (run, transporter, g_imap_box_info_get_mail_count (box), error);
}

const Command command_list = {
  .name = "list",
  .summary = N_ ("List the last mails of a box"),
  .examples = "gimap4d list imaps://ada@imap.example.org/INBOX\n"
              "  gimap4d list -n 5 --sort 'reverse size' imaps://ada@imap.example.org/Archive/2024",
  .entries = entries,
  .run = run_list,
};
