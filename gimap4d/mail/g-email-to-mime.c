/* A mail as the bytes of a message.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/g-email.h"

#include <string.h>

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/mail/email-gmime.h"
#include "gimap4d/mail/email-message-ids.h"
#include "gimap4d/mail/email-object.h"
#include "gimap4d/mail/email-writer.h"
#include "gimap4d/mail/g-email-address.h"
#include "gimap4d/mail/g-email-header.h"

/* RFC 5322, 2.1.1. */
#define LONGEST_LINE 998
/* With the name of its field. */
#define LONGEST_TYPE 900

typedef struct
{
  GEmail *email; /* unowned */
  EmailWriter *writer;
  GImapCharsetMode mode;
  const char *text;
  const char *html;
  GPtrArray *pictures; /* that the HTML shows; of GMailAttachment */
  GPtrArray *files;    /* the other attachments */
} Builder;

static char *
make_boundary (void)
{
  g_autofree char *uuid = g_uuid_string_random ();

  return g_strconcat ("=_", uuid, NULL);
}

static char *
make_message_id (GEmail *email)
{
  g_autofree char *uuid = g_uuid_string_random ();
  g_autoptr (GEmailAddress) from = g_list_model_get_item (g_email_get_from (email), 0);
  const char *address = from != NULL ? g_email_address_get_email (from) : NULL;
  const char *domain = address != NULL ? strrchr (address, '@') : NULL;
  g_autofree char *ascii = domain != NULL ? g_hostname_to_ascii (domain + 1) : NULL;

  /* The name of this machine is nobody's business. */
  return g_strdup_printf ("%s@%s", uuid, ascii != NULL && *ascii != '\0' ? ascii : "localhost");
}

static void
write_date (Builder *builder)
{
  GDateTime *date = g_email_get_send_at (builder->email);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *text = NULL;

  email_gmime_get_options ();
  text = g_mime_utils_header_format_date (date != NULL ? date : now);
  email_writer_add_text (builder->writer, "Date", text);
}

static void
write_ids (Builder *builder)
{
  GEmail *email = builder->email;
  g_autofree char *made = NULL;
  const char *id[2] = { g_email_get_message_id (email), NULL };
  const char *in_reply_to = g_email_get_in_reply_to (email);
  g_auto (GStrv) replied = NULL;

  if (in_reply_to != NULL && !email_writer_check (builder->writer, "In-Reply-To", in_reply_to))
    return;

  if (id[0] == NULL)
    id[0] = made = make_message_id (email);
  replied = email_message_ids_parse (in_reply_to);
  email_writer_add_ids (builder->writer, "Message-ID", id);
  email_writer_add_ids (builder->writer, "In-Reply-To", (const char *const *) replied);
  email_writer_add_ids (builder->writer, "References", g_email_get_references (email));
}

/* Fields that the other properties say, and those that come with the body. */
static gboolean
is_own_field (const char *name)
{
  static const char *const own[] = { "Date",        "From",       "Sender",  "Reply-To",
                                     "To",          "Cc",         "Bcc",     "Message-ID",
                                     "In-Reply-To", "References", "Subject", "Comments",
                                     "MIME-Version" };

  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    if (g_ascii_strcasecmp (name, own[i]) == 0)
      return TRUE;

  return g_ascii_strncasecmp (name, "Content-", strlen ("Content-")) == 0;
}

static void
write_other_fields (Builder *builder)
{
  GListModel *headers = g_email_get_headers (builder->email);

  for (guint i = 0; i < g_list_model_get_n_items (headers); i++)
    {
      g_autoptr (GEmailHeader) header = g_list_model_get_item (headers, i);
      const char *name = g_email_header_get_name (header);

      if (name != NULL && !is_own_field (name))
        email_writer_add_text (builder->writer, name, g_email_header_get_value (header));
    }
}

static void
write_header (Builder *builder)
{
  GEmail *email = builder->email;
  EmailWriter *writer = builder->writer;

  write_date (builder);
  email_writer_add_addresses (writer, "From", g_email_get_from (email));
  email_writer_add_addresses (writer, "Sender", g_email_get_sender (email));
  email_writer_add_addresses (writer, "Reply-To", g_email_get_reply_to (email));
  email_writer_add_addresses (writer, "To", g_email_get_to (email));
  email_writer_add_addresses (writer, "Cc", g_email_get_cc (email));
  email_writer_add_addresses (writer, "Bcc", g_email_get_bcc (email));
  write_ids (builder);
  email_writer_add_text (writer, "Subject", g_email_get_subject (email));
  email_writer_add_text (writer, "Comments", g_email_get_comments (email));
  write_other_fields (builder);
  email_writer_add_text (writer, "MIME-Version", "1.0");
}

