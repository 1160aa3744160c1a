/* A mail as people read it: some headers, the text, what is attached.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-reading.h"

#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-mail.h"
#include "gimap4d/cli/cli-output.h"
#include "gimap4d/cli/cli-text.h"

/* More than a book. */
#define LONGEST_TEXT (16 * 1024 * 1024)

/* The first part of this type that is no attachment. */
static GEmailBodyPart *
find_text (GEmailBodyPart *part, const char *wanted)
{
  const char *type = g_email_body_part_get_content_type (part);
  GListModel *parts = g_email_body_part_get_sub_parts (part);

  if (g_ascii_strcasecmp (type, wanted) == 0 &&
      g_strcmp0 (g_email_body_part_get_disposition (part), "attachment") != 0)
    return g_object_ref (part);
  for (guint i = 0; g_str_has_prefix (type, "multipart/") && i < g_list_model_get_n_items (parts);
       i++)
    {
      g_autoptr (GEmailBodyPart) child = g_list_model_get_item (parts, i);
      GEmailBodyPart *found = find_text (child, wanted);

      if (found != NULL)
        return found;
    }

  return NULL;
}

/* A mail of that part alone: the library knows how to read its character set. */
static GEmail *
make_mail_of_part (GEmailBodyPart *part, GBytes *content, GError **error)
{
  const char *charset = g_email_body_part_get_charset (part);
  g_autofree char *header = g_strdup_printf (
      "MIME-Version: 1.0\r\nContent-Type: %s; charset=\"%s\"\r\n"
      "Content-Transfer-Encoding: 8bit\r\n\r\n",
      g_email_body_part_get_content_type (part), charset != NULL ? charset : "us-ascii");
  GByteArray *octets = g_byte_array_new ();
  g_autoptr (GBytes) mime = NULL;
  gsize length;
  const guint8 *data = g_bytes_get_data (content, &length);

  g_byte_array_append (octets, (const guint8 *) header, strlen (header));
  g_byte_array_append (octets, data, length);
  mime = g_byte_array_free_to_bytes (octets);

  return g_email_new_from_mime (mime, error);
}

static GEmail *
fetch_part (const CommandRun *run,
            GImapTransporter *transporter,
            GEmail *mail,
            GEmailBodyPart *part,
            GError **error)
{
  g_autoptr (GInputStream) stream = g_imap_transporter_open_part (
      transporter, g_email_get_id (mail), g_email_body_part_get_part_id (part), run->cancellable,
      error);
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GBytes) content = NULL;
  gsize total = 0;

  if (stream == NULL)
    return NULL;
  while (total < LONGEST_TEXT)
    {
      g_autoptr (GBytes) piece = g_input_stream_read_bytes (stream, 65536, run->cancellable, error);
      gsize length = piece != NULL ? g_bytes_get_size (piece) : 0;

      if (piece == NULL ||
          (length > 0 && !g_output_stream_write_all (memory, g_bytes_get_data (piece, NULL), length,
                                                     NULL, run->cancellable, error)))
        return NULL;
      if (length == 0)
        break;
      total += length;
    }
  if (!g_output_stream_close (memory, NULL, error))
    return NULL;
  content = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));

  return make_mail_of_part (part, content, error);
}

static void
print_field (const char *name, const char *value)
{
  if (value != NULL && *value != '\0')
    cli_print ("%s%s:%s %s\n", cli_print_bold (), name, cli_print_plain (), value);
}

static void
print_addresses (const char *name, GListModel *addresses)
{
  g_autofree char *text = cli_mail_make_addresses (addresses);

  print_field (name, text);
}

static void
print_some_headers (GEmail *mail)
{
  g_autofree char *subject = cli_text_make_safe (g_email_get_subject (mail), CLI_TEXT_LINE);
  g_autofree char *date = cli_mail_make_date (g_email_get_send_at (mail));

  print_addresses (_ ("From"), g_email_get_from (mail));
  print_addresses (_ ("To"), g_email_get_to (mail));
  print_addresses (_ ("Cc"), g_email_get_cc (mail));
  print_field (_ ("Date"), date);
  print_field (_ ("Subject"), subject);
}

static gboolean
print_all_headers (const CommandRun *run,
                   GImapTransporter *transporter,
                   GEmail *summary,
                   GError **error)
{
  g_autoptr (GEmail) mail = g_imap_transporter_get_mail (
      transporter, g_email_get_id (summary), G_IMAP_FETCH_HEADERS, run->cancellable, error);
  GListModel *headers;

  if (mail == NULL)
    return FALSE;
  headers = g_email_get_headers (mail);
  for (guint i = 0; i < g_list_model_get_n_items (headers); i++)
    {
      g_autoptr (GEmailHeader) header = g_list_model_get_item (headers, i);
      g_autofree char *name = cli_text_make_safe (g_email_header_get_name (header), CLI_TEXT_LINE);
      g_autofree char *value = cli_text_make_safe (g_email_header_get_value (header),
                                                   CLI_TEXT_LINE);

      print_field (name, value);
    }

  return TRUE;
}

static void
print_text (const char *text)
{
  g_autofree char *safe = cli_text_make_safe (text, CLI_TEXT_LINES);

  g_strchomp (safe);
  if (*safe != '\0')
    cli_print ("\n%s\n", safe);
}

static gboolean
print_body (const CommandRun *run, GImapTransporter *transporter, GEmail *mail, GError **error)
{
  GEmailBodyPart *root = g_email_get_body_structure (mail);
  g_autoptr (GEmailBodyPart) plain = root != NULL ? find_text (root, "text/plain") : NULL;
  g_autoptr (GEmailBodyPart) html = root != NULL ? find_text (root, "text/html") : NULL;
  GEmailBodyPart *part = plain != NULL ? plain : html;
  g_autoptr (GEmail) content = NULL;

  if (part == NULL || g_email_body_part_get_part_id (part) == NULL)
    return TRUE;
  content = fetch_part (run, transporter, mail, part, error);
  if (content == NULL)
    return FALSE;
  if (plain != NULL)
    print_text (g_email_get_text_body (content));
  else
    {
      print_text (g_email_get_preview (content));
      cli_print (_ ("\n(The beginning of a page: “--part %s” writes all of it.)\n"),
                 g_email_body_part_get_part_id (html));
    }

  return TRUE;
}

static void
print_attachments (GEmail *mail)
{
  GListModel *attachments = g_email_get_attachments (mail);

  for (guint i = 0; i < g_list_model_get_n_items (attachments); i++)
    {
      g_autoptr (GMailAttachment) attachment = g_list_model_get_item (attachments, i);
      g_autofree char *name = cli_text_make_safe (g_mail_attachment_get_name (attachment),
                                                  CLI_TEXT_LINE);
      g_autofree char *type = cli_text_make_safe (g_mail_attachment_get_content_type (attachment),
                                                  CLI_TEXT_LINE);
      g_autofree char *size = g_format_size (g_mail_attachment_get_size (attachment));

      cli_print ("%s%s %s (%s, %s)\n", i == 0 ? "\n" : "", _ ("Attached:"),
                 *name != '\0' ? name : _ ("without a name"), type, size);
    }
}

gboolean
cli_reading_show (const CommandRun *run,
                  GImapTransporter *transporter,
                  GEmail *mail,
                  gboolean is_with_headers,
                  GError **error)
{
  if (!is_with_headers)
    print_some_headers (mail);
  else if (!print_all_headers (run, transporter, mail, error))
    return FALSE;
  if (!print_body (run, transporter, mail, error))
    return FALSE;
  print_attachments (mail);

  return TRUE;
}
