/* gimap4d get: one mail, to read or to keep.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-attachments.h"
#include "gimap4d/cli/cli-mail.h"
#include "gimap4d/cli/cli-output.h"
#include "gimap4d/cli/cli-reading.h"
#include "gimap4d/cli/command.h"

static gboolean is_raw;
static gboolean is_with_headers;
static gboolean is_to_be_seen;
static gboolean may_replace;
static char *part_id;
static char *folder;

static const GOptionEntry entries[] = {
  { "raw", 0, 0, G_OPTION_ARG_NONE, &is_raw, N_ ("Write the mail as the server has it"), NULL },
  { "part", 'p', 0, G_OPTION_ARG_STRING, &part_id, N_ ("Write the content of this part: 2, or 1.2"),
    N_ ("NUMBER") },
  { "headers", 0, 0, G_OPTION_ARG_NONE, &is_with_headers, N_ ("Show all headers"), NULL },
  { "save-attachments", 0, 0, G_OPTION_ARG_FILENAME, &folder,
    N_ ("Write the attachments as files into FOLDER"), N_ ("FOLDER") },
  { "force", 0, 0, G_OPTION_ARG_NONE, &may_replace, N_ ("Replace files that are there"), NULL },
  { "seen", 0, 0, G_OPTION_ARG_NONE, &is_to_be_seen, N_ ("Mark the mail as read"), NULL },
  { NULL },
};

static gboolean
find_id (const CommandRun *run, char **out_id, GError **error)
{
  g_autoptr (GImapMessageSet) id = NULL;

  if (run->words[0] != NULL)
    *out_id = g_strdup (run->words[0]);
  else if (run->url->uid != 0)
    *out_id = g_strdup_printf ("%u", run->url->uid);
  else
    g_set_error (error, CLI_ERROR, CLI_EXIT_USAGE,
                 _ ("there is no id of a mail; “gimap4d list” shows the ids, in its first column"));
  if (*out_id == NULL)
    return FALSE;
  id = g_imap_message_set_new_single (*out_id, error);

  return id != NULL;
}

static gboolean
write_stream (const CommandRun *run, GInputStream *stream, guint64 size, GError **error)
{
  return stream != NULL && cli_print_stream (stream, size, run->cancellable, error);
}

static gboolean
print_json (const CommandRun *run, GImapTransporter *transporter, const char *id, GError **error)
{
  g_autoptr (GEmail) mail = g_imap_transporter_get_mail (
      transporter, id,
      G_IMAP_FETCH_WITH_BODY | (is_to_be_seen ? G_IMAP_FETCH_UPDATE_SEEN : G_IMAP_FETCH_HEADERS),
      run->cancellable, error);

  if (mail == NULL)
    return FALSE;
  cli_mail_print_json (mail);

  return TRUE;
}

static gboolean
mark_as_seen (const CommandRun *run, GImapTransporter *transporter, const char *id, GError **error)
{
  static const char *const seen[] = { "$seen", NULL };
  g_autoptr (GImapMessageSet) set = g_imap_message_set_new_single (id, error);

  return set != NULL &&
         g_imap_transporter_add_flags (transporter, set, seen, run->cancellable, error);
}

static gboolean
show (const CommandRun *run, GImapTransporter *transporter, const char *id, GError **error)
{
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GEmail) mail = NULL;

  if (run->is_json && !is_raw && part_id == NULL && folder == NULL)
    return print_json (run, transporter, id, error);

  mail = g_imap_transporter_get_mail (transporter, id, G_IMAP_FETCH_SUMMARY, run->cancellable,
                                      error);
  if (mail == NULL)
    return FALSE;
  if (folder != NULL)
    return cli_attachments_save (run, mail, folder, may_replace, error);
  if (is_raw)
    stream = g_imap_transporter_open_mime (transporter, id, FALSE, run->cancellable, error);
  else if (part_id != NULL)
    stream = g_imap_transporter_open_part (transporter, id, part_id, run->cancellable, error);
  else
    return cli_reading_show (run, transporter, mail, is_with_headers, error);

  return write_stream (run, stream, is_raw ? g_email_get_size (mail) : 0, error);
}

static gboolean
run_get (const CommandRun *run, GError **error)
{
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GImapBoxInfo) box = NULL;
  g_autofree char *id = NULL;

  if (is_raw + (part_id != NULL) + (folder != NULL) > 1)
    {
      g_set_error (error, CLI_ERROR, CLI_EXIT_USAGE,
                   _ ("give one of --raw, --part and --save-attachments"));
      return FALSE;
    }
  if (!find_id (run, &id, error))
    return FALSE;
  box = command_open_box (run,
                          is_to_be_seen ? G_IMAP_BOX_STATE_WRITABLE : G_IMAP_BOX_STATE_READ_ONLY,
                          &transporter, error);

  return box != NULL && show (run, transporter, id, error) &&
         (!is_to_be_seen || mark_as_seen (run, transporter, id, error));
}

const Command command_get = {
  .name = "get",
  .words = N_ ("[ID]"),
  .summary = N_ ("Show one mail, or write it, or its attachments"),
  .examples = "gimap4d get imaps://ada@imap.example.org/INBOX 42\n"
              "  gimap4d get --raw 'imaps://ada@imap.example.org/INBOX/;UID=42' > mail.eml\n"
              "  gimap4d get --save-attachments Downloads imaps://ada@imap.example.org/ 42",
  .n_words = 1,
  .entries = entries,
  .run = run_get,
};