/* Every line end becomes CRLF. */
static char *
make_canonical (const char *text)
{
  GString *canonical = g_string_sized_new (strlen (text) + 16);

  for (const char *c = text; *c != '\0'; c++)
    {
      if (*c != '\r' && *c != '\n')
        g_string_append_c (canonical, *c);
      else
        g_string_append (canonical, "\r\n");
      if (*c == '\r' && c[1] == '\n')
        c++;
    }

  return g_string_free (canonical, FALSE);
}

static gboolean
has_long_line (const char *bytes, gsize length)
{
  gsize start = 0;

  for (gsize i = 0; i < length; i++)
    {
      if (bytes[i] == '\n')
        start = i + 1;
      else if (i - start >= LONGEST_LINE)
        return TRUE;
    }

  return FALSE;
}

static void
append_encoded (GString *out, const char *bytes, gsize length, GMimeContentEncoding encoding)
{
  g_autoptr (GMimeFilter) filter = g_mime_filter_basic_new (encoding, TRUE);
  g_autoptr (GString) encoded = NULL;
  char *result;
  gsize n_result;
  gsize ignored;
  gsize start = out->len;

  g_mime_filter_complete (filter, (char *) bytes, length, 0, &result, &n_result, &ignored);

  /* GMime ends lines with LF. */
  for (gsize i = 0; i < n_result; i++)
    {
      if (result[i] == '\n' && (out->len == start || out->str[out->len - 1] != '\r'))
        g_string_append_c (out, '\r');
      g_string_append_c (out, result[i]);
    }
}

typedef struct
{
  const char *charset;
  const char *encoding;
} TextKind;

static TextKind
choose_kind (const char *text, GImapCharsetMode mode)
{
  gboolean is_long = has_long_line (text, strlen (text));

  if (email_text_is_ascii (text))
    return (TextKind){ "us-ascii", is_long ? "quoted-printable" : "7bit" };

  if (mode == G_IMAP_CHARSET_MODE_ISO_8859_1 && email_text_fits (text, "iso-8859-1"))
    return (TextKind){ "iso-8859-1", "quoted-printable" };

  if (mode == G_IMAP_CHARSET_MODE_ISO_2022_JP && !is_long && email_text_fits (text, "iso-2022-jp"))
    return (TextKind){ "iso-2022-jp", "7bit" };

  return (TextKind){ "utf-8",
                     mode == G_IMAP_CHARSET_MODE_UTF8_BASE64 ? "base64" : "quoted-printable" };
}

static void
write_text (Builder *builder, const char *type, const char *text)
{
  EmailWriter *writer = builder->writer;
  g_autofree char *canonical = NULL;
  g_autofree char *bytes = NULL;
  TextKind kind;
  gsize length;

  if (!g_utf8_validate (text, -1, NULL))
    {
      email_writer_take_error (writer,
                               g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                                            _ ("The mail cannot be built: its text is no UTF-8")));
      return;
    }

  canonical = make_canonical (text);
  kind = choose_kind (canonical, builder->mode);
  email_writer_begin (writer, "Content-Type", type);
  email_writer_add_parameter (writer, "charset", kind.charset);
  email_writer_end (writer);
  email_writer_add_text (writer, "Content-Transfer-Encoding", kind.encoding);
  if (writer->error != NULL)
    return;

  g_string_append (writer->out, "\r\n");
  bytes = g_convert (canonical, -1, kind.charset, "utf-8", NULL, &length, NULL);
  g_assert (bytes != NULL);
  if (g_str_equal (kind.encoding, "7bit"))
    g_string_append_len (writer->out, bytes, length);
  else
    append_encoded (writer->out, bytes, length,
                    g_mime_content_encoding_from_string (kind.encoding));
}

/* RFC 2046, 5.2.1: a message must not be encoded. */
static gboolean
can_be_message (const char *type, GBytes *content)
{
  gsize length;
  const char *bytes = g_bytes_get_data (content, &length);

  return g_ascii_strcasecmp (type, "message/rfc822") == 0 && length > 0 &&
         memchr (bytes, '\0', length) == NULL && !has_long_line (bytes, length);
}

