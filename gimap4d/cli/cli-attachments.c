/* The attachments of a mail become files.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-attachments.h"

#include <errno.h>
#include <string.h>

#include "gimap4d/base/file-name.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-file.h"
#include "gimap4d/cli/cli-output.h"
#include "gimap4d/cli/cli-progress.h"
#include "gimap4d/cli/cli-text.h"

#define PIECE 65536

/* One that no other attachment of the mail has; @taken is a set of names in lower case, as some file
 * systems know no other. */
static char *
choose_name (GMailAttachment *attachment, guint number, GHashTable *taken)
{
  g_autofree char *given = file_name_sanitise (g_mail_attachment_get_name (attachment));
  g_autofree char *name = given != NULL ? g_steal_pointer (&given) :
                                          g_strdup_printf ("attachment-%u", number);

  while (!g_hash_table_add (taken, g_utf8_casefold (name, -1)))
    {
      g_autofree char *plain = g_steal_pointer (&name);

      name = g_strdup_printf ("%u-%s", number, plain);
    }

  return g_steal_pointer (&name);
}

static gboolean
copy (const CommandRun *run,
      GMailAttachment *attachment,
      CliFile *file,
      CliProgress *progress,
      guint64 *out_size,
      GError **error)
{
  g_autoptr (GInputStream) stream = g_mail_attachment_open (attachment, run->cancellable, error);
  g_autofree char *piece = g_malloc (PIECE);
  gssize length;

  if (stream == NULL)
    return FALSE;
  while ((length = g_input_stream_read (stream, piece, PIECE, run->cancellable, error)) > 0)
    {
      if (!cli_file_write (file, piece, length, error))
        return FALSE;
      *out_size += length;
      cli_progress_add (progress, length);
    }

  return length == 0;
}

static void
tell (const CommandRun *run, GMailAttachment *attachment, const char *path, guint64 size)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *safe = cli_text_make_safe (shown, CLI_TEXT_LINE);
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (!run->is_json)
    {
      cli_print ("%s\n", safe);
      return;
    }
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "path");
  json_builder_add_string_value (builder, shown);
  json_builder_set_member_name (builder, "type");
  json_builder_add_string_value (builder, g_mail_attachment_get_content_type (attachment));
  json_builder_set_member_name (builder, "size");
  json_builder_add_int_value (builder, size);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static gboolean
save (const CommandRun *run,
      GMailAttachment *attachment,
      const char *folder,
      const char *name,
      gboolean may_replace,
      GError **error)
{
  g_autofree char *hidden = g_strdup_printf (".gimap4d-%08x.part", g_random_int ());
  g_autofree char *temporary = g_build_filename (folder, hidden, NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *shown = g_filename_display_name (path);
  g_autoptr (CliProgress) progress = NULL;
  g_autoptr (CliFile) file = NULL;
  guint64 size = 0;

  /* Before the octets, which may be many. */
  if (!may_replace && g_file_test (path, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK))
    {
      g_set_error (error, CLI_ERROR, CLI_EXIT_FAILED,
                   _ ("“%s” is there already; move it away, or replace it with --force"), shown);
      return FALSE;
    }
  progress = cli_progress_new (name, g_mail_attachment_get_size (attachment));
  file = cli_file_new (temporary, path, error);
  if (file == NULL || !copy (run, attachment, file, progress, &size, error) ||
      !cli_file_commit (file, may_replace, error))
    return FALSE;
  g_clear_pointer (&progress, cli_progress_free);
  tell (run, attachment, path, size);

  return TRUE;
}

gboolean
cli_attachments_save (
    const CommandRun *run, GEmail *mail, const char *folder, gboolean may_replace, GError **error)
{
  GListModel *attachments = g_email_get_attachments (mail);
  guint n_attachments = g_list_model_get_n_items (attachments);
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (n_attachments == 0)
    {
      g_set_error (error, CLI_ERROR, CLI_EXIT_NOT_FOUND,
                   _ ("the mail %s has no attachments; its parts can be written with --part"),
                   g_email_get_id (mail));
      return FALSE;
    }
  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      cli_file_set_error (folder, errno, error);
      return FALSE;
    }
  for (guint i = 0; i < n_attachments; i++)
    {
      g_autoptr (GMailAttachment) attachment = g_list_model_get_item (attachments, i);
      g_autofree char *name = choose_name (attachment, i + 1, taken);

      if (!save (run, attachment, folder, name, may_replace, error))
        return FALSE;
    }

  return cli_file_sync_folder (folder, error);
}