static void
write_file_header (EmailWriter *writer, GMailAttachment *file, const char *type)
{
  const char *name = g_mail_attachment_get_name (file);
  const char *cid[2] = { g_mail_attachment_get_cid (file), NULL };

  email_writer_begin (writer, "Content-Type", type);
  if (name != NULL)
    email_writer_add_parameter (writer, "name", name);
  email_writer_end (writer);
  email_writer_begin (writer, "Content-Disposition", g_mail_attachment_get_disposition (file));
  if (name != NULL)
    email_writer_add_parameter (writer, "filename", name);
  email_writer_end (writer);
  if (cid[0] != NULL)
    email_writer_add_ids (writer, "Content-ID", cid);
}

static gboolean
is_media_type (const char *type)
{
  const char *slash = strchr (type, '/');

  return slash > type && slash[1] != '\0' && email_text_is_ascii (type) &&
         strlen (type) <= LONGEST_TYPE && strpbrk (type, "\"\\<>@,") == NULL &&
         g_ascii_strncasecmp (type, "multipart/", strlen ("multipart/")) != 0;
}

static void
write_file (Builder *builder, GMailAttachment *file)
{
  EmailWriter *writer = builder->writer;
  const char *type = g_mail_attachment_get_content_type (file);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) content = g_mail_attachment_get_content (file, NULL, &error);
  gboolean is_message = content != NULL && can_be_message (type, content);
  g_autofree char *text = NULL;
  const char *bytes;
  gsize length;

  if (content == NULL)
    {
      email_writer_take_error (writer, g_steal_pointer (&error));
      return;
    }

  if (!email_writer_check (writer, "Content-Type", type))
    return;

  /* What was cut out of another mail may have a type that only suits it there. */
  if (!is_media_type (type) ||
      (!is_message && g_ascii_strncasecmp (type, "message/", strlen ("message/")) == 0))
    type = "application/octet-stream";
  write_file_header (writer, file, type);
  email_writer_add_text (writer, "Content-Transfer-Encoding", is_message ? "8bit" : "base64");
  if (writer->error != NULL)
    return;

  g_string_append (writer->out, "\r\n");
  bytes = g_bytes_get_data (content, &length);
  text = is_message ? g_strndup (bytes, length) : NULL;
  if (is_message)
    {
      g_autofree char *canonical = make_canonical (text);

      g_string_append (writer->out, canonical);
    }
  else
    append_encoded (writer->out, bytes, length, GMIME_CONTENT_ENCODING_BASE64);
}

static char *
begin_multipart (Builder *builder, const char *type)
{
  char *boundary = make_boundary ();

  email_writer_begin (builder->writer, "Content-Type", type);
  email_writer_add_parameter (builder->writer, "boundary", boundary);
  email_writer_end (builder->writer);

  return boundary;
}

static void
begin_part (Builder *builder, const char *boundary)
{
  g_string_append_printf (builder->writer->out, "\r\n--%s\r\n", boundary);
}

static void
end_multipart (Builder *builder, const char *boundary)
{
  g_string_append_printf (builder->writer->out, "\r\n--%s--\r\n", boundary);
}

static void
write_files (Builder *builder, const char *boundary, GPtrArray *files)
{
  for (guint i = 0; i < files->len && builder->writer->error == NULL; i++)
    {
      begin_part (builder, boundary);
      write_file (builder, files->pdata[i]);
    }
}

static void
write_html (Builder *builder)
{
  g_autofree char *boundary = NULL;

  if (builder->pictures->len == 0)
    {
      write_text (builder, "text/html", builder->html);
      return;
    }

  boundary = begin_multipart (builder, "multipart/related; type=\"text/html\"");
  begin_part (builder, boundary);
  write_text (builder, "text/html", builder->html);
  write_files (builder, boundary, builder->pictures);
  end_multipart (builder, boundary);
}

static void
write_body (Builder *builder)
{
  g_autofree char *boundary = NULL;

  if (builder->html == NULL)
    {
      write_text (builder, "text/plain", builder->text != NULL ? builder->text : "");
      return;
    }
  if (builder->text == NULL)
    {
      write_html (builder);
      return;
    }

  boundary = begin_multipart (builder, "multipart/alternative");
  begin_part (builder, boundary);
  write_text (builder, "text/plain", builder->text);
  begin_part (builder, boundary);
  write_html (builder);
  end_multipart (builder, boundary);
}

static void
write_message (Builder *builder)
{
  g_autofree char *boundary = NULL;

  write_header (builder);
  if (builder->files->len == 0)
    {
      write_body (builder);
      return;
    }

  boundary = begin_multipart (builder, "multipart/mixed");
  if (builder->text != NULL || builder->html != NULL)
    {
      begin_part (builder, boundary);
      write_body (builder);
    }
  write_files (builder, boundary, builder->files);
  end_multipart (builder, boundary);
}

static void
sort_attachments (Builder *builder)
{
  GListModel *attachments = g_email_get_attachments (builder->email);

  for (guint i = 0; i < g_list_model_get_n_items (attachments); i++)
    {
      GMailAttachment *attachment = g_list_model_get_item (attachments, i);
      gboolean is_picture = builder->html != NULL &&
                            g_mail_attachment_get_cid (attachment) != NULL &&
                            g_str_equal (g_mail_attachment_get_disposition (attachment), "inline");

      g_ptr_array_add (is_picture ? builder->pictures : builder->files, attachment);
    }
}

static GBytes *
build (GEmail *email,
       GImapCharsetMode header_charset,
       GImapCharsetMode body_charset,
       GError **error)
{
  g_autoptr (EmailWriter) writer = email_writer_new (header_charset);
  g_autoptr (GPtrArray) pictures = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  Builder builder = {
    email,    writer, body_charset, g_email_get_text_body (email), g_email_get_html_body (email),
    pictures, files
  };

  sort_attachments (&builder);
  write_message (&builder);
  if (writer->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&writer->error));
      return NULL;
    }

  return g_string_free_to_bytes (g_string_new_len (writer->out->str, writer->out->len));
}

/**
 * g_email_to_mime:
 * @self: a #GEmail
 * @header_charset: how the texts of the header are written
 * @body_charset: how the texts of the body are written
 * @error: return location for a #GError
 *
 * Makes the bytes of a message (RFC 5322) of the mail, with lines that end with CRLF. This is 4D's
 * `MAIL Convert to MIME`.
 *
 * Date, Message-ID and MIME-Version are added where they are missing. A plain text and an HTML text
 * become a multipart/alternative; attachments with a #GMailAttachment:cid that are inline go with the
 * HTML into a multipart/related; the other attachments follow in a multipart/mixed. The contents of
 * attachments are read, from files or from the server if they are there, which blocks. Of
 * #GEmail:headers only fields are written that no other property has.
 *
 * A mail that came as bytes gives the same bytes, as long as none of its properties was set.
 *
 * |[<!-- language="C" -->
 * g_autoptr (GEmail) email = g_email_new ();
 * g_autoptr (GBytes) mime = NULL;
 *
 * g_email_set_subject (email, "Grüße");
 * g_email_set_text_body (email, "Bis bald!\n");
 * if (g_email_set_addresses (email, "from", "Ada Example <ada@example.com>", &error))
 *   mime = g_email_to_mime (email, G_IMAP_CHARSET_MODE_AUTOMATIC, G_IMAP_CHARSET_MODE_AUTOMATIC,
 *                           &error);
 * ]|
 *
 * Returns: (transfer full): the bytes, or %NULL with %G_IMAP_ERROR_INVALID_ARGUMENT when something has
 *   a line break or another control character where none can be, is no UTF-8, or is no address;
 *   %G_IMAP_ERROR_UNSUPPORTED when the mail was received without its body; or the error of reading an
 *   attachment
 *
 * Since: 1.0
 */
GBytes *
g_email_to_mime (GEmail *self,
                 GImapCharsetMode header_charset,
                 GImapCharsetMode body_charset,
                 GError **error)
{
  GBytes *mime;

  g_return_val_if_fail (G_IS_EMAIL (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  mime = email_dup_unchanged_mime (self);
  if (mime != NULL)
    return mime;

  if (email_is_received (self))
    {
      g_set_error_literal (error, G_IMAP_ERROR, G_IMAP_ERROR_UNSUPPORTED,
                           _ ("The message cannot be made again: it was fetched without its body"));
      return NULL;
    }

  return build (self, header_charset, body_charset, error);
}
